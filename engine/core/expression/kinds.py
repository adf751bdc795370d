"""Which kind an expression has, as far as its schema tells, and what can be seen to be wrong.

One walk gives both: `kind_of_tree` for whoever needs the kind, `check` for the screens and for
publishing. A kind that is not known is None and never a fault.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.core.errors import Problem
from engine.core.expression import tree
from engine.core.expression.attributes import ATTRIBUTES, METHOD_RESULTS, RESULTS
from engine.core.expression.errors import KIND_WORDS
from engine.core.expression.functions import FUNCTIONS, VALUES
from engine.core.expression.reads import Step, chain, items_of, place_of
from engine.core.expression.schema import Place, follow
from engine.core.suggest import suggest
from engine.core.text import Text, text

_LITERALS: dict[type, str] = {
    str: "text",
    Decimal: "number",
    bool: "boolean",
    datetime: "time",
    timedelta: "duration",
    type(None): "null",
}
_APART = frozenset({"number", "text", "time", "duration"})
_ORDERED = _APART | {"boolean", "list"}
_SUMS: dict[tuple[str, str, str], str] = {
    ("+", "number", "number"): "number",
    ("+", "text", "text"): "text",
    ("+", "time", "duration"): "time",
    ("+", "duration", "time"): "time",
    ("+", "duration", "duration"): "duration",
    ("-", "number", "number"): "number",
    ("-", "time", "time"): "duration",
    ("-", "time", "duration"): "time",
    ("-", "duration", "duration"): "duration",
}


def kind_of_literal(value: Any) -> str:
    return _LITERALS[value.__class__]


def kind_of_tree(node: tree.Node, start: Place) -> str | None:
    """The kind of the expression's value; None when the schema does not tell."""
    return Walk(start).kind(node)


class Walk:
    """Walks a tree once; `problems` collects what cannot work, with the column."""

    def __init__(self, start: Place) -> None:
        self.start = start
        self.variables: dict[str, Place] = {}
        self.problems: list[Problem] = []

    def report(self, at: int, code: str, words: Text) -> None:
        zh = f"第 {at + 1} 个字符：{words['zh']}"
        en = f"column {at + 1}: {words['en']}"
        self.problems.append(Problem("", text(zh, en), code))

    def against(self, node: tree.Node, left: str, right: str) -> None:
        a, b = KIND_WORDS[left], KIND_WORDS[right]
        self.report(
            node.at,
            "kinds_differ",
            text(
                f"不能拿{a['zh']}与{b['zh']}比较或运算",
                f"{a['en']} cannot be used against {b['en']}",
            ),
        )

    def need(self, node: tree.Node, found: str | None, *wanted: str) -> None:
        if found not in (None, "null", *wanted):
            assert found is not None
            a, b = KIND_WORDS[wanted[0]], KIND_WORDS[found]
            self.report(
                node.at,
                "wrong_kind",
                text(f"此处应为{a['zh']}，实际是{b['zh']}", f"expected {a['en']}, found {b['en']}"),
            )

    def kind(self, node: tree.Node) -> str | None:
        method = _WALK.get(node.__class__)
        if method is not None:
            found: str | None = method(self, node)
            return found
        for part in tree.children(node):
            self.kind(part)
        return None

    # -- values and names ------------------------------------------------------------------------

    def literal(self, node: tree.Literal) -> str:
        return kind_of_literal(node.value)

    def builtin(self, node: tree.Builtin) -> str | None:
        return VALUES.get(node.name) or (None if node.name in FUNCTIONS else "number")

    def path(self, node: tree.Node) -> str | None:
        link = chain(node, self.start, self.variables)
        if link.base is node and isinstance(node, tree.Item):
            return self.item(node)
        names = [step.name for step in link.steps[: link.data]]
        origin = self.start
        if not isinstance(link.base, tree.Name):
            kind = self.kind(link.base)
            origin = place_of(link.base, self.start, self.variables)
        elif link.base.name in self.variables:
            origin = self.variables[link.base.name]
        else:
            names.insert(0, link.base.name)
        if names or isinstance(link.base, tree.Name):
            known, status, end = follow(origin, names)
            if status == "unknown":
                self.unknown(node, origin, names, known)
                return None
            kind = end.kind if status == "known" else None
        for step in link.steps[link.data :]:
            kind = self.member(node, kind, step)
        return kind

    def unknown(self, node: tree.Node, origin: Place, names: list[str], known: int) -> None:
        _, _, here = follow(origin, names[:known])
        if here.kind in _APART | {"boolean", "list"}:
            self.member(node, here.kind, Step(names[known], False, False))
            return
        near = suggest(names[known], here.names())
        path = ".".join(names[: known + 1])
        self.report(
            node.at,
            "unknown_name",
            text(f"没有“{path}”{near['zh']}", f'there is no "{path}"{near["en"]}'),
        )

    def member(self, node: tree.Node, kind: str | None, step: Step) -> str | None:
        if kind in (None, "record", "null") or (step.dotted and step.name in ATTRIBUTES[str(kind)]):
            return RESULTS.get(step.name) if kind not in (None, "record") else None
        words = KIND_WORDS[str(kind)]
        self.report(
            node.at,
            "unknown_name",
            text(f"{words['zh']}没有“{step.name}”", f'{words["en"]} has no "{step.name}"'),
        )
        return None

    def item(self, node: tree.Item) -> str | None:
        of, key = self.kind(node.of), self.kind(node.key)
        self.need(node, of, "list", "text", "record")
        if of in ("list", "text"):
            self.need(node.key, key, "number")
        if of == "list":
            return items_of(node.of, self.start, self.variables).kind
        return "text" if of == "text" else None

    def slice(self, node: tree.Slice) -> str | None:
        of = self.kind(node.of)
        self.need(node, of, "list", "text")
        for part in (node.start, node.stop):
            if part is not None:
                self.need(part, self.kind(part), "number")
        return of if of in ("list", "text") else None

    # -- operators -------------------------------------------------------------------------------

    def negate(self, node: tree.Negate) -> str | None:
        of = self.kind(node.of)
        self.need(node, of, "number", "duration")
        return of if of in ("number", "duration") else None

    def truth(self, node: tree.Node) -> str:
        for part in tree.children(node):
            self.kind(part)
        return "boolean"

    def arithmetic(self, node: tree.Arithmetic) -> str | None:
        left, right = self.kind(node.left), self.kind(node.right)
        if node.op in "+-":
            if left is None or right is None:
                return None
            found = _SUMS.get((node.op, left, right))
            if found is None:
                self.against(node, left, right)
            return found
        if node.op in "&|^":
            self.need(node.left, left, "number", "set")
            self.need(node.right, right, "number", "set")
            return left or right
        self.need(node.left, left, "number")
        self.need(node.right, right, "number")
        return "number"

    def compare(self, node: tree.Compare) -> str:
        left, right = self.kind(node.left), self.kind(node.right)
        if left is not None and right is not None and "null" not in (left, right):
            equality = node.op in ("==", "!=")
            if left != right and (not equality or {left, right} <= _APART):
                self.against(node, left, right)
            elif not equality and left not in _ORDERED:
                self.need(node, left, "number")
        return "boolean"

    def match(self, node: tree.Match) -> str:
        self.need(node.left, self.kind(node.left), "text")
        self.need(node.right, self.kind(node.right), "text")
        return "boolean"

    def contained(self, node: tree.In) -> str:
        member, container = self.kind(node.member), self.kind(node.container)
        self.need(node.container, container, "list", "set", "text", "record")
        if container == "text":
            self.need(node.member, member, "text")
        held = self.held(node.container)
        if member in _APART and held and member not in held and held <= _APART:
            self.against(node, str(member), min(held))
        return "boolean"

    def held(self, container: tree.Node) -> set[str]:
        """The kinds of what a list holds, when all are known."""
        if isinstance(container, tree.ListOf | tree.SetOf):
            kinds = {Walk(self.start).kind(part) for part in container.items} - {"null"}
        else:
            kinds = {items_of(container, self.start, self.variables).kind}
        return set() if None in kinds else {str(kind) for kind in kinds}

    def either(self, node: tree.Coalesce) -> str | None:
        return self.common(self.kind(node.left), self.kind(node.right))

    def choose(self, node: tree.Choose) -> str | None:
        self.kind(node.condition)
        return self.common(self.kind(node.yes), self.kind(node.no))

    def common(self, left: str | None, right: str | None) -> str | None:
        if "null" in (left, right):
            return right if left == "null" else left
        return left if left == right else None

    # -- collections and calls -------------------------------------------------------------------

    def list_of(self, node: tree.ListOf) -> str:
        self.truth(node)
        return "list"

    def set_of(self, node: tree.SetOf) -> str:
        self.truth(node)
        return "set"

    def map_of(self, node: tree.MapOf) -> str:
        self.truth(node)
        return "record"

    def for_each(self, node: tree.ForEach) -> str:
        self.need(node.over, self.kind(node.over), "list", "set", "record")
        before = self.variables
        place = items_of(node.over, self.start, before)
        self.variables = {**before, node.name: place}
        for part in (node.condition, node.result):
            if part is not None:
                self.kind(part)
        self.variables = before
        return "list"

    def call(self, node: tree.Call) -> str | None:
        for part in node.arguments:
            if not (isinstance(part, tree.Builtin) and part.name in FUNCTIONS):
                self.kind(part)
        if isinstance(node.function, tree.Attribute):
            self.kind(node.function.of)
            return METHOD_RESULTS[node.function.name]
        assert isinstance(node.function, tree.Builtin)
        return FUNCTIONS[node.function.name].gives


_WALK: dict[type[tree.Node], Any] = {
    tree.Literal: Walk.literal,
    tree.Builtin: Walk.builtin,
    tree.Name: Walk.path,
    tree.Attribute: Walk.path,
    tree.Item: Walk.path,
    tree.Slice: Walk.slice,
    tree.Negate: Walk.negate,
    tree.Not: Walk.truth,
    tree.Logic: Walk.truth,
    tree.Arithmetic: Walk.arithmetic,
    tree.Compare: Walk.compare,
    tree.Match: Walk.match,
    tree.In: Walk.contained,
    tree.Coalesce: Walk.either,
    tree.Choose: Walk.choose,
    tree.ListOf: Walk.list_of,
    tree.SetOf: Walk.set_of,
    tree.MapOf: Walk.map_of,
    tree.ForEach: Walk.for_each,
    tree.Call: Walk.call,
}
