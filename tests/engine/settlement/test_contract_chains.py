"""Contracts of a chain 达人 → 机构 → 团长: carved out of one another, on top, with a ceiling."""

from __future__ import annotations

import pytest

from engine.settlement.card_check import validate_card
from engine.settlement.entry import figures_of
from engine.settlement.say import say_line
from tests.engine.settlement.shop import (
    CREATOR,
    Ledger,
    document,
    order,
    refund,
    rule,
    term,
)

CARVED = [
    {"key": "promoter", "percent": "20"},
    {"key": "agency", "percent": "30", "mode": "carved_out"},
    {"key": "leader", "percent": "10", "mode": "carved_out"},
]


ON_TOP = [
    {"key": "promoter", "percent": "20"},
    {"key": "agency", "percent": "6"},
    {"key": "leader", "percent": "4"},
]


MIXED = [
    {"key": "promoter", "percent": "10"},
    {"key": "agency", "percent": "20", "mode": "carved_out"},
    {"key": "leader", "percent": "5"},
]


PAYEES = {
    "promoter": {"key": "pty_lin", "kind": "creator"},
    "agency": {"key": "pty_mcn", "kind": "agency"},
    "leader": {"key": "pty_team", "kind": "leader"},
}


def chained(levels: list[dict[str, str]], ceiling: dict[str, str] | None, **more) -> Ledger:
    """A card whose one rule is a chain."""
    model = {"kind": "chain", "levels": levels, **({"ceiling": ceiling} if ceiling else {})}
    return Ledger(document(rule("chain", model, **more), terms=[term(window="order")]))


# BUSINESS 4: chains 达人 → 机构 → 团长 carved out or on top with a ceiling per order.
@pytest.mark.parametrize(
    ("levels", "ceiling", "expected"),
    [
        # 1,000 × 20 % = 200, of which 30 % = 60 for the agency, of which 10 % = 6 for the leader.
        (CARVED, None, (14_000, 5_400, 600)),
        (ON_TOP, None, (20_000, 6_000, 4_000)),
        # 30 % on top is above 25 %: the leader gives way first, then the agency.
        (ON_TOP, {"percent": "25"}, (20_000, 5_000, 0)),
        (ON_TOP, {"amount": "150", "cut": "proportional"}, (10_000, 3_000, 2_000)),
        (CARVED, {"percent": "10"}, (7_000, 2_700, 300)),
        (MIXED, {"percent": "12"}, (8_000, 2_000, 2_000)),
    ],
    ids=["carved out", "on top", "last gives way", "all give way", "carved and cut", "mixed"],
)
def test_a_chain_of_creator_agency_and_leader_in_a_card(levels, ceiling, expected):
    ledger = chained(levels, ceiling)
    ledger.take(order("1", "1000.00"), PAYEES)
    assert tuple(ledger.sum(one["key"]) for one in PAYEES.values()) == expected
    # Refunded in pieces nothing is left with anybody, and the sum rule holds on the way.
    for amount in ("333.33", "333.33", "333.34"):
        ledger.give_back(refund("1", amount))
    assert [ledger.sum(one["key"]) for one in PAYEES.values()] == [0, 0, 0]


def test_the_ceiling_of_a_chain_holds_for_the_whole_order_and_for_each_by_itself():
    ledger = chained(ON_TOP, {"amount": "10"})
    lines = [
        {"id": "1", "name": "眼霜", "amount": "60.00"},
        {"id": "2", "name": "面膜", "amount": "40.00"},
    ]
    ledger.take(order("1", lines=lines), PAYEES)
    assert ledger.sum() == 1_000  # 30 % of 100.00, cut at 10.00 for the order
    ledger.take(order("2", "20.00"), PAYEES)
    assert ledger.sum() == 1_000 + 600
    ledger.give_back(refund("1", "40.00", lines=[{"line": "2", "amount": "40.00"}]))
    assert ledger.sum() == 1_000 + 600  # 30 % of 60.00 is still above the ceiling


def test_a_level_nobody_is_there_for_leaves_its_part_with_the_one_before():
    ledger = chained(CARVED, None)
    booked = ledger.take(order("1", "1000.00"), CREATOR)
    assert ledger.sum("pty_lin") == 20_000
    assert [one.problem.path for _, one in booked.unpriced] == [
        "/parties/agency",
        "/parties/leader",
    ]


def test_a_chain_says_how_it_was_shared_along():
    ledger = chained(MIXED, {"percent": "12"})
    ledger.take(order("1", "1000.00"), PAYEES)
    said = [say_line(line, "CNY")["zh"] for one in ledger.entries for line in figures_of(one).lines]
    assert said == [
        "1,000.00 × 10% = 100.00，分给下一级 20.00，实得 80.00",
        "从「promoter」的 100.00 中分出 20% = 20.00",
        "1,000.00 × 5% = 50.00，超出封顶扣 30.00，实得 20.00",
    ]
    ledger.give_back(refund("1", "500.00"))
    line = figures_of(ledger.entries[-1]).lines[0]
    assert say_line(line, "CNY")["zh"].endswith("实得 10.00；本笔 -10.00")


@pytest.mark.parametrize(
    ("model", "more", "path"),
    [
        ({"levels": CARVED[1:]}, {}, "/rules/0/model/levels/0/mode"),
        ({"levels": CARVED, "maximum": "9"}, {}, "/rules/0/model/maximum"),
        ({"levels": CARVED, "level": "agency"}, {}, "/rules/0/model/level"),
        ({"levels": CARVED, "ceiling": {}}, {}, "/rules/0/model/ceiling"),
        ({"levels": CARVED}, {"window": "month"}, "/rules/0/model"),
        ({"levels": CARVED}, {"totals": "parent"}, "/rules/0/model"),
        (
            {"levels": [*ON_TOP[:1], {"key": "agency", "percent": "81"}]},
            {},
            "/rules/0/model/levels",
        ),
    ],
    ids=[
        "no seller",
        "maximum",
        "one level",
        "empty ceiling",
        "by month",
        "by parent",
        "above 100",
    ],
)
def test_a_chain_that_could_not_be_reckoned_is_refused(model, more, path):
    card = document(
        rule("chain", {"kind": "chain", **model}), terms=[term(**{"window": "order", **more})]
    )
    assert path in [one.path for one in validate_card(card)]


def test_nothing_is_built_on_a_chain():
    card = document(
        rule("chain", {"kind": "chain", "levels": CARVED}),
        rule("plus", layer="channel", op="add", by="3"),
        terms=[term(window="order")],
    )
    assert [(one.path, one.code) for one in validate_card(card)] == [("/rules/1/op", "not_linear")]
