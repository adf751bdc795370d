"""The demo: its stream is sound, its platforms honour keys, and its events become runs."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.cli.stand_in import BUSY_EVERY, Server, StandIn
from engine.cli.stream import Stream
from engine.core.errors import Conflict
from engine.core.event import read_event
from engine.core.event_types import validate_data
from tests.engine.cli.conftest import Jimu

AT = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)


def free_port() -> int:
    """A free port with a free one behind it, where the demo's platforms listen.

    Below those that the kernel gives to connections, and beginning at another place in each
    process: nobody takes them before they are used.
    """
    for port in range(10_000 + os.getpid() % 1_000 * 20, 32_000, 2):
        with contextlib.suppress(OSError), socket.socket() as one, socket.socket() as next_:
            one.bind(("127.0.0.1", port))
            next_.bind(("127.0.0.1", port + 1))
            return port
    raise RuntimeError("no port is free")


def test_every_event_of_the_stream_fits_its_type() -> None:
    stream = Stream(7, lambda: AT)
    happenings = [stream.next() for _ in range(400)]
    for one in happenings:
        if one.road != "douyin":
            event = read_event(one.body)
            assert validate_data(event.type, event.data) == []
    assert {one.road for one in happenings} == {"events", "douyin", "erp"}
    ids = Counter(one.body.get("id") or one.body["msg_id"] for one in happenings)
    assert max(ids.values()) == 1


def test_the_same_seed_tells_the_same_story() -> None:
    one, two = Stream(3, lambda: AT), Stream(3, lambda: AT)
    assert [one.next() for _ in range(50)] == [two.next() for _ in range(50)]


def test_the_stand_in_gives_the_same_answer_for_the_same_key() -> None:
    stand_in = StandIn()
    first = stand_in.answer("/coupons", {}, {"idempotency-key": "k1"}, {})
    other = stand_in.answer("/coupons", {}, {"idempotency-key": "k2"}, {})
    again = stand_in.answer("/coupons", {}, {"idempotency-key": "k1"}, {})
    assert first == again != other
    assert (stand_in.distinct, stand_in.repeated) == (2, 1)


def test_the_stand_in_is_busy_now_and_then() -> None:
    stand_in = StandIn()
    found = Counter(
        stand_in.answer("/erp", {}, {"webhook-id": f"k{n}"}, {})[0] for n in range(BUSY_EVERY)
    )
    assert found == {200: BUSY_EVERY - 1, 503: 1}


def test_a_second_demo_is_told_that_one_runs() -> None:
    port = free_port()
    with Server(port), pytest.raises(Conflict):
        Server(port)


def test_without_a_server_the_demo_does_the_work_itself(
    jimu: Jimu, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIMU_PORT", str(free_port()))
    result = jimu("demo", "--count", 40, "--rate", 200, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["events"]["sent"] == 40
    assert found["events"]["by_road"] == {"here": 40}
    assert sum(sum(runs.values()) for runs in found["runs"].values()) > 0
    assert "failed" not in {status for runs in found["runs"].values() for status in runs}
    assert found["effects"]["delivered"] > 0
    assert "password" in result.stderr

    run = json.loads(jimu("run", "list", "--status", "succeeded", "--json").stdout)[0]
    trace = json.loads(jimu("run", "show", run["id"], "--json").stdout)
    assert trace["status"] == "succeeded"
    assert trace["steps"]
    assert jimu("run", "show", run["id"]).exit_code == 0
    people = {one["name"] for one in json.loads(jimu("user", "list", "--json").stdout)}
    assert {"周敏", "何青"} <= people
