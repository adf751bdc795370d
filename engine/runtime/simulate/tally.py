"""What many runs came to, counted run by run in bounded memory; parts are merged in any order."""

from __future__ import annotations

import hashlib
import math
from bisect import insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.core.coverage import Coverage, place_of
from engine.core.run import Signal, StepRecord
from engine.runtime.simulate.money import Money
from engine.runtime.simulate.people import Desk, Stay

MOST_PATHS = 200
MOST_EXAMPLES = 20
MOST_ERRORS = 200
Entry = tuple[Signal, str, Sequence[StepRecord]]


@dataclass(frozen=True, slots=True)
class RunSeen:
    """One run as it is counted and compared.

    event    (source, id) of the event that started it: the same in another version's test run
    path     places in order of their end with the port each was left by
    sent     what would have gone out: (connection, action, status, arguments)
    told     notices to people: (user, title, body)
    untold   notices that found nobody: (place, title, body)
    changed  changes of customers: (field, old, new)
    money    what its steps posted: (from, to, minor, currency)
    journal  its journal rows as they are stored
    """

    id: str
    event: tuple[str, str]
    event_type: str
    subject: str
    owner: str
    flow_id: str
    trigger: str
    status: str
    started_at: datetime
    ended_at: datetime | None
    error: Mapping[str, Any] | None
    output: Any
    path: tuple[tuple[str, str], ...]
    sent: tuple[tuple[str, str, str, Any], ...]
    told: tuple[tuple[str, str, str], ...]
    changed: tuple[tuple[str, Any, Any], ...]
    untold: tuple[tuple[str, str, str], ...] = ()
    money: tuple[tuple[str, str, int, str], ...] = ()
    journal: tuple[bytes, ...] = ()
    effects: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # as a trace shows them


class Spread:
    """Lengths of time: count, sum, longest, and quantiles to within a twentieth.

    The sum is in whole microseconds: parts come to the same in any order.
    """

    __slots__ = ("buckets", "count", "longest", "shortest", "total")

    def __init__(self) -> None:
        self.count = 0
        self.total = 0
        self.shortest = math.inf
        self.longest = 0.0
        self.buckets: Counter[int] = Counter()

    def add(self, seconds: float) -> None:
        self.count += 1
        self.total += round(seconds * 1_000_000)
        self.shortest = min(self.shortest, seconds)
        self.longest = max(self.longest, seconds)
        self.buckets[_bucket(seconds)] += 1

    def merge(self, other: Spread) -> None:
        self.count += other.count
        self.total += other.total
        self.shortest = min(self.shortest, other.shortest)
        self.longest = max(self.longest, other.longest)
        self.buckets.update(other.buckets)

    def quantile(self, share: float) -> float:
        left = math.ceil(share * self.count)
        for bucket in sorted(self.buckets):
            left -= self.buckets[bucket]
            if left <= 0:
                found = math.exp(bucket / 20) if bucket > _LEAST else 0.0
                return min(self.longest, max(self.shortest, found))
        return self.longest

    def as_json(self) -> dict[str, Any]:
        """Seconds."""
        mean = self.total / self.count / 1_000_000 if self.count else 0.0
        return {
            "count": self.count,
            "mean": round(mean, 3),
            "median": round(self.quantile(0.5), 3),
            "p90": round(self.quantile(0.9), 3),
            "longest": round(self.longest, 3),
        }


_LEAST = -10_000


def _bucket(seconds: float) -> int:
    return round(math.log(seconds) * 20) if seconds > 0 else _LEAST


@dataclass(slots=True)
class Path:
    """One way through the flow and how many took it."""

    steps: tuple[tuple[str, str], ...]
    status: str
    count: int = 0
    example: str = ""


@dataclass(slots=True)
class Kind:
    """One kind of thing that would have gone out, with the first of it as examples.

    `at` says what comes first: nothing, and it is the order in which they are added.
    """

    count: int = 0
    _first: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def examples(self) -> list[Any]:
        return [example for _, example in self._first]

    def is_first(self, at: str) -> bool:
        """Whether an example would be shown."""
        return len(self._first) < MOST_EXAMPLES or at < self._first[-1][0]

    def add(self, example: Any, at: str = "") -> None:
        self.count += 1
        if self.is_first(at):
            insort(self._first, (at, example), key=_place)
            del self._first[MOST_EXAMPLES:]

    def merge(self, other: Kind) -> None:
        self.count += other.count
        self._first = sorted(self._first + other._first, key=_place)[:MOST_EXAMPLES]


def _place(one: tuple[str, Any]) -> str:
    return one[0]


@dataclass(slots=True)
class Tally:
    """Sums over the runs of one flow version, and over what else ran beside it."""

    coverage: Coverage = field(default_factory=Coverage)
    by_status: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)  # runs of other flows, by flow id
    paths: dict[str, Path] = field(default_factory=dict)
    paths_left_out: int = 0
    waiting: dict[str, Spread] = field(default_factory=dict)
    lasting: Spread = field(default_factory=Spread)
    sent: dict[tuple[str, str, str], Kind] = field(default_factory=dict)
    told: dict[str, Kind] = field(default_factory=dict)
    untold: dict[str, Kind] = field(default_factory=dict)  # by place; "" in other flows
    tags: Counter[tuple[str, str]] = field(default_factory=Counter)  # ("added" | "removed", tag)
    fields: dict[str, Kind] = field(default_factory=dict)
    failures: dict[tuple[str, str], Kind] = field(default_factory=dict)  # (code, place)
    events: int = 0
    unheard: Counter[str] = field(default_factory=Counter)  # event type: started nothing
    incidents: dict[str, Kind] = field(default_factory=dict)
    stays: dict[str, Stay] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)
    nobody: Counter[str] = field(default_factory=Counter)
    refused: list[dict[str, Any]] = field(default_factory=list)
    money: Money = field(default_factory=Money)

    def add(self, run: RunSeen, entries: Sequence[Entry]) -> None:
        """One run of the flow under test."""
        records = [record for _, _, found in entries for record in found]
        self.coverage.add(records)
        self.by_status[run.status] += 1
        if run.ended_at is not None:
            self.lasting.add((run.ended_at - run.started_at).total_seconds())
        self._path(run)
        self.add_waits(entries)
        for place, title, body in run.untold:
            self.add_untold(run.id, place, title, body)
        if run.status == "failed":
            self.add_failure(run.id, run.error, run.subject, records)
        self._effects(run)

    def add_other(self, run: RunSeen) -> None:
        """A run of another flow: what it does counts, its way does not."""
        self.others[run.flow_id] += 1
        for _, title, body in run.untold:
            self.add_untold(run.id, "", title, body)
        self._effects(run)

    def _effects(self, run: RunSeen) -> None:
        for connection, action, status, args in run.sent:
            self.add_call(run.id, run.subject, (connection, action, status), args)
        for user, title, body in run.told:
            self.add_notice(run.id, user, title, body)
        for name, old, new in run.changed:
            self.add_change(run.id, name, old, new)

    def add_failure(
        self,
        run: str,
        error: Mapping[str, Any] | None,
        subject: str,
        records: Sequence[StepRecord],
    ) -> None:
        found = error or {}
        failed = (place_of(one.step) for one in reversed(records) if one.status == "failed")
        slot = (str(found.get("code", "failed")), next(failed, ""))
        kind = self.failures.setdefault(slot, Kind())
        kind.add({"run": run, "subject": subject, "message": found.get("message")}, run)

    def add_call(self, run: str, subject: str, slot: tuple[str, str, str], args: Any) -> None:
        kind = self.sent.setdefault(slot, Kind())
        kind.add({"run": run, "subject": subject, "args": args}, run)

    def add_notice(self, run: str, user: str, title: str, body: str) -> None:
        kind = self.told.setdefault(user, Kind())
        kind.add({"run": run, "title": title, "body": body}, run)

    def add_untold(self, run: str, place: str, title: str, body: str) -> None:
        kind = self.untold.setdefault(place, Kind())
        kind.add({"run": run, "title": title, "body": body}, run)

    def add_change(self, run: str, name: str, old: Any, new: Any) -> None:
        if name == "tags":
            before, after = set(old or ()), set(new or ())
            for tag in after - before:
                self.tags["added", str(tag)] += 1
            for tag in before - after:
                self.tags["removed", str(tag)] += 1
        else:
            kind = self.fields.setdefault(name, Kind())
            kind.add({"run": run, "old": old, "new": new}, run)

    def _path(self, run: RunSeen) -> None:
        self.add_path(run.path, run.status, 1, run.id)

    def add_path(
        self, steps: tuple[tuple[str, str], ...], status: str, count: int, example: str
    ) -> None:
        """So many runs that went one way."""
        key = way_key(status, steps)
        held = self.paths.get(key)
        if held is None:
            if len(self.paths) >= MOST_PATHS:
                self.paths_left_out += count
                return
            held = self.paths[key] = Path(steps, status, example=example)
        held.count += count

    def add_waits(self, entries: Iterable[Entry]) -> None:
        """From a step's first word to its last: how long it kept the run."""
        began: dict[str, datetime] = {}
        for signal, _, records in entries:
            for record in records:
                if record.status in ("active", "waiting"):
                    began.setdefault(record.step, signal.now)
                elif record.step in began:
                    seconds = (signal.now - began.pop(record.step)).total_seconds()
                    if seconds > 0:
                        place = place_of(record.step)
                        self.waiting.setdefault(place, Spread()).add(seconds)

    def merge(self, other: Tally) -> None:
        self.coverage.merge(other.coverage)
        self.lasting.merge(other.lasting)
        self.money.merge(other.money)
        self.events += other.events
        self.paths_left_out += other.paths_left_out
        for name in ("by_status", "others", "tags", "unheard", "nobody"):
            getattr(self, name).update(getattr(other, name))
        for name in ("sent", "told", "untold", "fields", "failures", "incidents"):
            own = getattr(self, name)
            for key, kind in getattr(other, name).items():
                own.setdefault(key, Kind()).merge(kind)
        for key, path in other.paths.items():
            held = self.paths.get(key)
            if held is not None:
                held.count += path.count
            elif len(self.paths) < MOST_PATHS:
                self.paths[key] = path
            else:
                self.paths_left_out += path.count
        for place, spread in other.waiting.items():
            self.waiting.setdefault(place, Spread()).merge(spread)
        for place, stay in other.stays.items():
            held_stay = self.stays.setdefault(place, Stay())
            held_stay.count += stay.count
            held_stay.queued += stay.queued
            held_stay.worked += stay.worked
            held_stay.longest = max(held_stay.longest, stay.longest)
        self.desks.update(other.desks)
        self.refused += other.refused


def run_of(effect: str) -> str:
    """The run that made an effect, by its key."""
    return "run_" + effect[4:].rpartition("_")[0]


def path_key(run: RunSeen) -> str:
    """One short name for a run's way through the flow."""
    return way_key(run.status, run.path)


def way_key(status: str, path: tuple[tuple[str, str], ...]) -> str:
    written = repr((status, path)).encode()
    return hashlib.blake2b(written, digest_size=12).hexdigest()


def path_of(entries: Iterable[Entry]) -> tuple[tuple[str, str], ...]:
    """The steps that were done or failed, in order, with the port each was left by."""
    return way_of(record for _, _, records in entries for record in records)


def way_of(records: Iterable[StepRecord]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for record in records:
        if record.status in ("done", "failed"):
            port = record.port if isinstance(record.port, str) else ",".join(record.port)
            found.append((place_of(record.step), port or record.status))
    return tuple(found)
