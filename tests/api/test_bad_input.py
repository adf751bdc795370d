"""Hostile and broken requests: a 4xx problem with a sentence, never a 500."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
import structlog
from flask import Flask
from sqlalchemy.exc import OperationalError

from api.app import create_app
from api.context import Options
from api.strict_json import MOST_LEVELS, Malformed, check_json
from api.unread import MOST as MOST_UNREAD
from engine.runtime.world import World
from engine.settings import Settings
from tests.api.conftest import CHEAP, Client
from tests.api.one_database import store_url  # noqa: F401

UNITS = "/api/v1/org-units"
DEEP = b"[" * 100_000 + b"]" * 100_000

MALFORMED = [
    b"",
    b"{",
    b"nope",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b'{"a": 1, "a": 2}',
    b'{"a": {"b": 1, "b": 1}}',
    b"NaN",
    b'{"a": Infinity}',
    b'{"a": -Infinity}',
    b'{"a": 1e999}',
    b'{"a": 9223372036854775808}',
    b'{"a": ' + b"9" * 100_000 + b"}",
    b'{"a": "\\u0000"}',
    b'{"\\u0000": 1}',
    b'{"a": "\\ud800"}',
    b'{"\\udc00": 1}',
    b'{"a": "\x00"}',
    DEEP,
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b"[" * (MOST_LEVELS + 1) + b"]" * (MOST_LEVELS + 1),
    b"{} {}",
]


@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: repr(body[:24]))
def test_json_that_nobody_should_send_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        check_json(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 9223372036854775807, "b": -9223372036854775808}',
        b'{"a": "\\ud83e\\uddf1", "b": "\\u79ef\\u6728"}',
        b"[" * MOST_LEVELS + b"]" * MOST_LEVELS,
        b'[{"a": 1}, {"a": 1}]',
        b'"x"',
        b"null",
    ],
)
def test_json_that_is_unusual_but_right_is_taken(body: bytes) -> None:
    assert check_json(body) == json.loads(body)


def test_over_http_malformed_json_is_a_400_problem(
    admin: Client, subtests: pytest.Subtests
) -> None:
    for body in MALFORMED:
        with subtests.test(repr(body[:24])):
            found = admin.open("POST", UNITS, data=body, content_type="application/json")
            assert found.status_code == 400
            assert found.mimetype == "application/problem+json"
            assert found.json["code"] == "malformed_json"
            assert found.json["detail"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ([], ""),
        ("text", ""),
        (None, ""),
        (7, ""),
        ({}, "/kind"),
        ({"kind": "castle", "name": "x", "parent_id": "org_" + "0" * 26}, "/kind"),
        ({"kind": "store", "name": "  ", "parent_id": "org_" + "0" * 26}, "/name"),
        ({"kind": "store", "name": 7, "parent_id": "org_" + "0" * 26}, "/name"),
        ({"kind": "store", "name": "x" * 121, "parent_id": "org_" + "0" * 26}, "/name"),
        ({"kind": "store", "name": "x", "parent_id": "../../etc"}, "/parent_id"),
        ({"kind": "store", "name": "x", "parent_id": "org_" + "0" * 26, "b/~c": 1}, "/b~1~0c"),
    ],
)
def test_a_body_that_does_not_fit_names_the_place(admin: Client, body: object, path: str) -> None:
    found = admin.open("POST", UNITS, data=json.dumps(body), content_type="application/json")
    assert found.status_code == 422
    assert path in [one["path"] for one in found.json["problems"]]
    assert all(one["message"] and one["message_zh"] for one in found.json["problems"])


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("limit=0", "/query/limit"),
        ("limit=201", "/query/limit"),
        ("limit=abc", "/query/limit"),
        ("limit=1&limit=2", "/query/limit"),
        ("limit=", "/query/limit"),
        ("unknown=1", "/query/unknown"),
        ("cursor=", "/query/cursor"),
        ("cursor=%21%21%21", "/query/cursor"),
        ("cursor=WyJ4IiwxXQ", "/query/cursor"),
        ("cursor=" + "A" * 2000, "/query/cursor"),
    ],
)
def test_a_query_that_does_not_fit_names_the_parameter(
    admin: Client, query: str, path: str
) -> None:
    found = admin.get(f"{UNITS}?{query}")
    assert found.status_code == 422
    assert [one["path"] for one in found.json["problems"]] == [path]


@pytest.mark.parametrize(
    "address",
    [
        f"{UNITS}?q=%00",
        f"{UNITS}?%00=1",
        f"{UNITS}/a%00b",
        f"{UNITS}?cursor=%ff%fe",
        f"{UNITS}/%ff",
        f"{UNITS}/org_' OR 1=1 --",
        f"{UNITS}/" + "x" * 5000,
        "/api/v1/users/usr_%F0%9F%A7%B1",
        "/api/v1/roles/../../healthz",
    ],
)
def test_strange_addresses_are_refused_not_served(admin: Client, address: str) -> None:
    assert 400 <= admin.get(address).status_code < 500


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
        "application/xml",
    ],
)
def test_another_content_type_is_refused(admin: Client, kind: str) -> None:
    found = admin.open("POST", UNITS, data=b'{"name": "x"}', content_type=kind)
    assert found.status_code == 415


def test_a_body_that_says_it_is_too_long_is_refused_before_it_is_read(
    admin: Client, settings: Settings
) -> None:
    found = admin.open(
        "POST",
        UNITS,
        data=b"{}",
        content_type="application/json",
        environ_overrides={"CONTENT_LENGTH": str(settings.max_body_bytes + 1)},
    )
    assert found.status_code == 413
    assert found.json["code"] == "too_large"


def test_a_body_without_length_is_cut_at_the_limit(
    world: World, settings: Settings, machine: Callable[..., Client]
) -> None:
    small = replace(settings, max_body_bytes=1024)
    key = machine("org.edit").headers
    client = Client(create_app(world, small, Options(passwords=CHEAP)), key)
    found = client.open(
        "POST",
        UNITS,
        content_type="application/json",
        environ_overrides={
            "wsgi.input": BytesIO(b"[" + b"1," * 4000 + b"1]"),
            "wsgi.input_terminated": True,
            "HTTP_TRANSFER_ENCODING": "chunked",
        },
    )
    assert found.status_code == 413


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", UNITS),  # nobody signed in
        ("POST", "/api/v1/nothing"),
        ("POST", "/healthz"),
        ("DELETE", "/api/v1/auth/session"),
    ],
)
def test_a_refused_call_leaves_its_connection_to_the_next(
    anybody: Client, method: str, path: str
) -> None:
    """A body left unread ends the connection under the caller's next call."""
    body = BytesIO(b'{"name": "' + b"x" * 5000 + b'"}')
    found = anybody.open(
        method,
        path,
        content_type="application/json",
        input_stream=body,
        environ_overrides={"CONTENT_LENGTH": str(len(body.getvalue()))},
    )
    assert found.status_code in (401, 404, 405)
    assert (body.read(), found.headers.get("Connection")) == (b"", None)


def test_a_long_body_that_is_refused_ends_the_connection_and_says_so(anybody: Client) -> None:
    length = MOST_UNREAD + 1
    body = BytesIO(b"x" * length)
    found = anybody.open(
        "POST",
        UNITS,
        content_type="application/json",
        input_stream=body,
        environ_overrides={"CONTENT_LENGTH": str(length)},
    )
    assert (found.status_code, found.headers["Connection"]) == (401, "close")
    assert body.tell() == 0


def test_unknown_addresses_and_methods(anybody: Client, admin: Client) -> None:
    missing = anybody.get("/api/v1/nothing")
    assert (missing.status_code, missing.json["code"]) == (404, "not_found")
    assert anybody.post("/api/v1/nothing", {}).status_code == 404
    other = admin.delete(UNITS)
    assert other.status_code == 405
    assert set(other.headers["Allow"].split(", ")) >= {"GET", "POST"}
    assert admin.get(f"{UNITS}/").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer jimu_x_y"},
        {"Authorization": "Basic Ym9zczpib3Nz"},
        {"Authorization": "Bearer " + "x" * 5000},
        {"Authorization": "Bearer jimu_01KBC3W5A07Y2ZK4T0N9Q5V1WX_\u00e9"},
        {"Cookie": "jimu=%00; jimu=x"},
        {"Cookie": "jimu=" + "x" * 4000},
        {"Accept-Language": "\u00ff;q=x,,,*"},
        {"X-Request-Id": "a b\tc"},
        {"X-Forwarded-For": "not an address"},
    ],
)
def test_strange_headers_are_refused_politely(anybody: Client, headers: dict[str, str]) -> None:
    found = anybody.get(UNITS, headers=headers)
    assert found.status_code == 401
    assert found.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("sent", ['"', "r1", 'W/"x', "*, *", "\u00ff"])
def test_a_malformed_if_match_is_refused(admin: Client, sent: str) -> None:
    unit = admin.get(UNITS).json["items"][0]
    body = {"kind": "head_office", "name": "总部"}
    found = admin.put(f"{UNITS}/{unit['id']}", body, headers={"If-Match": sent})
    assert found.status_code == 422


def test_problems_speak_the_callers_language(admin: Client) -> None:
    zh = admin.get(f"{UNITS}?limit=0", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    en = admin.get(f"{UNITS}?limit=0", headers={"Accept-Language": "en-GB"})
    other = admin.get(f"{UNITS}?limit=0", headers={"Accept-Language": "fr"})
    assert zh.json["detail"] == "提交的内容有误"
    assert en.json["detail"] == "what was sent is not valid"
    assert other.json["detail"] == zh.json["detail"]
    assert en.headers["Content-Language"] == "en"
    assert zh.json["problems"] == en.json["problems"]


def test_a_database_that_is_away_is_a_503(app: Flask, machine, monkeypatch) -> None:
    client = machine("org.read")

    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr("api.org.org.list_units", away)
    found = client.get(UNITS)
    assert (found.status_code, found.json["code"]) == (503, "unavailable")
    assert "SELECT" not in found.get_data(as_text=True)
    assert found.headers["Retry-After"]


def test_a_fault_of_ours_says_a_number_and_nothing_else(app: Flask, machine, monkeypatch) -> None:
    client = machine("org.read")

    def broken(*_: object, **__: object) -> None:
        raise KeyError("secret detail")

    monkeypatch.setattr("api.org.org.list_units", broken)
    with structlog.testing.capture_logs() as lines:
        found = client.get(UNITS)
    assert (found.status_code, found.json["code"]) == (500, "internal")
    assert "secret" not in found.get_data(as_text=True)
    number = next(line["fault"] for line in lines if line["event"] == "unexpected")
    assert number in found.json["detail"]
