"""The JSON Schema of a scope, as far as expressions ask it: is this name known, of which kind?

A name is *known* when `properties` lists it (or `additionalProperties` is a schema: any key will
do), *open* when the schema does not say, *unknown* when it lists others. `$ref` into the same
document, `allOf` and alternatives (`anyOf`, `oneOf`) are followed. The kind comes from `x-kind`
(number, money, text, boolean, time, duration, list, tag, record), else from `format` and `type`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from engine.core.text import Locale

Schema = Mapping[str, Any]
Status = Literal["known", "open", "unknown"]

_MAX_HOPS = 20
_KINDS = {
    "string": "text",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "array": "list",
    "object": "record",
    "null": "null",
}
_FORMATS = {
    "date-time": "time",
    "duration": "duration",
    "decimal": "number",
    "money": "number",
    # The door may leave a day as text: nothing is claimed about it.
    "date": None,
    "time": None,
}
_OWN = {"money": "number", "tag": "list", "object": "record", "array": "list"}
# A decimal string as the forms write it: at run time it has become a number.
_EXACT = r"^-?\d{1,18}(\.\d{1,8})?$"


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One or more alternative schemas a value may follow, in one document."""

    root: Schema
    options: tuple[Schema, ...]

    def find(self, name: str) -> tuple[Status, Place]:
        """The place of a member and how sure it is."""
        status: Status = "unknown"
        found: list[Schema] = []
        for option in self.options:
            listed = option.get("properties")
            more = option.get("additionalProperties")
            if isinstance(listed, Mapping) and isinstance(listed.get(name), Mapping):
                status = "known"
                found.extend(_flat(listed[name], self.root))
            elif isinstance(more, Mapping) and more:
                status = "known"
                found.extend(_flat(more, self.root))
            elif status == "unknown" and _says_nothing(option):
                status = "open"
        return status, Place(self.root, tuple(found))

    def items(self) -> Place:
        """The place of a list's items; an open one when the schema does not say."""
        found: list[Schema] = []
        for option in self.options:
            inner = option.get("items")
            if isinstance(inner, Mapping):
                found.extend(_flat(inner, self.root))
        return Place(self.root, tuple(found) or ({},))

    @property
    def kind(self) -> str | None:
        """The kind all alternatives but null agree on, else None."""
        kinds = {_kind(option) for option in self.options} - {"null"}
        return kinds.pop() if len(kinds) == 1 else None

    def hint(self, name: str) -> Any:
        """The first value of a keyword among the alternatives."""
        return next((option[name] for option in self.options if name in option), None)

    def names(self) -> list[str]:
        """The names that may follow, for completion and suggestions."""
        return [
            name
            for option in self.options
            if isinstance(option.get("properties"), Mapping)
            for name in option["properties"]
        ]

    def title(self, locale: Locale) -> str | None:
        """The field's name for people: `x-title` {zh, en}, else `title`."""
        own = self.hint("x-title") or self.hint("title")
        if isinstance(own, Mapping):
            own = own.get(locale)
        return own if isinstance(own, str) and own else None


def place(schema: Schema | None) -> Place:
    """Where every expression starts; without a schema everything is open."""
    return Place(schema or {}, tuple(_flat(schema or {}, schema or {})))


def follow(start: Place, names: Sequence[str]) -> tuple[int, Status, Place]:
    """How many of the names are known from the start, the status of the last, and its place."""
    known, status, here = 0, "known", start
    for index, name in enumerate(names):
        step, here = here.find(name)
        if step == "known" and known == index:
            known += 1
        if step != "known":
            return known, step, Place(start.root, ({},))
    return known, status, here  # type: ignore[return-value]


def _flat(schema: Schema, root: Schema, hops: int = 0) -> Iterator[Schema]:
    """The alternatives of a schema, each without references."""
    if hops > _MAX_HOPS:
        yield {}  # a reference that leads to itself says nothing
        return
    ref = schema.get("$ref")
    if isinstance(ref, str):
        target = _resolve(ref, root)
        if target is None:
            yield {}
            return
        for inner in _flat(target, root, hops + 1):
            # What stands beside a reference (a title) wins over what it refers to.
            yield {**inner, **{key: value for key, value in schema.items() if key != "$ref"}}
        return
    alternatives = [
        option
        for word in ("anyOf", "oneOf")
        for option in schema.get(word) or ()
        if isinstance(option, Mapping) and "const" not in option
    ]
    own = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf", "allOf")}
    parts = [part for part in schema.get("allOf") or () if isinstance(part, Mapping)]
    if parts:
        merged: dict[str, Any] = {}
        for part in parts:
            for inner in _flat(part, root, hops + 1):
                listed = {**merged.get("properties", {}), **inner.get("properties", {})}
                merged.update(inner)
                if listed:
                    merged["properties"] = listed
        listed = {**merged.get("properties", {}), **own.get("properties", {})}
        own = {**merged, **own, **({"properties": listed} if listed else {})}
    if not alternatives:
        yield own if not _labelled(schema) else {**own, "oneOf": schema.get("oneOf")}
        return
    for option in alternatives:
        for inner in _flat(option, root, hops + 1):
            yield {**inner, **own}


def _says_nothing(schema: Schema) -> bool:
    """Whether any member may be there: nothing is listed, or more is allowed outright."""
    more = schema.get("additionalProperties")
    silent = more is None and schema.get("properties") is None
    wanted = schema.get("type", "object")
    return bool(more or silent) and (wanted == "object" or "object" in wanted)


def _labelled(schema: Schema) -> bool:
    # oneOf [{const, title}] lists values with their names: no alternatives of shape.
    options = schema.get("oneOf")
    return isinstance(options, list) and bool(options)


def _resolve(ref: str, root: Schema) -> Schema | None:
    if not ref.startswith("#"):
        return None
    here: Any = root
    for part in ref[1:].split("/")[1:]:
        here = (
            here.get(part.replace("~1", "/").replace("~0", "~"))
            if (isinstance(here, Mapping))
            else None
        )
    return here if isinstance(here, Mapping) else None


def _kind(schema: Schema) -> str | None:
    own = schema.get("x-kind")
    if isinstance(own, str):
        return _OWN.get(own, own)
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    if schema.get("pattern") == _EXACT:
        return "number"
    wanted = schema.get("type")
    if isinstance(wanted, list):
        rest = [name for name in wanted if name != "null"]
        wanted = rest[0] if len(rest) == 1 else None
    if wanted is None:
        listed = schema.get("oneOf") or ()
        values = [option.get("const") for option in listed if isinstance(option, Mapping)]
        values = values or list(schema.get("enum") or ())
        if values and all(isinstance(value, str) for value in values):
            return "text"
        return "record" if "properties" in schema else None
    return _KINDS.get(wanted)
