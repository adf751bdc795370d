"""Starts a flow when a colleague presses the button."""

from __future__ import annotations

from typing import Any

from engine.core.errors import Problem
from engine.core.fields import field
from engine.core.node import Context, Done, NodeConfig, NodeType, because
from engine.core.schema import check_schema
from engine.core.text import text
from engine.core.triggers import Entrance


class Config(NodeConfig):
    inputs: dict[str, Any] = field(
        text("执行前要填的内容", "What is asked first"),
        help=text("可以什么都不填", "may be nothing"),
        widget="form",
        default_factory=lambda: {"type": "object", "properties": {}},
    )


def run(config: Config, ctx: Context) -> Done:
    given = ctx.event.get("data") or {}
    return Done(output=given, reason=because("started", count=len(given)))


def start(config: Config) -> Entrance:
    return Entrance(kind="manual", schema=config.inputs)


def check(config: Config) -> list[Problem]:
    return check_schema(config.inputs, "/inputs")


NODE = NodeType(
    label=text("手动执行", "By hand"),
    summary=text("有人点“执行”时", "when somebody presses run"),
    group="trigger",
    kind="trigger",
    config=Config,
    run=run,
    start=start,
    check=check,
    output=lambda config: config.inputs,
    reasons={
        "started": text("有人手动执行，填了 {count} 项", "started by hand with {count} value(s)"),
    },
    search=("手动", "按钮", "立即执行", "button", "run"),
)
