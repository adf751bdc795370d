"""What a process keeps of events it has just read: the same while they are the same."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.runtime import memory
from engine.runtime.world import World
from tests.engine.runtime.conftest import order_event


def test_an_event_is_typed_once_and_anew_when_it_was_erased_in_part(world: World) -> None:
    event = order_event("1")
    first = world.memory.typed("evt_1", event)
    assert first["order"]["amount"] == Decimal("620.00")
    assert world.memory.typed("evt_1", order_event("1")) is first
    order = {name: value for name, value in event.data["order"].items() if name != "identities"}
    erased = world.memory.typed("evt_1", replace(event, data={**event.data, "order": order}))
    assert "identities" in first["order"]
    assert "identities" not in erased["order"]


def test_events_of_long_ago_are_let_go(world: World) -> None:
    first = world.memory.typed("evt_0", order_event("0"))
    for number in range(1, 2 * memory.KEPT_EVENTS + 1):
        world.memory.typed(f"evt_{number}", order_event(str(number)))
    again = world.memory.typed("evt_0", order_event("0"))
    assert again == first
    assert again is not first
