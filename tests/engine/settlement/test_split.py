"""Splits sum exactly: remainder rules, caps, negative amounts, currencies with 0, 2, 3 decimals."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.core.errors import InvalidInput
from engine.settlement.chain import read_chain, share_along
from engine.settlement.split import Share, read_split, split
from tests.engine.settlement.price_models import CURRENCIES, amounts

KEYS = ["a", "b", "c", "d", "e"]


def plan(*shares, remainder="largest"):
    return {
        "shares": [
            dict(zip(("key", "kind", "value", "cap"), share, strict=False)) for share in shares
        ],
        "remainder": remainder,
    }


def amounts_of(document, amount, currency="CNY"):
    return [part.amount for part in read_split(document, currency).parts(amount)]


@st.composite
def plans(draw):
    """(document, currency): fixed and percent shares; the rest to weights or one that remains."""
    currency = draw(st.sampled_from(CURRENCIES))
    shares = []
    left = 100
    for key in draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=4)):
        kind = draw(st.sampled_from(["fixed", "percent", "weight"]))
        share = {"key": key, "kind": kind}
        if kind == "fixed":
            share["value"] = draw(amounts(currency, 500))
        elif kind == "percent":
            part = draw(st.integers(0, left * 1000))
            left -= -(-part // 1000)
            share["value"] = f"{part // 1000}.{part % 1000:03d}"
        else:
            share["value"] = str(draw(st.integers(0, 9)))
        if kind != "fixed" and draw(st.booleans()):
            share["cap"] = draw(amounts(currency, 200))
        shares.append(share)
    has_weights = any(share["kind"] == "weight" for share in shares)
    rest = (
        {"key": "z", "kind": "weight", "value": "3"}
        if has_weights
        else {"key": "z", "kind": "remaining"}
    )
    shares.insert(draw(st.integers(0, len(shares))), rest)
    named = draw(st.sampled_from([share["key"] for share in shares if share["kind"] != "fixed"]))
    remainder = draw(st.sampled_from(["largest", "first", "last", f"party:{named}"]))
    return {"shares": shares, "remainder": remainder}, currency


@given(plans(), st.integers(-(10**9), 10**9))
def test_the_parts_sum_to_the_amount_and_none_is_above_its_cap_or_of_the_other_sign(kind, amount):
    splitter = read_split(*kind)
    parts = splitter.parts(amount)
    assert sum(part.amount for part in parts) == amount
    for part, taker in zip(parts, splitter.takers, strict=True):
        assert part.amount * amount >= 0
        assert taker.cap is None or abs(part.amount) <= taker.cap


@given(plans(), st.integers(0, 10**9))
def test_a_refund_mirrors_its_order(kind, amount):
    splitter = read_split(*kind)
    there = [part.amount for part in splitter.parts(amount)]
    assert [part.amount for part in splitter.parts(-amount)] == [-part for part in there]


@given(st.lists(st.integers(1, 50), min_size=1, max_size=5), st.integers(0, 10**6))
def test_by_largest_remainder_nobody_is_a_cent_away_from_the_exact_share(weights, amount):
    shares = [(key, "weight", str(weight)) for key, weight in zip(KEYS, weights, strict=False)]
    total = sum(weights)
    for part, weight in zip(amounts_of(plan(*shares), amount), weights, strict=True):
        assert abs(part * total - amount * weight) < total


@pytest.mark.parametrize(
    ("remainder", "parts"),
    [
        ("largest", [34, 33, 33]),
        ("first", [34, 33, 33]),
        ("last", [33, 33, 34]),
        ("party:b", [33, 34, 33]),
    ],
)
def test_the_cent_left_over_goes_where_the_rule_says(remainder, parts):
    thirds = plan(
        ("a", "weight", "1"), ("b", "weight", "1"), ("c", "weight", "1"), remainder=remainder
    )
    assert amounts_of(thirds, 100) == parts
    assert amounts_of(thirds, -100) == [-part for part in parts]


def test_fixed_comes_before_percent_before_the_rest():
    document = plan(("store", "remaining"), ("platform", "percent", "10"), ("visit", "fixed", "30"))
    assert amounts_of(document, 10_000) == [6_000, 1_000, 3_000]
    # Too little for all: the fixed share is served first.
    assert amounts_of(document, 3_050) == [0, 50, 3_000]
    assert amounts_of(document, 2_000) == [0, 0, 2_000]


def test_what_a_cap_cuts_off_goes_to_the_other_weights():
    document = plan(("a", "weight", "5", "20"), ("b", "weight", "3", "30"), ("c", "weight", "2"))
    assert amounts_of(document, 10_000) == [2_000, 3_000, 5_000]
    assert [part.is_capped for part in read_split(document, "CNY").parts(10_000)] == [
        True,
        True,
        False,
    ]


def test_no_cent_left_over_goes_above_a_cap():
    document = plan(
        ("a", "percent", "50", "10.00"),
        ("b", "weight", "1"),
        ("c", "weight", "1"),
        remainder="first",
    )
    assert amounts_of(document, 2_001) == [1_000, 501, 500]


def test_a_named_party_without_a_part_of_its_own_can_take_the_cents():
    document = plan(
        ("a", "weight", "1"), ("b", "weight", "2"), ("hq", "weight", "0"), remainder="party:hq"
    )
    assert amounts_of(document, 100) == [33, 66, 1]


def test_shares_can_be_split_without_a_document():
    parts = split(1_001, [Share(key="a", value="1"), Share(key="b", value="1")], "last")
    assert [(part.key, part.amount, part.remainder) for part in parts] == [
        ("a", 500, 0),
        ("b", 501, 1),
    ]


def test_fixed_shares_alone_must_make_the_whole():
    document = plan(("visit", "fixed", "30"), ("parts", "fixed", "150"))
    assert amounts_of(document, 18_000) == [3_000, 15_000]
    with pytest.raises(InvalidInput) as raised:
        amounts_of(document, 18_001)
    assert raised.value.problems[0].code == "split_not_whole"
    assert "0.01 CNY" in raised.value.problems[0].message["en"]


WRONG = {
    "no shares": ({"shares": []}, "/shares", "too_short"),
    "no object": ("half", "", "model_type"),
    "over 100 %": (
        plan(("a", "percent", "60"), ("b", "percent", "50")),
        "/shares",
        "above_hundred",
    ),
    "under 100 %": (plan(("a", "percent", "60")), "/shares", "split_not_whole"),
    "capped percent": (plan(("a", "percent", "100", "5")), "/shares", "split_not_whole"),
    "all capped": (plan(("a", "weight", "1", "5")), "/shares", "split_not_whole"),
    "only zero": (plan(("a", "weight", "0")), "/shares", "split_not_whole"),
    "rest twice": (plan(("a", "weight", "1"), ("b", "remaining")), "/shares", "split_twice"),
    "same party": (plan(("a", "weight", "1"), ("a", "weight", "1")), "/shares/1/key", "doubled"),
    "negative": (plan(("a", "weight", "-1")), "/shares/0/value", "negative"),
    "no value": (plan(("a", "percent")), "/shares/0/value", "missing_rate"),
    "value of the rest": (plan(("a", "remaining", "5")), "/shares/0/value", "missing_rate"),
    "half a cent": (
        plan(("a", "fixed", "0.005"), ("b", "remaining")),
        "/shares/0/value",
        "too_many_decimals",
    ),
    "cap too fine": (
        plan(("a", "weight", "1", "0.005"), ("b", "weight", "1")),
        "/shares/0/cap",
        "too_many_decimals",
    ),
    "cap on fixed": (plan(("a", "fixed", "1", "5"), ("b", "remaining")), "/shares/0/cap", "cap"),
    "unknown rule": (plan(("a", "weight", "1"), remainder="middle"), "/remainder", "remainder"),
    "nobody": (plan(("a", "weight", "1"), remainder="party:x"), "/remainder", "remainder"),
    "fixed remainder": (
        plan(("a", "fixed", "1"), ("b", "remaining"), remainder="party:a"),
        "/remainder",
        "remainder",
    ),
}


@pytest.mark.parametrize(("document", "path", "code"), WRONG.values(), ids=WRONG)
def test_a_wrong_split_is_refused_with_its_path(document, path, code):
    with pytest.raises(InvalidInput) as raised:
        read_split(document, "CNY", "/split")
    found = [(problem.path, problem.code) for problem in raised.value.problems]
    assert ("/split" + path, code) in found


def test_an_unknown_currency_of_a_split_is_refused():
    with pytest.raises(InvalidInput):
        read_split(plan(("a", "weight", "1")), "XXX")


# -- chains --------------------------------------------------------------------------------------


@st.composite
def chains(draw):
    levels = [{"key": "k0", "percent": str(draw(st.integers(0, 40)))}]
    for index in range(1, draw(st.integers(1, 4))):
        mode = draw(st.sampled_from(["on_top", "carved_out"]))
        top = 100 if mode == "carved_out" else 15
        levels.append({"key": f"k{index}", "percent": str(draw(st.integers(0, top))), "mode": mode})
    document = {"levels": levels}
    if draw(st.booleans()):
        document["ceiling"] = {
            "percent": str(draw(st.integers(0, 60))),
            "cut": draw(st.sampled_from(["last", "proportional"])),
        }
        if draw(st.booleans()):
            document["ceiling"]["amount"] = draw(amounts("CNY", 1000))
    return document


@given(chains(), st.integers(-(10**8), 10**8), st.sampled_from(["half_up", "down", "half_even"]))
def test_a_chain_hands_out_exactly_what_is_on_top_below_its_ceiling(document, base, rounding):
    chain = read_chain(document, "CNY")
    links = share_along(base, chain, "CNY", rounding)
    outlay = sum(link.gross - link.cut for link in links if link.mode == "on_top")
    assert sum(link.amount for link in links) == outlay
    assert all(link.amount * base >= 0 for link in links)
    assert share_along(-base, chain, "CNY", rounding) == tuple(
        type(link)(link.key, link.mode, link.percent, -link.gross, -link.cut, -link.amount)
        for link in links
    )
    if chain.ceiling is not None:
        assume(chain.ceiling.amount is not None)
        assert abs(outlay) <= chain.ceiling.amount * 100


WRONG_CHAINS = {
    "no levels": ({"levels": []}, "/levels", "too_short"),
    "carved from nobody": (
        {"levels": [{"key": "a", "percent": "5", "mode": "carved_out"}]},
        "/levels/0/mode",
        "chain_start",
    ),
    "over 100 %": (
        {"levels": [{"key": "a", "percent": "60"}, {"key": "b", "percent": "50"}]},
        "/levels",
        "above_hundred",
    ),
    "too much carved": (
        {
            "levels": [
                {"key": "a", "percent": "5"},
                {"key": "b", "percent": "101", "mode": "carved_out"},
            ]
        },
        "/levels/1/percent",
        "above_hundred",
    ),
    "negative": ({"levels": [{"key": "a", "percent": "-5"}]}, "/levels/0/percent", "negative"),
    "same party": (
        {"levels": [{"key": "a", "percent": "5"}, {"key": "a", "percent": "5"}]},
        "/levels/1/key",
        "doubled",
    ),
    "empty ceiling": (
        {"levels": [{"key": "a", "percent": "5"}], "ceiling": {}},
        "/ceiling",
        "missing_rate",
    ),
    "ceiling too fine": (
        {"levels": [{"key": "a", "percent": "5"}], "ceiling": {"amount": "0.001"}},
        "/ceiling/amount",
        "too_many_decimals",
    ),
}


@pytest.mark.parametrize(("document", "path", "code"), WRONG_CHAINS.values(), ids=WRONG_CHAINS)
def test_a_wrong_chain_is_refused_with_its_path(document, path, code):
    with pytest.raises(InvalidInput) as raised:
        read_chain(document, "CNY", "/chain")
    assert ("/chain" + path, code) in [(found.path, found.code) for found in raised.value.problems]
