"""Connectors found by their folders, none named here: what the tests of all of them share.

A folder brings `example.json`: an invented connection {"credentials", "settings"} and one call of
each action {"calls": {action: args}}. With it every function is tried against faults of all kinds.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from engine.core.connector import (
    ConnectorType,
)

CONNECTORS = Path(__file__).parents[2] / "connectors"
TYPES = sorted(path.parent.name for path in CONNECTORS.glob("*/connector.py"))
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
