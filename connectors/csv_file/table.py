"""Bytes of a file -> rows of cells: encoding, delimiter and the row of column names found out."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from connectors.csv_file.cells import BadCell
from connectors.csv_file.mapping import OrderMapping
from engine.core.errors import InvalidInput, Problem
from engine.core.text import text

HEAD = 256 * 1024  # bytes looked at to find out the encoding
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how files of Excel begin
MAX_LINE = 256 * 1024  # characters; a longer line is cut and its parts are refused
TITLE_ROWS = 10  # some exports put a title or a note above the column names


@dataclass(frozen=True, slots=True)
class Table:
    """The rest of a file after its column names."""

    names: Sequence[str]
    reader: Any  # csv.reader, past the names

    def position(self, name: str) -> int:
        """Where a column is; the mapping was checked against the names."""
        return [_same(known) for known in self.names].index(_same(name))

    def rows(self) -> Iterator[tuple[int, list[str], BadCell | None]]:
        """(line number, cells, what is wrong with the line) for every line that is not blank."""
        while True:
            line = self.reader.line_num + 1
            try:
                row = next(self.reader)
            except StopIteration:
                return
            except csv.Error:
                last = self.reader.line_num
                fault = BadCell(
                    f"从这一行到第 {last} 行不是有效的 CSV，可能少了一个引号",
                    f"from here to line {last} it is not valid CSV: perhaps a quote is missing",
                )
                yield line, [], fault
                continue
            if any(row):
                yield line, row, None


def open_table(stream: IO[bytes], mapping: OrderMapping) -> Table:
    """The table of a file; InvalidInput when it is none or lacks columns of the mapping."""
    head = _read_head(stream)
    encoding = find_encoding(head) if mapping.encoding == "auto" else mapping.encoding
    start = head.decode(encoding, "replace")
    wanted = {_same(column.column) for column in mapping.columns}
    delimiter = find_delimiter(start) if mapping.delimiter == "auto" else mapping.delimiter
    lines = io.TextIOWrapper(
        io.BufferedReader(_Joined(head, stream)), encoding, errors="replace", newline=""
    )
    # Strict: a quote that never closes would else swallow orders without a word.
    reader = csv.reader(
        iter(lambda: lines.readline(MAX_LINE), ""), delimiter=delimiter, strict=True
    )
    best: list[str] = []
    for _ in range(TITLE_ROWS):
        try:
            row = [name.strip(" \t\r\n\ufeff\u3000") for name in next(reader)]
        except StopIteration:
            break
        except csv.Error:
            continue
        if wanted <= {_same(name) for name in row}:
            return Table(row, reader)
        best = max(best, row, key=lambda names: len(wanted & {_same(name) for name in names}))
    found = {_same(name) for name in best}
    missing = [column.column for column in mapping.columns if _same(column.column) not in found]
    shown = "、".join(dict.fromkeys(missing))
    raise InvalidInput(
        text(f"文件里没有这些列：{shown}", f"The file lacks these columns: {shown}"),
        [
            Problem(f"/columns/{index}/column", text("文件里没有这一列", "is not in the file"))
            for index, column in enumerate(mapping.columns)
            if column.column in missing
        ],
    )


def read_names(stream: IO[bytes]) -> list[str]:
    """A file's column names, for suggesting a mapping: its first row with three cells or more."""
    head = _read_head(stream)
    start = head.decode(find_encoding(head), "replace")
    reader = csv.reader(io.StringIO(start, newline=""), delimiter=find_delimiter(start))
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append([name.strip(" \t\r\n\ufeff\u3000") for name in row])
            if len(rows) == TITLE_ROWS:
                break
    except csv.Error:
        pass
    return next((row for row in rows if sum(map(bool, row)) >= 3), rows[0] if rows else [])


def find_encoding(head: bytes) -> str:
    """UTF-16 by its mark, UTF-8 where the bytes are, else GB18030, which holds GBK and GB2312.

    Broken bytes in UTF-8 spoil their own lines only; of GBK hardly anything reads as UTF-8. In a
    few words of it much may, by chance: where it is not clear, what reads as usual Chinese decides.
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        read = head.decode("utf-8", "replace")
        broken = read.count("\ufffd")
        wide = sum(not sign.isascii() for sign in read) - broken
        if broken > wide or (4 * broken > wide and _is_usual_chinese(head)):
            return "gb18030"
    return "utf-8-sig"


def _is_usual_chinese(head: bytes) -> bool:
    """Whether bytes read as GB18030 whole, and what is wide in it as characters in daily use."""
    try:
        read = codecs.getincrementaldecoder("gb18030")().decode(head)
    except UnicodeDecodeError:
        return False
    # GB2312 lists marks first, then 3,755 characters in daily use, then rarer ones from D8 on.
    rows = [one.encode("gb18030") for one in read if not one.isascii()]
    usual = sum(len(one) == 2 and one[0] < 0xD8 and one[1] > 0xA0 for one in rows)
    return usual * 10 >= len(rows) * 9


def find_delimiter(start: str) -> str:
    """The delimiter that the first lines have most of."""
    lines = start.splitlines()[:TITLE_ROWS]
    for line in lines[:1]:
        if line.lower() in ("sep=,", "sep=;", "sep=\t"):  # what Excel itself understands
            return line[4]
    return max(
        (",", "\t", ";"), key=lambda mark: max((line.count(mark) for line in lines), default=0)
    )


def _same(name: str) -> str:
    """Names that look the same are the same: width and case of letters, blanks."""
    return "".join(unicodedata.normalize("NFKC", name).lower().split())


def _read_head(stream: IO[bytes]) -> bytes:
    head = b""
    while len(head) < HEAD and (more := stream.read(HEAD - len(head))):
        head += more
    if head.startswith(SPREADSHEETS):
        raise InvalidInput(
            text(
                "这是 Excel 文件，请另存为 CSV 后再导入",
                "This is an Excel file: save it as CSV first",
            )
        )
    if not head.strip():
        raise InvalidInput(text("文件是空的", "The file is empty"))
    return head


class _Joined(io.RawIOBase):
    """What was read of a stream already, and then the rest of it. The stream stays open."""

    def __init__(self, head: bytes, stream: IO[bytes]) -> None:
        self._head, self._stream = head, stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = len(buffer)
        if self._head:
            chunk, self._head = self._head[:size], self._head[size:]
        else:
            chunk = self._stream.read(size)
        buffer[: len(chunk)] = chunk
        return len(chunk)
