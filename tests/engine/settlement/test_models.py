"""Bad models: every fault has a path and a sentence, and a gap never pays 0 in silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import InvalidInput
from engine.settlement.check import model_problems, read_model
from engine.settlement.pricing import compile_model

RATE = {"kind": "percentage", "percent": "5"}


def tiered(*rows, kind="graduated", **more):
    return {"kind": kind, "tiers": list(rows), **more}


def tier(start, percent="3", **more):
    return {"from": start, **({"percent": percent} if percent is not None else {}), **more}


WRONG = {
    "no object": ("5%", "", "model_type"),
    "unknown kind": ({"kind": "magic"}, "/kind", "model_kind"),
    "no kind": ({}, "/kind", "model_kind"),
    "missing rate": ({"kind": "percentage"}, "/percent", "missing"),
    "unknown field": ({**RATE, "percnt": "5"}, "/percnt", "extra_forbidden"),
    "float": ({"kind": "percentage", "percent": 5.5}, "/percent", "value_error"),
    "words": ({"kind": "percentage", "percent": "five"}, "/percent", "value_error"),
    "infinity": ({"kind": "percentage", "percent": "Infinity"}, "/percent", "value_error"),
    "exponent": ({"kind": "percentage", "percent": "1e99"}, "/percent", "value_error"),
    "negative rate": ({"kind": "percentage", "percent": "-5"}, "/percent", "negative"),
    "over 100 %": ({"kind": "percentage", "percent": "100.01"}, "/percent", "above_hundred"),
    "seven decimals": (
        {"kind": "percentage", "percent": "0.1234567"},
        "/percent",
        "too_many_decimals",
    ),
    "negative amount": ({"kind": "per_unit", "amount": "-1"}, "/amount", "negative"),
    "amount too fine": (
        {"kind": "per_unit", "amount": "0.00000000001"},
        "/amount",
        "too_many_decimals",
    ),
    "half a piece": (
        {"kind": "package", "size": "2.5", "amount": "1"},
        "/size",
        "too_many_decimals",
    ),
    "empty package": ({"kind": "package", "size": "0", "amount": "1"}, "/size", "not_above_zero"),
    "half a cent": (
        {"kind": "blocks", "size": "0.005", "amount": "1"},
        "/size",
        "too_many_decimals",
    ),
    "minimum": ({**RATE, "minimum": "9", "maximum": "8"}, "/minimum", "minimum_above_maximum"),
    "negative maximum": ({**RATE, "maximum": "-8"}, "/maximum", "negative"),
    "guarantee": ({**RATE, "guarantee": {"amount": "-1"}}, "/guarantee/amount", "negative"),
    "guarantee mode": (
        {**RATE, "guarantee": {"amount": "1", "mode": "x"}},
        "/guarantee/mode",
        "literal_error",
    ),
    "two coefficients": (
        {**RATE, "coefficient": {"key": "k", "value": "1"}},
        "/coefficient",
        "coefficient",
    ),
    "no coefficient": ({**RATE, "coefficient": {}}, "/coefficient", "coefficient"),
    "negative coefficient": (
        {**RATE, "coefficient": {"value": "-1"}},
        "/coefficient/value",
        "negative",
    ),
    "coefficient too fine": (
        {"kind": "percentage", "percent": "0.333333", "coefficient": {"value": "0.5"}},
        "/percent",
        "too_many_decimals",
    ),
    "promise of nothing": (
        {"kind": "flat", "amount": "5", "promise": {"target": "0"}},
        "/promise/target",
        "not_above_zero",
    ),
    "no tiers": (tiered(), "/tiers", "too_short"),
    "gap below": (tiered(tier("500000")), "/tiers/0/from", "tier_gap"),
    "gap between": (tiered(tier("0", to="10"), tier("20")), "/tiers/0/to", "tier_gap"),
    "gap above": (tiered(tier("0", to="10"), tier("10", to="90")), "/tiers/1/to", "tier_gap"),
    "overlap": (tiered(tier("0", to="30"), tier("20")), "/tiers/0/to", "tier_overlap"),
    "same edge": (tiered(tier("0"), tier("20"), tier("20")), "/tiers/2/from", "tier_overlap"),
    "out of order": (tiered(tier("0"), tier("20"), tier("10")), "/tiers/2/from", "tier_overlap"),
    "edge twice": (
        tiered(tier("0"), tier("20", reach="over"), tier("20.01")),
        "/tiers/2/from",
        "tier_overlap",
    ),
    "gap by number": (
        tiered(
            {"from": "0", "to": "4", "amount_per_unit": "1"},
            {"from": "6", "amount_per_unit": "1"},
            by="count",
        ),
        "/tiers/0/to",
        "tier_gap",
    ),
    "tier without rate": (tiered(tier("0"), tier("9", None)), "/tiers/1", "missing_rate"),
    "negative edge": (tiered(tier("0"), tier("-9")), "/tiers/1/from", "negative"),
    "edge too fine": (tiered(tier("0"), tier("9.999")), "/tiers/1/from", "too_many_decimals"),
    "negative tier": (tiered(tier("0", "-1")), "/tiers/0/percent", "negative"),
    "percent by number": (tiered(tier("0"), by="count"), "/tiers/0/percent", "tier_measure"),
    "unit by amount": (
        tiered(tier("0", None, amount_per_unit="1")),
        "/tiers/0/amount_per_unit",
        "tier_measure",
    ),
    "falling total": (
        tiered(tier("0", "5"), tier("9", "3"), kind="volume"),
        "/tiers/1",
        "total_falls",
    ),
    "falling price": (
        tiered(
            tier("0", "3", amount_per_unit="2"), tier("9", "5", amount_per_unit="1"), kind="volume"
        ),
        "/tiers/1",
        "total_falls",
    ),
    "falling flat": (
        tiered(tier("0", "3", flat="9"), tier("9", "5", flat="0"), kind="volume"),
        "/tiers/1",
        "total_falls",
    ),
}


@pytest.mark.parametrize(("document", "path", "code"), WRONG.values(), ids=WRONG)
def test_a_wrong_model_is_refused_with_a_path_and_a_sentence_in_both_languages(
    document, path, code
):
    problems = model_problems(document, "CNY", "/rules/0/model")
    assert ("/rules/0/model" + path, code) in [(found.path, found.code) for found in problems]
    for problem in problems:
        assert problem.message["zh"] != problem.message["en"]
    with pytest.raises(InvalidInput) as raised:
        read_model(document, "CNY", "/rules/0/model")
    assert list(raised.value.problems) == problems


@pytest.mark.parametrize("currency", ["XXX", "cny", "", "RMB", None, 5])
def test_an_unknown_currency_is_refused(currency):
    problems = model_problems(RATE, currency)
    assert [problem.code for problem in problems] == ["currency"]


def test_a_currency_without_cents_refuses_them():
    assert model_problems({"kind": "graduated", "tiers": [tier("0"), tier("9.5")]}, "JPY")
    assert not model_problems({"kind": "graduated", "tiers": [tier("0"), tier("9.555")]}, "BHD")


@pytest.mark.parametrize(
    "document",
    [
        tiered(tier("0", "0"), tier("500000", reach="over")),
        tiered(tier("0", to="500000"), tier("500000", to="900000"), tier("900000")),
        tiered(
            {"from": "0", "to": "5", "amount_per_unit": "7"},
            {"from": "6", "to": "10", "amount_per_unit": "6"},
            {"from": "10", "reach": "over", "amount_per_unit": "5"},
            by="count",
        ),
        tiered(tier("0", "5"), tier("9", "3"), kind="volume", allow_fall=True),
        {"kind": "percentage", "percent": "0"},
    ],
    ids=["explicit 0", "from and to", "1-5, 6-10, 11 up", "fall confirmed", "free of commission"],
)
def test_models_as_people_write_them_are_accepted(document):
    model = read_model(document, "CNY")
    assert compile_model(model, "CNY").at(0) == 0
    written = model.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert read_model(written, "CNY") == model


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["kind", "percent", "tiers", "from", "amount", "size", "guarantee", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from(["percentage", "flat", "package", "graduated", "volume", "blocks"]))
def test_whatever_is_handed_in_is_a_model_or_has_problems(document, kind):
    if isinstance(document, dict):
        document = {**document, "kind": kind}
    try:
        model = read_model(document, "CNY")
    except InvalidInput as error:
        model, problems = None, error.problems
    if model is None:
        assert problems
        assert all(problem.path == "" or problem.path[0] == "/" for problem in problems)
    else:
        compile_model(model, "CNY").at(123, 4)
