"""Installs a scene of the library: its flows become drafts of the tenant, published at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.core.errors import Conflict, InvalidInput, Problem
from engine.core.ids import new_id
from engine.core.scene import Scene, install
from engine.core.text import Locale, text
from engine.runtime.principal import Principal
from engine.runtime.publish import Published, create_flow, publish
from engine.runtime.world import World
from engine.store import connections as connection_store
from engine.store import flows as flow_store
from engine.store import scenes as scene_store


@dataclass(frozen=True, slots=True)
class Installed:
    """A scene in its tenant: the keys of its flows, and their versions where published."""

    flows: tuple[str, ...]
    published: tuple[Published, ...]


def install_scene(
    world: World,
    who: Principal,
    scene: Scene,
    parameters: Mapping[str, Any] | None = None,
    connections: Mapping[str, str] | None = None,
    *,
    locale: Locale = "zh",
    live: bool = True,
) -> Installed:
    """Makes a scene's flows and, with `live`, publishes them.

    1. Parameters and connections must fit the scene; the connections must be there, of its types.
    2. None of its flows may be there yet: Conflict, and nothing was made.
    3. Make the drafts, publish, note what was installed from what.
    """
    documents = install(scene, parameters, connections, locale=locale)
    keys = tuple(str(one["key"]) for one in documents)
    chosen = {key: value for key, value in (connections or {}).items() if value}
    with world.db.reading() as conn:
        there = {row.key: row.connector for row in connection_store.list_connections(conn, who.tenant)}
        taken = [key for key in keys if flow_store.find_flow(conn, who.tenant, key) is not None]
    _check(scene, chosen, there)
    if taken:
        raise Conflict(
            text(
                f"流程 {', '.join(taken)} 已存在,场景没有安装",
                f"there is a flow {', '.join(taken)} already: nothing was installed",
            )
        )
    for document in documents:
        create_flow(world, who, document, scene=f"{scene.key}@{scene.version}")
    now = world.now()
    with world.db.begin() as conn:
        scene_store.insert_installed(
            conn,
            {
                "id": new_id("scn", now),
                "tenant": who.tenant,
                "scene": scene.key,
                "version": scene.version,
                "params": dict(parameters or {}),
                "connections": chosen,
                "flows": list(keys),
                "installed_by": who.id,
                "installed_at": now,
            },
        )
        who.note(conn, now, "templates.install", f"scene:{scene.key}", {"flows": list(keys)})
    done = tuple(publish(world, who, key) for key in keys) if live else ()
    return Installed(keys, done)


def _check(scene: Scene, chosen: Mapping[str, str], there: Mapping[str, str]) -> None:
    problems = []
    for needed in scene.connections:
        key = chosen.get(needed.key)
        if key is None or there.get(key) in needed.types:
            continue
        kinds = " / ".join(needed.types)
        message = (
            text(f"没有平台对接 {key}", f"there is no connection {key}")
            if key not in there
            else text(f"{key} 应为 {kinds} 类型", f"{key} must be of the type {kinds}")
        )
        problems.append(Problem(f"/connections/{needed.key}", message, "not_found"))
    if problems:
        raise InvalidInput(text("平台对接不合要求", "a connection will not do"), problems)
