"""The world of this installation: its database, Redis, real connectors, the real clock."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.core.registry import load_registry
from engine.keys import SecretKeys, load_keys
from engine.runtime.connections import LiveCaller
from engine.runtime.memory import Memory
from engine.runtime.queue import RedisQueue
from engine.runtime.world import Caller, World
from engine.settings import Settings
from engine.store.db import Database
from engine.store.lanes import count_lanes
from engine.store.vault import Vault


def live_world(settings: Settings, *, caller: Caller | None = None) -> World:
    """Opens the installation that `settings` describe; `caller` stands in for the platforms."""
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
