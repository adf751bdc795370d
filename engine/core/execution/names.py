"""What a step can read: the names of its scope, and the Context a node's `run` receives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from engine.core.execution.advance import Advance
from engine.core.execution.steps import Step
from engine.core.node import Answer
from engine.core.run import Signal


class StepContext:
    """The Context of node.py for one call of one step."""

    __slots__ = ("answers", "customer", "now", "owner", "run_id", "scope", "scope_id", "step")

    def __init__(
        self,
        signal: Signal,
        start: Mapping[str, Any],
        scope_id: str,
        step: Step,
        scope: dict[str, Any],
        answers: tuple[Answer, ...] = (),
    ) -> None:
        self.now = signal.now
        self.customer = signal.customer
        self.owner: str = start["owner"]
        self.run_id: str = start["run_id"]
        self.step = step
        self.scope_id = scope_id
        self.scope = scope
        self.answers = answers

    @property
    def flow_key(self) -> str:
        return self.step.flow_key

    @property
    def node_id(self) -> str:
        return self.step.id

    @property
    def answer(self) -> Answer | None:
        return self.answers[-1] if self.answers else None

    @property
    def event(self) -> Mapping[str, Any]:
        return self.scope["event"]  # type: ignore[no-any-return]

    @property
    def params(self) -> Mapping[str, Any]:
        return self.scope["params"]  # type: ignore[no-any-return]

    @property
    def vars(self) -> Mapping[str, Any]:
        return self.scope["vars"]  # type: ignore[no-any-return]

    @property
    def steps(self) -> Mapping[str, Any]:
        return self.scope["steps"]  # type: ignore[no-any-return]

    def value(self, expression: str) -> Any:
        return self.step.texts.expression(expression)(self.scope, self.now)

    def holds(self, condition: str | Mapping[str, Any] | None) -> bool:
        if condition is None or condition == "":
            return True
        return bool(self.step.texts.condition(condition)(self.scope, self.now))

    def render(self, template: Any) -> Any:
        kind = template.__class__
        if kind is str:
            if "{{" not in template:
                return template
            return self.step.texts.template(template)(self.scope, self.now)
        if kind is dict or isinstance(template, Mapping):
            return {key: self.render(value) for key, value in template.items()}
        if isinstance(template, list | tuple):
            return [self.render(value) for value in template]
        if isinstance(template, BaseModel):
            return self.render(dict(template))
        return template


def names_for(advance: Advance, scope_id: str, step: Step) -> dict[str, Any]:
    """All names a step can read. Of its neighbours it sees only those that precede it, whatever
    else has ended meanwhile: so what it computes never depends on the order of arrival.
    """
    names = advance.names.get(scope_id)
    if names is None:
        names = advance.names[scope_id] = _names_of(advance, scope_id)
    scope = advance.scopes[scope_id]
    if "wide" not in scope:
        # One way only: whatever has ended here precedes it.
        if "vars" in scope:
            return names
        return {**names, "steps": {**names["steps"], **scope["out"]}}
    before = {key: value for key, value in scope["out"].items() if key in step.before}
    if "vars" not in scope:
        before = {**names["steps"], **before}
    return {**names, "steps": before}


def names_inside(advance: Advance, scope_id: str) -> dict[str, Any]:
    """All names at the end of a scope: its result and its conditions see every step of it."""
    names = advance.names.get(scope_id)
    if names is None:
        names = advance.names[scope_id] = _names_of(advance, scope_id)
    return {**names, "steps": {**names["steps"], **advance.scopes[scope_id]["out"]}}


def _names_of(advance: Advance, scope_id: str) -> dict[str, Any]:
    """A scope's names; `steps` are those around it (a flow's own scope: its own, live)."""
    scope = advance.scopes[scope_id]
    kind = scope["kind"]
    if kind == "root" or kind == "flow":
        graph = advance.version.graphs[scope["graph"]]
        start = advance.start
        given = start.get("params") if kind == "root" else None
        params = {**graph.params, **(given or {})}
        event = start.get("event") or {}
        handed = scope.get("input")
        if handed:
            # A sub-flow on the same record: the same event, with what the caller hands in.
            event = {**event, "data": {**_data_of(event), **handed}}
        names = flow_names(advance.signal, event, params, scope["out"])
        names["vars"] = scope["vars"]
        return names
    parent: str = scope["parent"]
    around, holder = advance.step_at(parent)
    names = names_for(advance, around, holder)
    index: int = scope["index"]
    own: dict[str, Any] = {"index": index}
    if kind == "each":
        own["item"] = advance.waits[parent]["box"]["items"][index]
    else:
        own["round"] = index + 1
        if kind == "repeat":
            own["last"] = advance.waits[parent]["box"]["last"]
    # A copy of the steps: around it may be the live outputs of the scope outside.
    return {**names, **own, "steps": dict(names["steps"])}


def flow_names(
    signal: Signal,
    event: Mapping[str, Any],
    params: Mapping[str, Any],
    outputs: Mapping[str, Any],
) -> dict[str, Any]:
    """The names of a flow's own scope, in which no variable is set yet; `outputs` stays itself."""
    data, customer = event.get("data"), signal.customer
    if data.__class__ is not dict:
        data = _data_of(event)
    names = _OWN_NAMES.copy()  # has room for what is added
    names.update(data)  # its record: order, refund, message, ...
    names["event"] = event
    names["customer"] = data.get("customer") if customer is None else customer
    names["params"] = params
    names["vars"] = {}
    names["steps"] = outputs
    return names


def customer_in(event: Mapping[str, Any], signal: Signal) -> Any:
    """The customer as a signal shows it, else as the event does."""
    return _data_of(event).get("customer") if signal.customer is None else signal.customer


_OWN_NAMES: dict[str, Any] = dict.fromkeys(("event", "customer", "params", "vars", "steps"))


def _data_of(event: Mapping[str, Any]) -> dict[str, Any]:
    data = event.get("data")
    return dict(data) if isinstance(data, Mapping) else {}
