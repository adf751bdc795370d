"""JSON of unknown origin: read quickly where that is safe, and always to the same values."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors import MAX_DEPTH, clean, parse_json

TEXTS = st.text(st.characters() | st.sampled_from('\x00\ud83d\ude00[]{}\\"9'), max_size=8)
NUMBERS = st.integers(-(2**70), 2**70) | st.integers(2**63 - 3, 2**63 + 3) | st.floats()
LEAVES = st.none() | st.booleans() | NUMBERS | TEXTS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
)


def read(raw: bytes) -> Any:
    """The values, or None where they are refused."""
    try:
        return [parse_json(raw)]
    except ValueError:
        return None


@given(VALUES, st.booleans())
@example("9223372036854775808", True)
@example({"\ud83d": "\x00"}, True)
@example(9223372036854775808, True)
@example(-9223372036854775809, False)
@example([1e308, -0.0], False)
@settings(max_examples=300)
def test_it_is_what_the_careful_way_gives(value: Any, is_ascii: bool) -> None:
    raw = json.dumps(value, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")
    try:
        slow = [clean(json.loads(raw, parse_constant=pytest.fail))]
    except (ValueError, pytest.fail.Exception):
        slow = None
    found = read(raw)
    assert found == slow
    if found is not None:
        orjson.dumps(found)  # every serializer takes it


@pytest.mark.parametrize("levels", [MAX_DEPTH, MAX_DEPTH + 1, 5_000], ids=str)
@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"a":', "}")], ids=["[", "{"])
def test_levels_are_limited(opened: str, closed: str, levels: int) -> None:
    inner = "1"
    raw = (opened * levels + inner + closed * levels).encode()
    assert (read(raw) is None) is (levels > MAX_DEPTH)


@pytest.mark.parametrize("raw", [b"[1e400]", b'["\\u0000", -1e400]', b"[NaN]"], ids=str)
def test_what_is_no_finite_number_is_refused(raw: bytes) -> None:
    assert read(raw) is None
