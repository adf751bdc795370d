"""A run: its statuses, the signals that move it, the commands it gives, the record of its steps.

`decide(version, state, signal) -> Decision` (execute.py) is the only thing that moves a run. State
and everything in a signal or command are JSON values plus Decimal and aware datetimes, so that a
run can be stored, replayed and compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from engine.core.effect import Effect

RunStatus = Literal["queued", "running", "waiting", "succeeded", "failed", "cancelled"]
StepStatus = Literal["idle", "active", "waiting", "done", "skipped", "cancelled", "failed"]
ENDED: frozenset[str] = frozenset({"succeeded", "failed", "cancelled"})

SignalKind = Literal["start", "answer", "timer", "event", "task", "cancel", "resume", "retry_from"]


@dataclass(slots=True)
class Signal:
    """One thing that happened to a run.

    `token` names the request it answers (Command.token). `port` and `value` are the answer. `now`
    is the time every expression of this advance sees. `customer` is the customer read for this
    advance (journaled). A `start` carries `value = {"event": ..., "params": ..., "owner": ...,
    "trigger": node id, "run_id": ..., "chain": [...]}`; `retry_from` carries the step in `token`
    ("scope/node"); `cancel` and `resume` carry who in `value`.
    """

    kind: SignalKind
    now: datetime
    seq: int = 0
    token: str = ""
    port: str = ""
    value: Any = None
    customer: Mapping[str, Any] | None = None


CommandKind = Literal[
    "read",
    "effect",
    "task",
    "close_task",
    "timer",
    "disarm",
    "subscribe",
    "unsubscribe",
    "child",
    "end",
]


@dataclass(slots=True)
class Command:
    """One thing the runtime must do for a run.

    token   names the request; the answer comes back with it. An effect without a token is not
            waited for.
    body    what is asked, by kind:
            read         node.Read
            effect       Effect, with `key` and `retry` set
            task         node.Task           close_task   None
            timer        datetime (due)      disarm       None
            subscribe    node.Event          unsubscribe  None
            child        node.Child with an owner (a run of its own)
            end          {"status", "output", "error"}
    """

    kind: CommandKind
    token: str = ""
    body: Any = None
    key: str = ""
    retry: Mapping[str, Any] | None = None
    step: str = ""  # "scope/node", for the trace
    since: datetime | None = None  # subscribe: events received from then on count (R9)


@dataclass(slots=True)
class StepRecord:
    """What one advance saw of one step: the trace's raw material.

    status  active (asked), done, skipped, failed, cancelled
    reason  (code, values) of the node, or of the interpreter for failures
    reads   values an explanation needs (rows hit, operands), already redacted by nothing: trace.py
            redacts when it is shown
    """

    step: str  # "scope/node"
    status: StepStatus
    port: str | tuple[str, ...] = ""
    output: Any = None
    reason: tuple[str, Mapping[str, Any]] = ("", {})
    effects: tuple[str, ...] = ()
    ms: float = 0.0
    error: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Decision:
    """What `decide` returns: the next state, what to do, what the trace keeps."""

    state: dict[str, Any]
    commands: list[Command] = field(default_factory=list)
    records: list[StepRecord] = field(default_factory=list)
    status: RunStatus = "running"


__all__ = [
    "ENDED",
    "Command",
    "Decision",
    "Effect",
    "RunStatus",
    "Signal",
    "StepRecord",
    "StepStatus",
]
