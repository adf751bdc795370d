"""One advance of one run: the state in hand, what it says to the runtime, what is still to do.

The state is a plain dictionary. It is copied piece by piece, when first written to,
so an advance costs what it touches and the state handed in never changes.

    status   queued | running | waiting | succeeded | failed | cancelled
    start    {event, params, owner, run_id, chain, trigger, at}
    seq      the newest signal's number
    take     1, one more each time a person retries a step
    count    steps run so far
    asked    reads without an answer yet
    error    why it failed, with `step`
    scopes   {scope id: {graph, parent, index, kind, left, lines, steps, out}}
               parent  the step it belongs to ("" for root)   kind  root flow each repeat tick
               left    steps not ended yet                    vars  of a flow's own scope
               wide    1 once steps may run side by side      input handed to a sub-flow
               lines   {edge id: 1 lit | 0 grey}, open ones absent
               steps   {node id: status}, idle ones absent    out   {node id: output}
    waits    {step: what it asked for}, see asks.py
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from engine.core.execution.steps import Step
from engine.core.execution.version import Version
from engine.core.run import Command, Decision, Row, Signal

LIT, GREY = 1, 0
ROOT = "root"
MAX_STEPS = 10_000  # steps per run
MAX_DEPTH = 16  # scopes inside each other
MAX_ROUNDS = 10_000  # items or rounds of one box
MAX_ASKS = 1_000  # requests of one step

State = dict[str, Any]
Scope = dict[str, Any]
Wait = dict[str, Any]
# What is still to do: (step, scope id, cause). Cause: False, it runs for the first time; True, an
# answer is there; an error, it fails. No step: the scope is done.
Todo = tuple[Step | None, str, bool | Mapping[str, Any]]


def new_state() -> State:
    """The state of a run that has not started."""
    return {
        "status": "queued",
        "start": None,
        "seq": 0,
        "take": 1,
        "count": 0,
        "asked": 0,
        "error": None,
        "scopes": {},
        "waits": {},
    }


class Advance:
    """The state while one signal is worked on."""

    __slots__ = (
        "commands",
        "fresh",
        "names",
        "now",
        "queue",
        "rows",
        "run_id",
        "scopes",
        "signal",
        "start",
        "state",
        "version",
        "waits",
    )

    def __init__(self, version: Version, state: Mapping[str, Any] | None, signal: Signal) -> None:
        self.version = version
        self.signal = signal
        self.now = signal.now
        self.scopes: dict[str, Scope]
        self.waits: dict[str, Wait]
        self.start: Mapping[str, Any]
        self.run_id: str = ""
        if state is None:
            self.state: State = new_state()
            self.scopes, self.waits = self.state["scopes"], self.state["waits"]
            self.start = {}
        else:
            self.state = dict(state)
            self.scopes = self.state["scopes"] = dict(state["scopes"])
            self.waits = self.state["waits"] = dict(state["waits"])
            self.start = state["start"] or {}
            self.run_id = self.start.get("run_id", "")
        # Scopes and waits this advance has made or copied, and may therefore write to.
        self.fresh: set[str] = set()
        self.queue: deque[Todo] = deque()
        self.commands: list[Command] = []
        self.rows: list[Row] = []
        self.names: dict[str, dict[str, Any]] = {}  # of scopes.names_of

    # -- writing ---------------------------------------------------------------------------------

    def own(self, scope_id: str) -> Scope:
        """The scope, safe to write to."""
        scope = self.scopes[scope_id]
        if scope_id not in self.fresh:
            self.fresh.add(scope_id)
            self.names.pop(scope_id, None)  # they show its outputs, which are copied now
            scope = self.scopes[scope_id] = {
                **scope,
                "lines": dict(scope["lines"]),
                "steps": dict(scope["steps"]),
                "out": dict(scope["out"]),
            }
        return scope

    def own_wait(self, path: str) -> Wait:
        """What a step waits for, safe to write to (its lists and objects, not what is in them)."""
        wait = self.waits[path]
        if path not in self.fresh:
            self.fresh.add(path)
            wait = self.waits[path] = {
                key: value.copy() if value.__class__ in (dict, list) else value
                for key, value in wait.items()
            }
        return wait

    # -- reading ---------------------------------------------------------------------------------

    def step_at(self, path: str) -> tuple[str, Step]:
        """The scope id and the step of a path such as "root/n5[2]/n7"."""
        scope_id, _, node_id = path.rpartition("/")
        return scope_id, self.version.graphs[self.scopes[scope_id]["graph"]].steps[node_id]

    def home(self, scope_id: str) -> str:
        """The flow's own scope around a scope: where its variables live and its end ends."""
        while self.scopes[scope_id]["kind"] not in ("root", "flow"):
            scope_id = self.scopes[scope_id]["parent"].rpartition("/")[0]
        return scope_id

    # -- saying ----------------------------------------------------------------------------------

    def decision(self) -> Decision:
        state = self.state
        if state["status"] == "running" and not state["asked"]:
            state["status"] = "waiting"
        return Decision(state, self.commands, status=state["status"], rows=self.rows)
