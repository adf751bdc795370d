"""Canonical records: their schemas, their amounts, and how amounts are spread over lines."""

from __future__ import annotations

import copy
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from engine.core.errors import InvalidInput
from engine.core.records import (
    RECORDS,
    Order,
    schemas,
    spread,
    spread_over_lines,
    write_amount,
    write_cents,
)
from engine.core.records.order import ADJUSTMENT_NAMES, BEARER_NAMES, FEE_NAMES
from engine.core.records.samples import sample_data

CENTS = st.integers(-10_000_000, 10_000_000).map(lambda cents: Decimal(cents).scaleb(-2))
WEIGHTS = st.lists(
    st.integers(0, 10_000_000).map(lambda cents: Decimal(cents).scaleb(-2)), min_size=1, max_size=30
)


def _order() -> dict[str, object]:
    return sample_data("order.paid")["order"]


# -- schemas -------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_schemas_are_json_schema_and_every_property_has_both_names(locale):
    found = schemas(locale)
    assert set(found) == set(RECORDS)
    for name, schema in found.items():
        Draft202012Validator.check_schema(schema)
        assert schema["$schema"].endswith("2020-12/schema")
        for part in (schema, *schema.get("$defs", {}).values()):
            for key, inner in part["properties"].items():
                title = inner["x-title"]
                assert title["zh"], (name, key)
                assert title["en"], (name, key)
                assert inner["title"] == title[locale]


def test_business_names_of_an_order():
    names = schemas("zh")["order"]["properties"]
    assert names["amount"]["title"] == "订单实付金额"
    assert names["promoter"]["title"] == "推广人"
    assert names["amount"]["format"] == "decimal"
    assert names["paid_at"]["format"] == "date-time"


def test_a_schema_handed_out_can_be_changed_without_harm():
    schemas("zh")["order"]["properties"].clear()
    assert schemas("zh")["order"]["properties"]


def test_published_schema_and_model_accept_the_same_sample():
    order = _order()
    assert not list(Draft202012Validator(schemas("en")["order"]).iter_errors(order))
    assert Order.model_validate(order).amount == "528.00"


def test_every_choice_has_a_name():
    parts = schemas("zh")["order"]["$defs"]
    assert set(parts["Adjustment"]["properties"]["type"]["enum"]) == set(ADJUSTMENT_NAMES)
    assert set(parts["Adjustment"]["properties"]["bearer"]["enum"]) == set(BEARER_NAMES)
    assert set(parts["Fee"]["properties"]["type"]["enum"]) == set(FEE_NAMES)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", 528.0),
        ("amount", 528),
        ("amount", "1e3"),
        ("amount", "NaN"),
        ("amount", "12.345678"),
        ("amount", "\uff15\uff12"),
        ("amount", ""),
        ("created_at", "2026-11-11T20:00:00"),
        ("created_at", "2026-02-30T20:00:00Z"),
        ("created_at", "0001-01-01T00:00:00+08:00"),
        ("created_at", 1762862400),
        ("currency", "RMB元"),
        ("status", "done"),
        ("unknown", 1),
    ],
)
def test_a_malformed_order_is_refused(field, value):
    with pytest.raises(ValidationError):
        Order.model_validate({**_order(), field: value})


# -- amounts -------------------------------------------------------------------------------------


def test_writing_amounts():
    assert write_amount(Decimal("128")) == "128.00"
    assert write_amount(Decimal("0.125")) == "0.125"
    assert write_amount(Decimal("1E+3")) == "1000.00"
    assert write_amount(Decimal("-0.5"), places=0) == "-0.5"
    assert write_cents(-5) == "-0.05"
    assert write_cents(12_345) == "123.45"


@given(CENTS, WEIGHTS)
def test_spread_is_exact_to_the_cent_and_fair(amount, weights):
    parts = spread(amount, weights)
    assert sum(parts) == amount
    total = sum(weights) or Decimal(len(weights))
    for part, weight in zip(parts, weights, strict=True):
        share = weight if any(weights) else Decimal(1)
        exact = Fraction(amount) * Fraction(share) / Fraction(total)
        assert abs(Fraction(part) - exact) < Fraction(1, 100)
        assert part * amount >= 0


@given(CENTS, WEIGHTS)
def test_spread_of_a_negative_amount_is_the_mirror(amount, weights):
    assert spread(-amount, weights) == [-part for part in spread(amount, weights)]


def test_spread_by_hand():
    thirds = spread(Decimal("100.00"), [Decimal(1)] * 3)
    assert thirds == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    # 0.10 by 3:2:2 is 4.28, 2.86, 2.86 cents: the two that lose most by flooring get the cents.
    weights = [Decimal(3), Decimal(2), Decimal(2)]
    assert spread(Decimal("0.10"), weights) == [Decimal("0.04"), Decimal("0.03"), Decimal("0.03")]
    assert spread(Decimal(7), [Decimal(1), Decimal(1)], places=0) == [Decimal(4), Decimal(3)]
    assert spread(Decimal(0), []) == []


@pytest.mark.parametrize(
    ("amount", "weights"),
    [
        (Decimal("1.001"), [Decimal(1)]),
        (Decimal("1.00"), []),
        (Decimal("1.00"), [Decimal(-1), Decimal(2)]),
        (Decimal("NaN"), [Decimal(1)]),
        (Decimal("1.00"), [Decimal("Infinity")]),
    ],
)
def test_spread_refuses_what_cannot_be_split(amount, weights):
    with pytest.raises(InvalidInput):
        spread(amount, weights)


def test_order_level_adjustments_are_spread_and_a_line_keeps_its_own():
    order = copy.deepcopy(_order())
    order["adjustments"].append({"type": "points", "amount": "5.00", "line": "6921001100230047"})
    lines = spread_over_lines(order, "adjustments")
    for entry in order["adjustments"]:
        shares = [share for line in lines for held, share in line if held is entry]
        assert sum(shares) == Decimal(entry["amount"])
    assert [entry["type"] for entry, _ in lines[0]] == ["shop_coupon", "platform_coupon", "freight"]
    assert lines[1][-1] == (order["adjustments"][-1], Decimal("5.00"))
    assert lines[0][0][1] == Decimal("40.62")  # 60.00 × 352 / 520 = 40.615…


def test_an_order_paid_with_nothing_is_spread_by_price():
    order = {
        "lines": [
            {"amount": "0.00", "price": "10.00", "quantity": 3},
            {"amount": "0.00", "price": "10.00", "quantity": 1},
        ],
        "fees": [{"type": "other", "amount": "4.00"}],
    }
    assert [line[0][1] for line in spread_over_lines(order, "fees")] == [Decimal(3), Decimal(1)]
