"""World: everything a use of the runtime needs, live or scratch.

Live and test runs differ only in what is in here: the store, who answers connector calls, the
clock, the queue. No function of the runtime asks which one it is in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from engine.core.ids import id_maker
from engine.core.registry import Registry, load_registry
from engine.keys import SecretKeys, load_keys
from engine.runtime.connections import LiveCaller
from engine.runtime.memory import Memory
from engine.runtime.queue import RedisQueue, Wakers
from engine.settings import Settings
from engine.store.db import Database
from engine.store.lanes import count_lanes
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

    def done_at(self, due: datetime) -> datetime:
        """When something that was due is done: now, or at that very moment."""
        return due if self.punctual else self.clock()


def live_world(settings: Settings, *, caller: Caller | None = None) -> World:
    """The world of this installation: its database, Redis, real connectors, the real clock."""
    db = Database(settings.database_url)
    with db.reading() as conn:
        lanes = count_lanes(conn)
    registry = load_registry()
    return World(
        db=db,
        registry=registry,
        clock=lambda: datetime.now(UTC),
        queue=RedisQueue(settings.redis_url),
        caller=caller or LiveCaller(),
        vault=open_vault(load_keys(settings.secret_key_file)),
        lanes=lanes,
        memory=Memory(registry),
        allowed_private_hosts=frozenset(settings.allowed_private_hosts),
    )


def open_vault(keys: SecretKeys) -> Vault:
    """The vault of an installation's keys.

    The blind index keeps to the first key for ever: with another one nothing would be found again.
    """
    first = min(keys.keys, key=lambda name: (len(name), name))
    return Vault(
        keys.current,
        {name: keys.derive("column", name) for name in keys.keys},
        keys.derive("blind", first),
    )
