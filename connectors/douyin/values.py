"""Single values of the platform as canonical ones: cents, UNIX seconds, ids, texts.

Numbers come as numbers or as text, sometimes as text in quotes within the text; 0 and "" stand for
"nothing". What cannot be read is `Unreadable`, which sends the whole record to the review list.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from engine.core.records import write_cents, write_moment
from engine.core.text import Text, text

_LATEST = 7_258_118_400  # the year 2200, where canonical moments end


class Unreadable(Exception):
    """A record that cannot be made canonical; `reason` is for a person."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason["en"])
        self.reason = reason


def whole(raw: Mapping[str, Any], name: str) -> int:
    """A whole number; 0 when absent. An amount beyond a canonical one's digits is unreadable."""
    value = raw.get(name)
    if value is None or value == "" or value is False:
        return 0
    if isinstance(value, str):
        value = value.strip().strip('"')
    try:
        found = int(value)
        most = 10**14 if name.endswith("amount") else 10**18
        if abs(found) > most or (isinstance(value, float) and found != value):
            raise ValueError(value)
    except (TypeError, ValueError, OverflowError):
        shown = str(raw.get(name))[:40]
        raise Unreadable(
            text(f"{name} 不是可用的整数：{shown}", f"{name} is no usable whole number: {shown}")
        ) from None
    return found


def count(raw: Mapping[str, Any], name: str) -> int:
    """A number of pieces."""
    found = whole(raw, name)
    if not 0 <= found <= 10**12:
        raise Unreadable(text(f"{name} 不是数量：{found}", f"{name} is no quantity: {found}"))
    return found


def money(raw: Mapping[str, Any], name: str) -> str:
    """An amount in cents as a decimal string; "0.00" when absent."""
    return write_cents(whole(raw, name))


def moment(seconds: int) -> str | None:
    """UNIX seconds as a canonical moment; None for 0."""
    at = instant(seconds)
    return None if at is None else write_moment(at)


def instant(seconds: int) -> datetime | None:
    if not 0 < seconds < _LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def number(raw: Mapping[str, Any], name: str) -> str:
    """An id as text; "" when absent or 0."""
    value = raw.get(name)
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    found = str(value).strip().strip('"')[:128]
    return "" if found in ("0", "-") else found


def words(raw: Mapping[str, Any], name: str, limit: int = 200) -> str | None:
    """A text, cut at `limit`; None when empty ("-" is the platform's nothing)."""
    value = raw.get(name)
    if not isinstance(value, str):
        return None
    found = value.strip().strip('"').strip()[:limit]
    return None if found in ("", "-") else found


def items(raw: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects of a list; anything else is left out."""
    value = raw.get(name)
    if not isinstance(value, list):
        return []
    return [inner for inner in value if isinstance(inner, Mapping)]


def inner(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = raw.get(name)
    return value if isinstance(value, Mapping) else {}


def filled(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record without what is not known."""
    return {name: value for name, value in record.items() if value not in (None, "", [], {})}
