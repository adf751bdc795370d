"""JSON Schema at the edge: are a value and a schema of a user's making sound?

Params, people's forms, own fields and connector actions are described by JSON Schema (2020-12).
`check_value` says in two languages what is wrong with a value. `check_schema` says whether a schema
somebody typed may be used at all: it must be small, flat enough, refer only to itself, never to
itself in a circle, and its patterns must run in linear time (re2), for it will meet hostile values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import re2
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import best_match
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from engine.core.errors import InvalidInput, Problem
from engine.core.schema_walk import (
    Walk,
    children_of,
    compiled_pattern,
    escape,
    target_of,
)
from engine.core.schema_words import FORMATS, worded
from engine.core.suggest import suggest
from engine.core.text import text

MAX_BYTES = 65_536
MAX_DEPTH = 16
MAX_PROBLEMS = 50


def check_value(schema: Mapping[str, Any], value: Any, path: str = "") -> list[Problem]:
    """What is wrong with a value, each with a JSON pointer under `path`; [] when it is sound.

    At most 50 problems, ordered by pointer. InvalidInput when the schema itself is unusable.
    """
    checker = _checker(_key(schema))
    try:
        errors = []
        for error in checker.iter_errors(value):
            errors.append(error)
            if len(errors) >= MAX_PROBLEMS:
                break
    except (Unresolvable, re2.error):
        raise _unusable() from None
    except (RecursionError, OverflowError):
        message = text("数据嵌套太深或数值太大", "the value is nested too deeply or too large")
        return [Problem(path, message, "too_deep")]
    found = [problem for error in errors for problem in _problems(error, path)]
    return sorted(found, key=lambda problem: _order(problem.path))[:MAX_PROBLEMS]


def check_schema(schema: Any, path: str = "", *, defaults: bool = False) -> list[Problem]:
    """What is wrong with a schema of a user's making; [] when it may be used.

    1. it is JSON of at most 64 kB and 16 levels,
    2. it is valid by the meta-schema, with no keyword that moves or defers references,
    3. each $ref points into this very schema, none leads back to itself, and what they unfold to
       stays small,
    4. each pattern compiles for re2,
    5. with `defaults`, each default fits the schema it stands in.
    """
    if not isinstance(schema, Mapping):
        return [
            Problem(path, text("应为 JSON Schema 对象", "must be a JSON Schema object"), "schema")
        ]
    try:
        written = _key(schema)
    except InvalidInput as error:
        return [Problem(path, error.message, "schema")]
    if len(written.encode()) > MAX_BYTES:
        message = text(
            "字段定义太大，最多 64 kB，请拆开", "the schema is too large: at most 64 kB, split it"
        )
        return [Problem(path, message, "schema_size")]
    schema = json.loads(written)
    if _depth(schema) > MAX_DEPTH:
        message = text(f"嵌套超过 {MAX_DEPTH} 层", f"has more than {MAX_DEPTH} levels")
        return [Problem(path, message, "schema_depth")]
    found = [
        problem
        for error in _meta().iter_errors(schema)
        for problem in _problems(error, path, code="schema")
    ][:MAX_PROBLEMS]
    found = found or Walk(schema, path).problems()[:MAX_PROBLEMS]
    if not found and defaults:
        found = _check_defaults(schema, schema, path)
    return found


def follow(schema: Any, root: Mapping[str, Any] | None = None) -> Any:
    """The schema behind a local `$ref` ("#/$defs/order"), itself when it is none; {} if it fails.

    What stands beside the `$ref` (title, description) wins over what it points to.
    """
    for _ in range(MAX_DEPTH):
        if not isinstance(schema, Mapping) or not isinstance(schema.get("$ref"), str):
            return schema
        target = target_of(root if root is not None else schema, schema["$ref"])
        if not isinstance(target, Mapping):
            return {}
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    return {}


# -- checking values -----------------------------------------------------------------------------


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Any:
    if isinstance(value, str) and not compiled_pattern(pattern).search(value):
        yield ValidationError("pattern")


def _pattern_properties(checker: Any, patterns: Mapping[str, Any], value: Any, _: Any) -> Any:
    if isinstance(value, dict):
        for pattern, schema in patterns.items():
            for name, inner in value.items():
                if compiled_pattern(pattern).search(name):
                    yield from checker.descend(inner, schema, path=name, schema_path=pattern)


def _additional(checker: Any, extra: Any, value: Any, schema: Mapping[str, Any]) -> Any:
    if not isinstance(value, dict):
        return
    patterns = [compiled_pattern(pattern) for pattern in schema.get("patternProperties", ())]
    for name in value:
        if name in schema.get("properties", ()) or any(one.search(name) for one in patterns):
            continue
        if extra is False:
            yield ValidationError("extra", path=(name,))
        elif isinstance(extra, Mapping):
            yield from checker.descend(value[name], extra, path=name)


def _unique(_: Any, wanted: bool, value: Any, __: Any) -> Any:
    # The library compares each with each; a long list would take minutes.
    if wanted and isinstance(value, list):
        seen = {json.dumps(item, sort_keys=True, default=str) for item in value}
        if len(seen) < len(value):
            yield ValidationError("unique")


def _multiple(_: Any, step: Any, value: Any, __: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return
    try:
        rest = Decimal(str(value)) % Decimal(str(step))
    except (InvalidOperation, ZeroDivisionError, ValueError):  # or more digits than Python reads
        rest = Decimal(1)
    if rest:
        yield ValidationError("multipleOf")


_Checker: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional,
        "uniqueItems": _unique,
        "multipleOf": _multiple,
    },
)


@lru_cache(maxsize=512)
def _checker(written: str) -> Any:
    schema = json.loads(written)
    if next(_meta().iter_errors(schema), None) is not None:
        raise _unusable()
    # An empty registry: the library's own would fetch a foreign $ref from the network.
    return _Checker(schema, format_checker=FORMATS, registry=Registry())


@lru_cache(maxsize=1)
def _meta() -> Any:
    return Draft202012Validator(Draft202012Validator.META_SCHEMA)


def _key(schema: Any) -> str:
    try:
        return json.dumps(schema, ensure_ascii=False, allow_nan=False, default=dict)
    except (TypeError, ValueError, RecursionError, OverflowError):
        raise _unusable() from None


def _unusable() -> InvalidInput:
    return InvalidInput(
        text("字段定义（JSON Schema）不可用", "the JSON Schema cannot be used"),
        [Problem("", text("字段定义不可用", "the schema cannot be used"), "schema")],
    )


def _problems(error: ValidationError, path: str, code: str = "") -> list[Problem]:
    """One finding of the library as problems: a missing field is named by its own pointer."""
    at = path + "".join(f"/{escape(part)}" for part in error.absolute_path)
    keyword = str(error.validator)
    if keyword in ("anyOf", "oneOf") and error.context:
        # Tell about the branch that came closest instead of "none fits".
        best = best_match([error])
        if best is not None and best is not error:
            return _problems(best, path, code)
    if keyword == "required" and isinstance(error.instance, dict):
        wanted: Any = error.validator_value
        missing = [name for name in wanted if name not in error.instance]
        properties = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        # The library reports each missing name by itself; the message ends with it.
        name = next((one for one in missing if error.message.startswith(repr(one))), missing[0])
        return [
            Problem(
                f"{at}/{escape(name)}", worded("required", True, properties.get(name)), "required"
            )
        ]
    schema = error.schema if isinstance(error.schema, dict) else None
    said = worded(keyword, error.validator_value, schema, error.instance)
    if keyword == "additionalProperties" and schema is not None and error.absolute_path:
        near = suggest(str(error.absolute_path[-1]), schema.get("properties", ()))
        said = text(said["zh"] + near["zh"], said["en"] + near["en"])
    return [Problem(at, said, code or keyword)]


def _order(path: str) -> list[tuple[int, int, str]]:
    return [
        (0, int(part), "") if part.isdigit() and len(part) < 9 else (1, 0, part)
        for part in path.split("/")
    ]


# -- checking schemas ----------------------------------------------------------------------------


def _check_defaults(schema: Any, root: Mapping[str, Any], path: str) -> list[Problem]:
    if not isinstance(schema, Mapping):
        return []
    found: list[Problem] = []
    if "default" in schema:
        whole = {**schema, "$defs": root.get("$defs", {})} if schema is not root else schema
        if "definitions" in root:
            whole = {**whole, "definitions": root["definitions"]}
        found = check_value(whole, schema["default"], f"{path}/default")
    for inner, at in children_of(schema, path):
        found.extend(_check_defaults(inner, root, at))
    return found


def _depth(value: Any) -> int:
    deepest, stack = 0, [(value, 1)]
    while stack:
        found, level = stack.pop()
        deepest = max(deepest, level)
        if level > MAX_DEPTH:
            break
        if isinstance(found, Mapping):
            stack.extend((inner, level + 1) for inner in found.values())
        elif isinstance(found, list | tuple):
            stack.extend((inner, level + 1) for inner in found)
    return deepest
