"""What a rate card may say, and what publishing refuses with the path of it."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
import pytest

from engine.core.errors import InvalidInput
from engine.settlement.card import card_schema, dump_card, load_card
from engine.settlement.card_check import demand_valid, validate_card
from tests.engine.settlement.shop import document, percentage, rule, term, tiers

SOUND = document(
    rule("creator", percentage("12")),
    rule("live", layer="channel", op="add", by="2", match={"channel": ["直播"]}),
    rule(
        "rich",
        percentage("15"),
        when={"all": [{"field": "order.amount", "op": "ge", "value": "500"}]},
        priority=1,
    ),
    rule("double", layer="campaign", op="multiply", by="1.5"),
    terms=[
        term(
            applies="order.promoter != null",
            exclusions=[{"id": "self", "name": "自购", "when": 'order.kind == "self_purchase"'}],
            base={
                "from": "paid",
                "plus": [{"type": "points", "bearer": ["shop"]}],
                "fees": ["payment_fee"],
            },
            moment={"when": "after_sales", "days": 7},
            window="campaign",
            period="week",
            rounding={"mode": "down", "grain": "order"},
        )
    ],
    campaigns=[
        {
            "key": "double11",
            "name": "双十一",
            "starts": "2026-11-01",
            "ends": "2026-11-11T20:00:00+08:00",
        }
    ],
)


def test_a_sound_card_passes_its_schema_and_comes_back_the_same():
    assert [one for one in validate_card(SOUND) if one.level == "error"] == []
    card = load_card(SOUND)
    assert load_card(dump_card(card)) == card
    schema = card_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(SOUND, schema)
    jsonschema.validate(dump_card(card), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**SOUND, "surprise": 1}, schema)


def changed(path: str, value: Any, source: dict[str, Any] = SOUND) -> dict[str, Any]:
    """A copy of the card with one value changed; path is "rules/0/by"."""
    made = copy.deepcopy(source)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    here: Any = made
    for part in parents:
        here = here[part]
    here[last] = value
    return made


SAME = rule("again", percentage("9"))
BAD = {
    "no such currency": ("currency", "XXX", "/currency", "currency"),
    "no such zone": ("zone", "Mars/Base", "/zone", "zone"),
    "a doubled rule": ("rules/1/id", "creator", "/rules/1/id", "duplicate"),
    "a term nobody wrote": ("rules/0/term", "else", "/rules/0/term", "unknown_term"),
    "no figure to add": ("rules/1/by", None, "/rules/1/by", "missing_rate"),
    "no model to replace with": ("rules/0/model", None, "/rules/0/model", "missing_rate"),
    "a negative rate": ("rules/0/model/percent", "-3", "/rules/0/model/percent", "negative"),
    "a rate above 100": ("rules/0/model/percent", "120", "/rules/0/model/percent", "above_hundred"),
    "a rate as a word": ("rules/0/model/percent", "five", "/rules/0/model/percent", "value_error"),
    "too fine a rate": (
        "rules/0/model/percent",
        "1.23456789012",
        "/rules/0/model/percent",
        "too_many_decimals",
    ),
    "an unknown kind": ("rules/0/model", {"kind": "magic"}, "/rules/0/model", "union_tag_invalid"),
    "two campaigns named alike": (
        "campaigns",
        [SOUND["campaigns"][0]] * 2,
        "/campaigns/1/key",
        "duplicate",
    ),
    "a campaign nobody wrote": ("rules/3/campaign", "618", "/rules/3/campaign", "unknown_campaign"),
    "a base rule of a campaign": ("rules/0/campaign", "double11", "/rules/0/campaign", "campaign"),
    "a name nobody knows": ("rules/2/when", "order.colour == 3", "/rules/2/when", "unknown_name"),
    "a condition that is none": (
        "terms/0/applies",
        "order.amount >",
        "/terms/0/applies",
        "invalid_expression",
    ),
    "an exclusion that is none": (
        "terms/0/exclusions/0/when",
        "1 +",
        "/terms/0/exclusions/0/when",
        "invalid_expression",
    ),
    "a party that is nobody": ("terms/0/party", {}, "/terms/0/party", "source"),
    "a party that is two": (
        "terms/0/party",
        {"role": "a", "party": "b"},
        "/terms/0/party",
        "source",
    ),
    "days without after-sales": (
        "terms/0/moment/when",
        "paid",
        "/terms/0/moment/days",
        "moment_days",
    ),
    "an empty base": ("terms/0/base", {"from": "none"}, "/terms/0/base/plus", "empty_base"),
    "a date that is none": ("rules/0/starts", "2026-13-40", "/rules/0/starts", "edge"),
    "a time without zone": ("rules/0/starts", "2026-11-11T20:00:00", "/rules/0/starts", "edge"),
    "an unknown field": ("rules/0/colour", "red", "/rules/0/colour", "extra_forbidden"),
    "points on a base rule": ("rules/0/op", "add", "/rules/0/op", "nothing_below"),
    "built up above 100": ("rules/1/by", "99", "/rules/1/by", "above_hundred"),
    "points below nothing": ("rules/1/by", "-13", "/rules/1/by", "negative"),
    "two rules of equal rank": ("rules/2", SAME, "/rules/2", "equal_rank"),
    "an end before the beginning": (
        "campaigns/0/ends",
        "2026-10-01",
        "/rules/3/ends",
        "empty_span",
    ),
    "no rate at all": ("rules", [], "/terms/0", "missing_rate"),
}


@pytest.mark.parametrize("name", BAD)
def test_publishing_refuses(name):
    path, value, where, code = BAD[name]
    found = validate_card(changed(path, value))
    assert (where, code) in [(one.path, one.code) for one in found if one.level == "error"]
    for problem in found:
        assert problem.message["zh"]
        assert problem.message["en"]
    with pytest.raises(InvalidInput) as caught:
        demand_valid(changed(path, value))
    assert caught.value.problems


@pytest.mark.parametrize(
    "document_", [None, [], "card", 3, {"format": "other"}, {"rules": {}}], ids=str
)
def test_what_is_no_card_is_a_problem_and_no_fault(document_):
    assert validate_card(document_)


TIERED = document(
    rule("rebate", tiers("graduated", ("0", "at", "1"), ("1000", "at", "2"))),
    rule("live", layer="channel", op="multiply", by="2", match={"channel": ["直播"]}),
)


def test_graduated_tiers_counted_over_different_rates_are_refused():
    found = validate_card(TIERED)
    assert [(one.path, one.code) for one in found] == [("/rules/1/op", "not_linear")]
    volume = changed("rules/0/model/kind", "volume", TIERED)
    assert validate_card(volume) == []
    shared = changed(
        "terms/0/totals", "qualify_parent", changed("rules/1", SAME | {"layer": "channel"}, TIERED)
    )
    assert ("/rules/0/model", "not_shared") in [
        (one.path, one.code) for one in validate_card(shared)
    ]


def test_a_fixed_fee_is_not_changed_order_by_order():
    fee = {"kind": "flat", "amount": "500"}
    card = document(rule("fee", fee), rule("live", layer="channel", op="add", by="2"))
    assert [one.code for one in validate_card(card)] == ["not_linear"]
    twice = rule("other", fee, layer="channel", match={"platform": ["douyin"]})
    assert [one.code for one in validate_card(document(rule("fee", fee), twice))] == [
        "fixed_fee_twice"
    ]
    by_party = rule("other", fee, layer="channel", match={"party_level": ["A"]})
    assert [one.level for one in validate_card(document(rule("fee", fee), by_party))] == ["warning"]


CAMPAIGNS = [
    {"key": "a", "name": "会员日", "starts": "2026-11-01", "ends": "2026-11-10"},
    {"key": "b", "name": "双十一", "starts": "2026-11-10", "ends": "2026-11-12"},
]


def two_campaigns(**more: Any) -> dict[str, Any]:
    return document(
        rule("base", percentage("5")),
        rule("first", percentage("6"), layer="campaign", campaign="a", match={"shop": ["x"]}),
        rule("second", percentage("7"), layer="campaign", campaign="b", **more),
        campaigns=CAMPAIGNS,
    )


def test_two_campaigns_on_one_day_are_refused_unless_they_cannot_meet():
    found = validate_card(two_campaigns())
    assert [(one.path, one.code) for one in found] == [("/rules/2", "campaigns")]
    assert validate_card(two_campaigns(match={"shop": ["y"]})) == []
    later = changed("campaigns/1/starts", "2026-11-11", two_campaigns())
    assert validate_card(later) == []
    from_noon = changed("campaigns/0/ends", "2026-11-10T12:00:00+08:00", two_campaigns())
    assert (
        validate_card(changed("campaigns/1/starts", "2026-11-10T12:00:00+08:00", from_noon)) == []
    )


@pytest.mark.parametrize(
    ("one", "other", "is_refused"),
    [
        ("order.amount > 500", "order.amount <= 500", False),
        ("order.amount >= 500", "order.amount <= 500", True),
        ('order.channel == "a"', 'order.channel == "b"', False),
        ('order.channel in ["a", "b"]', 'order.channel in ["b", "c"]', True),
        ('order.channel != "a"', 'order.channel == "a"', False),
        ('order.channel == "a" and order.amount > 5', "order.amount < 3", False),
        ("order.amount + 1 > 5", "order.amount < 3", True),
    ],
    ids=[
        "apart",
        "share an edge",
        "two values",
        "share a value",
        "all but",
        "and",
        "cannot be told",
    ],
)
def test_equal_rank_is_judged_by_what_conditions_let_through(one, other, is_refused):
    card = document(rule("a", percentage("5"), when=one), rule("b", percentage("6"), when=other))
    codes = [problem.code for problem in validate_card(card) if problem.level == "error"]
    assert codes == (["equal_rank"] if is_refused else [])
    # A priority settles it.
    assert [
        p for p in validate_card(changed("rules/1/priority", 1, card)) if p.level == "error"
    ] == []


def test_rules_that_follow_each_other_in_time_do_not_overlap():
    card = document(
        rule("old", percentage("5"), ends="2026-10-31"),
        rule("new", percentage("6"), starts="2026-11-01"),
    )
    assert [one.code for one in validate_card(card)] == ["rate_gap"]
    assert "equal_rank" in [
        one.code for one in validate_card(changed("rules/1/starts", "2026-10-31", card))
    ]


def test_what_the_installation_does_not_know_is_named():
    card = document(
        rule("a", percentage("5", coefficient={"key": "completion"})),
        rule("b", percentage("6"), layer="channel", match={"shop": ["flagship", "gone"]}),
    )
    known = {"shop": {"flagship"}, "coefficient": {"renewal"}}
    found = [(one.path, one.code) for one in validate_card(card, known) if one.level == "error"]
    assert found == [
        ("/rules/0/model/coefficient/key", "unknown_coefficient"),
        ("/rules/1/match/shop/1", "unknown_shop"),
    ]


def test_orders_taken_out_of_a_tier_by_an_upper_layer_are_remarked():
    card = document(
        rule("rebate", tiers("graduated", ("0", "at", "1"), ("1000", "at", "2"))),
        rule("live", percentage("3"), layer="channel", match={"channel": ["直播"]}),
    )
    assert [(one.code, one.level) for one in validate_card(card)] == [("counted_apart", "warning")]
