"""Upgrades of installed scenes: a three-way merge, looked at first, applied as drafts.

base      the documents as they were installed (kept with the installation)
mine      the drafts as they are now
theirs    the scene as it is in the library now, with the parameters and connections of before

Nothing goes live by itself: a merged draft is tried and published like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.core.change import Change
from engine.core.diff import diff_flows
from engine.core.errors import Conflict, InvalidInput, NotFound, Problem
from engine.core.flow import dump_flow, load_flow
from engine.core.registry import Registry
from engine.core.scene import Scene, install
from engine.core.scene.merge import Merged, Side, merge_flow
from engine.core.scene.told import nodes_of, tell
from engine.core.text import Locale, text
from engine.core.validate import validate
from engine.runtime.carrying import covered
from engine.runtime.own_types import register
from engine.runtime.principal import Principal
from engine.runtime.publish import create_in, save_in
from engine.runtime.scenes import check_connections, offers, own_types_of, read_scene
from engine.runtime.world import World
from engine.store import flows as flow_store
from engine.store import scenes as scene_store
from engine.store.db import Connection

Choices = Mapping[str, Mapping[str, Side]]  # {flow key: {pointer: whose value}}


@dataclass(frozen=True, slots=True)
class UpgradedFlow:
    """What becomes of one flow.

    did       merged, added (new in the scene) or gone (somebody took the flow away: it stays away)
    revision  of the draft that was looked at; None for a flow that is new
    mine      the draft that was looked at; None for a flow that is new, or gone
    changes   what applying it does to the draft; none for a flow that is new, or gone
    told      by path: an offer or a conflict, as what the new version changes
    """

    key: str
    did: str
    merged: Merged
    revision: int | None
    problems: list[Problem]
    mine: dict[str, Any] | None
    changes: list[Change]
    told: dict[str, Change]


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade would do, or has done."""

    id: str  # of the installation
    scene: str
    version_from: int
    version_to: int
    flows: list[UpgradedFlow]

    @property
    def is_clear(self) -> bool:
        return all(one.merged.is_clear for one in self.flows)


def preview_upgrade(
    world: World,
    who: Principal,
    key: str,
    *,
    parameters: Mapping[str, Any] | None = None,
    connections: Mapping[str, str] | None = None,
    choices: Choices | None = None,
    locale: Locale = "zh",
) -> Upgrade:
    """What an upgrade would make of each flow; nothing is stored.

    `parameters` and `connections` are given over those of the installation. NotFound when the scene
    is not installed; InvalidInput with paths for what does not fit.
    """
    with world.db.reading() as conn:
        return _plan(world, conn, who, key, parameters, connections, choices, locale)[0]


def apply_upgrade(
    world: World,
    who: Principal,
    key: str,
    revisions: Mapping[str, int],
    *,
    parameters: Mapping[str, Any] | None = None,
    connections: Mapping[str, str] | None = None,
    choices: Choices | None = None,
    locale: Locale = "zh",
) -> Upgrade:
    """Saves the merged drafts, all of them or none, and remembers what was installed now.

    `revisions` are those of the preview: Conflict when a draft has changed since, when a conflict
    is not decided, or when there is nothing new.
    """
    with world.db.reading() as conn:
        plan, scene, values = _plan(world, conn, who, key, parameters, connections, choices, locale)
    _check_decided(plan)
    name, now = f"{scene.key}@{scene.version}", world.now()
    with world.db.begin() as conn:
        for one in plan.flows:
            if one.did == "added":
                create_in(world, conn, who, load_flow(one.merged.document), scene=name)
            elif one.did == "merged":
                _save(world, conn, who, one, revisions.get(one.key), name)
        register(conn, who, now, own_types_of(scene), scene=name)
        values |= {"upgraded_at": now}
        if not scene_store.save_installed(conn, who.tenant, plan.id, plan.version_from, values):
            raise Conflict(text("刚刚有人升级过这个场景", "somebody has just upgraded this scene"))
        detail = {"from": plan.version_from, "to": plan.version_to}
        who.note(conn, now, "templates.install", f"scene:{key}", detail)
    return plan


def _check_decided(plan: Upgrade) -> None:
    open_ = [
        Problem(f"/choices/{one.key}", text(each.path, each.path), each.kind)
        for one in plan.flows
        for each in one.merged.conflicts
        if each.chosen is None
    ]
    if open_:
        raise Conflict(
            text("还有冲突没有选择保留哪一边", "some conflicts are not decided yet"), open_
        )


def _save(
    world: World,
    conn: Connection,
    who: Principal,
    one: UpgradedFlow,
    revision: int | None,
    scene: str,
) -> None:
    row = flow_store.find_flow(conn, who.tenant, one.key)
    if row is None or revision != one.revision or row.revision != revision:
        message = text("草稿在预览之后又改过", "the draft has changed since the preview")
        raise Conflict(message, [Problem(f"/revisions/{one.key}", message, "stale")])
    save_in(world, conn, who, row, load_flow(one.merged.document), row.revision, scene=scene)


def _plan(
    world: World,
    conn: Connection,
    who: Principal,
    key: str,
    parameters: Mapping[str, Any] | None,
    connections: Mapping[str, str] | None,
    choices: Choices | None,
    locale: Locale,
) -> tuple[Upgrade, Scene, dict[str, Any]]:
    """The upgrade, the scene, and what is to be kept of the installation."""
    scene, tenant = read_scene(key), who.tenant
    held = scene_store.newest_installed(conn, tenant, key)
    if held is None:
        raise NotFound(text(f"没有安装过场景 {key}", f"the scene {key} is not installed"))
    language: Locale = "en" if (held.locale or locale) == "en" else "zh"
    given = _still_known(scene, held.params, parameters)
    roads = {
        one.key: road
        for one in scene.connections
        if (road := {**held.connections, **(connections or {})}.get(one.key))
    }
    unknown = sorted(set(connections or {}) - {one.key for one in scene.connections})
    if unknown:
        message = text("这个场景用不到它", "this scene does not need it")
        raise InvalidInput(message, [Problem(f"/connections/{one}", message) for one in unknown])
    check_connections(conn, tenant, scene, roads)
    documents = {
        str(one["key"]): dump_flow(load_flow(one))
        for one in install(scene, given, roads, locale=language)
    }
    known = offers(world, conn, tenant, scene)
    flows = []
    for flow_key, theirs in documents.items():
        row = flow_store.find_flow(conn, tenant, flow_key)
        base = (held.documents or {}).get(flow_key)
        was_there = flow_key in held.flows
        if row is None or row.draft is None:
            merged = Merged(theirs, (), ())
            did, revision = ("gone", None) if was_there else ("added", None)
        else:
            own = (choices or {}).get(flow_key)
            unlock = who.may("settings.edit")
            merged = merge_flow(base, row.draft, theirs, own, may_unlock=unlock)
            did, revision = "merged", row.revision
        problems = validate(load_flow(merged.document), world.registry, known=known)
        mine = row.draft if did == "merged" and row is not None else None
        changes, told = _told(world.registry, mine, theirs, merged)
        flows.append(UpgradedFlow(flow_key, did, merged, revision, problems, mine, changes, told))
    values = {
        "version": scene.version,
        "params": dict(given),
        "connections": roads,
        "documents": documents,
        "locale": language,
        "flows": list(dict.fromkeys([*held.flows, *documents])),
    }
    return Upgrade(held.id, key, held.version, scene.version, flows), scene, values


def _told(
    registry: Registry, mine: dict[str, Any] | None, theirs: dict[str, Any], merged: Merged
) -> tuple[list[Change], dict[str, Change]]:
    """What becomes of the draft, and what the new version wants, in words; secrets covered."""
    if mine is None:
        return [], {}
    held, comes, becomes = covered(mine), covered(theirs), covered(merged.document)
    nodes = nodes_of(held, comes)
    wanted = [(one.path, one.mine, one.theirs) for one in merged.offers]
    wanted += [(one.path, one.base, one.theirs) for one in merged.conflicts]
    told = {
        path: tell(path, covered(old), covered(new), nodes, registry) for path, old, new in wanted
    }
    return diff_flows(load_flow(held), load_flow(becomes), registry), told


def _still_known(
    scene: Scene, held: Mapping[str, Any], given: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The values of before, without parameters the scene no longer has, and those given now."""
    names = scene.parameters.get("properties") or {}
    return {**{name: value for name, value in held.items() if name in names}, **(given or {})}


def shown(one: UpgradedFlow) -> dict[str, Any]:
    """An upgraded flow as it may be shown: the secrets in it stay covered."""
    return {
        "key": one.key,
        "did": one.did,
        "revision": one.revision,
        "mine": covered(one.mine),
        "document": covered(one.merged.document),
        "taken": list(one.merged.taken),
        "offers": [
            {
                **one.told[each.path].as_json(),
                "before": covered(each.mine),
                "after": covered(each.theirs),
                "taken": each.is_taken,
            }
            for each in one.merged.offers
        ],
        "conflicts": [
            {
                "path": each.path,
                "kind": each.kind,
                "base": covered(each.base),
                "mine": covered(each.mine),
                "theirs": covered(each.theirs),
                "chosen": each.chosen,
                "change": one.told[each.path].as_json(),
            }
            for each in one.merged.conflicts
        ],
        "changes": [each.as_json() for each in one.changes],
        "problems": [each.as_json() for each in one.problems],
    }
