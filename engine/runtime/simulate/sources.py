"""Where a test run's events come from: handed over, a file, or past events of the installation.

A bad event is put down with its line and reason and does not stop the rest. Above MEMORY_EVENTS the
good ones lie in a temporary file, and only their times and places are kept in memory.
"""

from __future__ import annotations

import codecs
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import compress
from pathlib import Path
from typing import IO, Any

import orjson
from pydantic import ValidationError

from connectors.csv_file.mapping import OrderMapping
from connectors.csv_file.reading import LineError, read_orders
from connectors.csv_file.table import HEAD, find_encoding
from engine.core.errors import InvalidInput, NotFound, Problem, TooLarge
from engine.core.event import Event, read_event
from engine.core.event_types import EVENT_TYPES, validate_data
from engine.core.flow import problems_of
from engine.core.ids import first_id
from engine.core.text import Text, text
from engine.runtime.imports import mapping_of
from engine.runtime.inbox import as_event
from engine.runtime.simulate.asked import File, Setup, Window
from engine.runtime.simulate.scratch import MEMORY_EVENTS
from engine.runtime.start import OWN_STARTS
from engine.runtime.world import World
from engine.store import scratch as store
from engine.store.db import Connection
from engine.store.event_types import list_own_types

MOST_BAD = 1_000  # listed by line; the rest is counted
MOST_EVENTS = 1_000_000
MOST_JSON = 200 * 2**20  # bytes of a file that is one JSON list
MOST_ONE = 2**20  # bytes of one event written over many lines
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)

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


@dataclass(slots=True)
class Feed:
    """The good events in order of receipt, and what was wrong with the others."""

    bad: list[Bad] = field(default_factory=list)
    refused: int = 0
    left_out: int = 0  # past events that will happen again by themselves
    by_type: Counter[str] = field(default_factory=Counter)
    shift: timedelta = timedelta(0)
    _kept: list[Coming] = field(default_factory=list)
    _places: list[tuple[int, int, int]] = field(default_factory=list)  # (µs, offset, length)
    _spool: IO[bytes] | None = None

    def __len__(self) -> int:
        return len(self._places) or len(self._kept)

    def add(self, event: Event, at: datetime | None = None) -> None:
        found = Coming(event, at or event.time)
        self.by_type[event.type] += 1
        if len(self) >= MOST_EVENTS:
            raise TooLarge(text(f"最多 {MOST_EVENTS} 个事件", f"at most {MOST_EVENTS} events"))
        if self._spool is None and len(self._kept) < MEMORY_EVENTS:
            self._kept.append(found)
            return
        if self._spool is None:
            self._spool = tempfile.TemporaryFile(prefix="jimu-events-")  # noqa: SIM115
            for one in self._kept:
                self._put(one)
            self._kept.clear()
        self._put(found)

    def refuse(self, line: int, reason: Text, path: str = "") -> None:
        self.refused += 1
        if len(self.bad) < MOST_BAD:
            self.bad.append(Bad(line, reason, path))

    def close(self) -> None:
        if self._spool is not None:
            self._spool.close()

    def sort(self, start: datetime | None) -> None:
        """Puts the events in order; with `start` the first one happens then, others follow."""
        self._kept.sort(key=lambda one: one.at)
        self._places.sort()
        if start is not None and len(self):
            self.shift = start - self.first_at

    @property
    def first_at(self) -> datetime:
        return self._at(0)

    @property
    def last_at(self) -> datetime:
        return self._at(-1)

    def _at(self, index: int) -> datetime:
        at = self._kept[index].at if self._kept else _EPOCH + self._places[index][0] * _US
        return at + self.shift

    def __iter__(self) -> Iterator[Coming]:
        return self.some(b"\x01" * len(self))

    def some(self, wanted: bytes) -> Iterator[Coming]:
        """Those whose byte is not 0. Two processes may read: the file keeps no place for them."""
        for one in compress(self._kept, wanted):
            yield self._shifted(one)
        if self._spool is not None:
            self._spool.flush()
            for at, offset, length in compress(self._places, wanted):
                found = orjson.loads(os.pread(self._spool.fileno(), length, offset))
                found["time"] = datetime.fromisoformat(found["time"])
                found["chain"] = tuple(found["chain"])
                yield self._shifted(Coming(Event(**found), _EPOCH + at * _US))

    def _shifted(self, one: Coming) -> Coming:
        if not self.shift:
            return one
        moved = replace(one.event, time=one.event.time + self.shift)
        return Coming(moved, one.at + self.shift)

    def _put(self, one: Coming) -> None:
        assert self._spool is not None
        event = one.event
        raw = orjson.dumps(
            {
                "id": event.id,
                "source": event.source,
                "type": event.type,
                "time": event.time.isoformat(),
                "data": event.data,
                "subject": event.subject,
                "connection": event.connection,
                "chain": list(event.chain),
            }
        )
        offset = self._spool.seek(0, 2)
        self._spool.write(raw)
        self._places.append(((one.at - _EPOCH) // _US, offset, len(raw)))


def read_feed(world: World, conn: Connection, tenant: str, setup: Setup, tell: Tell) -> Feed:
    """The events a set-up names; `conn` is the snapshot of the installation."""
    own = {row.type: row.schema for row in list_own_types(conn, tenant)}
    feed = Feed()
    if setup.events is not None:
        now = setup.start or world.now()
        for number, document in enumerate(setup.events, 1):
            _take(feed, number, document, own, now)
    elif setup.file is not None:
        _read_file(world, conn, tenant, setup.file, feed, own, setup.start or world.now(), tell)
    elif setup.window is not None:
        _read_window(conn, tenant, setup.window, feed, tell)
    feed.sort(setup.start)
    return feed


def read_one(document: Any, number: int, own: Mapping[str, Any], now: datetime) -> Event:
    """An event as a CloudEvent, id and source filled in; InvalidInput says what is wrong."""
    if not isinstance(document, dict):
        said = text("事件应为 JSON 对象", "an event must be a JSON object")
        raise InvalidInput(said, [Problem("", said)])
    event = read_event({"id": f"event-{number}", "source": "/test-run", **document}, now=now)
    problems = [
        Problem(f"/data{one.path}", one.message, one.code)
        for one in validate_data(event.type, event.data, own=own.get(event.type))
    ]
    if problems:
        raise InvalidInput(text("事件内容不符合格式", "the event does not fit its type"), problems)
    return event


def _take(feed: Feed, line: int, document: Any, own: Mapping[str, Any], now: datetime) -> None:
    try:
        feed.add(read_one(document, line, own, now))
    except InvalidInput as error:
        first = error.problems[0] if error.problems else Problem("", error.message)
        feed.refuse(line, first.message, first.path)


# -- files -----------------------------------------------------------------------------------------


def _read_file(
    world: World,
    conn: Connection,
    tenant: str,
    file: File,
    feed: Feed,
    own: Mapping[str, Any],
    now: datetime,
    tell: Tell,
) -> None:
    path = Path(file.path)
    if not path.is_file():
        raise NotFound(text("事件文件已不在", "the file of events is gone: send it again"))
    size = path.stat().st_size
    with path.open("rb") as stream:
        if file.format == "csv":
            _read_csv(world, tenant, file, stream, size, feed, tell)
            return
        head = stream.read(HEAD)
        stream.seek(0)
        if not head.strip(b"\xef\xbb\xbf \t\r\n"):
            raise InvalidInput(text("文件是空的", "The file is empty"))
        encoding = find_encoding(head)
        if head.decode(encoding, "replace").lstrip().startswith("["):
            _read_list(stream, size, encoding, feed, own, now, tell)
        elif _is_one_document(stream, size, encoding):
            _take(feed, 1, json.loads(stream.read().decode(encoding)), own, now)
        else:
            for number, document in _lines(stream, encoding, feed):
                _take(feed, number, document, own, now)
                if number % 500 == 0:
                    tell(stream.tell(), size, _reading(feed))


def _lines(stream: IO[bytes], encoding: str, feed: Feed) -> Iterator[tuple[int, Any]]:
    """(number, document) of each line that is JSON; the others are put down."""
    for number, line in enumerate(_rows(stream, encoding), 1):
        try:
            written = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            if not written:
                continue
            if encoding != "utf-8-sig" and "\ufffd" in written:
                raise UnicodeError
            document = json.loads(written)
        except UnicodeError:
            said = text(
                "有无法识别的字符，请检查文件编码", "has unreadable characters: check the encoding"
            )
            feed.refuse(number, said)
        except (ValueError, RecursionError):
            feed.refuse(number, text("这一行不是 JSON", "this line is no JSON"))
        else:
            yield number, document


def _rows(stream: IO[bytes], encoding: str) -> Iterator[bytes]:
    """The lines of a file, whatever it is written in, as UTF-8."""
    if encoding == "utf-8-sig":
        # Not `yield from`: a reader that stops after the first line would close the file.
        for line in stream:  # noqa: UP028
            yield line
        return
    # Not one by one: the reader ahead of the lines must not close the file when it goes.
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    rest = ""
    while chunk := stream.read(HEAD):
        *whole, rest = (rest + decoder.decode(chunk)).split("\n")
        yield from (line.encode() for line in whole)
    yield (rest + decoder.decode(b"", True)).encode()


def _is_one_document(stream: IO[bytes], size: int, encoding: str) -> bool:
    """Whether a file is one event written over many lines: its first line alone says nothing."""
    first = next(iter(_rows(stream, encoding)), b"")
    stream.seek(0)
    try:
        json.loads(first.removeprefix(b"\xef\xbb\xbf"))
        return False
    except (ValueError, RecursionError):
        pass
    if size > MOST_ONE:
        return False
    try:
        return isinstance(json.loads(stream.read().decode(encoding)), dict)
    except (ValueError, RecursionError):
        return False
    finally:
        stream.seek(0)


def _read_list(
    stream: IO[bytes],
    size: int,
    encoding: str,
    feed: Feed,
    own: Mapping[str, Any],
    now: datetime,
    tell: Tell,
) -> None:
    if size > MOST_JSON:
        said = text(
            "JSON 列表太大，请改为每行一个事件",
            "the list is too large: one event a line",
        )
        raise TooLarge(said)
    try:
        found = json.loads(stream.read().decode(encoding, "replace"))
    except (ValueError, RecursionError) as fault:
        said = text("事件文件不是可读的 JSON", "the file of events is no readable JSON")
        where = _place_of(fault)
        raise InvalidInput(said, [Problem("/file", where or said)]) from fault
    for number, document in enumerate(found, 1):
        _take(feed, number, document, own, now)
        if number % 500 == 0:
            tell(number, len(found), _reading(feed))


def _place_of(fault: Exception) -> Text | None:
    """Where a list breaks off; it is one document, so nothing after that can be read."""
    if not isinstance(fault, json.JSONDecodeError):
        return None
    at = (fault.lineno, fault.colno)
    return text(
        f"第 {at[0]} 行第 {at[1]} 个字符起读不下去；每行一个事件的文件只会略过坏的行",
        f"unreadable from line {at[0]}, character {at[1]} on; of a file with one event a line only "
        "the bad lines are left out",
    )


def _read_csv(
    world: World,
    tenant: str,
    file: File,
    stream: IO[bytes],
    size: int,
    feed: Feed,
    tell: Tell,
) -> None:
    if file.mapping is not None:
        try:
            mapping = OrderMapping.model_validate(file.mapping)
        except ValidationError as error:
            raise InvalidInput(
                text("列对照不可用", "the mapping cannot be used"), problems_of(error, "/mapping")
            ) from None
    elif file.connection is not None:
        mapping = mapping_of(world, tenant, file.connection)
    else:
        said = text("CSV 文件需要列对照或对接", "a CSV file needs a mapping or a connection")
        raise InvalidInput(said, [Problem("/file/mapping", said)])
    for number, found in enumerate(
        read_orders(stream, mapping, source="/test-run/file", connection=file.connection), 1
    ):
        if isinstance(found, LineError):
            where = f"/{found.column}" if found.column else ""
            feed.refuse(found.line, found.reason, where)
        else:
            feed.add(found)
        if number % 500 == 0:
            tell(stream.tell(), size, _reading(feed))


# -- the past --------------------------------------------------------------------------------------


def _read_window(conn: Connection, tenant: str, window: Window, feed: Feed, tell: Tell) -> None:
    """Events as they were received. What the system made itself is left out: it makes it again."""
    after = first_id("evt", window.since)
    until = first_id("evt", window.until)
    types = list(window.types) if window.types is not None else None
    while len(feed) < window.most:
        rows = store.events_between(conn, tenant, after, until, types=types)
        if not rows:
            return
        after = rows[-1].id
        for row in rows:
            if _happens_again(row):
                feed.left_out += 1
            elif len(feed) < window.most:
                feed.add(as_event(row), row.received_at)
        tell(len(feed), None, _reading(feed))


def _happens_again(row: Any) -> bool:
    if row.source.startswith(OWN_STARTS):
        return bool(row.source == f"{OWN_STARTS}schedule")
    if row.source == "/flows":
        return True
    known = EVENT_TYPES.get(row.type)
    # What a run caused comes again if this test run's runs cause it.
    return bool(row.chain) or (row.source == "/jimu" and known is not None and known.internal)


def _reading(feed: Feed) -> Text:
    return text(f"正在读取事件：{len(feed)} 个", f"reading events: {len(feed)}")
