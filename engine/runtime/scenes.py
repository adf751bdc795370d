"""Scenes of the library: read, previewed, installed as flows of a tenant."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.core.errors import Conflict, InvalidInput, NotFound, Problem
from engine.core.event_types import OwnType, event_schema
from engine.core.flow import dump_flow, load_flow
from engine.core.ids import new_id
from engine.core.scene import Scene, install, load_scene
from engine.core.text import Locale, text
from engine.core.validate import Known, validate
from engine.runtime.own_types import register
from engine.runtime.principal import Principal
from engine.runtime.publish import Published, create_flow, known, publish
from engine.runtime.world import World
from engine.store import connections as connection_store
from engine.store import flows as flow_store
from engine.store import scenes as scene_store
from engine.store.db import Connection
from engine.store.event_types import list_own_types


@lru_cache(maxsize=1)
def library() -> Mapping[str, Scene]:
    """Every scene of this installation by key; one that cannot be read is left out."""
    (root,) = importlib.import_module("templates_library").__path__
    found: dict[str, Scene] = {}
    for folder in sorted(Path(root).iterdir()):
        if (folder / "scene.json").is_file():
            scene = load_scene(folder)
            found[scene.key] = scene
    return found


def read_scene(key: str) -> Scene:
    """A scene of the library; NotFound otherwise."""
    found = library().get(key)
    if found is None:
        raise NotFound(text(f"没有场景模板 {key}", f"there is no template {key}"))
    return found


def readme_of(key: str) -> str:
    """What a scene's README says, both languages."""
    (root,) = importlib.import_module("templates_library").__path__
    path = Path(root) / read_scene(key).key / "README.md"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def preview_scene(
    world: World,
    tenant: str,
    key: str,
    parameters: Mapping[str, Any],
    connections: Mapping[str, str],
    locale: Locale,
) -> list[tuple[dict[str, Any], list[Problem]]]:
    """Each flow document the scene would make, and what publishing would say to it."""
    scene = read_scene(key)
    with world.db.reading() as conn:
        check_connections(conn, tenant, scene, connections)
        there = offers(world, conn, tenant, scene)
    return [
        (document, validate(load_flow(document), world.registry, known=there))
        for document in install(scene, parameters, connections, locale=locale)
    ]


def install_scene(
    world: World,
    who: Principal,
    key: str,
    parameters: Mapping[str, Any],
    connections: Mapping[str, str],
    *,
    publish_now: bool = False,
    locale: Locale = "zh",
) -> tuple[list[str], dict[str, Published]]:
    """Makes the scene's flows as drafts, or published: (keys of the flows, what was published).

    Everything that can be refused is refused before the first flow is made: parameters,
    connections, keys that are taken and, to be published, documents that are not fit for it.
    """
    scene = read_scene(key)
    documents = install(scene, parameters, connections, locale=locale)
    keys = [str(document["key"]) for document in documents]
    with world.db.reading() as conn:
        check_connections(conn, who.tenant, scene, connections)
        taken = [one for one in keys if flow_store.find_flow(conn, who.tenant, one) is not None]
        there = offers(world, conn, who.tenant, scene)
    if taken:
        names = ", ".join(taken)
        raise Conflict(
            text(f"已有这些流程：{names}", f"these flows are there already: {names}"),
            [Problem("", text(f"流程 {one} 已存在", f"flow {one} exists")) for one in taken],
        )
    if publish_now:
        problems = [
            one
            for document in documents
            for one in validate(load_flow(document), world.registry, known=there)
            if one.level == "error"
        ]
        if problems:
            raise InvalidInput(text("这个场景还不能发布", "this cannot be published"), problems)
    name, now = f"{scene.key}@{scene.version}", world.now()
    with world.db.begin() as conn:
        register(conn, who, now, own_types_of(scene), scene=name)
    for document in documents:
        create_flow(world, who, document, scene=name)
    done = {one: publish(world, who, one, note=name) for one in keys} if publish_now else {}
    with world.db.begin() as conn:
        scene_store.insert_installed(
            conn,
            {
                "id": new_id("scn", now),
                "tenant": who.tenant,
                "scene": scene.key,
                "version": scene.version,
                "params": dict(parameters),
                "connections": dict(connections),
                "flows": keys,
                "documents": {str(one["key"]): dump_flow(load_flow(one)) for one in documents},
                "locale": locale,
                "installed_by": who.id,
                "installed_at": now,
            },
        )
        who.note(conn, now, "templates.install", f"scene:{scene.key}", {"flows": keys})
    return keys, done


def own_types_of(scene: Scene) -> list[OwnType]:
    """The event types of the business that a scene brings."""
    return [
        OwnType(one.type, text(one.label["zh"], one.label["en"]), one.schema_)
        for one in scene.event_types
    ]


def offers(world: World, conn: Connection, tenant: str, scene: Scene) -> Known:
    """What there will be once the scene is installed: its event types, unless they are there."""
    found = known(world, conn, tenant)
    more = {one.type: one.schema_ for one in scene.event_types}
    own = {**more, **{row.type: row.schema for row in list_own_types(conn, tenant)}}
    if not own:
        return found
    return replace(
        found, event_types=own, event_schema=lambda type_: event_schema(type_, own.get(type_))
    )


def check_connections(
    conn: Connection, tenant: str, scene: Scene, connections: Mapping[str, str]
) -> None:
    """Each chosen connection is there and of a type that will do."""
    there = {row.key: row.connector for row in connection_store.list_connections(conn, tenant)}
    wanted = {needed.key: needed.types for needed in scene.connections}
    problems = []
    for name, chosen in connections.items():
        types = wanted.get(name, ())
        if chosen not in there:
            message = text(f"没有对接 {chosen}", f"there is no connection {chosen}")
        elif types and there[chosen] not in types:
            said = ", ".join(types)
            message = text(f"应为这些类型的对接：{said}", f"must be a connection of {said}")
        else:
            continue
        problems.append(Problem(f"/connections/{name}", message, "connection"))
    if problems:
        raise InvalidInput(text("平台对接选得不对", "a connection does not fit"), problems)
