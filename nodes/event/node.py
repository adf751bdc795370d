"""Starts a flow when something happens: an order is paid, a message comes in, a page is viewed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.core.errors import Problem
from engine.core.fields import Condition, Form, field
from engine.core.node import (
    CHANGES,
    Context,
    Done,
    NodeConfig,
    NodeType,
    Outcome,
    Prepared,
    Reason,
    Texts,
)
from engine.core.text import text
from engine.core.triggers import Absent, Count, Listen

LONGEST = timedelta(days=731)
TYPE = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(\.\*)?$"


class Times(Form):
    """Counting: only the n-th event within a time fires."""

    n: int = field(text("次数", "Times"), widget="number", default=3, ge=2, le=1000)
    within: timedelta | None = field(
        text("时间范围", "Within"),
        help=text("留空表示不限时间", "empty: no limit"),
        widget="duration",
        default=timedelta(days=7),
        gt=timedelta(0),
        le=LONGEST,
    )
    key: str = field(
        text("按什么累计", "Count by"),
        help=text(
            "留空按客户累计；也可以按商品、店铺等，例如 order.shop",
            "empty: by customer; or by product, shop, ..., such as order.shop",
        ),
        widget="expression",
        default="",
        max_length=400,
    )
    distinct: str = field(
        text("只数不同的", "Count different"),
        help=text(
            "例如 order.channel:三个不同渠道才算三次",
            "such as order.channel: three orders of one channel count once",
        ),
        widget="expression",
        default="",
        max_length=400,
    )
    distinct_days: bool = field(
        text("按天数算，同一天只算一次", "Count days, each day once"),
        widget="switch",
        default=False,
    )
    consecutive: bool = field(
        text("必须连续，中间不能断", "Days in a row, without a gap"),
        widget="switch",
        default=False,
    )


class NotSince(Form):
    """Absence: another event must not have come in the time before."""

    type: str = field(
        text("没有发生的事件", "Event that did not happen"),
        widget="event_type",
        pattern=TYPE,
        max_length=100,
    )
    within: timedelta | None = field(
        text("多长时间内", "Within"),
        help=text("留空表示从来没有", "empty: never at all"),
        widget="duration",
        default=None,
        gt=timedelta(0),
        le=LONGEST,
    )
    condition: Condition | None = field(
        text("并且满足", "And it holds"), widget="condition", default=None
    )


class Config(NodeConfig):
    type: str = field(
        text("事件", "Event"),
        help=text(
            "例如 order.paid（订单已付款）；order.* 表示订单的所有事件",
            "such as order.paid; order.* means every event of orders",
        ),
        widget="event_type",
        pattern=TYPE,
        max_length=100,
    )
    condition: Condition | None = field(
        text("满足条件才触发", "Only if"), widget="condition", default=None
    )
    count: Times | None = field(
        text("累计多次才触发", "Only after several times"), widget="group", default=None
    )
    absent: NotSince | None = field(
        text("并且没有发生过", "And something has not happened"), widget="group", default=None
    )
    connection: str | None = field(
        text("只收这个平台对接的事件", "Only from this connection"),
        help=text("留空表示不限来源", "empty: from everywhere"),
        widget="connection",
        default=None,
        max_length=64,
    )


def run(config: Config, ctx: Context) -> Done:
    # No output: the event and its record are names of their own, kept once with the event.
    port, reason = _fired(ctx.scope, ctx.now, ctx.owner, ctx.customer)
    return Done(port, {}, (), reason)


def prepare(config: Config, texts: Texts) -> Prepared:
    return Prepared({"out": Outcome({}, CHANGES)}, _fired)


def _fired(
    scope: Mapping[str, Any], now: datetime, owner: str, customer: Mapping[str, Any] | None
) -> tuple[str, Reason]:
    get = scope["event"].get
    return "out", ("fired", {"type": get("type"), "subject": get("subject") or get("id")})


def start(config: Config) -> Listen:
    count, absent = config.count, config.absent
    return Listen(
        type=config.type,
        condition=config.condition,
        count=Count(**dict(count)) if count else None,
        absent=Absent(**dict(absent)) if absent else None,
        connection=config.connection or None,
    )


def check(config: Config) -> list[Problem]:
    """What the form allows but cannot mean anything."""
    found: list[Problem] = []
    count = config.count
    if count and count.consecutive and not count.distinct_days:
        message = text(
            "选了“必须连续”，也要选“按天数算”",
            "days in a row are counted only together with “count days”",
        )
        found.append(Problem("/count/consecutive", message, "consecutive_days"))
    if count and count.distinct and count.distinct_days:
        message = text(
            "“只数不同的”和“按天数算”只能选一个",
            "choose either “count different” or “count days”",
        )
        found.append(Problem("/count/distinct", message, "distinct_twice"))
    if (
        count
        and count.distinct_days
        and count.within is not None
        and count.within < timedelta(days=count.n - 1)
    ):
        message = text(
            f"时间范围太短，数不到 {count.n} 天",
            f"the time is too short for {count.n} days",
        )
        found.append(Problem("/count/within", message, "count_never"))
    return found


NODE = NodeType(
    label=text("事件发生时", "When an event happens"),
    summary=text("发生 {type} 时", "when {type} happens"),
    group="trigger",
    kind="trigger",
    config=Config,
    run=run,
    prepare=prepare,
    start=start,
    check=check,
    reasons={
        "fired": text("收到事件 {type}，记录 {subject}", "event {type} came in for {subject}"),
    },
    search=("触发", "订单", "付款", "消息", "trigger", "order", "n times"),
)
