"""Runs one node against its cases, with real expressions and nothing else of the engine.

A case of `nodes/<type>/cases.json`:

    {
      "name":    a sentence
      "config":  the node's config
      "scope":   what expressions read: {"event", "order", "customer", "vars", "steps", ...}
      "answers": [{"port", "value"}]           one for each Ask, in order
      "now": "2026-03-01T10:00:00+08:00", "owner": "customer:cus_1", "flow": "demo", "node": "step"
      "expect":  {"port", "output", "sets", "ends_run", "reason", "effects", "ask", "asks", "error"}
    }

Only what `expect` names is compared. `output` and `sets` must be equal; an effect or a request must
hold at least what is named: {"kind": "customer.tag", "args": {"add": ["VIP"]}} and
{"request": "event", "type": "order.paid", "timeout": "P3D"}. `ask` is the last Ask of the case,
`asks` are all. `error` is the code of the GiveUp. Scope and answers are read as a live run holds
them: RFC 3339 text is a time, a number with a fraction and {"$d": "888.00"} are Decimal.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from engine.core.errors import GiveUp
from engine.core.execution.texts import Texts
from engine.core.expression import compile_condition, compile_expression, compile_template
from engine.core.node import Answer, Ask, Done, NodeType, Several
from engine.core.scene.compare import live, mismatches, plain

__all__ = [
    "Case",
    "TestContext",
    "cases_of",
    "live",
    "mismatches",
    "plain",
    "prepared_case",
    "run_case",
]

NODES = Path(__file__).parents[2] / "nodes"
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday, ten o'clock in Shanghai
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_DURATION = TypeAdapter(timedelta)
_MOST_ASKS = 20


@dataclass
class Case:
    """One case of one folder."""

    node: str
    name: str
    config: dict[str, Any]
    expect: dict[str, Any]
    context: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.node}: {self.name}"


@dataclass
class TestContext:
    """The Context of one step whose answers are prepared."""

    __test__ = False  # it is no test, whatever its name begins with

    names: dict[str, Any] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    now: datetime = NOW
    owner: str = "customer:cus_1"
    run_id: str = "run_1"
    flow_key: str = "demo"
    node_id: str = "step"
    scope_id: str = "root"

    @property
    def answer(self) -> Answer | None:
        return self.answers[-1] if self.answers else None

    @property
    def event(self) -> Mapping[str, Any]:
        return self.names.get("event") or {}

    @property
    def customer(self) -> Mapping[str, Any] | None:
        return self.names.get("customer")

    @property
    def params(self) -> Mapping[str, Any]:
        return self.names.get("params") or {}

    @property
    def vars(self) -> Mapping[str, Any]:
        return self.names.get("vars") or {}

    @property
    def steps(self) -> Mapping[str, Any]:
        return self.names.get("steps") or {}

    @property
    def scope(self) -> Mapping[str, Any]:
        return {"event": {}, "customer": None, "params": {}, "vars": {}, "steps": {}} | self.names

    def value(self, expression: str) -> Any:
        return compile_expression(expression).evaluate(self.scope, self.now)

    def holds(self, condition: str | Mapping[str, Any] | None) -> bool:
        if condition is None or condition == "":
            return True
        return bool(compile_condition(condition).evaluate(self.scope, self.now))

    def render(self, template: Any) -> Any:
        if isinstance(template, BaseModel):
            template = dict(template)
        return compile_template(template).evaluate(self.scope, self.now)


@dataclass
class Outcome:
    """What a case came to: its requests in order, and the end or the error, if it got so far."""

    asks: list[Ask]
    done: Done | None = None
    error: GiveUp | None = None

    def everything(self) -> Any:
        """All of it, comparable: two outcomes of one input must be equal."""
        error = None if self.error is None else [self.error.code, self.error.message]
        return plain([self.asks, self.done, error])

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"asks": [_ask(ask) for ask in self.asks]}
        if self.error is not None:
            found["error"] = self.error.code
        if self.done is not None:
            port = self.done.port
            found["port"] = port if isinstance(port, str) else list(port)
            found["output"] = plain(self.done.output)
            found["sets"] = plain(self.done.sets)
            found["ends_run"] = self.done.ends_run
            found["effects"] = [plain(effect) for effect in self.done.effects]
        last = self.done or (self.asks[-1] if self.asks else None)
        if last is not None and self.error is None:
            found["reason"] = last.reason[0]
        if self.asks:
            found["ask"] = found["asks"][-1]
        return found


def cases_of(type_: str, folder: Path = NODES) -> list[Case]:
    """The cases of one folder."""
    text = (folder / type_ / "cases.json").read_text(encoding="utf-8")
    # Twice: a config is what the designer saves, a scope is what a live run holds.
    configs = json.loads(text)
    scopes = json.loads(text, parse_float=Decimal)
    return [
        Case(
            node=type_,
            name=config["name"],
            config=config.get("config", {}),
            expect=scope["expect"],
            context={
                name: value for name, value in scope.items() if name not in ("config", "expect")
            },
        )
        for config, scope in zip(configs, scopes, strict=True)
    ]


def context_of(case: Case, answered: int | None = None) -> TestContext:
    """The case's context after `answered` answers (None: all)."""
    given = case.context
    answers = tuple(
        Answer(answer.get("port", "out"), live(answer.get("value")))
        for answer in given.get("answers", ())
    )
    return TestContext(
        names=live(given.get("scope", given.get("input", {}))),
        answers=answers[:answered],
        now=live(given["now"]) if "now" in given else NOW,
        owner=given.get("owner", "customer:cus_1"),
        flow_key=given.get("flow", "demo"),
        node_id=given.get("node", "step"),
    )


def run_case(node: NodeType, case: Case) -> Outcome:
    """Calls `run` with no answer, then with one more each time, as the interpreter does."""
    config = node.config.model_validate(copy.deepcopy(case.config))
    prepared = len(case.context.get("answers", ()))
    asks: list[Ask] = []
    for answered in range(min(prepared, _MOST_ASKS) + 1):
        try:
            found = node.run(config, context_of(case, answered))
        except GiveUp as error:
            return Outcome(asks, error=error)
        if isinstance(found, Done):
            assert answered == prepared, f"{case}: ended before all answers were used"
            return Outcome(asks, done=found)
        assert isinstance(found, Ask), f"{case}: run returned {type(found).__name__}"
        asks.append(found)
    return Outcome(asks)


def prepared_case(node: NodeType, case: Case) -> Outcome | None:
    """The same by `prepare`, as the interpreter does; None where it has nothing to prepare."""
    config = node.config.model_validate(copy.deepcopy(case.config))
    texts = Texts()
    texts.collect(config)
    known = node.prepare(config, texts) if node.prepare is not None else None
    if known is None or isinstance(known, Done):
        return known and Outcome([], done=known)
    ctx = context_of(case)
    try:
        return Outcome([], done=known.done(*known.run(ctx.scope, ctx.now, ctx.owner, ctx.customer)))
    except GiveUp as error:
        return Outcome([], error=error)


def _ask(ask: Ask) -> dict[str, Any]:
    found = {"timeout": plain(ask.timeout), "catch": ask.catch, "reason": ask.reason[0]}
    if ask.reminders:
        found["reminders"] = plain(ask.reminders)
    return found | _request(ask.request)


def _request(request: Any) -> dict[str, Any]:
    if isinstance(request, Several):
        inner = {name: _request(one) for name, one in request.requests.items()}
        return {"request": "several", **plain(request), "requests": inner}
    return {"request": type(request).__name__.lower(), **plain(request)}
