"""Takes the way that belongs to a value: the channel, the level, the kind of request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from engine.core.choices import doubled_ports, port_id, port_name
from engine.core.errors import Problem
from engine.core.fields import Form, field
from engine.core.node import (
    CHANGES,
    DEFAULT,
    Context,
    Done,
    NodeConfig,
    NodeType,
    Outcome,
    Prepared,
    Texts,
)
from engine.core.text import text


class Case(Form):
    id: str = port_id()
    name: str = port_name()
    values: tuple[str, ...] = field(
        text("等于这些值之一", "Is one of"), widget="tags", min_length=1, max_length=200
    )


class Config(NodeConfig):
    value: str = field(
        text("看哪个值", "Which value"),
        help=text("例如 order.channel", "such as order.channel"),
        widget="expression",
        min_length=1,
        max_length=400,
    )
    cases: tuple[Case, ...] = field(
        text("分支", "Ways"), widget="list", min_length=1, max_length=50
    )

    @cached_property
    def by_text(self) -> dict[str, Case]:
        """The first case that names a text; nearly every value is one."""
        found: dict[str, Case] = {}
        for case in self.cases:
            for value in case.values:
                found.setdefault(value, case)
        return found


def run(config: Config, ctx: Context) -> Done:
    return _answer(config, ctx.value(config.value))


def prepare(config: Config, texts: Texts) -> Prepared:
    """What each text in the cases gives is known beforehand; any other value is looked at."""
    evaluate = texts.expression(config.value)
    known = {value: _told(_answer(config, value)) for value in config.by_text}

    def quick(
        scope: Mapping[str, Any], now: datetime, owner: str, customer: Mapping[str, Any] | None
    ) -> tuple[str, Any]:
        found = evaluate(scope, now)
        if found.__class__ is str and found in known:
            return known[found]
        return _told(_answer(config, found))

    changing = Outcome(CHANGES, CHANGES)
    outcomes = {"default": changing} | {case.id: changing for case in config.cases}
    return Prepared(outcomes, quick)


def _told(done: Done) -> tuple[str, Any]:
    return str(done.port), (done.output, done.reason)


def _answer(config: Config, found: Any) -> Done:
    case = config.by_text.get(found) if found.__class__ is str else _case(config.cases, found)
    if case is None:
        output = {"value": found, "case": None, "name": None}
        return Done("default", output, (), ("none", {"what": config.value, "value": found}))
    return Done(
        case.id,
        {"value": found, "case": case.id, "name": case.name},
        (),
        ("matched", {"what": config.value, "value": found, "name": case.name}),
    )


def _case(cases: tuple[Case, ...], found: Any) -> Case | None:
    values = found if isinstance(found, (list, tuple, set, frozenset)) else (found,)
    for case in cases:
        if any(_equals(value, wanted) for value in values for wanted in case.values):
            return case
    return None


def check(config: Config) -> list[Problem]:
    found = doubled_ports((case.id for case in config.cases), "/cases")
    seen: dict[str, str] = {}
    for index, case in enumerate(config.cases):
        for value in case.values:
            if value in seen and seen[value] != case.name:
                message = text(
                    f"“{value}”已经在分支“{seen[value]}”里，到不了这里",
                    f"“{value}” already belongs to “{seen[value]}”",
                )
                found.append(Problem(f"/cases/{index}/values", message, "overlap"))
            seen.setdefault(value, case.name)
    return found


def _equals(value: Any, wanted: str) -> bool:
    """Cases are typed as text; a number is compared as a number, so 2 is 2.00."""
    if value is None:
        return False
    if isinstance(value, bool):
        return wanted.strip().lower() in (("true", "是") if value else ("false", "否"))
    if isinstance(value, (int, Decimal)):
        try:
            return Decimal(wanted.strip()) == value
        except InvalidOperation:
            return False
    return str(value) == wanted


NODE = NodeType(
    label=text("按值分流", "Switch"),
    summary=text("按 {value} 分流", "by {value}"),
    group="logic",
    kind="choice",
    config=Config,
    run=run,
    prepare=prepare,
    check=check,
    ports=(DEFAULT,),
    ports_from="cases[].id",
    output={
        "type": "object",
        "properties": {
            "value": {"title": "值 value"},
            "case": {"type": ["string", "null"], "title": "出口标识 case"},
            "name": {"type": ["string", "null"], "title": "分支名称 name"},
        },
    },
    reasons={
        "matched": text("{what} 是「{value}」，走「{name}」", "{what} is “{value}”: {name}"),
        "none": text(
            "{what} 是「{value}」，不属于任何分支，走其他情况",
            "{what} is “{value}”, which belongs to no way: otherwise",
        ),
    },
    search=("分流", "渠道", "等级", "case", "route"),
)
