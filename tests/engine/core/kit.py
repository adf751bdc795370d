"""A handful of small node types and a player, so that the interpreter is tested by itself.

`Play` does what the runtime does: it keeps open requests, hands in answers, applies withdrawals. At
every signal it also checks what must always hold: the state handed in is untouched, a state that
went through bytes has the same future, and the journal replays to the same decisions.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import Field

from engine.core.effect import Effect
from engine.core.errors import GiveUp
from engine.core.execute import (
    decide,
    decode_journal,
    dump_state,
    encode_journal,
    load_state,
    new_state,
)
from engine.core.fields import Condition, field
from engine.core.flow import load_flow
from engine.core.node import (
    Ask,
    Child,
    Context,
    Done,
    Each,
    Entrance,
    Event,
    NodeConfig,
    NodeType,
    Read,
    Reminder,
    Repeat,
    Request,
    Several,
    Task,
    Until,
    because,
)
from engine.core.registry import Registry
from engine.core.run import Command, Decision, Signal
from engine.core.text import text
from engine.core.version import Version, compile_version

NOON = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
T = text("测试", "test")


def _text(widget: str = "text", default: str = "") -> Any:
    return field(T, widget=widget, default=default)  # type: ignore[arg-type]


class Nothing(NodeConfig):
    pass


class Do(NodeConfig):
    """An action: gives `gives`, does `effects`, sets `sets`, or fails with `fails`."""

    gives: Any = field(T, widget="template", default=None)
    effects: tuple[str, ...] = ()
    sets: dict[str, Any] = field(T, widget="mapping", default_factory=dict)
    fails: str = ""
    port: str = "out"


def do(config: Do, ctx: Context) -> Done:
    if config.fails:
        raise GiveUp(text("不行", "it cannot be"), code=config.fails)
    effects = tuple(Effect(kind, {"of": ctx.node_id}) for kind in config.effects)
    sets = ctx.render(config.sets)
    return Done(config.port, ctx.render(config.gives), effects, because("did"), sets=sets)


class Choose(NodeConfig):
    """A choice: the first, or every, condition that holds, in drawn order."""

    cases: dict[str, Any] = field(T, widget="condition", default_factory=dict)
    every: bool = False


def choose(config: Choose, ctx: Context) -> Done:
    held = tuple(port for port, condition in config.cases.items() if ctx.holds(condition))
    if not held:
        return Done("default")
    return Done(held if config.every else held[0], output={"held": list(held)})


class Wants(NodeConfig):
    """Asks for something once and leaves by the answer's port."""

    what: str = "task"
    port: str = ""  # leave by this port whatever the answer
    type: str = "message.received"
    condition: Condition | None = field(T, widget="condition", default=None)
    since_start: bool = False
    after: timedelta = timedelta(hours=1)
    times: int = 1
    timeout: timedelta | None = None
    catch: bool = False
    remind: dict[str, Any] = Field(default_factory=dict)
    owner: str | None = None


def wants(config: Wants, ctx: Context) -> Done | Ask:
    if len(ctx.answers) < config.times:
        return Ask(
            _wanted(config, ctx),
            timeout=config.timeout,
            catch=config.catch,
            reminders=tuple(
                Reminder(port, timedelta(minutes=after), every and timedelta(minutes=every), times)
                for port, (after, every, times) in config.remind.items()
            ),
        )
    answer = ctx.answers[-1]
    port = config.port or ("caught" if answer.port == "error" else answer.port)
    return Done(port, output={"got": answer.value, "port": answer.port})


def _wanted(config: Wants, ctx: Context) -> Request:
    if config.what == "task":
        return Task("Is it good?", {"roles": ["lead"]})
    if config.what == "event":
        return Event(config.type, None, config.condition, config.since_start)
    if config.what == "until":
        return Until(ctx.now + config.after)
    if config.what == "read":
        return Read("orders", {"customer": ctx.owner})
    if config.what == "own":
        return Effect("cap.take", {"cap": "daily"})
    if config.what == "call":
        return Effect("call", {"to": ctx.owner}, "message", "sms", "send", owner=config.owner)
    raise GiveUp("no such request")


class Many(NodeConfig):
    """Several requests at once: {name: what}."""

    parts: dict[str, str]
    need: int = 1
    stop_on: tuple[str, ...] = ()
    timeout: timedelta | None = None
    catch: bool = False
    flow: str = ""


def many(config: Many, ctx: Context) -> Done | Ask:
    if ctx.answer is None:
        requests: dict[str, Request] = {
            name: Child(config.flow, {"from": name})
            if what == "flow"
            else _wanted(Wants(what=what, type=f"{name}.came"), ctx)
            for name, what in config.parts.items()
        }
        several = Several(requests, config.need, config.stop_on)
        return Ask(several, timeout=config.timeout, catch=config.catch)
    return Done(ctx.answer.port, output=ctx.answer.value)


class Box(NodeConfig):
    items: str = _text("expression")
    at_a_time: int = 1
    result: str | None = field(T, widget="expression", default=None)
    enough: Condition | None = field(T, widget="condition", default=None)
    until: Condition | None = field(T, widget="condition", default=None)
    limit: int = 0
    timeout: timedelta | None = None
    catch: bool = False


def box(config: Box, ctx: Context) -> Done | Ask:
    if ctx.answer is not None:
        port = "caught" if ctx.answer.port == "error" else ctx.answer.port
        return Done(port, output=ctx.answer.value)
    if config.limit:
        request: Request = Repeat(config.limit, config.until, config.result)
    else:
        items = tuple(ctx.value(config.items))
        request = Each(items, config.at_a_time, config.result, config.enough)
    return Ask(request, timeout=config.timeout, catch=config.catch)


class Calls(NodeConfig):
    flow: str
    input: dict[str, Any] = field(T, widget="mapping", default_factory=dict)
    owner: str | None = None
    wait: bool = True


def calls(config: Calls, ctx: Context) -> Done | Ask:
    if ctx.answer is None:
        return Ask(Child(config.flow, ctx.render(config.input), config.owner, config.wait))
    return Done(output=ctx.answer.value)


class Meets(NodeConfig):
    mode: str = "all"
    n: int = 1
    stop_rest: bool = False


class Ends(NodeConfig):
    gives: Any = field(T, widget="template", default=None)
    whole: bool = True


def ends(config: Ends, ctx: Context) -> Done:
    return Done(output=ctx.render(config.gives), ends_run=config.whole)


def _type(config: type[NodeConfig], run: Callable[..., Any], kind: str = "action", **more: Any):
    return NodeType(T, T, "logic", config, run, kind, **more)  # type: ignore[arg-type]


TYPES: dict[str, NodeType] = {
    "start": _type(
        Nothing, lambda _, ctx: Done(output=ctx.event.get("data")), "trigger",
        start=lambda _: Entrance("manual"),
    ),
    "do": _type(Do, do),
    "choose": _type(Choose, choose, "choice"),
    "wants": _type(Wants, wants, "wait"),
    "many": _type(Many, many, "wait"),
    "box": _type(Box, box, "container"),
    "calls": _type(Calls, calls, "container"),
    "join": _type(Meets, lambda _, ctx: Done(), "join"),
    "end": _type(Ends, ends, "end"),
}  # fmt: skip


def registry(**more: NodeType) -> Registry:
    return Registry(nodes={**TYPES, **more}, connectors={})


REGISTRY = registry()


def node(id_: str, type_: str = "do", /, **config: Any) -> dict[str, Any]:
    """A node of a test flow; `body`, `handlers` and `lasts` (its timeout) are not of the config."""
    found = {"id": id_, "type": type_}
    for name, key in (("body", "body"), ("handlers", "handlers"), ("lasts", "timeout")):
        if name in config:
            found[key] = config.pop(name)
    found["config"] = config
    return found


def graph(nodes: list[dict[str, Any]], *lines: str) -> dict[str, Any]:
    """A graph; a line reads "a > b" or "a.port > b"."""
    edges = []
    for number, line in enumerate(lines):
        left, _, right = (part.strip() for part in line.partition(">"))
        source, _, port = left.partition(".")
        edges.append({"id": f"e{number}", "from": source, "port": port or "out", "to": right})
    return {"nodes": nodes, "edges": edges}


def flow(
    nodes: list[dict[str, Any]], *lines: str, key: str = "test", **more: Any
) -> dict[str, Any]:
    return {"key": key, "name": key, **graph(nodes, *lines), **more}


def compiled(
    document: dict[str, Any], *sub_flows: dict[str, Any], types: Registry = REGISTRY, **more: Any
) -> Version:
    called = {one["key"]: load_flow(one) for one in sub_flows}
    return compile_version(load_flow(document), types, sub_flows=called, **more)


class Play:
    """A run in the hands of a test."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self.state = new_state()
        self.now = NOON
        self.status = "queued"
        self.end: Mapping[str, Any] | None = None
        self.open: dict[str, Command] = {}  # by token, in the order made
        self.sent: list[Command] = []  # every command ever
        self.made: set[str] = set()  # every token ever
        self.records: list[Any] = []
        self.signals: list[Signal] = []
        self.decisions: list[Decision] = []
        self.event: dict[str, Any] = {}
        self.params: dict[str, Any] = {}

    def start(self, _event: dict[str, Any] | None = None, /, **value: Any) -> Play:
        self.event = {"id": "evt_1", "type": "order.paid", "data": _event or {}}
        self.params = value.get("params", {})
        given = {
            "event": self.event, "params": {}, "owner": "customer:cus_1", "trigger": "start",
            "run_id": "run_1", "chain": [], **value,
        }  # fmt: skip
        self.signal("start", value=given)
        return self

    def signal(
        self, kind: str, token: str = "", port: str = "", value: Any = None,
        customer: Mapping[str, Any] | None = None,
    ) -> Decision:  # fmt: skip
        signal = Signal(kind, self.now, len(self.signals) + 1, token, port, value, customer)  # type: ignore[arg-type]
        before = copy.deepcopy(self.state)
        made = decide(self.version, self.state, signal)
        assert self.state == before, "the state handed in was changed"
        kept = load_state(dump_state(self.state), event=self.event, params=self.params)
        again = decide(self.version, kept, signal)
        assert again == made, "a state that went through bytes has another future"
        if made.state is not self.state:
            self._journal(signal, made)
            if self.status == "failed":
                self.end = None
        self.state = made.state
        self.status = made.status
        self.records += made.records
        self.sent += made.commands
        for command in made.commands:
            self._apply(command)
        return made

    def _journal(self, signal: Signal, made: Decision) -> None:
        read = decode_journal(encode_journal(signal, made), event=self.event, params=self.params)
        assert read[1] == made.status
        assert [one.step for one in read[2]] == [one.step for one in made.records]
        assert read[2] == load_like(made.records)
        self.signals.append(read[0])
        self.decisions.append(made)

    def _apply(self, command: Command) -> None:
        if command.kind == "end":
            assert self.end is None, "a run ends once"
            self.end = command.body
            kinds = {one.kind for one in self.open.values()}
            assert kinds <= {"read", "effect", "child"}, "all that can be withdrawn is"
            self.open.clear()
        elif command.kind in ("close_task", "disarm", "unsubscribe"):
            del self.open[command.token]
        elif command.token:
            # A box's timers are armed again when an incident is over; all else is asked anew.
            assert command.kind == "timer" or command.token not in self.made, "a token is made once"
            self.made.add(command.token)
            self.open[command.token] = command

    # -- what the world answers --

    def reply(self, step: str, value: Any = None, port: str = "", kind: str = "") -> Decision:
        """Answers the open request of a step, by node id, path, or "path:name"."""
        token = self.token(step, kind)
        command = self.open[token]
        if command.kind == "timer":
            self.now = max(self.now, command.body)
            del self.open[token]
            return self.signal("timer", token)
        if command.kind == "subscribe":
            return self.signal("event", token, value=value)
        del self.open[token]
        if command.kind == "task":
            return self.signal("task", token, port or "approved", value)
        return self.signal("answer", token, port or "out", value)

    def token(self, step: str, kind: str = "") -> str:
        want, _, name = step.partition(":")
        for token, command in self.open.items():
            path = token.partition("#")[0]
            suffix = token.partition("#")[2]
            if path != want and path.rpartition("/")[2] != want:
                continue
            if kind and command.kind != kind:
                continue
            if not kind and "!" in suffix:
                continue
            if name and not suffix.endswith(f":{name}") and f"!{name}" not in suffix:
                continue
            return token
        raise KeyError(f"{step} has no open request among {list(self.open)}")

    def fire(self, step: str, name: str = "timeout") -> Decision:
        """Lets a timeout or a reminder of a step come due."""
        return self.reply(f"{step}:{name}", kind="timer")

    # -- what came of it --

    def steps(self, scope: str = "root") -> dict[str, str]:
        return dict(self.state["scopes"][scope]["steps"])

    def done(self, *, scope: str | None = None) -> list[str]:
        """Paths (or ids in one scope) of the steps done, in the order they ended."""
        paths = [one.step for one in self.records if one.status == "done"]
        if scope is None:
            return [path.removeprefix("root/") for path in paths]
        return [path.rpartition("/")[2] for path in paths if path.rpartition("/")[0] == scope]

    def output(self, id_: str, scope: str = "root") -> Any:
        return self.state["scopes"][scope]["out"][id_]

    def record(self, step: str) -> Any:
        """The newest record of a step."""
        found = [one for one in self.records if one.step in (step, f"root/{step}")]
        return found[-1]

    def replayed(self) -> list[Decision]:
        """The decisions of the journal's signals from the beginning."""
        state, found = new_state(), []
        for signal in self.signals:
            found.append(decide(self.version, state, signal))
            state = found[-1].state
        return found


def load_like(records: list[Any]) -> list[Any]:
    """Records as a journal gives them back: tuples inside values have become lists."""
    from engine.core.execution.codec import dump_values, load_values

    found = []
    for one in records:
        one = copy.copy(one)
        one.output = load_values(dump_values(one.output))
        one.reason = (one.reason[0], load_values(dump_values(one.reason[1])))
        found.append(one)
    return found


def play(document: dict[str, Any], *sub_flows: dict[str, Any], **start: Any) -> Play:
    """Compiles and starts a flow; `event` is the event's data."""
    event = start.pop("event", None)
    return Play(compiled(document, *sub_flows)).start(event, **start)
