"""A live run as a test run sees it: the same events, answers and people on a live world.

The live world goes moment by moment with its own clock and real lanes; connectors answer from the
same samples as in a test run, as if a sandbox stood behind them. What came of it is read the same
way, with ids replaced by the order in which they first appear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from engine.core.event import Event
from engine.runtime.clock import next_moment, tick
from engine.runtime.inbox import receive
from engine.runtime.inspect import read_trace
from engine.runtime.outbox import drain_outbox
from engine.runtime.principal import Principal
from engine.runtime.runner import drain_lanes
from engine.runtime.settling.due import REFUNDS_WAIT
from engine.runtime.simulate import Result
from engine.runtime.simulate.asked import Answers, Given
from engine.runtime.simulate.samples import Samples
from engine.runtime.steering import answer_task
from engine.runtime.world import World
from engine.store import connections as connection_store
from engine.store import runs as run_store
from engine.store import scratch as store
from engine.store import tasks as task_store
from engine.store.accounts import insert_user
from engine.store.connections import insert_connection
from tests.engine.runtime.conftest import START, TENANT

TASK_AFTER = timedelta(hours=1)
TASKS = {"*": Given(after=TASK_AFTER)}
HORIZON = timedelta(days=400)
_ID = re.compile(r"\b([a-z]{2,8})_[0-7][0-9A-HJKMNP-TV-Z]{25}\b")


def connect(world: World, **types: str) -> None:
    """Connections by key, of these connector types."""
    with world.db.begin() as conn:
        for key, type_ in types.items():
            insert_connection(
                conn,
                {
                    "id": f"con_{key}",
                    "tenant": TENANT,
                    "key": key,
                    "connector": type_,
                    "name": key,
                    "settings": {},
                    "sync_mode": "none",
                    "on_bad_record": "review",
                    "status": "active",
                    "revision": 1,
                    "failures": 0,
                    "created_at": START,
                    "updated_at": START,
                },
            )


def hire(world: World, *ids: str) -> None:
    """Users by id."""
    with world.db.begin() as conn:
        for id_ in ids:
            insert_user(
                conn,
                {
                    "id": id_,
                    "tenant": TENANT,
                    "login": id_,
                    "name": id_,
                    "locale": "zh",
                    "status": "active",
                    "must_change_password": False,
                    "revision": 1,
                    "created_at": START,
                },
            )


def sandboxed(world: World) -> None:
    """Lets the live world's connectors answer from their samples."""
    with world.db.reading() as conn:
        there = connection_store.list_connections(conn, TENANT)
    known = {row.key: world.registry.connectors[row.connector] for row in there}
    world.caller = Samples(known, Answers({}))


def live_through(world: World, clock: Any, events: Sequence[Event]) -> None:
    """Events at their own times, everything that is due in between, tasks after their hour."""
    todo = sorted(events, key=lambda event: event.time)
    end = (todo[-1].time if todo else clock.at) + HORIZON
    while True:
        moments = [next_moment(world), _next_task(world), _next_in_settlement(world)]
        moments += [todo[0].time] if todo else []
        known = [moment for moment in moments if moment is not None and moment <= end]
        if not known:
            return
        clock.at = max(clock.at, min(known))
        _answer_tasks(world, clock.at)
        _settle(world)
        while todo and todo[0].time <= clock.at:
            event = todo.pop(0)
            receive(world, TENANT, [event], connection=event.connection)
            _settle(world)


def _next_in_settlement(world: World) -> datetime | None:
    """Live, every beat looks whether a line is earned by now: here the clock jumps to it."""
    with world.db.reading() as conn:
        found = store.due_in_settlement(conn, 1, REFUNDS_WAIT)
    return found[0].at if found else None


def _settle(world: World) -> None:
    while drain_lanes(world, "live") + drain_outbox(world, "live") + tick(world):
        continue


def _open_tasks(world: World) -> list[Any]:
    with world.db.reading() as conn:
        rows = conn.execute(
            task_store.tasks.select().where(
                task_store.tasks.c.tenant == TENANT, task_store.tasks.c.status == "open"
            )
        )
        return sorted(rows, key=lambda row: (row.opened_at, row.id))


def _next_task(world: World) -> datetime | None:
    return min((row.opened_at + TASK_AFTER for row in _open_tasks(world)), default=None)


def _answer_tasks(world: World, now: datetime) -> None:
    for row in _open_tasks(world):
        if row.opened_at + TASK_AFTER > now:
            continue
        with world.db.begin() as conn:
            people = sorted(task_store.people_of_task(conn, TENANT, row.id))
            if not people:
                store.put_stand_in(conn, TENANT, "usr_somebody", "somebody", row.id, now)
                people = ["usr_somebody"]
        answer_task(world, Principal(people[0], TENANT, people[0], {}), row.id, row.ports[0], {})


def seen_live(world: World, flow_id: str) -> list[dict[str, Any]]:
    """Every run of a flow, by the event that started it."""
    with world.db.reading() as conn:
        rows = run_store.list_runs(conn, TENANT, flow_id=flow_id, limit=10_000)
        events = {row.id: row for row in _events(conn)}
    found = []
    for row in rows:
        event = events[row.event_id]
        trace = read_trace(world, TENANT, row.id, "zh")["trace"]
        found.append((event.source, event.external_id, trace))
    return plain(found)


def _events(conn: Any) -> list[Any]:
    from engine.store.events import events

    return list(conn.execute(events.select().where(events.c.tenant == TENANT)))


def seen_in(result: Result, read: Any) -> list[dict[str, Any]]:
    """The kept runs of a test run, the same way; `read` makes a trace of one."""
    return plain([(*run.event, read(run)) for run in result.kept["new"]])


def plain(found: list[tuple[str, str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    shown = []
    for source, id_, trace in sorted(found, key=lambda one: one[:2]):
        names: dict[str, str] = {}
        shown.append({"event": [source, id_], **_named(_timeless(trace), names)})
    return shown


def differences(one: Any, other: Any, at: str = "") -> Iterator[str]:
    """Where two traces are not the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in one.keys() | other.keys():
            yield from differences(one.get(name), other.get(name), f"{at}/{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{at}/{index}")
    elif one != other:
        yield f"{at}: {one!r} in the test run, {other!r} live"


def _timeless(trace: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is real time: how long the computing took, when which call was settled."""
    steps = [
        {
            **{name: value for name, value in step.items() if name != "ms"},
            "effects": [
                {
                    name: value
                    for name, value in effect.items()
                    if name in ("status", "connection", "action", "args", "output", "error")
                }
                for effect in step["effects"]
            ],
        }
        for step in trace["steps"]
    ]
    # How many advances there were is a matter of batches.
    signals = [(one["kind"], one["at"], one["port"]) for one in trace["signals"]]
    return {**trace, "steps": steps, "signals": signals}


def _named(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, str):
        return _ID.sub(
            lambda found: names.setdefault(found.group(), f"{found[1]} {len(names)}"), value
        )
    if isinstance(value, Mapping):
        return {name: _named(inner, names) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_named(inner, names) for inner in value]
    return value
