"""A finished run's journal once more, against today's version: the first command that differs.

1. The signals of the journal, with the event and customer as they were.
2. Each is decided on twice: by the version the run had, and by the other one. Nothing is done.
3. Where the commands are not the same, that is the answer; else the two do the same on this run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.core.effect import Effect
from engine.core.errors import NotFound
from engine.core.execute import decide
from engine.core.execution.codec import decode_journal
from engine.core.execution.version import Version
from engine.core.redact import redact
from engine.core.run import Command, Signal
from engine.core.text import text
from engine.runtime.batch import Batch
from engine.runtime.in_hand import unpack
from engine.runtime.inbox import as_event
from engine.runtime.inspect import find_run
from engine.runtime.publish import known
from engine.runtime.rows import as_json
from engine.runtime.simulate.asked import Setup
from engine.runtime.simulate.chosen import choose, compiled
from engine.runtime.start import event_value
from engine.runtime.world import World
from engine.store import events as event_store
from engine.store import flows as flow_store
from engine.store import runs as run_store


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay. `at` counts the signals from 1; 0 when nothing differs."""

    same: bool
    signals: int
    at: int = 0
    signal: str = ""
    old: Any = None
    new: Any = None

    def as_json(self) -> dict[str, Any]:
        return {
            "same": self.same,
            "signals": self.signals,
            "at": self.at or None,
            "signal": self.signal or None,
            "old": self.old,
            "new": self.new,
        }


def replay(world: World, tenant: str, run_id: str, which: str = "draft") -> Replayed:
    """Replays a run against "draft", "live" or a version's number.

    NotFound when run, event or version are gone (events are forgotten after their time).
    """
    with world.db.reading() as conn:
        world.memory.refresh(conn)
        run = find_run(conn, tenant, run_id)
        flow = flow_store.find_flow(conn, tenant, run.flow_id)
        version = world.memory.versions(conn, tenant, [run.version_id]).get(run.version_id)
        rows = event_store.find_events(conn, tenant, [run.event_id])
        journal = run_store.read_journal(conn, tenant, run_id)
        if flow is None or version is None or not rows:
            raise NotFound(text("执行的版本或事件已不在", "the run's version or event is gone"))
        other = choose(world, conn, tenant, Setup(flow=flow.key, which=which, events=()), which)
        held = flow_store.versions_by_id(conn, tenant, other.pinned.values())
        offers = known(world, conn, tenant)
    today = compiled(other, held, world.registry, offers)
    event = as_event(rows[0])
    value = event_value(Batch(world, world.now()), run.event_id, event)
    lines = [line for one in journal for line in unpack(one.entry).split(b"\n") if line]
    return _replay(lines, version, today, value)


def _replay(lines: list[bytes], old: Version, new: Version, event: Any) -> Replayed:
    states: list[Any] = [None, None]
    for number, line in enumerate(lines, 1):
        told = []
        for index, version in enumerate((old, new)):
            signal, _, _ = decode_journal(line, event=event, params=version.params)
            _fit(signal, version)
            decision = decide(version, states[index], signal)
            states[index] = decision.state
            told.append([_plain(command) for command in decision.commands])
        if told[0] != told[1]:
            first = next(
                (at for at, pair in enumerate(zip(*told, strict=False)) if pair[0] != pair[1]),
                min(len(told[0]), len(told[1])),
            )
            return Replayed(
                False,
                len(lines),
                number,
                signal.kind,
                told[0][first] if first < len(told[0]) else None,
                told[1][first] if first < len(told[1]) else None,
            )
    return Replayed(True, len(lines))


def _fit(signal: Signal, version: Version) -> None:
    """A start names its trigger; another version may have another one alone."""
    if signal.kind == "start" and isinstance(signal.value, dict):
        names = list(version.triggers)
        if signal.value.get("trigger") not in names and len(names) == 1:
            signal.value = {**signal.value, "trigger": names[0]}


def _plain(command: Command) -> dict[str, Any]:
    body = command.body
    shown: Any = body
    if isinstance(body, Effect):
        shown = {"kind": body.kind, "connection": body.connection, "action": body.action,
                 "args": body.args}  # fmt: skip
    elif hasattr(body, "__dataclass_fields__"):
        shown = {name: getattr(body, name) for name in body.__dataclass_fields__}
    return {
        "kind": command.kind,
        "step": command.step or command.token.partition("#")[0],
        "what": redact(as_json(shown)),
    }
