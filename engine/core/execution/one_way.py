"""A run's advance, as long as it takes a way that was taken before.

Most runs of most flows go from their trigger to their end without waiting for anybody, or only for
calls outside. What such a run leaves behind is its commands and the rows of its journal, so only
these are made, by one function per trigger and one per call (way_source.py) which begin and end
here. The state (whole scopes, lines, statuses) follows from the way and the outputs;
`Decision.state` makes it when somebody asks.

Where a function does not know the way (a step that waits for more, a port nobody left by before,
several ports) it hands over: the state is made, with everything up to the step before, and the
interpreter of all other runs goes on. Where anything else is unusual (an error, a start without an
owner) it gives None, and that interpreter works the advance out from its beginning: nothing has
been done yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.core.effect import CALL, Effect, key_at, place_in_run
from engine.core.execution.advance import ROOT, Advance, State
from engine.core.execution.asks import ask
from engine.core.execution.names import customer_in, flow_names
from engine.core.execution.scopes import new_scope
from engine.core.execution.steps import Step
from engine.core.execution.told import Telling
from engine.core.execution.version import Version
from engine.core.execution.way import Route
from engine.core.node import Answer, Ask
from engine.core.run import Command, Decision, Row, Signal

Send = Callable[[list[Command], str, Sequence[Effect]], tuple[str, ...]]
Call = Callable[[list[Command], str, Ask], tuple[str]]

_FIRST = "#1.1"  # what the token of a step's first request adds to its path

_START: Mapping[str, Any] = {
    "event": {},
    "params": {},
    "owner": "",
    "run_id": "",
    "chain": [],
    "trigger": "",
}


def begun(version: Version, signal: Signal) -> Advance:
    """An advance of a run that begins now."""
    advance = Advance(version, None, signal)
    start = {**_START, **(signal.value or {}), "at": signal.now}
    advance.start = advance.state["start"] = start
    advance.run_id = start["run_id"]
    advance.state["status"] = "running"
    return advance


class Place:
    """A place on a way from which others go on, or where the run pauses or ends."""

    __slots__ = ("route", "telling", "version")

    def __init__(self, version: Version, route: Route, telling: Telling) -> None:
        self.version = version
        self.route = route
        self.telling = telling

    def hand_over(
        self,
        started: Signal,
        signal: Signal,
        names: dict[str, Any],
        commands: list[Command],
        told: list[Any],
    ) -> Advance:
        """The state in hand before the step of this place, which is what is to do."""
        advance = self.in_hand(started, names)
        advance.signal, advance.now = signal, signal.now
        advance.rows, advance.commands = self.telling.rows(told), commands
        advance.queue.append((self.route.step, ROOT, False))
        return advance

    def in_hand(self, started: Signal, names: dict[str, Any]) -> Advance:
        """The state in hand, as if lines.py had decided every line up to here."""
        advance = begun(self.version, started)
        scope = advance.scopes[ROOT] = new_scope(self.version.graphs[""], "root")
        advance.fresh.add(ROOT)
        self.route.fill(scope)
        scope["out"], scope["vars"] = names["steps"], names["vars"]
        advance.state["count"] = self.route.depth
        advance.names[ROOT] = names
        return advance


class _OneWay(Decision):
    """The decision of a run that went one way: `started` began it, `signal` is decided on."""

    __slots__ = ("names", "place", "signal", "started", "told")

    told: list[Any] | None

    def __init__(
        self,
        place: Place,
        started: Signal,
        signal: Signal,
        names: dict[str, Any],
        commands: list[Command],
        told: list[Any],
    ) -> None:
        self.place = place
        self.started = started
        self.signal = signal
        self.names = names
        self._state = self._rows = self._records = None
        self.commands = commands
        self.told = told

    @property
    def state(self) -> State:
        if self._state is None:
            self._state = self._made()
            self._state["status"], self._state["seq"] = self.status, self.signal.seq
        return self._state

    def _made(self) -> State:
        raise NotImplementedError

    @property
    def way(self) -> Telling | None:
        telling = self.place.telling
        return None if telling.names_rows(self.told or ()) else telling

    @property
    def rows(self) -> list[Row]:
        if self._rows is None:
            self._rows = self.place.telling.rows(self.told or ())
        return self._rows


class Ended(_OneWay):
    """The run went to its end."""

    __slots__ = ()

    def __init__(self, *members: Any) -> None:
        super().__init__(*members)
        self.status = "succeeded"

    def _made(self) -> State:
        return self.place.in_hand(self.started, self.names).state


class Paused(_OneWay):
    """The run went to a step that calls outside, and waits for nothing but the answer."""

    __slots__ = ("asked",)

    def __init__(self, asked: Ask, *members: Any) -> None:
        super().__init__(*members)
        self.asked = asked
        self.status = "waiting"

    def _made(self) -> State:
        route = self.place.route
        assert route.step is not None
        advance = self.place.in_hand(self.started, self.names)
        advance.now = self.signal.now
        advance.state["count"] += 1
        ask(advance, ROOT, advance.scopes[ROOT], route.step, None, self.asked)
        return advance.state

    def go_on(self, signal: Signal) -> Ended | Paused | Advance | None:
        """What its answer leads to along ways known before; None: work it out from the state."""
        if signal.kind != "answer" or signal.token != f"{self.place.route.path}{_FIRST}":
            return None
        found: Ended | Paused | Advance | None = self.place.route.go_on(signal, self)
        return found

    def names_at(self, signal: Signal) -> dict[str, Any]:
        """The names as a later signal finds them; what this decision saw stays as it is."""
        names = self.names.copy()
        names["steps"] = names["steps"].copy()
        if signal.customer is not None or self.signal.customer is not None:
            names["customer"] = customer_in(names["event"], signal)
        return names


def opening(version: Version, signal: Signal) -> dict[str, Any]:
    """The names steps can read when a run begins."""
    start = signal.value
    params, given = version.params, start.get("params")
    params = {**params, **(given or {})} if params or given else {}
    return flow_names(signal, start["event"], params, {})


def sender(step: Step, path: str, sent: int = 0) -> Send:
    """Gives the commands for the effects of one step, one at least: (commands, run id, effects).

    `sent` is how many the step has asked for before.
    """
    retry = step.retry
    first = place_in_run(ROOT, step.id, 1, sent + 1)

    def send(commands: list[Command], run_id: str, effects: Sequence[Effect]) -> tuple[str, ...]:
        key = key_at(run_id, first)
        commands.append(Command("effect", "", effects[0], key, retry, path))
        if len(effects) == 1:
            return (key,)
        keys = [key]
        for n, effect in enumerate(effects[1:], sent + 2):
            keys.append(key_at(run_id, place_in_run(ROOT, step.id, 1, n)))
            commands.append(Command("effect", "", effect, keys[-1], retry, path))
        return tuple(keys)

    return send


def caller(step: Step, path: str) -> Call:
    """Gives the command for the call a step asks for: (commands, run id, what it asks)."""
    token, retry, place = path + _FIRST, step.retry, place_in_run(ROOT, step.id, 1, 1)

    def call(commands: list[Command], run_id: str, asked: Ask) -> tuple[str]:
        key = key_at(run_id, place)
        commands.append(Command("effect", token, asked.request, key, retry, path))
        return (key,)

    return call


def only_calls(asked: Any) -> bool:
    """Whether what a step gave is to wait for one call outside, however long it takes."""
    if asked.__class__ is not Ask or asked.timeout is not None or asked.reminders:
        return False
    return asked.request.__class__ is Effect and asked.request.kind == CALL


def answers(signal: Signal) -> tuple[Answer]:
    """What a step's call was answered; an error that it does not want to see is not for it."""
    port = signal.port or "out"
    if port.startswith("error"):
        raise ValueError(port)
    return (Answer(port, signal.value),)
