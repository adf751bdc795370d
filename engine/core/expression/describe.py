"""Condition rows as a sentence, the way a person says them.

`订单实付金额 大于 500 元(不含) 且 会员等级 是 金卡、银卡 之一`: titles of fields, names of values
and units come from the schema (`x-title` or `title`; `x-options`, or `oneOf` with const and title;
`x-unit`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from engine.core.expression import tree
from engine.core.expression.literals import CHINA, read_duration, read_time
from engine.core.expression.operators import OPERATORS, TIME_WORDS
from engine.core.expression.reads import Chain
from engine.core.expression.rows import Field, Group, Row, Time, read_rows, write_path
from engine.core.expression.schema import Schema, place
from engine.core.text import Locale, say, text

_JOIN = {"all": text(" 且 ", " and "), "any": text(" 或 ", " or ")}
_ALWAYS = text("始终满足", "always")
_BOOLEAN = {True: text("是", "yes"), False: text("否", "no")}
_YUAN = text("元", "yuan")
_UNITS = (
    (86_400, text("天", "days"), text("天", "day")),
    (3_600, text("小时", "hours"), text("小时", "hour")),
    (60, text("分钟", "minutes"), text("分钟", "minute")),
    (1, text("秒", "seconds"), text("秒", "second")),
)


def describe(
    rows: Mapping[str, Any],
    schema: Schema | None = None,
    locale: Locale = "zh",
    *,
    zone: tzinfo = CHINA,
) -> str:
    """The sentence of condition rows; InvalidInput with paths when they are malformed."""
    found = read_rows(rows, place(schema))
    if not found.entries:
        return say(_ALWAYS, locale)
    return _group(found, locale, zone)


def _group(group: Group, locale: Locale, zone: tzinfo) -> str:
    parts = []
    for entry in group.entries:
        if isinstance(entry, Row):
            parts.append(_row(entry, locale, zone))
        else:
            inner = _group(entry, locale, zone)
            grouped = f"（{inner}）" if locale == "zh" else f"({inner})"
            parts.append(grouped if len(entry.entries) > 1 else inner)
    return say(_JOIN[group.op], locale).join(parts)


def _row(row: Row, locale: Locale, zone: tzinfo) -> str:
    words = OPERATORS[row.op].says
    if row.op in TIME_WORDS and row.kind == "time":
        words = TIME_WORDS[row.op]
    values = [_value(value, row, locale, zone) for value in row.values]
    if OPERATORS[row.op].shape == "many":
        values = [("、" if locale == "zh" else ", ").join(values)]
    said = say(words, locale)
    for value in values:
        said = said.replace("{}", value, 1)
    return f"{title_of(row.link, locale)} {said}"


def title_of(link: Chain, locale: Locale) -> str:
    """A field's name for people: the record's title and its own, else its path."""
    assert isinstance(link.base, tree.Name)
    own = link.end.title(locale) if link.certain and link.data == len(link.steps) else None
    if own is None:
        return write_path(link)
    root = place(link.end.root).find(link.base.name)[1].title(locale)
    if not link.steps or root is None or own.lower().startswith(root.lower()):
        return own
    return root + own if locale == "zh" else f"{root} {own}"


def _value(value: Any, row: Row, locale: Locale, zone: tzinfo) -> str:
    if isinstance(value, Field):
        return title_of(value.link, locale)
    if isinstance(value, bool):
        return say(_BOOLEAN[value], locale)
    if OPERATORS[row.op].shape == "duration":
        return say_duration(value, locale)
    if isinstance(value, Time):
        local = read_time(value, zone).astimezone(zone)
        shown = local.isoformat(" ", "minutes")[:16]
        return shown.removesuffix(" 00:00")
    if isinstance(value, Decimal):
        return f"{format(value, 'f')}{_unit(row, value, locale)}"
    named = _option(row, value, locale)
    return named if named is not None else f"“{value}”" if locale == "zh" else f'"{value}"'


def _unit(row: Row, value: Decimal, locale: Locale) -> str:
    if not (row.link.certain and row.link.data == len(row.link.steps)):
        return ""
    unit = row.link.end.hint("x-unit")
    if isinstance(unit, Mapping):
        unit = unit.get(locale)
    money = row.link.end.hint("x-kind") == "money" or row.link.end.hint("format") == "money"
    if unit is None and money:
        unit = say(_YUAN, locale)
    return f" {unit}" if isinstance(unit, str) and unit else ""


def _option(row: Row, value: Any, locale: Locale) -> str | None:
    """What people call one value of a list of values."""
    end = row.link.end
    if row.op in ("contains", "not_contains"):
        end = end.items() if row.kind == "list" else end
    options = end.hint("x-options")
    named = options.get(value) if isinstance(options, Mapping) else None
    if named is None:
        for option in end.hint("oneOf") or ():
            if isinstance(option, Mapping) and option.get("const") == value:
                named = option.get("x-title") or option.get("title")
    if isinstance(named, Mapping):
        named = named.get(locale)
    return named if isinstance(named, str) else None


def say_duration(written: str, locale: Locale) -> str:
    """`P30D` as 30 天, `PT1H30M` as 1 小时 30 分钟."""
    left = int(read_duration(written).total_seconds())
    parts = []
    for seconds, many, one in _UNITS:
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{count} {say(one if count == 1 else many, locale)}")
    return " ".join(parts) or f"0 {say(_UNITS[-1][1], locale)}"
