"""Asks somebody to fill in a form and goes on with what they wrote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine.core.errors import GiveUp, Problem
from engine.core.expression import to_text
from engine.core.fields import field
from engine.core.node import (
    TIMEOUT,
    Ask,
    Context,
    Done,
    NodeConfig,
    NodeType,
    Port,
    Read,
    Task,
    because,
)
from engine.core.people import (
    People,
    Urge,
    reminders,
    reserved_ports,
    unclear,
    whom,
)
from engine.core.schema import check_schema
from engine.core.script import Story, replay
from engine.core.text import text

SUBMITTED = Port("submitted", text("已提交", "submitted"))


class Config(NodeConfig):
    title: str = field(text("任务标题", "Title"), widget="template", min_length=1, max_length=400)
    who: People = field(
        text("交给谁", "Who fills it in"),
        help=text("有多人时，谁先提交算谁的", "with several people, the first to submit counts"),
        widget="people",
    )
    form: dict[str, Any] = field(text("要填写的表单", "Form"), widget="form")
    details: dict[str, Any] = field(
        text("给处理人看的内容", "Details shown"), widget="mapping", default_factory=dict
    )
    timeout: timedelta = field(
        text("最长等待", "Time allowed"),
        help=text("超过后走“超时”出口", "then the step ends by its timeout port"),
        widget="duration",
        default=timedelta(days=3),
        gt=timedelta(),
        le=timedelta(days=731),
    )
    reminders: tuple[Urge, ...] = field(
        text("催办", "Reminders"), widget="list", default=(), max_length=10
    )


def story(config: Config, ctx: Context) -> Story:
    found = yield Ask(Read("people", whom(config.who, ctx)), reason=because("looking_up"))
    people = {person["id"]: str(person.get("name") or person["id"]) for person in found.value or ()}
    if not people:
        raise GiveUp(text("没有找到处理人", "nobody was found for this task"), code="nobody")
    submitted = yield Ask(
        Task(
            title=to_text(ctx.render(config.title)),
            who={"users": list(people)},
            kind="form",
            form=config.form,
            ports=("submitted",),
            details=ctx.render(config.details),
            due=ctx.now + config.timeout,
        ),
        timeout=config.timeout,
        reminders=reminders(config.reminders),
        reason=because("waiting", people=list(people.values())),
    )
    by = submitted.value.get("by", "")
    return Done(
        "submitted",
        dict(submitted.value.get("values") or {}),
        reason=because("submitted", by=people.get(by, by)),
    )


def run(config: Config, ctx: Context) -> Done | Ask:
    return replay(story(config, ctx), ctx.answers)


def check(config: Config) -> list[Problem]:
    problems = unclear(config.who, "/who") + reserved_ports(config.reminders, (SUBMITTED,))
    wrong = check_schema(config.form, "/form")
    if not wrong and not config.form.get("properties"):
        wrong = [Problem("/form", text("表单里还没有字段", "the form has no field"), code="form")]
    return problems + wrong


def output(config: Config) -> Mapping[str, Any]:
    return config.form


NODE = NodeType(
    label=text("填写任务", "Form task"),
    summary=text("请人填写：{title}", "somebody fills in: {title}"),
    group="people",
    kind="wait",
    config=Config,
    run=run,
    check=check,
    waits=True,
    ports=(SUBMITTED, TIMEOUT),
    ports_from="reminders[].id",
    reasons={
        "looking_up": text("正在确定处理人", "finding out who fills it in"),
        "waiting": text("等待 {people} 填写", "waits for {people}"),
        "submitted": text("{by} 已提交", "submitted by {by}"),
    },
    errors={"nobody": text("没有找到处理人", "nobody to fill it in")},
    output=output,
    search=("人工", "待办", "表单", "todo"),
)
