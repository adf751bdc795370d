"""Which lines a refund gives back: by line, by goods, spread; never more than was paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.settlement.refunds import LineLeft, give_back
from tests.engine.settlement.shop import Ledger, document, order, percentage, refund, rule

LINES = [
    {
        "id": "a",
        "name": "眼霜",
        "amount": "60.00",
        "category": "眼霜",
        "outer_id": "EYE",
        "sku": "1",
    },
    {
        "id": "b",
        "name": "面膜",
        "amount": "40.00",
        "category": "面膜",
        "sku": "MASK",
        "quantity": "2",
    },
    {"id": "c", "name": "面膜", "amount": "20.00", "category": "面膜", "product_id": "77"},
]
RATES = (
    rule("eye", percentage("10"), match={"category": ["眼霜"]}),
    rule("mask", percentage("20"), match={"category": ["面膜"]}),
)


def line(amount: str, **names: Any) -> dict[str, Any]:
    return {"amount": Decimal(amount), "quantity": Decimal(1), **names}


def taken() -> Ledger:
    """600 for the eye cream, 800 and 400 for the masks."""
    ledger = Ledger(document(*RATES))
    ledger.take(order("1", lines=LINES))
    assert ledger.sum() == 600 + 800 + 400
    return ledger


@pytest.mark.parametrize(
    ("named", "taken_back"),
    [
        (line("30.00", line="a"), 300),
        (line("30.00", outer_id="EYE"), 300),
        (line("30.00", sku="MASK"), 600),
        (line("20.00", product_id="77"), 400),
        # The platform's own number of the line is not known: the goods say which one it is.
        (line("20.00", line="sub-order 9", sku="MASK"), 400),
    ],
    ids=["line", "merchant code", "sku", "product id", "unknown line, known goods"],
)
def test_a_part_refund_claws_back_at_the_rate_of_its_own_goods(named, taken_back):
    ledger = taken()
    back = ledger.give_back(refund("1", str(named["amount"]), lines=[named]))
    assert ledger.sum() == 1_800 - taken_back
    assert (back.beyond, back.unknown) == ({}, 0)


def test_goods_in_two_lines_give_back_in_proportion_to_what_is_left_of_each():
    ledger = Ledger(document(rule("r", percentage("10"))))
    twice = [{**LINES[1], "id": "a", "amount": "30.00"}, {**LINES[1], "id": "b", "amount": "10.00"}]
    ledger.take(order("1", lines=[*twice, LINES[2]]))
    back = ledger.give_back(refund("1", "20.00", lines=[line("20.00", sku="MASK")]))
    assert {name: minor for name, (minor, _) in back.lines.items()} == {"a": 1_500, "b": 500}
    ledger.give_back(refund("1", "20.00", lines=[line("20.00", sku="MASK")]))
    assert ledger.sum() == 200


def test_a_line_nobody_knows_is_spread_over_what_is_still_paid():
    ledger = taken()
    back = ledger.give_back(refund("1", "12.00", lines=[line("12.00", sku="GONE")]))
    assert back.unknown == 1_200
    assert ledger.sum() == 1_800 - 60 - 80 - 40


def test_more_than_was_paid_for_a_line_is_told_and_taken_from_nobody():
    ledger = taken()
    back = ledger.give_back(refund("1", "70.00", lines=[line("70.00", outer_id="EYE")]))
    assert back.beyond == {"a": 1_000}
    assert ledger.sum() == 1_200
    back = ledger.give_back(refund("1", "100.00"))
    assert back.beyond == {"": 4_000}
    assert ledger.sum() == 0


@given(
    paid=st.lists(st.integers(0, 50_000), min_size=1, max_size=5),
    asked=st.lists(
        st.tuples(st.sampled_from(["a", "x", "y", "gone", None]), st.integers(0, 40_000)),
        max_size=6,
    ),
)
def test_what_is_given_back_and_what_is_beyond_are_the_refund_to_the_cent(paid, asked):
    left = [
        LineLeft(str(index), frozenset({"x" if index % 2 else "y"}), minor, Decimal(1))
        for index, minor in enumerate(paid)
    ]
    for code, minor in asked:
        before = sum(one.paid for one in left)
        amount = Decimal(minor).scaleb(-2)
        lines = None if code is None else [{"sku": code, "amount": amount, "quantity": 1}]
        back = give_back({"currency": "CNY", "amount": amount, "lines": lines}, left)
        given_back = sum(one for one, _ in back.lines.values())
        assert given_back + sum(back.beyond.values()) == minor
        assert given_back == before - sum(one.paid for one in left)
        assert all(one.paid >= 0 and one.pieces >= 0 for one in left)
