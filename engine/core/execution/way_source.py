"""Writes the ways from a trigger as one Python function.

For a flow of a trigger, a choice and an end, both of whose ways were taken, it reads so:

    def go(signal):
        try:
            start = signal.value
            now, owner, customer = signal.now, start['owner'], signal.customer
            scope, commands = opening(version, signal), []
            out = scope['steps']
            port, found0 = run0(scope, now, owner, customer)
            out[id0] = fixed1
            port, found1 = run1(scope, now, owner, customer)
            if port == port2:
                out[id1] = fixed2
                out[id2] = fixed3
                commands.append(end3)
                return Ended(place3, signal, signal, scope, commands, [told3_0, found0, ...])
            if port == port4:
                ...
            return hand_over1(signal, signal, scope, commands, [told1_0, found0, told1_2])
        except Failure:
            return None

The trigger has one port, so nothing is asked. A number is that of a route: route 0 is the
beginning, `port1` leads to route 1 and `fixed1` is what every run gives that goes there; `found0`
is what this run found at route 0. No text of a user enters the source: ids, ports, paths and
whatever never changes are names of the function's globals.

A step that calls outside pauses the run there:

            done = run5(context)
            if only_calls(done):
                reason5, keys5 = done.reason, call5(commands, start['run_id'], done)
                return Paused(done, pause5, signal, signal, scope, commands, [told5_0, ...])

and what comes after its answer is a function of its own, which begins with what was paused:

    def go_on(signal, paused):
        try:
            started = paused.started
            start = started.value
            ...

Of a prepared step (node.py) only what changes is looked at. Any other is given a context, and
the members of its Done are read. One that always ends the same is not called, and where it is the
last, the run's end is there already. Whatever is not as expected (an Ask has no port) is a Failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple

from engine.core.execution.advance import ROOT, Advance
from engine.core.execution.names import StepContext
from engine.core.execution.one_way import (
    Ended,
    Paused,
    Place,
    answers,
    caller,
    only_calls,
    opening,
    sender,
)
from engine.core.execution.steps import Step
from engine.core.execution.told import Name, Telling
from engine.core.execution.version import Version
from engine.core.execution.way import Route
from engine.core.node import Outcome
from engine.core.run import Command, Row, Signal, row

Decided = Ended | Paused | Advance | None
Go = Callable[[Signal], Decided]
GoOn = Callable[[Signal, Paused], Decided]
DEEPEST = 40  # choices one after the other; Python reads a hundred indentations

_NAMES: dict[str, Any] = {
    "__builtins__": {},
    "Command": Command,
    "Ended": Ended,
    "Failure": Exception,
    "Paused": Paused,
    "ROOT": ROOT,
    "StepContext": StepContext,
    "answers": answers,
    "members": attrgetter("port", "output", "reason", "effects", "sets", "ends_run"),
    "nothing": None,
    "only_calls": only_calls,
    "opening": opening,
}


class _Behind(NamedTuple):
    """What lies behind a place: the rows told, whether a context was made, and a variable set."""

    rows: tuple[Row, ...] = ()
    has_context: bool = False
    has_variables: bool = False


def write_functions(version: Version, first: Route) -> Go:
    """The function of all ways known from the beginning; each call that pauses gets its own."""
    for route in _calling(first):
        route.go_on = _write_go_on(version, route)
    writer = _Writer(version, "signal")
    writer.number(first)
    writer.add(0, "def go(signal):")
    writer.add(1, "try:")
    writer.add(2, "start = signal.value")
    writer.add(2, "scope = opening(version, signal)")
    writer.common()
    writer.ways(first, 2, _Behind())
    go: Go = writer.function("go")
    return go


def _write_go_on(version: Version, route: Route) -> GoOn:
    """The function of the ways known from a call that is answered."""
    step = route.step
    assert step is not None
    writer = _Writer(version, "started")
    n = writer.number(route)
    writer.add(0, "def go_on(signal, paused):")
    writer.add(1, "try:")
    writer.add(2, "started = paused.started")
    writer.add(2, "start = started.value")
    writer.add(2, "scope = paused.names_at(signal)")
    writer.common()
    held, run = writer.hold(f"step{n}", step), writer.hold(f"run{n}", step.run)
    writer.add(2, f"context = StepContext(signal, start, ROOT, {held}, scope, answers(signal))")
    writer.add(2, f"{_told(n)} = members({run}(context))")
    for port, then in _known(step, route):
        writer.add(2, f"if port == {writer.port(port, then)}:")
        # What it was answered is for this step alone: the next one gets a context of its own.
        here = writer.leave(route, step, port, then, 3, _Behind(has_variables=True), sent=1)
        writer.ways(then, 3, here)
    writer.add(2, "return None")
    go_on: GoOn = writer.function("go_on")
    return go_on


def _calling(first: Route) -> Iterator[Route]:
    """Every route from here on at which runs pause, and after which some went on."""
    todo = [first]
    while todo:
        route = todo.pop()
        if route.calls and route.onward:
            yield route
        todo += [then for then in route.onward.values() if then is not None]


class _Writer:
    """Writes one function; `started` is what it calls the signal that began the run."""

    def __init__(self, version: Version, started: str) -> None:
        self.version = version
        self.started = started
        self.names: dict[str, Any] = {**_NAMES, "version": version}
        self.lines: list[str] = []
        self.numbers: dict[Route, int] = {}
        self.outputs: dict[Route, str] = {}  # by route: the name of what the step before it gave

    def common(self) -> None:
        """What every function begins with, once it has `start` and `scope`."""
        self.add(2, "now, owner, customer = signal.now, start['owner'], signal.customer")
        self.add(2, "commands, out = [], scope['steps']")

    def function(self, name: str) -> Any:
        self.add(1, "except Failure:")
        self.add(2, "return None")
        exec(compile("\n".join(self.lines), "<way>", "exec"), self.names)
        return self.names[name]

    def add(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def number(self, route: Route) -> int:
        return self.numbers.setdefault(route, len(self.numbers))

    def hold(self, name: str, value: Any) -> str:
        """A global of the function."""
        self.names[name] = value
        return name

    def ways(self, route: Route, depth: int, behind: _Behind) -> None:
        """Everything that can be done from a place on."""
        while route.step is not None:
            step, fixed = route.step, route.step.fixed
            known = _known(step, route)
            if depth > DEEPEST or not (known or route.calls):
                self.add(depth, self.stop(route, behind))
                return
            if fixed is None:
                behind = self.call(route, step, depth, behind)
            if not known:
                self.add(depth, self.stop(route, behind))
                return
            if fixed is None:
                for port, then in known[1:]:
                    self.add(depth, f"if port == {self.port(port, then)}:")
                    here = self.leave(route, step, port, then, depth + 1, behind)
                    self.ways(then, depth + 1, here)
            port, then = known[0]
            if fixed is None and not _is_certain(step):
                self.add(depth, f"if port != {self.port(port, then)}: {self.stop(route, behind)}")
            behind = self.leave(route, step, port, then, depth, behind)
            if fixed is not None and fixed.ends_run:
                self.end(then, depth, behind, self.outputs[then])
                return
            route = then
        # The output of a scope is that of its last step.
        last: Route | None = route
        while last is not None and not _comes_from(last, route.last):
            last = last.before
        self.end(route, depth, behind, "nothing" if last is None else self.outputs[last])

    def port(self, port: str, then: Route) -> str:
        return self.hold(f"port{self.number(then)}", port)

    def call(self, route: Route, step: Step, depth: int, behind: _Behind) -> _Behind:
        """Calls a step: `port` and what it says beside."""
        n = self.number(route)
        if step.prepared is not None:
            run = self.hold(f"run{n}", step.prepared.run)
            self.add(depth, f"port, found{n} = {run}(scope, now, owner, customer)")
            return behind
        held, run = self.hold(f"step{n}", step), self.hold(f"run{n}", step.run)
        if behind.has_context:
            self.add(depth, f"context.step = {held}")
        else:
            self.add(depth, f"context = StepContext(signal, start, ROOT, {held}, scope)")
        self.add(depth, f"done = {run}(context)")
        if route.calls:
            self.pause(route, step, depth, behind)
        if route.onward:
            self.add(depth, f"{_told(n)} = members(done)")
        return behind._replace(has_context=True)

    def pause(self, route: Route, step: Step, depth: int, behind: _Behind) -> None:
        """The run pauses where the step only calls outside."""
        n = self.number(route)
        call = self.hold(f"call{n}", caller(step, route.path))
        reason, keys = Name(f"reason{n}"), Name(f"keys{n}")
        asked = row(route.path, "active", "", None, reason, keys)  # type: ignore[arg-type]
        place, told = self.place(route, (*behind.rows, asked), "pause")
        members = f"done, {place}, {self.started}, signal, scope, commands, {told}"
        self.add(depth, "if only_calls(done):")
        self.add(
            depth + 1,
            f"{reason}, {keys} = done.reason, {call}(commands, start['run_id'], done)",
        )
        self.add(depth + 1, f"return Paused({members})")

    def leave(
        self,
        route: Route,
        step: Step,
        port: str,
        then: Route,
        depth: int,
        behind: _Behind,
        sent: int = 0,
    ) -> _Behind:
        """What a step leaves behind by a port: its output, effects, variables and rows.

        `sent` is how many effects it has asked for before.
        """
        n, m, fixed = self.number(route), self.number(then), step.fixed
        outcome = step.prepared.outcomes[port] if step.prepared is not None else None
        if fixed is not None:
            self.outputs[then] = self.hold(f"fixed{m}", fixed.output)
            said = _row(route.path, port, fixed.output, fixed.reason, ())
        elif outcome is not None:
            said = self.take(route, step, port, then, depth, outcome)
        else:
            self.outputs[then] = Name(f"output{n}")
            self.send(route, step, depth, "effects", f"keys{n}", sent)
            said = _row(route.path, port, *map(Name, (f"output{n}", f"reason{n}", f"keys{n}")))
        output = self.outputs[then]
        self.add(depth, f"out[{self.hold(f'id{n}', step.id)}] = {output}")
        behind = behind._replace(rows=(*behind.rows, said, *then.skipped))
        if fixed is not None or (outcome is not None and not outcome.sets_output):
            return behind
        sets = "sets" if outcome is None else output
        kept = f"{{**scope['vars'], **{sets}}}" if behind.has_variables else f"{{**{sets}}}"
        line = f"scope['vars'] = {kept}"
        self.add(depth, f"if sets: {line}" if outcome is None else line)
        if outcome is None:
            self.add(depth, "if ends:")
            self.end(then, depth + 1, behind, output)
        return behind._replace(has_variables=True)

    def take(
        self, route: Route, step: Step, port: str, then: Route, depth: int, outcome: Outcome
    ) -> Row:
        """Names what changes of a prepared step's outcome; its row."""
        n, m, changes = self.number(route), self.number(then), outcome.changes
        names = {member: Name(f"{member}{n}") for member in changes}
        if len(changes) > 1:
            self.add(depth, f"{', '.join(names.values())} = found{n}")
        elif changes:
            names[changes[0]] = Name(f"found{n}")
        self.outputs[then] = names.get("output") or self.hold(f"fixed{m}", outcome.output)
        keys: Any = ()
        if "effects" in names or outcome.effects:
            keys = Name(f"keys{n}")
            effects = names.get("effects") or self.hold(f"sends{m}", outcome.effects)
            self.send(route, step, depth, effects, keys)
        output, reason = names.get("output", outcome.output), names.get("reason", outcome.reason)
        return _row(route.path, port, output, reason, keys)

    def send(
        self, route: Route, step: Step, depth: int, effects: str, keys: str, sent: int = 0
    ) -> None:
        """Gives the commands for a step's effects."""
        send = self.hold(f"send{self.number(route)}", sender(step, route.path, sent))
        given = f"{send}(commands, start['run_id'], {effects}) if {effects} else ()"
        self.add(depth, f"{keys} = {given}")

    def end(self, route: Route, depth: int, behind: _Behind, output: str) -> None:
        """The run ends at a place, with this output."""
        n = self.number(route)
        if output in self.names:
            end = self.hold(f"end{n}", _end(self.names[output]))
        else:
            told = f"{{'status': 'succeeded', 'output': {output}, 'error': None}}"
            end = f"Command('end', '', {told})"
        place, told = self.place(route, behind.rows)
        self.add(depth, f"commands.append({end})")
        self.add(depth, f"return Ended({place}, {self.started}, signal, scope, commands, {told})")

    def stop(self, route: Route, behind: _Behind) -> str:
        """Hands over before a place's step."""
        place, told = self.place(route, behind.rows)
        hand_over = self.hold(f"hand_over{self.number(route)}", self.names[place].hand_over)
        return f"return {hand_over}({self.started}, signal, scope, commands, {told})"

    def place(self, route: Route, rows: tuple[Row, ...], name: str = "place") -> tuple[str, str]:
        """The names of a place and of what is told of the way there."""
        n, telling = self.number(route), Telling(rows)
        told = [
            one if isinstance(one, Name) else self.hold(f"{name}{n}_{index}", one)
            for index, one in enumerate(telling.members)
        ]
        place = self.hold(f"{name}{n}", Place(self.version, route, telling))
        return place, f"[{', '.join(told)}]"


def _known(step: Step, route: Route) -> list[tuple[str, Route]]:
    """The ports a step left by before, as far as the way goes on there."""
    known = [(port, then) for port, then in route.onward.items() if then is not None]
    if step.fixed is not None:
        return [(port, then) for port, then in known if port == step.fixed.port]
    if step.prepared is not None:
        return [(port, then) for port, then in known if port in step.prepared.outcomes]
    return known


def _told(n: int) -> str:
    """The names of what a step without prepared outcomes says when it is done."""
    return f"port, output{n}, reason{n}, effects, sets, ends"


def _is_certain(step: Step) -> bool:
    """Whether a step leaves by one port only."""
    return step.prepared is not None and len(step.prepared.outcomes) == 1


def _comes_from(route: Route, id_: str | None) -> bool:
    step = None if route.before is None else route.before.step
    return step is not None and step.id == id_


def _row(path: str, port: str, output: Any, reason: Any, keys: Any) -> Row:
    return row(path, "done", port, output, reason, keys)


def _end(output: Any) -> Command:
    return Command("end", "", {"status": "succeeded", "output": output, "error": None})
