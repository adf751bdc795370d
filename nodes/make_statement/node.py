"""Draws a party's statement of a period; a person reviews and releases it."""

from __future__ import annotations

from engine.core.effect import Effect
from engine.core.errors import GiveUp
from engine.core.expression import to_text
from engine.core.fields import field
from engine.core.node import Ask, Context, Done, NodeConfig, NodeType, because
from engine.core.text import text


class Config(NodeConfig):
    party: str = field(
        text("合作方", "Party"),
        help=text("合作方的编号，可用 {{ }}", "the party's id; {{ }} works"),
        widget="template",
        min_length=1,
        max_length=200,
    )
    period: str = field(
        text("结算周期", "Period"),
        help=text("例如 2026-11、2026-W46，可用 {{ }}", "such as 2026-11 or 2026-W46; {{ }} works"),
        widget="template",
        min_length=1,
        max_length=200,
    )
    currency: str = field(text("币种", "Currency"), default="CNY", pattern=r"^[A-Z]{3}$")


def run(config: Config, ctx: Context) -> Done | Ask:
    if ctx.answer is None:
        party, period = to_text(ctx.render(config.party)), to_text(ctx.render(config.period))
        if not party or not period:
            message = text("没有合作方或结算周期", "the party or the period is empty")
            raise GiveUp(message, code="bad_period")
        owner = f"account:{party}"
        args = {"party": party, "period": period, "currency": config.currency}
        return Ask(
            Effect("settlement.statement", args, owner=owner, subject=owner),
            reason=because("asking", party=party, period=period),
        )
    found = ctx.answer.value
    return Done(output=found, reason=because("made", net=found["net"], state=found["state"]))


NODE = NodeType(
    label=text("生成对账单", "Make statement"),
    summary=text("{period} 的对账单草稿", "a draft for {period}"),
    group="settlement",
    config=Config,
    run=run,
    effect_class="write",
    reasons={
        "asking": text("正在生成 {party} {period} 的对账单", "drawing {period} of {party}"),
        "made": text("净额 {net}（{state}）", "net {net} ({state})"),
    },
    errors={
        "bad_period": text("没有合作方或结算周期", "no party or period"),
        "bad_terms": text("合作方的预留金或起付额有误", "the party's terms are not right"),
    },
    output={
        "type": "object",
        "properties": {
            "statement": {"type": "string", "x-title": text("对账单编号", "Statement")},
            "state": {"type": "string", "x-title": text("状态", "State")},
            "net": {"type": "string", "format": "decimal", "x-title": text("净额", "Net")},
            "payable": {"type": "string", "format": "decimal", "x-title": text("应付", "Payable")},
            "currency": {"type": "string", "x-title": text("币种", "Currency")},
        },
    },
    search=("对账单", "结算单", "月结", "statement"),
)
