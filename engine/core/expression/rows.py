"""Condition rows as they are stored, read once and checked: the door of rules.py and describe.py.

`{"all": [{"field": "order.amount", "op": "gt", "value": "500"}, {"any": [...]}]}`. Values are texts
(numbers too, so that none becomes a float), true/false, or `{"field": "..."}` for another field.
`kind` says how to read a value; without it the schema does, else the look of the value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.core.errors import InvalidExpression, InvalidInput, Problem
from engine.core.expression import tree
from engine.core.expression.attributes import RESULTS
from engine.core.expression.literals import CHINA, read_duration, read_number, read_time, write_text
from engine.core.expression.operators import KINDS, OPERATORS
from engine.core.expression.parse import parse
from engine.core.expression.reads import Chain, chain
from engine.core.expression.schema import Place
from engine.core.text import text

MAX_ROWS = 200
MAX_DEPTH = 8
_WORD = re.compile(r"[^\W\d]\w*")
_OF_TIME = frozenset({"before", "after", "within_last", "not_within_last"})
_ORDERED = frozenset({"gt", "ge", "lt", "le", "between"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `field` is written canonically; `values` are Decimal, str, bool, or a Field."""

    field: str
    op: str
    values: tuple[Any, ...]
    kind: str | None
    link: Chain


@dataclass(frozen=True, slots=True)
class Field:
    """Another field as a value."""

    field: str
    link: Chain


@dataclass(frozen=True, slots=True)
class Group:
    """`all` or `any` of its entries."""

    op: str
    entries: tuple[Row | Group, ...]


def read_rows(rows: Any, start: Place) -> Group:
    """The rows, checked; InvalidInput with a JSON pointer for every fault."""
    reader = _Reader(start)
    found = reader.group(rows, "", 1)
    if reader.problems or found is None:
        raise InvalidInput(
            text("条件有误", "the condition has faults"),
            reader.problems or [Problem("", text("条件有误", "the condition has faults"))],
        )
    return found


def read_path(written: str, start: Place) -> Chain:
    """A field's name as a chain from a root name; InvalidExpression when it is none."""
    link = chain(parse(written), start, {})
    if not isinstance(link.base, tree.Name) or any(step.safe for step in link.steps):
        raise InvalidExpression(text("应为字段名", "must be the name of a field"))
    return link


def write_path(link: Chain) -> str:
    """A chain as text: `order.amount`, `order["a b"]`."""
    assert isinstance(link.base, tree.Name)
    return link.base.name + "".join(
        f".{step.name}" if step.dotted else f"[{write_text(step.name)}]" for step in link.steps
    )


def kind_of_chain(link: Chain) -> str | None:
    """The kind of a field by its schema."""
    if link.data < len(link.steps):
        return RESULTS.get(link.steps[-1].name)
    return link.end.kind if link.certain else None


class _Reader:
    def __init__(self, start: Place) -> None:
        self.start = start
        self.problems: list[Problem] = []
        self.rows = 0

    def wrong(self, path: str, zh: str, en: str) -> None:
        self.problems.append(Problem(path, text(zh, en), "invalid_condition"))

    def group(self, found: Any, path: str, depth: int) -> Group | None:
        if (
            not isinstance(found, Mapping)
            or len(found) != 1
            or next(iter(found))
            not in (
                "all",
                "any",
            )
        ):
            self.wrong(path, "应为一个 all 或 any 分组", "must be one group, all or any")
            return None
        if depth > MAX_DEPTH:
            self.wrong(path, f"分组超过 {MAX_DEPTH} 层", f"more than {MAX_DEPTH} levels of groups")
            return None
        op, entries = next(iter(found.items()))
        path = f"{path}/{op}"
        if not isinstance(entries, list):
            self.wrong(path, "应为列表", "must be a list")
            return None
        if not entries and (depth > 1 or op == "any"):
            self.wrong(path, "此组没有条件", "this group has no conditions")
            return None
        made: list[Row | Group] = []
        for index, entry in enumerate(entries):
            here = f"{path}/{index}"
            nested = isinstance(entry, Mapping) and ("all" in entry or "any" in entry)
            read = self.group(entry, here, depth + 1) if nested else self.row(entry, here)
            if read is not None:
                made.append(read)
            if self.rows > MAX_ROWS:
                self.wrong(here, f"超过 {MAX_ROWS} 行", f"more than {MAX_ROWS} rows")
                return None
        return Group(op, tuple(made))

    def row(self, found: Any, path: str) -> Row | None:
        self.rows += 1
        if not isinstance(found, Mapping):
            self.wrong(path, "应为一行条件", "must be a row")
            return None
        for name in found:
            if name not in ("field", "op", "value", "kind"):
                self.wrong(f"{path}/{name}", "没有这一项", "is not part of a row")
        op, kind = found.get("op"), found.get("kind")
        operator = OPERATORS.get(op) if isinstance(op, str) else None
        if operator is None:
            self.wrong(f"{path}/op", "没有这个运算符", "there is no such operator")
        if kind is not None and kind not in KINDS:
            self.wrong(f"{path}/kind", "没有这个类型", "there is no such kind")
        link = self.path(found.get("field"), f"{path}/field")
        if link is None or operator is None or self.problems:
            return None
        assert isinstance(op, str)
        kind = "number" if kind == "money" else "list" if kind == "tag" else kind
        kind = kind or kind_of_chain(link)
        values = self.values(found.get("value"), op, operator.shape, kind, f"{path}/value")
        if values is None:
            return None
        return Row(write_path(link), op, values, kind, link)

    def path(self, written: Any, path: str) -> Chain | None:
        try:
            return read_path(written, self.start)
        except InvalidExpression as error:
            self.problems.append(Problem(path, error.message, "invalid_condition"))
            return None

    def values(
        self, value: Any, op: str, shape: str, kind: str | None, path: str
    ) -> tuple[Any, ...] | None:
        """The values at the right of one row, in the kind of its field."""
        if shape == "none":
            return ()
        if shape == "duration":
            try:
                read_duration(value if isinstance(value, str) else "")
            except ValueError:
                self.wrong(path, "应为时长，如 P30D", "must be a duration such as P30D")
                return None
            return (value,)
        many = shape in ("many", "pair")
        listed = value if isinstance(value, list) and many else [value]
        if many and (not isinstance(value, list) or not value):
            self.wrong(path, "应为一组值", "must be a list of values")
            return None
        if shape == "pair" and len(listed) != 2:
            self.wrong(path, "应为两个值", "must be two values")
            return None
        found = []
        for index, one in enumerate(listed):
            here = f"{path}/{index}" if many else path
            try:
                found.append(self.one(one, op, shape, kind))
            except (ValueError, InvalidExpression):
                self.wrong(here, "值与字段类型不符", "the value does not fit the field")
                return None
        return tuple(found)

    def one(self, value: Any, op: str, shape: str, kind: str | None) -> Any:
        if isinstance(value, Mapping):
            if set(value) != {"field"} or shape != "one" or not isinstance(value["field"], str):
                raise ValueError
            link = read_path(value["field"], self.start)
            return Field(write_path(link), link)
        if op in ("contains", "not_contains", "starts_with", "ends_with", "matches"):
            kind = "text"
        elif op in _OF_TIME:
            kind = "time"
        if kind is None or kind in ("list", "record"):
            kind = _look(value, op)
        return _value(value, kind)


def _look(value: Any, op: str) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float | Decimal):
        return "number"
    try:
        _value(value, "number")
    except ValueError:
        return "text"
    return "number" if op in _ORDERED else "text"


def _value(value: Any, kind: str) -> Any:
    """The value in its kind: Decimal, bool, text, or a time as written in `d"..."`."""
    if kind == "boolean":
        found = {"true": True, "false": False}.get(value) if isinstance(value, str) else value
        if not isinstance(found, bool):
            raise ValueError
        return found
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError
    if kind == "number":
        written = format(value, "f") if isinstance(value, Decimal) else str(value).strip()
        negative = written.startswith("-")
        read = read_number(written[1:] if negative else written)
        return -read if negative else read
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError
    if kind == "time":
        read_time(value, CHINA)
        return Time(value)
    return value


class Time(str):
    """A time as it was written in a row."""

    __slots__ = ()
