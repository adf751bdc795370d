"""A compiled graph: steps with everything known that does not change from run to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from engine.core.execution.texts import Texts
from engine.core.node import Ask, Context, Done, NodeType, Prepared


@dataclass(slots=True, eq=False)
class Join:
    """When a join fires (R2).

    rest     steps that lead only to this join: "stop the rest" cancels those unfinished
    between  steps between the join and the step where its branches part. If none of them ran, the
             whole region was never entered, and the join is skipped instead of "not reached".
    """

    mode: Literal["first", "n"]
    n: int
    stop_rest: bool
    rest: tuple[Step, ...] = ()
    between: tuple[str, ...] = ()


# What leaving by a port does: {edge id: lit 1 or grey 0}, the targets in drawn order each with what
# to do there (RUN, SKIP, or LOOK where other lines decide too), and whether several are lit.
Leaving = tuple[Mapping[str, int], tuple[tuple["Step", int], ...], bool]
SKIP, RUN, LOOK = 0, 1, 2


@dataclass(slots=True, eq=False)
class Step:
    """A node ready to run. `lines` are its outgoing (edge id, port, target) in drawn order."""

    id: str
    type: NodeType
    config: Any
    run: Callable[[Context], Done | Ask]  # with its config inside
    flow_key: str
    texts: Texts  # its flow's expressions
    tail: str  # "/n3": what a step's path adds to its scope
    timeout: timedelta | None
    retry: Mapping[str, Any] | None
    body: str | None
    handlers: Mapping[str, str]
    prepared: Prepared | None = None
    fixed: Done | None = None  # what it always ends with, where that is known
    join: Join | None = None
    is_choice: bool = False
    lines: tuple[tuple[str, str, Step], ...] = ()
    ports: frozenset[str] = frozenset()  # ports that have a line
    incoming: tuple[str, ...] = ()
    has_one_line: bool = False  # R1 needs no look at the other lines
    before: frozenset[str] = frozenset()  # every step that precedes it in its graph
    # Leaving by the ports that need no second look: not by errors, not by a missing "default".
    leaving: dict[Any, Leaving] = field(default_factory=dict)

    def leave(self, ports: str | tuple[str, ...], decided: Mapping[str, int]) -> Leaving:
        """What leaving by these ports does to the lines not decided before."""
        chosen = (ports,) if isinstance(ports, str) else ports
        lines: dict[str, int] = {}
        targets: dict[Step, int] = {}
        for edge, port, target in self.lines:
            if edge not in decided:
                lines[edge] = int(port in chosen)
                targets[target] = lines[edge] if target.has_one_line else LOOK
        return lines, tuple(targets.items()), sum(lines.values()) > 1

    def error_port(self, code: str) -> str | None:
        """The drawn line's port that takes an error of this code, if any (R6)."""
        named = f"error:{code}"
        if named in self.ports:
            return named
        return "error" if "error" in self.ports else None


@dataclass(slots=True, eq=False)
class CompiledGraph:
    """One scope's plan. `order` is a topological order, ties as drawn."""

    id: str
    flow_key: str
    steps: Mapping[str, Step]
    order: tuple[Step, ...]
    starts: tuple[Step, ...]  # steps without a line into them
    entry: Step | None  # the trigger that stands for a call by another flow
    params: Mapping[str, Any]  # a flow's defaults; {} for bodies and handlers
    total: int
