"""Which names of the scope an expression reads, and which of them without a fallback.

A *path* is a root name and the members after it as far as they are data: `order.note.length` reads
`order.note`, `[l.price for l in order.lines]` reads `order.lines`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.core.expression import attributes, tree
from engine.core.expression.schema import Place, follow

Path = tuple[str, ...]
# The variables of the comprehensions around a node, and where their values live in the schema.
Variables = Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class Step:
    """One member of a chain: `.name`, `&.name`, `["name"]` (not dotted), `&["name"]`."""

    name: str
    dotted: bool
    safe: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """`base` and the steps after it; the first `data` of them are data, the rest attributes."""

    base: tree.Node
    steps: tuple[Step, ...]
    data: int
    known: int  # how many names from the start the schema lists (for a Name: itself included)
    end: Place  # where the data part ends in the schema
    certain: bool  # the schema lists every name of the data part


def chain(node: tree.Node, start: Place, variables: Variables) -> Chain:
    """Unwinds `a.b["c"].d` down to what it starts from."""
    steps: list[Step] = []
    while True:
        if isinstance(node, tree.Attribute):
            steps.append(Step(node.name, True, node.safe))
            node = node.of
        elif (
            isinstance(node, tree.Item)
            and isinstance(node.key, tree.Literal)
            and isinstance(node.key.value, str)
        ):
            steps.append(Step(node.key.value, False, node.safe))
            node = node.of
        else:
            break
    steps.reverse()
    names = [step.name for step in steps]
    before = 0
    if isinstance(node, tree.Name) and node.name in variables:
        origin = variables[node.name]
    elif isinstance(node, tree.Name):
        origin, before = start, 1
        names = [node.name, *names]
    else:
        origin = place_of(node, start, variables) if steps else _open(start)
    data = len(steps)
    for index, step in enumerate(steps):
        if step.dotted and step.name in attributes.NAMES:
            known, status, _ = follow(origin, names[: before + index + 1])
            if status != "known":
                data = index
                break
    known, status, end = follow(origin, names[: before + data])
    return Chain(node, tuple(steps), data, known, end, status == "known")


def place_of(node: tree.Node, start: Place, variables: Variables) -> Place:
    """Where the value of an expression lives in the schema; open when it cannot be said."""
    if isinstance(node, tree.Item) and not (
        isinstance(node.key, tree.Literal) and isinstance(node.key.value, str)
    ):
        return items_of(node.of, start, variables)
    if isinstance(node, tree.Coalesce):
        return place_of(node.left, start, variables)
    if isinstance(node, tree.Name | tree.Attribute | tree.Item):
        link = chain(node, start, variables)
        if link.data == len(link.steps) and link.certain:
            return link.end
    return _open(start)


def items_of(over: tree.Node, start: Place, variables: Variables) -> Place:
    """Where the items of a list live in the schema."""
    if isinstance(over, tree.ForEach):
        inner = {**variables, over.name: items_of(over.over, start, variables)}
        return place_of(over.result, start, inner)
    return place_of(over, start, variables).items()


def _open(start: Place) -> Place:
    return Place(start.root, ({},))


@dataclass
class Reads:
    """What a tree reads: all paths, those that must be there, those somebody tests for null."""

    paths: set[Path] = field(default_factory=set)
    bare: set[Path] = field(default_factory=set)
    tested: set[Path] = field(default_factory=set)
    now: bool = False

    @property
    def required(self) -> frozenset[Path]:
        return frozenset(self.bare - self.tested)


def reads(node: tree.Node, start: Place) -> Reads:
    """Collects what a tree reads. `x ?? y`, `x&.y` and `x == null` count as fallbacks for x."""
    found = Reads()
    _collect(node, start, {}, False, found)
    return found


def _collect(
    node: tree.Node, start: Place, variables: Variables, guarded: bool, found: Reads
) -> None:
    if isinstance(node, tree.Name | tree.Attribute | tree.Item):
        link = chain(node, start, variables)
        if isinstance(link.base, tree.Name):
            if link.base.name not in variables:
                steps = link.steps[: link.data]
                path = (link.base.name, *(step.name for step in steps))
                found.paths.add(path)
                later = link.steps[link.data : link.data + 1]
                safe = any(step.safe for step in (*steps, *later))
                asks = bool(later) and later[0].name == "is_empty"
                (found.tested if guarded or safe or asks else found.bare).add(path)
            return
        if link.base is not node:
            _collect(link.base, start, variables, guarded, found)
            return
    if isinstance(node, tree.Builtin):
        found.now = found.now or node.name in ("now", "today")
    if isinstance(node, tree.Coalesce):
        _collect(node.left, start, variables, True, found)
        _collect(node.right, start, variables, guarded, found)
    elif isinstance(node, tree.ForEach):
        _collect(node.over, start, variables, guarded, found)
        inner = {**variables, node.name: items_of(node.over, start, variables)}
        for part in (node.condition, node.result):
            if part is not None:
                _collect(part, start, inner, False, found)
    else:
        null = isinstance(node, tree.Compare) and any(
            isinstance(side, tree.Literal) and side.value is None
            for side in (node.left, node.right)
        )
        for part in tree.children(node):
            _collect(part, start, variables, null, found)


def dotted(path: Path) -> str:
    """A path as people write it."""
    return ".".join(path)
