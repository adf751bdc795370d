"""Chooses the way by conditions: the first that holds, or every one that holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from engine.core.choices import doubled_ports, port_id, port_name
from engine.core.errors import Problem
from engine.core.expression import compile_condition
from engine.core.expression.facts import facts_of, facts_reader
from engine.core.fields import Condition, Form, field
from engine.core.node import (
    CHANGES,
    DEFAULT,
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


class Branch(Form):
    id: str = port_id()
    name: str = port_name()
    when: Condition = field(text("满足条件", "Condition"), widget="condition")

    @cached_property
    def looks_at(self) -> list[str]:
        """The names the condition reads; found once, used in every run."""
        return sorted(compile_condition(self.when).names)


class Config(NodeConfig):
    branches: tuple[Branch, ...] = field(
        text("分支", "Branches"), widget="list", min_length=1, max_length=50
    )
    mode: Literal["first", "every"] = field(
        text("怎么走", "Takes"),
        widget="select",
        default="first",
        options={
            "first": text("只走第一个满足的", "the first that holds"),
            "every": text("所有满足的都走", "every one that holds"),
        },
    )


def run(config: Config, ctx: Context) -> Done:
    branches, holds = config.branches, ctx.holds
    if config.mode == "every":
        chosen = [branch for branch in branches if holds(branch.when)]
    else:
        chosen = []
        for branch in branches:
            if holds(branch.when):
                chosen.append(branch)
                break
    facts = facts_of([found for one in chosen or branches for found in one.looks_at], ctx.scope)
    if not chosen:
        reason = "none" if facts else "none_plain", {"facts": facts}
        return Done("default", {"branches": []}, (), reason)
    ids = [branch.id for branch in chosen]
    told = {"names": [branch.name for branch in chosen], "facts": facts}
    port = ids[0] if len(ids) == 1 else tuple(ids)
    return Done(port, {"branches": ids}, (), ("matched" if facts else "matched_plain", told))


def prepare(config: Config, texts: Texts) -> Prepared | None:
    """The first that holds, with each branch's condition and answer at hand."""
    if config.mode == "every":
        return None
    ways = [
        (texts.condition(one.when), facts_reader(one.looks_at), one.id, [one.name])
        for one in config.branches
    ]
    otherwise = facts_reader([found for one in config.branches for found in one.looks_at])

    def quick(
        scope: Mapping[str, Any], now: datetime, owner: str, customer: Mapping[str, Any] | None
    ) -> tuple[str, Reason]:
        for holds, read, id_, names in ways:
            if holds(scope, now):
                facts = read(scope)
                told = {"names": names, "facts": facts}
                return id_, ("matched" if facts else "matched_plain", told)
        facts = otherwise(scope)
        return "default", ("none" if facts else "none_plain", {"facts": facts})

    outcomes = {one.id: Outcome({"branches": [one.id]}, CHANGES) for one in config.branches}
    return Prepared({**outcomes, "default": Outcome({"branches": []}, CHANGES)}, quick)


def check(config: Config) -> list[Problem]:
    found = doubled_ports((branch.id for branch in config.branches), "/branches")
    for index, branch in enumerate(config.branches):
        if branch.when in ("", {}, {"all": []}, {"any": []}):
            message = text(
                "还没有写条件；不满足其他分支时会自动走“其他情况”",
                "there is no condition; whatever fits no branch takes “otherwise”",
            )
            found.append(Problem(f"/branches/{index}/when", message, "required"))
    return found


NODE = NodeType(
    label=text("条件分支", "Branch"),
    summary=text("分成 {branches[].name}", "into {branches[].name}"),
    group="logic",
    kind="choice",
    config=Config,
    run=run,
    prepare=prepare,
    check=check,
    ports=(DEFAULT,),
    ports_from="branches[].id",
    output={
        "type": "object",
        "properties": {
            "branches": {
                "type": "array",
                "items": {"type": "string"},
                "title": "满足的分支 branches",
            }
        },
    },
    reasons={
        "matched": text("满足「{names}」：{facts}", "“{names}” holds: {facts}"),
        "matched_plain": text("满足「{names}」", "“{names}” holds"),
        "none": text("没有满足的分支，走其他情况：{facts}", "no branch holds, otherwise: {facts}"),
        "none_plain": text("没有满足的分支，走其他情况", "no branch holds: otherwise"),
    },
    search=("如果", "判断", "条件", "分支", "if", "else", "when"),
)
