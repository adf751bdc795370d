"""The principle: an order earns the difference it makes, whatever the order of arrival."""

import random
from fractions import Fraction
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.settlement.lines import lines_sum
from engine.settlement.money import UNIT, exponent, fine_to_major, to_minor
from tests.engine.settlement.price_models import (
    cents,
    models,
    orders,
    pricer,
    steps,
    tiers,
)

DEALER = tiers(("0", "0"), ("500000", "3"), ("1000000", "5"))


def post(priced, sequence):
    """The entries of orders and refunds in the order they arrive, and the totals in the end."""
    figures = zip((0, 0, 0), *sequence, strict=True)
    totals = list(zip(*(accumulate(figure) for figure in figures), strict=True))
    entries = [priced.difference(before, after) for before, after in pairwise(totals)]
    return entries, totals[-1]


# -- properties ----------------------------------------------------------------------------------


@given(models(), orders, st.integers(0, 10**6))
def test_entries_sum_to_what_the_totals_are_worth_in_every_order_of_arrival(kind, arrived, seed):
    priced = pricer(*kind)
    shuffled = random.Random(seed).sample(arrived, len(arrived))
    for sequence in (arrived, shuffled):
        entries, end = post(priced, sequence)
        assert sum(fine for fine, _ in entries) == priced.at(*end) - priced.at(0, 0, 0)


@given(models(), steps, steps)
def test_the_lines_of_an_entry_sum_to_it_and_hold_whole_numbers_and_words_only(kind, one, other):
    fine, lines = pricer(*kind).difference(one, other)
    assert lines_sum(lines) == fine
    assert lines
    assert all(type(value) in (int, str) for line in lines for value in line)


@given(models(), steps, steps)
def test_a_refund_takes_back_what_the_order_gave(kind, before, after):
    priced = pricer(*kind)
    assert priced.difference(before, after)[0] == -priced.difference(after, before)[0]


@given(models(), orders)
def test_nothing_changes_when_nothing_is_added(kind, arrived):
    priced = pricer(*kind)
    _, end = post(priced, arrived)
    assert priced.difference(end, end)[0] == 0


@given(models())
def test_the_opening_entry_is_what_nothing_is_worth(kind):
    priced = pricer(*kind)
    fine, lines = priced.opening()
    assert fine == priced.at(0) == lines_sum(lines)


@given(models(), steps)
def test_a_maximum_is_never_exceeded(kind, totals):
    document, currency = kind
    priced = pricer(document, currency)
    if "maximum" in document:
        assert priced.at(*totals) <= cents(to_minor(document["maximum"], currency))


def by_hand(document, currency, totals):
    """Tiers in major units and fractions, as a person would reckon with a pencil."""
    by = document["by"]
    scale = 10 ** exponent(currency)
    amount, number = Fraction(totals[0], scale), totals[1]
    measure = {"amount": amount, "count": number, "qualifying": Fraction(totals[2], scale)}[by]
    rows = [
        (Fraction(row["from"]), row["reach"] == "over" and index, row)
        for index, row in enumerate(document["tiers"])
    ]
    reached = [
        row
        for index, (start, is_over, row) in enumerate(rows)
        if not index or (measure > start if is_over else measure >= start)
    ]

    def price(row, name):
        return Fraction(row.get(name, 0))

    if document["kind"] == "volume":
        row = reached[-1]
        parts = price(row, "percent") / 100 * amount, price(row, "amount_per_unit") * number
        return sum(parts) + price(row, "flat")
    flats = sum(price(row, "flat") for row in reached)
    if by == "count":
        first = price(rows[0][2], "amount_per_unit")
        if number <= 0:
            return flats + first * number
        # One by one: the tier of the n-th is the last whose edge n has reached.
        return flats + sum(
            price(
                [row for start, over, row in rows if (n > start if over else n >= start)][-1],
                "amount_per_unit",
            )
            for n in range(1, number + 1)
        )
    ends = [start for start, _, _ in rows[1:]] + [None]
    worth = Fraction(0)
    for (start, _, row), end in zip(rows, ends, strict=True):
        top = amount if end is None else min(amount, end)
        part = top - start if row is rows[0][2] else max(Fraction(0), top - start)
        worth += part * price(row, "percent") / 100
    return flats + worth


@given(models(kinds=("graduated", "volume"), has_terms=False), steps)
def test_tiers_are_worth_what_a_pencil_says(kind, totals):
    document, currency = kind
    fine = pricer(document, currency).at(*totals)
    assert Fraction(fine, 10 ** exponent(currency) * UNIT) == by_hand(document, currency, totals)


# -- what the lines say --------------------------------------------------------------------------


def test_an_order_across_two_edges_has_a_line_for_each_tier_it_touches():
    fine, lines = pricer({"kind": "graduated", "tiers": DEALER}).difference(
        (40_000_000, 1), (120_000_000, 2)
    )
    assert lines == (
        ("rate", 0, 10_000_000, 0),
        ("rate", 1, 50_000_000, 3_000_000),
        ("rate", 2, 20_000_000, 5_000_000),
    )
    assert fine_to_major(fine, "CNY") == 25_000


def test_a_volume_order_across_an_edge_re_prices_what_was_before_it():
    fine, lines = pricer({"kind": "volume", "tiers": DEALER}).difference(
        (90_000_000, 1), (120_000_000, 2)
    )
    assert lines == (
        ("rate", 2, 30_000_000, 5_000_000),
        ("jump", 2, 90_000_000, 2_000_000, 1, 5_000_000),
    )
    assert fine_to_major(fine, "CNY") == 33_000


def test_the_flat_part_of_a_tier_comes_once_it_is_reached_and_goes_with_a_refund():
    bonus = {
        "kind": "graduated",
        "by": "count",
        "tiers": [{"from": "0", "amount_per_unit": "1"}, {"from": "100", "flat": "500"}],
    }
    priced = pricer(bonus)
    assert priced.difference((0, 99), (0, 100)) == (
        cents(50_000),
        (("flat", 1, 1, cents(50_000)), ("unit", 1, 1, 0)),
    )
    assert priced.difference((0, 100), (0, 99))[0] == -cents(50_000)


def test_what_the_maximum_cuts_has_its_own_line_and_comes_back_after_a_refund():
    priced = pricer({"kind": "percentage", "percent": "10", "maximum": "100"})
    assert priced.difference((90_000, 1), (150_000, 2)) == (
        cents(1_000),
        (("rate", 0, 60_000, 10_000_000), ("cap", 0, 1, -cents(5_000))),
    )
    assert priced.difference((150_000, 2), (120_000, 1)) == (
        0,
        (("rate", 0, -30_000, 10_000_000), ("cap", 0, 1, cents(3_000))),
    )


def test_the_free_part_is_named_with_the_part_that_counts():
    priced = pricer({"kind": "percentage", "percent": "10", "free_amount": "1000"})
    assert priced.difference((80_000, 1), (150_000, 2)) == (
        cents(5_000),
        (("rate", 0, 50_000, 10_000_000), ("free", 0, 20_000, 0)),
    )


# -- edges ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reach", "just_below", "at", "above"),
    [("at", "0", "30000", "30000.03"), ("over", "0", "0", "30000.03")],
    ids=["达到", "超过"],
)
def test_an_edge_is_reached_or_exceeded_as_the_card_says(reach, just_below, at, above):
    priced = pricer({"kind": "volume", "tiers": tiers(("0", "0"), ("1000000", "3"), reach=reach)})
    found = [
        format(fine_to_major(priced.at(total), "CNY").normalize(), "f")
        for total in (99_999_999, 100_000_000, 100_000_100)
    ]
    assert found == [just_below, at, above]


@pytest.mark.parametrize(
    ("edge", "reach"), [("6", "at"), ("5", "over")], ids=["from the sixth", "above five"]
)
def test_things_counted_are_numbered_and_each_lies_on_one_side_of_an_edge(edge, reach):
    document = {
        "kind": "graduated",
        "by": "count",
        "tiers": [
            {"from": "0", "amount_per_unit": "7"},
            {"from": edge, "reach": reach, "amount_per_unit": "6.5"},
        ],
    }
    priced = pricer(document)
    assert priced.at(0, 5) == cents(3_500)
    assert priced.at(0, 6) == cents(4_150)


def test_tiers_can_follow_a_figure_counted_apart_from_what_is_paid_on():
    agency = {"kind": "volume", "by": "qualifying", "tiers": DEALER}
    priced = pricer(agency)
    assert priced.at(10_000_000, 1, 40_000_000) == 0
    assert priced.at(10_000_000, 1, 120_000_000) == cents(500_000)
    fine, lines = priced.difference((10_000_000, 1, 40_000_000), (10_000_000, 1, 60_000_000))
    assert fine == cents(300_000)
    assert lines[-1] == ("jump", 1, 10_000_000, 3_000_000, 0, 3_000_000)


# -- below zero ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"kind": "percentage", "percent": "5"}, -cents(500)),
        ({"kind": "percentage", "percent": "5", "free_amount": "10"}, 0),
        ({"kind": "per_unit", "amount": "2"}, -cents(400)),
        ({"kind": "graduated", "tiers": tiers(("0", "2"), ("50", "9"))}, -cents(200)),
        ({"kind": "volume", "tiers": tiers(("0", "2"), ("50", "9"))}, -cents(200)),
        ({"kind": "package", "size": "10", "amount": "3"}, 0),
        ({"kind": "blocks", "size": "10", "amount": "3"}, 0),
        ({"kind": "flat", "amount": "8"}, cents(800)),
        ({"kind": "flat", "amount": "8", "due": "once_used"}, 0),
    ],
    ids=[
        "percentage",
        "free part",
        "per unit",
        "graduated",
        "volume",
        "package",
        "blocks",
        "flat",
        "flat once used",
    ],
)
def test_below_zero_rates_run_on_and_whole_things_stop(document, expected):
    assert pricer(document).at(-10_000, -2) == expected
