"""The one tree of an expression: small, immutable, read by every use.

`at` is the column in the text (from 0) and takes no part in comparisons. `inner` names the
attributes that hold nodes, so that any walk is `children(node)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Node:
    inner: ClassVar[tuple[str, ...]] = ()
    at: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """null, true, a Decimal, a text, an aware datetime or a timedelta."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name of the scope, or the variable of a comprehension around it."""

    name: str


@dataclass(frozen=True, slots=True)
class Builtin(Node):
    """`$now`, `$sum`: the name without its dollar."""

    name: str


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    """`of.name`, safe: `of&.name`."""

    inner: ClassVar[tuple[str, ...]] = ("of",)
    of: Node
    name: str
    safe: bool


@dataclass(frozen=True, slots=True)
class Item(Node):
    """`of[key]`, safe: `of&[key]`."""

    inner: ClassVar[tuple[str, ...]] = ("of", "key")
    of: Node
    key: Node
    safe: bool


@dataclass(frozen=True, slots=True)
class Slice(Node):
    """`of[start:stop]`."""

    inner: ClassVar[tuple[str, ...]] = ("of", "start", "stop")
    of: Node
    start: Node | None
    stop: Node | None
    safe: bool


@dataclass(frozen=True, slots=True)
class Negate(Node):
    inner: ClassVar[tuple[str, ...]] = ("of",)
    of: Node


@dataclass(frozen=True, slots=True)
class Not(Node):
    inner: ClassVar[tuple[str, ...]] = ("of",)
    of: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`a and b and c`; `grouped` when it stood in parentheses (rows keep their groups by it)."""

    inner: ClassVar[tuple[str, ...]] = ("parts",)
    op: str
    parts: tuple[Node, ...]
    grouped: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """One of + - * / // % & | ^."""

    inner: ClassVar[tuple[str, ...]] = ("left", "right")
    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """One of == != < <= > >=."""

    inner: ClassVar[tuple[str, ...]] = ("left", "right")
    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Match(Node):
    """One of =~ (from the start), =~~ (anywhere), !~, !~~."""

    inner: ClassVar[tuple[str, ...]] = ("left", "right")
    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    inner: ClassVar[tuple[str, ...]] = ("member", "container")
    member: Node
    container: Node
    negated: bool


@dataclass(frozen=True, slots=True)
class Coalesce(Node):
    """`left ?? right`."""

    inner: ClassVar[tuple[str, ...]] = ("left", "right")
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Choose(Node):
    """`condition ? yes : no`."""

    inner: ClassVar[tuple[str, ...]] = ("condition", "yes", "no")
    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    inner: ClassVar[tuple[str, ...]] = ("items",)
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class SetOf(Node):
    inner: ClassVar[tuple[str, ...]] = ("items",)
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MapOf(Node):
    inner: ClassVar[tuple[str, ...]] = ("keys", "values")
    keys: tuple[Node, ...]
    values: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ForEach(Node):
    """`[result for name in over if condition]`."""

    inner: ClassVar[tuple[str, ...]] = ("over", "condition", "result")
    result: Node
    name: str
    over: Node
    condition: Node | None


@dataclass(frozen=True, slots=True)
class Call(Node):
    inner: ClassVar[tuple[str, ...]] = ("function", "arguments")
    function: Node
    arguments: tuple[Node, ...]


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below, in the order they are written."""
    for name in node.inner:
        found = getattr(node, name)
        if isinstance(found, tuple):
            yield from found
        elif found is not None:
            yield found


def walk(tree: Node) -> Iterator[Node]:
    """Every node, without recursion."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(children(node))
