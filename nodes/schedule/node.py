"""Starts a flow by the clock, once or for each customer of an audience."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from croniter import CroniterError, croniter

from engine.core.cells import zone
from engine.core.errors import InvalidInput, Problem
from engine.core.fields import Condition, field
from engine.core.node import Context, Done, NodeConfig, NodeType, because
from engine.core.text import text
from engine.core.triggers import Schedule

# Any moment does: the question is only whether the times ever come.
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


class Config(NodeConfig):
    cron: str = field(
        text("什么时候", "When"),
        help=text(
            "例如每天 10 点：0 10 * * *（分 时 日 月 星期）",
            "every day at ten: 0 10 * * * (minute hour day month weekday)",
        ),
        widget="schedule",
        default="0 10 * * *",
        min_length=9,
        max_length=120,
    )
    zone: str = field(
        text("时区", "Time zone"), default="Asia/Shanghai", min_length=1, max_length=64
    )
    missed: Literal["none", "last", "all"] = field(
        text("停机错过的", "Times missed while the system was down"),
        widget="select",
        default="last",
        options={
            "none": text("不补", "leave them out"),
            "last": text("只补最近一次", "make up for the last one"),
            "all": text("全部补上", "make up for all"),
        },
    )
    up_to: int = field(
        text("最多补几次", "Make up for at most"),
        help=text("只在“全部补上”时有用", "only used when all are made up for"),
        widget="number",
        default=1,
        ge=1,
        le=100,
    )
    audience: Condition | None = field(
        text("给哪些客户各执行一次", "One run for each customer who"),
        help=text(
            "留空表示只执行一次，不针对客户；例如 customer.level == 'gold'",
            "empty: one run without a customer; such as customer.level == 'gold'",
        ),
        widget="condition",
        default=None,
    )
    limit: int = field(
        text("每次最多多少位客户", "At most so many customers each time"),
        widget="number",
        default=100_000,
        ge=1,
        le=1_000_000,
    )


def run(config: Config, ctx: Context) -> Done:
    due = ctx.event.get("time") or ctx.now
    if config.audience:
        name = (ctx.customer or {}).get("name") or ctx.owner
        return Done(output={"due": due}, reason=because("due_for", due=due, customer=name))
    return Done(output={"due": due}, reason=because("due", due=due))


def start(config: Config) -> Schedule:
    return Schedule(
        cron=config.cron,
        zone=config.zone,
        missed=config.missed,
        up_to=config.up_to,
        audience=config.audience or None,
        limit=config.limit,
    )


def check(config: Config) -> list[Problem]:
    found: list[Problem] = []
    # croniter also takes seconds, years and @names; every other reader of cron here does not.
    if len(config.cron.split()) != 5 or not croniter.is_valid(config.cron):
        message = text(
            "时间写法不对，应为五段：分 时 日 月 星期",
            "must have five parts: minute hour day month weekday",
        )
        found.append(Problem("/cron", message, "cron"))
    else:
        try:
            croniter(config.cron, _SOME_DAY).get_next(datetime)
        except CroniterError:
            message = text("这个时间永远不会到", "this time never comes")
            found.append(Problem("/cron", message, "cron_never"))
    try:
        zone(config.zone)
    except InvalidInput as error:
        found.append(Problem("/zone", error.message, "zone"))
    if isinstance(config.audience, dict) and config.audience in ({"all": []}, {"any": []}):
        message = text(
            "没有写条件：每位客户都会执行一次",
            "there is no condition: it runs for every customer",
        )
        found.append(Problem("/audience", message, "everybody", level="warning"))
    return found


_OUTPUT: dict[str, Any] = {
    "type": "object",
    "properties": {"due": {"type": "string", "format": "date-time", "title": "计划时间 due"}},
}

NODE = NodeType(
    label=text("定时", "On a schedule"),
    summary=text("定时 {cron}({zone})", "at {cron} ({zone})"),
    group="trigger",
    kind="trigger",
    config=Config,
    run=run,
    start=start,
    check=check,
    output=_OUTPUT,
    reasons={
        "due": text("计划时间 {due} 到了", "it was due at {due}"),
        "due_for": text(
            "计划时间 {due} 到了，客户 {customer} 在人群内",
            "it was due at {due} and {customer} belongs to the audience",
        ),
    },
    search=("定时", "每天", "生日", "人群", "cron", "daily", "birthday", "segment"),
)
