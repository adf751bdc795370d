"""Condition rows <-> expression text: two forms of one thing.

Every rows document has a text. A text has rows only when it could have come from rows; turning it
back and forth never changes its meaning, which `text_to_rows` makes sure of before it answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from engine.core.errors import InvalidInput
from engine.core.expression import tree
from engine.core.expression.literals import CHINA, write_duration, write_text
from engine.core.expression.parse import parse
from engine.core.expression.reads import chain
from engine.core.expression.rows import Field, Group, Row, Time, read_rows, write_path
from engine.core.expression.schema import Schema, place

_SIGNS = {"eq": "==", "ne": "!=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_WRITE = {**_SIGNS, "before": "<", "after": ">", "matches": "=~~", "in": "in", "not_in": "not in"}
_OPS = {sign: op for op, sign in _SIGNS.items()}


def rows_to_text(rows: Mapping[str, Any], schema: Schema | None = None) -> str:
    """The expression text of condition rows; InvalidInput with paths when they are malformed.

    The schema of the scope tells numbers from texts where a row has no `kind`.
    """
    found = read_rows(rows, place(schema))
    return _group(found) if found.entries else "true"


def _group(group: Group) -> str:
    word = " and " if group.op == "all" else " or "
    written = []
    for entry in group.entries:
        if isinstance(entry, Row):
            written.append(_row(entry))
        else:
            inner = _group(entry)
            written.append(f"({inner})" if len(entry.entries) > 1 else inner)
    return word.join(written)


def _row(row: Row) -> str:
    field, op = row.field, row.op
    values = [_value(value) for value in row.values]
    if op in ("in", "not_in"):
        return f"{field} {_WRITE[op]} [{', '.join(values)}]"
    if op in _WRITE:
        return f"{field} {_WRITE[op]} {values[0]}"
    if op == "between":
        return f"({field} >= {values[0]} and {field} <= {values[1]})"
    if op in ("contains", "not_contains"):
        return f"{values[0]} {'in' if op == 'contains' else 'not in'} {field}"
    if op in ("starts_with", "ends_with"):
        return f"{field}.{op}({values[0]})"
    if op == "within_last":
        return f'{field} >= $now - t"{row.values[0]}"'
    if op == "not_within_last":
        return f'not ({field} >= $now - t"{row.values[0]}")'
    return f"{'not ' if op == 'is_not_empty' else ''}{field}.is_empty"


def _value(value: Any) -> str:
    if isinstance(value, Field):
        return value.field
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return f'd"{value}"' if isinstance(value, Time) else write_text(value)


# -- and back ------------------------------------------------------------------------------------


class _BeyondError(Exception):
    """This text is more than rows can say."""


def text_to_rows(source: str, *, zone: tzinfo = CHINA) -> dict[str, Any] | None:
    """The rows of an expression text, None when rows cannot say it; else InvalidExpression.

    Each row carries the `kind` of its value, so that the way back needs no schema.
    """
    node = parse(source, zone)
    try:
        rows = _Back(zone).top(node)
        if parse(rows_to_text(rows), zone) == node:
            return rows
    except (_BeyondError, InvalidInput):
        pass
    return None


class _Back:
    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self.start = place(None)

    def top(self, node: tree.Node) -> dict[str, Any]:
        if isinstance(node, tree.Literal) and node.value is True:
            return {"all": []}
        found = self.entry(node)
        return found if "all" in found or "any" in found else {"all": [found]}

    def entry(self, node: tree.Node) -> dict[str, Any]:
        if isinstance(node, tree.Logic):
            return self.between(node) or {
                "all" if node.op == "and" else "any": [self.entry(part) for part in node.parts]
            }
        if isinstance(node, tree.Not):
            return self.negated(node.of)
        if isinstance(node, tree.Attribute) and node.name == "is_empty" and not node.safe:
            return {"field": self.field(node.of), "op": "is_empty"}
        if isinstance(node, tree.Compare):
            return self.compare(node)
        if isinstance(node, tree.In):
            return self.contained(node)
        if isinstance(node, tree.Match) and node.op == "=~~":
            return {"field": self.field(node.left), "op": "matches", "value": self.text(node.right)}
        if isinstance(node, tree.Call) and isinstance(node.function, tree.Attribute):
            called = node.function
            if called.name in ("starts_with", "ends_with") and not called.safe:
                value = self.text(node.arguments[0])
                return {"field": self.field(called.of), "op": called.name, "value": value}
        raise _BeyondError

    def between(self, node: tree.Logic) -> dict[str, Any] | None:
        """Two edges of one field in their own parentheses are one row."""
        if not node.grouped or node.op != "and" or len(node.parts) != 2:
            return None
        low, high = (self.entry(part) for part in node.parts)
        if (low.get("op"), high.get("op")) != ("ge", "le") or low["field"] != high["field"]:
            return None
        if low.get("kind") != high.get("kind") or low.get("kind") not in ("number", "time"):
            return None
        return {**low, "op": "between", "value": [low["value"], high["value"]]}

    def negated(self, node: tree.Node) -> dict[str, Any]:
        found = self.entry(node)
        other = {"within_last": "not_within_last", "is_empty": "is_not_empty"}.get(
            found.get("op", "")
        )
        if other is None:
            raise _BeyondError
        return {**found, "op": other}

    def compare(self, node: tree.Compare) -> dict[str, Any]:
        field, op, right = self.field(node.left), _OPS[node.op], node.right
        if isinstance(right, tree.Literal):
            value, kind = self.literal(right.value)
            if kind == "time":
                op = {"lt": "before", "gt": "after"}.get(op, op)
            return {"field": field, "op": op, "value": value, "kind": kind}
        if isinstance(right, tree.Arithmetic):
            ago = right.right
            if (
                node.op == ">="
                and right.op == "-"
                and isinstance(right.left, tree.Builtin)
                and right.left.name == "now"
                and isinstance(ago, tree.Literal)
                and kind_is_duration(ago.value)
            ):
                return {"field": field, "op": "within_last", "value": write_duration(ago.value)}
            raise _BeyondError
        return {"field": field, "op": op, "value": {"field": self.field(right)}}

    def contained(self, node: tree.In) -> dict[str, Any]:
        if isinstance(node.container, tree.ListOf):
            values = [
                self.literal(part.value) if isinstance(part, tree.Literal) else (None, "")
                for part in node.container.items
            ]
            kinds = {kind for _, kind in values}
            if kinds not in ({"number"}, {"text"}):
                raise _BeyondError
            return {
                "field": self.field(node.member),
                "op": "not_in" if node.negated else "in",
                "value": [value for value, _ in values],
                "kind": kinds.pop(),
            }
        return {
            "field": self.field(node.container),
            "op": "not_contains" if node.negated else "contains",
            "value": self.text(node.member),
        }

    def field(self, node: tree.Node) -> str:
        link = chain(node, self.start, {})
        if not isinstance(link.base, tree.Name) or any(step.safe for step in link.steps):
            raise _BeyondError
        return write_path(link)

    def text(self, node: tree.Node) -> str:
        if isinstance(node, tree.Literal) and isinstance(node.value, str):
            return node.value
        raise _BeyondError

    def literal(self, value: Any) -> tuple[Any, str]:
        if isinstance(value, bool):
            return value, "boolean"
        if isinstance(value, Decimal):
            return format(value, "f"), "number"
        if isinstance(value, str):
            return value, "text"
        if isinstance(value, datetime):
            local = value.astimezone(self.zone)
            midnight = not (local.hour or local.minute or local.second or local.microsecond)
            return local.date().isoformat() if midnight else local.isoformat(), "time"
        raise _BeyondError


def kind_is_duration(value: Any) -> bool:
    return hasattr(value, "total_seconds")
