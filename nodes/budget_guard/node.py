"""Asks a budget whether something that costs may go on; what passes is counted."""

from __future__ import annotations

from engine.core.effect import Effect
from engine.core.errors import GiveUp
from engine.core.expression import to_text
from engine.core.fields import field
from engine.core.node import Ask, Context, Done, NodeConfig, NodeType, Port, because
from engine.core.text import text

WITHIN = Port("within", text("预算内", "within"))
OVER = Port("over", text("超出预算", "over"))


class Config(NodeConfig):
    budget: str = field(
        text("预算", "Budget"),
        help=text("预算的编号，例如 campaign:618", "the budget's key, such as campaign:618"),
        widget="template",
        min_length=1,
        max_length=200,
    )
    amount: str = field(
        text("花费", "Cost"),
        help=text(
            "金额的公式；按件的预算填件数；负数是退回额度",
            "an amount, or pieces where the budget counts them; below zero gives room back",
        ),
        widget="expression",
        min_length=1,
        max_length=400,
    )


def run(config: Config, ctx: Context) -> Done | Ask:
    if ctx.answer is None:
        key = to_text(ctx.render(config.budget))
        amount = ctx.value(config.amount)
        if not key or amount in (None, ""):
            message = text("没有预算编号或花费", "the budget or the cost is empty")
            raise GiveUp(message, code="bad_amount")
        owner = f"budget:{key}"
        args = {"budget": key, "major": to_text(amount), "by": ctx.run_id}
        return Ask(
            Effect("budget.guard", args, owner=owner, subject=owner),
            reason=because("asking", budget=key),
        )
    found = ctx.answer.value
    is_within = found["outcome"] == "pass"
    return Done(
        "within" if is_within else "over",
        {name: found[name] for name in ("outcome", "used", "limit", "left")},
        reason=because("within" if is_within else "over", used=found["used"], limit=found["limit"]),
    )


NODE = NodeType(
    label=text("预算检查", "Budget guard"),
    summary=text("预算 {budget} 还够不够", "whether {budget} has room"),
    group="settlement",
    kind="choice",
    config=Config,
    run=run,
    effect_class="write",
    ports=(WITHIN, OVER),
    reasons={
        "asking": text("正在查预算 {budget}", "asking {budget}"),
        "within": text("已用 {used}，上限 {limit}", "{used} of {limit} used"),
        "over": text(
            "会超出：已用 {used}，上限 {limit}", "it would exceed: {used} of {limit} used"
        ),
    },
    errors={
        "bad_amount": text("花费不对", "the cost is not right"),
        "no_budget": text("没有这个预算", "no such budget"),
    },
    output={
        "type": "object",
        "properties": {
            "outcome": {"type": "string", "x-title": text("结果", "Outcome")},
            "used": {"type": ["string", "integer"], "x-title": text("已用", "Used")},
            "limit": {"type": ["string", "integer"], "x-title": text("上限", "Limit")},
            "left": {"type": ["string", "integer"], "x-title": text("剩余", "Left")},
        },
    },
    search=("预算", "额度", "上限", "活动费用", "limit"),
)
