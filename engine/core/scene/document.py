"""The scene document `jimu.scene/1`.

A scene is a folder: `scene.json` (all but the cases), `cases.json`, `README.md`. Where its flows,
parameters, samples and cases hold a text for people it is written twice, {"zh": ..., "en": ...};
installing chooses one. Its parameters are one JSON Schema for all its flows:

    what a flow reads as `params.<name>`  becomes a parameter of that flow, with its lock
    "x-sets": [{"flow", "node", "at"}]    is written to those places of the document: counts and
                                          timers, which no expression can reach

A connection stands in the flows by the scene's own key and becomes the installation's connection.
An optional one that is not given takes its rows (a channel, say) out of their lists.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from engine.core.errors import InvalidInput, Problem
from engine.core.flow import Key, Part, problems_of
from engine.core.text import text

FORMAT = "jimu.scene/1"
MAX_DEPTH = 64  # levels; everything that walks a scene may then do so by recursion
Words = Annotated[dict[Literal["zh", "en"], str], Field(min_length=2)]


class Needed(Part):
    """A connection the scene needs: of which connector types, and what for."""

    key: Key
    types: tuple[str, ...] = Field(min_length=1)
    why: Words
    required: bool = True


class OwnEvent(Part):
    """An event type of the business itself that the scene brings; `schema` describes its data."""

    type: str
    label: Words
    schema_: dict[str, Any] = Field(alias="schema")


class Samples(Part):
    """Invented events and customers by name; cases refer to them and change what they need."""

    events: dict[str, dict[str, Any]] = Field(min_length=1)
    customers: dict[str, dict[str, Any]] = Field(default_factory=dict)


class Changed(Part):
    """A sample, changed as JSON Merge Patch (RFC 7396) says."""

    sample: str
    patch: dict[str, Any] = Field(default_factory=dict)


class SceneCase(Part):
    """One example: what happens, what is answered, what must come out.

    before   events that came earlier, for triggers that count
    answers  by node id: {"port", "value", "after"}, all optional, or a list of them, one for each
             question. A wait for an event is answered by {"event": a changed sample, "after":
             duration}; without an answer it times out
    expect   any of: starts, status, path (steps done, in order), ports {node: port}, outputs
             {node: output}, effects
    """

    name: Words
    flow: str = ""
    event: Changed
    before: tuple[Changed, ...] = ()
    customer: Changed | None = None
    params: dict[str, Any] = Field(default_factory=dict)
    now: str
    answers: dict[str, Any] = Field(default_factory=dict)
    expect: dict[str, Any] = Field(min_length=1)


class Scene(Part):
    """The whole scene, as it was written."""

    format: Literal["jimu.scene/1"]
    key: Key
    version: int = Field(default=1, ge=1)
    name: Words
    industry: Words
    summary: Words
    parameters: dict[str, Any]
    connections: tuple[Needed, ...] = ()
    event_types: tuple[OwnEvent, ...] = ()
    flows: tuple[dict[str, Any], ...] = Field(min_length=1)
    samples: Samples
    cases: tuple[SceneCase, ...] = ()


def read_scene(document: Any, cases: Any = ()) -> Scene:
    """The scene of parsed `scene.json` and `cases.json`; InvalidInput, a path for each fault."""
    message = None
    if not isinstance(document, Mapping):
        message = text("场景模板应为 JSON 对象", "a scene must be a JSON object")
    elif _depth([document, cases]) > MAX_DEPTH:
        message = text(f"嵌套超过 {MAX_DEPTH} 层", f"has more than {MAX_DEPTH} levels")
    if message is not None:
        raise InvalidInput(message, [Problem("", message)])
    try:
        return Scene.model_validate({**document, "cases": cases})
    except ValidationError as error:
        raise InvalidInput(
            text("场景模板的格式不对", "the scene is malformed"), problems_of(error)
        ) from None


def _depth(value: Any) -> int:
    deepest, stack = 0, [(value, 1)]
    while stack:
        found, level = stack.pop()
        deepest = max(deepest, level)
        if level > MAX_DEPTH:
            break
        inner = found.values() if isinstance(found, Mapping) else found
        if isinstance(found, Mapping | list | tuple):
            stack += [(one, level + 1) for one in inner]
    return deepest


def load_scene(folder: Path) -> Scene:
    """The scene in a folder; InvalidInput when a file is missing or malformed."""
    document, cases = (_read_json(folder / name) for name in ("scene.json", "cases.json"))
    scene = read_scene(document, cases)
    if scene.key != folder.name:
        message = text(
            f"文件夹名 {folder.name} 与场景标识 {scene.key} 不一致",
            f"the folder {folder.name} is not named like its scene {scene.key}",
        )
        raise InvalidInput(message, [Problem("/key", message)])
    return scene


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        message = text(f"{path.name} 无法读取", f"{path.name} cannot be read")
        raise InvalidInput(message, [Problem(f"/{path.name}", message)]) from error


def sample_of(scene: Scene, changed: Changed, kind: Literal["events", "customers"]) -> Any:
    """The sample that is meant, with its changes; InvalidInput for a name nobody gave."""
    found = getattr(scene.samples, kind).get(changed.sample)
    if found is None:
        message = text(f"没有样例 {changed.sample}", f"there is no sample {changed.sample}")
        raise InvalidInput(message, [Problem(f"/samples/{kind}/{changed.sample}", message)])
    return merge_patch(found, changed.patch)


def merge_patch(value: Any, patch: Any) -> Any:
    """JSON Merge Patch, RFC 7396: null removes, objects merge, all else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(value) if isinstance(value, Mapping) else {}
    for name, inner in patch.items():
        if inner is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), inner)
    return merged
