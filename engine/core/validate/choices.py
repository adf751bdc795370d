"""Choices: a default without condition, branches that can never be taken, edges forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import product
from typing import Any

from engine.core.errors import EngineError, Problem
from engine.core.expression import compile_condition
from engine.core.expression import tree as trees
from engine.core.expression.schema import follow, place
from engine.core.forms import Entry
from engine.core.ports import rows_at
from engine.core.reach import OPAQUE, Reach, Region, Span, Spans, Values, region
from engine.core.text import Text, text
from engine.core.validate.plan import Plan, Spot
from engine.core.validate.scope import Names

MAX_BOXES = 64
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}

# One way a condition can hold: {name it reads: the values that let it through}.
Box = dict[str, Reach]


def check_choices(plan: Plan, names: Names) -> Iterator[Problem]:
    for spot in plan.spots:
        if spot.type is not None and spot.type.kind == "choice" and spot.type.ports_from:
            yield from _check(spot, names)


def _check(spot: Spot, names: Names) -> Iterator[Problem]:
    assert spot.type is not None
    assert spot.type.ports_from is not None
    rows = list(rows_at(spot.config, spot.type.ports_from.rpartition(".")[0]))
    found: list[tuple[str, Mapping[str, Any], Entry | None]] = []
    for path, row in rows:
        condition = next(
            (
                entry
                for entry in spot.entries
                if entry.widget == "condition" and entry.path.rpartition("/")[0] == path
            ),
            None,
        )
        found.append((path, row, condition))
        if row.get("id") == "default" and condition is not None and condition.value:
            message = text(
                "“其他情况”不能带条件，请去掉条件，或改成普通分支",
                "“otherwise” cannot have a condition: take it away, or make it a branch",
            )
            yield spot.problem(
                f"/config{condition.path}",
                "condition_on_default",
                message,
                field_path=condition.path,
            )
    if spot.takes_every or len(found) < 2:
        return
    yield from _compare(spot, names, found)


def _compare(
    spot: Spot, names: Names, found: list[tuple[str, Mapping[str, Any], Entry | None]]
) -> Iterator[Problem]:
    """Overlaps, hidden branches and holes, as far as conditions on plain values tell."""
    boxes: list[tuple[int, Box]] = []
    for number, (_, _, condition) in enumerate(found):
        for box in boxes_of(condition.value if condition is not None else None):
            boxes.append((number, box))
    axes = sorted({name for _, box in boxes for name in box})
    if not axes or len(boxes) > MAX_BOXES * 2:
        return
    schema = names.schema(spot)
    titles: dict[str, Text | str] = {}
    for name in axes:
        _, status, end = follow(place(schema), name.split("."))
        said = text(end.title("zh") or name, end.title("en") or name)
        titles[name] = said if status == "known" else name
    space = region([box for _, box in boxes], titles)
    yield from _hidden(spot, found, boxes, space)
    yield from _overlaps(spot, found, boxes, space)
    yield from _holes(spot, space)


def _hidden(
    spot: Spot,
    found: list[tuple[str, Mapping[str, Any], Entry | None]],
    boxes: list[tuple[int, Box]],
    space: Region,
) -> Iterator[Problem]:
    for number in range(1, len(found)):
        own = [index for index, (owner, _) in enumerate(boxes) if owner == number]
        if own and all(space.is_covered(index) for index in own):
            message = text(
                "前面的分支已经包含了它的全部情况，这个分支永远走不到，请调整条件或顺序",
                "branches above already take everything it covers, so it is never taken: "
                "change its condition or its place",
            )
            yield _at(spot, found[number], "hidden_branch", message)


def _overlaps(
    spot: Spot,
    found: list[tuple[str, Mapping[str, Any], Entry | None]],
    boxes: list[tuple[int, Box]],
    space: Region,
) -> Iterator[Problem]:
    """Two branches that share something while neither holds the other: an edge drawn twice.

    "above 500" before "above 100" is how people write steps; nothing is said of it.
    """
    told: set[tuple[int, int]] = set()
    for one, other, both in space.overlaps(at_most=50):
        first, second = boxes[one][0], boxes[other][0]
        if first == second or (first, second) in told:
            continue
        if both in (space.rows[one], space.rows[other]):
            continue
        told.add((first, second))
        where = space.describe(both)
        name = found[first][1].get("name") or found[first][1].get("id")
        message = text(
            f"与「{name}」重叠（{where['zh']}），这时会走「{name}」，请确认或错开",
            f"overlaps with “{name}” ({where['en']}), which is then taken: "
            "make sure, or keep them apart",
        )
        yield _at(spot, found[second], "branch_overlap", message)


def _holes(spot: Spot, space: Region) -> Iterator[Problem]:
    for box in space.gaps(at_most=20):
        inner = [
            axis.is_inner(axis.first_run(mask)) and mask & axis.domain != axis.domain
            for axis, mask in zip(space.axes, box, strict=True)
        ]
        if not any(inner):
            continue
        where = space.describe(box)
        message = text(
            f"{where['zh']} 时没有分支接住，会走“其他情况”，请确认边界是否写漏",
            f"no branch takes it when {where['en']}, so it goes to “otherwise”: "
            "make sure no edge was forgotten",
        )
        yield spot.problem("/config", "branch_gap", message, level="warning")
        return


def _at(
    spot: Spot, row: tuple[str, Mapping[str, Any], Entry | None], code: str, message: Any
) -> Problem:
    path = row[2].path if row[2] is not None else row[0]
    return spot.problem(f"/config{path}", code, message, level="warning", field_path=path)


# -- a condition as boxes ------------------------------------------------------------------------


def boxes_of(condition: Any) -> list[Box]:
    """The ways a condition can hold; one opaque box where it cannot be told."""
    unknown: list[Box] = [{"": OPAQUE}]
    if not condition:
        return unknown
    try:
        node = compile_condition(condition).tree
    except EngineError:
        return unknown
    boxes = _read(node) if node is not None else None
    return unknown if boxes is None or len(boxes) > MAX_BOXES else boxes


def _read(node: trees.Node) -> list[Box] | None:
    if isinstance(node, trees.Logic):
        parts = [_read(part) for part in node.parts]
        if node.op == "or":
            found: list[Box] = []
            for part in parts:
                if part is None:
                    return None
                found += part
            return found
        if any(part is None for part in parts):
            return None
        made: list[Box] = []
        for combined in product(*(part for part in parts if part is not None)):
            if len(made) > MAX_BOXES:
                return None
            joined = _join(combined)
            if joined is None:
                return None
            made.append(joined)
        return made
    if isinstance(node, trees.Compare):
        return _comparison(node)
    if isinstance(node, trees.In) and not node.negated and isinstance(node.container, trees.ListOf):
        name = _name(node.member)
        values = [_literal(item) for item in node.container.items]
        if name and values and all(value is not None for value in values):
            return [{name: _union(values)}]
    return None


def _comparison(node: trees.Compare) -> list[Box] | None:
    name, value, op = _name(node.left), _literal(node.right), node.op
    if not name:
        name, value, op = _name(node.right), _literal(node.left), _FLIPPED[node.op]
    if not name or value is None:
        return None
    if op in ("==", "!=") and isinstance(value, str | bool):
        return [{name: Values(frozenset({value}), negated=op == "!=")}]
    if not isinstance(value, Decimal):
        return None
    spans = {
        "==": (Span(value, value, True, True),),
        "!=": (Span(None, value), Span(value, None)),
        "<": (Span(None, value),),
        "<=": (Span(None, value, False, True),),
        ">": (Span(value, None),),
        ">=": (Span(value, None, True),),
    }[op]
    return [{name: Spans(spans)}]


def _union(values: list[Any]) -> Reach:
    if all(isinstance(value, Decimal) for value in values):
        return Spans(tuple(Span(value, value, True, True) for value in values))
    return Values(frozenset(values))


def _join(boxes: tuple[Box, ...]) -> Box | None:
    """All of these at once; None when two reaches of one name cannot be put together."""
    found: Box = {}
    for box in boxes:
        for name, reach in box.items():
            held = found.get(name)
            if held is None:
                found[name] = reach
            elif isinstance(held, Spans) and isinstance(reach, Spans):
                spans = [a.both(b) for a in held.spans for b in reach.spans]
                found[name] = Spans(tuple(span for span in spans if not span.is_empty))
            else:
                return None
    return found


def _name(node: trees.Node) -> str:
    names: list[str] = []
    while isinstance(node, trees.Attribute):
        names.append(node.name)
        node = node.of
    return ".".join([node.name, *reversed(names)]) if isinstance(node, trees.Name) else ""


def _literal(node: trees.Node) -> Any:
    if isinstance(node, trees.Negate):
        inner = _literal(node.of)
        return -inner if isinstance(inner, Decimal) else None
    return node.value if isinstance(node, trees.Literal) else None
