"""The whole contract of a node.

A node is plain data plus one function:

    NODE = NodeType(label=text("条件分支", "Branch"), group="logic", config=Config, run=run, ...)
    def run(config: Config, ctx: Context) -> Done | Ask: ...

`run` is pure: no clock, no random source, no database, no network. What it needs it asks for; what
it wants done it returns. It is called again with one more answer in `ctx.answers` until it is Done,
so it must decide from `config` and `ctx` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from engine.core.effect import Effect, EffectClass
from engine.core.fields import Form
from engine.core.text import Text, text
from engine.core.triggers import Start


class NodeConfig(Form):
    """Root of every node's Config."""


# -- what a node may ask for ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Read:
    """Data of the store, answered in the same advance. `kind` names the reader, e.g. `orders`."""

    kind: str
    args: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A person's decision or form. Answered by (port, {"by", "at", "values": {...}})."""

    title: str
    who: Mapping[str, Any]  # {"users": [...], "roles": [...], "relative": "manager", "of": ...}
    kind: Literal["approval", "form"] = "approval"
    form: Mapping[str, Any] | None = None  # JSON Schema of what is filled in
    ports: tuple[str, ...] = ("approved", "rejected")
    details: Mapping[str, Any] = field(default_factory=dict)  # shown to the person
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An event to come. Answered by ("event", the event); the condition sees it as `incoming`.

    `key` is the correlation "kind:id" (None: the run's own owner). `since_start` counts events from
    the run's start instead of the step's.
    """

    type: str
    key: str | None = None
    condition: str | Mapping[str, Any] | None = None
    since_start: bool = False


@dataclass(frozen=True, slots=True)
class Until:
    """A moment. Answered by ("out", the moment)."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Child:
    """Another flow. Answered by the child's ("out", output) or ("error", ...).

    Without `owner` it is a scope of this run; with one it is a run of its own on that record.
    """

    flow: str
    input: Mapping[str, Any] = field(default_factory=dict)
    owner: str | None = None
    wait: bool = True


@dataclass(frozen=True, slots=True)
class Each:
    """The node's body once per item, `at_a_time` together.

    Answered by ("out", {"results": [...] in item order, "count": n}). `result` is an expression
    read at the end of each item's scope (None: the outputs of the body's last step). `enough` is a
    condition on `results`; when it holds the others are cancelled.
    """

    items: tuple[Any, ...]
    at_a_time: int = 1
    result: str | None = None
    enough: str | Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Repeat:
    """The node's body round by round until `until` holds or `limit` rounds are done.

    Answered by ("out" or "limit", {"last": ..., "rounds": n}). `result` as in Each.
    """

    limit: int
    until: str | Mapping[str, Any] | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Several:
    """Named requests at once, settled when `need` are answered or one answers by a `stop_on` port.

    Answered by (port, {name: {"port", "value"}}): the port is the name of the answer that settled
    it when `need` is 1; else "out", or the `stop_on` port that settled it. The rest is withdrawn.
    Only Task, Event, Until, Effect and Child may be inside.
    """

    requests: Mapping[str, Request]
    need: int = 1
    stop_on: tuple[str, ...] = ()


Request = Read | Effect | Task | Event | Until | Child | Each | Repeat | Several


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for a request."""

    port: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Reminder:
    """A non-interrupting timer of a waiting step (SEMANTICS R4).

    `port` lights its line once at `after`; with `every` it opens `handlers[port]` per tick, at most
    `times` ticks.
    """

    port: str
    after: timedelta
    every: timedelta | None = None
    times: int = 1


# -- what a node returns -------------------------------------------------------------------------

# Why a step ended as it did: a key of NodeType.reasons and the values its sentence names. The
# sentence is made when the trace is read, in the reader's language.
Reason = tuple[str, Mapping[str, Any]]
_NO_VALUES: Mapping[str, Any] = {}


def _no_values() -> Mapping[str, Any]:
    return _NO_VALUES


def because(code: str, **values: Any) -> Reason:
    """A reason with the values its sentence names."""
    return code, values


# Not frozen, though nobody changes one: freezing triples the price of making it, in every step.
@dataclass(slots=True)
class Done:
    """The step has ended.

    `port` is one port, or several where a choice takes every match. `effects` are done without
    waiting. `sets` are variables written. `ends_run` ends everything (the End node).
    """

    port: str | tuple[str, ...] = "out"
    output: Any = None
    effects: tuple[Effect, ...] = ()
    reason: Reason = ("done", _NO_VALUES)
    sets: Mapping[str, Any] = field(default_factory=_no_values)
    ends_run: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """The step waits for an answer.

    After `timeout` (the document's own timeout wins) the step ends by port `timeout`. An answer by
    port `error` ends the step by its error port unless `catch` is set; then `run` sees it.
    """

    request: Request
    timeout: timedelta | None = None
    reason: Reason = ("asked", _NO_VALUES)
    reminders: tuple[Reminder, ...] = ()
    catch: bool = False


class Context(Protocol):
    """What a node may know. Everything in it is immutable."""

    now: datetime  # the signal's time, aware UTC
    run_id: str
    scope_id: str
    answers: tuple[Answer, ...]  # all answers of this step so far, in order

    @property
    def flow_key(self) -> str: ...

    @property
    def node_id(self) -> str: ...

    @property
    def answer(self) -> Answer | None:
        """The newest answer; None at the first call."""

    @property
    def event(self) -> Mapping[str, Any]:
        """The event that started the run: id, type, source, subject, time, data and its record."""

    @property
    def customer(self) -> Mapping[str, Any] | None:
        """The customer as of this advance, with the fields the flow names; None without one."""

    @property
    def owner(self) -> str:
        """Whose run this is: "customer:cus_1", "order:ord_1", ..."""

    @property
    def params(self) -> Mapping[str, Any]: ...

    @property
    def vars(self) -> Mapping[str, Any]: ...

    @property
    def steps(self) -> Mapping[str, Any]:
        """Outputs of earlier steps by node id."""

    @property
    def scope(self) -> Mapping[str, Any]:
        """All names an expression can read."""

    def value(self, expression: str) -> Any:
        """The value of an expression text; raises GiveUp (code "expression") with a sentence."""

    def holds(self, condition: str | Mapping[str, Any] | None) -> bool:
        """Whether a condition (rows or text) holds; None and "" hold always."""

    def render(self, template: Any) -> Any:
        """A config value with every `{{ }}` in it filled, at any depth.

        A string that is one single `{{ expression }}` becomes its value.
        """


# -- what is made ready for a config --------------------------------------------------------------

# A branch, a switch, a tag: by which ports they end is known before the first event, and so is most
# of what they say. Only the rest is computed in a run, and only the rest is written to its journal.

Evaluate = Callable[[Mapping[str, Any], datetime | None], Any]


class Texts(Protocol):
    """A flow's expressions as functions of (scope, now): what `NodeType.prepare` may look up."""

    def expression(self, source: str) -> Evaluate: ...

    def condition(self, source: str | Mapping[str, Any]) -> Evaluate: ...

    def template(self, source: str) -> Evaluate: ...


# Stands in an Outcome for a member that is another one in every run.
CHANGES: Any = object()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step ends with by one port; `output`, `reason` and `effects` may be CHANGES.

    With `sets_output` the output is also the variables written.
    """

    output: Any = None
    reason: Reason = ("done", {})
    effects: tuple[Effect, ...] = ()
    sets_output: bool = False

    @property
    def changes(self) -> tuple[str, ...]:
        """The names of the members that change, in the order `Prepared.run` gives them."""
        members = ("output", self.output), ("reason", self.reason), ("effects", self.effects)
        return tuple(name for name, value in members if value is CHANGES)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A step of one config.

    outcomes  by every port `run` gives
    run       (scope, now, owner, customer), all as in Context -> (port, what changes): the member
              itself where it is one, a tuple where they are several, whatever where there is none.
              When it raises, whatever that is, `NodeType.run` is asked instead.
    """

    outcomes: Mapping[str, Outcome]
    run: Callable[[Mapping[str, Any], datetime, str, Mapping[str, Any] | None], tuple[str, Any]]

    def done(self, port: str, found: Any) -> Done:
        """What `run` gave, in full."""
        outcome = self.outcomes[port]
        output, reason, effects = outcome.output, outcome.reason, outcome.effects
        changing = iter(found if len(outcome.changes) > 1 else (found,))
        if output is CHANGES:
            output = next(changing)
        if reason is CHANGES:
            reason = next(changing)
        if effects is CHANGES:
            effects = next(changing)
        return Done(port, output, effects, reason, output if outcome.sets_output else {})


# -- the type ------------------------------------------------------------------------------------

Group = Literal[
    "trigger", "logic", "people", "customer", "connector", "ticket", "settlement", "stock"
]
Kind = Literal["trigger", "choice", "action", "wait", "join", "container", "end"]


@dataclass(frozen=True, slots=True)
class Port:
    id: str
    label: Text


OUT = Port("out", text("下一步", "next"))
TRUE = Port("true", text("是", "yes"))
FALSE = Port("false", text("否", "no"))
DEFAULT = Port("default", text("其他情况", "otherwise"))
TIMEOUT = Port("timeout", text("超时", "timed out"))
ERROR = Port("error", text("出错", "error"))


@dataclass(frozen=True, slots=True)
class NodeType:
    """One block of the palette.

    `type` is the folder's name, set when it is found. `ports` are fixed; `ports_from` adds ports
    from the config ("branches[].id", label "branches[].name"). Every node may also be left by
    `error` or `error:<code>`, and by `timeout` where it waits. `writes_from` names the variables it
    sets ("fields[].name"). `output` is the JSON Schema of its output, or a function of the config.
    `errors` are the codes its error routes can match. `upgrade(config, version)` lifts an old
    config to the present one.

    `prepare(config, texts)` is for the blocks nearly every run passes: `run` for one config, with
    everything looked up that is known before the first event. It says the same as `run`
    (tests/conformance compares them); a Done where it always ends with that one; None where it has
    nothing to prepare.
    """

    label: Text
    summary: Text
    group: Group
    config: type[NodeConfig]
    run: Callable[[Any, Context], Done | Ask]
    kind: Kind = "action"
    ports: tuple[Port, ...] = (OUT,)
    ports_from: str | None = None
    effect_class: EffectClass = "pure"
    version: int = 1
    reasons: Mapping[str, Text] = field(default_factory=dict)
    errors: Mapping[str, Text] = field(default_factory=dict)
    output: Mapping[str, Any] | Callable[[Any], Mapping[str, Any]] | None = None
    writes_from: str | None = None
    start: Callable[[Any], Start] | None = None  # triggers only
    check: Callable[[Any], list[Any]] | None = None  # further publish checks: list[Problem]
    upgrade: Callable[[dict[str, Any], int], dict[str, Any]] | None = None
    waits: bool = False  # may wait for a person, an event or a time: a timeout is demanded
    has_body: bool = False
    prepare: Callable[[Any, Texts], Prepared | Done | None] | None = None
    search: tuple[str, ...] = ()  # further words the palette finds it by (pinyin initials are made)
    type: str = ""
