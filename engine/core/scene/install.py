"""A scene with chosen parameters and connections -> flow documents to save as drafts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from engine.core.errors import InvalidInput, Problem
from engine.core.scene.document import Scene
from engine.core.scene.places import holder_of, places, properties_of, wording
from engine.core.schema import check_value
from engine.core.text import Locale, text

_READ = re.compile(r"\bparams\.(\w+)")


def install(
    scene: Scene,
    parameters: Mapping[str, Any] | None = None,
    connections: Mapping[str, str] | None = None,
    *,
    locale: Locale = "zh",
) -> list[dict[str, Any]]:
    """The scene's flow documents, as JSON values.

    1. Take the defaults of what is not given; everything must fit the parameters' schema.
    2. Choose one language.
    3. Write parameters with "x-sets" to their places, the others into the flows that read them.
    4. Replace the scene's connection keys; drop the rows of optional ones that were not given.
    Raises InvalidInput with paths under /parameters and /connections.
    """
    values = fill_parameters(scene, parameters or {}, locale)
    chosen = _chosen(scene, connections or {})
    documents: list[dict[str, Any]] = []
    for written in scene.flows:
        flow = wording(written, locale)
        for name, place in places(scene):
            if place.flow == flow.get("key") and name in values:
                holder, last = holder_of(flow, place)
                if holder is not None:
                    holder[last] = values[name]
        read = set(_READ.findall(json.dumps(flow, ensure_ascii=False)))
        properties = {
            name: {**wording(schema, locale), "default": values[name]}
            for name, schema in properties_of(scene).items()
            if name in read and name in values
        }
        if properties:
            flow["params"] = {"type": "object", "properties": properties}
        documents.append(_connected(flow, chosen))
    return documents


def fill_parameters(
    scene: Scene, given: Mapping[str, Any], locale: Locale = "zh"
) -> dict[str, Any]:
    """The parameters' values: what is given, else the defaults. InvalidInput when one is wrong."""
    schema = wording(scene.parameters, locale)
    properties = wording(properties_of(scene), locale)
    values = {name: found["default"] for name, found in properties.items() if "default" in found}
    values.update(given)
    strict = {**schema, "additionalProperties": False, "required": list(properties)}
    problems = check_value(strict, values, "/parameters")
    if problems:
        raise InvalidInput(text("参数不合规定", "a parameter is not allowed"), problems)
    return values


def _chosen(scene: Scene, given: Mapping[str, str]) -> dict[str, str | None]:
    """The connection chosen for each of the scene's keys; None: an optional one left out."""
    known = {needed.key for needed in scene.connections}
    problems = [
        Problem(f"/connections/{key}", text("这个场景用不到它", "this scene does not need it"))
        for key in given
        if key not in known
    ]
    problems += [
        Problem(
            f"/connections/{needed.key}",
            text(f"请选择平台对接：{needed.why['zh']}", f"choose a connection: {needed.why['en']}"),
            code="missing",
        )
        for needed in scene.connections
        if needed.required and not given.get(needed.key)
    ]
    if problems:
        raise InvalidInput(text("平台对接还没选全", "choose the connections first"), problems)
    return {needed.key: given.get(needed.key) or None for needed in scene.connections}


def _connected(value: Any, chosen: Mapping[str, str | None]) -> Any:
    if isinstance(value, list):
        return [_connected(inner, chosen) for inner in value if not _is_left_out(inner, chosen)]
    if not isinstance(value, dict):
        return value
    found = {name: _connected(inner, chosen) for name, inner in value.items()}
    key = value.get("connection")
    if isinstance(key, str) and chosen.get(key):
        found["connection"] = chosen[key]
    return found


def _is_left_out(row: Any, chosen: Mapping[str, str | None]) -> bool:
    key = row.get("connection") if isinstance(row, dict) else None
    return isinstance(key, str) and key in chosen and chosen[key] is None
