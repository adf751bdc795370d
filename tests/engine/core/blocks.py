"""Small node types the core's tests build flows of, without the real ones of nodes/."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from engine.core.decision import Table
from engine.core.fields import Condition, Form, MoneyField, field
from engine.core.flow import load_flow
from engine.core.node import DEFAULT, FALSE, OUT, TIMEOUT, TRUE, Done, NodeConfig, NodeType, Port
from engine.core.registry import Registry
from engine.core.text import text
from engine.core.triggers import Absent, Count, Listen


def both(words):
    return text(words, words)


class TriggerConfig(NodeConfig):
    type: str = field(both("事件"), widget="event_type")
    condition: Condition | None = field(both("条件"), widget="condition", default=None)
    count: dict[str, Any] | None = field(both("次数"), widget="json", default=None)
    absent: dict[str, Any] | None = field(both("没有发生"), widget="json", default=None)
    connection: str | None = field(both("平台对接"), widget="connection", default=None)


def listen(config):
    return Listen(
        config.type,
        config.condition,
        Count(**config.count) if config.count else None,
        Absent(**config.absent) if config.absent else None,
        config.connection,
    )


class Way(Form):
    id: str = field(both("出口"))
    name: str = field(both("名称"), default="")
    condition: Condition | None = field(both("条件"), widget="condition", default=None)


class ChooseConfig(NodeConfig):
    branches: tuple[Way, ...] = field(both("分支"), widget="list")
    every: bool = field(both("每个满足的都走"), widget="switch", default=False)


class IfConfig(NodeConfig):
    condition: Condition = field(both("条件"), widget="condition")


class SetRow(Form):
    name: str = field(both("变量名"), widget="variable")
    value: Any = field(both("值"), widget="template", default="")


class SetConfig(NodeConfig):
    fields: tuple[SetRow, ...] = field(both("变量"), widget="list")


class WaitConfig(NodeConfig):
    type: str = field(both("事件"), widget="event_type", default="order.paid")
    condition: Condition | None = field(both("条件"), widget="condition", default=None)


class TimedWaitConfig(WaitConfig):
    timeout: timedelta | None = field(both("最多等"), widget="duration", default=None)


class EachConfig(NodeConfig):
    items: str = field(both("列表"), widget="expression")
    at_a_time: int = field(both("同时"), widget="number", default=1, ge=1)
    result: str = field(both("结果"), widget="expression", default="")


class JoinConfig(NodeConfig):
    mode: str = field(both("方式"), default="all")
    n: int = field(both("几条"), widget="number", default=1)


class DoConfig(NodeConfig):
    text: str = field(both("内容"), widget="template", default="")
    amount: Any = field(both("金额"), widget="money", default=None)
    price: MoneyField | None = field(both("价格"), widget="money", default=None)
    value: str = field(both("公式"), widget="expression", default="")
    connection: str | None = field(both("平台对接"), widget="connection", default=None)
    flow: str | None = field(both("流程"), widget="flow", default=None)
    password: str = field(both("口令"), widget="secret", default="")
    headers: dict[str, str] = field(both("请求头"), widget="mapping", default_factory=dict)
    form: dict[str, Any] | None = field(both("表单"), widget="form", default=None)
    need: int = field(both("数量"), widget="number", default=1, ge=1)


class TableConfig(NodeConfig):
    table: Table = field(both("决策表"), widget="table")


def run(config, ctx):
    return Done()


def block(label, config, **more):
    return NodeType(
        label=text(label, label), summary=both(label), config=config, run=run,
        **{"group": "logic", **more},
    )  # fmt: skip


BLOCKS = {
    "event": block("事件发生时", TriggerConfig, group="trigger", kind="trigger", start=listen,
                   reasons={"fired": text("收到 {type}", "{type} came")}),
    "if": block("判断", IfConfig, kind="choice", ports=(TRUE, FALSE),
                reasons={"held": text("「{what}」成立", "{what} holds")}),
    "branch": block("条件分支", ChooseConfig, kind="choice", ports=(DEFAULT,),
                    ports_from="branches[].id"),
    "set": block("设置变量", SetConfig, writes_from="fields[].name",
                 output=lambda c: {"properties": {row.name: {} for row in c.fields}}),
    "wait": block("等待", WaitConfig, kind="wait", waits=True,
                  ports=(Port("event", text("等到了", "it came")), TIMEOUT)),
    "timed_wait": block("限时等待", TimedWaitConfig, kind="wait", waits=True,
                        ports=(Port("event", text("等到了", "it came")), TIMEOUT)),
    "each": block("逐项处理", EachConfig, kind="container", has_body=True,
                  output={"properties": {"results": {"type": "array"},
                                         "count": {"type": "integer"}}}),
    "join": block("汇合", JoinConfig, kind="join",
                  ports=(OUT, Port("not_reached", both("没到齐")))),
    "do": block("做事", DoConfig,
                output={"properties": {"tags": {"type": "array"}, "level": {"type": "string"},
                                       "token_id": {"type": "string", "x-secret": True}}},
                errors={"refused": text("对方拒绝", "refused")},
                reasons={"did": text("给 {who} 做了 {what},共 {amount}",
                                     "did {what} for {who}: {amount}")}),
    "table": block("决策表", TableConfig, output=lambda c: {
        "properties": {one.id: {} for one in c.table.outputs}}),
    "end": block("结束", NodeConfig, kind="end", ports=()),
}  # fmt: skip
REGISTRY = Registry(
    nodes={type_: replace(node, type=type_) for type_, node in BLOCKS.items()}, connectors={}
)


def node(id_, type_, config=None, **more):
    return {"id": id_, "type": type_, "name": more.pop("name", id_), "config": config or {}, **more}


def edges(*lines):
    """Lines as "a -> b" or "a:port -> b"; ids e1, e2, ... unless "name= a -> b"."""
    found = []
    for number, line in enumerate(lines, 1):
        name, _, drawn = line.rpartition("= ") if "= " in line else ("", "", line)
        left, right = (part.strip() for part in drawn.split("->"))
        source, _, port = left.partition(":")
        found.append(
            {"id": name or f"e{number}", "from": source, "port": port or "out", "to": right}
        )
    return found


def flow(nodes, lines=(), **more):
    return load_flow(
        {"format": "jimu.flow/1", "key": "vip", "name": "VIP", "nodes": list(nodes),
         "edges": edges(*lines), **more}
    )  # fmt: skip
