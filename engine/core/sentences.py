"""Values inside sentences: money, times and durations as people of a language write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.core.expression import CHINA, say_duration, write_duration
from engine.core.text import Locale, Text, say, text

MAX_SHOWN = 200  # characters of one value
MAX_ITEMS = 10
_HOLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SIGNS = {"CNY": "¥", "USD": "US$", "HKD": "HK$", "EUR": "€", "GBP": "£", "JPY": "JP¥"}
_NOTHING = text("空", "nothing")
_TRUTH = {True: text("是", "yes"), False: text("否", "no")}


def fill(words: Text | str, values: Mapping[str, Any], locale: Locale, zone: tzinfo = CHINA) -> str:
    """A sentence with its `{name}` holes filled; a name without a value leaves "-"."""

    def found(hole: re.Match[str]) -> str:
        name = hole.group(1)
        return shown(values[name], locale, zone) if name in values else "-"

    return _HOLE.sub(found, say(words, locale))


def shown(value: Any, locale: Locale, zone: tzinfo = CHINA) -> str:
    """One value as a person writes it: ¥1,234.50 · 2026-11-11 10:00 · 3 天 · 是."""
    said = _shown(value, locale, zone, 0)
    return said if len(said) <= MAX_SHOWN else f"{said[: MAX_SHOWN - 1]}…"


def money(amount: Any, currency: str) -> str:
    """An amount with its currency: ¥1,234.50, US$5.00, SGD 5.00."""
    try:
        exact = Decimal(str(amount))
    except InvalidOperation:
        return f"{currency} {amount}"
    sign = _SIGNS.get(currency, f"{currency} ")
    return f"{'-' if exact < 0 else ''}{sign}{abs(exact):,.2f}"


def _shown(value: Any, locale: Locale, zone: tzinfo, depth: int) -> str:
    if value is None or value == "":
        return say(_NOTHING, locale)
    if isinstance(value, bool):
        return say(_TRUTH[value], locale)
    if isinstance(value, Decimal | int):
        return f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    if isinstance(value, datetime):
        # A time without a zone is taken as UTC, as everything inside is.
        local = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(zone)
        return local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return say_duration(write_duration(value), locale) if value >= timedelta() else str(value)
    if isinstance(value, Mapping):
        return _record(value, locale, zone, depth)
    if isinstance(value, list | tuple | set | frozenset):
        items = [_shown(item, locale, zone, depth + 1) for item in list(value)[:MAX_ITEMS]]
        more = ["…"] if len(value) > MAX_ITEMS else []
        return ("、" if locale == "zh" else ", ").join(items + more) or say(_NOTHING, locale)
    return str(value)


def _record(value: Mapping[str, Any], locale: Locale, zone: tzinfo, depth: int) -> str:
    if set(value) == {"zh", "en"}:
        return str(value[locale])
    if set(value) == {"amount", "currency"}:
        return money(value["amount"], str(value["currency"]))
    if depth > 2:
        return "{…}"
    pairs = [
        f"{key} {_shown(inner, locale, zone, depth + 1)}"
        for key, inner in list(value.items())[:MAX_ITEMS]
    ]
    return ("、" if locale == "zh" else ", ").join(pairs) or say(_NOTHING, locale)
