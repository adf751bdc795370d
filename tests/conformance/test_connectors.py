"""Every folder of connectors/ is written as the contract says; connector_kit.py finds them."""

from __future__ import annotations

import ast
import json
import re
from datetime import timedelta
from typing import Any, get_args

import pytest
from defusedxml import ElementTree
from jsonschema import Draft202012Validator

from engine.core.connector import (
    Action,
    Credentials,
    Settings,
)
from engine.core.effect import EffectClass
from engine.core.event_types import EVENT_TYPES, validate_data
from engine.core.fields import WIDGETS
from tests.conformance.connector_kit import (
    ACTIONS,
    CONNECTORS,
    TYPES,
    connector_of,
    fields_of,
    forms_of,
    is_text,
    sources_of,
)

FILES = ("__init__.py", "README.md", "icon.svg", "example.json", "test_connector.py")
SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {f"{SVG}{name}" for name in ("svg", "g", "path", "circle", "rect", "line", "polyline")}


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
