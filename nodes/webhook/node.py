"""Starts a flow when another system calls its address."""

from __future__ import annotations

from typing import Any

from engine.core.errors import Problem
from engine.core.fields import field
from engine.core.node import Context, Done, NodeConfig, NodeType, because
from engine.core.schema import check_schema
from engine.core.text import text
from engine.core.triggers import Entrance


class Config(NodeConfig):
    payload: dict[str, Any] = field(
        text("对方传来的数据", "What is sent in"),
        help=text(
            "格式为 JSON Schema，不合格式的请求会被退回",
            "a JSON Schema; what does not fit is refused",
        ),
        widget="json",
        default_factory=lambda: {"type": "object"},
    )
    secret: str = field(
        text("签名密钥", "Signing secret"),
        help=text(
            "对方要用它签名（HMAC-SHA256）。留空则不验签，只适合测试",
            "the caller signs with it (HMAC-SHA256); empty: nobody signs, for trials only",
        ),
        widget="secret",
        default="",
        max_length=600,  # as it is kept: sealed, it is longer
    )


def run(config: Config, ctx: Context) -> Done:
    sent = ctx.event.get("data") or {}
    return Done(output=sent, reason=because("called", count=len(sent)))


def start(config: Config) -> Entrance:
    return Entrance(kind="webhook", schema=config.payload, public=True, secret=config.secret)


def check(config: Config) -> list[Problem]:
    found = check_schema(config.payload, "/payload")
    if not config.secret:
        message = text(
            "没有签名密钥：知道地址的人都能触发",
            "there is no secret: whoever knows the address can start it",
        )
        found.append(Problem("/secret", message, "unsigned", level="warning"))
    return found


NODE = NodeType(
    label=text("Webhook 回调", "When a webhook is called"),
    summary=text("外部系统调用时", "when another system calls"),
    group="trigger",
    kind="trigger",
    config=Config,
    run=run,
    start=start,
    check=check,
    output=lambda config: config.payload,
    reasons={
        "called": text(
            "外部系统发来一次请求，共 {count} 个字段",
            "another system called with {count} field(s)",
        ),
    },
    search=("回调", "接口", "推送", "http", "api", "hook"),
)
