"""Waits until something happens, or until the time is up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.core.fields import Condition, field
from engine.core.node import (
    TIMEOUT,
    Ask,
    Context,
    Done,
    Event,
    NodeConfig,
    NodeType,
    Port,
    because,
)
from engine.core.text import text


class Config(NodeConfig):
    type: str = field(
        text("等什么事件", "Event"),
        widget="event_type",
        pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(\.\*)?$",
        max_length=100,
    )
    key: str = field(
        text("谁的事件", "Whose event"),
        help=text(
            "留空表示同一位客户；也可以写成“类别：编号”，例如 order:{{ order.id }}",
            "empty: the same customer; else “kind:id”, such as order:{{ order.id }}",
        ),
        widget="template",
        default="",
        max_length=400,
    )
    condition: Condition | None = field(
        text("并且满足", "And it holds"),
        help=text("等来的事件写作 incoming", "the event that comes is called incoming"),
        widget="condition",
        default=None,
    )
    since_start: bool = field(
        text("流程开始后发生的也算", "Count what came since the run began"),
        help=text("关闭时只算这一步开始之后的", "off: only what comes after this step began"),
        widget="switch",
        default=False,
    )
    timeout: timedelta = field(
        text("最多等多久", "Wait at most"),
        widget="duration",
        gt=timedelta(0),
        le=timedelta(days=731),
    )


def run(config: Config, ctx: Context) -> Done | Ask:
    if ctx.answer is None:
        request = Event(
            type=config.type,
            key=str(ctx.render(config.key)) if config.key else None,
            condition=config.condition or None,
            since_start=config.since_start,
        )
        whose = request.key or ctx.owner
        reason = because("waiting", type=config.type, whose=whose, timeout=config.timeout)
        return Ask(request, timeout=config.timeout, reason=reason)
    incoming = ctx.answer.value or {}
    reason = because(
        "came",
        type=incoming.get("type", config.type),
        subject=incoming.get("subject") or incoming.get("id"),
    )
    return Done(port="event", output=incoming, reason=reason)


_OUTPUT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "title": "编号 id"},
        "type": {"type": "string", "title": "事件 type"},
        "subject": {"type": ["string", "null"], "title": "记录编号 subject"},
        "time": {"type": "string", "format": "date-time", "title": "发生时间 time"},
        "data": {"type": "object", "title": "事件内容 data"},
    },
}

NODE = NodeType(
    label=text("等待事件", "Wait for an event"),
    summary=text("等 {type}，最多 {timeout}", "for {type}, at most {timeout}"),
    group="logic",
    kind="wait",
    config=Config,
    run=run,
    ports=(Port("event", text("等到了", "it came")), TIMEOUT),
    output=_OUTPUT,
    waits=True,
    reasons={
        "waiting": text(
            "在等 {whose} 的事件 {type}，最多等 {timeout}",
            "waiting for {type} of {whose}, at most {timeout}",
        ),
        "came": text("等到了事件 {type}，记录 {subject}", "event {type} came for {subject}"),
    },
    search=("等待", "回复", "付款", "超时", "reply", "paid", "timeout"),
)
