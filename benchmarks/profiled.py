"""Where the time of one worker goes: cProfile's top list, and the share of each room.

The profiler slows Python code down and leaves compiled code as it is, so shares of Python rooms
are a little too large; what matters is their order. Time of built-in functions without a name of
their own (dict.get, list.append) belongs to whoever called them.
"""

from __future__ import annotations

import cProfile
import io
import os
import pstats
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from benchmarks import interpreter
from benchmarks.durable_runs import fill
from benchmarks.installation import installation
from engine.core.execute import decide, encode_journal
from engine.runtime.outbox import drain_outbox
from engine.runtime.runner import drain_and_call
from tests.chaos.receiver import Receiver

TOP = 25
Place = tuple[str, int, str]  # file, line, function; of built-ins the file is "~"

# The first that fits decides: part of "file:function" -> room.
ROOMS = (
    ("psycopg/connection.py:wait", "waiting for the database"),
    ("psycopg", "database driver"),
    ("sqlalchemy", "SQLAlchemy"),
    ("orjson", "json"),
    ("/json/", "json"),
    ("zstandard", "compress"),
    ("zstd", "compress"),
    ("/engine/core/expression", "engine.core: expressions"),
    ("/engine/core", "engine.core"),
    ("/nodes/", "nodes"),
    ("/engine/runtime", "engine.runtime"),
    ("/engine/store", "engine.store"),
    ("/engine/customers", "engine.customers"),
    ("/connectors/", "connectors"),
    ("/redis/", "Valkey"),
    ("/rq/", "Valkey"),
    ("/pydantic", "pydantic"),
)
GENERATED = "engine.core: expressions"
REST = "rest"


def profile(name: str, count: int) -> str:
    """The report of one benchmark, on one worker in this process."""
    if name == "interpreter":
        return _interpreter(count)
    return _durable(count, with_effect=name == "durable_runs_effect")


def _interpreter(count: int) -> str:
    version = interpreter.compiled()
    starts = [interpreter.start(number) for number in range(count)]

    def work() -> None:
        for signal in starts:
            encode_journal(signal, decide(version, None, signal))

    return _report(work, count)


def _durable(count: int, *, with_effect: bool) -> str:
    with Receiver() as receiver, installation(with_effect=with_effect, url=receiver.url) as world:
        name = f"profile-{os.getpid()}"
        fill(world, 200)
        drain_and_call(world, name, seconds=60)  # compiled statements and flows are there now
        fill(world, 200 + count)

        def work() -> None:
            done = 1
            while done:
                done = drain_and_call(world, name, seconds=60)
                if with_effect:
                    done += drain_outbox(world, name, seconds=60)

        return _report(work, count)


def _report(work: Callable[[], None], count: int) -> str:
    profiler = cProfile.Profile()
    profiler.runcall(work)
    shown = io.StringIO()
    stats = pstats.Stats(profiler, stream=shown)
    stats.sort_stats("tottime").print_stats(TOP)
    table: dict[Place, Any] = stats.stats  # type: ignore[attr-defined]
    by_room = shares(table)
    total = sum(by_room.values())
    lines = [f"{seconds / total:6.1%}  {seconds / count * 1e6:8.1f} µs/run  {room}"
             for room, seconds in sorted(by_room.items(), key=lambda pair: -pair[1])]  # fmt: skip
    return "\n".join([shown.getvalue().rstrip(), "", f"Share of each room, {count} runs:", *lines])


def shares(table: dict[Place, Any]) -> dict[str, float]:
    """Seconds by room, from pstats' table {place: (calls, calls, own, whole, callers)}."""
    found: dict[str, float] = defaultdict(float)
    for place, (_, _, own, _, callers) in table.items():
        room = room_of(place)
        if room is not None or not callers:
            found[room or REST] += own
            continue
        for caller, (_, _, part, _) in callers.items():
            found[room_of(caller) or REST] += part
    return dict(found)


def room_of(place: Place) -> str | None:
    """The room of a function; None for a built-in that belongs to its caller."""
    file, _, function = place
    if file.startswith("<") and not file.startswith("<frozen"):
        return GENERATED  # conditions are compiled from text that has no file
    said = f"{file}:{function}"
    for part, room in ROOMS:
        if part in said:
            return room
    return None if file == "~" else REST
