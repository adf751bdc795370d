"""Writes fields of a customer's record."""

from __future__ import annotations

from typing import Any

from engine.core.effect import Effect
from engine.core.errors import Problem
from engine.core.fields import field
from engine.core.node import Context, Done, NodeConfig, NodeType, because
from engine.core.people import customer_field, customer_id
from engine.core.text import text

# These have a meaning of their own and a way of their own to change.
KEPT = frozenset({"id", "tags", "identities", "phone", "consent", "created_at"})


class Config(NodeConfig):
    fields: dict[str, Any] = field(
        text("要写入的字段", "Fields"),
        help=text(
            "左边选字段，右边填值，例如 等级 = {{ params.level }}；留空的值会清空字段",
            "field on the left, value on the right, e.g. level = {{ params.level }}; "
            "an empty value clears the field",
        ),
        widget="mapping",
        extra={"x-names": "customer_field"},
        min_length=1,
        max_length=50,
    )
    customer: str = customer_field()


def run(config: Config, ctx: Context) -> Done:
    customer = customer_id(config.customer, ctx)
    values = {
        name: None if value == "" else value for name, value in ctx.render(config.fields).items()
    }
    effect = Effect(
        "customer.update",
        {"customer": customer, "fields": values},
        subject=f"customer:{customer}",
        owner=f"customer:{customer}",
    )
    return Done(
        output={"fields": values},
        effects=(effect,),
        reason=because("updated", fields=", ".join(values)),
    )


def check(config: Config) -> list[Problem]:
    return [
        Problem(
            f"/fields/{name}",
            text(f"字段 {name} 不能在这里修改", f"the field {name} cannot be changed here"),
            code="kept",
        )
        for name in config.fields
        if name in KEPT
    ]


NODE = NodeType(
    label=text("更新客户资料", "Update customer"),
    summary=text("修改等级、归属人或自定义字段", "writes level, owner or own fields of a customer"),
    group="customer",
    config=Config,
    run=run,
    check=check,
    effect_class="write",
    reasons={"updated": text("已更新：{fields}", "updated: {fields}")},
    errors={"no_customer": text("没有客户", "no customer")},
    output={
        "type": "object",
        "properties": {
            "fields": {"type": "object", "x-title": text("写入的字段", "Fields written")}
        },
    },
    search=("等级", "会员", "字段", "资料", "level"),
)
