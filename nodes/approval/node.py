"""Asks people level by level whether something may go on (多级审批)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Literal

from engine.core.errors import GiveUp, Problem
from engine.core.expression import to_text
from engine.core.fields import Form, field
from engine.core.node import (
    TIMEOUT,
    Answer,
    Ask,
    Context,
    Done,
    NodeConfig,
    NodeType,
    Port,
    Read,
    Several,
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
from engine.core.script import Story, replay
from engine.core.text import text

APPROVED = Port("approved", text("通过", "approved"))
REJECTED = Port("rejected", text("驳回", "rejected"))
COMMENT = {
    "type": "object",
    "properties": {
        "comment": {
            "type": "string",
            "maxLength": 2000,
            "x-title": text("审批意见", "Comment"),
            "x-widget": "multiline",
        }
    },
}


class Level(Form):
    name: str = field(text("级别名称", "Level"), min_length=1, max_length=40)
    who: People = field(text("审批人", "Who decides"), widget="people")
    need: Literal["any", "all", "n"] = field(
        text("几人同意", "Whose consent"),
        help=text(
            "任何方式下,一人驳回即为驳回", "whatever is chosen, one rejection rejects the level"
        ),
        widget="select",
        default="any",
        options={
            "any": text("或签:一人同意即可", "any one of them"),
            "all": text("会签:全部同意", "all of them"),
            "n": text("其中若干人同意", "some of them"),
        },
    )
    n: int = field(
        text("同意人数", "How many"),
        help=text("选择“其中若干人同意”时有效", "counts where some of them are asked for"),
        widget="number",
        default=2,
        ge=1,
        le=100,
    )


class Config(NodeConfig):
    title: str = field(
        text("审批事项", "What is to be approved"), widget="template", min_length=1, max_length=400
    )
    levels: tuple[Level, ...] = field(
        text("审批级别", "Levels"), widget="list", min_length=1, max_length=10
    )
    details: dict[str, Any] = field(
        text("给审批人看的内容", "Details shown"),
        help=text("左边是名称,右边是内容", "name on the left, content on the right"),
        widget="mapping",
        default_factory=dict,
    )
    timeout: timedelta = field(
        text("每级最长等待", "Time for each level"),
        help=text("超过后走“超时”出口", "then the step ends by its timeout port"),
        widget="duration",
        default=timedelta(days=1),
        gt=timedelta(),
        le=timedelta(days=731),
    )
    reminders: tuple[Urge, ...] = field(
        text("催办", "Reminders"), widget="list", default=(), max_length=10
    )


def story(config: Config, ctx: Context) -> Story:
    """One level after the other.

    1. Who decides on this level is looked up when the level begins. Nobody: an error.
    2. Each gets a task of their own; enough consents or one rejection settle the level.
    3. A rejection ends it all; after the last level it is approved.
    """
    decisions: list[dict[str, Any]] = []
    for level in config.levels:
        found = yield Ask(Read("people", whom(level.who, ctx)), reason=because("looking_up"))
        people = {person["id"]: person for person in found.value or ()}
        need = _needed(level, len(people))
        settled = yield Ask(
            Several({id_: _task(config, level, id_, ctx) for id_ in people}, need, ("rejected",)),
            timeout=config.timeout,
            reminders=reminders(config.reminders),
            reason=because("waiting", level=level.name, people=_names(people.values())),
        )
        decisions += _decisions(level, settled)
        # Not by settled.port: where one consent is enough, that is the name of who decided.
        if any(answer["port"] == "rejected" for answer in settled.value.values()):
            output = {"decision": "rejected", "level": level.name, "decisions": decisions}
            return Done("rejected", output, reason=because("rejected", level=level.name))
    last = config.levels[-1].name
    output = {"decision": "approved", "level": last, "decisions": decisions}
    return Done("approved", output, reason=because("approved", levels=len(config.levels)))


def run(config: Config, ctx: Context) -> Done | Ask:
    return replay(story(config, ctx), ctx.answers)


def _needed(level: Level, people: int) -> int:
    if not people:
        message = f"“{level.name}”这一级没有找到审批人", f"nobody was found for level {level.name}"
        raise GiveUp(text(*message), code="nobody")
    need = {"any": 1, "all": people, "n": level.n}[level.need]
    if need > people:
        message = (
            f"“{level.name}”需要 {need} 人同意,但只有 {people} 位审批人",
            f"level {level.name} needs {need} consents but has only {people} people",
        )
        raise GiveUp(text(*message), code="too_few")
    return need


def _task(config: Config, level: Level, user: str, ctx: Context) -> Task:
    return Task(
        title=f"{to_text(ctx.render(config.title))} · {level.name}",
        who={"users": [user]},
        form=COMMENT,
        details=ctx.render(config.details),
        due=ctx.now + config.timeout,
    )


def _decisions(level: Level, settled: Answer) -> list[dict[str, Any]]:
    made = [
        {
            "level": level.name,
            "by": answer["value"].get("by", name),
            "at": answer["value"].get("at"),
            "port": answer["port"],
            "comment": (answer["value"].get("values") or {}).get("comment", ""),
        }
        for name, answer in settled.value.items()
    ]
    return sorted(made, key=lambda decision: str(decision["at"] or ""))


def _names(people: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(person.get("name") or person["id"]) for person in people]


def check(config: Config) -> list[Problem]:
    problems = [
        problem
        for index, level in enumerate(config.levels)
        for problem in unclear(level.who, f"/levels/{index}/who")
    ]
    return problems + reserved_ports(config.reminders, (APPROVED, REJECTED))


NODE = NodeType(
    label=text("多级审批", "Approval"),
    summary=text("逐级审批:{title}", "approval, level by level: {title}"),
    group="people",
    kind="wait",
    config=Config,
    run=run,
    check=check,
    waits=True,
    ports=(APPROVED, REJECTED, TIMEOUT),
    ports_from="reminders[].id",
    reasons={
        "looking_up": text("正在确定审批人", "finding out who decides"),
        "waiting": text("等待“{level}”审批:{people}", "level {level} waits for {people}"),
        "approved": text("{levels} 级审批全部通过", "approved by all {levels} levels"),
        "rejected": text("在“{level}”这一级被驳回", "rejected at level {level}"),
    },
    errors={
        "nobody": text("没有找到审批人", "nobody to decide"),
        "too_few": text("审批人数不够", "fewer people than consents needed"),
    },
    output={
        "type": "object",
        "properties": {
            "decision": {"enum": ["approved", "rejected"], "x-title": text("结论", "Decision")},
            "level": {"type": "string", "x-title": text("最后一级", "Last level")},
            "decisions": {
                "type": "array",
                "x-title": text("审批记录", "Decisions"),
                "items": {
                    "type": "object",
                    "properties": {
                        "level": {"type": "string"},
                        "by": {"type": "string"},
                        "at": {"type": "string", "format": "date-time"},
                        "port": {"enum": ["approved", "rejected"]},
                        "comment": {"type": "string"},
                    },
                },
            },
        },
    },
    search=("审核", "复核", "会签", "或签", "催办", "review", "countersign"),
)
