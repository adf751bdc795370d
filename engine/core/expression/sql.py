"""Tree -> SQL, said to a builder that knows a database; no SQL library is known here.

The store hands in a `Build`; what comes back is whatever its methods return. The meaning is that
of the compiled function: null compares as false, `!=` with null as true. Only what the function
answers with an error differs: a comparison whose arithmetic meets null is false.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar

from engine.core.errors import InvalidExpression
from engine.core.expression import tree
from engine.core.expression.compile import make
from engine.core.expression.errors import EvaluationError, invalid
from engine.core.expression.kinds import Walk, kind_of_literal
from engine.core.expression.literals import CHINA
from engine.core.expression.parse import parse
from engine.core.expression.reads import Path, chain, items_of
from engine.core.expression.rules import rows_to_text
from engine.core.expression.schema import Schema, place

T = TypeVar("T")
_APART = frozenset({"number", "text", "time", "duration"})
_SINGLE = _APART | {"boolean"}


class Build(Protocol[T]):
    """What a database must be able to say. Texts compare and match case by case, by code point."""

    def column(self, path: Path, kind: str | None) -> T:
        """The column of a path; raises InvalidExpression when there is none."""

    def literal(self, value: Any) -> T:
        """null, bool, Decimal, text or aware datetime."""

    def and_(self, parts: Sequence[T]) -> T: ...

    def or_(self, parts: Sequence[T]) -> T: ...

    def not_(self, part: T) -> T: ...

    def coalesce_false(self, condition: T) -> T:
        """The condition, false where it is null."""

    def compare(self, op: str, left: T, right: T) -> T:
        """op is one of = < <= > >=; either side may be a condition and needs its parentheses."""

    def is_null(self, value: T) -> T: ...

    def in_(self, value: T, options: Sequence[Any]) -> T:
        """Options are Python values, none of them null."""

    def contains(self, whole: T, part: T) -> T:
        """The text `whole` has `part` in it."""

    def starts_with(self, whole: T, part: T) -> T: ...

    def ends_with(self, whole: T, part: T) -> T: ...

    def has(self, items: T, member: T) -> T:
        """The list column `items` has the member."""

    def length(self, value: T, kind: str) -> T:
        """Characters of a text, items of a list."""

    def arithmetic(self, op: str, left: T, right: T) -> T:
        """op is one of + - * / on numbers; a division gives a fraction."""

    def null_if_zero(self, value: T) -> T: ...

    def coalesce(self, first: T, second: T) -> T: ...

    def case(self, condition: T, yes: T, no: T) -> T: ...


def to_sql(
    condition: str | Mapping[str, Any] | tree.Node | None,
    build: Build[T],
    *,
    schema: Schema | None = None,
    now: datetime | None = None,
    zone: tzinfo = CHINA,
) -> T:
    """The condition (text, rows, tree, or nothing: always true) as the builder says it.

    InvalidExpression when SQL cannot say it, InvalidInput when rows are malformed.
    The schema of the scope gives kinds, which decide between text and list. `now` fills `$now`;
    whatever names no column is computed here.
    """
    if isinstance(condition, Mapping):
        condition = rows_to_text(condition, schema)
    if condition is None or condition == "":
        condition = "true"
    node = condition if isinstance(condition, tree.Node) else parse(condition, zone)
    return _Writer(build, schema, now, zone).condition(node)


class _Writer(Generic[T]):
    def __init__(
        self, build: Build[T], schema: Schema | None, now: datetime | None, zone: tzinfo
    ) -> None:
        self.build = build
        self.schema = schema
        self.start = place(schema)
        self.now = now
        self.zone = zone

    # -- conditions ------------------------------------------------------------------------------

    def condition(self, node: tree.Node) -> T:
        """A true/false of SQL that is never null."""
        build = self.build
        if self.is_constant(node):
            return build.literal(bool(self.constant(node)))
        if isinstance(node, tree.Logic):
            parts = [self.condition(part) for part in node.parts]
            return build.and_(parts) if node.op == "and" else build.or_(parts)
        if isinstance(node, tree.Not):
            return build.not_(self.condition(node.of))
        if isinstance(node, tree.Compare):
            return self.compare(node)
        if isinstance(node, tree.In):
            found = self.contained(node)
            return build.not_(found) if node.negated else found
        if isinstance(node, tree.Choose):
            return build.case(
                self.condition(node.condition), self.condition(node.yes), self.condition(node.no)
            )
        if isinstance(node, tree.Attribute) and node.name == "is_empty":
            return self.empty(node)
        if isinstance(node, tree.Call) and isinstance(node.function, tree.Attribute):
            return self.edge(node, node.function)
        if self.kind(node) == "boolean" and (
            isinstance(node, tree.Coalesce) or self.is_column(node)
        ):
            return build.coalesce_false(self.value(node))
        raise _beyond(node, "请写成比较，如 x == true", "write a comparison such as x == true")

    def compare(self, node: tree.Compare) -> T:
        build, left, right = self.build, node.left, node.right
        kinds = self.kind(left), self.kind(right)
        if node.op in ("==", "!="):
            same = self.same(left, right, kinds, node)
            return build.not_(same) if node.op == "!=" else same
        if None not in kinds and "null" not in kinds and kinds[0] != kinds[1]:
            raise _beyond(node, "两边类型不同", "the two sides are of different kinds")
        if kinds[0] in ("list", "set", "record"):
            raise _beyond(node, "列表和对象不能比较大小", "lists and objects have no order in SQL")
        found = build.compare(node.op, self.value(left), self.value(right))
        return build.coalesce_false(found)

    def same(
        self, left: tree.Node, right: tree.Node, kinds: tuple[str | None, ...], node: tree.Node
    ) -> T:
        build = self.build
        if "null" in kinds:
            both = kinds == ("null", "null")
            other = right if kinds[0] == "null" else left
            return build.literal(True) if both else build.is_null(self.value(other))
        if {"list", "set", "record"} & set(kinds):
            raise _beyond(
                node, "列表和对象不能在此比较", "lists and objects cannot be compared here"
            )
        if None not in kinds and kinds[0] != kinds[1]:
            if set(kinds) <= _APART:
                raise _beyond(node, "两边类型不同", "the two sides are of different kinds")
            return build.literal(False)
        one, other_one = self.value(left), self.value(right)
        equal = build.coalesce_false(build.compare("=", one, other_one))
        if self.is_constant(left) or self.is_constant(right):
            return equal
        # Two columns that are both null are equal, as in the compiled function.
        return build.or_([equal, build.and_([build.is_null(one), build.is_null(other_one)])])

    def contained(self, node: tree.In) -> T:
        build, container = self.build, node.container
        if self.is_constant(container):
            options = self.constant(container)
            if isinstance(options, str):
                found = build.contains(build.literal(options), self.text(node.member))
                return build.coalesce_false(found)
            listed = list(options)
            self.scalar(listed, node)
            member, kind = self.value(node.member), self.kind(node.member)
            values = [value for value in listed if value is not None]
            kinds = {kind_of_literal(value) for value in values}
            if kind in _APART and kinds and kind not in kinds:
                raise _beyond(node, "两边类型不同", "the two sides are of different kinds")
            parts = [build.coalesce_false(build.in_(member, values))] if values else []
            if len(values) < len(listed):
                parts.append(build.is_null(member))
            return build.or_(parts) if parts else build.literal(False)
        kind = self.kind(container)
        if kind == "text":
            found = build.contains(self.value(container), self.text(node.member))
        elif kind == "list":
            sought = self.kind(node.member)
            items = items_of(container, self.start, {}).kind
            if sought not in (None, "null", *_SINGLE) or (
                items in _APART and sought in _APART and items != sought
            ):
                raise _beyond(node, "两边类型不同", "the two sides are of different kinds")
            found = build.has(self.value(container), self.value(node.member))
        else:
            raise _beyond(
                container,
                "不清楚这个字段是文字还是列表",
                "it is not known whether this field is a text or a list",
            )
        return build.coalesce_false(found)

    def scalar(self, values: list[Any], node: tree.Node) -> None:
        for value in values:
            if isinstance(value, list | dict | tuple):
                raise _beyond(node, "只能是单个的值", "only single values are possible here")

    def empty(self, node: tree.Attribute) -> T:
        build, kind = self.build, self.kind(node.of)
        value = self.value(node.of)
        if kind in ("text", "list"):
            length = build.compare("=", build.length(value, kind), build.literal(Decimal(0)))
            return build.or_([build.is_null(value), build.coalesce_false(length)])
        if kind in ("number", "time", "boolean"):
            return build.is_null(value)
        raise _beyond(node, "不清楚这个字段的类型", "the kind of this field is not known")

    def edge(self, node: tree.Call, called: tree.Attribute) -> T:
        if called.name not in ("starts_with", "ends_with"):
            raise _beyond(node, f"不支持 {called.name}", f"{called.name} is not possible")
        if self.kind(called.of) not in ("text", None):
            raise _beyond(node, "只能用于文字", "it works on text only")
        say = getattr(self.build, called.name)
        return self.build.coalesce_false(say(self.value(called.of), self.text(node.arguments[0])))

    # -- values ----------------------------------------------------------------------------------

    def value(self, node: tree.Node) -> T:
        """A value of SQL, which may be null."""
        build = self.build
        if self.is_constant(node):
            found = self.constant(node)
            self.scalar([found], node)
            return build.literal(found)
        if isinstance(node, tree.Arithmetic) and node.op in ("+", "-", "*", "/"):
            for side in (node.left, node.right):
                if self.kind(side) not in ("number", None):
                    raise _beyond(side, "只能计算数字", "only numbers can be calculated")
            left, right = self.value(node.left), self.value(node.right)
            if node.op == "/":
                right = build.null_if_zero(right)
            return build.arithmetic(node.op, left, right)
        if isinstance(node, tree.Negate) and self.kind(node.of) in ("number", None):
            return build.arithmetic("-", build.literal(Decimal(0)), self.value(node.of))
        if isinstance(node, tree.Coalesce):
            return build.coalesce(self.value(node.left), self.value(node.right))
        if isinstance(node, tree.Choose):
            return build.case(
                self.condition(node.condition), self.value(node.yes), self.value(node.no)
            )
        if self.kind(node) == "boolean" and not self.is_column(node):
            return self.condition(node)
        if isinstance(node, tree.Name | tree.Attribute | tree.Item):
            return self.column(node)
        raise _beyond(node, "请改用更简单的条件", "use a simpler condition")

    def is_column(self, node: tree.Node) -> bool:
        link = chain(node, self.start, {})
        return isinstance(link.base, tree.Name) and link.data == len(link.steps)

    def column(self, node: tree.Node) -> T:
        link = chain(node, self.start, {})
        if not isinstance(link.base, tree.Name):
            raise _beyond(node, "请改用字段", "use a field")
        if link.data < len(link.steps):
            kind = self.kind(node.of) if isinstance(node, tree.Attribute) else None
            if isinstance(node, tree.Attribute) and node.name == "length" and kind is not None:
                return self.build.length(self.column(node.of), kind)
            name = link.steps[link.data].name
            raise _beyond(node, f"不支持 .{name}", f".{name} is not possible")
        path = (link.base.name, *(step.name for step in link.steps))
        return self.build.column(path, self.kind(node))

    def text(self, node: tree.Node) -> T:
        if self.kind(node) not in ("text", None):
            raise _beyond(node, "此处应为文字", "text is expected here")
        return self.value(node)

    # -- what can be known before ----------------------------------------------------------------

    def kind(self, node: tree.Node) -> str | None:
        return Walk(self.start).kind(node)

    def is_constant(self, node: tree.Node) -> bool:
        return not any(isinstance(part, tree.Name) for part in tree.walk(node))

    def constant(self, node: tree.Node) -> Any:
        try:
            return make(node, None, self.zone, condition=False, source="")({}, self.now)
        except EvaluationError as error:
            words = error.message
            raise invalid(words["zh"], words["en"], node.at) from None


def _beyond(node: tree.Node, zh: str, en: str) -> InvalidExpression:
    return invalid(
        f"这个条件不能用来筛选客群：{zh}",
        f"this condition cannot select an audience: {en}",
        node.at,
    )
