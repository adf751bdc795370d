"""Webhooks at the wire: known signatures, what is refused, what arrives and what goes out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.webhook.connector import CONNECTOR
from connectors.webhook.forms import Send, WebhookCredentials, WebhookSettings
from connectors.webhook.mapping import JsonMapping
from connectors.webhook.signature import key_of, sign, verify
from engine.core.connector import Action, Call, Request
from engine.core.errors import GiveUp, InvalidInput, NoAnswer, RetryLater, Unauthenticated
from engine.core.records.order import Order

FOLDER = Path(__file__).parent / "recordings"
VECTORS = json.loads((FOLDER / "standard_webhooks.json").read_text(encoding="utf-8"))
ERP = json.loads((FOLDER / "erp_orders.json").read_text(encoding="utf-8"))
SECRET = "a-secret-of-twenty-ch"
ORDER = {"specversion": "1.0", "id": "1", "source": "erp", "type": "order.paid", "data": {"a": 1}}


@pytest.fixture
def link(make_link: Any) -> Any:
    """link(secret=..., old_secret=..., **settings) -> Link"""

    def link(secret: str = SECRET, old_secret: str | None = None, **settings: Any) -> Any:
        return make_link(
            WebhookCredentials.model_validate({"secret": secret, "old_secret": old_secret}),
            WebhookSettings.model_validate(settings),
        )

    return link


def incoming(
    body: Any,
    now: datetime,
    *,
    secret: bytes = SECRET.encode(),
    kind: str = "application/json",
    at: datetime | None = None,
    **headers: str,
) -> Request:
    """A request signed the plain way."""
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    moment = str(int((at or now).timestamp()))
    digest = hmac.digest(secret, f"{moment}.".encode() + raw, hashlib.sha256).hex()
    found = {"content-type": kind, "x-timestamp": moment, "x-signature": digest, **headers}
    return Request("POST", "/hooks/webhook/shop", {}, found, raw, now)


def sending() -> Action:
    found = CONNECTOR.action("send")
    assert found is not None
    return found


def receive(link: Any, request: Request) -> Any:
    assert CONNECTOR.receive is not None
    return CONNECTOR.receive(link, request)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_the_published_vectors_are_met(vector: dict[str, Any]) -> None:
    at = datetime.fromtimestamp(vector["timestamp"], UTC)
    keys = [key_of(vector["secret"])]
    headers = sign(keys, vector["id"], at, vector["body"].encode())
    assert headers == {
        "webhook-id": vector["id"],
        "webhook-timestamp": str(vector["timestamp"]),
        "webhook-signature": vector["signature"],
    }
    verify(headers, vector["body"].encode(), keys, at)
    for name, value in (
        ("webhook-id", "msg_other"),
        ("webhook-id", ""),
        ("webhook-timestamp", str(vector["timestamp"] + 1)),
        ("webhook-signature", vector["signature"].replace("v1,", "v2,")),
        ("webhook-signature", vector["signature"].replace("v1,", "")),
        ("webhook-signature", ""),
    ):
        with pytest.raises(Unauthenticated):
            verify({**headers, name: value}, vector["body"].encode(), keys, at)
    with pytest.raises(Unauthenticated):
        verify(headers, vector["body"].encode() + b" ", keys, at)


def test_several_signatures_and_both_keys_of_a_change_are_tried(now: datetime) -> None:
    old, new = key_of(SECRET), key_of("another-secret-of-20")
    headers = sign([old], "msg_1", now, b"{}")
    headers["webhook-signature"] = f"v1a,xx v1,AAAA {headers['webhook-signature']}"
    verify(headers, b"{}", [new, old], now)
    both = sign([new, old], "msg_1", now, b"{}")
    verify(both, b"{}", [old], now)
    verify(both, b"{}", [new], now)


@pytest.mark.parametrize("away", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_a_replayed_request_is_refused_after_five_minutes(
    link: Any, now: datetime, away: timedelta
) -> None:
    with pytest.raises(Unauthenticated, match="5 minutes"):
        receive(link(), incoming(ORDER, now, at=now + away))
    assert receive(link(), incoming(ORDER, now, at=now + away * 0.8)).events


@pytest.mark.parametrize(
    "changed",
    [
        {"x-signature": ""},
        {"x-signature": "zz"},
        {"x-signature": "00" * 32},
        {"x-timestamp": ""},
        {"x-timestamp": "now"},
        {"x-timestamp": "１７９４３５５３９２"},
        {"x-timestamp": "-1794355392"},
        {"webhook-signature": "v1,AAAA"},
    ],
)
def test_a_bad_signature_is_refused(link: Any, now: datetime, changed: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        receive(link(), incoming(ORDER, now, **changed))


def test_another_secret_or_a_changed_body_is_refused(link: Any, now: datetime) -> None:
    with pytest.raises(Unauthenticated):
        receive(link(), incoming(ORDER, now, secret=b"wrong-secret-wrong"))
    good = incoming(ORDER, now)
    with pytest.raises(Unauthenticated):
        receive(link(), Request("POST", "/", {}, good.headers, good.body + b"\n", now))


def test_milliseconds_and_a_prefix_are_understood(link: Any, now: datetime) -> None:
    raw = json.dumps(ORDER).encode()
    moment = str(int(now.timestamp() * 1000))
    digest = hmac.digest(SECRET.encode(), f"{moment}.".encode() + raw, hashlib.sha256).hex()
    headers = {"x-timestamp": moment, "x-signature": f"sha256={digest}"}
    assert len(receive(link(), Request("POST", "/", {}, headers, raw, now)).events) == 1


def test_one_cloud_event_arrives_under_this_connections_name(link: Any, now: datetime) -> None:
    reply = receive(link(), incoming(ORDER, now, kind="application/cloudevents+json"))
    (event,) = reply.events
    assert (event.id, event.source, event.type) == ("1", "webhook:shop:erp", "order.paid")
    assert (event.connection, event.time, event.data) == ("shop", now, {"a": 1})
    assert (reply.status, json.loads(reply.body)) == (200, {"accepted": 1, "review": 0})


def test_the_same_request_again_gives_the_same_events(link: Any, now: datetime) -> None:
    first, again = (receive(link(), incoming(ORDER, now)).events for _ in range(2))
    assert first == again


def test_nobody_speaks_for_another_connection_or_for_the_system(link: Any, now: datetime) -> None:
    forged = {**ORDER, "source": "webhook:other", "connection": "other"}
    (event,) = receive(link(), incoming(forged, now)).events
    assert (event.source, event.connection) == ("webhook:shop:webhook:other", "shop")
    long = {**ORDER, "source": "s" * 200}
    (event,) = receive(link(), incoming(long, now)).events
    assert len(event.source) <= 200

    own = {**ORDER, "type": "settlement.budget_exceeded"}
    reply = receive(link(), incoming(own, now))
    assert (list(reply.events), len(reply.review)) == ([], 1)
    assert not receive(link(types=["settlement.*", "*"]), incoming(own, now)).events
    assert not receive(link(types=["order.created"]), incoming(ORDER, now)).events
    assert receive(link(types=["refund.*", "order.*"]), incoming(ORDER, now)).events


def test_a_batch_keeps_its_good_events(link: Any, now: datetime) -> None:
    batch = [ORDER, {"id": "2"}, 7, {**ORDER, "id": "3", "type": "refund.requested"}]
    reply = receive(link(), incoming(batch, now, kind="application/cloudevents-batch+json"))
    assert [event.id for event in reply.events] == ["1", "3"]
    assert [item["record"] for item in reply.review] == [{"id": "2"}, 7]
    assert all(set(item["reason"]) == {"zh", "en"} for item in reply.review)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 5000 + b"]" * 5000,
        b"NaN",
        b"7",
        b"{}",
        b'{"id": "1", "type": "order.paid", "data": []}',
        [ORDER] * 1001,
        {**ORDER, "specversion": "0.3"},
    ],
)
def test_a_body_that_cannot_be_read_is_refused(link: Any, now: datetime, body: Any) -> None:
    with pytest.raises(InvalidInput):
        receive(link(), incoming(body, now))


def test_plain_json_becomes_canonical_by_its_mapping(link: Any, now: datetime) -> None:
    reply = receive(link(mapping=ERP["mapping"]), incoming(ERP["body"], now))
    found = [
        {
            "id": event.id,
            "type": event.type,
            "time": event.time.isoformat().replace("+00:00", "Z"),
            "subject": event.subject,
            "data": event.data,
        }
        for event in reply.events
    ]
    assert found == ERP["events"]
    Order.model_validate(found[0]["data"]["order"])
    for wanted, item in zip(ERP["review"], reply.review, strict=True):
        assert wanted in item["reason"]["zh"]
        assert wanted in item["reason"]["en"]


def test_a_mapping_leaves_cloud_events_alone(link: Any, now: datetime) -> None:
    request = incoming(ORDER, now, kind="application/cloudevents+json; charset=utf-8")
    assert len(receive(link(mapping=ERP["mapping"]), request).events) == 1
    with pytest.raises(InvalidInput, match="/trades"):
        receive(link(mapping=ERP["mapping"]), incoming({"other": []}, now))


@pytest.mark.parametrize(
    "mapping",
    [
        {"id": ""},
        {"id": "id"},
        {"id": "/id", "zone": "Mars/Olympus"},
        {"id": "/id", "fields": [{"to": "order.lines[].sku", "at": "/sku"}]},
        {"id": "/id", "fields": [{"to": "order.sku", "at": "/items/*/sku"}]},
        {"id": "/id", "fields": [{"to": "order.lines[].a[].b", "at": "/a/*/b"}]},
        {"id": "/id", "more": 1},
    ],
)
def test_a_mapping_that_cannot_work_is_refused(mapping: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        JsonMapping.model_validate(mapping)


@pytest.mark.parametrize(
    ("fields", "record"),
    [
        ([{"to": "order", "at": "/a"}, {"to": "order.b", "at": "/b"}], {"a": 1, "b": 2}),
        ([{"to": "order.b", "at": "/b"}, {"to": "order", "at": "/a"}], {"a": 1, "b": 2}),
        (
            [{"to": "o.l[].a", "at": "/a/*/x"}, {"to": "o.l[].b", "at": "/b/*/x"}],
            {"a": [1], "b": [1, 2]},
        ),
        ([{"to": "o.l[].a", "at": "/a/*/x"}], {"a": {"x": 1}}),
        ([{"to": "o.t", "at": "/a", "kind": "time"}], {"a": "yesterday"}),
        ([{"to": "o.t", "at": "/a", "kind": "time"}], {"a": 10**40}),
        ([{"to": "o.t", "at": "/a", "kind": "money"}], {"a": "1e999999"}),
        ([{"to": "o.t", "at": "/a", "kind": "money"}], {"a": {"x": 1}}),
        ([{"to": "o.t", "at": "/a", "kind": "cents"}], {"a": 1.5}),
    ],
)
def test_a_record_that_does_not_fit_goes_to_review(
    link: Any, now: datetime, fields: list[Any], record: dict[str, Any]
) -> None:
    mapping = {"id": "/id", "fixed_type": "order.paid", "fields": fields}
    reply = receive(link(mapping=mapping), incoming({"id": 1, **record}, now))
    assert (len(reply.events), len(reply.review)) == (0, 1)


def call(key: str = "eff_1_a", **args: Any) -> Call:
    return Call(Send.model_validate({"type": "order.paid", "data": {"n": key}, **args}), key)


def test_an_event_goes_out_signed_with_its_key(link: Any, wire: Any, now: datetime) -> None:
    made = link(secret=VECTORS[0]["secret"], old_secret=SECRET, url=f"{wire.url}/in?x=1")
    action = sending()
    output = action.run(made, call(subject="A1", time="2026-11-11T00:00:00+08:00"))
    assert output == {"status": 200, "id": "eff_1_a"}
    got = wire.last
    assert got.path == "/in?x=1"
    assert got.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert json.loads(got.body) == {
        "specversion": "1.0",
        "id": "eff_1_a",
        "source": "jimu:shop",
        "type": "order.paid",
        "datacontenttype": "application/json",
        "data": {"n": "eff_1_a"},
        "subject": "A1",
        "time": "2026-11-11T00:00:00+08:00",
    }
    # Computed again from nothing but what came over the wire.
    over = f"eff_1_a.{int(now.timestamp())}.".encode() + got.body
    keys = [base64.b64decode(VECTORS[0]["secret"][6:]), SECRET.encode()]
    wanted = [
        "v1," + base64.b64encode(hmac.new(key, over, "sha256").digest()).decode() for key in keys
    ]
    assert got.headers["webhook-id"] == "eff_1_a"
    assert got.headers["webhook-timestamp"] == str(int(now.timestamp()))
    assert got.headers["webhook-signature"].split() == wanted


def test_what_one_side_sends_the_other_takes(link: Any, wire: Any, now: datetime) -> None:
    made = link(url=wire.url)
    action = sending()
    action.run(made, call())
    got = wire.last
    request = Request(got.method, got.path, {}, got.headers, got.body, now)
    assert [event.id for event in receive(made, request).events] == ["eff_1_a"]


def test_a_repeated_call_carries_the_same_id_and_the_same_bytes(link: Any, wire: Any) -> None:
    made = link(url=wire.url)
    action = sending()
    action.run(made, call())
    action.run(made, Call(call().args, "eff_1_a", attempt=2))
    first, again = wire.received
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert first.body == again.body


def test_many_go_out_in_one_request(link: Any, wire: Any) -> None:
    action = sending()
    assert action.run_many is not None
    calls = [call(f"eff_1_{n}") for n in range(200)]
    outputs = action.run_many(link(url=wire.url), calls)
    assert [output["id"] for output in outputs] == [one.key for one in calls]
    (got,) = wire.received
    assert got.headers["content-type"].startswith("application/cloudevents-batch+json")
    assert [event["id"] for event in json.loads(got.body)] == [one.key for one in calls]
    action.run_many(link(url=wire.url), calls)
    assert wire.last.headers["webhook-id"] == got.headers["webhook-id"]


@pytest.mark.parametrize(
    ("value", "sent"),
    [(None, None), ("null", "null"), (2**70, 2**70), (Decimal("1.50"), "1.50"), ("积木", "积木")],
)
def test_any_value_is_sent_as_it_is(link: Any, wire: Any, value: Any, sent: Any) -> None:
    action = sending()
    args = action.input.model_validate({"type": "order.paid", "data": {"value": value}})
    action.run(link(url=wire.url), Call(args, "eff_1_a"))
    assert json.loads(wire.last.body)["data"] == {"value": sent}


@pytest.mark.parametrize("value", [math.inf, math.nan, "\ud800"])
def test_what_is_no_json_is_not_sent(link: Any, wire: Any, value: Any) -> None:
    action = sending()
    args = Send(type="order.paid", data={"value": value})
    with pytest.raises(GiveUp) as refused:
        action.run(link(url=wire.url), Call(args, "eff_1_a"))
    assert (refused.value.code, wire.received) == ("invalid", [])


def test_a_bad_event_in_a_batch_fails_alone(link: Any, wire: Any, answer: Any) -> None:
    wire.answer = lambda got: answer(422 if b'"bad"' in got.body else 202)
    action = sending()
    assert action.run_many is not None
    calls = [call("bad" if n == 5 else f"k{n}") for n in range(8)]
    outputs = action.run_many(link(url=wire.url), calls)
    assert [type(output) for output in outputs].count(GiveUp) == 1
    assert isinstance(outputs[5], GiveUp)
    assert [outputs[n]["id"] for n in range(8) if n != 5] == [f"k{n}" for n in range(8) if n != 5]


@pytest.mark.parametrize(
    ("status", "kind"), [(401, GiveUp), (503, RetryLater), (429, RetryLater), (500, NoAnswer)]
)
def test_a_fault_of_the_whole_batch_is_everybodys(
    link: Any, wire: Any, answer: Any, status: int, kind: type
) -> None:
    wire.answer = answer(status)
    action = sending()
    assert action.run_many is not None
    outputs = action.run_many(link(url=wire.url), [call("a"), call("b")])
    assert [type(output) for output in outputs] == [kind, kind]
    assert len(wire.received) == 1


def test_without_an_address_nothing_is_sent(link: Any, wire: Any) -> None:
    action = sending()
    with pytest.raises(GiveUp) as found:
        action.run(link(), call())
    assert found.value.code == "no_address"
    assert "secret" in CONNECTOR.test(link())["en"]
    assert "200" in CONNECTOR.test(link(url=wire.url))["en"]
    assert json.loads(wire.last.body)["type"] == "webhook.test"


@pytest.mark.parametrize("secret", ["short", "whsec_***not base64***", "whsec_c2hvcnQ="])
def test_a_weak_or_broken_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError):
        WebhookCredentials.model_validate({"secret": secret})
