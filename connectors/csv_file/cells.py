"""Cells of a file as values of a record, and values as cells that no spreadsheet will run."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from connectors.csv_file.mapping import Kind, OrderMapping
from engine.core.records.record import write_amount, write_cents, write_moment
from engine.core.text import Text, text

# The words platforms and people use for a status; the mapping's own come first.
KNOWN_STATUSES: dict[str, tuple[str, ...]] = {
    "created": (
        *("待付款", "未付款", "待支付", "未支付", "等待买家付款", "已下单"),
        *("pending", "unpaid", "authorized", "partially_paid"),
    ),
    "paid": (
        *("已付款", "已支付", "待发货", "备货中", "待接单", "等待卖家发货", "部分发货", "待成团"),
        *("买家已付款，等待卖家发货", "等待出库"),
        *("approved", "processing", "invoiced", "unfulfilled", "partially_refunded", "partial"),
    ),
    "shipped": (
        *("已发货", "待收货", "卖家已发货，等待买家确认", "已发货，待签收", "已发货，待收货"),
        *("等待确认收货", "等待买家确认收货", "运输中", "fulfilled", "in_transit"),
    ),
    "delivered": ("已签收", "已送达", "已收货", "received"),
    "completed": ("已完成", "交易成功", "交易完成", "订单完成", "完成", "complete", "done"),
    "closed": (
        *(
            "已关闭",
            "交易关闭",
            "已取消",
            "订单关闭",
            "已作废",
            "全额退款",
            "canceled",
            "cancelled",
        ),
        *("voided", "refunded", "unavailable", "expired"),
    ),
}


def _plain_word(word: str) -> str:
    return unicodedata.normalize("NFKC", word).lower().replace(" ", "_")


_STATUSES = {
    _plain_word(word): status
    for status, words in KNOWN_STATUSES.items()
    for word in (*words, status)
}
_NOTHING = frozenset({"", "-", "--", "—", "null", "none", "nan", "n/a", "\\n", "无"})
_PLAIN = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,4})?")
_GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?|-?[0-9]+(\.[0-9]+)?")
_DAMAGED = re.compile(r"[0-9](\.[0-9]+)?[eE]\+[0-9]+")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

Convert = Callable[[str], Any]  # None for an empty cell


class BadCell(ValueError):
    """A cell that cannot be read; `reason` says why, `column` where, once that is known."""

    def __init__(self, zh: str, en: str) -> None:
        self.reason: Text = text(zh, en)
        self.column = ""
        super().__init__(en)


def converter(kind: Kind, mapping: OrderMapping) -> Convert:
    """How the cells of one column are read."""
    zone = ZoneInfo(mapping.zone)
    statuses = {_plain_word(word.strip()): status for word, status in mapping.statuses.items()}
    readers: dict[Kind, Convert] = {
        "text": read_text,
        "id": read_id,
        "money": lambda cell: read_money(cell, mapping.unit, mapping.decimal),
        "number": lambda cell: read_number(cell, mapping.decimal),
        "time": lambda cell: read_time(cell, zone, mapping.time_format),
        "status": lambda cell: read_status(cell, statuses),
        "yes_no": read_yes_no,
    }
    return readers[kind]


def read_text(cell: str) -> str | None:
    """The cell without the blanks, `="…"` and apostrophes that keep spreadsheets from guessing."""
    if cell.isalnum():
        return cell
    found = cell.strip(" \t\r\n\u3000\xa0\ufeff\x00")
    if found.startswith('="') and found.endswith('"') and len(found) > 2:
        found = found[2:-1].strip()
    elif found[:1] == "'" and (found[1:].isdigit() or found[1:2] in _FORMULA):
        found = found[1:]
    return found.replace("\x00", "\ufffd") or None


def read_id(cell: str) -> str | None:
    """A number of something: never a number to count with, so never one Excel has rounded."""
    found = read_text(cell)
    if found is not None and "+" in found and _DAMAGED.fullmatch(found):
        raise BadCell(
            f"“{found[:40]}”已被 Excel 变成科学计数法，真实编号已丢失，请重新导出",
            f"{found[:40]!r} was shortened by Excel and its digits are lost: export it again",
        )
    return found


def read_money(cell: str, unit: str = "yuan", mark: str = ".") -> str | None:
    """An amount as records keep it: "1,234.5元" -> "1234.50", in fen "123450" -> "1234.50"."""
    if unit == "yuan" and mark == "." and _PLAIN.fullmatch(cell):  # nearly every cell there is
        digits = len(cell) - 1 - cell.find(".") if "." in cell else 0
        return cell if digits >= 2 else f"{cell}0" if digits else f"{cell}.00"
    number = _number(cell, mark)
    if number is None:
        return None
    if unit == "fen":
        if number != number.to_integral_value():
            raise _not_an_amount(cell)
        return write_cents(int(number))
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4:
        # What is left of a float (158.79999999999998) is put right; anything else is refused.
        near = number.quantize(Decimal("0.01"))
        if abs(near - number) > Decimal("0.000001"):
            raise _not_an_amount(cell)
        number = near
    return write_amount(number)


def read_number(cell: str, mark: str = ".") -> int | float | None:
    """A quantity, not negative."""
    number = _number(cell, mark)
    if number is None:
        return None
    if number < 0 or number > 10**12:
        raise BadCell(f"数量“{cell[:40]}”超出范围", f"the quantity {cell[:40]!r} is out of range")
    return int(number) if number == number.to_integral_value() else float(number)


def read_time(cell: str, zone: ZoneInfo, pattern: str = "") -> str | None:
    """A moment as records keep it. Without a zone of its own it is the mapping's local time."""
    written = cell.strip(" \t\r\n\u3000\xa0'=\"")
    if written.lower() in _NOTHING or written.startswith("0000-00-00"):
        return None
    try:
        found = _time(written, pattern)
        if found.tzinfo is None:
            found = found.replace(tzinfo=zone)
        found = found.astimezone(UTC)
        if not 1970 <= found.year <= 2190:
            raise ValueError("out of range")
    except (ValueError, OverflowError, OSError):
        shown = written[:40]
        raise BadCell(f"“{shown}”不是能识别的时间", f"{shown!r} is not a time we know") from None
    return write_moment(found)


def read_status(cell: str, own: Mapping[str, str]) -> str | None:
    """A status by the mapping's words, else by the usual ones."""
    word = read_text(cell)
    if word is None:
        return None
    plain = _plain_word(word)
    found = own.get(plain) or _STATUSES.get(plain)
    if found is None:
        raise BadCell(f"没有对照订单状态“{word[:40]}”", f"the status {word[:40]!r} is not mapped")
    return found


def read_yes_no(cell: str) -> bool | None:
    word = (read_text(cell) or "").lower()
    if word in _NOTHING:
        return None
    if word in ("是", "有", "true", "yes", "y", "1"):
        return True
    if word in ("否", "没有", "false", "no", "n", "0"):
        return False
    raise BadCell(f"“{word[:40]}”应为是或否", f"{word[:40]!r} must be yes or no")


def read_phone(value: str) -> str | None:
    """A phone as an identity, "+8613900001234"; None for landlines and masked numbers."""
    digits = re.sub(r"[\s()-]", "", value)
    mobile = re.fullmatch(r"(?:\+?86)?(1[3-9][0-9]{9})", digits)
    if mobile:
        return f"+86{mobile[1]}"
    return digits if re.fullmatch(r"\+[1-9][0-9]{6,14}", digits) else None


def safe_text(value: str) -> str:
    """A text as a cell: what a spreadsheet would take for a formula gets an apostrophe."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def write_time(value: str, zone: ZoneInfo, pattern: str = "") -> str:
    """A record's moment as a cell, local to the zone."""
    local = datetime.fromisoformat(value).astimezone(zone)
    return local.strftime(pattern or "%Y-%m-%d %H:%M:%S")


def write_money(value: str, unit: str = "yuan", mark: str = ".") -> str:
    """A record's amount as a cell."""
    shown = format((Decimal(value) * 100).normalize(), "f") if unit == "fen" else value
    return shown.replace(".", mark)


def _time(written: str, pattern: str) -> datetime:
    if pattern:
        return datetime.strptime(written, pattern)  # noqa: DTZ007 -- the caller adds the zone
    if written.isdigit():
        if len(written) in (10, 13):
            return datetime.fromtimestamp(int(written[:10]), UTC)
        if len(written) == 14:
            return datetime.strptime(written, "%Y%m%d%H%M%S")  # noqa: DTZ007
        if len(written) != 8:
            raise ValueError("digits only")
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        pass
    written = unicodedata.normalize("NFKC", written)
    parts = re.fullmatch(
        r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
        r"(?:[T\s]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})秒?(?:\.\d+)?)?分?)?"
        r"\s*(?:([+-])(\d{2}):?(\d{2}))?",
        written,
        re.ASCII,
    )
    if parts is None:
        raise ValueError(written)
    year, month, day, hour, minute, second, sign, hours, minutes = parts.groups()
    local = f"{year}-{month:0>2}-{day:0>2}T{hour or 0:0>2}:{minute or 0:0>2}:{second or 0:0>2}"
    return datetime.fromisoformat(f"{local}{sign}{hours}:{minutes}" if sign else local)


def _number(cell: str, mark: str) -> Decimal | None:
    found = read_text(cell)
    if found is None or found.lower() in _NOTHING:
        return None
    plain = unicodedata.normalize("NFKC", found)
    plain = re.sub(r"^(CNY|RMB|USD|EUR|R\$|[¥$€£])\s*|\s*(元|CNY|RMB|USD|EUR|€)$", "", plain)
    plain = re.sub(r"^-\s*[¥$€£]\s*", "-", plain).replace(" ", "")
    if mark == ",":
        plain = plain.translate({ord("."): ",", ord(","): "."})
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    if not _GROUPED.fullmatch(plain) or len(plain) > 40:
        raise _not_an_amount(cell)
    try:
        number = Decimal(plain.replace(",", ""))
    except InvalidOperation:
        raise _not_an_amount(cell) from None
    if abs(number) >= 10**13:
        raise _not_an_amount(cell)
    return number


def _not_an_amount(cell: str) -> BadCell:
    shown = cell.strip()[:40]
    return BadCell(f"“{shown}”不是能识别的数字", f"{shown!r} is not a number we know")
