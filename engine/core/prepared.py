"""Blocks nearly every run passes, made ready for their config: what `NodeType.prepare` gives.

A branch, a switch, a tag: by which ports they end is known before the first event, and so is most
of what they say. Only the rest is computed in a run, and only the rest is written to its journal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.core.effect import Effect
from engine.core.node import Done, Reason

# Stands in an Outcome for a member that is another one in every run.
CHANGES: Any = object()

Run = Callable[[Mapping[str, Any], datetime, str, Mapping[str, Any] | None], tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step ends with by one port; `output`, `reason` and `effects` may be CHANGES.

    With `sets_output` the output is also the variables written.
    """

    output: Any = None
    reason: Reason = ("done", {})
    effects: tuple[Effect, ...] = ()
    sets_output: bool = False

    @property
    def changes(self) -> tuple[str, ...]:
        """The names of the members that change, in the order `Prepared.run` gives them."""
        members = ("output", self.output), ("reason", self.reason), ("effects", self.effects)
        return tuple(name for name, value in members if value is CHANGES)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A step of one config.

    outcomes  by every port `run` gives
    run       (scope, now, owner, customer), all as in Context -> (port, what changes): the member
              itself where it is one, a tuple where they are several, whatever where there is none.
              When it raises, whatever that is, `NodeType.run` is asked instead.
    """

    outcomes: Mapping[str, Outcome]
    run: Run

    def done(self, port: str, found: Any) -> Done:
        """What `run` gave, in full."""
        outcome = self.outcomes[port]
        output, reason, effects = outcome.output, outcome.reason, outcome.effects
        changing = iter(found if len(outcome.changes) > 1 else (found,))
        if output is CHANGES:
            output = next(changing)
        if reason is CHANGES:
            reason = next(changing)
        if effects is CHANGES:
            effects = next(changing)
        return Done(port, output, effects, reason, output if outcome.sets_output else {})
