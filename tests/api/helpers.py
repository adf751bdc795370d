"""Flows, events and turns of the crank that several tests share."""

from __future__ import annotations

from typing import Any

from engine.core.event import Event
from engine.runtime.accounts import create_tenant
from engine.runtime.clock import tick
from engine.runtime.outbox import drain_outbox
from engine.runtime.principal import system
from engine.runtime.publish import create_flow, publish
from engine.runtime.runner import drain_lanes
from engine.runtime.world import World
from tests.api.conftest import CHEAP, PASSWORD, START, TENANT
from tests.engine.runtime.staging import PAID, flow

__all__ = ["PAID", "flow"]  # tests here take them from this file


def tag(id_: str = "a", *tags: str) -> dict[str, Any]:
    return {"id": id_, "type": "tag_customer", "config": {"add": list(tags or ("VIP",))}}


def vip(key: str = "vip") -> dict[str, Any]:
    return flow(key, [PAID, tag()], ["t>a"])


def live(world: World, document: dict[str, Any], tenant: str = TENANT) -> str:
    """Publishes a flow and returns its id."""
    row = create_flow(world, system(tenant), document)
    publish(world, system(tenant), document["key"])
    return str(row.id)


def settle(world: World) -> None:
    """Drains lanes and outbox until nothing is left to do now."""
    while drain_lanes(world, "test") + drain_outbox(world, "test") + tick(world):
        continue


def order(number: str, amount: str = "620.00", **more: Any) -> dict[str, Any]:
    """An order as it stands in an event's data."""
    return {
        "platform": "douyin",
        "shop": "shop-1",
        "external_id": number,
        "status": "paid",
        "amount": amount,
        "created_at": "2026-11-11T01:59:00Z",
        "identities": [{"kind": "douyin_open_id", "value": "p1"}],
        **more,
    }


def cloud_event(number: str, amount: str = "620.00", **more: Any) -> dict[str, Any]:
    """An order.paid as a CloudEvent."""
    return {
        "specversion": "1.0",
        "id": f"order.paid/{number}",
        "source": "/tests",
        "type": "order.paid",
        "time": "2026-11-11T02:00:00Z",
        "subject": number,
        "data": {"order": order(number, amount)},
        **more,
    }


def event(number: str, amount: str = "620.00") -> Event:
    return Event(
        id=f"order.paid/{number}",
        source="/tests",
        type="order.paid",
        time=START,
        subject=number,
        data={"order": order(number, amount)},
    )


def second_tenant(world: World) -> str:
    """Another tenant on the same installation."""
    create_tenant(world, "other", "另一家", admin="boss2", password=PASSWORD, passwords=CHEAP)
    return "other"


def paths(found: Any) -> list[str]:
    """The pointers of a problem's problems."""
    return [one["path"] for one in found.json["problems"]]
