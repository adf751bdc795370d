"""Counts a test run while it goes: each advance is counted from what was decided, then forgotten.

What a report says of runs (harvest.py reads it from stored rows) is said here without storing them:

1. A run that ended in its first advance is one more of its shape: the steps it took, how each ended
   and by which port. Shapes are few; each is laid over the flow once, at the end.
2. Of a run that goes on, its steps are noted in short until it has ended.
3. Kept with their journals are those that harvest.py would keep: by run id the first `keep`, the
   first of each way, the first that failed.
4. At the end come runs that still wait or failed, and what stands in tables: calls and notices.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.core.coverage import Coverage, place_of
from engine.core.effect import CALL
from engine.core.run import Decision, Signal, StepRecord
from engine.runtime.advance import packed
from engine.runtime.inspect import effect_shown
from engine.runtime.simulate.harvest import MOST_FAILED, count_incidents
from engine.runtime.simulate.least import among_first, has
from engine.runtime.simulate.money import Money
from engine.runtime.simulate.tally import MOST_PATHS, RunSeen, Tally, run_of, way_key, way_of
from engine.store import scratch as store
from engine.store.db import Connection
from engine.store.scratch.shelves import Done, Shelves

Step = tuple[str, str, Any, Any]  # which, how it stands, port, rows hit
Advance = tuple[int, Sequence[Step], Sequence[int]]  # when, its steps, what each took: in µs
Entries = Sequence[tuple[Signal, Decision]]
About = tuple[str, str, str, str]  # an event: its source, id, type and subject
MOST_SHAPES = 2_000
PAGE = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)
_OVER = ("succeeded", "cancelled")
_LEAVING = (CALL, "notify")


@dataclass(slots=True)
class _Shape:
    """Runs that went one way in one advance."""

    path: tuple[tuple[str, str], ...]
    way: str
    first: str  # the least id
    spent: list[int]
    count: int = 0


@dataclass(slots=True)
class _Open:
    """A run that goes on: its advances so far, in short, and as they are kept.

    `event` is there once it has failed: until all is over, its event may be gone.
    """

    advances: list[bytes] = field(default_factory=list)
    journal: list[bytes] = field(default_factory=list)
    event: About | None = None


@dataclass(slots=True)
class _Candidate:
    """A run that may be kept. `last` is not packed yet: it may be another's place soon."""

    row: Any
    event: About
    shape: _Shape
    journal: list[bytes]
    last: Entries


class Watching:
    """Sees every commit of a scratch world (store.Watch) and fills a tally."""

    def __init__(self, tally: Tally, flow_id: str, keep: int, since: datetime) -> None:
        self._tally, self._flow_id, self._keep, self._since = tally, flow_id, keep, since
        self._shapes: dict[Any, _Shape] = {}
        self._open: dict[str, _Open] = {}
        self._first: list[str] = []  # ids of the first runs, sorted
        self._failed: list[str] = []
        self._ways: dict[str, str] = {}  # {way: the first run that went it}
        self._candidates: dict[str, _Candidate] = {}
        self._acted: set[str] = set()  # runs that have called or told somebody
        self._known: dict[Any, tuple[Sequence[Step], Sequence[int]]] = {}  # {way: in short}

    # -- commit by commit --------------------------------------------------------------------------

    def saw(self, shelves: Shelves, conn: Connection, done: Done) -> None:
        """What one transaction has done."""
        since = self._since
        self._tally.unheard.update(one.type for one in done.events if one.received_at >= since)
        moved: dict[str, list[Entries]] = {}
        for entry in done.journal:
            moved.setdefault(entry["run_id"], []).append(entry["entry"])
        for id_, row in done.runs.items():
            held = self._open.get(id_)
            if held is None:
                self._begun(shelves, conn, row)
            own = moved.get(id_, [])
            acted = _acts(own)
            if row.status not in _OVER:
                held = held or self._open.setdefault(id_, _Open())
                self._goes_on(held, own)
                if row.status == "failed":
                    held.event = self._about(shelves, conn, row)
                if acted:
                    self._acted.add(id_)
                continue
            advances = [self._slim(entries) for entries in own]
            journal: list[bytes] = []
            if held is not None:
                del self._open[id_]
                advances = [*map(marshal.loads, held.advances), *advances]
                journal = held.journal
            journal += [packed(entries) for entries in own[:-1]]
            self._ended(shelves, conn, row, advances, journal, own[-1] if own else ())
            if id_ in self._acted:
                self._acted.discard(id_)
            elif not acted and not row.mode_key:
                shelves.runs.drop(id_)
        for one in done.untold:
            self._untold(one, moved, done)
        for change in done.history:
            if change["by"].startswith("eff_"):
                self._changed(change)

    def _begun(self, shelves: Shelves, conn: Connection, row: Any) -> None:
        if row.flow_id == self._flow_id:
            event = self._event(shelves, conn, row)
            if event is not None and event.received_at >= self._since:
                self._tally.unheard[event.type] -= 1

    def _slim(self, entries: Entries) -> Advance:
        """An advance in short; of one that went a way, that is known from the first that did."""
        way = entries[0][1].way if len(entries) == 1 else None
        found = self._known.get(way)
        if found is None:
            found = _shortened(entries)
            if way is not None and len(self._known) < MOST_SHAPES:
                self._known[way] = found
        return ((entries[0][0].now - _EPOCH) // _US, *found)

    def _goes_on(self, held: _Open, own: Sequence[Entries]) -> None:
        for entries in own:
            advance: Any = self._slim(entries)
            held.advances.append(marshal.dumps(advance))
            held.journal.append(packed(entries))

    def _untold(self, one: Any, moved: Mapping[str, list[Entries]], done: Done) -> None:
        """A notice that found nobody, at the step whose effect it is."""
        run, place = run_of(one["key"]), ""
        row = done.runs.get(run)
        if row is not None and row.flow_id == self._flow_id:
            steps = (step for own in moved[run] for _, decision in own for step in decision.rows)
            place = next((place_of(step[0]) for step in steps if one["key"] in step[5]), "")
        self._tally.add_untold(run, place, one["title"], one["body"])

    def _changed(self, change: Any) -> None:
        run = run_of(change["by"])
        self._tally.add_change(run, change["field"], change["old"], change["new"])

    def _event(self, shelves: Shelves, conn: Connection, row: Any) -> Any:
        held = shelves.events.rows.get(row.event_id)
        return held or shelves.events.get(conn, [row.event_id]).get(row.event_id)

    def _about(self, shelves: Shelves, conn: Connection, row: Any) -> About:
        event = self._event(shelves, conn, row)
        if event is None:
            return ("", "", "", "")
        return (event.source, event.external_id, event.type, event.subject)

    # -- runs that are over ------------------------------------------------------------------------

    def _ended(
        self,
        shelves: Shelves,
        conn: Connection,
        row: Any,
        advances: Sequence[Advance],
        journal: list[bytes],
        last: Entries,
        event: About | None = None,
    ) -> None:
        tally, id_ = self._tally, row.id
        if row.flow_id != self._flow_id:
            tally.others[row.flow_id] += 1
            return
        tally.by_status[row.status] += 1
        if row.ended_at is not None:
            tally.lasting.add((row.ended_at - row.started_at).total_seconds())
        if len(advances) == 1:
            _, steps, spent = advances[0]
        else:
            tally.add_waits(_entries(advances))
            steps = tuple(step for _, each, _ in advances for step in each)
            spent = [one for _, _, each in advances for one in each]
        key = (row.status, steps)
        shape = self._shapes.get(key)
        if shape is None:
            if len(self._shapes) >= MOST_SHAPES:
                self._lay_out()
            path = way_of(_records(steps))
            way = way_key(row.status, path)
            shape = self._shapes[key] = _Shape(path, way, id_, [0] * len(steps))
        shape.count += 1
        is_first = shape.count == 1 or id_ < shape.first
        if is_first:
            shape.first = id_
        if any(spent):
            shape.spent = [one + more for one, more in zip(shape.spent, spent, strict=True)]
        has_failed = row.status == "failed"
        first = self._first
        if is_first or has_failed or len(first) < self._keep or (first and id_ < first[-1]):
            event = event or self._about(shelves, conn, row)
            if has_failed:
                tally.add_failure(id_, row.error, event[3], _records(steps))
            self._consider(row, event, shape, journal, last)

    def _lay_out(self) -> None:
        """Shapes onto the flow: what each of its runs counts, as often as there were any."""
        for (status, steps), shape in sorted(self._shapes.items(), key=_first_id):
            one, records = Coverage(), _records(steps)
            one.add(records)
            self._tally.coverage.merge(one, shape.count)
            for record, spent in zip(records, shape.spent, strict=True):
                if spent:
                    self._tally.coverage.ms[place_of(record.step)] += spent
            self._tally.add_path(shape.path, status, shape.count, shape.first)
        self._shapes.clear()

    # -- what is kept ------------------------------------------------------------------------------

    def _consider(
        self, row: Any, event: About, shape: _Shape, journal: list[bytes], last: Entries
    ) -> None:
        id_, way = row.id, shape.way
        wanted = among_first(self._first, id_, self._keep, self._let_go)
        if row.status == "failed":
            wanted |= among_first(self._failed, id_, MOST_FAILED, self._let_go)
        held = self._ways.get(way)
        if (held is None and len(self._ways) < MOST_PATHS) or (held is not None and id_ < held):
            self._ways[way] = id_
            wanted = True
            if held is not None:
                self._let_go(held)
        if wanted:
            bare = [(signal, Decision({}, [], None, one.status, one.rows)) for signal, one in last]
            self._candidates[id_] = _Candidate(row, event, shape, journal, bare)

    def _let_go(self, id_: str) -> None:
        """Another has taken one of its places."""
        held = self._candidates.get(id_)
        if held is None or has(self._first, id_) or has(self._failed, id_):
            return
        if self._ways.get(held.shape.way) != id_:
            del self._candidates[id_]

    # -- the end -----------------------------------------------------------------------------------

    def settle(self, shelves: Shelves, conn: Connection) -> Iterator[int]:
        """Counts what has not ended, and calls and notices; yields how much was counted."""
        left = sorted(self._open)
        for start in range(0, len(left), PAGE):
            rows = shelves.runs.get(conn, left[start : start + PAGE])
            for id_, row in rows.items():
                held = self._open.pop(id_)
                advances = [marshal.loads(one) for one in held.advances]
                self._ended(shelves, conn, row, advances, held.journal, (), held.event)
            yield start + len(rows)
        count_incidents(conn, self._tally)
        for call in store.calls_made(conn):
            slot = (call.connection, call.action, call.status)
            self._tally.add_call(call.run_id, call.event_subject, slot, call.args)
        for told in store.notices_given(conn):
            self._tally.add_notice(told.run_id, told.user_id, told.title, told.body)

    def add_money(self, money: Money) -> None:
        """What was posted, once all is."""
        self._tally.money.merge(money)

    def finish(self) -> None:
        """After `settle`: the tally says all."""
        self._lay_out()
        self._tally.unheard = +self._tally.unheard

    # -- another process ---------------------------------------------------------------------------

    def another(self) -> Watching:
        """An empty one for other events of the same test run."""
        return Watching(Tally(), self._flow_id, self._keep, self._since)

    def packed(self) -> Watching:
        """As it travels: with journals as bytes."""
        self._known.clear()
        for one in self._candidates.values():
            if one.last:
                one.journal, one.last = [*one.journal, packed(one.last)], ()
        return self

    def merge(self, other: Watching) -> None:
        """What another has counted, before `finish`: the same as if it had been counted here."""
        self._tally.merge(other._tally)
        for key, shape in other._shapes.items():
            held = self._shapes.setdefault(key, shape)
            if held is not shape:
                held.count += shape.count
                held.first = min(held.first, shape.first)
                held.spent = [one + more for one, more in zip(held.spent, shape.spent, strict=True)]
        self._candidates |= other._candidates
        self._first = sorted(self._first + other._first)[: self._keep]
        self._failed = sorted(self._failed + other._failed)[:MOST_FAILED]
        for way, id_ in other._ways.items():
            self._ways[way] = min(id_, self._ways.get(way, id_))
        wanted = {*self._first, *self._failed, *self._ways.values()}
        self._candidates = {id_: self._candidates[id_] for id_ in wanted}

    def kept(self, conn: Connection) -> dict[str, RunSeen]:
        """The runs that are kept, by id, in order."""
        ids = sorted(self._candidates)
        calls = store.calls_of(conn, ids) if ids else {}
        return {id_: _seen(self._candidates[id_], calls.get(id_, [])) for id_ in ids}


def _seen(one: _Candidate, calls: list[Any]) -> RunSeen:
    row, (source, external, type_, subject) = one.row, one.event
    journal = [*one.journal, packed(one.last)] if one.last else one.journal
    return RunSeen(
        id=row.id,
        event=(source, external),
        event_type=type_,
        subject=subject,
        owner=row.owner,
        flow_id=row.flow_id,
        trigger=row.trigger,
        status=row.status,
        started_at=row.started_at,
        ended_at=row.ended_at,
        error=row.error,
        output=row.output,
        path=one.shape.path,
        sent=tuple((call.connection, call.action, call.status, call.args) for call in calls),
        told=(),
        changed=(),
        journal=tuple(journal),
        effects={call.key: effect_shown(call) for call in calls},
    )


def _shortened(entries: Entries) -> tuple[Sequence[Step], Sequence[int]]:
    rows = [row for _, decision in entries for row in decision.rows]
    return (
        tuple(
            (row[0], row[1], row[2], _rows(row[4][1]) if "rows" in row[4][1] else None)
            for row in rows
        ),
        [round(row[6] * 1000) if row[6] else 0 for row in rows],
    )


def _rows(values: Any) -> tuple[str, ...] | None:
    rows = values["rows"]
    if not isinstance(rows, list | tuple):
        return None
    return tuple(row for row in rows if isinstance(row, str)) or None


def _records(steps: Iterable[Any]) -> list[StepRecord]:
    return [
        StepRecord(step[0], step[1], step[2], None, ("", {"rows": step[3]} if step[3] else {}))
        for step in steps
    ]


def _first_id(item: tuple[Any, _Shape]) -> str:
    return item[1].first


def _entries(advances: Iterable[Advance]) -> Iterator[Any]:
    for at, steps, _ in advances:
        yield Signal("answer", _EPOCH + at * _US), "", _records(steps)


def _acts(own: Iterable[Entries]) -> bool:
    """Whether something leaves the run: a call, or a word to somebody."""
    for entries in own:
        for _, decision in entries:
            for command in decision.commands:
                if command.kind == "effect" and command.body.kind in _LEAVING:
                    return True
    return False
