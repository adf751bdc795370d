"""A handful of small node types, and short ways to write flows of them: for tests of the core.

A line reads "a > b" or "a.port > b".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pydantic import Field

from engine.core.effect import Effect
from engine.core.errors import GiveUp
from engine.core.fields import Condition, field
from engine.core.node import (
    Ask,
    Child,
    Context,
    Done,
    Each,
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
from engine.core.text import text
from engine.core.triggers import Entrance

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
    effects = tuple(Effect(kind, {"of": ctx.owner}) for kind in config.effects)
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
    effects: tuple[str, ...] = ()  # once it is answered
    sets: dict[str, Any] = field(T, widget="mapping", default_factory=dict)


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
    effects = tuple(Effect(kind, {"of": ctx.owner}) for kind in config.effects)
    output = {"got": answer.value, "port": answer.port}
    return Done(port, output, effects, sets=ctx.render(config.sets))


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


def node_type(config: type[NodeConfig], run: Callable[..., Any], kind: str = "action", **more: Any):
    return NodeType(T, T, "logic", config, run, kind, **more)  # type: ignore[arg-type]


TYPES: dict[str, NodeType] = {
    "start": node_type(
        Nothing, lambda _, ctx: Done(output=ctx.event.get("data")), "trigger",
        start=lambda _: Entrance("manual"),
    ),
    "do": node_type(Do, do),
    "choose": node_type(Choose, choose, "choice"),
    "wants": node_type(Wants, wants, "wait"),
    "many": node_type(Many, many, "wait"),
    "box": node_type(Box, box, "container"),
    "calls": node_type(Calls, calls, "container"),
    "join": node_type(Meets, lambda _, ctx: Done(), "join"),
    "end": node_type(Ends, ends, "end"),
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
