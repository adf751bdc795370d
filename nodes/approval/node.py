"""Asks people level by level whether something may go on (多级审批)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.core.errors import GiveUp, Problem
from engine.core.expression import to_text
from engine.core.node import (
    TIMEOUT,
    Answer,
    Ask,
    Context,
    Done,
    NodeType,
    Port,
    Read,
    Several,
    Task,
    because,
)
from engine.core.people import (
    reminders,
    reserved_ports,
    unclear,
    whom,
)
from engine.core.script import Story, replay
from engine.core.text import text
from nodes.approval.config import Config, Level

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
            f"“{level.name}”需要 {need} 人同意，但只有 {people} 位审批人",
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
    summary=text("逐级审批：{title}", "approval, level by level: {title}"),
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
        "waiting": text("等待“{level}”审批：{people}", "level {level} waits for {people}"),
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
