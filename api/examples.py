"""Examples for the document, made from the schemas: what a field says of itself, else its default,
else the plainest value of its type. A test holds every one against its schema.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MOST_LEVELS = 8
_FORMATS = {
    "date-time": "2026-11-11T02:00:00Z",
    "date": "2026-11-11",
    "time": "09:00:00",
    "duration": "PT30M",
    "uuid": "6f1d8f0a-3b7e-4c51-9d1f-0a4b5c6d7e8f",
    "uri": "https://shop.example.com",
    "email": "wang.fang@example.com",
}
_BODY = "01KBC3W5A07Y2ZK4T0N9Q5V1WX"
_PLAIN: Mapping[str, Any] = {
    "string": "…",
    "integer": 1,
    "number": 1,
    "boolean": True,
    "null": None,
}


def example_of(schema: Any, schemas: Mapping[str, Any], level: int = 0) -> Any:
    """A value that fits a schema, whose references point into `schemas`."""
    if not isinstance(schema, Mapping) or level > MOST_LEVELS:
        return None
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, level)
    for key in ("example", "const", "default"):
        if schema.get(key) is not None:
            return schema[key]
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return _first(schema[key], schemas, level)
    if "allOf" in schema:
        return example_of(schema["allOf"][0], schemas, level)
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = kind[0]
    if kind == "object" or "properties" in schema:
        return {
            name: example_of(inner, schemas, level + 1)
            for name, inner in schema.get("properties", {}).items()
        }
    if kind == "array":
        inner = example_of(schema.get("items", {}), schemas, level + 1)
        return [inner] if schema.get("items") and level < MOST_LEVELS else []
    if kind == "string":
        return _FORMATS.get(schema.get("format", ""), _sized(schema))
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 1), 1)
    return _PLAIN.get(str(kind))


def _first(choices: list[Any], schemas: Mapping[str, Any], level: int) -> Any:
    """The first choice that is something; null where there is nothing else."""
    found = [one for one in choices if one.get("type") != "null"]
    return example_of(found[0], schemas, level) if found else None


def _sized(schema: Mapping[str, Any]) -> str:
    pattern = schema.get("pattern")
    if pattern is not None:
        prefix = re.match(r"\^([a-z]{2,8})_", pattern)
        names = ("vip", "order.paid", "12", f"{prefix[1] if prefix else 'evt'}_{_BODY}")
        found = next((name for name in names if re.search(pattern, name)), None)
        if found is not None:
            return found
    return "…" * max(1, int(schema.get("minLength", 1)))
