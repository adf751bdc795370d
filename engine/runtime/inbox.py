"""The inbox: receives each event once and tells the lane whose it is.

1. Check: envelope, data against the type's schema (the tenant's own types too); a bad one is
   refused with paths.
2. Find whose it is (owners.py); identities nobody has make a new customer.
3. Store what is new, with one row of work each, in one transaction. At first all is thought to be
   new, which costs half. A fault of the database, or somebody who was faster with the same person,
   repeats it.
4. Wake a worker.

The same source and id again is the same event: it gets the first answer and nothing happens.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from engine.core.errors import InvalidInput, Problem, Unavailable
from engine.core.event import Event
from engine.core.event_types import EVENT_TYPES, validate_data
from engine.core.ids import lane_of
from engine.core.text import text
from engine.runtime.owners import Incoming, Overtaken, find_owners, read_identities
from engine.runtime.world import World
from engine.store import events as event_store
from engine.store import lanes as lane_store
from engine.store.bulk import nul_path
from engine.store.copying import IsThere
from engine.store.db import Connection, DatabaseFault, Written, dump_json

log = structlog.get_logger(__name__)
REPEATS = 5
PAUSE = 0.02  # seconds before the first repetition; doubled each time
MOST_PROBLEMS = 100


@dataclass(slots=True)
class Received:
    """What became of one event: its id here, and whether it was there already."""

    id: str
    source: str
    external_id: str
    is_new: bool


def receive(
    world: World, tenant: str, events: Sequence[Event], *, connection: str | None = None
) -> list[Received]:
    """Stores events of one tenant; the answer for each, in order.

    Raises InvalidInput (paths `/<index>/data/...`, or `/data/...` for a single event) and stores
    nothing when one of them is malformed.
    """
    for attempt in range(1, REPEATS + 1):
        try:
            written = _check(events, _own_schemas(world, tenant, events))
            is_first = attempt == 1
            with world.db.begin() as conn:
                found = take_in(
                    world, conn, tenant, events, written, connection=connection, as_new=is_first
                )
            break
        except IsThere:
            continue  # some have come before: now they are looked for
        except (Overtaken, *DatabaseFault) as fault:
            # Nothing was stored: a deadlock's victim, or somebody else just claimed this person.
            if attempt == REPEATS:
                if isinstance(fault, Overtaken):
                    said = text("繁忙，请稍后再试", "too busy now: try again soon")
                    raise Unavailable(said) from fault
                raise
            log.warning("receipt repeated", attempt=attempt, error=repr(fault)[:200])
            time.sleep(PAUSE * 2 ** (attempt - 1))
    if any(one.is_new for one in found):
        world.queue.wake("lanes")
    return found


def take_in(
    world: World,
    conn: Connection,
    tenant: str,
    events: Sequence[Event],
    written: Sequence[Any] | None = None,
    *,
    connection: str | None = None,
    at: Sequence[datetime] | None = None,
    as_new: bool = False,
) -> list[Received]:
    """Stores checked events within a transaction; whoever calls it wakes the lanes afterwards.

    `written` is the data of each, where it is JSON already; `at` says when each was received, where
    that is not now. Overtaken: the transaction must be given up and may be repeated; so also
    IsThere, where events are taken `as_new` and are not.
    """
    if at is None:
        now = world.now()
        make = world.ids("evt", now)
        incoming = [Incoming(event, make(), now) for event in events]
    else:
        incoming = [
            Incoming(event, world.ids("evt", moment)(), moment)
            for event, moment in zip(events, at, strict=True)
        ]
    for one in incoming:
        read_identities(world, one)
    find_owners(world, conn, tenant, incoming)
    rows = [
        {
            "id": one.id,
            "tenant": tenant,
            "source": one.event.source,
            "external_id": one.event.id,
            "type": one.event.type,
            "subject": one.event.subject or _subject(one.event),
            "time": one.event.time,
            "received_at": one.at,
            "owner": one.owner,
            "lane": lane_of(tenant, one.owner, world.lanes),
            "connection": connection,
            "chain": list(one.event.chain) or None,
            "data": data,
        }
        for one, data in zip(incoming, written or [one.data for one in events], strict=True)
    ]
    fresh = event_store.store_events(conn, rows, as_new=as_new)
    new_rows = _first(rows, fresh)
    lane_store.put_work(
        conn,
        [
            {
                "lane": row["lane"],
                "tenant": tenant,
                "kind": "event",
                "ref": row["id"],
                "at": row["received_at"],
                "payload": None,
            }
            for row in new_rows
        ],
    )
    ids = {(row["source"], row["external_id"]): row["id"] for row in new_rows}
    pairs = [(row["source"], row["external_id"]) for row in rows]
    old = [pair for pair in pairs if pair not in ids]
    if old:
        ids |= event_store.find_ids(conn, tenant, old)
    return [
        Received(ids[pair], *pair, is_new=ids[pair] == row["id"])
        for pair, row in zip(pairs, rows, strict=True)
    ]


def as_event(row: Any) -> Event:
    """A stored row as an Event."""
    return Event(
        id=row.external_id,
        source=row.source,
        type=row.type,
        time=row.time,
        data=row.data,
        subject=row.subject,
        connection=row.connection,
        chain=tuple(row.chain or ()),
    )


def record_keys(data: Mapping[str, Any]) -> list[str]:
    """Correlation keys of the records in an event: "order:<platform>/<number>"."""
    found = []
    for name, record in data.items():
        if isinstance(record, dict):
            number = record.get("external_id") or record.get("id")
            if isinstance(number, str):
                platform = record.get("platform")
                found.append(f"{name}:{platform}/{number}" if platform else f"{name}:{number}")
    return found


def _own_schemas(world: World, tenant: str, events: Sequence[Event]) -> Mapping[str, Any]:
    """Schemas of the tenant's own event types, read anew where an event may be of one."""
    if all(event.type in EVENT_TYPES for event in events):
        return {}
    with world.db.reading() as conn:
        world.memory.refresh(conn)
    return world.memory.tenant(tenant).own_types


def _check(events: Sequence[Event], schemas: Mapping[str, Any]) -> list[Written]:
    """The data of each event as JSON; InvalidInput when one of them is malformed."""
    problems: list[Problem] = []
    written: list[Written] = []
    for index, event in enumerate(events):
        under = f"/{index}" if len(events) > 1 else ""
        for found in validate_data(event.type, event.data, own=schemas.get(event.type)):
            problems.append(Problem(f"{under}/data{found.path}", found.message, found.code))
        try:
            data = dump_json(event.data)
        except TypeError:
            said = text("含有无法保存的内容", "holds something that cannot be stored")
            problems.append(Problem(f"{under}/data", said, "json"))
        else:
            written.append(Written(event.data, data))
            if "\\u0000" in data or "\x00" in f"{event.id}{event.source}{event.subject}":
                problems += _nul(event, under)
        if len(problems) >= MOST_PROBLEMS:
            break
    if problems:
        raise InvalidInput(text("事件内容不符合格式", "the event does not fit its type"), problems)
    return written


def _nul(event: Event, under: str) -> list[Problem]:
    """What a connector translated has not passed the door that refuses this (read_event)."""
    path = nul_path(
        {"id": event.id, "source": event.source, "subject": event.subject, "data": event.data}
    )
    if path is None:  # a text that only looks like one
        return []
    said = text("不能含有空字符（U+0000）", "must not contain the character U+0000")
    return [Problem(under + path, said, "nul")]


def _first(
    rows: Sequence[dict[str, Any]], fresh: set[tuple[str, str, str]]
) -> list[dict[str, Any]]:
    """The rows that were stored: of the same event twice in one batch, the first."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        key = (row["tenant"], row["source"], row["external_id"])
        if key in fresh:
            found.setdefault(key, row)
    return list(found.values())


def _subject(event: Event) -> str:
    for record in event.data.values():
        if isinstance(record, dict) and isinstance(record.get("external_id"), str):
            return str(record["external_id"])[:200]
    return ""
