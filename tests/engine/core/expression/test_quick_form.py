"""The quick form of an expression answers as the careful one, or gives up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.expression.compile import make
from engine.core.expression.emit import emit
from engine.core.expression.literals import CHINA
from engine.core.expression.parse import parse
from engine.core.expression.schema import place

NOW = datetime(2026, 11, 11, 12, 30, tzinfo=UTC)


class Fault(Exception):
    pass


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "a", "1"]),
    st.decimals(-3, 3, places=1), st.sampled_from([0.5, 1.0]), st.just(NOW), st.just([1, "a"]),
)  # fmt: skip
OPERANDS = st.sampled_from(
    ["a.x", "a.y", "b", "a.z.length", "1", "'a'", "true", "null", "[1, 'a']", "a.x&.y"]
)
BINARY = st.sampled_from(
    ["==", "!=", "<", ">=", "in", "not in", "+", "-", "*", "/", "//", "%", "??", "and", "or"]
)
# Parts that may not be looked at, so that what one part keeps must not be read by another.
SOURCES = st.recursive(
    OPERANDS,
    lambda inner: st.one_of(
        st.tuples(inner, BINARY, inner).map(lambda found: "({} {} {})".format(*found)),
        st.tuples(inner, inner, inner).map(lambda found: "({} ? {} : {})".format(*found)),
        inner.map(lambda found: f"({found} in ['a', '1'])"),
    ),
    max_leaves=6,
)


@settings(max_examples=500, deadline=None)
@given(
    SOURCES,
    st.dictionaries(st.sampled_from("xyz"), LEAVES) | LEAVES,
    LEAVES,
    st.sampled_from([None, {"properties": {"a": {"properties": {"x": {}}}, "b": {}}}]),
)
def test_the_quick_form_answers_as_the_careful_one(
    source: str, a: Any, b: Any, schema: Any
) -> None:
    """Ill-typed data on purpose: the quick form may raise, it may never answer differently."""
    node, scope = parse(source), {"a": a, "b": b}

    def give_up(scope: Any, now: Any) -> Any:
        raise Fault

    careful = emit(node, place(schema), CHINA, condition=False, quick=None, loops=False)
    quick = emit(node, place(schema), CHINA, condition=False, quick=give_up, loops=False)
    try:
        answer = quick(scope)
    except Fault:
        return
    expected = careful(scope)
    assert type(answer) is type(expected)
    assert answer == expected
    whole = make(node, schema, CHINA, condition=False, source=source)
    assert whole(scope) == expected
