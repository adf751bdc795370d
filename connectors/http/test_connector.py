"""The HTTP connector at the wire: what is sent, what comes back, what never leaves."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.http.connector import CONNECTOR
from connectors.http.credentials import HttpCredentials
from connectors.http.forms import HttpSettings
from engine.core.connector import Call
from engine.core.errors import GiveUp, NoAnswer, RetryLater

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.json"))


@pytest.fixture
def run(wire: Any, make_link: Any) -> Any:
    """run(action, args, credentials, base=...) -> output, against the local server."""

    def run(action: str, args: dict[str, Any], credentials: Any = None, **more: Any) -> Any:
        link = make_link(
            HttpCredentials.model_validate(credentials or {}),
            HttpSettings(base_url=more.pop("base", f"{wire.url}/api")),
            **more,
        )
        found = CONNECTOR.action(action)
        assert found is not None
        return found.run(link, Call(found.input.model_validate(args), "eff_1_abc"))

    return run


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recorded_exchange_is_sent_and_read_the_same_way(
    path: Path, run: Any, wire: Any, answer: Any
) -> None:
    recorded = json.loads(path.read_text(encoding="utf-8"))
    said, wanted = recorded["response"], recorded["request"]
    wire.answer = answer(said["status"], said["body"].encode(), said["headers"])
    output = run(recorded["action"], recorded["args"], recorded["credentials"])
    got = wire.last
    assert (got.method, got.path, got.body.decode()) == (
        wanted["method"],
        wanted["path"],
        wanted["body"],
    )
    assert wanted["headers"].items() <= got.headers.items()
    assert recorded["output"].items() <= output.items()
    assert "set-cookie" not in output["headers"]


def test_reading_carries_no_key_and_every_write_the_same_one(run: Any, wire: Any) -> None:
    run("get", {"url": "a"})
    run("request", {"url": "a", "method": "GET"})
    run("post", {"url": "a", "body": {}})
    run("post", {"url": "a", "body": {}})
    run("request", {"url": "a", "method": "PATCH", "body": {}})
    keys = [got.headers.get("idempotency-key") for got in wire.received]
    assert keys == [None, None, "eff_1_abc", "eff_1_abc", "eff_1_abc"]


@pytest.mark.parametrize(
    ("kind", "body", "sent", "content_type"),
    [
        ("json", {"a": [1, None, "中"]}, '{"a": [1, null, "中"]}', "application/json"),
        ("json", "text", '"text"', "application/json"),
        ("form", {"a": "1 2", "b": ["x", "y"]}, "a=1+2&b=x&b=y", "x-www-form-urlencoded"),
        ("text", "纯文本", "纯文本", "text/plain"),
    ],
)
def test_a_body_goes_out_in_its_format(
    run: Any, wire: Any, kind: str, body: Any, sent: str, content_type: str
) -> None:
    run("post", {"url": "a", "body": body, "body_kind": kind})
    assert wire.last.body.decode() == sent
    assert content_type in wire.last.headers["content-type"]


def test_a_step_may_name_its_own_content_type(run: Any, wire: Any) -> None:
    headers = {"content-type": "application/xml"}
    run("post", {"url": "a", "body": "<a/>", "body_kind": "text", "headers": headers})
    assert wire.last.headers["content-type"] == "application/xml"


@pytest.mark.parametrize(
    ("signed", "encoding", "prefix"),
    [("body", "base64", ""), ("time_body", "hex", "sha256="), ("request", "hex", "")],
)
def test_the_signature_covers_what_was_sent(
    run: Any, wire: Any, now: Any, signed: str, encoding: str, prefix: str
) -> None:
    credentials = {
        "kind": "hmac",
        "secret": "s3cret",
        "signed": signed,
        "encoding": encoding,
        "prefix": prefix,
    }
    run("post", {"url": "签名?x=1", "query": {"b": "é&"}, "body": {"a": "中"}}, credentials)
    got = wire.last
    moment = str(int(now.timestamp())).encode()
    # Computed again from nothing but what came over the wire.
    over = {
        "body": got.body,
        "time_body": moment + b"." + got.body,
        "request": moment + b"\nPOST\n" + got.path.encode() + b"\n" + got.body,
    }[signed]
    digest = hmac.digest(b"s3cret", over, hashlib.sha256)
    shown = digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()
    assert got.headers["x-signature"] == prefix + shown
    assert ("x-timestamp" in got.headers) == (signed != "body")
    assert "x=1" in got.path
    assert "b=%C3%A9%26" in got.path


def test_values_of_references_are_written_as_people_write_them(run: Any, wire: Any) -> None:
    query = {"a": Decimal("12.10"), "b": True, "c": [1, "x"], "d": None}
    run("get", {"url": "a", "query": query, "headers": {"X-N": 7}})
    assert wire.last.path == "/api/a?a=12.10&b=true&c=1&c=x"
    assert wire.last.headers["x-n"] == "7"


def test_a_known_signature(run: Any, wire: Any) -> None:
    # GitHub's documentation of webhook signatures gives this secret, payload and value.
    credentials = {
        "kind": "hmac",
        "secret": "It's a Secret to Everybody",
        "signed": "body",
        "header": "X-Hub-Signature-256",
        "prefix": "sha256=",
    }
    run("post", {"url": "a", "body": "Hello, World!", "body_kind": "text"}, credentials)
    assert wire.last.headers["x-hub-signature-256"] == (
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2:{port}/",
        "http://localhost:{port}/",
        "https://127.0.0.1:{port}/",
        "http://127.0.0.1:1/",
        "http://127.0.0.1:{port}@evil.example/",
        "HTTP://evil.example/",
    ],
)
def test_credentials_never_go_to_another_origin(run: Any, wire: Any, url: str) -> None:
    with pytest.raises(GiveUp) as found:
        run("get", {"url": url.format(port=wire.port)}, {"kind": "bearer", "token": "t"})
    assert found.value.code == "other_host"
    with pytest.raises(GiveUp) as found:
        run("get", {"url": wire.url}, {"kind": "bearer", "token": "t"}, base="")
    assert found.value.code == "other_host"
    assert wire.received == []


@pytest.mark.parametrize("url", ["//evil.example/x", "@evil.example/", "\\\\evil.example", "?a=1"])
def test_a_relative_address_stays_behind_the_base(run: Any, wire: Any, url: str) -> None:
    run("get", {"url": url}, {"kind": "bearer", "token": "t"})
    assert wire.last.path.startswith("/api/")


def test_a_relative_address_needs_a_base(run: Any) -> None:
    with pytest.raises(GiveUp) as found:
        run("get", {"url": "/a"}, base="")
    assert found.value.code == "invalid"


def test_private_addresses_are_refused_unless_allowed(run: Any, wire: Any) -> None:
    with pytest.raises(GiveUp) as found:
        run("get", {"url": "a"}, allowed=frozenset())
    assert found.value.code == "private_address"
    assert wire.received == []


def test_the_expected_statuses_are_the_steps_choice(run: Any, wire: Any, answer: Any) -> None:
    wire.answer = answer(404, b'{"why": "gone"}')
    found = run("get", {"url": "a", "expected": "200-299, 404"})
    assert (found["status"], found["body"]) == (404, {"why": "gone"})
    with pytest.raises(GiveUp) as fault:
        run("get", {"url": "a"})
    assert fault.value.code == "not_found"
    assert "gone" in fault.value.message["zh"]
    wire.answer = answer(429, headers={"Retry-After": "3"})
    with pytest.raises(RetryLater) as later:
        run("post", {"url": "a"})
    assert later.value.after is not None
    wire.answer = answer(drop=True)
    with pytest.raises(NoAnswer):
        run("post", {"url": "a"})


@pytest.mark.parametrize(
    ("body", "content_type", "read"),
    [
        (b'{"a": 1.10}', "application/json", {"a": 1.1}),
        (b" [1]", "text/html", [1]),
        (b"{not json", "application/json", "{not json"),
        (b"plain", "text/plain", "plain"),
        ("你好".encode("gb18030"), "text/plain; charset=gb18030", "你好"),
        (b"a\x00b", "text/plain", "a\ufffdb"),
        (b"", "application/json", None),
        (b"7", "application/problem+json", 7),
    ],
)
def test_an_answer_is_read_for_what_it_is(
    run: Any, wire: Any, answer: Any, body: bytes, content_type: str, read: Any
) -> None:
    wire.answer = answer(200, body, {"Content-Type": content_type})
    assert run("get", {"url": "a"})["body"] == read


def test_an_answer_too_long_to_keep_is_said_so(run: Any, wire: Any, answer: Any) -> None:
    wire.answer = answer(200, b"x" * 300_000)
    with pytest.raises(GiveUp) as found:
        run("get", {"url": "a"})
    assert found.value.code == "answer_too_large"


@pytest.mark.parametrize(
    ("action", "args"),
    [
        ("get", {"url": "a", "headers": {"Host": "evil.example"}}),
        ("get", {"url": "a", "headers": {"Content-Length": "1"}}),
        ("get", {"url": "a", "headers": {"Transfer-Encoding": "chunked"}}),
        ("get", {"url": "a", "headers": {"X-A": "a\r\nX-B: b"}}),
        ("get", {"url": "a", "headers": {"X A": "a"}}),
        ("post", {"url": "a", "headers": {"Idempotency-Key": "mine"}}),
        ("get", {"url": ""}),
        ("get", {"url": "a", "expected": "all"}),
        ("request", {"url": "a", "method": "TRACE"}),
    ],
)
def test_what_would_harm_the_request_is_refused_before(action: str, args: dict[str, Any]) -> None:
    found = CONNECTOR.action(action)
    assert found is not None
    with pytest.raises(ValidationError):
        found.input.model_validate(args)


@pytest.mark.parametrize(
    "credentials",
    [
        {"kind": "basic"},
        {"kind": "bearer"},
        {"kind": "hmac"},
        {"kind": "api_key", "token": "t", "header": ""},
        {"kind": "api_key", "token": "t", "header": "X: a"},
        {"kind": "bearer", "token": "a\r\nb"},
        {"kind": "bearer", "token": "密钥"},
        {"kind": "basic", "username": "a:b"},
    ],
)
def test_credentials_are_complete(credentials: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        HttpCredentials.model_validate(credentials)


def test_the_test_button_tries_the_credentials(wire: Any, answer: Any, make_link: Any) -> None:
    credentials = HttpCredentials.model_validate({"kind": "bearer", "token": "t"})
    settings = HttpSettings(base_url=wire.url, test_path="/ping")
    assert "200" in CONNECTOR.test(make_link(credentials, settings))["zh"]
    assert wire.last.path == "/ping"
    wire.answer = answer(401)
    with pytest.raises(GiveUp) as found:
        CONNECTOR.test(make_link(credentials, settings))
    assert found.value.code == "unauthorized"
    assert "base address" in CONNECTOR.test(make_link(HttpCredentials(), HttpSettings()))["en"]
