"""Numbers, texts, times and durations as they are written, each within a bound."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta, timezone, tzinfo
from decimal import Decimal

# Mainland China keeps one zone and no summer time: no time zone database is needed for it.
CHINA: tzinfo = timezone(timedelta(hours=8), "Asia/Shanghai")

MAX_DIGITS = 40
MAX_EXPONENT = 30

_NUMBER = re.compile(
    r"0(?:b[01]+|o[0-7]+|x[0-9a-fA-F]+)|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
)
_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_PART = r"([0-9]{1,12}(?:[,.][0-9]{1,9})?)"
_DURATION = re.compile(
    rf"P(?!$)(?:{_PART}W)?(?:{_PART}D)?(?:T(?!$)(?:{_PART}H)?(?:{_PART}M)?(?:{_PART}S)?)?"
)
_ESCAPE = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|[0-7]{1,3}|.)"
)
_SIMPLE = {
    "\\": "\\",
    "'": "'",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}


def read_number(written: str) -> Decimal:
    """A number as written, ValueError when it is none or too large."""
    if len(written) > MAX_DIGITS or not _NUMBER.fullmatch(written):
        raise ValueError(written)
    if written[:2] in ("0b", "0o", "0x"):
        return Decimal(int(written, 0))
    if len(written) > 1 and written[0] == "0" and written[1].isdigit():
        raise ValueError(written)
    found = Decimal(written)
    if found and abs(found.adjusted()) > MAX_EXPONENT:
        raise ValueError(written)
    return found


def read_time(written: str, zone: tzinfo) -> datetime:
    """An ISO 8601 day or time; one without a zone is in `zone`. ValueError when it is none."""
    if not _TIME.fullmatch(written):
        raise ValueError(written)
    found = datetime.fromisoformat(written)
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


def read_duration(written: str) -> timedelta:
    """An ISO 8601 duration in weeks to seconds ("P30D", "PT1H30M"). ValueError when it is none."""
    found = _DURATION.fullmatch(written)
    if found is None:
        raise ValueError(written)
    weeks, days, hours, minutes, seconds = (
        float((part or "0").replace(",", ".")) for part in found.groups()
    )
    try:
        return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        raise ValueError(written) from None


def write_duration(value: timedelta) -> str:
    """The shortest ISO 8601 text of a duration; a negative one has a leading minus."""
    if value < timedelta(0):
        return "-" + write_duration(-value)
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    whole = (
        f"{seconds}.{value.microseconds:06d}".rstrip("0").rstrip(".")
        if (value.microseconds)
        else str(seconds)
    )
    time = "".join(
        f"{part}{unit}"
        for part, unit in ((hours, "H"), (minutes, "M"), (whole, "S"))
        if part not in (0, "0")
    )
    day = f"{value.days}D" if value.days else ""
    return f"P{day}T{time}" if time else f"P{day or '0D'}"


def read_text(written: str) -> str:
    """A quoted text with its escapes undone, as Python does; `r"..."` keeps them.

    ValueError for an escape that means nothing, or one that makes a character nobody can store.
    """
    body = written[written.index(written[-1]) + 1 : -1]
    if written[0] == "r" or "\\" not in body:
        return body
    found = _ESCAPE.sub(_unescape, body)
    if any(char == "\x00" or "\ud800" <= char <= "\udfff" for char in found):
        raise ValueError(written)
    return found


def _unescape(found: re.Match[str]) -> str:
    whole = found.group()
    sign = whole[1]
    if sign in _SIMPLE:
        return _SIMPLE[sign]
    if sign in "01234567":
        return chr(int(whole[1:], 8))
    if len(whole) > 2:
        return unicodedata.lookup(whole[3:-1]) if sign == "N" else chr(int(whole[2:], 16))
    if sign in "xuUN":
        raise ValueError(whole)
    return whole


def write_text(value: str) -> str:
    """A text as an expression writes it, in double quotes."""
    written = value.replace("\\", "\\\\").replace('"', '\\"')
    written = written.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return '"' + written + '"'
