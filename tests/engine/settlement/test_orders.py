"""Orders and refunds as accounts see them: base, counts, earning moment, what is given back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.errors import InvalidInput
from engine.settlement.booking import book_order, refund_order
from engine.settlement.card import BaseRule, EarningMoment, load_card
from engine.settlement.moments import earned_at, is_earned
from engine.settlement.order_base import compile_base
from engine.settlement.resolve import Resolver
from engine.settlement.sale import sales_of
from tests.engine.settlement.shop import (
    CREATOR,
    NOON,
    Ledger,
    document,
    order,
    percentage,
    refund,
    rule,
    term,
)

TWO_LINES = [
    {"id": "a", "name": "眼霜", "amount": "60.00", "list_amount": Decimal("80.00"), "sku": "EYE"},
    {
        "id": "b",
        "name": "面膜",
        "amount": "40.00",
        "list_amount": Decimal("50.00"),
        "sku": "MASK",
        "quantity": 2,
    },
]
ADJUSTED = {
    "adjustments": [
        {"type": "platform_subsidy", "amount": Decimal("10.00"), "bearer": "platform"},
        {"type": "points", "amount": Decimal("1.00"), "bearer": "shop", "line": "b"},
        {"type": "shop_coupon", "amount": Decimal("19.00"), "bearer": "shop"},
        {"type": "freight", "amount": Decimal("5.00"), "bearer": "buyer"},
    ],
    "fees": [{"type": "payment_fee", "amount": Decimal("0.60")}],
}
PRODUCTS = {
    "EYE": {"key": "p1", "cost_amount": Decimal("20")},
    "MASK": {"key": "p2", "cost_amount": Decimal("3.5")},
}


def tick(type_: str, *bearers: str) -> dict[str, Any]:
    return {"type": type_, "bearer": list(bearers)}


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ({}, [6_000, 4_000]),
        ({"from": "list"}, [8_000, 5_000]),
        ({"from": "list", "minus": [tick("shop_coupon")]}, [6_860, 4_240]),
        ({"plus": [tick("platform_subsidy", "platform")]}, [6_600, 4_400]),
        ({"plus": [tick("platform_subsidy", "shop")]}, [6_000, 4_000]),
        ({"plus": [tick("points"), tick("freight")]}, [6_300, 4_300]),
        ({"fees": ["payment_fee"]}, [5_964, 3_976]),
        ({"cost": True}, [4_000, 3_300]),
        ({"from": "none", "plus": [tick("points")]}, [0, 100]),
    ],
    ids=[
        "paid",
        "list",
        "net of coupon",
        "plus subsidy",
        "borne by another",
        "points and freight",
        "after fees",
        "margin",
        "only ticked",
    ],
)
def test_the_base_is_what_is_ticked(base, expected):
    base_of = compile_base(BaseRule.model_validate(base))
    sales = sales_of(order("1", lines=TWO_LINES, **ADJUSTED), products=PRODUCTS)
    assert [base_of(sale) for sale in sales] == expected


@pytest.mark.parametrize("base", [{"from": "list"}, {"cost": True}], ids=["list price", "cost"])
def test_an_amount_nobody_knows_is_a_problem_and_not_0(base):
    found = Ledger(document(rule("r", percentage("10")), terms=[term(base=base)])).take(order("1"))
    assert found.bookings == ()
    assert found.unpriced[0][1].problem.code == "missing_amount"


def test_an_order_without_lines_is_one_line_without_its_freight():
    record = {**order("1", "105.00"), "lines": None, "freight_amount": Decimal("5.00")}
    assert [(sale.line, sale.paid) for sale in sales_of(record)] == [("", 10_000)]
    record = {**order("1", "105.00"), "lines": [], **ADJUSTED}
    assert [sale.paid for sale in sales_of(record)] == [10_000]


def test_an_amount_finer_than_the_currency_is_refused_with_its_path():
    with pytest.raises(InvalidInput) as caught:
        sales_of(order("1", "100.50", currency="JPY"))
    assert caught.value.problems[0].path == "/order/lines/0/amount"


@pytest.mark.parametrize(
    ("counts", "taken", "half", "all_"),
    [("orders", 1, 1, 0), ("lines", 2, 1, 0), ("pieces", 3, 2, 0)],
)
def test_what_counts_and_when_it_no_longer_does(counts, taken, half, all_):
    ledger = Ledger(
        document(rule("r", {"kind": "per_unit", "amount": "1"}), terms=[term(counts=counts)])
    )
    ledger.take(order("1", lines=TWO_LINES))
    assert ledger.sum() == taken * 100
    ledger.give_back(
        refund("1", "60.00", lines=[{"line": "a", "amount": Decimal("60.00"), "quantity": 1}])
    )
    assert ledger.sum() == half * 100
    ledger.give_back(
        refund("1", "40.00", lines=[{"line": "b", "amount": Decimal("40.00"), "quantity": 2}])
    )
    assert ledger.sum() == all_


def test_parts_of_a_piece_cannot_be_counted():
    ledger = Ledger(
        document(rule("r", {"kind": "per_unit", "amount": "1"}), terms=[term(counts="pieces")])
    )
    booked = ledger.take(
        order("1", lines=[{"id": "a", "name": "米", "amount": "9.00", "quantity": "1.5"}])
    )
    assert booked.unpriced[0][1].problem.path == "/line/quantity"


@settings(max_examples=60, deadline=None)
@given(
    paid=st.integers(1, 500_000),
    subsidy=st.integers(0, 5_000),
    cuts=st.lists(st.integers(1, 200_000), max_size=6),
)
def test_several_refunds_of_a_line_give_back_exactly_what_it_brought(paid, subsidy, cuts):
    card = document(
        rule("r", percentage("7.77")), terms=[term(base={"plus": [tick("platform_subsidy")]})]
    )
    ledger = Ledger(card)
    extra = [
        {"type": "platform_subsidy", "amount": Decimal(subsidy).scaleb(-2), "bearer": "platform"}
    ]
    ledger.take(order("1", str(Decimal(paid).scaleb(-2)), adjustments=extra))
    for cut in [*cuts, 10**9]:
        before = ledger.sum()
        ledger.give_back(refund("1", str(Decimal(cut).scaleb(-2))))
        assert 0 <= ledger.sum() <= before
    assert ledger.sum() == 0
    assert ledger.bookings["tmall/flagship/1"][0].is_back


def test_a_refund_without_lines_is_spread_over_what_is_still_paid():
    ledger = Ledger(document(rule("r", percentage("10"))))
    ledger.take(order("1", lines=TWO_LINES))
    ledger.give_back(refund("1", "25.00", freight_amount=Decimal("5.00")))
    assert [one.back_base for one in ledger.bookings["tmall/flagship/1"]] == [1_200, 800]
    assert ledger.sum() == 800


EXCLUDES_MASKS = term(exclusions=[{"id": "mask", "name": "面膜", "when": 'line.sku == "MASK"'}])


def test_a_refund_of_a_line_that_was_left_out_takes_nothing_from_the_others():
    ledger = Ledger(document(rule("r", percentage("10")), terms=[EXCLUDES_MASKS]))
    ledger.take(order("1", lines=TWO_LINES))
    assert ledger.sum() == 600
    mask = [{"line": "b", "amount": Decimal("40.00"), "quantity": 2}]
    ledger.give_back(refund("1", "40.00", lines=mask))
    assert ledger.sum() == 600
    # Without lines it is spread over all of the order: 60 of each 100 are the eye cream's.
    ledger.take(order("2", lines=TWO_LINES))
    ledger.give_back(refund("2", "50.00"))
    assert ledger.sum() == 600 + 300
    # Of the first order nothing but the eye cream is left to be refunded.
    ledger.give_back(refund("1", "50.00"))
    assert ledger.sum() == 100 + 300


def test_a_refund_of_an_order_nobody_was_paid_for_is_nothing():
    assert refund_order([], refund("1"), "e") == ([], [])


def test_a_line_that_cost_only_points_goes_back_by_its_pieces():
    base = {"plus": [tick("points")]}
    ledger = Ledger(document(rule("r", percentage("10")), terms=[term(base=base)]))
    points = [{"type": "points", "amount": Decimal("30.00"), "bearer": "shop", "line": "a"}]
    ledger.take(
        order(
            "1",
            lines=[{"id": "a", "name": "x", "amount": "0.00", "quantity": 3}],
            adjustments=points,
        )
    )
    ledger.give_back(
        refund("1", "0.00", lines=[{"line": "a", "amount": Decimal(0), "quantity": 1}])
    )
    assert ledger.sum() == 200
    ledger.give_back(
        refund("1", "0.00", lines=[{"line": "a", "amount": Decimal(0), "quantity": 2}])
    )
    assert ledger.sum() == 0


def test_a_term_before_refunds_takes_nothing_back():
    ledger = Ledger(document(rule("r", percentage("10")), terms=[term(base={"refunds": False})]))
    ledger.take(order("1"))
    ledger.give_back(refund("1"))
    assert ledger.sum() == 1_000
    assert len(ledger.entries) == 1


def test_a_refund_uses_the_version_its_order_was_priced_with():
    ledger = Ledger(document(rule("r", percentage("10"))))
    ledger.take(order("1"))
    newer = Resolver(load_card(document(rule("r", percentage("20")))), 2)
    newer.plans.update(ledger.resolver.plans)
    ledger.resolver = newer
    ledger.take(order("2"))
    ledger.give_back(refund("1"))
    assert [(entry.minor, entry.figures[0]) for entry in ledger.entries] == [
        (1_000, 1),
        (2_000, 2),
        (-1_000, 1),
    ]


def test_refund_order_leaves_the_bookings_it_was_given_alone():
    resolver = Resolver(load_card(document(rule("r", percentage("10")))), 1)
    bookings = book_order(resolver, sales_of(order("1"), parties=CREATOR)).bookings
    _, after = refund_order(bookings, refund("1", "50.00"), "e")
    assert (bookings[0].back_base, after[0].back_base) == (0, 5_000)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ({"when": "paid"}, NOON),
        ({"when": "delivered"}, NOON + timedelta(days=3)),
        ({"when": "after_sales", "days": 7}, NOON + timedelta(days=10)),
        ({"when": "platform_settled"}, NOON + timedelta(days=20)),
    ],
    ids=["paid", "delivered", "after sales", "settled"],
)
def test_when_a_line_is_earned(moment, expected):
    record = order("1", delivered_at=NOON + timedelta(days=3))
    rule_ = EarningMoment.model_validate(moment)
    sale = sales_of(record, settled_at=NOON + timedelta(days=20))[0]
    assert earned_at(sale, rule_) == expected
    assert is_earned(sale, rule_, expected)
    assert not is_earned(sale, rule_, expected - timedelta(seconds=1))
    waiting = sales_of(order("1", paid_at=None))[0]
    assert earned_at(waiting, rule_) is None
    assert not is_earned(waiting, rule_, NOON)
