"""The values of a config, each with what its form says of it: title, widget, place.

Checks, differences and explanations all need to know that `/branches/1/condition` is the condition
of the second branch. They read it off the JSON Schema the form is drawn from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from engine.core.schema import follow
from engine.core.text import Text, text

# Values with a language of their own: what is inside them is no field of the form.
WHOLE: frozenset[str] = frozenset({"condition", "form", "table", "schedule", "money"})
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a config.

    path   JSON pointer in the config ("/branches/1/condition")
    title  as the form shows it, with the row it stands in ("第 2 行的条件")
    hints  the field's JSON Schema, references followed; `widget` is its x-widget
    """

    path: str
    value: Any
    title: Text
    widget: str
    hints: Mapping[str, Any]


@lru_cache(maxsize=1024)
def form_schema(config: type[BaseModel]) -> Mapping[str, Any]:
    """The JSON Schema of a config, made once."""
    return config.model_json_schema(by_alias=True)


def entries(config: type[BaseModel], values: Any) -> list[Entry]:
    """Every value filled in, containers before what they hold, in the order of the form."""
    root = form_schema(config)
    return list(_walk(root, root, values, "", None, 0))


def title_at(config: type[BaseModel], path: str) -> Text | None:
    """The title of the field at a JSON pointer, with the row it stands in; None when unknown."""
    return _found(form_schema(config), path)[1]


def choice_at(config: type[BaseModel], path: str, value: Any) -> Text | None:
    """What the select at a JSON pointer calls a value; None where it is no such choice."""
    root = form_schema(config)
    hints = follow(_found(root, path)[0], root)
    options = hints.get("x-options") if isinstance(hints, Mapping) else None
    said = options.get(value) if isinstance(options, Mapping) and isinstance(value, str) else None
    if not (isinstance(said, Mapping) and "zh" in said and "en" in said):
        return None
    return text(str(said["zh"]), str(said["en"]))


def _found(root: Mapping[str, Any], path: str) -> tuple[Any, Text | None]:
    """The schema and the title of a field; no schema where the pointer leads nowhere."""
    shape: Any = root
    said: Text | None = None
    for part in path.split("/")[1:]:
        shape, said = _step(root, shape, part, said)
        if shape is None:
            break
    return shape, said


def _step(
    root: Mapping[str, Any], shape: Any, part: str, said: Text | None
) -> tuple[Any, Text | None]:
    shape = _shape(shape, root, [] if part.isdigit() else {})
    inner = shape.get("properties", {}).get(part)
    if inner is not None:
        return inner, _joined(said, _title(inner, root, part))
    if part.isdigit() and "items" in shape:
        return shape["items"], _row(said, int(part))
    more = shape.get("additionalProperties")
    if isinstance(more, Mapping):
        return more, _joined(said, text(part, part))
    return None, said


def _walk(
    root: Mapping[str, Any], shape: Any, value: Any, path: str, said: Text | None, depth: int
) -> Iterator[Entry]:
    hints = follow(shape, root)
    widget = str(hints.get("x-widget", "")) if isinstance(hints, Mapping) else ""
    if path:
        yield Entry(path, value, said or text(path, path), widget, hints)
    if depth > _DEEPEST or widget in WHOLE:
        return
    found = _shape(hints, root, value)
    if isinstance(value, Mapping):
        listed = found.get("properties", {})
        more = found.get("additionalProperties")
        for name in [
            *(name for name in listed if name in value),
            *(n for n in value if n not in listed),
        ]:
            inner = listed.get(name, more if isinstance(more, Mapping) else {})
            if name not in listed:
                # A mapping's values are what the mapping is: its widget holds for them.
                inner = {"x-widget": widget, **inner} if widget else inner
            title = _joined(said, _title(inner, root, str(name)))
            yield from _walk(root, inner, value[name], f"{path}/{_escape(name)}", title, depth + 1)
    elif isinstance(value, list | tuple):
        items = found.get("items", {})
        listed = items if isinstance(items, Mapping) else {}
        if widget in ("mapping", "template", "json") and "x-widget" not in follow(listed, root):
            listed = {**listed, "x-widget": widget}
        for index, inner in enumerate(value):
            yield from _walk(root, listed, inner, f"{path}/{index}", _row(said, index), depth + 1)


def _shape(shape: Any, root: Mapping[str, Any], value: Any) -> Mapping[str, Any]:
    """The alternative of a schema that fits the kind of the value."""
    shape = follow(shape, root)
    if not isinstance(shape, Mapping):
        return {}
    for word in ("anyOf", "oneOf"):
        for option in shape.get(word, ()):
            inner = follow(option, root)
            fits = "items" if isinstance(value, list | tuple) else "properties"
            if isinstance(inner, Mapping) and (
                fits in inner or (isinstance(value, Mapping) and "additionalProperties" in inner)
            ):
                return inner
    return shape


def _title(shape: Any, root: Mapping[str, Any], name: str) -> Text:
    shape = follow(shape, root)
    said = shape.get("x-title") if isinstance(shape, Mapping) else None
    if isinstance(said, Mapping) and "zh" in said and "en" in said:
        return text(str(said["zh"]), str(said["en"]))
    return text(name, name)


def _row(said: Text | None, index: int) -> Text:
    if said is None:
        return text(f"第 {index + 1} 行", f"row {index + 1}")
    return text(f"{said['zh']}第 {index + 1} 行", f"{said['en']}, row {index + 1}")


def _joined(before: Text | None, title: Text) -> Text:
    if before is None:
        return title
    return text(f"{before['zh']} · {title['zh']}", f"{before['en']} · {title['en']}")


def _escape(name: Any) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
