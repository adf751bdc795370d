"""Events over HTTP: structured, batched, binary; all or none."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from engine.runtime.inbox import receive
from engine.runtime.world import World
from engine.store import events as store
from tests.api.conftest import TENANT, Client
from tests.api.helpers import cloud_event, event, flow, live, paths, second_tenant, settle, tag, vip

ONE = "application/cloudevents+json"
MANY = "application/cloudevents-batch+json"


def send(client: Client, body: Any, kind: str = ONE, **headers: str) -> Any:
    return client.post("/api/v1/events", data=json.dumps(body), content_type=kind, headers=headers)


def stored(world: World) -> int:
    with world.db.reading() as conn:
        return len(store.list_events(conn, TENANT, limit=500))


def test_one_event_and_the_same_again(machine: Callable[..., Client], world: World) -> None:
    client = machine("events.write")
    first = send(client, cloud_event("1"))
    assert first.status_code == 202
    (receipt,) = first.json["events"]
    assert receipt["is_new"]
    assert (receipt["source"], receipt["external_id"]) == ("/tests", "order.paid/1")
    (again,) = send(client, cloud_event("1"), "application/json").json["events"]
    assert again == {**receipt, "is_new": False}
    assert stored(world) == 1


def test_a_batch_in_both_ways(machine: Callable[..., Client], world: World) -> None:
    client = machine("events.write")
    found = send(client, [cloud_event(str(n)) for n in range(5)], MANY)
    assert [one["is_new"] for one in found.json["events"]] == [True] * 5
    found = send(client, [cloud_event("4"), cloud_event("5")], "application/json")
    assert [one["is_new"] for one in found.json["events"]] == [False, True]
    assert send(client, [], MANY).json == {"events": []}
    assert send(client, [cloud_event("1")] * 1001, MANY).status_code == 413
    assert send(client, cloud_event("1"), MANY).status_code == 422
    assert send(client, [cloud_event("1")], ONE).status_code == 422


def test_a_batch_is_taken_whole_or_not_at_all(machine: Callable[..., Client], world: World) -> None:
    client = machine("events.write")
    batch = [cloud_event(str(n)) for n in range(5)]
    batch[3]["data"]["order"]["amount"] = "much"
    found = send(client, batch, MANY)
    assert found.status_code == 422
    assert paths(found) == ["/3/data/order/amount"]
    assert stored(world) == 0
    single = send(client, batch[3:4], MANY)
    assert paths(single) == ["/0/data/order/amount"]
    assert paths(send(client, batch[3])) == ["/data/order/amount"]
    del batch[1]["id"]
    assert paths(send(client, batch, MANY)) == ["/1/id"]


def test_binary_mode(machine: Callable[..., Client]) -> None:
    client = machine("events.write")
    attributes = {
        "ce-specversion": "1.0",
        "ce-id": "order%2F7",
        "ce-source": "/tests",
        "ce-type": "order.paid",
    }
    body = cloud_event("7")["data"]
    found = send(client, body, "application/json", **attributes)
    assert found.status_code == 202
    assert found.json["events"][0]["external_id"] == "order/7"
    body["order"]["amount"] = "x"
    wrong = send(client, body, "application/json", **attributes)
    assert paths(wrong) == ["/order/amount"]
    late = send(client, body, "application/json", **attributes, **{"ce-time": "yesterday"})
    assert paths(late) == ["/header/ce-time"]


def test_nobody_speaks_for_the_system(machine: Callable[..., Client], world: World) -> None:
    client = machine("events.write")
    ours = send(client, cloud_event("1", source="/jimu/starts/manual"))
    assert paths(ours) == ["/source"]
    internal = send(client, {**cloud_event("1"), "type": "ticket.opened", "data": {}})
    assert paths(internal) == ["/type"]
    assert stored(world) == 0


def test_who_may_send(machine: Callable[..., Client], client_as: Callable[..., Client]) -> None:
    assert send(machine("flows.read"), cloud_event("1")).status_code == 403
    assert send(client_as("viewer"), cloud_event("1")).status_code == 403
    plain = machine("events.write").post("/api/v1/events", data="{}", content_type="text/plain")
    assert plain.status_code == 415


def test_an_event_shows_its_runs_and_who_stayed_silent(admin: Client, world: World) -> None:
    live(world, vip())
    big = {
        "id": "t",
        "type": "event",
        "config": {"type": "order.paid", "condition": "order.amount > 700"},
    }
    live(world, flow("big", [big, tag()], ["t>a"]))
    (received,) = receive(world, TENANT, [event("1")])
    settle(world)
    found = admin.get(f"/api/v1/events/{received.id}").json
    assert [run["flow"] for run in found["runs"]] == ["vip"]
    said = {one["flow"]: (one["fires"], one["code"]) for one in found["triggers"]}
    assert said == {"vip": (True, "fired"), "big": (False, "condition")}
    listed = admin.get("/api/v1/events?type=order.paid").json["items"]
    assert [one["id"] for one in listed] == [received.id]
    assert admin.get("/api/v1/events?subject=2").json["items"] == []


def test_another_tenants_event_is_not_there(admin: Client, world: World) -> None:
    (received,) = receive(world, second_tenant(world), [event("1")])
    assert admin.get(f"/api/v1/events/{received.id}").status_code == 404
    assert admin.get("/api/v1/events").json["items"] == []
