"""The events of a test run in order of receipt, and what was wrong with the others.

The good ones lie written one behind the other (spool.py); in memory stay when each comes, where it
lies and whom it concerns, as whole numbers. So a million of them take no more room than a thousand.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import compress, pairwise
from typing import Any

import orjson

from engine.core.errors import InvalidInput, Problem, TooLarge
from engine.core.event import Event
from engine.core.text import Text, text
from engine.runtime.simulate.concerned import Concerned
from engine.runtime.simulate.spool import Spool
from engine.store.bulk import nul_path

MOST_BAD = 1_000  # listed by line; the rest is counted
MOST_EVENTS = 1_000_000
FIRST, LAST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)

_NO_MOMENT = text("时间应在 1970 年到 2200 年之间", "the time must lie between 1970 and 2200")
_TRAVELS = ("bad", "refused", "by_type", "_at", "_names", "_keys", "_lines")

Tell = Callable[[int, int | None, Text], None]


@dataclass(frozen=True, slots=True)
class Coming:
    """An event and when it is received."""

    event: Event
    at: datetime


@dataclass(frozen=True, slots=True)
class Bad:
    """An event that was not taken: `line` counts from 1 (of a list: its place in it)."""

    line: int
    reason: Text
    path: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"line": self.line, "path": self.path, "reason": self.reason}


class Feed:
    """Events in order of receipt. `left_out` are past ones that will happen again by themselves."""

    def __init__(self, concerned: Concerned, spool: Spool | None = None) -> None:
        self.concerned = concerned
        self.bad: list[Bad] = []
        self.refused = 0
        self.left_out = 0
        self.is_cut = False  # there were more than were asked for
        self.by_type: Counter[str] = Counter()
        self.shift = timedelta(0)
        self._spool = spool or Spool()
        # Of each event, as they were added:
        self._at = array("q")  # microseconds since 1970
        self._names = array("q")  # one name of whom it concerns
        self._keys = array("q")  # a hash of source and id
        self._lines = array("q")  # where it stands, if the same may stand there twice
        self._order: Sequence[int] = ()
        self._first: dict[int, int] = {}  # {key: the first event with it}
        self._doubles: set[int] = set()

    def __len__(self) -> int:
        return len(self._at) - len(self._doubles)

    def add(self, event: Event, at: datetime | None = None, line: int = 0) -> None:
        """One more event; `line` is where it stands, if the same may stand there twice.

        InvalidInput for one that could not be stored, that stood in an earlier line, or whose own
        time no clock can be put to.
        """
        if at is None and not FIRST <= event.time <= LAST:
            raise InvalidInput(_NO_MOMENT, [Problem("/time", _NO_MOMENT, "range")])
        time = (event.time - _EPOCH) // _US
        raw, key = _written(event, time), hash((event.source, event.id))
        if line:
            first = self._first.setdefault(key, len(self._at))
            if first < len(self._at) and self._is(first, event.source, event.id):
                raise InvalidInput(*_double(self._lines[first]))
        self._spool.add(raw)
        self._at.append(time if at is None else (at - _EPOCH) // _US)
        self._names.append(self.concerned.read(event))
        self._keys.append(key)
        self._lines.append(line)
        self.by_type[event.type] += 1
        self._demand_few()

    def _is(self, index: int, source: str, id_: str) -> bool:
        found = orjson.loads(self._spool.read(index))
        return bool(found[0] == id_ and found[1] == source)

    def refuse(self, line: int, reason: Text, path: str = "") -> None:
        self.refused += 1
        if len(self.bad) < MOST_BAD:
            self.bad.append(Bad(line, reason, path))

    def close(self) -> None:
        self._spool.close()

    # -- in two processes --------------------------------------------------------------------------

    def another(self) -> Feed:
        """An empty one for a later part of the same file, to be filled by another process."""
        return Feed(self.concerned.another(), Spool(lent=True))

    def packed(self) -> tuple[Any, ...]:
        """As it travels back; the events themselves lie in the file that was lent."""
        concerned, spool = self.concerned.packed(), self._spool.packed()
        return concerned, spool, [getattr(self, name) for name in _TRAVELS]

    def unpack(self, found: tuple[Any, ...]) -> None:
        concerned, spool, values = found
        self.concerned.unpack(concerned)
        self._spool.unpack(spool)
        for name, value in zip(_TRAVELS, values, strict=True):
            setattr(self, name, value)

    def extend(self, other: Feed) -> None:
        """Adds those of a later part; what stands in both counts once."""
        start = len(self._at)
        self.concerned.extend(other.concerned)
        self._spool.extend(other._spool)
        for name in ("_at", "_names", "_keys", "_lines"):
            getattr(self, name).extend(getattr(other, name))
        self.by_type += other.by_type
        self.refused += other.refused
        self.bad = [*self.bad, *other.bad][:MOST_BAD]
        for index, key in enumerate(other._keys, start):
            first = self._first.setdefault(key, index)
            if first < index:
                self._look_for_double(first, index)
        self._demand_few()

    def _look_for_double(self, first: int, index: int) -> None:
        id_, source, type_, *_ = orjson.loads(self._spool.read(index))
        if self._is(first, source, id_):
            problem = _double(self._lines[first])[1][0]
            self._doubles.add(index)
            self.by_type[type_] -= 1
            self.refuse(self._lines[index], problem.message, problem.path)

    def _demand_few(self) -> None:
        if len(self) > MOST_EVENTS:
            raise TooLarge(text(f"最多 {MOST_EVENTS} 个事件", f"at most {MOST_EVENTS} events"))

    # -- in order ----------------------------------------------------------------------------------

    def sort(self, start: datetime | None) -> None:
        """Puts the events in order; with `start` the first one happens then, others follow."""
        self._first.clear()
        self.bad.sort(key=lambda one: one.line)
        self._order = range(len(self._at))
        if self._doubles:
            self._order = [one for one in self._order if one not in self._doubles]
        if any(later < one for one, later in pairwise(self._at)):
            self._order = array("q", sorted(self._order, key=self._at.__getitem__))
        if start is not None and len(self):
            self.shift = start - self.first_at

    @property
    def first_at(self) -> datetime:
        return self._when(self._order[0])

    @property
    def last_at(self) -> datetime:
        return self._when(self._order[-1])

    def _when(self, index: int) -> datetime:
        return _EPOCH + self._at[index] * _US + self.shift

    def count_after(self, moment: datetime) -> int:
        """How many come later than that."""
        return sum(self._when(index) > moment for index in self._order)

    def forget_names(self) -> None:
        """Nobody will ask any more whom they concern."""
        self.concerned = self.concerned.another()
        self._names = array("q")

    def names(self) -> Iterator[int]:
        """One name of whom each event concerns, in order."""
        return map(self._names.__getitem__, self._order)

    def __iter__(self) -> Iterator[Coming]:
        return map(self._read, self._order)

    def some(self, wanted: bytes) -> Iterator[Coming]:
        """Those whose byte is not 0. Two processes may read at once."""
        return map(self._read, compress(self._order, wanted))

    def _read(self, index: int) -> Coming:
        id_, source, type_, time, subject, connection, chain, data = orjson.loads(
            self._spool.read(index)
        )
        at = _EPOCH + time * _US + self.shift
        event = Event(id_, source, type_, at, data, subject, connection, tuple(chain))
        return Coming(event, at if time == self._at[index] else self._when(index))


def _double(line: int) -> tuple[Text, list[Problem]]:
    said = text(
        f"与第 {line} 行是同一个事件（来源和编号相同），只算一次",
        f"the same event as in line {line} (same source and id): it counts once",
    )
    return said, [Problem("/id", said, "double")]


def _written(event: Event, time: int) -> bytes:
    """An event as it lies in the spool; InvalidInput for what no database could keep.

    `time` is when it happened, in microseconds since 1970.
    """
    try:
        raw = orjson.dumps(
            (
                event.id,
                event.source,
                event.type,
                time,
                event.subject,
                event.connection,
                event.chain,
                event.data,
            )
        )
    except TypeError as fault:
        said = text("含有无法保存的内容", "holds something that cannot be stored")
        raise InvalidInput(said, [Problem("/data", said, "json")]) from fault
    if b"\\u0000" in raw and (path := nul_path(event.data)) is not None:
        said = text("不能含有空字符（U+0000）", "must not contain the character U+0000")
        raise InvalidInput(said, [Problem(f"/data{path}", said, "nul")])
    return raw
