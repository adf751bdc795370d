"""A world of its own for each test: a real database, connectors that answer as the test says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.core.event import Event
from engine.core.registry import load_registry
from engine.runtime.clock import tick
from engine.runtime.memory import Memory
from engine.runtime.outbox import drain_outbox
from engine.runtime.principal import system
from engine.runtime.publish import create_flow, publish
from engine.runtime.queue import QuietQueue
from engine.runtime.runner import drain_and_call
from engine.runtime.world import World
from engine.store.db import Database
from engine.store.flows import create_tenant
from engine.store.lanes import count_lanes
from engine.store.vault import Vault

TENANT = "main"
START = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is wound."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def wind(self, by: timedelta) -> None:
        self.at += by


class Answers:
    """Answers calls as the test says, and remembers them: [(connection, action, args, key)]."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, Any], str]] = []
        self.answer: Callable[[str, str, dict[str, Any]], Any] = lambda *_: {"ok": True}

    def call(
        self, world: World, tenant: str, connection: str, action: str, effects: Sequence[Any]
    ) -> list[Any]:
        found = []
        for effect in effects:
            self.calls.append((connection, action, effect.args, effect.key))
            found.append(self.answer(connection, action, effect.args))
        return found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def world(db: Database, clock: Clock, answers: Answers) -> World:
    with db.begin() as conn:
        create_tenant(conn, TENANT, "积木测试品牌", START, settings={})
        lanes = count_lanes(conn)
    registry = load_registry()
    return World(
        db=db,
        registry=registry,
        clock=clock,
        queue=QuietQueue(),
        caller=answers,
        vault=Vault("k1", {"k1": bytes(32)}, bytes(32)),
        lanes=lanes,
        memory=Memory(registry),
    )


def settle(world: World) -> None:
    """Drains lanes and outbox, as workers do, until nothing is left to do now."""
    while drain_and_call(world, "test") + drain_outbox(world, "test") + tick(world):
        continue


def live(world: World, document: dict[str, Any]) -> str:
    """Publishes a flow and returns its id."""
    row = create_flow(world, system(TENANT), document)
    publish(world, system(TENANT), document["key"])
    return str(row.id)


def order_event(
    number: str,
    amount: str = "620.00",
    *,
    person: str = "p1",
    type_: str = "order.paid",
    at: datetime = START,
) -> Event:
    return Event(
        id=f"{type_}/{number}",
        source="/tests",
        type=type_,
        time=at,
        subject=number,
        data={
            "order": {
                "platform": "douyin",
                "shop": "shop-1",
                "external_id": number,
                "status": "paid",
                "amount": amount,
                "created_at": "2026-11-11T01:59:00Z",
                "identities": [{"kind": "douyin_open_id", "value": person}],
            }
        },
    )
