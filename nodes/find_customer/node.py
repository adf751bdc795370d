"""Looks up a customer by one of their identities or by id."""

from __future__ import annotations

from typing import Literal

from engine.core.errors import Problem
from engine.core.fields import field
from engine.core.node import Ask, Context, Done, NodeConfig, NodeType, Port, Read, because
from engine.core.text import text

FOUND = Port("found", text("找到", "found"))
NOT_FOUND = Port("not_found", text("没找到", "not found"))


class Config(NodeConfig):
    by: Literal["identity", "id"] = field(
        text("用什么找", "Look up by"),
        widget="select",
        default="identity",
        options={
            "identity": text("平台身份", "an identity"),
            "id": text("客户编号", "the customer's id"),
        },
    )
    kind: str = field(
        text("身份类型", "Kind of identity"),
        help=text(
            "例如 phone、wecom_external_userid；用客户编号找时不填",
            "e.g. phone or wecom_external_userid; not used when looking up by id",
        ),
        default="",
        pattern=r"^([a-z][a-z0-9_]{0,63})?$",
    )
    value: str = field(
        text("值", "Value"),
        help=text("例如 {{ event.data.phone }}", "e.g. {{ event.data.phone }}"),
        widget="template",
        min_length=1,
        max_length=400,
    )


def run(config: Config, ctx: Context) -> Done | Ask:
    if ctx.answer is None:
        value = ctx.render(config.value)
        if value in (None, ""):
            return Done("not_found", reason=because("no_value"))
        by = {"id": str(value)}
        if config.by == "identity":
            by = {"kind": config.kind, "value": str(value)}
        return Ask(Read("customer", {"by": by}), reason=because("looking_up"))
    record = ctx.answer.value
    if record is None:
        return Done("not_found", reason=because("not_found"))
    name = record.get("name") or record.get("id")
    return Done("found", record, reason=because("found", customer=name))


def check(config: Config) -> list[Problem]:
    if config.by == "id" or config.kind:
        return []
    return [Problem("/kind", text("请选择身份类型", "choose the kind of identity"), code="missing")]


NODE = NodeType(
    label=text("查找客户", "Find customer"),
    summary=text("查找客户：{value}", "the customer behind {value}"),
    group="customer",
    kind="choice",
    config=Config,
    run=run,
    check=check,
    effect_class="read",
    ports=(FOUND, NOT_FOUND),
    reasons={
        "looking_up": text("正在查找", "looking up"),
        "found": text("找到客户 {customer}", "found customer {customer}"),
        "not_found": text("没有这样的客户", "there is no such customer"),
        "no_value": text("用来查找的值是空的", "the value to look up is empty"),
    },
    output={
        "type": "object",
        "properties": {
            "id": {"type": "string", "x-title": text("客户编号", "Id")},
            "name": {"type": "string", "x-title": text("姓名", "Name")},
            "phone": {"type": "string", "x-title": text("手机号（脱敏）", "Phone (masked)")},
            "level": {"type": "string", "x-title": text("会员等级", "Level")},
            "tags": {
                "type": "array",
                "items": {"type": "string"},
                "x-title": text("标签", "Tags"),
            },
            "owner_user": {"type": "string", "x-title": text("归属人", "Owner")},
            "created_at": {
                "type": "string",
                "format": "date-time",
                "x-title": text("建档时间", "Since"),
            },
        },
        "additionalProperties": True,
    },
    search=("客户", "会员", "查询", "lookup", "member"),
)
