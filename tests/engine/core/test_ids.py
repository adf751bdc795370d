"""Ids: unique, sortable, derivable; lanes: the same owner always in the same one."""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import InvalidInput
from engine.core.ids import (
    ALPHABET,
    ID_PATTERN,
    derived_id,
    first_id,
    id_maker,
    is_id,
    lane_of,
    made_at,
    new_id,
)

NOW = datetime(2026, 11, 11, 12, 0, 0, 123_000, tzinfo=UTC)
MOMENTS = st.integers(0, 2**42).map(
    lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)


@given(MOMENTS)
def test_an_id_tells_when_it_was_made(at):
    made = new_id("evt", at)
    assert re.fullmatch(ID_PATTERN, made)
    assert is_id(made, "evt")
    assert not is_id(made, "run")
    assert made_at(made) == at
    assert first_id("evt", at) <= made


@given(MOMENTS, MOMENTS)
def test_ids_sort_by_time(one, other):
    if one < other:
        assert new_id("evt", one) < first_id("evt", other) <= new_id("evt", other)


def test_ids_of_one_millisecond_sort_as_they_were_made():
    found = []
    for _ in range(100):
        found.append(new_id("evt", NOW))
        make = id_maker("evt", NOW)
        found += [make(), make()]
    assert found == sorted(set(found))


def test_a_batch_sorts_as_it_was_made_and_repeats_nothing():
    make = id_maker("evt", NOW)
    found = [make() for _ in range(5000)]
    assert found == sorted(set(found))
    assert all(re.fullmatch(ID_PATTERN, made) for made in found)
    assert {made_at(made) for made in found} == {NOW}
    assert not set(found) & {id_maker("evt", NOW)() for _ in range(1000)}


def test_known_answers():
    assert first_id("evt", datetime(1970, 1, 1, tzinfo=UTC)) == "evt_" + "0" * 26
    # 1469918176385 ms is the example of the ULID specification.
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=1469918176385)
    assert first_id("x", at)[2:12] == "01ARYZ6S41"
    assert len(ALPHABET) == 32


def test_a_derived_id_is_one_for_its_parts_and_lies_near_its_base():
    base = new_id("evt", NOW)
    run = derived_id("run", base, "flow_1")
    assert run == derived_id("run", base, "flow_1")
    assert re.fullmatch(ID_PATTERN, run)
    assert made_at(run) == NOW
    others = {
        derived_id("run", base, "flow_2"),
        derived_id("run", new_id("evt", NOW), "flow_1"),
        derived_id("task", base, "flow_1").replace("task_", "run_"),
        derived_id("run", base, "flow_1", ""),
        derived_id("run", base, "flow", "_1"),
        derived_id("run", base),
    }
    assert len(others | {run}) == 7


def test_what_is_derived_from_no_id_is_of_the_time_it_is_told():
    plain = "creator|card.term|2026-11|family"
    made = derived_id("ent", plain, "close", "1", at=NOW)
    assert made_at(made) == NOW
    assert made == derived_id("ent", plain, "close", "1", at=NOW)
    assert made != derived_id("ent", plain, "close", "2", at=NOW)
    base = new_id("evt", NOW)  # an id has a time of its own
    assert derived_id("ent", base, at=NOW + timedelta(days=1)) == derived_id("ent", base)


def test_a_base_may_be_an_effect_key_or_any_text():
    run = new_id("run", NOW)
    key = f"eff_{run.removeprefix('run_')}_00ff00ff00ff00ff"
    assert made_at(derived_id("evt", key, "customer.tagged")) == NOW
    for base in ("", "order:1", "\ud800", "evt_lowercase"):
        assert re.fullmatch(ID_PATTERN, derived_id("evt", base, "a"))
        assert derived_id("evt", base, "a") != derived_id("evt", base, "b")


@pytest.mark.parametrize(
    "text",
    ["", "evt_", "evt_01ARYZ6S41", "evt_" + "I" * 26, "8" * 26, f"evt_8{'0' * 25}",
     f"evt_{'0' * 12}I{'0' * 13}"],
)  # fmt: skip
def test_what_is_no_id(text):
    assert not is_id(text)
    with pytest.raises(InvalidInput):
        made_at(text)


def test_a_time_before_1970_has_no_id():
    with pytest.raises(InvalidInput):
        new_id("evt", datetime(1969, 1, 1, tzinfo=UTC))


@given(st.text(max_size=20), st.text(max_size=20), st.integers(1, 256))
def test_lanes(tenant, owner, lanes):
    lane = lane_of(tenant, owner, lanes)
    assert 0 <= lane < lanes
    assert lane == lane_of(tenant, owner, lanes)


def test_lane_of_is_crc32_for_ever():
    assert lane_of("t1", "customer:cus_1", 64) == zlib.crc32(b"t1|customer:cus_1") % 64 == 40
