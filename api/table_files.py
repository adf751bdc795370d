"""Files of rows that people upload: CSV in whatever encoding, or the first sheet of an XLSX.

Every cell is text, as it is written in the file: "12.50", "2026-11-11". Nothing is guessed beyond
what the file says; dates of an XLSX, which are numbers in it, become days.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError

from api.arguments import as_problems, pointer
from api.strict_json import check_json
from api.xlsx_rows import MOST_CELLS, read_xlsx
from connectors.csv_file.table import HEAD, find_delimiter, find_encoding
from engine.core.errors import InvalidInput, Problem, TooLarge
from engine.core.text import text

M = TypeVar("M", bound=BaseModel)
Row = dict[str, str]
MOST_BYTES = 20 * 2**20
MOST_ROWS = 100_000
MOST_DIGITS = 13
TITLE_ROWS = 10  # some exports put a title or a note above the column names
UPLOAD = ("multipart/form-data",)


def upload_document(options: str, example: dict[str, Any]) -> dict[str, Any]:
    """The requestBody of an upload in the OpenAPI document: a file, and options as JSON."""
    return {
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {
                            "file": {
                                "type": "string",
                                "format": "binary",
                                "description": "CSV or XLSX; its first row has the column names",
                            },
                            "options": {
                                "type": "object",
                                "description": options,
                                "example": example,
                            },
                        },
                    },
                    "encoding": {"options": {"contentType": "application/json"}},
                }
            },
        }
    }


def read_upload(model: type[M]) -> tuple[list[Row], M]:
    """The rows of the part `file`, and the part `options` (JSON) as a model.

    Problems of the options begin with /options, those of the file are at /file.
    """
    sent = request.files.get("file")
    if sent is None:
        raise _bad_file(text("请上传名为 file 的文件", "send the file as the part named file"))
    written = request.form.get("options")
    part = request.files.get("options")
    raw = part.stream.read(2**20) if part is not None else (written or "{}").encode()
    check_json(raw)
    try:
        options = model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise InvalidInput(
            text("提交的内容有误", "what was sent is not valid"), as_problems(error, "/options")
        ) from None
    body = sent.stream.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise TooLarge(
            text(f"文件超过 {MOST_BYTES >> 20} MB", f"the file has over {MOST_BYTES >> 20} MB")
        )
    return read_rows(body), options


def read_rows(body: bytes) -> list[Row]:
    """The rows below the column names; blank lines are left out. InvalidInput at /file."""
    if not body:
        raise _bad_file(text("文件是空的", "the file is empty"))
    table = read_xlsx(body) if body.startswith(b"PK") else _read_csv(body)
    at = next((index for index, row in enumerate(table[:TITLE_ROWS]) if _is_head(row)), None)
    if at is None or at + 1 == len(table):
        raise _bad_file(
            text("文件里没有列名和数据行", "the file has no row of column names with rows below it")
        )
    names = [name.strip(" \t\r\n\ufeff\u3000") for name in table[at]]
    doubled = {name for name in names if name and names.count(name) > 1}
    if doubled:
        shown = "、".join(sorted(doubled))
        raise _bad_file(text(f"列名重复：{shown}", f"column names stand twice: {shown}"))
    rows = [
        {name: cell.strip() for name, cell in zip(names, row, strict=False) if name}
        for row in table[at + 1 :]
        if any(cell.strip() for cell in row)
    ]
    if len(rows) > MOST_ROWS:
        raise TooLarge(text(f"超过 {MOST_ROWS} 行", f"more than {MOST_ROWS} rows"))
    return rows


def demand_amounts(rows: Sequence[Row], columns: Sequence[str]) -> None:
    """InvalidInput at /rows/<n>/<column> for amounts no account could hold (over 13 digits)."""
    message = text("金额太大", "the amount is too large")
    problems = [
        Problem(pointer(["rows", index, name]), message, "too_large")
        for index, row in enumerate(rows)
        for name in columns
        if sum(each.isdigit() for each in row.get(name, "").partition(".")[0]) > MOST_DIGITS
    ]
    if problems:
        raise InvalidInput(text("金额太大", "amounts are too large"), problems[:50])


def _is_head(row: Sequence[str]) -> bool:
    """Column names: two cells at least, none a number."""
    filled = [cell.strip() for cell in row if cell.strip()]
    return len(filled) > 1 and not any(cell.lstrip("-").isdigit() for cell in filled)


def _read_csv(body: bytes) -> list[list[str]]:
    # A character may be cut where the head ends: the encoding is found on the head alone.
    written = body.decode(find_encoding(body[:HEAD]), "replace")
    if "\0" in written:
        raise _bad_file(text("文件不是文本，也不是 XLSX", "the file is neither text nor XLSX"))
    lines = io.StringIO(written, newline="")
    found: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=find_delimiter(written[:HEAD]), strict=True):
            found.append(row)
            if len(found) > MOST_ROWS + TITLE_ROWS or len(row) * len(found) > MOST_CELLS:
                raise TooLarge(text("文件的行列太多", "the file has too many cells"))
    except csv.Error as fault:
        raise _bad_file(
            text(
                f"第 {len(found) + 1} 行不是有效的 CSV，可能少了一个引号",
                f"row {len(found) + 1} is not valid CSV: perhaps a quote is missing",
            )
        ) from fault
    return found


def _bad_file(message: Any) -> InvalidInput:
    return InvalidInput(message, [Problem("/file", message, "file")])
