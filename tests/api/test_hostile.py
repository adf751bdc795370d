"""Bad input of every kind: always a 4xx problem with a sentence, and nothing half-written."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from engine.runtime.world import World
from engine.store import events as event_store
from engine.store import flows as flow_store
from tests.api.conftest import TENANT, Client
from tests.api.helpers import PAID, cloud_event, flow, paths, tag, vip
from tests.api.test_hooks import connect, signed


def refused(found: Any, *statuses: int) -> None:
    """A problem as it should be: one of these statuses, a code, a sentence, pointers."""
    said = found.get_data(as_text=True)
    assert found.status_code in (statuses or (400, 413, 415, 422)), said[:400]
    assert found.mimetype == "application/problem+json"
    assert found.json["detail"]
    assert found.json["code"]
    for one in found.json["problems"]:
        assert one["path"] == "" or one["path"].startswith("/")
        assert one["message"]
        assert one["message_zh"]


def nothing_written(world: World) -> None:
    with world.db.reading() as conn:
        assert event_store.list_events(conn, TENANT) == []
        assert flow_store.list_flows(conn, TENANT) == []


BODIES = {
    "empty": b"",
    "half": b'{"id": ',
    "no utf-8": b'{"id": "\xff"}',
    "nan": b'{"id": "1", "source": "s", "type": "t", "data": {"n": NaN}}',
    "infinity": b'{"id": "1", "source": "s", "type": "t", "data": {"n": 1e999}}',
    "huge number": b'{"id": "1", "source": "s", "type": "t", "data": {"n": ' + b"9" * 40 + b"}}",
    "a name twice": b'{"id":"1","id":"2","source":"s","type":"t","data":{}}',
    "nul": b'{"id": "1", "source": "s", "type": "t", "data": {"n": "\\u0000"}}',
    "nul in a name": b'{"id": "1", "source": "s", "type": "t", "data": {"\\u0000": 1}}',
    "half a pair": b'{"id": "1", "source": "s", "type": "t", "data": {"n": "\\ud800"}}',
    "deep": b'{"id":"1","source":"s","type":"t","data":{"a":' + b"[" * 60 + b"]" * 60 + b"}}",
    "very deep": b"[" * 200_000,
    "deep closed": b"[" * 50_000 + b"]" * 50_000,
    "a number": b"5",
    "a text": b'"x"',
    "nothing": b"null",
    "list of lists": b"[[[]]]",
    "no object": b'[1, "x", null]',
}


def test_bodies_that_are_no_event(
    machine: Callable[..., Client], world: World, subtests: pytest.Subtests
) -> None:
    client = machine("events.write")
    for name, body in BODIES.items():
        with subtests.test(name):
            refused(client.post("/api/v1/events", data=body, content_type="application/json"))
            nothing_written(world)


WRONG: dict[str, dict[str, Any]] = {
    "id a number": {"id": 5},
    "id empty": {"id": " "},
    "id long": {"id": "x" * 201},
    "source a list": {"source": []},
    "time without zone": {"time": "2026-11-11T02:00:00"},
    "time none": {"time": "soon"},
    "data a text": {"data": "x"},
    "unknown attribute": {"surprise": 1},
    "another version": {"specversion": "0.3"},
    "order a list": {"data": {"order": []}},
    "amount a number with words": {"data": {"order": {"amount": "1; DROP TABLE"}}},
    "ours": {"source": "/jimu"},
    "internal": {"type": "flow.failed"},
}


def test_events_with_wrong_values(
    machine: Callable[..., Client], world: World, subtests: pytest.Subtests
) -> None:
    client = machine("events.write")
    for name, wrong in WRONG.items():
        with subtests.test(name):
            found = client.post("/api/v1/events", {**cloud_event("1"), **wrong})
            refused(found, 422)
            assert paths(found)
            nothing_written(world)


def test_identities_of_any_shape_break_nothing(machine: Callable[..., Client]) -> None:
    client = machine("events.write")
    for number, odd in enumerate((5, "x", [5], [{}], [{"kind": 1, "value": 2}], {"a": 1}, [None])):
        body = cloud_event(str(number), type="own.happened", data={"thing": {"identities": odd}})
        assert client.post("/api/v1/events", body).status_code == 202, odd


def test_a_body_that_is_too_long(machine: Callable[..., Client], world: World) -> None:
    client = machine("events.write")
    body = json.dumps(cloud_event("1", data={"x": "y" * (9 * 2**20)}))
    found = client.post("/api/v1/events", data=body, content_type="application/json")
    refused(found, 413)
    nothing_written(world)


def test_a_push_sent_again_changes_nothing(anybody: Client, world: World) -> None:
    connect(world)
    raw = json.dumps(cloud_event("1")).encode()
    kind = "application/cloudevents+json"
    for _ in range(3):
        found = anybody.post("/hooks/webhook/erp", data=raw, content_type=kind, headers=signed(raw))
        assert found.status_code < 300
    other = json.dumps(cloud_event("2")).encode()
    stolen = anybody.post("/hooks/webhook/erp", data=other, content_type=kind, headers=signed(raw))
    refused(stolen, 401)
    with world.db.reading() as conn:
        assert len(event_store.list_events(conn, TENANT)) == 1


EXPRESSIONS = (
    "order.amount ** 9999999",
    "__import__('os').system('true')",
    "(" * 5000 + "1" + ")" * 5000,
    "order." + "a." * 3000 + "b",
    "'a' =~ '(a+)+$'",
    "[x for x in $range(1000000000)]",
    "1 << 99999",
    "order.__class__.__mro__",
    "\x00",
    "and and",
    "x" * 100_000,
)


@pytest.mark.parametrize("number", range(len(EXPRESSIONS)))
def test_hostile_expressions_are_refused_at_publish(
    admin: Client, world: World, number: int
) -> None:
    source = EXPRESSIONS[number]
    trigger = {"id": "t", "type": "event", "config": {"type": "order.paid", "condition": source}}
    made = admin.post("/api/v1/flows", flow("bad", [trigger, tag()], ["t>a"]))
    if made.status_code != 201:
        refused(made)
        nothing_written(world)
        return
    checked = admin.post("/api/v1/flows/bad/validate")
    assert checked.status_code == 200
    published = admin.post("/api/v1/flows/bad/publish", {}, headers={"If-Match": "*"})
    if published.status_code == 201:  # allowed by the language: then it must be harmless
        found = admin.post("/api/v1/flows/bad/match", {"event": cloud_event("1")})
        assert found.status_code == 200
    else:
        refused(published, 422)
        matched = admin.post("/api/v1/flows/bad/match", {"event": cloud_event("1")})
        assert matched.status_code in (200, 422)


TEMPLATES = ("{{ ", "{{ order.amount ** 99 }}", "{{ " * 2000, "{{ __builtins__ }}", "}}{{")


@pytest.mark.parametrize("number", range(len(TEMPLATES)))
def test_hostile_templates_are_refused_at_publish(admin: Client, number: int) -> None:
    config = {"who": {"roles": ["admin"]}, "title": "x", "body": TEMPLATES[number]}
    document = flow("bad", [PAID, {"id": "n", "type": "notify", "config": config}], ["t>n"])
    admin.post("/api/v1/flows", document)
    published = admin.post("/api/v1/flows/bad/publish", {}, headers={"If-Match": "*"})
    if published.status_code != 201:
        refused(published, 422)


def test_documents_of_any_shape(admin: Client, world: World) -> None:
    deep: dict[str, Any] = {"id": "x", "type": "loop"}
    for _ in range(18):
        deep = {"id": "x", "type": "loop", "body": {"nodes": [deep]}}
    hostile: tuple[Any, ...] = (
        [],
        "flow",
        {"key": "../etc"},
        {**vip(), "format": "jimu.flow/9"},
        {**vip(), "nodes": {}},
        {**vip(), "nodes": [{"id": "a" * 65, "type": "event"}]},
        {**vip(), "nodes": [PAID] * 501},
        {**vip(), "edges": [{"id": "e", "from": "t"}]},
        {**vip(), "surprise": True},
    )
    for document in hostile:
        refused(admin.post("/api/v1/flows", document), 422)
    nothing_written(world)
    checked = admin.post("/api/v1/flows/validate", {**vip(), "nodes": [deep]})
    if checked.status_code == 200:
        assert not checked.json["ok"]
    else:
        refused(checked)


def test_an_unknown_node_is_named(admin: Client) -> None:
    document = flow("bad", [PAID, {"id": "n", "type": "no_such_node"}], ["t>n"])
    admin.post("/api/v1/flows", document)
    found = admin.post("/api/v1/flows/bad/publish", {}, headers={"If-Match": "*"})
    refused(found, 422)
    assert any(one["node"] == "n" for one in found.json["problems"])


def test_addresses_of_any_shape(admin: Client) -> None:
    for path in (
        "/api/v1/flows/..%2F..%2Fetc",
        "/api/v1/flows/%00",
        "/api/v1/runs/run_'--",
        "/api/v1/events/%ED%A0%80",
        "/api/v1/flows?limit=-1",
        "/api/v1/flows?limit=x",
        "/api/v1/flows?surprise=1",
        "/api/v1/flows?cursor=AAAA",
        "/api/v1/runs?cursor=" + "A" * 900,
        "/hooks/webhook/%2e%2e",
        "/api/v1/schemas/order%0a",
    ):
        refused(admin.get(path), 400, 404, 422)
