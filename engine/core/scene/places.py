"""What a scene's own keys mean inside its flow documents: places, connections, wording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field, ValidationError

from engine.core.flow import Key, Part
from engine.core.scene.document import Scene
from engine.core.text import Locale


class Place(Part):
    """Where a parameter is written: a JSON pointer inside one node of one flow."""

    flow: Key
    node: str
    at: str = Field(pattern=r"^(/[^/]+)+$")


def places(scene: Scene) -> Iterator[tuple[str, Place]]:
    """(parameter, place) for each place a parameter is written to; malformed ones are left out."""
    for name, schema in properties_of(scene).items():
        written_places = schema.get("x-sets")
        for written in written_places if isinstance(written_places, list) else ():
            try:
                yield name, Place.model_validate(written)
            except ValidationError:
                continue


def properties_of(scene: Scene) -> Mapping[str, Any]:
    """The schemas of the scene's parameters by name."""
    found = scene.parameters.get("properties")
    if not isinstance(found, Mapping):
        return {}
    return {name: schema for name, schema in found.items() if isinstance(schema, Mapping)}


def nodes_of(graph: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a flow document as it was written, at any depth."""
    nodes, stack = graph.get("nodes"), []
    stack += nodes if isinstance(nodes, list) else []
    while stack:
        node = stack.pop(0)
        if not isinstance(node, dict):
            continue
        yield node
        handlers = node.get("handlers")
        inner = [node.get("body"), *(handlers.values() if isinstance(handlers, dict) else ())]
        for held in inner:
            more = held.get("nodes") if isinstance(held, dict) else None
            stack += more if isinstance(more, list) else []


def holder_of(flow: Mapping[str, Any], place: Place) -> tuple[Any, Any]:
    """What holds the value at a place, and its name or index there; (None, None) for no place."""
    found: Any = next((node for node in nodes_of(flow) if node.get("id") == place.node), None)
    *parts, last = [part.replace("~1", "/").replace("~0", "~") for part in place.at[1:].split("/")]
    for part in parts:
        found = _step(found, part)
    if isinstance(found, list) and last.isdigit() and int(last) < len(found):
        return found, int(last)
    return (found, last) if isinstance(found, dict) and last in found else (None, None)


def _step(value: Any, part: str) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and part.isdigit() and int(part) < len(value):
        return value[int(part)]
    return None


def connections_in(value: Any) -> Iterator[tuple[str, bool]]:
    """(key, whether its row can be left out) for each connection named in a flow document."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from connections_in(inner)
        if isinstance(value.get("connection"), str):
            yield value["connection"], False
    elif isinstance(value, list):
        for row in value:
            found = list(connections_in(row))
            own = row.get("connection") if isinstance(row, Mapping) else None
            yield from ((key, is_row or key == own) for key, is_row in found)


def wording(value: Any, locale: Locale) -> Any:
    """A copy in one language; what begins with `x-` stays in both, as every form expects it."""
    if isinstance(value, Mapping):
        if value.keys() == {"zh", "en"}:
            return value[locale]
        return {
            name: inner if name.startswith("x-") else wording(inner, locale)
            for name, inner in value.items()
        }
    return [wording(inner, locale) for inner in value] if isinstance(value, list) else value
