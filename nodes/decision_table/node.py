"""Answers by a table: rows of conditions, columns of results, and a rule which rows count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.decision import Table, TableOutput
from engine.core.decision_check import check_table
from engine.core.decision_run import ERRORS, SINGLE, Hits
from engine.core.errors import Problem
from engine.core.fields import field
from engine.core.node import OUT, Context, Done, NodeConfig, NodeType, Port
from engine.core.text import text

NO_MATCH = Port("no_match", text("没有命中", "no match"))


class Config(NodeConfig):
    table: Table = field(
        text("决策表", "Table"),
        help=text(
            "每行是一条规则：左边是条件，右边是结果",
            "each row is a rule: conditions on the left, results on the right",
        ),
        widget="table",
        default_factory=lambda: Table(outputs=(TableOutput(id="result", name="结果"),)),
    )


def run(config: Config, ctx: Context) -> Done:
    hits = config.table.compiled.evaluate(ctx.scope, ctx.now)
    output = _output(config.table, hits)
    values = {
        "rows": list(hits.rows),
        "numbers": list(hits.numbers),
        "facts": _facts(config.table, hits),
    }
    if hits.matched:
        return Done(output=output, reason=("hit", values))
    # A default is an answer: whoever wrote one need not draw a line of its own for it.
    if hits.value is not None and hits.value != []:
        return Done(output=output, reason=("by_default", values))
    return Done(port="no_match", output=output, reason=("no_hit", values))


def check(config: Config) -> list[Problem]:
    return check_table(config.table, "/table")


def output_schema(config: Config) -> dict[str, Any]:
    """A record of the result columns; `results` of such records, or one `result`."""
    table = config.table
    columns = {
        column.id: {"title": column.name or column.id, **_TYPES.get(column.type, {})}
        for column in table.outputs
    }
    record = {"type": "object", "properties": columns}
    if table.hit_policy in SINGLE:
        return record
    if table.hit_policy == "collect" and table.aggregate != "list":
        return {"type": "object", "properties": {"result": {"title": "汇总 result"}}}
    return {
        "type": "object",
        "properties": {"results": {"type": "array", "items": record, "title": "结果 results"}},
    }


def _output(table: Table, hits: Hits) -> Any:
    if table.hit_policy in SINGLE:
        return hits.value if isinstance(hits.value, Mapping) else {}
    if table.hit_policy == "collect" and table.aggregate != "list":
        return {"result": hits.value}
    return {"results": hits.value}


def _facts(table: Table, hits: Hits) -> dict[str, Any]:
    """What the columns had, by the names the business gave them."""
    return {column.name or column.expression: hits.read.get(column.id) for column in table.inputs}


_TYPES: dict[str, dict[str, Any]] = {
    "number": {"type": ["number", "null"]},
    "text": {"type": ["string", "null"]},
    "boolean": {"type": ["boolean", "null"]},
    "list": {"type": ["array", "null"]},
}

NODE = NodeType(
    label=text("决策表", "Decision table"),
    summary=text("按表判断 {table.outputs[].name}", "decides {table.outputs[].name}"),
    group="logic",
    kind="choice",
    config=Config,
    run=run,
    check=check,
    ports=(OUT, NO_MATCH),
    output=output_schema,
    errors=ERRORS,
    reasons={
        "hit": text("命中第 {numbers} 行：{facts}", "row {numbers} hit: {facts}"),
        "by_default": text(
            "没有命中，取默认结果：{facts}", "no row hit, the default counts: {facts}"
        ),
        "no_hit": text("没有命中：{facts}", "no row hit: {facts}"),
    },
    search=("规则", "表格", "费率", "档位", "dmn", "rules", "matrix"),
)
