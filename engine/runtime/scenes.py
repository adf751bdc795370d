"""Scenes of the library: read, previewed, installed as flows of a tenant."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.core.errors import Conflict, InvalidInput, NotFound, Problem
from engine.core.flow import load_flow
from engine.core.ids import new_id
from engine.core.scene import Scene, install, load_scene
from engine.core.text import Locale, text
from engine.core.validate import validate
from engine.runtime.principal import Principal
from engine.runtime.publish import Published, create_flow, known, publish
from engine.runtime.world import World
from engine.store import connections as connection_store
from engine.store import flows as flow_store
from engine.store import scenes as scene_store


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
        _check_connections(conn, tenant, scene, connections)
        offers = known(world, conn, tenant)
    return [
        (document, validate(load_flow(document), world.registry, known=offers))
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
        _check_connections(conn, who.tenant, scene, connections)
        taken = [one for one in keys if flow_store.find_flow(conn, who.tenant, one) is not None]
        offers = known(world, conn, who.tenant)
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
            for one in validate(load_flow(document), world.registry, known=offers)
            if one.level == "error"
        ]
        if problems:
            raise InvalidInput(text("这个场景还不能发布", "this cannot be published"), problems)
    name = f"{scene.key}@{scene.version}"
    for document in documents:
        create_flow(world, who, document, scene=name)
    done = {one: publish(world, who, one, note=name) for one in keys} if publish_now else {}
    now = world.now()
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
                "installed_by": who.id,
                "installed_at": now,
            },
        )
        who.note(conn, now, "templates.install", f"scene:{scene.key}", {"flows": keys})
    return keys, done


def _check_connections(
    conn: Any, tenant: str, scene: Scene, connections: Mapping[str, str]
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
