"""Every folder of nodes/ keeps the contract. Folders are found, none is named here.

A new node is accepted when this file passes: no list is edited, no screen is written.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from defusedxml import ElementTree
from jsonschema import Draft202012Validator, FormatChecker
from pydantic_core import to_jsonable_python

from engine.core.errors import Problem
from engine.core.execution.codec import dump_values
from engine.core.fields import WIDGETS
from engine.core.forms import WHOLE
from engine.core.node import Done, NodeConfig, NodeType
from engine.core.sentences import fill
from engine.core.text import Locale
from tests.conformance.kit import (
    NODES,
    Case,
    cases_of,
    context_of,
    mismatches,
    plain,
    prepared_case,
    run_case,
)
from tests.conformance.purity import faults_of, no_io

TYPES = sorted(path.parent.name for path in NODES.glob("*/node.py"))
CASES = [
    case for type_ in TYPES if (NODES / type_ / "cases.json").exists() for case in cases_of(type_)
]
FILES = ("__init__.py", "README.md", "icon.svg", "cases.json", "test_node.py")
LOCALES: tuple[Locale, ...] = ("zh", "en")
SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {f"{SVG}{name}" for name in ("svg", "g", "path", "circle", "rect", "line", "polyline")}
# Ports the interpreter leaves by, so that no case of `run` can show them.
NOT_BY_RUN = {"timeout", "error", "not_reached"}
# What expressions raise for every node that reads one.
GENERAL_ERRORS = {"expression"}

ZoneInfo("Asia/Shanghai")  # zone data is read once at start-up, as the interpreter does


def node_of(type_: str) -> NodeType:
    node = importlib.import_module(f"nodes.{type_}.node").NODE
    assert isinstance(node, NodeType)
    return node


def sources_of(type_: str) -> list[Path]:
    return [path for path in (NODES / type_).glob("*.py") if not path.name.startswith("test_")]


def fields_of(
    schema: Mapping[str, Any], holder: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every field of a config and of the models inside it that the form itself draws."""
    for name, found in (schema if holder is None else holder).get("properties", {}).items():
        yield name, found
        if found.get("x-widget") not in WHOLE:
            inner = _resolved(schema, found)
            yield from fields_of(schema, _resolved(schema, inner.get("items", inner)))


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def is_text(words: Any) -> bool:
    """Both languages, and each in its own script."""
    return (
        isinstance(words, Mapping)
        and set(words) == {"zh", "en"}
        and bool(words["en"].strip())
        and not re.search(r"[\u4e00-\u9fff]", words["en"])
        and bool(re.search(r"[\u4e00-\u9fff]", words["zh"]))
    )


def schema_at(schema: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
    """The schema behind a path such as `branches[].id`, None where there is none."""
    found: Mapping[str, Any] | None = schema
    for name in path.split("."):
        found = (_resolved(schema, found) or {}).get("properties", {}).get(name.removesuffix("[]"))
        if found is not None and name.endswith("[]"):
            found = _resolved(schema, found).get("items")
    return _resolved(schema, found) if found is not None else None


def _resolved(schema: Mapping[str, Any], found: Mapping[str, Any]) -> Mapping[str, Any]:
    for inner in found.get("anyOf", ()):
        if inner.get("type") != "null":
            found = inner
            break
    reference = found.get("$ref")
    if reference is None:
        return found
    resolved: Mapping[str, Any] = schema["$defs"][reference.removeprefix("#/$defs/")]
    return resolved


@pytest.mark.parametrize("type_", TYPES)
def test_a_folder_is_complete(type_: str) -> None:
    missing = [name for name in FILES if not (NODES / type_ / name).exists()]
    assert missing == []
    assert re.fullmatch(r"[a-z][a-z0-9_]*", type_)


@pytest.mark.parametrize("type_", TYPES)
def test_texts_are_in_both_languages(type_: str) -> None:
    node = node_of(type_)
    texts = {"label": node.label, "summary": node.summary}
    texts |= {f"port {port.id}": port.label for port in node.ports}
    texts |= {f"reason {code}": words for code, words in node.reasons.items()}
    texts |= {f"error {code}": words for code, words in node.errors.items()}
    for name, found in fields_of(node.config.model_json_schema()):
        texts[f"title of {name}"] = found.get("x-title")
        if "x-help" in found:
            texts[f"help of {name}"] = found["x-help"]
        for option, words in found.get("x-options", {}).items():
            texts[f"option {option} of {name}"] = words
    assert {name: words for name, words in texts.items() if not is_text(words)} == {}


@pytest.mark.parametrize("type_", TYPES)
def test_the_readme_says_what_it_does_with_example_ports_and_every_setting(type_: str) -> None:
    node = node_of(type_)
    readme = (NODES / type_ / "README.md").read_text(encoding="utf-8")
    headings = "\n".join(line for line in readme.splitlines() if line.startswith("#")).lower()
    for words in ("例", "出口", "设置", "example", "ports", "settings"):
        assert words in headings, f"no heading about {words}"
    chinese, _, english = readme.partition(f"\n# {node.label['en']}\n")
    assert chinese.startswith(f"# {node.label['zh']}\n"), "it begins with the Chinese label"
    assert english, "the English half begins with the English label"
    for port in node.ports:
        assert port.label["zh"] in chinese, f"port {port.id} in Chinese"
        assert port.label["en"] in english, f"port {port.id} in English"
    for name, found in fields_of(node.config.model_json_schema()):
        title = found["x-title"]
        assert f"`{name}`" in chinese or title["zh"] in chinese, f"setting {name} in Chinese"
        assert f"`{name}`" in english or title["en"] in english, f"setting {name} in English"


@pytest.mark.parametrize("type_", TYPES)
def test_the_icon_takes_the_colour_of_its_text(type_: str) -> None:
    root = ElementTree.fromstring((NODES / type_ / "icon.svg").read_text(encoding="utf-8"))
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox") == "0 0 24 24"
    assert root.get("width", "24") == root.get("height", "24") == "24"
    drawn = list(root.iter())
    assert {item.tag for item in drawn} <= DRAWN
    colours = {item.get(name) for item in drawn for name in ("fill", "stroke")}
    assert "currentColor" in colours
    assert colours <= {None, "none", "currentColor"}


@pytest.mark.parametrize("type_", TYPES)
def test_the_form_can_be_drawn(type_: str) -> None:
    node = node_of(type_)
    schema = node.config.model_json_schema()
    Draft202012Validator.check_schema(schema)
    json.dumps(schema)
    assert issubclass(node.config, NodeConfig)
    for name, found in fields_of(schema):
        assert found.get("x-widget") in WIDGETS, f"{name}: {found.get('x-widget')}"
        inner = _resolved(schema, found)
        if "enum" in inner:
            assert found["x-widget"] == "select", name
            assert set(inner["enum"]) == set(found.get("x-options", {})), f"options of {name}"
    for name in placeholders(node.summary["zh"]) | placeholders(node.summary["en"]):
        assert schema_at(schema, name) is not None, f"summary names {name}"


@pytest.mark.parametrize("type_", TYPES)
def test_ports_and_variables_come_from_fields_that_exist(type_: str) -> None:
    node = node_of(type_)
    schema = node.config.model_json_schema()
    for path in (node.ports_from, node.writes_from):
        if path is not None:
            found = schema_at(schema, path)
            assert found is not None, path
            assert found.get("type") == "string", path
    ids = [port.id for port in node.ports]
    assert len(ids) == len(set(ids))
    assert (node.start is not None) == (node.kind == "trigger")


@pytest.mark.parametrize("type_", TYPES)
def test_reasons_and_errors_are_declared_and_filled(type_: str) -> None:
    node = node_of(type_)
    for words in node.reasons.values():
        assert placeholders(words["zh"]) == placeholders(words["en"])
    used = set()
    for source in sources_of(type_):
        for item in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(item, ast.Call) or not isinstance(item.func, ast.Name):
                continue
            if item.func.id == "because" and isinstance(item.args[0], ast.Constant):
                code = item.args[0].value
                used.add(code)
                assert code in node.reasons, f"{source.name}:{item.lineno} {code}"
                named = {word.arg for word in item.keywords}
                if None not in named:
                    wanted = placeholders(node.reasons[code]["zh"])
                    assert wanted <= named, f"{source.name}:{item.lineno} {code}"
            if item.func.id == "GiveUp":
                codes = [word.value for word in item.keywords if word.arg == "code"]
                codes += item.args[1:2]
                for code_ in codes:
                    if isinstance(code_, ast.Constant):
                        assert code_.value in node.errors, f"{source.name}:{item.lineno}"
    said = {run_reason(case)[0] for case in CASES if case.node == type_}
    assert said - {""} <= set(node.reasons)
    assert set(node.reasons) <= used | said, "a reason nobody gives"


def run_reason(case: Case) -> tuple[str, Mapping[str, Any]]:
    outcome = run_case(node_of(case.node), case)
    if outcome.error is not None:
        return "", {}
    return (outcome.done or outcome.asks[-1]).reason


@pytest.mark.parametrize("type_", TYPES)
def test_the_module_reaches_nothing_impure(type_: str) -> None:
    assert [fault for source in sources_of(type_) for fault in faults_of(source, type_)] == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_comes_out_as_expected_without_any_io(case: Case) -> None:
    node = node_of(case.node)
    Draft202012Validator(node.config.model_json_schema(), format_checker=FormatChecker()).validate(
        case.config
    )
    before = plain(context_of(case).names)
    with no_io():
        outcome = run_case(node, case)
        again = run_case(node, case)
    assert outcome.everything() == again.everything(), "the same input gave another outcome"
    assert plain(context_of(case).names) == before, "the scope was changed"
    assert mismatches(case.expect, outcome.as_json()) == []
    prepared = prepared_case(node, case)
    if prepared is not None:
        assert prepared.everything() == outcome.everything(), "prepare says another thing than run"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_a_case_gives_can_be_stored_and_explained(case: Case) -> None:
    node = node_of(case.node)
    outcome = run_case(node, case)
    for found in (*outcome.asks, *([outcome.done] if outcome.done else [])):
        code, values = found.reason
        assert placeholders(node.reasons[code]["zh"]) <= set(values), code
        dump_values(values)
        for locale in LOCALES:
            sentence = fill(node.reasons[code], values, locale)
            assert not re.search(r"[{}]|None|Decimal|datetime", sentence), sentence
    if isinstance(outcome.done, Done):
        dump_values(outcome.done.output)
        dump_values(outcome.done.sets)
    config = node.config.model_validate(case.config)
    output = node.output(config) if callable(node.output) else node.output
    if output is not None:
        Draft202012Validator.check_schema(output)
        if outcome.done is not None and outcome.done.output is not None:
            given = to_jsonable_python(_as_numbers(plain(outcome.done.output)))
            Draft202012Validator(output).validate(given)
    problems = node.check(config) if node.check else []
    assert all(isinstance(problem, Problem) for problem in problems)
    if outcome.error is not None:
        assert outcome.error.code in {*node.errors, *GENERAL_ERRORS}
    if outcome.done is not None and node.start is not None:
        assert node.start(config) is not None


@pytest.mark.parametrize("type_", TYPES)
def test_cases_show_every_port_that_run_can_give(type_: str) -> None:
    node = node_of(type_)
    shown: set[str] = set()
    for case in CASES:
        if case.node == type_:
            port = run_case(node, case).as_json().get("port", ())
            shown |= {port} if isinstance(port, str) else set(port)
    assert {port.id for port in node.ports} - NOT_BY_RUN <= shown
    assert shown, "no case ends"


def _as_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_numbers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_as_numbers(inner) for inner in value]
    return float(value) if type(value).__name__ == "Decimal" else value
