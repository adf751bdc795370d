"""JSON values -> typed values, by a JSON Schema, compiled once to Python source.

`compile_loader(schema)` returns a function that gives a copy in which decimal strings are Decimal,
moments are aware datetimes in UTC and floats are Decimal (through repr, so 0.1 stays 0.1). Only
what has to change is copied; the value handed in is never touched, and what the schema does not
name keeps its type but for floats.

The source holds property names through `repr` and nothing else of the schema, so a tenant's schema
cannot put code into it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from engine.core.errors import InvalidInput
from engine.core.schema import follow
from engine.core.text import text

Loader = Callable[[Any], Any]

MAX_SHAPES = 500  # objects in one schema, so that a tenant's cannot make us compile for ever
MAX_LEVELS = 16  # deeper is read as free; Python nests no more than twenty loops


def compile_loader(schema: Mapping[str, Any]) -> Loader:
    """The function for a schema. It raises ValueError, TypeError, ArithmeticError, KeyError or
    AttributeError on values that do not fit the schema: validate first, or catch `MISFITS`.
    """
    return _Compiler(schema).loader()


# What a loader raises on values that do not fit (decimal.InvalidOperation is an ArithmeticError).
MISFITS = (
    ValueError,
    TypeError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
)


def _in_utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a time without zone")
    return at.astimezone(UTC)


def read_free(value: Any) -> Any:
    """A value of unknown shape: floats become Decimal, the rest stays and is shared."""
    kind = value.__class__
    if kind is float:
        return Decimal(repr(value))
    if kind is dict:
        for inner in value.values():
            if inner.__class__ in _MAY_HOLD_FLOATS:
                return {key: read_free(inner) for key, inner in value.items()}
    elif kind is list:
        for inner in value:
            if inner.__class__ in _MAY_HOLD_FLOATS:
                return [read_free(inner) for inner in value]
    return value


_MAY_HOLD_FLOATS = frozenset({float, dict, list})


class _Compiler:
    """Writes one function for a whole schema; it calls nothing, which is half its speed.

    At each level `v<n>` is an object of the event and `o<n>` its copy.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.root = schema
        self.shapes = 0

    def loader(self) -> Loader:
        """The root's function; a root that is no object with properties is read as free."""
        body = self._object(self._resolved(self.root), 0, "    ") if self._shape(self.root) else []
        lines = ["def load(v0):", "    o0 = {**v0}", *body, "    return o0"]
        if not self._shape(self.root):
            lines = ["def load(v0):", "    return free(v0)"]
        names: dict[str, Any] = {
            "D": Decimal,
            "at": datetime.fromisoformat,
            "UTC": UTC,
            "in_utc": _in_utc,
            "free": read_free,
        }
        exec(compile("\n".join(lines), "<loader>", "exec"), names)  # safe: see the top of the file
        loader: Loader = names["load"]
        return loader

    def _object(self, schema: Mapping[str, Any], level: int, pad: str) -> list[str]:
        """Statements that convert what `v<level>` holds and put it into `o<level>`."""
        self.shapes += 1
        if self.shapes > MAX_SHAPES:
            raise InvalidInput(text("字段定义过于庞大", "the schema has too many parts"))
        lines: list[str] = []
        properties = self._properties(schema)
        for key, inner in properties.items():
            value, to = f"v{level}[{key!r}]", f"o{level}[{key!r}]"
            body = self._value(inner, value, to, level + 1, pad + "    ")
            lines += [f"{pad}if {key!r} in v{level}:", *body] if body else []
        if schema.get("additionalProperties") is not False:
            # What the schema does not name may hold floats too.
            lines.append(f"{pad}for k in o{level}.keys() - {set(properties)!r}:")
            lines.append(f"{pad}    o{level}[k] = free(o{level}[k])")
        return lines

    def _value(self, schema: Any, value: str, to: str, level: int, pad: str) -> list[str]:
        """Statements that put the converted `value` into `to`; none where it stays as it is."""
        shape = self._shape(schema) if level < MAX_LEVELS else ""
        found = self._resolved(schema)
        if shape == "object":
            body = self._object(found, level, pad + "    ")
            start = [f"v{level} = {value}", f"if v{level} is not None:"]
            copy = [f"    o{level} = {to} = {{**v{level}}}"]
            return [*(pad + line for line in start + copy), *body] if body else []
        if shape != "list":
            simple = self._simple(found, value)
            return [f"{pad}{to} = {simple}"] if simple else []
        items = found["items"]
        if self._shape(items) != "object":
            simple = self._simple(self._resolved(items), "item")
            whole = f"{to} = [{simple} for item in {value}]"
            return [f"{pad}if {value} is not None:", f"{pad}    {whole}"] if simple else []
        body = self._object(self._resolved(items), level, pad + "        ")
        start = [f"if {value} is not None:", f"    l{level} = {to} = []"]
        each = [f"    for v{level} in {value}:", f"        o{level} = {{**v{level}}}"]
        each.append(f"        l{level}.append(o{level})")
        return [*(pad + line for line in start + each), *body] if body else []

    def _simple(self, schema: Any, value: str) -> str:
        """An expression for a value without members; "" where it stays as it is."""
        if not isinstance(schema, Mapping):
            return f"free({value})"
        kinds = _kinds(schema)
        if schema.get("format") == "decimal" and kinds == {"string"}:
            return f"None if (x := {value}) is None else D(x)"
        if schema.get("format") == "decimal" and kinds <= {"string", "number", "integer"}:
            exact = "D(repr(x)) if x.__class__ is float else D(x)"
            return f"None if (x := {value}) is None else {exact}"
        if schema.get("format") == "date-time" and kinds == {"string"}:
            # Most times end in Z and are UTC as they are read.
            moment = "x if (x := at(x)).tzinfo is UTC else in_utc(x)"
            return f"None if (x := {value}) is None else {moment}"
        return "" if kinds and kinds <= {"string", "integer", "boolean"} else f"free({value})"

    def _shape(self, schema: Any) -> str:
        """ "object" or "list" where members are known by name or by one rule, else ""."""
        found = self._resolved(schema)
        if not isinstance(found, Mapping):
            return ""
        kinds = _kinds(found)
        if kinds == {"array"} and isinstance(found.get("items"), Mapping):
            inner = self._shape(found["items"])
            is_odd = inner == "list" or (inner == "object" and _is_nullable(found["items"]))
            return "" if is_odd else "list"
        return "object" if kinds <= {"object"} and self._properties(found) else ""

    def _properties(self, schema: Mapping[str, Any], level: int = 0) -> dict[str, Any]:
        """Properties of an object schema, those of `allOf` parts included."""
        found: dict[str, Any] = {}
        for part in schema.get("allOf") or [] if level < MAX_LEVELS else []:
            inner = self._resolved(part)
            if isinstance(inner, Mapping):
                found.update(self._properties(inner, level + 1))
        own = schema.get("properties")
        return {**found, **own} if isinstance(own, Mapping) else found

    def _resolved(self, schema: Any) -> Any:
        """The schema behind null and a local `$ref`; a reference to elsewhere is read as free."""
        for _ in range(MAX_LEVELS):
            schema = _without_null(schema)
            if not isinstance(schema, Mapping) or "$ref" not in schema:
                return schema
            schema = follow(schema, self.root)
        return {}


def _is_nullable(schema: Any) -> bool:
    if not isinstance(schema, Mapping):
        return False
    said, choices = schema.get("type"), schema.get("anyOf")
    return "null" in (said if isinstance(said, list) else ()) or {"type": "null"} in (choices or ())


def _without_null(schema: Any) -> Any:
    """X of `anyOf [X, null]`; anything else unchanged."""
    if isinstance(schema, Mapping):
        choices = schema.get("anyOf")
        if isinstance(choices, list):
            others = [choice for choice in choices if choice != {"type": "null"}]
            if len(others) == 1 and len(others) < len(choices):
                return others[0]
    return schema


def _kinds(schema: Any) -> set[str]:
    if not isinstance(schema, Mapping):
        return set()
    said = schema.get("type", [])
    kinds = {said} if isinstance(said, str) else {kind for kind in said if isinstance(kind, str)}
    return kinds - {"null"}
