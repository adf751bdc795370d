"""A player: it does with a run what the runtime does, so that the interpreter is tested by itself.

`Play` keeps open requests, hands in answers, applies withdrawals. At every signal it also checks
what must always hold: the state handed in is untouched, a state that went through bytes has the
same future, the journal entry comes back as it was.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from engine.core.execute import (
    decide,
    decode_journal,
    dump_state,
    encode_journal,
    load_state,
    new_state,
)
from engine.core.execution.codec import dump_values, load_values
from engine.core.execution.version import Version, compile_version
from engine.core.flow import load_flow
from engine.core.registry import Registry
from engine.core.run import Command, Decision, Signal
from tests.engine.core.small_nodes import REGISTRY

NOON = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)


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
