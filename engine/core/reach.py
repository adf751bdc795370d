"""What a set of conditions covers: do two overlap, and what does none of them meet?

Each condition is a box: for every axis (an input of a table, a field of a choice) the values it
lets through. Values are cut into atoms on which no condition changes its mind, so that a set of
values is a whole number's bits and overlap is one `&`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from engine.core.text import Text, say, text

BUDGET = 200_000  # steps of one search; beyond it we say nothing rather than something wrong


@dataclass(frozen=True, slots=True)
class Span:
    """All values from `low` to `high`; None is without end, `_in` says whether the edge belongs."""

    low: Any = None
    high: Any = None
    low_in: bool = False
    high_in: bool = False

    @property
    def is_empty(self) -> bool:
        if self.low is None or self.high is None:
            return False
        closed = self.low_in and self.high_in
        return bool(self.low > self.high or (self.low == self.high and not closed))

    def both(self, other: Span) -> Span:
        """What lies in both; it may be empty."""
        low, low_in = self.low, self.low_in
        if low is None or (other.low is not None and other.low > low):
            low, low_in = other.low, other.low_in
        elif other.low == low:
            low_in = low_in and other.low_in
        high, high_in = self.high, self.high_in
        if high is None or (other.high is not None and other.high < high):
            high, high_in = other.high, other.high_in
        elif other.high == high:
            high_in = high_in and other.high_in
        return Span(low, high, low_in, high_in)


@dataclass(frozen=True, slots=True)
class Spans:
    """A union of spans of numbers, dates or times."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Values:
    """These values, or with `negated` all others."""

    values: frozenset[Hashable]
    negated: bool = False


# ANY lets everything through; OPAQUE depends on more than the value, so nothing is known of it.
Reach = Spans | Values | Literal["any", "opaque"]
ANY: Literal["any"] = "any"
OPAQUE: Literal["opaque"] = "opaque"


def has_order(value: Any) -> bool:
    """Whether values of this kind lie on a line: numbers, days, times."""
    return isinstance(value, Decimal | int | date) and not isinstance(value, bool)


def point(value: Any) -> Reach:
    """Just this value."""
    if has_order(value):
        return Spans((Span(value, value, True, True),))
    return Values(frozenset({value})) if isinstance(value, str | bool) else OPAQUE


def union(reaches: list[Reach]) -> Reach:
    """Whatever any of these lets through."""
    if ANY in reaches:
        return ANY
    if all(isinstance(reach, Spans) for reach in reaches):
        return Spans(tuple(s for reach in reaches if isinstance(reach, Spans) for s in reach.spans))
    if all(isinstance(reach, Values) and not reach.negated for reach in reaches):
        return Values(
            frozenset(v for reach in reaches if isinstance(reach, Values) for v in reach.values)
        )
    return OPAQUE


def complement(reach: Reach) -> Reach:
    """Whatever this does not let through."""
    if isinstance(reach, Values):
        return Values(reach.values, not reach.negated)
    if isinstance(reach, Spans) and len(reach.spans) <= 20:
        left = [Span()]
        for span in reach.spans:
            outside = []
            if span.low is not None:
                outside.append(Span(None, span.low, False, not span.low_in))
            if span.high is not None:
                outside.append(Span(span.high, None, not span.high_in, False))
            left = [both for a in left for b in outside if not (both := a.both(b)).is_empty]
        return Spans(tuple(left))
    return OPAQUE


Box = tuple[int, ...]  # per axis the atoms, as bits


class Axis:
    """The atoms of one axis.

    Of ordered values with edges e1 < e2 < ...: below e1, e1, between e1 and e2, e2, ... Of plain
    values: each one named, and "anything else" unless `domain` lists all there are.
    """

    def __init__(
        self,
        reaches: Iterable[Reach],
        *,
        domain: Sequence[Hashable] = (),
        within: Span | None = None,
    ) -> None:
        known = [reach for reach in reaches if not isinstance(reach, str)]
        self.ordered = any(isinstance(reach, Spans) for reach in known)
        self.mixed = self.ordered and any(isinstance(reach, Values) for reach in known)
        self.edges: list[Any] = []
        self.values: list[Hashable] = []
        if self.ordered:
            spans = [span for reach in known if isinstance(reach, Spans) for span in reach.spans]
            spans += [within] if within else []
            edges = {edge for span in spans for edge in (span.low, span.high) if edge is not None}
            self.edges = sorted(edges)
            self.size = 2 * len(self.edges) + 1
        else:
            named = [v for reach in known if isinstance(reach, Values) for v in reach.values]
            self.values = list(dict.fromkeys([*domain, *sorted(named, key=str)]))
            self.open = not domain
            self.size = len(self.values) + (1 if self.open else 0)
        self._at = {edge: index for index, edge in enumerate(self.edges or self.values)}
        self.all = (1 << self.size) - 1
        self.domain = self._span(within) if within and self.ordered else self.all

    def mask(self, reach: Reach) -> int:
        """The atoms a reach covers."""
        if reach == ANY:
            return self.all
        if isinstance(reach, Spans):
            found = 0
            for span in reach.spans:
                found |= self._span(span)
            return found
        if isinstance(reach, Values):
            found = 0
            for value in reach.values:
                found |= 1 << self._at[value]
            return self.all & ~found if reach.negated else found
        return 0

    def _span(self, span: Span) -> int:
        if span.is_empty:
            return 0
        first, last = 0, self.size - 1
        if span.low is not None:
            first = 2 * self._at[span.low] + (1 if span.low_in else 2)
        if span.high is not None:
            last = 2 * self._at[span.high] + (1 if span.high_in else 0)
        return ((1 << (last + 1)) - 1) & ~((1 << first) - 1) if last >= first else 0

    def is_inner(self, mask: int) -> bool:
        """Whether ordered atoms have edges on both sides: a hole, not an end left open."""
        return self.ordered and not (mask & 1) and not (mask >> (self.size - 1))

    def is_point(self, mask: int) -> bool:
        """Whether it is one single edge: somebody wrote > where >= was meant."""
        return self.ordered and mask.bit_count() == 1 and mask.bit_length() % 2 == 0

    def first_run(self, mask: int) -> int:
        """The lowest atoms of a mask that lie side by side."""
        low = mask & -mask
        return mask & ~(mask + low)

    def describe(self, mask: int) -> Text:
        """The lowest run of a mask in words: "大于 100 且小于 200"; values joined."""
        if not self.ordered:
            named = [_shown(v) for i, v in enumerate(self.values) if mask >> i & 1]
            if self.open and mask >> len(self.values) & 1:
                if not self.values:
                    return text("任意值", "any value")
                kept = [_shown(v) for i, v in enumerate(self.values) if not mask >> i & 1]
                return text(
                    "除 " + "、".join(kept[:6]) + " 以外的值" if kept else "任意值",
                    "anything but " + ", ".join(kept[:6]) if kept else "any value",
                )
            return text("、".join(named[:6]), " or ".join(named[:6]))
        run = self.first_run(mask)
        first = (run & -run).bit_length() - 1
        last = run.bit_length() - 1
        if first == last and first % 2:
            point = _shown(self.edges[first // 2])
            return text(f"等于 {point}", f"equal to {point}")
        zh, en = [], []
        if first > 0:
            edge, closed = _shown(self.edges[(first - 1) // 2]), first % 2 == 1
            zh.append(f"{'达到' if closed else '超过'} {edge}")
            en.append(f"{'at least' if closed else 'above'} {edge}")
        if last < self.size - 1:
            edge, closed = _shown(self.edges[last // 2]), last % 2 == 1
            zh.append(f"{'不超过' if closed else '低于'} {edge}")
            en.append(f"{'at most' if closed else 'below'} {edge}")
        return text("且".join(zh) or "任意值", " and ".join(en) or "any value")


@dataclass(frozen=True, slots=True)
class Region:
    """Boxes over common axes. `rows[i]` is None where a row's cover is not known."""

    names: tuple[Text | str, ...]
    axes: tuple[Axis, ...]
    rows: tuple[Box | None, ...]

    def overlap(self, one: int, other: int) -> Box | None:
        """What both rows cover; None when nothing (or one is not known)."""
        a, b = self.rows[one], self.rows[other]
        if a is None or b is None:
            return None
        found = tuple(x & y & axis.domain for x, y, axis in zip(a, b, self.axes, strict=True))
        return found if all(found) else None

    def overlaps(self, at_most: int = 5) -> list[tuple[int, int, Box]]:
        """The first pairs of rows that cover something together."""
        found: list[tuple[int, int, Box]] = []
        for other in range(len(self.rows)):
            for one in range(other):
                both = self.overlap(one, other)
                if both is not None:
                    found.append((one, other, both))
                    if len(found) >= at_most:
                        return found
        return found

    def gaps(self, at_most: int = 3) -> list[Box]:
        """Boxes no row covers; [] also when it cannot be known."""
        if any(row is None for row in self.rows) or not self.axes:
            return []
        start = tuple(axis.domain for axis in self.axes)
        return _uncovered([row for row in self.rows if row], start, at_most) or []

    def is_covered(self, row: int) -> bool:
        """Whether the rows before this one leave nothing to it."""
        box = self.rows[row]
        if box is None or not all(box):
            return False
        before = [found for found in self.rows[:row] if found is not None]
        inside = tuple(mask & axis.domain for mask, axis in zip(box, self.axes, strict=True))
        return bool(before) and all(inside) and _uncovered(before, inside, 1) == []

    def describe(self, box: Box) -> Text:
        """A box in words, axes it does not narrow left out."""
        parts = [
            (name, axis.describe(mask))
            for name, axis, mask in zip(self.names, self.axes, box, strict=True)
            if mask & axis.domain != axis.domain
        ]
        if not parts:
            return text("任意值", "any value")
        return text(
            "、".join(f"「{say(name, 'zh')}」{said['zh']}" for name, said in parts),
            ", ".join(f"“{say(name, 'en')}” is {said['en']}" for name, said in parts),
        )


def region(
    rows: Sequence[Mapping[str, Reach]],
    names: Mapping[str, Text | str],
    *,
    domains: Mapping[str, Sequence[Hashable]] | None = None,
    within: Mapping[str, Span] | None = None,
) -> Region:
    """Rows of {axis: reach} (an axis left out lets everything through) as one region."""
    axes: dict[str, Axis] = {}
    for name in names:
        reaches = [row.get(name, ANY) for row in rows]
        axis = Axis(reaches, domain=(domains or {}).get(name, ()), within=(within or {}).get(name))
        axes[name] = axis
    boxes: list[Box | None] = []
    for row in rows:
        reached = {name: row.get(name, ANY) for name in names}
        unknown = any(
            reach == OPAQUE or (axes[name].mixed and reach != ANY)
            for name, reach in reached.items()
        )
        boxes.append(None if unknown else tuple(axes[n].mask(r) for n, r in reached.items()))
    return Region(tuple(names.values()), tuple(axes.values()), tuple(boxes))


def _uncovered(rows: list[Box], start: Box, at_most: int) -> list[Box] | None:
    """Boxes within `start` that no row covers; None when the search was given up.

    Axis by axis the atoms are grouped by the rows still alive; no row alive is a hole.
    """
    dimensions = len(start)
    rows = [row for row in rows if all(a & b for a, b in zip(row, start, strict=True))]
    if len(rows) * max(mask.bit_count() for mask in start) > 5 * BUDGET:
        return None
    at: list[dict[int, int]] = []  # per axis: atom -> rows that cover it
    for dimension in range(dimensions):
        alive: dict[int, int] = {}
        mask = start[dimension]
        while mask:
            low = mask & -mask
            alive[low] = sum(1 << i for i, row in enumerate(rows) if row[dimension] & low)
            mask ^= low
        at.append(alive)
    found: list[Box] = []
    spent = 0
    sealed: set[tuple[int, int]] = set()  # (axis, rows alive) known to have no hole

    def search(dimension: int, alive: int, box: Box) -> bool:
        nonlocal spent
        if not alive:
            found.append(box + start[dimension:])
            return True
        if dimension == dimensions or (dimension, alive) in sealed:
            return False
        groups: dict[int, int] = {}
        for atom, covering in at[dimension].items():
            spent += 1
            key = alive & covering
            groups[key] = groups.get(key, 0) | atom
        holed = False
        for key, atoms in groups.items():
            if len(found) >= at_most or spent > BUDGET:
                return True
            holed = search(dimension + 1, key, (*box, atoms)) or holed
        if not holed:
            sealed.add((dimension, alive))
        return holed

    search(0, (1 << len(rows)) - 1, ())
    return found if found or spent <= BUDGET else None


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        shown = format(value, "f")
        return shown.rstrip("0").rstrip(".") if "." in shown else shown
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
