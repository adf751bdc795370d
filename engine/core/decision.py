"""Decision tables: rows of conditions, and by which rule the rows that hit give one answer.

Hit policies as DMN 1.3 section 8.2.10 defines them:

    unique        at most one row may hit
    any           several may, if they all say the same
    first         the topmost row that hits
    priority      the row whose outputs stand first in the outputs' value lists
    rule_order    all rows that hit, as drawn
    output_order  all rows that hit, most important output first
    collect       all rows that hit as a list, or their sum, min, max or count

A single-hit policy gives one record {output id: value}, the others a list of them; collect with an
aggregate gives a number. Where no row hits, the outputs' defaults are the answer if there are any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from pydantic import Field

from engine.core.cells import ColumnType, Test, read_input, read_output, read_value, wrong_kind, zone
from engine.core.errors import EngineError, GiveUp, InvalidInput, Problem
from engine.core.expression import compile_expression
from engine.core.fields import Exact, Form
from engine.core.flow import Id
from engine.core.reach import Reach
from engine.core.text import Text, text

MAX_ROWS = 2_000
MAX_COLUMNS = 30

HitPolicy = Literal[
    "unique", "any", "first", "priority", "rule_order", "output_order", "collect"
]
Aggregate = Literal["list", "sum", "min", "max", "count"]
SINGLE: frozenset[str] = frozenset({"unique", "any", "first", "priority"})

# What a table can fail with; a node that holds one offers these to its error routes.
ERRORS: Mapping[str, Text] = {
    "table_not_unique": text("多行同时命中", "several rows hit"),
    "table_rows_differ": text("命中的行结果不一致", "the rows that hit differ"),
    "expression": text("取值或公式出错", "a value or an expression failed"),
}


class TableInput(Form):
    """A column of conditions: the value of `expression` is tested by each row's cell.

    `values` lists all values there are (for gap checks and choosing); `minimum` and `maximum` say
    where a number cannot go beyond.
    """

    id: Id
    name: str = Field(default="", max_length=120)
    expression: str = Field(min_length=1, max_length=2000)
    type: ColumnType = "any"
    values: tuple[Any, ...] = Field(default=(), max_length=500)
    minimum: Exact | None = None
    maximum: Exact | None = None


class TableOutput(Form):
    """A column of results. `values` in falling importance decide priority and output_order."""

    id: Id
    name: str = Field(default="", max_length=120)
    type: ColumnType = "any"
    values: tuple[Any, ...] = Field(default=(), max_length=500)
    default: Any = None


class TableRow(Form):
    """One rule: cells by column id. A column left out of `when` lets everything through."""

    id: Id
    when: dict[str, Any] = Field(default_factory=dict)
    then: dict[str, Any] = Field(default_factory=dict)
    note: str = Field(default="", max_length=1000)


class Table(Form):
    """The document of a table. Dates and times without a zone are meant in `zone`."""

    hit_policy: HitPolicy = "first"
    aggregate: Aggregate = "list"
    inputs: tuple[TableInput, ...] = Field(default=(), max_length=MAX_COLUMNS)
    outputs: tuple[TableOutput, ...] = Field(min_length=1, max_length=MAX_COLUMNS)
    rows: tuple[TableRow, ...] = Field(default=(), max_length=MAX_ROWS)
    zone: str = "Asia/Shanghai"

    @cached_property
    def compiled(self) -> CompiledTable:
        """The table ready to run, made once; InvalidInput with a problem for each bad cell."""
        return compile_table(self)


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


@dataclass(slots=True)
class _Row:
    id: str
    number: int
    tests: list[tuple[int, Test]]
    fixed: dict[str, Any]
    computed: list[tuple[str, Compute]]


@dataclass(slots=True)
class CompiledTable:
    """A table ready to run. `names` are the dotted paths it reads, `reaches` what its cells cover."""

    table: Table
    names: frozenset[str]
    reaches: list[dict[str, Reach]]
    _inputs: list[tuple[TableInput, Compute]]
    _rows: list[_Row]
    _ranks: list[tuple[str, dict[Any, int]]] = field(default_factory=list)
    _defaults: dict[str, Any] = field(default_factory=dict)

    def evaluate(self, scope: Mapping[str, Any], now: datetime | None = None) -> Hits:
        """The table's answer for the names of a scope.

        1. read each column's value once, typed as the column says
        2. find the rows whose cells all hold; `first` stops at one
        3. compute their outputs
        4. let the hit policy make one answer of them

        GiveUp: "expression" for a value that cannot be read or compared, "table_not_unique",
        "table_rows_differ".
        """
        policy = self.table.hit_policy
        values = [self._read(column, compute, scope, now) for column, compute in self._inputs]
        hits: list[_Row] = []
        for row in self._rows:
            for index, test in row.tests:
                if not test(values[index], scope, now):
                    break
            else:
                hits.append(row)
                if policy == "first":
                    break
        read = {
            column.id: value for (column, _), value in zip(self._inputs, values, strict=True)
        }
        found = [(row, self._outputs(row, scope, now)) for row in hits]
        answer, kept = self._settle(policy, found)
        return Hits(
            value=answer,
            rows=tuple(row.id for row, _ in kept),
            numbers=tuple(row.number for row, _ in kept),
            read=read,
            matched=bool(hits),
        )

    def differ(self, one: int, other: int) -> bool:
        """Whether two rows (from 0) surely give different results; computed ones nobody knows."""
        a, b = self._rows[one], self._rows[other]
        if a.computed or b.computed:
            return False
        return a.fixed != b.fixed

    def _read(
        self, column: TableInput, compute: Compute, scope: Mapping[str, Any], now: datetime | None
    ) -> Any:
        value = compute(scope, now)
        try:
            return read_value(value, column.type, zone(self.table.zone))
        except ValueError:
            said = wrong_kind(column.type, value).message
            name = column.name or column.expression
            raise GiveUp(
                text(f"「{name}」{said['zh']}", f"“{name}” {said['en']}"), "expression"
            ) from None

    def _outputs(
        self, row: _Row, scope: Mapping[str, Any], now: datetime | None
    ) -> dict[str, Any]:
        found = dict(row.fixed)
        for name, compute in row.computed:
            found[name] = compute(scope, now)
        return found

    def _settle(
        self, policy: HitPolicy, found: list[tuple[_Row, dict[str, Any]]]
    ) -> tuple[Any, list[tuple[_Row, dict[str, Any]]]]:
        """(the answer, the rows it is made of)."""
        if not found:
            return self._nothing(policy), []
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
        if policy == "collect" and self.table.aggregate != "list":
            return self._aggregate([outputs for _, outputs in found]), found
        return [outputs for _, outputs in found], found

    def _nothing(self, policy: HitPolicy) -> Any:
        if policy == "collect" and self.table.aggregate == "count":
            return Decimal(0)
        has_default = any(value is not None for value in self._defaults.values())
        if policy in SINGLE:
            return dict(self._defaults) if has_default else None
        if policy == "collect" and self.table.aggregate != "list":
            return next(iter(self._defaults.values()))
        return [dict(self._defaults)] if has_default else []

    def _rank(self, outputs: Mapping[str, Any]) -> tuple[int, ...]:
        # An output outside its list comes after all that are in it.
        return tuple(
            ranks.get(_hashable(outputs[name]), len(ranks)) for name, ranks in self._ranks
        )

    def _aggregate(self, found: Sequence[Mapping[str, Any]]) -> Any:
        aggregate = self.table.aggregate
        if aggregate == "count":
            return Decimal(len(found))
        column = self.table.outputs[0]
        values = [outputs[column.id] for outputs in found if outputs[column.id] is not None]
        if not values:
            return None
        if aggregate == "sum":
            if not all(_is_number(value) for value in values):
                raise wrong_kind("number", next(v for v in values if not _is_number(v)))
            return sum((Decimal(str(value)) for value in values), Decimal(0))
        try:
            return min(values) if aggregate == "min" else max(values)
        except TypeError:
            raise wrong_kind("number", values[-1]) from None


def compile_table(table: Table, path: str = "") -> CompiledTable:
    """The table ready to run; InvalidInput with a problem (pointer under `path`) per fault."""
    problems: list[Problem] = []
    names: set[str] = set()

    def attempt(at: str, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except EngineError as error:
            problems.append(Problem(path + at, error.message, "table_cell"))
            return None

    where = attempt("/zone", lambda: zone(table.zone))
    if where is None:
        raise InvalidInput(text("决策表的时区不对", "the table's zone is unknown"), problems)
    inputs: list[tuple[TableInput, Compute]] = []
    for index, column in enumerate(table.inputs):
        at = f"/inputs/{index}/expression"
        compiled = attempt(at, lambda c=column: compile_expression(c.expression))
        if compiled is not None:
            inputs.append((column, compiled.evaluate))
            names |= compiled.names
    for kind, columns in (("inputs", table.inputs), ("outputs", table.outputs)):
        _check_ids([column.id for column in columns], f"{path}/{kind}", problems)
    _check_ids([row.id for row in table.rows], f"{path}/rows", problems)
    _check_policy(table, path, problems)

    defaults: dict[str, Any] = {}
    ranks: list[tuple[str, dict[Any, int]]] = []
    for index, output in enumerate(table.outputs):
        at = f"/outputs/{index}"
        value = attempt(f"{at}/default", lambda o=output: read_output(o.default, o.type, table.zone))
        if value is not None:
            if value[1] is not None:
                message = text("默认值不能是公式", "a default cannot be an expression")
                problems.append(Problem(f"{path}{at}/default", message, "table_cell"))
            defaults[output.id] = value[0]
        if output.values:
            listed = [
                attempt(f"{at}/values/{n}", lambda v=v, o=output: read_output(v, o.type, table.zone))
                for n, v in enumerate(output.values)
            ]
            known = [_hashable(one[0]) for one in listed if one is not None]
            ranks.append((output.id, {value: place for place, value in reversed([*enumerate(known)])}))

    rows: list[_Row] = []
    reaches: list[dict[str, Reach]] = []
    places = {column.id: index for index, column in enumerate(table.inputs)}
    for number, row in enumerate(table.rows):
        at = f"/rows/{number}"
        made = _Row(row.id, number + 1, [], {}, [])
        reach: dict[str, Reach] = {}
        for kind, cells, known in (
            ("when", row.when, places),
            ("then", row.then, {output.id for output in table.outputs}),
        ):
            for name in cells:
                if name not in known:
                    message = text(f"没有「{name}」这一列", f"there is no column “{name}”")
                    problems.append(Problem(f"{path}{at}/{kind}/{name}", message, "table_cell"))
        for index, column in enumerate(table.inputs):
            raw = row.when.get(column.id)
            cell = attempt(
                f"{at}/when/{column.id}", lambda r=raw, c=column: read_input(r, c.type, table.zone)
            )
            if cell is not None:
                reach[column.id] = cell.reach
                names |= cell.names
                if cell.test is not None:
                    made.tests.append((index, cell.test))
        for output in table.outputs:
            raw = row.then.get(output.id)
            read = attempt(
                f"{at}/then/{output.id}", lambda r=raw, o=output: read_output(r, o.type, table.zone)
            )
            if read is None:
                continue
            value, compute, read_names = read
            names |= read_names
            if compute is not None:
                made.computed.append((output.id, compute))
            made.fixed[output.id] = value
        rows.append(made)
        reaches.append(reach)
    if problems:
        raise InvalidInput(text("决策表有错误", "the decision table has faults"), problems)
    return CompiledTable(table, frozenset(names), reaches, inputs, rows, ranks, defaults)


def _check_ids(ids: Sequence[str], path: str, problems: list[Problem]) -> None:
    seen: set[str] = set()
    for index, id_ in enumerate(ids):
        if id_ in seen:
            message = text(f"编号 {id_} 重复", f"the id {id_} appears twice")
            problems.append(Problem(f"{path}/{index}/id", message, "table_duplicate"))
        seen.add(id_)


def _check_policy(table: Table, path: str, problems: list[Problem]) -> None:
    if table.hit_policy in ("priority", "output_order") and not any(
        output.values for output in table.outputs
    ):
        message = text(
            "按优先级取结果,要先在结果列里按重要程度列出可选值",
            "an order by importance needs a list of values, most important first, in an output",
        )
        problems.append(Problem(f"{path}/hit_policy", message, "table_priority"))
    if table.hit_policy != "collect" or table.aggregate in ("list", "count"):
        return
    if len(table.outputs) != 1:
        message = text(
            "求和、最小、最大只能有一个结果列", "sum, min and max need exactly one output"
        )
        problems.append(Problem(f"{path}/aggregate", message, "table_aggregate"))
    elif table.outputs[0].type not in ("any", "number") and table.aggregate == "sum":
        message = text("求和的结果列应为数字", "a sum needs an output of numbers")
        problems.append(Problem(f"{path}/aggregate", message, "table_aggregate"))


def _refused(code: str, found: Sequence[tuple[_Row, Mapping[str, Any]]]) -> GiveUp:
    numbers = "、".join(str(row.number) for row, _ in found)
    english = ", ".join(str(row.number) for row, _ in found)
    said = ERRORS[code]
    return GiveUp(text(f"{said['zh']}:第 {numbers} 行", f"{said['en']}: rows {english}"), code)


def _is_number(value: Any) -> bool:
    return isinstance(value, Decimal | int | float) and not isinstance(value, bool)


def _hashable(value: Any) -> Any:
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return (type(value) is bool, value)
