"""Cards, parties and orders that the tests of settlement share."""

from __future__ import annotations

from typing import Any

from engine.runtime.jobs import drain_jobs
from engine.runtime.world import World
from tests.api.conftest import Client
from tests.api.helpers import cloud_event, settle

BASE = "/api/v1/settlement"
CARDS = f"{BASE}/rate-cards"
STAR = {"If-Match": "*"}

# 12 %, and 3 points more until eight in the evening of 双十一: BUSINESS, section 4, "Layers".
CREATORS: dict[str, Any] = {
    "format": "jimu.rate_card/1",
    "key": "creators",
    "name": "达人佣金",
    "terms": [{"key": "commission", "name": "达人佣金", "party": {"role": "promoter"}}],
    "campaigns": [
        {
            "key": "double11",
            "name": "双十一",
            "starts": "2026-11-11",
            "ends": "2026-11-11T20:00:00+08:00",
        }
    ],
    "rules": [
        {
            "id": "standard",
            "name": "标准佣金",
            "term": "commission",
            "model": {"kind": "percentage", "percent": "12"},
        },
        {
            "id": "plus",
            "name": "大促加点",
            "term": "commission",
            "layer": "campaign",
            "campaign": "double11",
            "op": "add",
            "by": "3",
        },
    ],
}


def card(percent: str = "12", **more: Any) -> dict[str, Any]:
    """The creators' card with another rate."""
    first, second = CREATORS["rules"]
    model = {"kind": "percentage", "percent": percent}
    return {**CREATORS, "rules": [{**first, "model": model}, second], **more}


def publish(maker: Client, checker: Client, document: dict[str, Any] = CREATORS) -> None:
    """A card drafted by one person and published by another."""
    made = maker.post(CARDS, document)
    assert made.status_code == 201, made.json
    done = checker.post(f"{CARDS}/{document['key']}/publish", {}, headers=STAR)
    assert done.status_code == 201, done.json


def party(client: Client, name: str, douyin: str, **more: Any) -> str:
    """A creator who is called `douyin` on Douyin; their id."""
    made = client.post("/api/v1/parties", {"kind": "creator", "name": name, **more})
    assert made.status_code == 201, made.json
    id_ = str(made.json["id"])
    names = {"accounts": [{"platform": "douyin", "external_id": douyin}]}
    done = client.put(f"/api/v1/parties/{id_}/accounts", names)
    assert done.status_code == 200, done.json
    return id_


def paid(number: str, amount: str, douyin: str, **more: Any) -> dict[str, Any]:
    """An order.paid that a creator brought, at ten in the morning of 双十一."""
    event = cloud_event(number, amount)
    event["data"]["order"] |= {
        "paid_at": "2026-11-11T02:00:00Z",
        "promoter": {"kind": "creator", "id": douyin},
        **more,
    }
    return event


def take(client: Client, world: World, *events: dict[str, Any]) -> None:
    """Sends events and lets everything happen that follows."""
    sent = client.post("/api/v1/events", list(events))
    assert sent.status_code == 202, sent.json
    settle(world)


def work(world: World) -> None:
    """Jobs, and what they lead to."""
    while drain_jobs(world, "test"):
        settle(world)
    settle(world)
