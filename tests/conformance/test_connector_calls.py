"""Every function of every connector, tried against faults of all kinds."""

from __future__ import annotations

import contextlib
import json
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from pydantic import SecretStr, ValidationError

from connectors import http_client, secret_values
from engine.core.connector import (
    Action,
    Call,
    Link,
    Page,
    Reply,
    Request,
)
from engine.core.errors import InvalidInput, StepError, Unauthenticated
from tests.conformance.connector_kit import (
    CALLS,
    KEY,
    NOW,
    TRIED,
    connector_of,
    example_of,
    is_text,
)


class Tokens:
    """A store that has every token, so that actions get as far as their own request."""

    def get(self, name: str) -> str | None:
        return "invented-access-token"

    def put(self, name: str, value: str, lasts_for: timedelta) -> None: ...

    def drop(self, name: str) -> None: ...


Handler = Callable[[httpx.Request], httpx.Response]


def link_of(type_: str, handler: Handler) -> Link:
    """The example's connection, its platform played by `handler`."""
    connector, example = connector_of(type_), example_of(type_)
    return Link(
        key="example",
        credentials=connector.credentials.model_validate(example["credentials"]),
        settings=connector.settings.model_validate(example["settings"]),
        tokens=Tokens(),
        client=httpx.Client(
            transport=httpx.MockTransport(handler), timeout=http_client(connector.limits).timeout
        ),
        now=lambda: NOW,
    )


def _raising(kind: type[httpx.RequestError]) -> Handler:
    def fail(request: httpx.Request) -> httpx.Response:
        raise kind(f"{request.url} {dict(request.headers)}", request=request)

    return fail


def _echo(status: int) -> Handler:
    def answer(request: httpx.Request) -> httpx.Response:
        said = f"{request.url} {dict(request.headers)} {request.content!r}"
        return httpx.Response(status, text=said)

    return answer


def _saying(status: int, body: bytes, **headers: str) -> Handler:
    return lambda request: httpx.Response(status, content=body, headers=headers)


FAULTS: dict[str, Handler] = {
    **{
        kind.__name__: _raising(kind)
        for kind in (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.ReadTimeout,
            httpx.ReadError,
            httpx.WriteError,
            httpx.RemoteProtocolError,
            httpx.DecodingError,
        )
    },
    **{f"echo {status}": _echo(status) for status in (200, 302, 400, 401, 403, 404, 429, 500, 503)},
    "empty": _saying(200, b""),
    "null": _saying(200, b"null"),
    "list": _saying(200, b"[]"),
    "object": _saying(200, b"{}"),
    "text": _saying(200, b'"text"'),
    "web page": _saying(200, b"<html>maintenance</html>", **{"content-type": "text/html"}),
    "not UTF-8": _saying(200, b"\xff\xfe\x00"),
    "too deep": _saying(200, b"[" * 100_000),
    "odd types": _saying(
        200, b'{"errcode": {}, "err_no": [], "code": null, "data": 7, "access_token": []}'
    ),
    "odd wait": _saying(429, b"", **{"retry-after": "-1"}),
}


def faults_told(fault: BaseException, link: Link) -> None:
    """The error may be stored, shown and logged: two languages, and no secret in any form of it."""
    assert isinstance(fault, StepError), repr(fault)
    assert is_text(fault.message) or fault.message["zh"].strip(), fault.message
    said = "".join(traceback.format_exception(fault)) + repr(fault) + json.dumps(fault.message)
    for secret in secret_values(link.credentials):
        assert secret not in said


def call_of(type_: str, action: Action, key: str = KEY) -> Call:
    return Call(action.input.model_validate(example_of(type_)["calls"][action.key]), key)


@pytest.mark.parametrize("type_", TRIED)
def test_the_example_is_a_whole_connection(type_: str) -> None:
    connector, link = connector_of(type_), link_of(type_, _saying(200, b"{}"))
    assert set(example_of(type_)["calls"]) == {action.key for action in connector.actions}
    for action in connector.actions:
        call_of(type_, action)
    held = [name for name, value in link.credentials if isinstance(value, SecretStr)]
    for secret in secret_values(link.credentials):
        assert secret not in repr(link), held
        assert secret not in str(link.credentials.model_dump_json())


@pytest.mark.parametrize("type_", TRIED)
def test_malformed_credentials_are_refused_without_showing_them(type_: str) -> None:
    given = {**example_of(type_)["credentials"], "no_such_field": "x"}
    with pytest.raises(ValidationError) as found:
        connector_of(type_).credentials.model_validate(given)
    for value in given.values():
        if isinstance(value, str) and len(value) > 8:
            assert value not in str(found.value)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("type_", "action"), CALLS)
def test_an_action_ends_in_an_output_or_in_one_of_the_two_kinds(
    type_: str, action: Action, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    link = link_of(type_, FAULTS[fault])
    answers: list[Any] = []
    with caplog.at_level("DEBUG"):
        try:
            answers.append(action.run(link, call_of(type_, action)))
        except StepError as error:
            faults_told(error, link)
        if action.run_many is not None:
            calls = [call_of(type_, action, f"{KEY}{n}") for n in range(3)]
            found = action.run_many(link, calls)
            assert len(found) == len(calls)
            answers += [one for one in found if not isinstance(one, StepError)]
            for one in found:
                if isinstance(one, StepError):
                    faults_told(one, link)
    for output in answers:
        json.dumps(output)
        Draft202012Validator(action.output).validate(output)
    for secret in secret_values(link.credentials):
        assert secret not in caplog.text


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("type_", TRIED)
def test_testing_and_pulling_end_in_one_of_the_two_kinds(type_: str, fault: str) -> None:
    connector, link = connector_of(type_), link_of(type_, FAULTS[fault])
    try:
        said = connector.test(link)
        assert said["zh"].strip()
        assert said["en"].strip()
    except StepError as error:
        faults_told(error, link)
    if connector.pull is not None:
        try:
            page = connector.pull(link, {}, NOW)
            assert isinstance(page, Page)
            json.dumps(dict(page.cursor))
        except StepError as error:
            faults_told(error, link)


@pytest.mark.parametrize(("type_", "action"), CALLS)
def test_every_request_has_its_timeouts(type_: str, action: Action) -> None:
    seen: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(200, content=b"{}")

    with contextlib.suppress(StepError):
        action.run(link_of(type_, answer), call_of(type_, action))
    for timeout in seen:
        assert all(timeout[step] for step in ("connect", "read", "write", "pool"))


@pytest.mark.parametrize(("type_", "action"), CALLS)
def test_a_repeated_call_carries_its_key_again(type_: str, action: Action) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(f"{request.url} {dict(request.headers)} {request.content!r}")
        return httpx.Response(200, content=b"{}")

    for attempt in (1, 2):
        call = call_of(type_, action)
        with contextlib.suppress(StepError):
            action.run(link_of(type_, answer), Call(call.args, call.key, attempt))
    if action.takes_key:
        assert sum(KEY in one for one in seen) >= 2, "the platform cannot know a repetition"


@pytest.mark.parametrize("type_", TRIED)
@pytest.mark.parametrize(
    ("method", "body", "headers"),
    [
        ("POST", b"", {}),
        ("POST", b"{}", {"content-type": "application/json"}),
        ("POST", b"\xff\xfe", {"authorization": "Bearer \udcff", "x-signature": "\udcff"}),
        ("POST", b"[" * 50_000, {"webhook-signature": "v1,x", "webhook-timestamp": "9" * 400}),
        ("POST", b"<xml><!DOCTYPE a [<!ENTITY b 'c'>]>&b;</xml>", {"content-type": "text/xml"}),
        ("GET", b"", {}),
    ],
)
def test_a_request_nobody_signed_is_refused(
    type_: str, method: str, body: bytes, headers: dict[str, str]
) -> None:
    connector = connector_of(type_)
    if connector.receive is None:
        return
    query = {"msg_signature": "x", "timestamp": "1", "nonce": "\x00", "echostr": "==="}
    request = Request(method, f"/hooks/{type_}/example", query, headers, body, NOW)
    try:
        reply = connector.receive(link_of(type_, _saying(200, b"{}")), request)
    except (Unauthenticated, InvalidInput):
        return
    assert isinstance(reply, Reply)
    assert reply.status >= 400
    assert not reply.events
