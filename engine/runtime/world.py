"""World: everything a use of the runtime needs, live or scratch.

Live and test runs differ only in what is in here: the store, who answers connector calls, the
clock, the queue. No function of the runtime asks which one it is in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from engine.core.ids import id_maker
from engine.core.registry import Registry
from engine.runtime.memory import Memory
from engine.runtime.queue import Wakers
from engine.store.db import Database
from engine.store.vault import Vault


class Caller(Protocol):
    """Who answers the calls of connectors: the platforms themselves, or prepared samples."""

    def call(
        self, world: World, tenant: str, connection: str, action: str, effects: Sequence[Any]
    ) -> list[Any]:
        """An output or a StepError for each effect row (args, key, attempts), in order."""


@dataclass(slots=True)
class World:
    """One world.

    `clock` gives aware UTC. `lanes` is the number of lanes of this database. `memory` is what this
    process keeps of published flows and connections. `ids` makes makers of ids. `punctual` says
    that what was due at a moment is done at that moment: so it is where a clock is wound past many
    due times at once. `entry_of` makes a journal row's entry of what an advance saw and decided,
    where that is not packed JSON.
    """

    db: Database
    registry: Registry
    clock: Callable[[], datetime]
    queue: Wakers
    caller: Caller
    vault: Vault
    lanes: int
    memory: Memory
    allowed_private_hosts: frozenset[str] = field(default_factory=frozenset)
    ids: Callable[[str, datetime], Callable[[], str]] = id_maker
    punctual: bool = False
    entry_of: Callable[[Sequence[Any]], Any] | None = None

    def now(self) -> datetime:
        return self.clock()

    def done_at(self, due: datetime, now: datetime) -> datetime:
        """When something that was due is done: now, or at that very moment."""
        return due if self.punctual else now
