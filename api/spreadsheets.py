"""Tables as downloads: CSV for programs, XLSX for people.

Amounts are numbers in both. A text that a spreadsheet would take for a formula gets an apostrophe
in front, in CSV and in XLSX alike: what was saved as one may be opened as the other.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO
from urllib.parse import quote

import xlsxwriter
from flask import Response, stream_with_context

from api.context import locale
from connectors.csv_file.cells import safe_text
from engine.core.errors import TooLarge
from engine.core.text import Text, say, text

Cell = str | int | Decimal | None
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_000_000  # a sheet ends at 1,048,576
MOST_CHARACTERS = 32_000  # of one cell; a sheet takes 32,767
CHUNK = 2**18
_WIDTHS = (10, 60)  # characters, at least and at most


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its name, the titles of its columns, its rows."""

    name: Text
    columns: Sequence[Text]
    rows: Iterable[Sequence[Cell]]


def as_csv(sheet: Sheet, name: str) -> Response:
    """A sheet as CSV in UTF-8 with a mark, which spreadsheets ask for. `name` has no extension."""
    titles = [say(each, locale()) for each in sheet.columns]
    return _download(stream_with_context(_csv_lines(sheet, titles)), CSV, name)


def as_xlsx(sheets: Sequence[Sheet], name: str) -> Response:
    """Sheets as one workbook; TooLarge where one has more rows than a sheet can hold."""
    kept = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        # Row by row through a file of its own: a million lines need no more memory than ten.
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(kept, options) as book:
            bold = book.add_format({"bold": True})
            for sheet in sheets:
                _write(book, sheet, bold)
    except BaseException:
        kept.close()
        raise
    kept.seek(0)
    return _download(_pieces(kept), XLSX, name)


def _csv_lines(sheet: Sheet, titles: Sequence[str]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([safe_text(title) for title in titles])
    yield b"\xef\xbb\xbf"
    for row in sheet.rows:
        writer.writerow([_plain(cell) for cell in row])
        if buffer.tell() > CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return safe_text(cell) if isinstance(cell, str) else str(cell)


def _write(book: xlsxwriter.Workbook, sheet: Sheet, bold: object) -> None:
    language = locale()
    titles = [say(each, language) for each in sheet.columns]
    tab = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", say(sheet.name, language))[:31])
    formats: dict[int, object] = {}
    for column, title in enumerate(titles):
        low, high = _WIDTHS
        tab.set_column(column, column, min(high, max(low, 2 * len(title) + 2)))
        tab.write_string(0, column, safe_text(title), bold)
    tab.freeze_panes(1, 0)
    for number, row in enumerate(sheet.rows, 1):
        if number > MOST_ROWS:
            raise TooLarge(
                text("行数过多，请改用 CSV 下载", "too many rows for a sheet: take the CSV")
            )
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                tab.write_string(number, column, safe_text(cell[:MOST_CHARACTERS]))
            elif isinstance(cell, Decimal):
                places = max(0, -int(cell.as_tuple().exponent))
                if places not in formats:
                    shown = "#,##0" + ("." + "0" * places if places else "")
                    formats[places] = book.add_format({"num_format": shown})
                tab.write_number(number, column, cell, formats[places])
            elif cell is not None:
                tab.write_number(number, column, cell)


def _pieces(kept: IO[bytes]) -> Iterator[bytes]:
    with kept:
        while chunk := kept.read(CHUNK):
            yield chunk


def _download(pieces: Iterable[bytes], kind: str, name: str) -> Response:
    response = Response(pieces, content_type=f"{kind}; charset=utf-8" if kind == CSV else kind)
    full = f"{name}.{'csv' if kind == CSV else 'xlsx'}"
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", full)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(full, safe='')}"
    )
    return response
