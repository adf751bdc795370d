"""Amounts that are multiplied or divided must say how they are rounded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.expression import tree as trees
from engine.core.expression.reads import Path
from engine.core.expression.schema import follow, place
from engine.core.forms import Entry
from engine.core.validate.plan import Spot

_AMOUNTS = frozenset({"amount", "price", "fee", "total", "money", "refund", "discount"})
_ROUNDING = frozenset({"round", "floor", "ceiling", "to_int"})


def is_money(spot: Spot, entry: Entry) -> bool:
    """Whether what stands here becomes an amount."""
    last = entry.path.rpartition("/")[2]
    if entry.widget == "money" or entry.hints.get("x-money") or last.lower() in _AMOUNTS:
        return True
    # A row that could say how it is rounded, and does not.
    around = entry.path.rpartition("/")[0]
    row = next((other for other in spot.entries if other.path == around), None)
    return (
        row is not None
        and "round" in row.hints.get("properties", {})
        and isinstance(row.value, Mapping)
        and not row.value.get("round")
    )


def is_unrounded(node: trees.Node, schema: Mapping[str, Any]) -> bool:
    """Whether money is multiplied or divided without anything around that rounds."""
    todo = [node]
    start = place(schema)
    while todo:
        found = todo.pop()
        if isinstance(found, trees.Attribute) and found.name in _ROUNDING:
            continue
        if (
            isinstance(found, trees.Call)
            and isinstance(found.function, trees.Attribute)
            and found.function.name in _ROUNDING
        ):
            continue
        if isinstance(found, trees.Arithmetic) and found.op in ("*", "/"):
            for inner in trees.walk(found):
                path = _path(inner)
                if path and follow(start, path)[2].hint("x-money"):
                    return True
        todo.extend(trees.children(found))
    return False


def _path(node: trees.Node) -> Path:
    names: list[str] = []
    while isinstance(node, trees.Attribute):
        names.append(node.name)
        node = node.of
    return (node.name, *reversed(names)) if isinstance(node, trees.Name) else ()
