"""Tables in and out: downloads that no spreadsheet runs, uploads of CSV and XLSX."""

from __future__ import annotations

import io
import re
import tracemalloc
import zipfile
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter
from flask import Flask

from api import xlsx_rows
from api.spreadsheets import Sheet, as_csv, as_xlsx
from api.table_files import read_rows
from api.xlsx_rows import read_xlsx
from engine.core.errors import InvalidInput, TooLarge
from engine.core.text import text
from tests.api.one_database import store_url  # noqa: F401

COLUMNS = [text("订单", "Order"), text("金额", "Amount")]
ROWS = [["A1", Decimal("128.50")], ["=1+1", Decimal("-0.30")], ["@cmd", 7], ["+86", None]]


def book(*rows: list[Any]) -> bytes:
    """An XLSX as a spreadsheet program writes it."""
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"default_date_format": "yyyy-mm-dd"}) as made:
        tab = made.add_worksheet()
        for number, row in enumerate(rows):
            tab.write_row(number, 0, row)
    return kept.getvalue()


def body(response: Any) -> bytes:
    return b"".join(response.iter_encoded())


def test_a_csv_holds_amounts_as_numbers_and_no_formula(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        made = as_csv(Sheet(text("明细", "Lines"), COLUMNS, ROWS), "对账单-2026-11")
        written = body(made).decode("utf-8-sig")
    assert written.split("\r\n") == [
        "订单,金额",
        "A1,128.50",
        "'=1+1,-0.30",
        "'@cmd,7",
        "'+86,",
        "",
    ]
    assert made.headers["Content-Disposition"] == (
        'attachment; filename="--2026-11.csv"; '
        "filename*=UTF-8''%E5%AF%B9%E8%B4%A6%E5%8D%95-2026-11.csv"
    )


def test_an_xlsx_holds_amounts_as_numbers_and_no_formula(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        made = as_xlsx([Sheet(text("明细", "Lines [1]"), COLUMNS, ROWS)], "x")
        raw = body(made)
    assert read_xlsx(raw) == [
        ["Order", "Amount"], ["A1", "128.5"], ["'=1+1", "-0.3"], ["'@cmd", "7"], ["'+86"],
    ]  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert re.search(r"<v>128\.50?</v>", sheet)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_the_encoding_it_has(encoding: str) -> None:
    written = '抖音账单\n订单号,费用类型,金额\nA1,技术服务费,"1,200.50"\n\nA2,达人佣金,-3\n'
    assert read_rows(written.encode(encoding)) == [
        {"订单号": "A1", "费用类型": "技术服务费", "金额": "1,200.50"},
        {"订单号": "A2", "费用类型": "达人佣金", "金额": "-3"},
    ]


def test_an_xlsx_is_read_as_people_see_it() -> None:
    rows = read_rows(
        book(
            ["订单号", "金额", "日期", "空"],
            [69211, 45.1, datetime(2026, 11, 11), None],  # noqa: DTZ001 - a sheet knows no zone
            ["A2", -0.1, datetime(2026, 11, 11, 9, 30), "x"],  # noqa: DTZ001
        )
    )
    assert [list(row.values())[:3] for row in rows] == [
        ["69211", "45.1", "2026-11-11"],
        ["A2", "-0.1", "2026-11-11 09:30:00"],
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"one column\n1\n",
        b"PK\x03\x04 nothing",
        b"\x00\x01\x02\x03",
        b'a,b\n"1,2\n3,4\n',
        b"a,a\n1,2\n",
        b"1,2\n3,4\n",
    ],
    ids=["empty", "no table", "broken zip", "binary", "open quote", "doubled", "no names"],
)
def test_a_file_that_is_no_table_is_refused_with_a_sentence(raw: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_rows(raw)
    assert [one.path for one in refused.value.problems] == ["/file"]


def test_a_zip_that_is_no_workbook_and_xml_with_entities_are_refused() -> None:
    whole = book(["订单号", "金额"], ["A1", "1"])
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as parts, zipfile.ZipFile(kept, "w") as bad:
        for name in parts.namelist():
            raw = parts.read(name)
            if name == "xl/sharedStrings.xml":
                raw = raw.replace(
                    b"<sst", b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><sst', 1
                )
            bad.writestr(name, raw)
    only = io.BytesIO()
    with zipfile.ZipFile(only, "w") as empty:
        empty.writestr("readme.txt", "x")
    for raw in (kept.getvalue(), only.getvalue(), whole[:-40]):
        with pytest.raises(InvalidInput):
            read_rows(raw)


def test_a_sheet_of_too_many_columns_is_refused() -> None:
    with pytest.raises(TooLarge):
        read_rows(book(["n"] * 600, ["1"] * 600))


def with_part(name: str, raw: bytes) -> bytes:
    """A workbook of one row, with one part of it replaced."""
    kept = io.BytesIO()
    whole = book(["订单号", "金额"], ["A1", "1"])
    with (
        zipfile.ZipFile(io.BytesIO(whole)) as parts,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for each in parts.namelist():
            made.writestr(each, raw if each == name else parts.read(each))
    return kept.getvalue()


SHEET, SHARED = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


@pytest.mark.parametrize(
    ("limit", "name", "raw"),
    [
        ("MOST_ROWS", SHEET, b"<w>" + b"<row/>" * 20 + b"</w>"),
        ("MOST_CELLS", SHARED, b"<sst>" + b"<si/>" * 20 + b"</sst>"),
        ("MOST_ELEMENTS", SHEET, b"<w>" + b"<x/>" * 20 + b"</w>"),
        ("MOST_INSIDE", SHEET, b"<w><row>" + b"<x/>" * 20 + b"</row></w>"),
        ("DEEPEST", SHEET, b"<x>" * 20 + b"</x>" * 20),
    ],
)
def test_a_small_file_that_unpacks_to_much_is_refused(
    monkeypatch: pytest.MonkeyPatch, limit: str, name: str, raw: bytes
) -> None:
    read_xlsx(with_part(SHEET, b"<w><row><c><v>1</v></c></row></w>"))
    monkeypatch.setattr(xlsx_rows, limit, 15)
    with pytest.raises(TooLarge):
        read_xlsx(with_part(name, raw))


def test_reading_keeps_nothing_of_what_is_no_cell() -> None:
    """Sixty kilobytes that unpack to millions of empty elements took gigabytes."""
    raw = with_part(SHEET, b"<w>" + b"<x/>" * 200_000 + b"<row><c><v>7</v></c></row></w>")
    tracemalloc.start()
    try:
        assert read_xlsx(raw) == [["7"]]
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()
