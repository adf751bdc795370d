"""Lets something through only so many times in a while, counted over all flows."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from engine.core.effect import Effect
from engine.core.errors import GiveUp, Problem
from engine.core.expression import to_text
from engine.core.fields import field
from engine.core.node import Ask, Context, Done, NodeConfig, NodeType, Port, because
from engine.core.people import customer_id
from engine.core.text import text

ALLOWED = Port("allowed", text("未超限", "allowed"))
CAPPED = Port("capped", text("已超限", "capped"))


class Config(NodeConfig):
    cap: str = field(
        text("频次名称", "Name of the cap"),
        help=text("同名的频次在所有流程里合并计数", "flows that use one name count together"),
        pattern=r"^[a-z][a-z0-9_-]{0,63}$",
    )
    subject: str = field(
        text("按什么计数", "Counted by"),
        help=text(
            "留空表示按客户；也可以填公式，例如 order.shop",
            "empty: by customer; else an expression such as order.shop",
        ),
        widget="expression",
        default="",
        max_length=400,
    )
    limit: int = field(text("最多几次", "At most"), widget="number", ge=1, le=1_000_000)
    within: timedelta | None = field(
        text("在多长时间内", "Within"),
        help=text(
            "从现在往前推算；与“自然周期”二选一，都留空则累计不清零",
            "counted back from now; this or a calendar period, neither: for ever",
        ),
        widget="duration",
        default=None,
        gt=timedelta(),
    )
    period: Literal["day", "week", "month", "quarter", "year"] | None = field(
        text("自然周期", "Calendar period"),
        widget="select",
        default=None,
        options={
            "day": text("每天", "day"),
            "week": text("每周", "week"),
            "month": text("每月", "month"),
            "quarter": text("每季度", "quarter"),
            "year": text("每年", "year"),
        },
    )


def run(config: Config, ctx: Context) -> Done | Ask:
    if ctx.answer is None:
        return Ask(_take(config, ctx), reason=because("counting"))
    count = ctx.answer.value["count"]
    taken = ctx.answer.value["taken"]
    return Done(
        "allowed" if taken else "capped",
        {"count": count, "limit": config.limit},
        reason=because("allowed" if taken else "capped", count=count, limit=config.limit),
    )


def _take(config: Config, ctx: Context) -> Effect:
    """Count and take are one effect of the subject's owner, so two runs never take the last one."""
    if config.subject:
        value = ctx.value(config.subject)
        if value in (None, ""):
            message = text("计数的依据为空", "what is counted by is empty")
            raise GiveUp(message, code="no_subject")
        owner = f"cap:{config.cap}/{to_text(value)}"
    else:
        owner = f"customer:{customer_id('', ctx)}"
    asked = config.model_dump(mode="json", include={"cap", "limit", "within", "period"})
    return Effect("cap.take", {**asked, "subject": owner}, owner=owner, subject=owner)


def check(config: Config) -> list[Problem]:
    if config.within is None or config.period is None:
        return []
    message = text(
        "“时间长度”和“自然周期”只能填一个", "give either a duration or a calendar period"
    )
    return [Problem("/period", message, code="both")]


NODE = NodeType(
    label=text("频次控制", "Frequency cap"),
    summary=text("{cap}：最多 {limit} 次", "{cap}: at most {limit} times"),
    group="logic",
    kind="choice",
    config=Config,
    run=run,
    check=check,
    effect_class="write",
    ports=(ALLOWED, CAPPED),
    reasons={
        "counting": text("正在计数", "counting"),
        "allowed": text("第 {count} 次，上限 {limit} 次", "number {count} of at most {limit}"),
        "capped": text(
            "已有 {count} 次，达到上限 {limit} 次", "already {count}, the limit is {limit}"
        ),
    },
    errors={
        "no_customer": text("没有客户", "no customer"),
        "no_subject": text("计数依据为空", "nothing to count by"),
    },
    output={
        "type": "object",
        "properties": {
            "count": {"type": "integer", "x-title": text("已有次数", "Count")},
            "limit": {"type": "integer", "x-title": text("上限", "Limit")},
        },
    },
    search=("限频", "防打扰", "次数", "疲劳度", "throttle", "limit"),
)
