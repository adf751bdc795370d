"""Chooses the way by conditions: the first that holds, or every one that holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from engine.core.choices import doubled_ports, port_id, port_name
from engine.core.errors import Problem
from engine.core.expression import compile_condition
from engine.core.fields import Condition, Form, field
from engine.core.node import (
    DEFAULT,
    Context,
    Done,
    Ended,
    NodeConfig,
    NodeType,
    Prepared,
    Texts,
)
from engine.core.text import text

MOST_ITEMS = 10  # of a list, in a reason
_PLAIN = frozenset({str, Decimal, int, bool, type(None)})


class Branch(Form):
    id: str = port_id()
    name: str = port_name()
    when: Condition = field(text("满足条件", "Condition"), widget="condition")

    @cached_property
    def looks_at(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The names the condition reads, whole and in parts; found once, used in every run."""
        names = sorted(compile_condition(self.when).names)
        return tuple((name, tuple(name.split("."))) for name in names)


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
    facts = _facts(chosen or branches, ctx.scope)
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
        (texts.condition(one.when), _reader((one,)), one.id, {"branches": [one.id]}, [one.name])
        for one in config.branches
    ]
    otherwise = _reader(config.branches)

    def prepared(ctx: Context) -> Ended:
        scope, now = ctx.scope, ctx.now
        for holds, facts_of, id_, output, names in ways:
            if holds(scope, now):
                facts = facts_of(scope)
                told = {"names": names, "facts": facts}
                return id_, output, ("matched" if facts else "matched_plain", told), (), None
        facts = otherwise(scope)
        reason = "none" if facts else "none_plain", {"facts": facts}
        return "default", {"branches": []}, reason, (), None

    return prepared


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


def _facts(branches: Iterable[Branch], scope: Mapping[str, Any]) -> dict[str, Any]:
    """What the conditions looked at: {"order.amount": 620, "customer.level": "gold"}.

    Records and lists of records are left out: much in the journal, little in a sentence.
    """
    facts: dict[str, Any] = {}
    for branch in branches:
        for name, parts in branch.looks_at:
            found: Any = scope
            for part in parts:
                if found.__class__ is dict or isinstance(found, Mapping):
                    found = found.get(part)
                else:
                    found = None
                    break
            if found.__class__ in _PLAIN:
                facts[name] = found
                continue
            if isinstance(found, (list, tuple)):
                found = list(found[:MOST_ITEMS])
                if any(isinstance(item, (Mapping, list, tuple)) for item in found):
                    continue
            if not isinstance(found, Mapping):
                facts[name] = found
    return facts


def _reader(branches: tuple[Branch, ...]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """`_facts` of these branches, quick where every name is a plain field of a record."""
    fields: list[tuple[str, str, str]] | None = None

    def read(scope: Mapping[str, Any]) -> dict[str, Any]:
        nonlocal fields
        if fields is None:
            names = [found for branch in branches for found in branch.looks_at]
            fields = [(name, parts[0], parts[1]) for name, parts in names if len(parts) == 2]
            fields = fields if len(fields) == len(names) else []
        facts: dict[str, Any] = {}
        try:
            for name, record, member in fields:
                found = facts[name] = scope[record][member]
                if found.__class__ not in _PLAIN:
                    return _facts(branches, scope)
        except (KeyError, TypeError):
            return _facts(branches, scope)
        return facts or _facts(branches, scope)

    return read


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
