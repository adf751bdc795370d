"""Amounts as whole numbers: nothing is lost on the way in, and rounding mirrors at zero."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import InvalidInput
from engine.settlement.money import (
    EXPONENTS,
    FINE,
    UNIT,
    exponent,
    fine_to_major,
    round_fine,
    round_ratio,
    to_major,
    to_minor,
)

MODES = {"half_up": ROUND_HALF_UP, "down": ROUND_DOWN, "half_even": ROUND_HALF_EVEN}


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [
        ("128.50", "CNY", 12_850),
        ("128.5", "CNY", 12_850),
        ("128.500", "CNY", 12_850),
        ("-0.01", "CNY", -1),
        (Decimal("12.340"), "BHD", 12_340),
        (7, "CNY", 700),
        ("500", "JPY", 500),
        ("-0", "CNY", 0),
        ("0.0001", "CLF", 1),
    ],
)
def test_an_amount_becomes_minor_units_of_its_currency(value, currency, minor):
    assert to_minor(value, currency) == minor


@pytest.mark.parametrize(
    "value",
    [
        *("1.005", "", " 1", "1\n", "+1", "1_000", "1,000", "1e3", "NaN", "٣", ".5", "5."),
        *("9" * 19, 1.5, True, None, 10**18, []),
        *(Decimal("Infinity"), Decimal("1E+30"), Decimal("1E-999999999")),
    ],
    ids=ascii,
)
def test_what_is_no_amount_in_cents_is_refused_with_its_path(value):
    with pytest.raises(InvalidInput) as raised:
        to_minor(value, "CNY", "/amount")
    assert raised.value.problems[0].path == "/amount"


def test_currencies_have_the_decimals_of_iso_4217():
    assert [exponent(code) for code in ("JPY", "CNY", "USD", "BHD", "KWD")] == [0, 2, 2, 3, 3]
    assert all(len(code) == 3 and code.isupper() for code in EXPONENTS)
    with pytest.raises(InvalidInput):
        exponent("ABC")


@given(st.integers(-(10**17), 10**17), st.sampled_from(sorted(EXPONENTS)))
def test_minor_units_come_back_as_they_went(minor, currency):
    assert to_minor(to_major(minor, currency), currency) == minor


@given(st.integers(-(10**20), 10**20), st.sampled_from(sorted(MODES)))
def test_rounding_is_that_of_decimal_arithmetic(fine, mode):
    with localcontext(prec=60):
        expected = (Decimal(fine) / UNIT).quantize(Decimal(1), MODES[mode])
    assert round_fine(fine, mode) == int(expected)
    assert round_fine(-fine, mode) == -round_fine(fine, mode)


@pytest.mark.parametrize(
    ("mode", "rounded"),
    [("half_up", [1, 2, 3, -1, -2]), ("down", [0, 1, 2, 0, -1]), ("half_even", [0, 2, 2, 0, -2])],
)
def test_halves_go_where_the_mode_says(mode, rounded):
    halves = [UNIT // 2 * part for part in (1, 3, 5, -1, -3)]
    assert [round_fine(half, mode) for half in halves] == rounded


def test_an_unknown_rounding_is_refused():
    with pytest.raises(InvalidInput):
        round_fine(1, "up")


@given(st.integers(-(10**20), 10**20), st.sampled_from(["JPY", "CNY", "BHD"]))
def test_fine_units_are_shown_exactly(fine, currency):
    with localcontext(prec=60):
        assert fine_to_major(fine, currency).scaleb(exponent(currency) + FINE) == fine


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_a_proportion_is_rounded_to_the_nearest(top, bottom):
    assert abs(round_ratio(top, bottom) * bottom - top) * 2 <= bottom
