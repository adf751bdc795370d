"""Pushes: signed by connectors' rules, by a trigger's secret; forms; flows started by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from connectors.webhook.signature import sign
from engine.runtime.connection_setup import create_connection
from engine.runtime.principal import system
from engine.runtime.world import World
from engine.store import events as event_store
from engine.store import runs as run_store
from tests.api.conftest import START, TENANT, Client
from tests.api.helpers import cloud_event, flow, live, paths, second_tenant, settle

SECRET = "0123456789abcdef-webhook"


def connect(world: World, tenant: str = TENANT, key: str = "erp") -> None:
    create_connection(
        world,
        system(tenant),
        {
            "key": key,
            "connector": "webhook",
            "name": "ERP",
            "credentials": {"secret": SECRET},
            "settings": {},
            "sync_mode": "push",
            "on_bad_record": "review",
            "rate": None,
            "backup": None,
        },
    )


def signed(body: bytes, *, secret: str = SECRET, id_: str = "msg_1") -> dict[str, str]:
    return sign([secret.encode()], id_, START, body)


def push(client: Client, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    said = signed(raw) if headers is None else headers
    kind = "application/cloudevents+json"
    return client.post(path, data=raw, content_type=kind, headers=said)


def events(world: World, tenant: str = TENANT) -> list[Any]:
    with world.db.reading() as conn:
        return event_store.list_events(conn, tenant, limit=100)


def runs(world: World) -> list[Any]:
    with world.db.reading() as conn:
        return run_store.list_runs(conn, TENANT)


def test_a_signed_push_is_received_once(anybody: Client, world: World) -> None:
    connect(world)
    for _ in range(2):
        found = push(anybody, "/hooks/webhook/erp", cloud_event("1"))
        assert found.status_code in (200, 202, 204), found.get_data(as_text=True)
    (stored,) = events(world)
    assert stored.connection == "erp"


def test_a_push_that_is_not_signed_is_refused(anybody: Client, world: World) -> None:
    connect(world)
    body = json.dumps(cloud_event("1")).encode()
    wrong = signed(body, secret="another-secret-000000")
    for headers in ({}, wrong, {**signed(body), "webhook-timestamp": "1600000000"}):
        found = push(anybody, "/hooks/webhook/erp", body, headers)
        assert found.status_code == 401
        assert found.json["code"] == "unauthenticated"
    assert push(anybody, "/hooks/webhook/erp", b"{", signed(b"{")).status_code == 422
    assert events(world) == []


def test_whatever_json_is_no_event_is_kept_for_review(
    anybody: Client, admin: Client, world: World
) -> None:
    connect(world)
    records = ["x", 1, -0.5, True, [[]], None]
    pushed = push(anybody, "/hooks/webhook/erp", [*records, cloud_event("1")])
    assert (pushed.status_code, len(events(world))) == (200, 1)
    kept = admin.get("/api/v1/connections/erp/review").json["items"]
    found = sorted(json.dumps(one["record"]) for one in kept)
    assert found == sorted(json.dumps(one) for one in [*records[:-1], "null"])


@pytest.mark.parametrize("body", [None, "text", 7, True])
def test_a_push_that_is_no_object_is_refused(anybody: Client, world: World, body: Any) -> None:
    connect(world)
    assert push(anybody, "/hooks/webhook/erp", body).status_code == 422
    assert events(world) == []


def test_an_address_that_is_none(anybody: Client, world: World) -> None:
    connect(world)
    assert push(anybody, "/hooks/webhook/other", {}).status_code == 404
    assert push(anybody, "/hooks/smtp/erp", {}).status_code == 404
    assert anybody.get("/hooks/webhook/ERP").status_code == 422


def test_with_several_tenants_the_key_is_qualified(anybody: Client, world: World) -> None:
    other = second_tenant(world)
    connect(world, other)
    assert push(anybody, "/hooks/webhook/erp", cloud_event("1")).status_code == 404
    assert push(anybody, "/hooks/webhook/other.erp", cloud_event("1")).status_code < 300
    assert events(world) == []
    assert len(events(world, other)) == 1


def test_a_paused_connection_asks_to_come_again(
    anybody: Client, admin: Client, world: World
) -> None:
    connect(world)
    assert push(anybody, "/hooks/webhook/erp", cloud_event("1")).status_code < 300
    admin.post("/api/v1/connections/erp/pause", headers={"If-Match": "*"})
    assert push(anybody, "/hooks/webhook/erp", cloud_event("2")).status_code == 503
    admin.post("/api/v1/connections/erp/resume", headers={"If-Match": "*"})
    assert push(anybody, "/hooks/webhook/erp", cloud_event("2")).status_code < 300


SHIPPED = {
    "type": "object",
    "required": ["order_no"],
    "properties": {"order_no": {"type": "string"}, "start": {"type": "string"}},
}


@pytest.fixture
def hooked(world: World) -> World:
    trigger = {"id": "t", "type": "webhook", "config": {"secret": SECRET, "payload": SHIPPED}}
    end = {"id": "e", "type": "end", "config": {}}
    live(world, flow("hooked", [trigger, end], ["t>e"]))
    return world


def test_a_signed_call_starts_a_flow_once(anybody: Client, hooked: World) -> None:
    body = json.dumps({"order_no": "1001", "start": "mine"}).encode()
    first = push(anybody, "/hooks/flows/hooked/t", body)
    assert first.status_code == 202
    assert first.json["event"]["is_new"]
    assert not push(anybody, "/hooks/flows/hooked/t", body).json["event"]["is_new"]
    settle(hooked)
    (run,) = runs(hooked)
    assert (run.status, run.trigger) == ("succeeded", "t")


def test_the_step_sees_what_was_handed_in(admin: Client, anybody: Client, hooked: World) -> None:
    push(anybody, "/hooks/flows/hooked/t", json.dumps({"order_no": "1001"}).encode())
    settle(hooked)
    (run,) = runs(hooked)
    steps = admin.get(f"/api/v1/runs/{run.id}").json["trace"]["steps"]
    assert steps[0]["output"] == {"order_no": "1001"}


def test_a_call_that_is_wrong_starts_nothing(anybody: Client, hooked: World) -> None:
    path = "/hooks/flows/hooked/t"
    body = b'{"order_no": "1001"}'
    assert push(anybody, path, body, {}).status_code == 401
    assert push(anybody, path, body, signed(body, secret="x" * 20)).status_code == 401
    misfit = b'{"order_no": 5}'
    found = push(anybody, path, misfit)
    assert (found.status_code, paths(found)) == (422, ["/order_no"])
    assert push(anybody, path, b"[]").status_code == 422
    assert push(anybody, path, b"{").status_code == 400
    assert push(anybody, "/hooks/flows/hooked/e", body).status_code == 404
    assert events(hooked) == []


def form_flow(world: World, *, public: bool) -> None:
    form = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
    trigger = {
        "id": "t",
        "type": "form",
        "config": {"form": form, "public": public, "title": "试驾"},
    }
    live(world, flow("drive", [trigger, {"id": "e", "type": "end", "config": {}}], ["t>e"]))


def test_a_public_form(anybody: Client, world: World) -> None:
    form_flow(world, public=True)
    shown = anybody.get("/api/v1/forms/drive/t").json
    assert (shown["title"], list(shown["schema"]["properties"])) == ("试驾", ["name"])
    wrong = anybody.post("/api/v1/forms/drive/t", {"values": {}})
    assert (wrong.status_code, paths(wrong)) == (422, ["/values/name"])
    assert anybody.post("/api/v1/forms/drive/t", {"values": {"name": "王芳"}}).status_code == 202
    settle(world)
    assert len(runs(world)) == 1


def test_a_form_for_colleagues(
    anybody: Client, client_as: Callable[..., Client], world: World
) -> None:
    form_flow(world, public=False)
    assert anybody.get("/api/v1/forms/drive/t").status_code == 401
    assert anybody.post("/api/v1/forms/drive/t", {"values": {"name": "x"}}).status_code == 401
    colleague = client_as("agent")
    assert colleague.post("/api/v1/forms/drive/t", {"values": {"name": "x"}}).status_code == 202


def test_a_flow_started_by_hand(
    admin: Client, client_as: Callable[..., Client], world: World
) -> None:
    trigger = {"id": "t", "type": "manual", "config": {}}
    live(world, flow("byhand", [trigger, {"id": "e", "type": "end", "config": {}}], ["t>e"]))
    path = "/api/v1/flows/byhand/start/t"
    assert admin.post(path, {}).status_code == 202
    assert client_as("agent").post(path, {}).status_code == 403
    nobody = admin.post(path, {"customer": "cus_" + "0" * 26})
    assert (nobody.status_code, paths(nobody)) == (422, ["/customer"])
    settle(world)
    assert len(runs(world)) == 1


def test_a_platforms_own_bearer_key_is_not_taken_for_ours(anybody: Client, world: World) -> None:
    connect(world)
    body = json.dumps(cloud_event("1")).encode()
    headers = {**signed(body), "Authorization": "Bearer something-of-the-platform"}
    assert push(anybody, "/hooks/webhook/erp", body, headers).status_code < 300
