"""Every folder of connectors/ keeps the contract. Folders are found, none is named here.

A folder brings `example.json`: an invented connection {"credentials", "settings"} and one call of
each action {"calls": {action: args}}. With it every function is tried against faults of all kinds.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import json
import re
import traceback
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from defusedxml import ElementTree
from jsonschema import Draft202012Validator
from pydantic import BaseModel, SecretStr, ValidationError

from connectors import http_client, secret_values
from engine.core.connector import (
    Action,
    Call,
    ConnectorType,
    Credentials,
    Link,
    Page,
    Reply,
    Request,
    Settings,
)
from engine.core.effect import EffectClass
from engine.core.errors import InvalidInput, StepError, Unauthenticated
from engine.core.event_types import EVENT_TYPES, validate_data
from engine.core.fields import WIDGETS

CONNECTORS = Path(__file__).parents[2] / "connectors"
TYPES = sorted(path.parent.name for path in CONNECTORS.glob("*/connector.py"))
FILES = ("__init__.py", "README.md", "icon.svg", "example.json", "test_connector.py")
SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {f"{SVG}{name}" for name in ("svg", "g", "path", "circle", "rect", "line", "polyline")}
NOW = datetime(2026, 11, 11, 0, 3, 12, tzinfo=UTC)
KEY = "eff_01conformance_0a1b2c3d"


def connector_of(type_: str) -> ConnectorType:
    found = importlib.import_module(f"connectors.{type_}.connector").CONNECTOR
    assert isinstance(found, ConnectorType)
    return found


def example_of(type_: str) -> dict[str, Any]:
    found = json.loads((CONNECTORS / type_ / "example.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def sources_of(type_: str) -> list[Path]:
    return [path for path in (CONNECTORS / type_).rglob("*.py") if "test" not in path.name]


# A folder without an example fails once, in the first test.
TRIED = [type_ for type_ in TYPES if (CONNECTORS / type_ / "example.json").exists()]
ACTIONS = [
    pytest.param(type_, action, id=f"{type_}.{action.key}")
    for type_ in TYPES
    for action in connector_of(type_).actions
]
CALLS = [one for one in ACTIONS if one.values[0] in TRIED]


def forms_of(type_: str) -> list[type[BaseModel]]:
    connector = connector_of(type_)
    return [connector.credentials, connector.settings, *(one.input for one in connector.actions)]


def fields_of(model: type[BaseModel]) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """(name, its schema, the whole schema) of every field of a form and of the forms inside it."""
    schema = model.model_json_schema()
    for holder in (schema, *schema.get("$defs", {}).values()):
        for name, found in holder.get("properties", {}).items():
            yield name, found, schema


def is_text(words: Any) -> bool:
    """Both languages, the English without Chinese; names such as HTTP are the same in both."""
    return (
        isinstance(words, Mapping)
        and set(words) == {"zh", "en"}
        and all(isinstance(said, str) and said.strip() for said in words.values())
        and not re.search(r"[\u4e00-\u9fff]", words["en"])
        and (words["zh"] == words["en"] or bool(re.search(r"[\u4e00-\u9fff]", words["zh"])))
    )


# -- what is written -----------------------------------------------------------------------------


@pytest.mark.parametrize("type_", TYPES)
def test_a_folder_is_complete(type_: str) -> None:
    assert [name for name in FILES if not (CONNECTORS / type_ / name).exists()] == []
    assert list((CONNECTORS / type_ / "recordings").iterdir()), "recordings are there"
    assert re.fullmatch(r"[a-z][a-z0-9_]*", type_)


@pytest.mark.parametrize("type_", TYPES)
def test_texts_are_in_both_languages(type_: str) -> None:
    connector = connector_of(type_)
    texts: dict[str, Any] = {"label": connector.label, "summary": connector.summary}
    for source in connector.events:
        texts[f"event {source.type}"] = source.label
    for action in connector.actions:
        texts |= {f"{action.key} label": action.label, f"{action.key} summary": action.summary}
        texts |= {f"{action.key} error {code}": words for code, words in action.errors.items()}
        for name, sample in action.samples.items():
            texts[f"{action.key} sample {name}"] = sample.label
            if sample.message is not None:
                texts[f"{action.key} sample {name} message"] = sample.message
    for form in forms_of(type_):
        for name, found, _ in fields_of(form):
            texts[f"title of {name}"] = found.get("x-title")
            texts[f"help of {name}"] = found.get("x-help", connector.label)
            for option, words in found.get("x-options", {}).items():
                texts[f"option {option} of {name}"] = words
    assert {name: words for name, words in texts.items() if not is_text(words)} == {}


@pytest.mark.parametrize("type_", TYPES)
def test_the_forms_can_be_drawn_and_hide_their_secrets(type_: str) -> None:
    connector = connector_of(type_)
    assert issubclass(connector.credentials, Credentials)
    assert issubclass(connector.settings, Settings)
    for form in forms_of(type_):
        for name, found, schema in fields_of(form):
            assert found.get("x-widget") in WIDGETS, f"{name}: {found.get('x-widget')}"
            shapes = [found, *found.get("anyOf", ())]
            is_secret = any(shape.get("format") == "password" for shape in shapes)
            assert is_secret == (found["x-widget"] == "secret"), name
            inner = schema.get("$defs", {}).get(found.get("$ref", "").rpartition("/")[2], found)
            if "enum" in inner:
                assert found["x-widget"] == "select", name
                assert set(map(str, inner["enum"])) == set(found.get("x-options", {})), name
    for form in (connector.settings, *(action.input for action in connector.actions)):
        for name, found, _ in fields_of(form):
            assert found["x-widget"] != "secret", f"{name}: secrets belong to the credentials"


@pytest.mark.parametrize("type_", TYPES)
def test_the_readme_tells_every_field_and_action_in_both_languages(type_: str) -> None:
    connector = connector_of(type_)
    readme = (CONNECTORS / type_ / "README.md").read_text(encoding="utf-8")
    chinese, _, english = readme.partition(f"\n# {connector.label['en']}\n")
    assert chinese.startswith(f"# {connector.label['zh']}\n"), "it begins with the Chinese label"
    assert english, "the English half begins with the English label"
    for form in (connector.credentials, connector.settings):
        for name, found in form.model_json_schema()["properties"].items():
            title = found["x-title"]
            assert f"`{name}`" in chinese or title["zh"] in chinese, f"{name} in Chinese"
            assert f"`{name}`" in english or title["en"] in english, f"{name} in English"
    for action in connector.actions:
        assert action.label["zh"] in chinese, action.key
        assert action.label["en"] in english, action.key


@pytest.mark.parametrize("type_", TYPES)
def test_the_icon_takes_the_colour_of_its_text(type_: str) -> None:
    root = ElementTree.fromstring((CONNECTORS / type_ / "icon.svg").read_text(encoding="utf-8"))
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox") == "0 0 24 24"
    drawn = list(root.iter())
    assert {item.tag for item in drawn} <= DRAWN
    colours = {item.get(name) for item in drawn for name in ("fill", "stroke")}
    assert "currentColor" in colours
    assert colours <= {None, "none", "currentColor"}


@pytest.mark.parametrize("type_", TYPES)
def test_limits_and_keys_make_sense(type_: str) -> None:
    connector = connector_of(type_)
    limits = connector.limits
    assert timedelta(0) < limits.timeout <= timedelta(minutes=2)
    assert limits.rate > 0
    assert limits.per > timedelta(0)
    assert limits.concurrent > 0
    assert limits.attempts > 0
    keys = [action.key for action in connector.actions]
    assert len(keys) == len(set(keys))
    assert connector.group in ("platform", "message", "file", "general")
    if connector.reaches:
        sending = connector.action("send_message")
        assert sending is not None
        assert {"to", "text"} <= set(sending.input.model_fields)


@pytest.mark.parametrize(("type_", "action"), ACTIONS)
def test_an_action_is_declared_whole(type_: str, action: Action) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", action.key)
    assert action.effect_class in get_args(EffectClass)
    assert (action.batch > 1) == (action.run_many is not None)
    if action.subject_from is not None:
        assert action.subject_from in action.input.model_fields
    Draft202012Validator.check_schema(action.output)
    assert {"ok", "error"} <= set(action.samples)
    for name, sample in action.samples.items():
        if sample.error is None:
            json.dumps(sample.output)
            Draft202012Validator(action.output).validate(sample.output)
        else:
            assert sample.error in action.errors, f"{name}: {sample.error}"
            assert sample.message is not None, name
    assert action.samples["ok"].error is None
    assert action.samples["error"].error is not None


@pytest.mark.parametrize("type_", TYPES)
def test_samples_of_events_are_canonical(type_: str) -> None:
    for source in connector_of(type_).events:
        assert source.type in EVENT_TYPES, source.type
        assert validate_data(source.type, dict(source.sample)) == [], source.type


@pytest.mark.parametrize("type_", TYPES)
def test_the_code_makes_no_client_and_reads_no_clock_of_its_own(type_: str) -> None:
    faults = []
    for source in sources_of(type_):
        for item in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(item, ast.Import):
                names = [alias.name for alias in item.names]
            elif isinstance(item, ast.ImportFrom):
                names = [item.module or ""]
            called = ast.unparse(item.func) if isinstance(item, ast.Call) else ""
            if {name.partition(".")[0] for name in names} & {"requests", "urllib3", "aiohttp"}:
                faults.append(f"{source.name}:{item.lineno} brings its own client")
            if "urllib.request" in names or "http.client" in names:
                faults.append(f"{source.name}:{item.lineno} brings its own client")
            if re.fullmatch(r"httpx\.(Client|AsyncClient|request|get|post|put|stream)", called):
                faults.append(f"{source.name}:{item.lineno} {called}: use link.client")
            if called in ("datetime.now", "datetime.utcnow", "date.today", "time.time"):
                faults.append(f"{source.name}:{item.lineno} {called}: use link.now()")
    assert faults == []


# -- what is done --------------------------------------------------------------------------------


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
