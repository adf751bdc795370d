"""Validating `data` against its envelope, and pydantic's findings in words for people."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import SchemaValidator, core_schema

from engine.core.errors import Problem
from engine.core.flow import problems_of
from engine.core.records.record import WORDS
from engine.core.suggest import suggest
from engine.core.text import Text, text

_WORDS: dict[str, Text] = {
    **WORDS,
    "string_pattern_mismatch": text("写法不合规定", "is not written as it must be"),
    "float_type": text("应为数字", "must be a number"),
    "greater_than_equal": text("数值太小", "is too small"),
    "less_than_equal": text("数值太大", "is too large"),
    "finite_number": text("应为有限的数", "must be a finite number"),
    "missing": text("必填", "is required"),
    "string_unicode": text("含有无效字符", "has invalid characters"),
}
MAX_PROBLEMS = 100


def find_problems(model: type[BaseModel], value: Any, under: str = "") -> list[Problem]:
    """What is wrong with a value, [] when nothing; at most MAX_PROBLEMS, paths below `under`."""
    try:
        _validator(model).validate_python(value)
    except ValidationError as error:
        return [
            Problem(found.path, _said(model, found, under), found.code)
            for found in problems_of(error, under)[:MAX_PROBLEMS]
        ]
    except (OverflowError, RecursionError):
        return [Problem(under, text("数值太大或嵌套太深", "has a number too large or is too deep"))]
    return []


def _said(model: type[BaseModel], found: Problem, under: str) -> Text:
    """What is wrong; of a field nobody knows also which one is written much like it."""
    said = _WORDS.get(found.code, found.message)
    if found.code != "extra_forbidden":
        return said
    *parts, name = found.path.removeprefix(under).split("/")
    record: type[BaseModel] | None = model
    for part in parts:
        if record is not None and part in record.model_fields:
            record = _record_in(record.model_fields[part].annotation)
    near = suggest(name, record.model_fields if record is not None else ())
    return text(said["zh"] + near["zh"], said["en"] + near["en"])


def _record_in(kind: Any) -> type[BaseModel] | None:
    """The record a field holds, or each item of its list."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    return next((found for one in get_args(kind) if (found := _record_in(one))), None)


@lru_cache(maxsize=64)
def _validator(model: type[BaseModel]) -> SchemaValidator:
    """The model's own checks without making models: a third less time for each event.

    Only yes or no is wanted here, so every model of its core schema becomes a typed dict, whose
    optional keys need no default.
    """
    return SchemaValidator(_as_dicts(model.__pydantic_core_schema__))


def _as_dicts(schema: Any) -> Any:
    if schema["type"] == "model":
        fields = {}
        for name, field in schema["schema"]["fields"].items():
            inner = field["schema"]
            is_required = inner["type"] != "default"
            kept = inner if is_required else inner["schema"]
            fields[name] = core_schema.typed_dict_field(_as_dicts(kept), required=is_required)
        made: dict[str, Any] = dict(
            core_schema.typed_dict_schema(fields, extra_behavior="forbid", strict=False)
        )
        if "ref" in schema:
            made["ref"] = schema["ref"]
        return made
    found = dict(schema)
    if "definitions" in found:
        found["definitions"] = [_as_dicts(inner) for inner in found["definitions"]]
    for key in ("schema", "items_schema"):
        if key in found:
            found[key] = _as_dicts(found[key])
    return found
