"""The end of a window: coefficients, guarantee, promise, maximum, minimum."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import InvalidInput
from engine.settlement.lines import lines_sum
from engine.settlement.models import MODELS
from engine.settlement.money import fine_to_major
from tests.engine.settlement.price_models import cents, models, pricer, steps

SHARE = {"kind": "percentage", "percent": "10"}
FACTOR = {"key": "completion"}
# A chain is reckoned order by order: it has no end of a window.
WINDOWED = tuple(kind for kind in MODELS if kind != "chain")


def guaranteed(mode, **more):
    return {**SHARE, "guarantee": {"amount": "50000", "mode": mode, **more}}


@given(
    models(kinds=WINDOWED),
    steps,
    st.decimals("0", "3", places=4),
    st.sampled_from(["max_of", "base_plus", "advance"]),
    st.tuples(st.integers(0, 31), st.just(31)),
    st.booleans(),
)
def test_what_is_posted_and_the_true_up_are_what_is_due_and_the_lines_say_why(
    kind, totals, factor, mode, part, has_minimum
):
    document, currency = kind
    document = {
        **document,
        "coefficient": {"key": "k", "on": "all"},
        "guarantee": {"amount": "77", "mode": mode, "pro_rata": True},
    }
    if has_minimum:
        document["minimum"] = document.get("maximum", "12")
    priced = pricer(document, currency)
    closing = priced.closing(totals, {"k": factor}, part=part)
    assert priced.at(*totals) + closing.true_up == closing.due
    assert lines_sum(closing.lines) == closing.true_up
    assert closing.set_off + closing.carried == closing.advance


@pytest.mark.parametrize(
    ("mode", "share", "due", "set_off", "carried"),
    [
        ("max_of", 3_000_000, 5_000_000, 0, 0),
        ("max_of", 8_000_000, 8_000_000, 0, 0),
        ("base_plus", 3_000_000, 8_000_000, 0, 0),
        ("advance", 3_000_000, 3_000_000, 3_000_000, 2_000_000),
        ("advance", 8_000_000, 8_000_000, 5_000_000, 0),
    ],
)
def test_a_guarantee_of_50_000_in_its_three_readings(mode, share, due, set_off, carried):
    closing = pricer(guaranteed(mode)).closing((share * 10, 1))
    assert (closing.due, closing.set_off, closing.carried) == (
        cents(due),
        cents(set_off),
        cents(carried),
    )


@pytest.mark.parametrize(
    ("on", "due"), [("share", 5_000_000), ("guarantee", 8_000_000), ("all", 6_400_000)]
)
def test_a_completion_coefficient_works_on_the_share_the_guarantee_or_both(on, due):
    # A share of 80,000 and a guarantee of 50,000; the table confirms 0.6 or 0.8.
    document = {**guaranteed("max_of"), "coefficient": {**FACTOR, "on": on}}
    factor = "0.6" if on == "share" else "0.8"
    assert pricer(document).closing((80_000_000, 1), {"completion": factor}).due == cents(due)


def test_a_missing_coefficient_stops_the_close_instead_of_counting_as_one():
    priced = pricer({**SHARE, "coefficient": FACTOR})
    with pytest.raises(InvalidInput) as raised:
        priced.close(100, 1)
    assert raised.value.problems[0].path == "/coefficients/completion"
    assert raised.value.problems[0].code == "missing_coefficient"


@pytest.mark.parametrize("value", ["-0.1", "abc", 0.5, None, True])
def test_a_coefficient_that_is_no_factor_is_refused(value):
    priced = pricer({**SHARE, "coefficient": FACTOR})
    with pytest.raises(InvalidInput):
        priced.close(100, 1, {"completion": value})


@pytest.mark.parametrize("part", [(-1, 30), (31, 30), (0, 0)])
def test_days_that_are_no_part_of_a_window_are_refused(part):
    with pytest.raises(InvalidInput):
        pricer(SHARE).close(100, 1, part=part)


def test_a_fixed_factor_is_in_every_entry_and_needs_no_true_up():
    off_season = {**SHARE, "coefficient": {"value": "0.8"}}
    priced = pricer(off_season)
    assert priced.at(100_00, 1) == cents(800)
    assert priced.close(100_00, 1) == 0


def test_a_coefficient_lifts_a_share_up_to_the_maximum_only():
    priced = pricer({**SHARE, "maximum": "100", "coefficient": FACTOR})
    closing = priced.closing((90_000, 1), {"completion": "1.5"})
    assert closing.due == cents(10_000)
    assert [line[0] for line in closing.lines] == ["coefficient", "cap"]
    again = priced.closing((150_000, 1), {"completion": "0.5"})
    assert again.true_up == -cents(2_500)
    assert lines_sum(again.lines) == again.true_up


@pytest.mark.parametrize(
    ("reached", "back"),
    [(70_000_000, "-9000"), (100_000_000, "0"), (130_000_000, "0"), (0, "-30000")],
)
def test_a_slot_fee_is_given_back_in_proportion_to_what_was_missed(reached, back):
    slot = {"kind": "flat", "amount": "30000", "promise": {"by": "amount", "target": "1000000"}}
    assert str(fine_to_major(pricer(slot).close(reached, 1), "CNY")) == back


def test_a_promise_can_be_kept_in_pieces():
    slot = {"kind": "flat", "amount": "100", "promise": {"by": "count", "target": "3"}}
    closing = pricer(slot).closing((0, 1))
    # A third of 100 yuan is no whole number of fine units: it is rounded to the nearest.
    assert closing.due == 333_333_333_333
    assert closing.lines == (("promise", 0, 1, 333_333_333_333 - cents(10_000), 1, 3, "count"),)


def test_a_part_window_has_its_part_of_the_guarantee_only_when_the_card_says_so():
    in_part = pricer(guaranteed("max_of", pro_rata=True)).closing((0, 0), part=(12, 30))
    assert in_part.lines == (
        ("guarantee", 0, 1, cents(2_000_000), "max_of", cents(2_000_000), 12, 30),
    )
    whole = pricer(guaranteed("max_of")).closing((0, 0), part=(12, 30))
    assert whole.lines == (("guarantee", 0, 1, cents(5_000_000), "max_of", cents(5_000_000), 1, 1),)
