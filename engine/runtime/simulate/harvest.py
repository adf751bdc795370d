"""Reads a scratch world when its course is over: run by run, in pages, never all at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from engine.core.coverage import place_of
from engine.core.execution.codec import decode_journal
from engine.runtime.in_hand import unpack
from engine.runtime.inspect import effect_shown
from engine.runtime.simulate.scratch import Scratch
from engine.runtime.simulate.tally import (
    MOST_EXAMPLES,
    Entry,
    Kind,
    RunSeen,
    Tally,
    path_of,
)
from engine.settlement.entry import amount_key
from engine.store import scratch as store
from engine.store.db import Connection

PAGE = 200
MOST_FAILED = 200  # kept with their traces


def runs_of(scratch: Scratch) -> Iterator[tuple[RunSeen, list[Entry]]]:
    """Every run with its journal, in order of their ids."""
    after = ""
    while True:
        with scratch.world.db.reading() as conn:
            found = _page(conn, after)
        if not found:
            return
        after = found[-1][0].id
        yield from found


def runs_by_event(
    scratch: Scratch, flow_id: str, events: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], RunSeen]:
    """{(source, id) of an event: the run of a flow it started}."""
    with scratch.world.db.reading() as conn:
        rows = store.runs_of_events(conn, flow_id, events)
        return {run.event: run for run, _ in _read(conn, rows)}


def _page(conn: Connection, after: str) -> list[tuple[RunSeen, list[Entry]]]:
    return _read(conn, store.page_of_runs(conn, after, PAGE))


def _read(conn: Connection, rows: Sequence[Any]) -> list[tuple[RunSeen, list[Entry]]]:
    ids = [row.id for row in rows]
    if not ids:
        return []
    journals = store.journals_of(conn, ids)
    calls = store.calls_of(conn, ids)
    entries = {id_: read_journal(journals.get(id_, [])) for id_ in ids}
    steps = {
        key: (id_, record.step)
        for id_, found in entries.items()
        for _, _, records in found
        for record in records
        for key in record.effects
    }
    keys = {key: id_ for key, (id_, _) in steps.items()}
    changes: dict[str, list[Any]] = {}
    for change in store.history_by(conn, keys):
        changes.setdefault(keys[change.by], []).append((change.field, change.old, change.new))
    notices: dict[str, list[Any]] = {}
    for notice in store.notices_by(conn, keys):
        notices.setdefault(keys[notice.key], []).append(notice)
    untold: dict[str, list[Any]] = {}
    for key, title, body in store.notices_untold(conn, steps):
        id_, step = steps[key]
        untold.setdefault(id_, []).append((place_of(step), title, body))
    money: dict[str, list[Any]] = {}
    if keys and store.has_entries(conn):
        names = {amount_key(key): keys[key] for key in sorted(keys)}
        posted = store.entries_by_key(conn, names)
        for name, id_ in names.items():
            if name in posted:
                money.setdefault(id_, []).append(posted[name])
    return [
        (
            _seen(
                row,
                entries[row.id],
                calls.get(row.id, []),
                notices.get(row.id, []),
                untold.get(row.id, []),
                changes.get(row.id, []),
                money.get(row.id, []),
                journals.get(row.id, []),
            ),
            entries[row.id],
        )
        for row in rows
    ]


def read_journal(packed: list[bytes]) -> list[Entry]:
    """Journal rows as entries: a row holds those of one batch, one a line."""
    return [decode_journal(line) for one in packed for line in unpack(one).split(b"\n") if line]


def _seen(
    row: Any,
    entries: list[Entry],
    calls: list[Any],
    notices: list[Any],
    untold: list[Any],
    changes: list[Any],
    money: list[Any],
    journal: list[bytes],
) -> RunSeen:
    return RunSeen(
        id=row.id,
        event=(row.event_source, row.event_external),
        event_type=row.event_type,
        subject=row.event_subject,
        owner=row.owner,
        flow_id=row.flow_id,
        trigger=row.trigger,
        status=row.status,
        started_at=row.started_at,
        ended_at=row.ended_at,
        error=row.error,
        output=row.output,
        path=path_of(entries),
        sent=tuple((one.connection, one.action, one.status, one.args) for one in calls),
        told=tuple((one.user_id, one.title, one.body) for one in notices),
        untold=tuple(untold),
        changed=tuple(changes),
        money=tuple((one.from_account, one.to_account, one.minor, one.currency) for one in money),
        journal=tuple(journal),
        effects={one.key: effect_shown(one) for one in calls},
    )


def count_rest(scratch: Scratch, flow_id: str, since: datetime, tally: Tally) -> None:
    """Events that started nothing, and what went wrong outside of runs."""
    with scratch.world.db.reading() as conn:
        tally.unheard.update(store.unheard_events(conn, flow_id, since))
        count_incidents(conn, tally)


def count_incidents(conn: Connection, tally: Tally) -> None:
    """What went wrong outside of runs."""
    for code, count, first in store.incidents_beside(conn, MOST_EXAMPLES):
        kind = tally.incidents.setdefault(code, Kind())
        for row in first:
            kind.add({"ref": row.ref, "kind": row.kind, "message": row.message}, row.ref)
        kind.count += count - len(first)
