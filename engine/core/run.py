"""A run: its statuses, the signals that move it, the commands it gives, the record of its steps.

`decide(version, state, signal) -> Decision` (execute.py) is the only thing that moves a run. State
and everything in a signal or command are JSON values plus Decimal and aware datetimes, so that a
run can be stored, replayed and compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
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


# A StepRecord as the journal holds it: its members in their order.
Row = tuple[
    str,
    StepStatus,
    str | tuple[str, ...],
    Any,
    tuple[str, Mapping[str, Any]],
    tuple[str, ...],
    float,
    Mapping[str, Any] | None,
]
_members = attrgetter("step", "status", "port", "output", "reason", "effects", "ms", "error")
_NO_REASON: tuple[str, Mapping[str, Any]] = ("", {})


def row(
    step: str,
    status: StepStatus,
    port: str | tuple[str, ...] = "",
    output: Any = None,
    reason: tuple[str, Mapping[str, Any]] = _NO_REASON,
    effects: tuple[str, ...] = (),
    error: Mapping[str, Any] | None = None,
) -> Row:
    """What an advance saw of a step; a tuple, for one is made in every step of every run."""
    return (step, status, port, output, reason, effects, 0.0, error)


class Decision:
    """What `decide` returns: the next state, what to do, what the trace keeps.

    `rows` are the records as the journal holds them, `records` the same as objects, made when
    somebody looks. `told` are the rows as JSON with the values between, where somebody knew them
    beforehand (execution/told.py); `way` is then the same for all decisions whose rows differ in
    nothing but outputs, effects and what their reasons name, and no reason names rows of a table.
    """

    __slots__ = ("_records", "_rows", "_state", "commands", "status")

    told: list[Any] | None = None
    way: Any = None

    def __init__(
        self,
        state: dict[str, Any],
        commands: list[Command] | None = None,
        records: list[StepRecord] | None = None,
        status: RunStatus = "running",
        rows: list[Row] | None = None,
    ) -> None:
        self._state: dict[str, Any] | None = state
        self.commands: list[Command] = [] if commands is None else commands
        self._records = records
        self.status: RunStatus = status
        self._rows = rows

    @property
    def state(self) -> dict[str, Any]:
        assert self._state is not None
        return self._state

    @property
    def rows(self) -> list[Row]:
        if self._rows is None:
            self._rows = list(map(_members, self._records or ()))
        return self._rows

    @property
    def records(self) -> list[StepRecord]:
        if self._records is None:
            self._records = [StepRecord(*one) for one in self.rows]
        return self._records

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Decision):
            return NotImplemented
        return (self.status, self.commands, self.rows, self.state) == (
            other.status,
            other.commands,
            other.rows,
            other.state,
        )

    def __repr__(self) -> str:
        return f"Decision({self.state!r}, {self.commands!r}, {self.records!r}, {self.status!r})"


__all__ = [
    "ENDED",
    "Command",
    "Decision",
    "Effect",
    "Row",
    "RunStatus",
    "Signal",
    "StepRecord",
    "StepStatus",
    "row",
]
