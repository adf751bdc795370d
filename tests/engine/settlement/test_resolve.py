"""Which rule a line gets: the stated order of precedence, layers, exclusions, and gaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.settlement.card import Match, Rule, load_card
from engine.settlement.outcome import Excluded, Owed, Unpriced
from engine.settlement.rank import can_both_fit, fits, rank_of
from engine.settlement.resolve import Resolver
from engine.settlement.sale import sales_of
from tests.engine.settlement.shop import CREATOR, NOON, document, order, percentage, rule, term

LINE = {
    "id": "1",
    "name": "眼霜",
    "amount": "100.00",
    "sku": "EYE-15",
    "product_id": "EYE",
    "category": "护肤/眼霜",
}
RICH = {"level": "金卡", "tags": ["新客", "直播粉"]}

# From the most specific to the least: each one alone beats all below it.
LADDER: list[tuple[str, dict[str, Any]]] = [
    ("variant", {"variant": ["EYE-15"]}),
    ("product", {"product": ["EYE"]}),
    ("deep category", {"category": ["护肤/眼霜"]}),
    ("category", {"category": ["护肤"]}),
    ("shop", {"shop": ["flagship"]}),
    ("customer tag", {"customer_tag": ["新客"]}),
    ("member level", {"member_level": ["金卡"]}),
    ("service type", {"service_type": ["visit"]}),
    ("party", {"party": ["pty_lin"]}),
    ("party level", {"party_level": ["A"]}),
    ("party kind", {"party_kind": ["creator"]}),
    ("store", {"store": ["西湖店"]}),
    ("platform", {"platform": ["tmall"]}),
    ("channel", {"channel": ["直播"]}),
    ("all", {}),
]
PARTIES = {"promoter": {"key": "pty_lin", "kind": "creator", "level": "A"}}


def resolve(card: dict[str, Any], record: dict[str, Any] | None = None, **facts: Any) -> list[Any]:
    found = Resolver(load_card(card), 7)
    record = record or order("1", lines=[LINE], store="西湖店", channel="直播")
    facts = {"parties": PARTIES, "customer": RICH, "service_type": "visit", **facts}
    return [one for sale in sales_of(record, **facts) for one in found.resolve(sale)]


@pytest.mark.parametrize("place", range(len(LADDER)), ids=[name for name, _ in LADDER])
def test_the_stated_precedence_decides(place):
    rules = [
        rule(f"r{index}", percentage("1"), match=match) for index, (_, match) in enumerate(LADDER)
    ]
    found = resolve(document(*reversed(rules[place:])))
    assert found[0].plan.root == f"r{place}"


def test_one_thing_further_up_beats_everything_below_it_together():
    below = {name: values for _, match in LADDER[4:] for name, values in match.items()}
    card = document(
        rule("many", percentage("1"), match=below),
        rule("goods", percentage("2"), match={"category": ["护肤"]}),
    )
    assert resolve(card)[0].plan.root == "goods"


def test_priority_decides_between_equals_and_only_there():
    card = document(
        rule("a", percentage("1")),
        rule("b", percentage("2"), priority=1),
        rule("shop", percentage("3"), match={"shop": ["flagship"]}, priority=-5),
    )
    assert resolve(card)[0].plan.root == "shop"
    assert (
        resolve(document(*[rule("a", percentage("1")), rule("b", percentage("2"), priority=1)]))[
            0
        ].plan.root
        == "b"
    )


def test_equal_rank_on_one_line_is_a_problem_even_where_nobody_checked_the_card():
    found = resolve(document(rule("a", percentage("1")), rule("b", percentage("2"))))
    assert isinstance(found[0], Unpriced)
    assert (found[0].problem.path, found[0].problem.code) == ("/rules/b", "equal_rank")


def test_a_line_no_rule_fits_is_a_problem_with_its_term_named():
    found = resolve(document(rule("a", percentage("1"), match={"shop": ["else"]})))
    assert isinstance(found[0], Unpriced)
    assert (found[0].term, found[0].problem.path, found[0].problem.code) == (
        "commission",
        "/terms/0",
        "missing_rate",
    )
    assert "明确填 0" in found[0].problem.message["zh"]


def test_layers_say_which_gave_what():
    card = document(
        rule("base", percentage("12")),
        rule("live", layer="channel", op="add", by="2", match={"channel": ["直播"]}),
        rule("double", layer="campaign", op="multiply", by="1.5"),
        campaigns=[
            {"key": "double11", "name": "双十一", "starts": "2026-11-11", "ends": "2026-11-11"}
        ],
    )
    plan = resolve(card)[0].plan
    assert [(step.layer, step.rule, step.op, step.value) for step in plan.steps] == [
        ("base", "base", "replace", ""),
        ("channel", "live", "add", "2"),
        ("campaign", "double", "multiply", "1.5"),
    ]
    assert plan.say()["zh"] == "（12% + 2 个百分点）× 1.5 = 21%（12%→21%）"
    assert plan.model.percent == Decimal(21)


def test_a_channel_that_replaces_takes_the_place_of_everything_below():
    card = document(rule("base", percentage("12")), rule("live", percentage("8"), layer="channel"))
    plan = resolve(card)[0].plan
    assert (plan.root, plan.model.percent, plan.say()["zh"]) == ("live", 8, "渠道 8%")


@pytest.mark.parametrize(
    ("paid_at", "percent"),
    [
        (datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC), 5),  # 23:59:59 in Shanghai
        (datetime(2026, 10, 31, 16, tzinfo=UTC), 6),  # midnight of 1 November
        (datetime(2026, 11, 11, 11, 59, 59, tzinfo=UTC), 6),
        (datetime(2026, 11, 11, 12, tzinfo=UTC), 5),  # 20:00: the moment itself is over
    ],
    ids=["before", "first day", "last second", "over"],
)
def test_rules_hold_by_days_of_the_cards_zone_and_by_moments(paid_at, percent):
    card = document(
        rule("base", percentage("5")),
        rule(
            "dated",
            percentage("6"),
            priority=1,
            starts="2026-11-01",
            ends="2026-11-11T20:00:00+08:00",
        ),
    )
    assert resolve(card, order("1", lines=[LINE], paid_at=paid_at))[0].plan.model.percent == percent


def test_exclusions_are_named_and_terms_apply_where_they_say():
    card = document(
        rule("base", percentage("5")),
        terms=[
            term(
                applies="order.promoter != null",
                exclusions=[{"id": "staff", "name": "员工购", "when": 'order.kind == "staff"'}],
            )
        ],
    )
    promoter = {"kind": "creator", "id": "dy_lin"}
    assert resolve(card, order("1")) == []
    assert isinstance(resolve(card, order("1", promoter=promoter))[0], Owed)
    assert resolve(card, order("1", promoter=promoter, kind="staff")) == [
        Excluded("commission", "staff")
    ]


def test_conditions_read_the_party_and_the_customer():
    card = document(
        rule("base", percentage("5")),
        rule(
            "vip",
            percentage("8"),
            priority=1,
            when='party.level == "A" and "新客" in customer.tags',
        ),
    )
    assert resolve(card)[0].plan.model.percent == 8
    plain = {"promoter": {"key": "pty_lin", "level": "B"}}
    assert resolve(card, parties=plain)[0].plan.model.percent == 5


_VIP = 'customer.level == "金卡"'


@pytest.mark.parametrize(
    ("more", "of_term", "looks"),
    [
        ({"match": {"party_level": ["A"]}, "when": "order.amount > 10"}, {}, False),
        ({"match": {"customer_tag": ["新客"]}}, {}, True),
        ({"match": {"member_level": ["金卡"]}}, {}, True),
        ({"when": _VIP}, {}, True),
        ({}, {"applies": _VIP}, True),
        ({}, {"exclusions": [{"id": "own", "name": "自购", "when": _VIP}]}, True),
        ({}, {"party": {"expression": "customer.owner_user"}}, True),
        ({}, {"bearer": {"expression": "customer.owner_user"}}, True),
    ],
    ids=["not", "tag", "level", "rule", "term", "exclusion", "party", "bearer"],
)
def test_a_card_says_whether_it_looks_at_the_customer(more, of_term, looks):
    card = document(rule("base", percentage("5"), **more), terms=[term(**of_term)])
    assert Resolver(load_card(card), 1).looks_at_customer is looks


def test_a_condition_that_cannot_be_judged_is_a_problem_and_never_false():
    card = document(
        rule("base", percentage("5")),
        rule("odd", percentage("8"), priority=1, when="party.turnover > 3"),
    )
    found = resolve(card)
    assert isinstance(found[0], Unpriced)
    assert found[0].problem.code == "expression"


@pytest.mark.parametrize(
    ("source", "party"),
    [
        ({"role": "promoter"}, "pty_lin"),
        ({"party": "pty_fixed"}, "pty_fixed"),
        ({"expression": '"store:" + order.shop'}, "store:flagship"),
    ],
    ids=["role", "fixed", "formula"],
)
def test_whose_account_it_is(source, party):
    found = resolve(document(rule("base", percentage("5")), terms=[term(party=source)]))
    assert found[0].party == party
    assert found[0].account.startswith(f"{party}|creators.commission|2026-11|")


def test_nobody_in_the_role_is_a_problem():
    found = resolve(document(rule("base", percentage("5"))), parties={})
    assert (found[0].problem.path, found[0].problem.code) == ("/parties/promoter", "no_party")


def test_an_unpaid_order_waits_for_its_rate():
    found = resolve(document(rule("base", percentage("5"))), order("1", paid_at=None))
    assert found[0].problem.code == "no_rate_date"


def test_what_was_found_is_remembered_by_what_rules_look_at():
    card = document(
        rule("base", percentage("5")),
        rule("x", percentage("6"), layer="channel", match={"channel": ["直播"]}),
    )
    resolver = Resolver(load_card(card), 1)
    for index in range(50):
        record = order(
            str(index),
            f"{index + 1}.00",
            channel=("直播", "门店")[index % 2],
            paid_at=NOON + timedelta(minutes=index),
        )
        for sale in sales_of(record, parties=CREATOR):
            assert resolver.resolve(sale)[0].plan.model.percent == (6, 5)[index % 2]
    assert len(resolver.terms[0].known) == 2
    assert len(resolver.plans) == 2


def test_matching_agrees_with_ranking_on_what_is_said():
    facts = {"category": "护肤/眼霜", "customer_tag": frozenset({"新客"}), "shop": "flagship"}
    assert fits(Match(category=("护肤",), customer_tag=("新客", "老客")), facts)
    assert not fits(Match(category=("护",)), facts)
    assert not fits(Match(store=("西湖店",)), facts)
    assert not can_both_fit(Match(shop=("a",)), Match(shop=("b",)))
    assert can_both_fit(Match(category=("护肤",)), Match(category=("护肤/眼霜",)))
    assert can_both_fit(Match(customer_tag=("新客",)), Match(customer_tag=("老客",)))
    bare = Rule(id="a", name="a", term="t")
    assert rank_of(bare) == (0,) * len(rank_of(bare))
