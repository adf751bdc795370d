"""Splits an amount over parties, departments or service nodes: the parts sum to it exactly."""

from __future__ import annotations

from typing import Any

from engine.core.errors import GiveUp, InvalidInput, Problem
from engine.core.expression import to_text
from engine.core.fields import Form, field
from engine.core.node import Context, Done, NodeConfig, NodeType, because
from engine.core.text import text
from engine.settlement.money import to_major, to_minor
from engine.settlement.split import KINDS, Kind, read_split


class Share(Form):
    who: str = field(
        text("谁", "Who"),
        help=text("合作方、部门或服务节点，可用 {{ }}", "a party, department or node; {{ }} works"),
        widget="template",
        min_length=1,
        max_length=200,
    )
    kind: Kind = field(text("怎么分", "How"), widget="select", default="weight", options=KINDS)
    value: str = field(
        text("数值", "Value"),
        help=text("权重、金额或百分数；“其余全部”留空", "weight, amount or percent"),
        widget="template",
        default="",
        max_length=200,
    )
    cap: str = field(text("最多", "At most"), widget="template", default="", max_length=200)


class Config(NodeConfig):
    amount: str = field(
        text("金额", "Amount"),
        help=text(
            "例如 steps.price.amount；可以为负数", "such as steps.price.amount; may be negative"
        ),
        widget="expression",
        min_length=1,
        max_length=400,
    )
    shares: tuple[Share, ...] = field(
        text("分给谁", "Shares"), widget="list", min_length=1, max_length=50
    )
    remainder: str = field(
        text("尾差归属", "Cents left over"),
        help=text(
            "largest 最大余数，first 第一个，last 最后一个，或 party: 加上“谁”",
            "largest, first, last, or party: and a name from the shares",
        ),
        default="largest",
        max_length=210,
    )
    currency: str = field(text("币种", "Currency"), default="CNY", pattern=r"^[A-Z]{3}$")


def run(config: Config, ctx: Context) -> Done:
    written = to_text(ctx.value(config.amount))
    try:
        minor = to_minor(written, config.currency, "/amount")
        plan = read_split(_plan(config, ctx), config.currency)
        parts = plan.parts(minor)
    except InvalidInput as fault:
        first = fault.problems[0].message if fault.problems else fault.message
        raise GiveUp(first, code="not_split") from None
    found = [
        {"party": one.key, "amount": str(to_major(one.amount, config.currency))} for one in parts
    ]
    amounts = {one["party"]: one["amount"] for one in found}
    return Done(
        output={
            "parts": found,
            "amounts": amounts,
            "amount": str(to_major(minor, config.currency)),
            "currency": config.currency,
        },
        reason=because(
            "split", amount=written, parts=", ".join(f"{k} {v}" for k, v in amounts.items())
        ),
    )


def _plan(config: Config, ctx: Context) -> dict[str, Any]:
    shares = []
    for one in config.shares:
        share: dict[str, Any] = {"key": to_text(ctx.render(one.who)), "kind": one.kind}
        for name, template in (("value", one.value), ("cap", one.cap)):
            if template.strip():
                share[name] = to_text(ctx.render(template))
        shares.append(share)
    return {"shares": shares, "remainder": config.remainder}


def check(config: Config) -> list[Problem]:
    """What is written out in the config is checked when the flow is published."""
    is_open = any("{{" in part for one in config.shares for part in (one.who, one.value, one.cap))
    if is_open:
        return []
    try:
        read_split(
            {
                "shares": [
                    {"key": one.who, "kind": one.kind}
                    | ({"value": one.value} if one.value.strip() else {})
                    | ({"cap": one.cap} if one.cap.strip() else {})
                    for one in config.shares
                ],
                "remainder": config.remainder,
            },
            config.currency,
        )
    except InvalidInput as fault:
        return list(fault.problems) or [Problem("/shares", fault.message)]
    return []


NODE = NodeType(
    label=text("拆分金额", "Split amount"),
    summary=text("把 {amount} 分给几方，合计分毫不差", "{amount} over several, to the cent"),
    group="settlement",
    config=Config,
    run=run,
    check=check,
    reasons={"split": text("{amount} 分为 {parts}", "{amount} is {parts}")},
    errors={"not_split": text("分不了", "cannot be split")},
    output={
        "type": "object",
        "properties": {
            "parts": {
                "type": "array",
                "x-title": text("各份", "Parts"),
                "items": {
                    "type": "object",
                    "properties": {
                        "party": {"type": "string", "x-title": text("谁", "Who")},
                        "amount": {
                            "type": "string",
                            "format": "decimal",
                            "x-title": text("金额", "Amount"),
                        },
                    },
                },
            },
            "amounts": {"type": "object", "x-title": text("按名称取金额", "Amounts by name")},
            "amount": {"type": "string", "format": "decimal", "x-title": text("总额", "Total")},
            "currency": {"type": "string", "x-title": text("币种", "Currency")},
        },
    },
    search=("分佣", "分润", "业绩拆分", "分成", "split"),
)
