"""Writes the ways from a trigger as one Python function.

For a flow of a trigger, a choice and an end, both of whose ways were taken, it reads so:

    def go(signal):
        try:
            context = opening(version, signal, step0)
            scope, commands = context.scope, []
            out = scope['steps']
            port, output0, reason0, effects, sets = run0(context)
            if port != port1: return hand_over0(signal, scope, commands, [])
            keys0 = send0(commands, context.run_id, effects) if effects else ()
            out[id0] = output0
            if sets: scope['vars'] = {**scope['vars'], **sets}
            context.step = step1
            port, output1, reason1, effects, sets = run1(context)
            if port == port2:
                ...
                out[id2] = output2
                commands.append(end3)
                told = [told3_0, output0, reason0, keys0, told3_1, output1, reason1, keys1, told3_2]
                return Ended(place3, signal, scope, commands, told)
            if port == port4:
                ...
            return hand_over1(signal, scope, commands, [told1_0, output0, reason0, keys0, told1_1])
        except Failure:
            return None

A number is that of a route: route 0 is the beginning, `port1` leads to route 1. No text of a user
enters the source: ids, ports and paths are names of the function's globals.

A step with a short answer (NodeType.prepare) is taken apart as it is; of any other the members of
its Done are read. One that always ends the same is not called: its row is there already, and the
run's end too where it is the last. Whatever is not as expected (an Ask has no port) is a Failure.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from engine.core.execution.advance import Advance
from engine.core.execution.one_way import Ended, Place, opening, sender
from engine.core.execution.steps import Step
from engine.core.execution.told import Ran, Telling
from engine.core.execution.way import Route
from engine.core.run import Command, Row, Signal, row
from engine.core.version import Version

Go = Callable[[Signal], Ended | Advance | None]
DEEPEST = 40  # choices one after the other; Python reads a hundred indentations

_NAMES: dict[str, Any] = {
    "__builtins__": {},
    "Command": Command,
    "Ended": Ended,
    "Failure": Exception,
    "members": attrgetter("port", "output", "reason", "effects", "sets", "ends_run"),
    "nothing": None,
    "opening": opening,
}


def write_function(version: Version, first: Route) -> Go:
    """The function of all ways known from a route on."""
    writer = _Writer(version)
    writer.hold(f"step{writer.number(first)}", first.step)
    writer.add(0, "def go(signal):")
    writer.add(1, "try:")
    writer.add(2, "context = opening(version, signal, step0)")
    writer.add(2, "scope, commands = context.scope, []")
    writer.add(2, "out = scope['steps']")
    writer.ways(first, 2, ())
    writer.add(1, "except Failure:")
    writer.add(2, "return None")
    exec(compile("\n".join(writer.lines), "<way>", "exec"), writer.names)
    go: Go = writer.names["go"]
    return go


class _Writer:
    def __init__(self, version: Version) -> None:
        self.version = version
        self.names: dict[str, Any] = {**_NAMES, "version": version}
        self.lines: list[str] = []
        self.numbers: dict[Route, int] = {}

    def add(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def number(self, route: Route) -> int:
        return self.numbers.setdefault(route, len(self.numbers))

    def hold(self, name: str, value: Any) -> str:
        """A global of the function."""
        self.names[name] = value
        return name

    def ways(self, route: Route, depth: int, done: tuple[Row | Ran, ...]) -> None:
        """Everything that can be done from a place on; `done` is what was on the way here."""
        while route.step is not None:
            step, fixed = route.step, route.step.fixed
            known = [(port, then) for port, then in route.onward.items() if then is not None]
            if fixed is not None:
                known = [(port, then) for port, then in known if port == fixed.port]
            if not known or depth > DEEPEST:
                self.add(depth, self.stop(route, done))
                return
            if fixed is None:
                self.call(route, step, depth)
                for port, then in known[1:]:
                    self.add(depth, f"if port == {self.port(port, then)}:")
                    here = self.leave(route, step, port, then, depth + 1, done)
                    self.ways(then, depth + 1, here)
            port, then = known[0]
            if fixed is None:
                self.add(depth, f"if port != {self.port(port, then)}: {self.stop(route, done)}")
            done = self.leave(route, step, port, then, depth, done)
            if fixed is not None and fixed.ends_run:
                self.end(then, depth, done, self.output(route))
                return
            route = then
        last = route.before
        while last is not None and (last.step is None or last.step.id != route.last):
            last = last.before
        self.end(route, depth, done, "nothing" if last is None else self.output(last))

    def output(self, route: Route) -> str:
        return f"output{self.number(route)}"

    def port(self, port: str, then: Route) -> str:
        return self.hold(f"port{self.number(then)}", port)

    def call(self, route: Route, step: Step, depth: int) -> None:
        """Calls a step; its outcome is in port, output, reason, effects, sets and perhaps ends."""
        n = self.number(route)
        held, run = self.hold(f"step{n}", step), self.hold(f"run{n}", step.run)
        outcome = f"port, output{n}, reason{n}, effects, sets"
        if route.before is not None:
            self.add(depth, f"context.step = {held}")
        if step.is_short:
            self.add(depth, f"{outcome} = {run}(context)")
        else:
            self.add(depth, f"{outcome}, ends = members({run}(context))")

    def leave(
        self,
        route: Route,
        step: Step,
        port: str,
        then: Route,
        depth: int,
        done: tuple[Row | Ran, ...],
    ) -> tuple[Row | Ran, ...]:
        """What a step leaves behind: its output, effects, variables and row."""
        n, fixed = self.number(route), step.fixed
        output, id_ = self.output(route), self.hold(f"id{n}", step.id)
        if fixed is not None:
            self.hold(output, fixed.output)
            self.add(depth, f"out[{id_}] = {output}")
            made = row(route.path, "done", port, fixed.output, fixed.reason)
            return (*done, made, *then.skipped)
        send = self.hold(f"send{n}", sender(step, route.path))
        self.add(depth, f"keys{n} = {send}(commands, context.run_id, effects) if effects else ()")
        self.add(depth, f"out[{id_}] = {output}")
        self.add(depth, "if sets: scope['vars'] = {**scope['vars'], **sets}")
        ran = Ran(route.path, port, (output, f"reason{n}", f"keys{n}"))
        done = (*done, ran, *then.skipped)
        if not step.is_short:
            self.add(depth, "if ends:")
            self.end(then, depth + 1, done, output)
        return done

    def end(self, route: Route, depth: int, done: tuple[Row | Ran, ...], output: str) -> None:
        """The run ends at a place, with this output."""
        n = self.number(route)
        if output in self.names:
            end = self.hold(f"end{n}", _end(self.names[output]))
        else:
            told = f"{{'status': 'succeeded', 'output': {output}, 'error': None}}"
            end = f"Command('end', '', {told})"
        place, told = self.place(route, done)
        self.add(depth, f"commands.append({end})")
        self.add(depth, f"told = {told}")
        self.add(depth, f"return Ended({place}, signal, scope, commands, told)")

    def stop(self, route: Route, done: tuple[Row | Ran, ...]) -> str:
        """Hands over before a place's step."""
        place, told = self.place(route, done)
        hand_over = self.hold(f"hand_over{self.number(route)}", self.names[place].hand_over)
        return f"return {hand_over}(signal, scope, commands, {told})"

    def place(self, route: Route, done: tuple[Row | Ran, ...]) -> tuple[str, str]:
        """The names of a place and of what is told of the way there."""
        n, telling = self.number(route), Telling(done)
        told = [
            one if isinstance(one, str) else self.hold(f"told{n}_{index}", one)
            for index, one in enumerate(telling.members)
        ]
        place = self.hold(f"place{n}", Place(self.version, route, telling))
        return place, f"[{', '.join(told)}]"


def _end(output: Any) -> Command:
    return Command("end", "", {"status": "succeeded", "output": output, "error": None})
