"""Calls one action of one connection; every action of every connector is a block of its own.

The blocks are made by `block`, which the registry calls once per action when it starts.
"""

from __future__ import annotations

from typing import Any, Literal

from engine.core.fields import field
from engine.core.node import Ask, Context, Done, NodeConfig, NodeType
from engine.core.text import text
from nodes.call.asking import REASONS, ask_or_end
from nodes.call.block import block

__all__ = ["NODE", "block"]


class Config(NodeConfig):
    connection: str = field(
        text("平台对接", "Connection"), widget="connection", min_length=1, max_length=64
    )
    action: str = field(
        text("操作", "Action"),
        help=text("平台对接提供的操作，例如 send_message", "of the connection, e.g. send_message"),
        pattern=r"^[a-z][a-z0-9_]{0,63}$",
    )
    args: dict[str, Any] = field(text("参数", "Values"), widget="mapping", default_factory=dict)
    effect_class: Literal["read", "message", "write", "money"] = field(
        text("操作性质", "Kind of effect"),
        help=text(
            "决定对方没有回应时怎么办：查询和写入会重试，消息和资金不会重复发出",
            "what happens when no answer comes: reads and writes are tried again, "
            "messages and money are not sent twice",
        ),
        widget="select",
        default="write",
        options={
            "read": text("只查询", "reads only"),
            "message": text("发消息", "sends a message"),
            "write": text("写入，可凭同一编号重试", "writes, may be repeated with its key"),
            "money": text("涉及资金", "moves money"),
        },
    )


def run(config: Config, ctx: Context) -> Done | Ask:
    args = ctx.render(config.args) if ctx.answer is None else {}
    return ask_or_end(config.connection, config.action, args, config.effect_class, None, ctx)


NODE = NodeType(
    label=text("平台操作", "Call"),
    summary=text("调用 {connection} 的 {action}", "calls {action} of {connection}"),
    group="connector",
    config=Config,
    run=run,
    effect_class="write",
    reasons=REASONS,
    output={},
    search=("接口", "调用", "api", "action"),
)
