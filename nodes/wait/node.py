"""Waits: for a time, until a moment, or for a time that counts working hours only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from engine.core.errors import GiveUp, InvalidInput, Problem
from engine.core.fields import field
from engine.core.node import Ask, Context, Done, NodeConfig, NodeType, Read, Until, because
from engine.core.text import text
from engine.core.working_time import add_working

LONGEST = timedelta(days=731)


class Config(NodeConfig):
    duration: timedelta | None = field(
        text("等多久", "How long"), widget="duration", default=None, gt=timedelta(0), le=LONGEST
    )
    calendar: str = field(
        text("只算工作时间", "Count working time only"),
        help=text(
            "选一个工作日历，夜里和节假日不算；留空表示不论白天夜里都算",
            "a calendar: nights and holidays do not count; empty: all hours count",
        ),
        widget="calendar",
        default="",
        max_length=64,
    )
    until: str = field(
        text("或者等到", "Or until"),
        help=text(
            "结果要是一个时刻，例如 order.shipped_at + t'P7D'",
            "must come to a time, such as order.shipped_at + t'P7D'",
        ),
        widget="expression",
        default="",
        max_length=400,
    )


def run(config: Config, ctx: Context) -> Done | Ask:
    """1. read the calendar, if there is one  2. compute the moment once, and wait  3. go on."""
    answers = ctx.answers
    calendar = None
    if config.duration is not None and config.calendar:
        if not answers:
            reason = because("reading", calendar=config.calendar)
            return Ask(Read("calendar", {"key": config.calendar}), reason=reason)
        calendar, answers = answers[0].value, answers[1:]
    if answers:
        at = answers[0].value
        return Done(output={"until": at}, reason=because("over", at=at))
    at = _moment(config, ctx, calendar)
    if at <= ctx.now:
        return Done(output={"until": at}, reason=because("past", at=at))
    return Ask(Until(at), reason=because("waiting", at=at))


def check(config: Config) -> list[Problem]:
    if (config.duration is None) == (not config.until):
        message = text("“等多久”和“等到”填一个", "fill in either “how long” or “until”")
        return [Problem("/duration", message, "required")]
    if config.until and config.calendar:
        message = text("“等到”某个时刻不看工作日历", "“until” does not look at a calendar")
        return [Problem("/calendar", message, "unused", level="warning")]
    return []


def _moment(config: Config, ctx: Context, calendar: Any) -> datetime:
    """When the wait is over, counted from now; GiveUp where that cannot be said."""
    if config.duration is None:
        found = ctx.value(config.until)
        if not isinstance(found, datetime) or found.tzinfo is None:
            message = text(f"“{config.until}”的结果不是时刻", f"“{config.until}” is no time")
            raise GiveUp(message, code="not_a_time")
        if found - ctx.now > LONGEST:
            message = text("等待时间超过两年", "that is more than two years away")
            raise GiveUp(message, code="too_far")
        return found
    if not config.calendar:
        return ctx.now + config.duration
    try:
        return add_working(ctx.now, config.duration, calendar)
    except InvalidInput as error:  # malformed, or never open
        raise GiveUp(error.message, code="bad_calendar") from None


_OUTPUT: dict[str, Any] = {
    "type": "object",
    "properties": {"until": {"type": "string", "format": "date-time", "title": "等到 until"}},
}

# A time comes by itself, so `waits` (which demands a timeout) is not set.
NODE = NodeType(
    label=text("等待", "Wait"),
    summary=text("等待 {duration}{until}", "for {duration}{until}"),
    group="logic",
    kind="wait",
    config=Config,
    run=run,
    check=check,
    output=_OUTPUT,
    errors={
        "not_a_time": text("结果不是时刻", "no time"),
        "too_far": text("等待时间超过两年", "more than two years away"),
        "no_calendar": text("没有这个工作日历", "no such calendar"),
        "bad_calendar": text("工作日历有误或一直不开放", "malformed calendar, or never open"),
    },
    reasons={
        "reading": text("先看工作日历“{calendar}”", "reading calendar “{calendar}” first"),
        "waiting": text("等到 {at}", "waiting until {at}"),
        "past": text("{at} 已经过了，不用等", "{at} is past: no need to wait"),
        "over": text("等到了 {at}", "{at} has come"),
    },
    search=("延时", "等待", "天后", "工作日", "delay", "sleep", "working hours"),
)
