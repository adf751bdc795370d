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
from functools import cached_property, partial
from typing import Any, TypeVar

from pydantic import Field

from engine.core.cells import ColumnType, read_input, read_output, zone
from engine.core.decision_run import (
    Aggregate,
    Column,
    CompiledTable,
    Compute,
    HitPolicy,
    Row,
    hashable,
)
from engine.core.errors import EngineError, InvalidInput, Problem
from engine.core.expression import compile_expression
from engine.core.fields import Exact, Form
from engine.core.flow import Id
from engine.core.reach import Reach
from engine.core.text import text

MAX_ROWS = 2_000
MAX_COLUMNS = 30


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


def compile_table(table: Table) -> CompiledTable:
    """The table ready to run; InvalidInput with a problem and its JSON pointer per fault."""
    compiler = _Compiler(table)
    made = compiler.compile()
    if compiler.problems:
        raise InvalidInput(text("决策表有错误", "the decision table has faults"), compiler.problems)
    return made


_Found = TypeVar("_Found")


class _Compiler:
    """Reads a table once; `problems` collects what cannot be read."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.problems: list[Problem] = []
        self.names: set[str] = set()
        self.required: set[str] = set()

    def compile(self) -> CompiledTable:
        table = self.table
        where = self.attempt("/zone", lambda: zone(table.zone))
        if where is None:
            raise InvalidInput(
                text("决策表的时区不对", "the table's zone is unknown"), self.problems
            )
        _check_ids([column.id for column in table.inputs], "/inputs", self.problems)
        _check_ids([column.id for column in table.outputs], "/outputs", self.problems)
        _check_ids([row.id for row in table.rows], "/rows", self.problems)
        _check_policy(table, self.problems)
        inputs = self.inputs()
        defaults, ranks = self.outputs()
        rows: list[Row] = []
        reaches: list[dict[str, Reach]] = []
        for index, row in enumerate(table.rows):
            made, reach = self.row(index, row)
            rows.append(made)
            reaches.append(reach)
        return CompiledTable(
            policy=table.hit_policy,
            aggregate=table.aggregate,
            zone=where,
            names=frozenset(self.names),
            required=frozenset(self.required),
            reaches=reaches,
            inputs=inputs,
            outputs=tuple(column.id for column in table.outputs),
            rows=rows,
            ranks=ranks,
            defaults=defaults,
        )

    def attempt(self, at: str, read: Callable[[], _Found]) -> _Found | None:
        """What `read` gives; None and a problem when it refuses."""
        try:
            return read()
        except EngineError as error:
            self.wrong(at, error.message["zh"], error.message["en"])
            return None

    def wrong(self, at: str, zh: str, en: str) -> None:
        self.problems.append(Problem(at, text(zh, en), "table_cell"))

    def inputs(self) -> list[Column]:
        found: list[Column] = []
        for index, column in enumerate(self.table.inputs):
            source = column.expression
            compiled = self.attempt(
                f"/inputs/{index}/expression", partial(compile_expression, source)
            )
            if compiled is not None:
                name = column.name or source
                found.append(Column(column.id, name, column.type, compiled.evaluate))
                self.names |= compiled.names
                self.required |= compiled.required
        return found

    def outputs(self) -> tuple[dict[str, Any], list[tuple[str, dict[Any, int]]]]:
        """Defaults by column, and for ordered columns the place of each value."""
        defaults: dict[str, Any] = {}
        ranks: list[tuple[str, dict[Any, int]]] = []
        for index, column in enumerate(self.table.outputs):
            at = f"/outputs/{index}"
            default = self.output(f"{at}/default", column.default, column)
            if default is not None:
                if default[1] is not None:
                    self.wrong(
                        f"{at}/default", "默认值不能是公式", "a default cannot be an expression"
                    )
                defaults[column.id] = default[0]
            listed = [
                self.output(f"{at}/values/{number}", value, column)
                for number, value in enumerate(column.values)
            ]
            known = [hashable(one[0]) for one in listed if one is not None]
            if known:
                # Of a value listed twice the more important place counts.
                places = reversed(list(enumerate(known)))
                ranks.append((column.id, {value: place for place, value in places}))
        return defaults, ranks

    def row(self, index: int, row: TableRow) -> tuple[Row, dict[str, Reach]]:
        at = f"/rows/{index}"
        made = Row(row.id, index + 1, [], {}, [])
        reach: dict[str, Reach] = {}
        self.unknown_columns(f"{at}/when", row.when, {one.id for one in self.table.inputs})
        self.unknown_columns(f"{at}/then", row.then, {one.id for one in self.table.outputs})
        for place, column in enumerate(self.table.inputs):
            raw = row.when.get(column.id)
            cell = self.attempt(
                f"{at}/when/{column.id}", partial(read_input, raw, column.type, self.table.zone)
            )
            if cell is not None:
                reach[column.id] = cell.reach
                self.names |= cell.names
                self.required |= cell.names
                if cell.test is not None:
                    made.tests.append((place, cell.test))
        for output in self.table.outputs:
            read = self.output(f"{at}/then/{output.id}", row.then.get(output.id), output)
            if read is not None:
                made.fixed[output.id], compute, _ = read
                if compute is not None:
                    made.computed.append((output.id, compute))
        return made, reach

    def output(
        self, at: str, raw: Any, column: TableOutput
    ) -> tuple[Any, Compute | None, frozenset[str]] | None:
        read = self.attempt(at, partial(read_output, raw, column.type, self.table.zone))
        if read is not None:
            self.names |= read[2]
            self.required |= read[2]
        return read

    def unknown_columns(self, at: str, cells: Mapping[str, Any], known: set[str]) -> None:
        for name in cells:
            if name not in known:
                self.wrong(f"{at}/{name}", f"没有「{name}」这一列", f"there is no column “{name}”")


def _check_ids(ids: Sequence[str], path: str, problems: list[Problem]) -> None:
    seen: set[str] = set()
    for index, id_ in enumerate(ids):
        if id_ in seen:
            message = text(f"编号 {id_} 重复", f"the id {id_} appears twice")
            problems.append(Problem(f"{path}/{index}/id", message, "table_duplicate"))
        seen.add(id_)


def _check_policy(table: Table, problems: list[Problem]) -> None:
    if table.hit_policy in ("priority", "output_order") and not any(
        output.values for output in table.outputs
    ):
        message = text(
            "按优先级取结果，要先在结果列里按重要程度列出可选值",
            "an order by importance needs a list of values, most important first, in an output",
        )
        problems.append(Problem("/hit_policy", message, "table_priority"))
    if table.hit_policy != "collect" or table.aggregate in ("list", "count"):
        return
    if len(table.outputs) != 1:
        message = text(
            "求和、最小、最大只能有一个结果列", "sum, min and max need exactly one output"
        )
        problems.append(Problem("/aggregate", message, "table_aggregate"))
    elif table.outputs[0].type not in ("any", "number") and table.aggregate == "sum":
        message = text("求和的结果列应为数字", "a sum needs an output of numbers")
        problems.append(Problem("/aggregate", message, "table_aggregate"))
