"""What a condition looked at, read quickly, is what is read with care."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.core.expression.facts import facts_of, facts_reader

VALUES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([Decimal("1.20"), 3, 0.5, "live", True, None, (1, 2), [{"sku": "a"}]]),
    st.lists(st.integers(), min_size=9, max_size=12),
    st.just({"c": "gold"}),
)
RECORDS = st.one_of(VALUES, st.fixed_dictionaries({}, optional={"x": VALUES, "y": VALUES}))
NAMES = st.lists(st.sampled_from(["a", "a.x", "a.y", "b.x", "b.x.c"]), unique=True)


@given(st.fixed_dictionaries({}, optional={"a": RECORDS, "b": RECORDS}), NAMES)
def test_the_quick_reader_gives_the_same_facts(scope: dict[str, Any], names: list[str]) -> None:
    assert facts_reader(names)(scope) == facts_of(names, scope)


def test_records_are_left_out_and_long_lists_are_cut() -> None:
    scope = {"order": {"lines": [{"sku": "a"}], "tags": list("abcdefghijklm"), "fee": 2}}
    names = ["order", "order.fee", "order.lines", "order.none", "order.tags"]
    expected = {"order.fee": 2, "order.none": None, "order.tags": list("abcdefghij")}
    assert facts_reader(names)(scope) == expected
