"""What can be said of a decision table before it runs: rows that contradict, hide or leave out."""

from __future__ import annotations

from dataclasses import replace

from engine.core.decision import Table
from engine.core.decision_run import SINGLE, CompiledTable
from engine.core.errors import InvalidInput, Problem
from engine.core.reach import Region, Span, region
from engine.core.text import text


def check_table(table: Table, path: str = "") -> list[Problem]:
    """Everything wrong or doubtful, each with a pointer under `path`, errors first.

    1. cells that cannot be read, doubled ids, a policy without what it needs (errors)
    2. `unique`: rows that can hit together; `any`: such rows with different results (errors)
    3. `first`: rows that never hit because rows above take everything (warnings)
    4. combinations no row meets (warnings; with defaults only single forgotten edges)

    Cells that depend on more than their own value cannot be judged and are left out of 2 to 4.
    """
    try:
        compiled = table.compiled
    except InvalidInput as error:
        return [replace(problem, path=path + problem.path) for problem in error.problems]
    if not table.rows:
        message = text("决策表还没有任何一行", "the decision table has no row yet")
        return [Problem(f"{path}/rows", message, "table_empty", level="warning")]
    space = _space(table, compiled)
    return [
        *_overlaps(table, compiled, space, path),
        *_hidden(table, space, path),
        *_gaps(table, space, path),
    ]


def _space(table: Table, compiled: CompiledTable) -> Region:
    limits = {
        column.id: Span(column.minimum, column.maximum, True, True)
        for column in table.inputs
        if column.type in ("number", "any")
        and (column.minimum is not None or column.maximum is not None)
    }
    domains = {
        column.id: tuple(value for value in column.values if isinstance(value, str | bool))
        for column in table.inputs
    }
    domains.update(
        {column.id: (True, False) for column in table.inputs if column.type == "boolean"}
    )
    names = {column.id: column.name or column.expression for column in table.inputs}
    return region(compiled.reaches, names, domains=domains, within=limits)


def _overlaps(table: Table, compiled: CompiledTable, space: Region, path: str) -> list[Problem]:
    if table.hit_policy not in ("unique", "any"):
        return []
    found = []
    for one, other, both in space.overlaps(at_most=200 if table.hit_policy == "any" else 5):
        rows = f"{one + 1}", f"{other + 1}"
        where = space.describe(both)
        if table.hit_policy == "unique":
            message = text(
                f"第 {rows[0]} 行与第 {rows[1]} 行会同时命中（{where['zh']}），"
                "请错开条件，或改用其他命中规则",
                f"rows {rows[0]} and {rows[1]} hit together ({where['en']}): "
                "make them exclude each other, or choose another hit policy",
            )
            found.append(Problem(f"{path}/rows/{other}", message, "table_overlap"))
        elif compiled.differ(one, other):
            message = text(
                f"第 {rows[0]} 行与第 {rows[1]} 行会同时命中（{where['zh']}），结果却不同，"
                "请改成一致或错开条件",
                f"rows {rows[0]} and {rows[1]} hit together ({where['en']}) with different "
                "results: make the results equal or the conditions exclude each other",
            )
            found.append(Problem(f"{path}/rows/{other}", message, "table_rows_differ"))
    return found[:5]


def _hidden(table: Table, space: Region, path: str) -> list[Problem]:
    if table.hit_policy != "first":
        return []
    message = text(
        "前面的行已经包含了它的全部情况，这一行永远不会命中，请上移或删除",
        "rows above already take everything it covers, so it never hits: move it up or delete it",
    )
    return [
        Problem(f"{path}/rows/{row}", message, "table_hidden_row", level="warning")
        for row in range(1, len(space.rows))
        if space.is_covered(row)
    ]


def _gaps(table: Table, space: Region, path: str) -> list[Problem]:
    has_default = table.hit_policy not in SINGLE or any(
        output.default is not None for output in table.outputs
    )
    found = []
    for box in space.gaps(at_most=20):
        if has_default and not any(
            axis.is_point(axis.first_run(mask)) and axis.is_inner(mask)
            for axis, mask in zip(space.axes, box, strict=True)
        ):
            continue
        where = space.describe(box)
        message = text(
            f"{where['zh']} 时没有任何一行命中，请补一行或填默认结果",
            f"no row hits when {where['en']}: add a row or fill in defaults",
        )
        found.append(Problem(f"{path}/rows", message, "table_gap", level="warning"))
    return found[:3]
