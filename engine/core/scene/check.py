"""Everything that can be wrong with a scene, found before anybody installs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args

from engine.core.errors import EngineError, InvalidInput, Problem
from engine.core.event import read_event
from engine.core.event_types import OwnType, check_own_type, event_schema, validate_data
from engine.core.flow import load_flow
from engine.core.registry import Registry
from engine.core.scene.document import Changed, Scene, sample_of
from engine.core.scene.install import install
from engine.core.scene.places import (
    Place,
    connections_in,
    holder_of,
    nodes_of,
    places,
    properties_of,
    wording,
)
from engine.core.schema import check_schema
from engine.core.text import Locale, text
from engine.core.validate import Known, validate

LOCALES: tuple[Locale, ...] = get_args(Locale)


def check_scene(scene: Scene, registry: Registry) -> list[Problem]:
    """What keeps a scene from being installed; [] when nothing.

    1. Its parameters are a sound schema with defaults, titles and places there are.
    2. Its connections are of known types and used, and the flows name no others.
    3. Its flows are valid in both languages, with and without the optional connections.
    4. Its samples are sound events, and its cases speak of flows, samples and steps there are.
    """
    problems = [*_parameters(scene), *_connections(scene, registry)]
    if not problems:
        problems += _flows(scene, registry)
    return [*problems, *_event_types(scene), *_samples(scene), *_cases(scene)]


def _problem(path: str, zh: str, en: str, code: str = "invalid") -> Problem:
    return Problem(path, text(zh, en), code=code)


def _parameters(scene: Scene) -> Iterator[Problem]:
    path = "/parameters/properties"
    for locale in LOCALES:
        found = check_schema(wording(scene.parameters, locale), "/parameters", defaults=True)
        if found:
            yield from found
            return
    placed: dict[str, list[Place]] = {}
    for name, place in places(scene):
        placed.setdefault(name, []).append(place)
    for name, schema in properties_of(scene).items():
        at = f"{path}/{name}"
        if "default" not in schema:
            yield _problem(at, "缺少默认值", "has no default", "missing")
        if set(schema.get("x-title") or ()) != {"zh", "en"}:
            yield _problem(at, "缺少两种语言的名称", "has no title in both languages", "missing")
        written = schema.get("x-sets", [])
        if not isinstance(written, list) or len(placed.get(name, ())) != len(written):
            yield _problem(f"{at}/x-sets", "位置写得不对", "has a malformed place")
        if placed.get(name) and schema.get("x-lock"):
            # A lock lives on a flow's parameter; what is written into a node could be edited there.
            yield _problem(
                at, "锁定的参数不能写入节点", "is locked and cannot be written into a node"
            )
        for place in placed.get(name, ()):
            flow = next((flow for flow in scene.flows if flow.get("key") == place.flow), {})
            if holder_of(flow, place) == (None, None):
                where = f"{place.flow}/{place.node}{place.at}"
                yield _problem(at, f"没有这个位置：{where}", f"there is no such place: {where}")


def _connections(scene: Scene, registry: Registry) -> Iterator[Problem]:
    used = [found for flow in scene.flows for found in connections_in(flow)]
    known = {needed.key for needed in scene.connections}
    for key in sorted({key for key, _ in used} - known):
        yield _problem(
            "/connections", f"流程用到了未列出的对接 {key}", f"{key} is not listed", "missing"
        )
    for index, needed in enumerate(scene.connections):
        path = f"/connections/{index}"
        for type_ in needed.types:
            if type_ not in registry.connectors:
                yield _problem(
                    f"{path}/types", f"没有平台 {type_}", f"there is no connector {type_}"
                )
        rows = [is_row for key, is_row in used if key == needed.key]
        if not rows:
            yield _problem(path, "流程没有用到它", "is used by no flow", "unused")
        if not needed.required and not all(rows):
            message = "只有列表里的对接可以不选", "only a row of a list can do without"
            yield _problem(f"{path}/required", *message)


def _flows(scene: Scene, registry: Registry) -> list[Problem]:
    known = _known(scene)
    every = {needed.key: needed.key for needed in scene.connections}
    required = {needed.key: needed.key for needed in scene.connections if needed.required}
    found: dict[tuple[str, str], Problem] = {}
    for locale in LOCALES:
        for given in (every, required):
            try:
                flows = install(scene, {}, given, locale=locale)
            except InvalidInput as error:
                return list(error.problems)
            for index, document in enumerate(flows):
                for problem in _flow(document, registry, known):
                    at = f"/flows/{index}{problem.path}"
                    found.setdefault((at, problem.code), replace(problem, path=at))
    return list(found.values())


def _known(scene: Scene) -> Known:
    """What an installation will offer once the scene is in it."""
    own = {one.type: one.schema_ for one in scene.event_types}
    return Known(
        connections={needed.key: needed.types[0] for needed in scene.connections},
        flows={str(flow.get("key")): 1 for flow in scene.flows},
        event_schema=lambda type_: event_schema(type_, own.get(type_)),
        event_types=own,
    )


def _flow(document: Mapping[str, Any], registry: Registry, known: Known) -> list[Problem]:
    try:
        return list(validate(load_flow(document), registry, known=known))
    except InvalidInput as error:
        return list(error.problems) or [Problem("", error.message)]


def _event_types(scene: Scene) -> Iterator[Problem]:
    for index, own in enumerate(scene.event_types):
        type_ = OwnType(own.type, text(own.label["zh"], own.label["en"]), own.schema_)
        yield from check_own_type(type_, f"/event_types/{index}")


def _samples(scene: Scene) -> Iterator[Problem]:
    own = {one.type: one.schema_ for one in scene.event_types}
    for name, written in scene.samples.events.items():
        path = f"/samples/events/{name}"
        try:
            event = read_event(wording(written, "zh"), path)
        except InvalidInput as error:
            yield from error.problems
            continue
        for problem in validate_data(event.type, event.data, own.get(event.type)):
            yield replace(problem, path=f"{path}/data{problem.path}")


def _cases(scene: Scene) -> Iterator[Problem]:
    flows = {flow.get("key"): flow for flow in scene.flows}
    for index, case in enumerate(scene.cases):
        path = f"/cases/{index}"
        flow = flows.get(case.flow) if case.flow else scene.flows[0]
        if flow is None:
            yield _problem(f"{path}/flow", "没有这个流程", "there is no such flow")
            continue
        steps = {node.get("id") for node in nodes_of(flow)}
        for step in case.answers:
            if step not in steps:
                yield _problem(f"{path}/answers/{step}", "没有这个步骤", "there is no such step")
        customers = [case.customer] if case.customer else []
        for kind, wanted in (("events", [case.event, *case.before]), ("customers", customers)):
            yield from _named(scene, wanted, kind, path)


def _named(scene: Scene, wanted: list[Changed], kind: Any, path: str) -> Iterator[Problem]:
    for changed in wanted:
        try:
            sample_of(scene, changed, kind)
        except EngineError as error:
            yield Problem(path, error.message, "not_found")
