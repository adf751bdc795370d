"""States, values and journals as bytes: everything comes back exactly."""

from __future__ import annotations

import string
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import InvalidInput
from engine.core.execute import dump_state, load_state
from engine.core.execution.codec import decode_journal, dump_values, load_values
from tests.engine.core.kit import play
from tests.engine.core.small_nodes import flow, node

NAMES = st.one_of(st.sampled_from(["$d", "$t", "$o", "$u", "a"]), st.text(max_size=5))
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(min_value=-(10**30), max_value=10**30),
    st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=8),
    st.decimals(allow_nan=False), st.dates(), st.times(),
    st.timedeltas(), st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))])),
    st.text(alphabet=st.characters(), max_size=3), st.sampled_from(["\ud800", "\x00", "é"]),
    st.frozensets(st.text(max_size=3) | st.decimals(-9, 9, allow_nan=False), max_size=3),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_every_value_comes_back_equal_and_of_the_same_kind(value):
    found = load_values(dump_values(value))
    assert found == value
    assert _kinds(found) == _kinds(value)


def _kinds(value):
    if isinstance(value, dict):
        return {key: _kinds(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_kinds(inner) for inner in value]
    if isinstance(value, datetime):
        return value.utcoffset()
    return str(value) if isinstance(value, Decimal) else type(value)


def test_tags_are_short_and_readable():
    value = [Decimal("12.30"), datetime(2026, 11, 11, 8, tzinfo=UTC), timedelta(minutes=1.5)]
    assert orjson.loads(dump_values(value)) == [
        {"$d": "12.30"}, {"$t": "2026-11-11T08:00:00+00:00"}, {"$p": [0, 90, 0]},
    ]  # fmt: skip
    others = [date(2026, 11, 11), time(8, 30), frozenset("ba"), 2**70, {"$d": 1}]
    assert load_values(dump_values(others)) == others


def test_read_only_mappings_and_tuples_come_back_as_plain_ones():
    assert load_values(dump_values({"a": MappingProxyType({"b": (1, 2)})})) == {"a": {"b": [1, 2]}}


@pytest.mark.parametrize("value", [object(), {1: 2}, lambda: 1, [b"x"], {"a": {("t",): 1}}])
def test_what_is_no_value_is_refused_with_a_sentence(value):
    with pytest.raises(InvalidInput):
        dump_values(value)


def test_data_nested_too_deep_is_refused_with_a_sentence():
    deep: list = []
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(InvalidInput):
        dump_values(deep)


@pytest.mark.parametrize(
    "raw", [b"", b"{", b'{"$d": "x"}', b'{"$t": 5}', b'{"$p": "a"}', b'[{"$o": 5}]', b'{"$s": 1}']
)
def test_damaged_bytes_are_refused_with_a_sentence(raw):
    with pytest.raises(InvalidInput):
        load_values(raw)


@given(st.binary(max_size=40) | st.text(string.printable, max_size=40).map(str.encode))
def test_any_bytes_are_a_value_or_are_refused(raw):
    for read in (load_values, load_state, decode_journal):
        try:
            read(raw)
        except InvalidInput:
            continue


def test_a_state_leaves_out_the_event_and_takes_it_again():
    event = {"order": {"note": "secret words", "amount": Decimal("5.00")}}
    run = play(flow([node("start", "start"), node("ask", "wants")], "start > ask"),
               event=event, params={"p": "hidden words"})  # fmt: skip
    del run.state["scopes"]["root"]["out"]["start"]
    raw = dump_state(run.state)
    assert b"secret words" not in raw
    assert b"hidden words" not in raw
    assert load_state(raw, event=run.event, params=run.params) == run.state


def test_a_waiting_state_is_small():
    run = play(flow([node("start", "start"), node("ask", "wants", timeout="PT1H")],
                    "start > ask"))  # fmt: skip
    assert len(dump_state(run.state)) < 900
