"""How a decision table answers: which rows hit, and what the hit policy makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from engine.core.cells import ColumnType, Test, read_value, wrong_kind
from engine.core.errors import GiveUp
from engine.core.reach import Reach
from engine.core.text import Text, text

HitPolicy = Literal["unique", "any", "first", "priority", "rule_order", "output_order", "collect"]
Aggregate = Literal["list", "sum", "min", "max", "count"]
SINGLE: frozenset[str] = frozenset({"unique", "any", "first", "priority"})

# What a table can fail with; a node that holds one offers these to its error routes.
ERRORS: Mapping[str, Text] = {
    "table_not_unique": text("多行同时命中", "several rows hit"),
    "table_rows_differ": text("命中的行结果不一致", "the rows that hit differ"),
    "expression": text("取值或公式出错", "a value or an expression failed"),
}


@dataclass(frozen=True, slots=True)
class Hits:
    """What a table answered.

    value     a record, a list of records, or a number (see the module); None: nothing hit
    rows      ids of the rows that hit, in the order of the answer
    numbers   the same rows as people count them, from 1
    read      the values the columns had, by column id: what an explanation needs
    matched   whether any row hit; without it `value` holds the defaults
    """

    value: Any
    rows: tuple[str, ...]
    numbers: tuple[int, ...]
    read: Mapping[str, Any]
    matched: bool

    def because(self) -> dict[str, Any]:
        """The values a step's reason carries: coverage finds the rows by `rows`."""
        return {"rows": list(self.rows), "numbers": list(self.numbers), "read": dict(self.read)}


Compute = Callable[[Mapping[str, Any], datetime | None], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of conditions; `name` is how a sentence calls it."""

    id: str
    name: str
    type: ColumnType
    compute: Compute


@dataclass(slots=True)
class Row:
    id: str
    number: int
    tests: list[tuple[int, Test]]
    fixed: dict[str, Any]
    computed: list[tuple[str, Compute]]


@dataclass(slots=True)
class CompiledTable:
    """A table ready to run.

    `names` are the dotted paths it reads, `required` those among them without a fallback for null,
    `reaches` what its cells cover. `outputs` are the ids of its columns of results.
    """

    policy: HitPolicy
    aggregate: Aggregate
    zone: ZoneInfo
    names: frozenset[str]
    required: frozenset[str]
    reaches: list[dict[str, Reach]]
    inputs: list[Column]
    outputs: tuple[str, ...]
    rows: list[Row]
    ranks: list[tuple[str, dict[Any, int]]] = field(default_factory=list)
    defaults: dict[str, Any] = field(default_factory=dict)

    def evaluate(self, scope: Mapping[str, Any], now: datetime | None = None) -> Hits:
        """The table's answer for the names of a scope.

        1. read each column's value once, typed as the column says
        2. find the rows whose cells all hold; `first` stops at one
        3. compute their outputs
        4. let the hit policy make one answer of them

        GiveUp: "expression" for a value that cannot be read or compared, "table_not_unique",
        "table_rows_differ".
        """
        values = [self._read(column, scope, now) for column in self.inputs]
        hits: list[Row] = []
        for row in self.rows:
            for index, test in row.tests:
                if not test(values[index], scope, now):
                    break
            else:
                hits.append(row)
                if self.policy == "first":
                    break
        read = {column.id: value for column, value in zip(self.inputs, values, strict=True)}
        found = [(row, self._outputs(row, scope, now)) for row in hits]
        answer, kept = self._settle(found)
        return Hits(
            value=answer,
            rows=tuple(row.id for row, _ in kept),
            numbers=tuple(row.number for row, _ in kept),
            read=read,
            matched=bool(hits),
        )

    def differ(self, one: int, other: int) -> bool:
        """Whether two rows (from 0) surely give different results; computed ones nobody knows."""
        a, b = self.rows[one], self.rows[other]
        if a.computed or b.computed:
            return False
        return a.fixed != b.fixed

    def _read(self, column: Column, scope: Mapping[str, Any], now: datetime | None) -> Any:
        value = column.compute(scope, now)
        try:
            return read_value(value, column.type, self.zone)
        except ValueError:
            said, name = wrong_kind(column.type, value).message, column.name
            raise GiveUp(
                text(f"「{name}」{said['zh']}", f"“{name}” {said['en']}"), "expression"
            ) from None

    def _outputs(self, row: Row, scope: Mapping[str, Any], now: datetime | None) -> dict[str, Any]:
        found = dict(row.fixed)
        for name, compute in row.computed:
            found[name] = compute(scope, now)
        return found

    def _settle(
        self, found: list[tuple[Row, dict[str, Any]]]
    ) -> tuple[Any, list[tuple[Row, dict[str, Any]]]]:
        """(the answer, the rows it is made of)."""
        policy = self.policy
        if not found:
            return self._nothing(), []
        if policy == "unique" and len(found) > 1:
            raise _refused("table_not_unique", found)
        if policy == "any" and any(outputs != found[0][1] for _, outputs in found):
            raise _refused("table_rows_differ", found)
        if policy in ("priority", "output_order"):
            found = sorted(found, key=lambda hit: self._rank(hit[1]))
        if policy == "priority":
            found = found[:1]
        if policy in SINGLE:
            return found[0][1], found
        if policy == "collect" and self.aggregate != "list":
            return self._aggregate([outputs for _, outputs in found]), found
        return [outputs for _, outputs in found], found

    def _nothing(self) -> Any:
        policy = self.policy
        if policy == "collect" and self.aggregate == "count":
            return Decimal(0)
        has_default = any(value is not None for value in self.defaults.values())
        if policy in SINGLE:
            return dict(self.defaults) if has_default else None
        if policy == "collect" and self.aggregate != "list":
            return next(iter(self.defaults.values()))
        return [dict(self.defaults)] if has_default else []

    def _rank(self, outputs: Mapping[str, Any]) -> tuple[int, ...]:
        # An output outside its list comes after all that are in it.
        return tuple(ranks.get(hashable(outputs[name]), len(ranks)) for name, ranks in self.ranks)

    def _aggregate(self, found: Sequence[Mapping[str, Any]]) -> Any:
        if self.aggregate == "count":
            return Decimal(len(found))
        column = self.outputs[0]
        values = [outputs[column] for outputs in found if outputs[column] is not None]
        if not values:
            return None
        if self.aggregate == "sum":
            if not all(_is_number(value) for value in values):
                raise wrong_kind("number", next(v for v in values if not _is_number(v)))
            return sum((Decimal(str(value)) for value in values), Decimal(0))
        try:
            return min(values) if self.aggregate == "min" else max(values)
        except TypeError:
            raise wrong_kind("number", values[-1]) from None


def _refused(code: str, found: Sequence[tuple[Row, Mapping[str, Any]]]) -> GiveUp:
    numbers = "、".join(str(row.number) for row, _ in found)
    english = ", ".join(str(row.number) for row, _ in found)
    said = ERRORS[code]
    return GiveUp(text(f"{said['zh']}：第 {numbers} 行", f"{said['en']}: rows {english}"), code)


def _is_number(value: Any) -> bool:
    return isinstance(value, Decimal | int | float) and not isinstance(value, bool)


def hashable(value: Any) -> Any:
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return (type(value) is bool, value)
