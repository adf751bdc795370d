"""The cells of a decision table: what one lets through (a unary test), what one gives.

An input cell is written as a person would write it; `value` is the column's value:

    -                       anything
    VIP · 100 · true        this value (in a list column: the list holds it)
    A, B · [A, B] in JSON   one of these
    not(A, B)               none of these
    null                    no value
    >= 100 · < 5 · != A     a comparison (≥ ≤ ≠ are understood)
    [100..500) · (1..9]     a range with its edges in or out
    >= params.limit         edges may be expressions
    = value in params.vips  any expression: its truth, or the value it must be equal to

An output cell is a value, or an expression after `=`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Literal
from zoneinfo import ZoneInfo

import re2

from engine.core.cell_text import RANGE, number, split, unquoted, widen
from engine.core.errors import GiveUp, InvalidInput
from engine.core.expression import compile_expression
from engine.core.expression.literals import read_time
from engine.core.reach import (
    ANY,
    OPAQUE,
    Reach,
    Span,
    Spans,
    Values,
    complement,
    has_order,
    point,
    union,
)
from engine.core.text import Text, text

ColumnType = Literal["any", "number", "text", "boolean", "date", "time", "list"]
# (the column's value, the names of the scope, now) -> does the row stay alive?
Test = Callable[[Any, Mapping[str, Any], datetime | None], bool]

_KINDS: dict[str, Text] = {
    "number": text("数字", "a number"),
    "text": text("文字", "text"),
    "boolean": text("是/否", "true/false"),
    "date": text("日期", "a date"),
    "time": text("时间", "a time"),
    "list": text("列表", "a list"),
}
_COMPARISON = re2.compile(r"^(>=|<=|!=|==|>|<)\s*(.+)$")
_WORD = re2.compile(r"^[\p{L}\p{N}_-]+$")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": ge, "<=": le, "!=": ne, "==": eq, ">": gt, "<": lt,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """One input cell, ready to run. `test` is None where anything passes."""

    test: Test | None
    reach: Reach
    names: frozenset[str] = frozenset()


@lru_cache(maxsize=32)
def zone(name: str) -> ZoneInfo:
    """A time zone by name; InvalidInput when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InvalidInput(text(f"没有这个时区：{name}", f"no such time zone: {name}")) from None


def read_value(value: Any, type_: ColumnType, where: ZoneInfo) -> Any:
    """A value of the scope as its column compares it; ValueError when it is of another kind.

    Nothing is guessed: text is no number, a number no text. Times written as text are read.
    """
    if value is None or type_ == "any":
        return value
    if type_ == "number" and isinstance(value, Decimal | int) and not isinstance(value, bool):
        return value
    if type_ == "number" and isinstance(value, float):
        return Decimal(repr(value))
    if (type_ == "text" and isinstance(value, str)) or (
        type_ == "boolean" and isinstance(value, bool)
    ):
        return value
    if type_ == "list" and isinstance(value, list | tuple | set | frozenset):
        return value
    if type_ in ("date", "time"):
        if isinstance(value, str):
            value = read_time(value, where)
        elif isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day, tzinfo=where)
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.astimezone(where).date() if type_ == "date" else value
    raise ValueError(value)


def read_input(raw: Any, type_: ColumnType, zone_name: str = "Asia/Shanghai") -> Cell:
    """An input cell made ready; InvalidInput with a sentence when it cannot be read."""
    return _Reader(type_, zone(zone_name)).cell(raw)


def read_output(
    raw: Any, type_: ColumnType, zone_name: str = "Asia/Shanghai"
) -> tuple[Any, Callable[[Mapping[str, Any], datetime | None], Any] | None, frozenset[str]]:
    """(value, None, no names), or for an expression (None, how to evaluate it, names it reads)."""
    if isinstance(raw, str) and raw.strip().startswith("="):
        compiled = compile_expression(raw.strip()[1:].strip())
        return None, compiled.evaluate, compiled.names
    if raw is None or (isinstance(raw, str) and raw.strip() == "" and type_ != "text"):
        return None, None, frozenset()
    return _Reader(type_, zone(zone_name)).literal(raw), None, frozenset()


class _Reader:
    """Reads the cells of one column."""

    def __init__(self, type_: ColumnType, where: ZoneInfo) -> None:
        self.type = type_
        self.where = where

    def cell(self, raw: Any) -> Cell:
        if raw is None or (isinstance(raw, str) and raw.strip() in ("", "-")):
            return Cell(None, ANY)
        if isinstance(raw, list | tuple):
            return self._any_of([self._same(self.literal(item)) for item in raw])
        if not isinstance(raw, str):
            return self._same(self.literal(raw))
        written = raw.strip()
        if written.startswith("=") and not written.startswith("=="):
            return self._expression(written[1:].strip())
        return self._tests(widen(written))

    # -- literals --------------------------------------------------------------------------------

    def literal(self, raw: Any) -> Any:
        """A literal value of this column; InvalidInput when it is of another kind."""
        found = self._read(raw)
        if found is None:
            kind = _KINDS.get(self.type, text("值", "a value"))
            raise InvalidInput(text(f"「{raw}」应为{kind['zh']}", f"“{raw}” must be {kind['en']}"))
        return found

    def _read(self, raw: Any) -> Any:
        try:
            if self.type in ("any", "list"):
                return self._guess(raw)
            if self.type == "text":
                return unquoted(raw) if isinstance(raw, str) else None
            if self.type == "boolean" and isinstance(raw, str):
                return {"true": True, "false": False, "是": True, "否": False}.get(
                    raw.strip().lower()
                )
            if self.type == "number" and isinstance(raw, str):
                return number(raw)
            if isinstance(raw, str):
                raw = unquoted(raw)
            return read_value(raw, self.type, self.where)
        except (ValueError, ArithmeticError):
            return None

    def _guess(self, raw: Any) -> Any:
        if isinstance(raw, bool) or raw is None:
            return raw
        if isinstance(raw, int | float | Decimal):
            return Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
        if not isinstance(raw, str):
            return raw  # an output may be any JSON value
        if raw in ("true", "false"):
            return raw == "true"
        for read in (number, lambda written: read_time(written, self.where)):
            try:
                return read(raw)
            except (ValueError, ArithmeticError):
                continue
        return unquoted(raw)

    # -- tests -----------------------------------------------------------------------------------

    def _tests(self, written: str) -> Cell:
        if written.startswith("not(") and written.endswith(")"):
            return self._none_of(self._tests(written[4:-1].strip()))
        parts = split(written)
        if not all(parts):
            raise InvalidInput(text("逗号之间缺少内容", "something is missing between commas"))
        return self._any_of([self._test(part) for part in parts])

    def _test(self, written: str) -> Cell:
        if written == "-":
            return Cell(None, ANY)
        if written == "null":
            return Cell(lambda value, scope, now: value is None, OPAQUE)
        ranged = RANGE.match(written)
        if ranged:
            opens, low, high, closes = ranged.groups()
            return self._range(low, high, opens == "[", closes == "]")
        compared = _COMPARISON.match(written)
        if compared:
            return self._compare(compared.group(1), compared.group(2).strip())
        return self._same(self.literal(written))

    def _same(self, wanted: Any) -> Cell:
        if self.type == "list":
            return Cell(lambda value, scope, now: value is not None and wanted in value, OPAQUE)
        return Cell(lambda value, scope, now: _equal(value, wanted), point(wanted))

    def _compare(self, operator: str, edge: str) -> Cell:
        if self.type in ("list", "boolean") and operator not in ("==", "!="):
            raise InvalidInput(
                text(
                    f"这一列不能用 {operator} 比较", f"this column cannot be compared by {operator}"
                )
            )
        fixed, compute, names = self._edge(edge)
        if compute is None and operator == "==":
            return self._same(fixed)
        if compute is None and operator == "!=":
            return self._none_of(self._same(fixed))
        compare = _OPERATORS[operator]
        equality = operator in ("==", "!=")
        read = self._ordered

        def test(value: Any, scope: Mapping[str, Any], now: datetime | None) -> bool:
            other = fixed if compute is None else read(compute(scope, now))
            if equality:
                return _equal(value, other) is (operator == "==")
            return value is not None and other is not None and _ordered(compare, value, other)

        if compute is not None or not has_order(fixed):
            return Cell(test, OPAQUE, names)
        low = operator in (">=", ">")
        span = Span(
            fixed if low else None,
            None if low else fixed,
            low_in=operator == ">=",
            high_in=operator == "<=",
        )
        return Cell(test, Spans((span,)))

    def _range(self, low: str, high: str, low_in: bool, high_in: bool) -> Cell:
        bottom, low_of, low_names = self._edge(low)
        top, high_of, high_names = self._edge(high)
        above, below = (ge if low_in else gt), (le if high_in else lt)
        read = self._ordered

        def test(value: Any, scope: Mapping[str, Any], now: datetime | None) -> bool:
            if value is None:
                return False
            first = bottom if low_of is None else read(low_of(scope, now))
            last = top if high_of is None else read(high_of(scope, now))
            if first is None or last is None:
                return False
            return _ordered(above, value, first) and _ordered(below, value, last)

        if low_of is not None or high_of is not None:
            return Cell(test, OPAQUE, low_names | high_names)
        if type(bottom) is not type(top):
            raise InvalidInput(
                text(f"{low} 与 {high} 不是同一种值", f"{low} and {high} are of different kinds")
            )
        span = Span(bottom, top, low_in, high_in)
        if span.is_empty:
            raise InvalidInput(
                text(
                    f"范围是空的：{low} 大于等于 {high}",
                    f"the range is empty: {low} is not below {high}",
                )
            )
        return Cell(test, Spans((span,)) if has_order(bottom) else OPAQUE)

    def _edge(self, written: str) -> tuple[Any, Any, frozenset[str]]:
        """A literal, or how to compute the edge with the names it reads."""
        found = self._read(written)
        if found is not None and self._is_literal(written, found):
            return found, None, frozenset()
        compiled = compile_expression(written)
        return None, compiled.evaluate, compiled.names

    def _is_literal(self, written: str, found: Any) -> bool:
        """Whether it is plainly a value: in columns of text a bare word is one, not a name."""
        if not isinstance(found, str) or written.strip()[:1] in ('"', "'"):
            return True
        return self.type in ("text", "list") and _WORD.search(written.strip()) is not None

    def _ordered(self, value: Any) -> Any:
        try:
            return read_value(value, self.type, self.where)
        except ValueError:
            raise wrong_kind(self.type, value) from None

    def _expression(self, written: str) -> Cell:
        fixed = self._read(written)
        if fixed is not None and self._is_literal(written, fixed):
            return self._same(fixed)
        compiled = compile_expression(written)
        evaluate, truth = compiled.evaluate, self.type != "boolean"
        several = self.type == "list"

        def test(value: Any, scope: Mapping[str, Any], now: datetime | None) -> bool:
            found = evaluate({**scope, "value": value}, now)
            if isinstance(found, bool) and truth:
                return found
            if several:
                return value is not None and found in value
            return _equal(value, found)

        names = frozenset(n for n in compiled.names if n != "value" and not n.startswith("value."))
        return Cell(test, OPAQUE, names)

    # -- joining ---------------------------------------------------------------------------------

    def _any_of(self, cells: list[Cell]) -> Cell:
        if len(cells) == 1:
            return cells[0]
        names = frozenset().union(*(cell.names for cell in cells))
        tests = [cell.test for cell in cells if cell.test is not None]
        if not cells or len(tests) < len(cells):
            return Cell(None, ANY, names) if cells else Cell(_never, Values(frozenset()))

        def test(value: Any, scope: Mapping[str, Any], now: datetime | None) -> bool:
            return any(one(value, scope, now) for one in tests)

        return Cell(test, union([cell.reach for cell in cells]), names)

    def _none_of(self, cell: Cell) -> Cell:
        inner = cell.test
        if inner is None:
            return Cell(_never, Values(frozenset()))

        def test(value: Any, scope: Mapping[str, Any], now: datetime | None) -> bool:
            return not inner(value, scope, now)

        return Cell(test, complement(cell.reach), cell.names)


def wrong_kind(type_: str, value: Any) -> GiveUp:
    """A value of another kind than the column's."""
    kind = _KINDS.get(type_, text("可比较的值", "a value that can be compared"))
    shown = str(value)[:40]
    return GiveUp(
        text(f"应为{kind['zh']}，实际是「{shown}」", f"must be {kind['en']}, found “{shown}”"),
        "expression",
    )


def _never(value: Any, scope: Mapping[str, Any], now: datetime | None) -> bool:
    return False


def _equal(value: Any, other: Any) -> bool:
    # In Python True == 1; in a table they are two values.
    return isinstance(value, bool) is isinstance(other, bool) and bool(value == other)


def _ordered(compare: Callable[[Any, Any], bool], value: Any, other: Any) -> bool:
    if isinstance(value, bool) is isinstance(other, bool):
        try:
            return compare(value, other)
        except TypeError:
            pass
    raise wrong_kind("number" if isinstance(other, Decimal) else "", value)
