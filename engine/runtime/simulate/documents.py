"""Events written as JSON: one a line, a list of them, or a single one over many lines.

A bad event is put down with its line and reason and does not stop the rest. What is large is read
in halves, each in a process of its own; the first then takes over what the other has found.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import orjson

from connectors.csv_file.table import HEAD, SPREADSHEETS, find_encoding
from engine.core.errors import InvalidInput, Problem, TooLarge
from engine.core.event import Event, read_event
from engine.core.event_types import validate_data
from engine.core.text import Text, text
from engine.runtime.simulate.beside import beside, can_fork
from engine.runtime.simulate.feed import Feed, Tell

MOST_JSON = 200 * 2**20  # bytes of a file that is one JSON list
MOST_ONE = 2**20  # bytes of one event written over many lines
HALVED_FROM = 2**21  # bytes of a file; below, a second process costs more than it brings
EACH = 500  # events between two words about how far it is
_PLAIN = "utf-8-sig"
_UNKNOWN = frozenset({"extra_forbidden", "additionalProperties"})

# Documents, each with the number of its line and, where it was read alone, what it was read from.
Numbered = Iterator[tuple[int, Any, bytes | None]]


@dataclass(frozen=True, slots=True)
class Taking:
    """How documents become events: the tenant's own types; when it was, where it is not said."""

    own: Mapping[str, Any]
    now: datetime

    def take(self, feed: Feed, line: int, document: Any, raw: bytes | None = None) -> None:
        """Into the feed, or among what was wrong."""
        try:
            feed.add(read_one(document, line, self.own, self.now, raw), line=line)
        except InvalidInput as error:
            refuse(feed, line, error)


def read_one(
    document: Any,
    number: int,
    own: Mapping[str, Any],
    now: datetime,
    raw: bytes | None = None,
) -> Event:
    """An event as a CloudEvent, id and source filled in; InvalidInput says what is wrong."""
    if not isinstance(document, dict):
        said = text("事件应为 JSON 对象", "an event must be a JSON object")
        raise InvalidInput(said, [Problem("", said)])
    event = read_event(
        {"id": f"event-{number}", "source": "/test-run", **document}, now=now, raw=raw
    )
    problems = [
        Problem(f"/data{one.path}", one.message, one.code)
        for one in validate_data(event.type, event.data, own=own.get(event.type))
    ]
    if problems:
        raise InvalidInput(text("事件内容不符合格式", "the event does not fit its type"), problems)
    return event


def refuse(feed: Feed, line: int, error: InvalidInput) -> None:
    """Puts down the first that is wrong with an event."""
    found = error.problems or [Problem("", error.message)]
    # A field that is missing is often one that is there under a name nobody knows.
    first = next((one for one in found if one.code in _UNKNOWN), found[0])
    feed.refuse(line, first.message, first.path)


def reading(feed: Feed) -> Text:
    """What is said while events are read."""
    return text(f"正在读取事件：{len(feed)} 个", f"reading events: {len(feed)}")


def read_file(path: Path, feed: Feed, taking: Taking, tell: Tell) -> None:
    """A file of events, whatever way they are written in it."""
    size = path.stat().st_size
    parts: Sequence[_Part]
    with path.open("rb") as stream:
        head = stream.read(HEAD)
        stream.seek(0)
        if not head.strip(b"\xef\xbb\xbf \t\r\n"):
            raise InvalidInput(text("文件是空的", "The file is empty"))
        if head.startswith(SPREADSHEETS):
            raise InvalidInput(
                text(
                    "这是 Excel 文件，请另存为 CSV，再用列对照试运行",
                    "This is an Excel file: save it as CSV and try it with a mapping",
                )
            )
        encoding = find_encoding(head)
        if head.decode(encoding, "replace").lstrip().startswith("["):
            parts = _halves_of_list(_listed(stream, size, encoding))
        elif _is_one_document(stream, size, encoding):
            taking.take(feed, 1, json.loads(stream.read().decode(encoding)))
            return
        elif encoding == _PLAIN:
            parts = _halves_of_lines(path, stream, size)
        else:
            parts = [_Lines(path, 0, size, 1, encoding)]
    if len(parts) == 2 and size >= HALVED_FROM and can_fork():
        _read_in_two(feed, parts, taking, tell)
    else:
        for part in parts:
            _read(feed, part, taking, lambda: tell(len(feed), None, reading(feed)))


def _read(feed: Feed, part: _Part, taking: Taking, told: Callable[[], None]) -> None:
    for count, (number, document, raw) in enumerate(part.documents(feed), 1):
        taking.take(feed, number, document, raw)
        if count % EACH == 0:
            told()


def _read_in_two(feed: Feed, parts: Sequence[_Part], taking: Taking, tell: Tell) -> None:
    own, others = parts
    second = feed.another()

    def theirs(still_wanted: Callable[[], None]) -> Any:
        _read(second, others, taking, still_wanted)
        return second.packed()

    def told() -> None:
        tell(2 * len(feed), None, reading(feed))

    with beside(theirs) as other:
        _read(feed, own, taking, told)
        second.unpack(other.wait(told))
    told()
    feed.extend(second)
    told()
    second.close()


# -- one a line ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a file from one place to another; `first` is the number of the first."""

    path: Path
    start: int
    end: int
    first: int
    encoding: str = _PLAIN

    def documents(self, feed: Feed) -> Numbered:
        """Each line that is JSON; the others are put down."""
        with self.path.open("rb") as stream:
            stream.seek(self.start)
            yield from self._documents(stream, feed)

    def _documents(self, stream: IO[bytes], feed: Feed) -> Numbered:
        replaced = b"" if self.encoding == _PLAIN else "\ufffd".encode()
        left = self.end - self.start
        for number, line in enumerate(_rows(stream, self.encoding), self.first):
            if left <= 0 and not replaced:
                return
            left -= len(line)
            written = line if number > 1 else line.removeprefix(codecs.BOM_UTF8)
            if not written or written.isspace():
                continue
            try:
                if replaced and replaced in written:
                    raise UnicodeError
                document, is_live = _parsed(written)
            except UnicodeError:
                said = text(
                    "有无法识别的字符，请检查文件编码",
                    "has unreadable characters: check the encoding",
                )
                feed.refuse(number, said)
            except (ValueError, RecursionError):
                feed.refuse(number, text("这一行不是 JSON", "this line is no JSON"))
            else:
                yield number, document, written if is_live else None


def _parsed(written: bytes | str) -> tuple[Any, bool]:
    """JSON and whether it could be read as events are read live.

    What could not is looked at once more, for the why; this second look takes more for JSON.
    """
    try:
        return orjson.loads(written), True
    except orjson.JSONDecodeError:
        return json.loads(written), False


def _rows(stream: IO[bytes], encoding: str) -> Iterator[bytes]:
    """The lines of a file, whatever it is written in, as UTF-8."""
    if encoding == _PLAIN:
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


def _halves_of_lines(path: Path, stream: IO[bytes], size: int) -> list[_Lines]:
    """Both halves of a large file; a small one whole."""
    if size < HALVED_FROM:
        return [_Lines(path, 0, size, 1)]
    stream.seek(0)
    place, count = 0, 0
    while place < size // 2:
        block = stream.read(HEAD)
        place += len(block)
        count += block.count(b"\n")
    place += len(stream.readline())
    return [_Lines(path, 0, place, 1), _Lines(path, place, size, count + 2)]


def _is_one_document(stream: IO[bytes], size: int, encoding: str) -> bool:
    """Whether a file is one event written over many lines: its first line alone says nothing."""
    first = next(iter(_rows(stream, encoding)), b"")
    stream.seek(0)
    try:
        json.loads(first.removeprefix(codecs.BOM_UTF8))
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


# -- a list ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Slice:
    """Some documents of a list; `first` is the place of the first of them."""

    listed: Sequence[Any]
    first: int

    def documents(self, feed: Feed) -> Numbered:
        return ((place, one, None) for place, one in enumerate(self.listed, self.first))


_Part = _Lines | _Slice


def _halves_of_list(listed: Sequence[Any]) -> list[_Slice]:
    middle = len(listed) // 2
    return [_Slice(listed[:middle], 1), _Slice(listed[middle:], middle + 1)]


def _listed(stream: IO[bytes], size: int, encoding: str) -> list[Any]:
    if size > MOST_JSON:
        said = text(
            "JSON 列表太大，请改为每行一个事件",
            "the list is too large: one event a line",
        )
        raise TooLarge(said)
    try:
        found: list[Any] = _parsed(stream.read().decode(encoding, "replace"))[0]
    except (ValueError, RecursionError) as fault:
        said = text("事件文件不是可读的 JSON", "the file of events is no readable JSON")
        where = _place_of(fault)
        raise InvalidInput(said, [Problem("/file", where or said)]) from fault
    return found


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
