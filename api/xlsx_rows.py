"""The first sheet of an XLSX as rows of text (ECMA-376: a zip of XML parts).

Numbers are given with the fifteen digits a spreadsheet shows (it stores 45.1 as
45.100000000000001), dates, which are numbers with a style, as days. Bounded: parts and cells.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Context, Decimal, InvalidOperation
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from engine.core.errors import InvalidInput, Problem, TooLarge
from engine.core.text import text

MOST_CELLS = 2_000_000
MOST_COLUMNS = 500
MOST_PART = 200 * 2**20  # bytes of one part, unpacked
MOST_ROWS = 2**20  # as many as a spreadsheet has
# A few kilobytes unpack to millions of empty elements: they are counted, and none is kept.
MOST_ELEMENTS = 4 * MOST_CELLS  # of one part
MOST_INSIDE = 250_000  # elements of one row, text or list of styles
DEEPEST = 32
_DIGITS = Context(prec=15)
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - day 0 of a sheet, which knows no zone
_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
# What a file that is no workbook, or a broken one, makes zip, XML and numbers raise.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, ParseError, DefusedXmlException, InvalidOperation),
    *(KeyError, ValueError, IndexError, OverflowError, RuntimeError, EOFError, StopIteration),
)
_NOT_DATE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


def read_xlsx(body: bytes) -> list[list[str]]:
    """All rows of the first sheet; InvalidInput at /file when it is no workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            shared = list(_shared(book))
            dates = list(_dates(book))
            return list(_rows(book, _first_sheet(book), shared, dates))
    except _BROKEN:
        message = text("不是可读的 XLSX 文件", "is no XLSX file that can be read")
        raise InvalidInput(message, [Problem("/file", message, "file")]) from None


def _elements(book: zipfile.ZipFile, part: str, *names: str) -> Iterator[Any]:
    """Elements of these names in a part, each forgotten after use, as is all around them."""
    too_large = TooLarge(text("文件解压后太大", "the file is too large when unpacked"))
    if book.getinfo(part).file_size > MOST_PART:
        raise too_large
    above: list[Any] = []
    wanted: Any = None  # the element under way that is asked for
    count = begun_at = 0
    with book.open(part) as stream:
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                count += 1
                if wanted is None and _name(element) in names:
                    wanted, begun_at = element, count
                inside = count - begun_at if wanted is not None else 0
                if count > MOST_ELEMENTS or inside > MOST_INSIDE or len(above) > DEEPEST:
                    raise too_large
                above.append(element)
                continue
            above.pop()
            if element is wanted:
                yield element
                wanted = None
            if wanted is None and above:
                above[-1].remove(element)


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _first_sheet(book: zipfile.ZipFile) -> str:
    """The part of the sheet that the workbook names first."""
    sheet = next(_elements(book, "xl/workbook.xml", "sheet"))
    wanted = next(value for key, value in sheet.attrib.items() if key.endswith("}id"))
    for link in _elements(book, "xl/_rels/workbook.xml.rels", "Relationship"):
        if link.get("Id") == wanted:
            target = str(link.get("Target"))
            return target[1:] if target.startswith("/") else f"xl/{target}"
    raise KeyError(wanted)


def _shared(book: zipfile.ZipFile) -> Iterator[str]:
    """The texts that cells point to; reading aids (rPh) are no part of a text."""
    if "xl/sharedStrings.xml" in book.namelist():
        for number, item in enumerate(_elements(book, "xl/sharedStrings.xml", "si")):
            if number >= MOST_CELLS:
                raise TooLarge(text("文件的行列太多", "the file has too many cells"))
            yield _text_of(item)


def _text_of(item: Any) -> str:
    parts = [child for child in item if _name(child) in ("t", "r")]
    return "".join(
        str(node.text or "") for part in parts for node in part.iter() if _name(node) == "t"
    )


def _dates(book: zipfile.ZipFile) -> Iterator[bool]:
    """For each style of cells whether it shows a number as a date."""
    if "xl/styles.xml" not in book.namelist():
        return
    own: dict[str, bool] = {}
    styles: list[str] = []
    for element in _elements(book, "xl/styles.xml", "numFmt", "cellXfs"):
        if _name(element) == "numFmt":
            shown = _NOT_DATE.sub("", str(element.get("formatCode", ""))).lower()
            own[str(element.get("numFmtId"))] = bool(re.search(r"[ymdhs]", shown))
        else:
            styles = [str(each.get("numFmtId", "0")) for each in element]
    for style in styles:
        yield own.get(style, int(style) in _BUILT_IN_DATES)


def _rows(
    book: zipfile.ZipFile, part: str, shared: list[str], dates: list[bool]
) -> Iterator[list[str]]:
    cells = 0
    for number, row in enumerate(_elements(book, part, "row")):
        if number >= MOST_ROWS:
            raise TooLarge(text("文件的行列太多", "the file has too many cells"))
        found: list[str] = []
        for cell in row:
            column = _column(str(cell.get("r", ""))) if cell.get("r") else len(found)
            cells += 1
            if column >= MOST_COLUMNS or cells > MOST_CELLS:
                raise TooLarge(text("文件的行列太多", "the file has too many cells"))
            found += [""] * (column + 1 - len(found))
            found[column] = _value(cell, shared, dates)
        yield found


def _column(reference: str) -> int:
    """ "C7" -> 2."""
    found = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        found = found * 26 + ord(letter) - 64
    return found - 1


def _value(cell: Any, shared: list[str], dates: list[bool]) -> str:
    kind = cell.get("t", "n")
    written = next((str(child.text or "") for child in cell if _name(child) == "v"), "")
    if kind == "inlineStr":
        return "".join(_text_of(child) for child in cell if _name(child) == "is")
    if kind == "s":
        return shared[int(written)]
    if kind == "b":
        return "true" if written == "1" else "false"
    if kind != "n" or not written:
        return "" if kind == "e" else written
    style = int(cell.get("s", 0))
    number = _DIGITS.create_decimal(written)
    if not number.is_finite() or abs(number) >= 10**15:
        return written
    if style < len(dates) and dates[style]:
        return _day(number)
    return format(number.normalize(_DIGITS), "f")


def _day(number: Decimal) -> str:
    """A sheet's number as a day, or as a moment where it has a part of a day."""
    at = _EPOCH + timedelta(seconds=int((number * 86400).to_integral_value()))
    whole = number == number.to_integral_value()
    return at.date().isoformat() if whole else at.isoformat(sep=" ")
