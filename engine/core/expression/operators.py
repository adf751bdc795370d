"""The operators of condition rows: what business users pick between field and value.

An edge is always part of the words: over 500 leaves 500 out, reaching 500 takes it in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from engine.core.text import Text, text

# What stands at the right: nothing, one value, several, a pair of edges, an ISO duration.
Shape = Literal["none", "one", "many", "pair", "duration"]

_NUMBERS = ("number", "money")
_LISTS = ("list", "tag")


@dataclass(frozen=True, slots=True)
class Operator:
    """One choice: its label in the list, its sentence ({} is the value), its kinds of fields."""

    label: Text
    says: Text
    kinds: tuple[str, ...]
    shape: Shape = "one"


OPERATORS: dict[str, Operator] = {
    "eq": Operator(
        text("等于", "is"), text("等于 {}", "is {}"), (*_NUMBERS, "text", "time", "boolean")
    ),
    "ne": Operator(
        text("不等于", "is not"), text("不等于 {}", "is not {}"), (*_NUMBERS, "text", "time")
    ),
    "gt": Operator(
        text("大于（超过，不含）", "is over (not including)"),
        text("大于 {}（不含）", "is over {} (not included)"),
        _NUMBERS,
    ),
    "ge": Operator(
        text("达到（大于等于，含）", "reaches (including)"),
        text("达到 {}（含）", "reaches {} (included)"),
        (*_NUMBERS, "time"),
    ),
    "lt": Operator(
        text("小于（不足，不含）", "is under (not including)"),
        text("小于 {}（不含）", "is under {} (not included)"),
        _NUMBERS,
    ),
    "le": Operator(
        text("不超过（小于等于，含）", "is at most (including)"),
        text("不超过 {}（含）", "is at most {} (included)"),
        (*_NUMBERS, "time"),
    ),
    "between": Operator(
        text("介于（含两端）", "is between (both included)"),
        text("在 {} 到 {} 之间（含两端）", "is between {} and {} (both included)"),
        (*_NUMBERS, "time"),
        "pair",
    ),
    "in": Operator(
        text("是其中之一", "is one of"),
        text("是 {} 之一", "is one of {}"),
        (*_NUMBERS, "text"),
        "many",
    ),
    "not_in": Operator(
        text("不在其中", "is none of"),
        text("不是 {} 中的任何一个", "is none of {}"),
        (*_NUMBERS, "text"),
        "many",
    ),
    "contains": Operator(
        text("包含", "contains"), text("包含 {}", "contains {}"), ("text", *_LISTS)
    ),
    "not_contains": Operator(
        text("不包含", "does not contain"),
        text("不包含 {}", "does not contain {}"),
        ("text", *_LISTS),
    ),
    "starts_with": Operator(
        text("开头是", "starts with"), text("以 {} 开头", "starts with {}"), ("text",)
    ),
    "ends_with": Operator(
        text("结尾是", "ends with"), text("以 {} 结尾", "ends with {}"), ("text",)
    ),
    "matches": Operator(
        text("符合格式（正则）", "matches the pattern"),
        text("符合格式 {}", "matches the pattern {}"),
        ("text",),
    ),
    "before": Operator(
        text("早于（不含）", "is before (not including)"),
        text("早于 {}（不含）", "is before {} (not included)"),
        ("time",),
    ),
    "after": Operator(
        text("晚于（不含）", "is after (not including)"),
        text("晚于 {}（不含）", "is after {} (not included)"),
        ("time",),
    ),
    "within_last": Operator(
        text("在最近…内", "is within the last"),
        text("在最近 {} 内", "is within the last {}"),
        ("time",),
        "duration",
    ),
    "not_within_last": Operator(
        text("不在最近…内（从未发生也算）", "is not within the last (or never was)"),
        text("不在最近 {} 内（从未发生也算）", "is not within the last {} (or never was)"),
        ("time",),
        "duration",
    ),
    "is_empty": Operator(
        text("为空", "is empty"),
        text("为空", "is empty"),
        (*_NUMBERS, "text", "time", "boolean", *_LISTS),
        "none",
    ),
    "is_not_empty": Operator(
        text("不为空", "is not empty"),
        text("不为空", "is not empty"),
        (*_NUMBERS, "text", "time", "boolean", *_LISTS),
        "none",
    ),
}
# The same edge, said of a time.
TIME_WORDS: dict[str, Text] = {
    "ge": text("不早于 {}（含）", "is not before {} (included)"),
    "le": text("不晚于 {}（含）", "is not after {} (included)"),
    "eq": text("正好是 {}", "is exactly {}"),
}
KINDS = ("text", "number", "money", "time", "boolean", "list", "tag")


def operator_catalog() -> list[dict[str, Any]]:
    """The operators as the designer's condition builder receives them."""
    return [
        {"op": name, "label": found.label, "kinds": list(found.kinds), "value": found.shape}
        for name, found in OPERATORS.items()
    ]


_ONE = {
    "anyOf": [
        {"type": ["string", "number", "boolean"]},
        {
            "type": "object",
            "properties": {"field": {"type": "string"}},
            "required": ["field"],
            "additionalProperties": False,
        },
    ]
}
# JSON Schema of condition rows, for documents at the edge.
ROWS_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$ref": "#/$defs/group",
    "$defs": {
        "group": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
            "properties": {
                "all": {"type": "array", "items": {"$ref": "#/$defs/entry"}},
                "any": {"type": "array", "items": {"$ref": "#/$defs/entry"}, "minItems": 1},
            },
        },
        "entry": {"anyOf": [{"$ref": "#/$defs/group"}, {"$ref": "#/$defs/row"}]},
        "row": {
            "type": "object",
            "properties": {
                "field": {"type": "string", "minLength": 1, "maxLength": 500},
                "op": {"enum": list(OPERATORS)},
                "value": {"anyOf": [_ONE, {"type": "array", "items": _ONE}]},
                "kind": {"enum": list(KINDS)},
            },
            "required": ["field", "op"],
            "additionalProperties": False,
        },
    },
}
