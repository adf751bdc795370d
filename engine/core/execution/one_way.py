"""A run's first advance, as long as it takes a way that was taken before.

Most runs of most flows go from their trigger to their end without waiting for anybody. What such a
run leaves behind is its commands and the rows of its journal, so only these are made, by one
function per trigger (way_source.py) which begins and ends here. The state (whole scopes, lines,
statuses) follows from the way and the outputs; `Decision.state` makes it when somebody asks.

Where the function does not know the way (a step that waits, a port nobody left by before, several
ports) it hands over: the state is made, with everything up to the step before, and the interpreter
of all other runs goes on. Where anything else is unusual (an error, a start without an owner) it
gives None, and that interpreter works the run out from the beginning: nothing has been done yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.core.effect import Effect, key_at, place_in_run
from engine.core.execution.advance import ROOT, Advance, State
from engine.core.execution.names import flow_names
from engine.core.execution.scopes import new_scope
from engine.core.execution.steps import Step
from engine.core.execution.told import Telling
from engine.core.execution.way import Route
from engine.core.run import Command, Decision, Row, Signal
from engine.core.version import Version

Send = Callable[[list[Command], str, Sequence[Effect]], tuple[str, ...]]

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
    """A place on a way from which others go on, or where the run ends."""

    __slots__ = ("route", "telling", "version")

    def __init__(self, version: Version, route: Route, telling: Telling) -> None:
        self.version = version
        self.route = route
        self.telling = telling

    def hand_over(
        self, signal: Signal, names: dict[str, Any], commands: list[Command], told: list[Any]
    ) -> Advance:
        """The state in hand before the step of this place, which is what is to do."""
        advance = self.in_hand(signal, names)
        advance.rows, advance.commands = self.telling.rows(told), commands
        advance.queue.append((self.route.step, ROOT, False))
        return advance

    def in_hand(self, signal: Signal, names: dict[str, Any]) -> Advance:
        """The state in hand, as if lines.py had decided every line up to here."""
        advance = begun(self.version, signal)
        scope = advance.scopes[ROOT] = new_scope(self.version.graphs[""], "root")
        advance.fresh.add(ROOT)
        self.route.fill(scope)
        scope["out"], scope["vars"] = names["steps"], names["vars"]
        advance.state["count"] = self.route.depth
        advance.names[ROOT] = names
        return advance


class Ended(Decision):
    """The decision of a run that went one way to its end."""

    __slots__ = ("_names", "_place", "_signal", "told")

    told: list[Any] | None

    def __init__(
        self,
        place: Place,
        signal: Signal,
        names: dict[str, Any],
        commands: list[Command],
        told: list[Any],
    ) -> None:
        self._place = place
        self._signal = signal
        self._names = names
        self._state = self._rows = self._records = None
        self.commands = commands
        self.status = "succeeded"
        self.told = told

    @property
    def state(self) -> State:
        if self._state is None:
            self._state = self._place.in_hand(self._signal, self._names).state
            self._state["status"], self._state["seq"] = "succeeded", self._signal.seq
        return self._state

    @property
    def rows(self) -> list[Row]:
        if self._rows is None:
            self._rows = self._place.telling.rows(self.told or ())
        return self._rows


def opening(version: Version, signal: Signal) -> dict[str, Any]:
    """The names steps can read when a run begins."""
    start = signal.value
    params, given = version.params, start.get("params")
    params = {**params, **(given or {})} if params or given else {}
    return flow_names(signal, start["event"], params, {})


def sender(step: Step, path: str) -> Send:
    """Gives the commands for the effects of one step, one at least: (commands, run id, effects)."""
    retry = step.retry
    first = place_in_run(ROOT, step.id, 1, 1)

    def send(commands: list[Command], run_id: str, effects: Sequence[Effect]) -> tuple[str, ...]:
        key = key_at(run_id, first)
        commands.append(Command("effect", "", effects[0], key, retry, path))
        if len(effects) == 1:
            return (key,)
        keys = [key]
        for n, effect in enumerate(effects[1:], 2):
            keys.append(key_at(run_id, place_in_run(ROOT, step.id, 1, n)))
            commands.append(Command("effect", "", effect, keys[-1], retry, path))
        return tuple(keys)

    return send
