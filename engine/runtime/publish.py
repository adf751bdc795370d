"""Drafts become immutable versions; a version is rolled back to.

A draft is saved against the revision it was read at: of two editors the second is told (Stale). A
version never changes; a rollback publishes an old document again under a new number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.core.errors import (
    Conflict,
    InvalidFlow,
    NotFound,
    Problem,
    Stale,
)
from engine.core.event_types import event_schema
from engine.core.execution.version import compile_version
from engine.core.flow import Flow, dump_flow, graphs, load_flow
from engine.core.ids import new_id
from engine.core.text import text
from engine.core.triggers import Schedule
from engine.core.validate import Known, validate
from engine.runtime.announce import announce_in, is_heard
from engine.runtime.authors import note_edit, places_changed
from engine.runtime.carrying import sealed
from engine.runtime.clock import next_fire
from engine.runtime.principal import Principal
from engine.runtime.publish_gate import check_gate
from engine.runtime.settling.locks import FLOW, demand_unlocked
from engine.runtime.versions import flow_of, live_document, read_flow
from engine.runtime.world import World
from engine.store import connections as connection_store
from engine.store import flows as flow_store
from engine.store.db import Connection
from engine.store.event_types import list_own_types


@dataclass(frozen=True, slots=True)
class Published:
    """A new version: its number and what publishing remarked on."""

    number: int
    version_id: str
    remarks: tuple[Problem, ...]


def create_flow(world: World, who: Principal, document: Any, *, scene: str | None = None) -> Any:
    """A new flow with this draft; Conflict when the key is taken."""
    flow = load_flow(document)
    with world.db.begin() as conn:
        return create_in(world, conn, who, flow, scene=scene)


def create_in(
    world: World, conn: Connection, who: Principal, flow: Flow, *, scene: str | None = None
) -> Any:
    """The same within a transaction of the caller."""
    now, tenant = world.now(), who.tenant
    if flow_store.find_flow(conn, tenant, flow.key) is not None:
        raise Conflict(
            text(f"已有编号为 {flow.key} 的流程", f"there is a flow {flow.key} already"),
            [Problem("/key", text("编号已被使用", "is taken"))],
        )
    flow_store.insert_flow(
        conn,
        {
            "id": new_id("flow", now),
            "tenant": tenant,
            "key": flow.key,
            "name": flow.name,
            "status": "draft",
            "draft": sealed(world, tenant, dump_flow(flow)),
            "revision": 1,
            "owner_user": who.id,
            "scene": scene,
            "created_at": now,
            "updated_at": now,
        },
    )
    who.note(conn, now, "flows.edit", f"flow:{flow.key}", {"created": True, "scene": scene})
    return flow_store.find_flow(conn, tenant, flow.key)


def save_draft(
    world: World,
    who: Principal,
    key: str,
    document: Any,
    *,
    revision: int,
    keep_secrets: bool = False,
) -> int:
    """Saves a draft and returns its new revision; Stale when somebody saved in between.

    `keep_secrets`: where the document has an empty secret, the one that is stored stays.
    """
    flow = load_flow(document)
    with world.db.begin() as conn:
        row = flow_of(conn, who.tenant, key)
        if flow.key != row.key:
            raise Conflict(
                text("流程编号不能修改", "a flow's key never changes"),
                [Problem("/key", text(f"应为 {row.key}", f"must be {row.key}"))],
            )
        return save_in(world, conn, who, row, flow, revision, keep_secrets=keep_secrets)


def save_in(
    world: World,
    conn: Connection,
    who: Principal,
    row: Any,
    flow: Flow,
    revision: int,
    *,
    keep_secrets: bool = False,
    **more: Any,
) -> int:
    """The same within a transaction of the caller; `more` are other columns of the flow."""
    draft = sealed(world, who.tenant, dump_flow(flow), row.draft, fill=keep_secrets)
    values = {"draft": draft, "name": flow.name, "updated_at": world.now(), **more}
    demand_unlocked(conn, who.tenant, f"{FLOW}:{row.key}", row.draft, draft, world.now())
    if not flow_store.save_draft(conn, who.tenant, row.id, revision, values):
        raise stale_draft(row.revision)
    note_edit(conn, who, world.now(), row.key, row.draft, draft)
    return revision + 1


def stale_draft(revision: int) -> Stale:
    """What the second of two editors is told."""
    return Stale(
        text(
            f"这份草稿已被别人保存过（现为第 {revision} 次修改），请先查看对方的改动",
            f"somebody saved this draft meanwhile (it is at revision {revision}): look at it first",
        )
    )


def known(world: World, conn: Connection, tenant: str) -> Known:
    """What this installation offers a flow: connections, published flows, event types."""
    own = {row.type: row.schema for row in list_own_types(conn, tenant)}
    live = {row.key: row.live_version for row in flow_store.live_versions(conn, tenant)}
    return Known(
        connections={
            row.key: row.connector for row in connection_store.list_connections(conn, tenant)
        },
        flows=live,
        # The function itself where there are no own types: its schemas are made once for all.
        event_schema=(lambda type_: event_schema(type_, own.get(type_))) if own else event_schema,
        event_types=own,
    )


def check(world: World, tenant: str, document: Any) -> list[Problem]:
    """Every problem of a document, errors and remarks; malformed ones raise InvalidFlow."""
    flow = load_flow(document)
    with world.db.reading() as conn:
        return validate(flow, world.registry, known=known(world, conn, tenant))


def publish(
    world: World, who: Principal, key: str, *, revision: int | None = None, note: str = ""
) -> Published:
    """The draft as a new immutable version, live at once. InvalidFlow says why not.

    `revision`, when given, must still be the draft's (what was looked at is what is published). Of
    two who publish at the same moment the second gets a Conflict.
    """
    row = read_flow(world, who.tenant, key)
    if row.draft is None:
        raise Conflict(text("没有可发布的草稿", "there is no draft to publish"))
    if revision is not None and row.revision != revision:
        raise stale_draft(row.revision)
    return _publish(world, who, row, load_flow(row.draft), note=note)


def roll_back(world: World, who: Principal, key: str, number: int) -> Published:
    """An old version's document as a new version."""
    with world.db.reading() as conn:
        row = flow_of(conn, who.tenant, key)
        old = flow_store.find_version(conn, who.tenant, row.id, number)
    if old is None:
        raise NotFound(text(f"没有第 {number} 版", f"there is no version {number}"))
    flow = load_flow(old.document)
    return _publish(world, who, row, flow, note=f"← v{number}", rolled_back_from=number)


def _publish(
    world: World,
    who: Principal,
    row: Any,
    flow: Flow,
    *,
    note: str,
    rolled_back_from: int | None = None,
) -> Published:
    """Publishes what was looked at (`row`): checked first, written only if nobody was faster."""
    tenant = row.tenant
    with world.db.reading() as conn:
        problems = validate(flow, world.registry, known=known(world, conn, tenant))
    errors = [problem for problem in problems if problem.level == "error"]
    if errors:
        raise InvalidFlow(
            text(
                f"还有 {len(errors)} 处问题，不能发布",
                f"{len(errors)} problems keep it from being published",
            ),
            errors,
        )
    if rolled_back_from is None:
        check_gate(world, tenant, row, flow)
    told = "flow.rolled_back" if rolled_back_from else "flow.published"
    heard = is_heard(world, tenant, told)
    with world.db.begin() as conn:
        _lock(conn, row)
        now = world.now()
        demand_unlocked(conn, tenant, f"{FLOW}:{row.key}", row.draft, dump_flow(flow), now)
        versions = flow_store.list_versions(conn, tenant, row.id)
        number = versions[0].number + 1 if versions else 1
        live = {other.key: other.live_version for other in flow_store.live_versions(conn, tenant)}
        pinned = {name: live[name] for name in _sub_flows(flow) if name in live}
        version_id = new_id("fv", now)
        flow_store.insert_version(
            conn,
            {
                "id": version_id,
                "tenant": tenant,
                "flow_id": row.id,
                "number": number,
                "document": dump_flow(flow),
                "sub_flows": pinned,
                "params": row.params or {},
                "published_by": who.id,
                "published_at": now,
                "note": note,
                "rolled_back_from": rolled_back_from,
            },
        )
        changed: dict[str, Any] = {
            "live_version": version_id,
            "status": "live",
            "base_version": number,
            "updated_at": now,
        }
        detail: dict[str, Any] = {"version": number, "note": note}
        if rolled_back_from:
            changed |= {"draft": dump_flow(flow), "revision": row.revision + 1}
            detail["changed"] = places_changed(live_document(conn, row), dump_flow(flow))
        flow_store.update_flow(conn, tenant, row.id, changed)
        _set_schedules(world, conn, row, flow, version_id, now)
        flow_store.bump(conn, tenant)
        who.note(conn, now, "flows.publish", f"flow:{row.key}", detail)
        if heard:
            announce_in(
                world, conn, tenant, told, version_id, row.key, _notice(row, who, version=number)
            )
    if heard:
        world.queue.wake("lanes")
    return Published(number, version_id, tuple(problems))


def _lock(conn: Connection, seen: Any) -> None:
    """Holds the flow for this transaction; Conflict when it is not any more what was looked at."""
    now = flow_store.lock_flow(conn, seen.tenant, seen.id)
    if now is None or (now.revision, now.live_version) != (seen.revision, seen.live_version):
        raise Conflict(
            text(
                "刚刚有人保存或发布了这个流程，请先查看",
                "somebody has just saved or published this flow: look at it first",
            )
        )


def _notice(row: Any, who: Principal, **more: Any) -> dict[str, Any]:
    """What an event about a flow tells."""
    return {"flow": {"key": row.key, "name": row.name, "by": who.name[:200], **more}}


def _set_schedules(
    world: World, conn: Connection, row: Any, flow: Flow, version_id: str, now: datetime
) -> None:
    version = compile_version(flow, world.registry, params=row.params or {})
    flow_store.set_schedules(
        conn,
        row.tenant,
        row.id,
        [
            {
                "node": node,
                "version_id": version_id,
                "due_at": next_fire(start, now),
                "paused": False,
            }
            for node, start in version.triggers.items()
            if isinstance(start, Schedule)
        ],
    )


def _sub_flows(flow: Flow) -> Iterator[str]:
    for _, graph, _ in graphs(flow):
        for node in graph.nodes:
            if node.type == "sub_flow" and isinstance(node.config.get("flow"), str):
                yield node.config["flow"]


def set_status(world: World, who: Principal, key: str, status: str) -> None:
    """Pauses a live flow, or lets it go on. Runs under way go on in either case."""
    _switch(world, who, key, status, must_be_published=True)


def archive(world: World, who: Principal, key: str) -> None:
    """Puts a flow away: it hears nothing and lists leave it out. Runs under way go on."""
    _switch(world, who, key, "archived")


def _switch(
    world: World, who: Principal, key: str, status: str, *, must_be_published: bool = False
) -> None:
    tenant, now = who.tenant, world.now()
    heard = status != "live" and is_heard(world, tenant, "flow.disabled")
    with world.db.begin() as conn:
        row = flow_of(conn, tenant, key)
        if must_be_published and row.live_version is None:
            raise Conflict(text("流程还没有发布过", "the flow was never published"))
        flow_store.update_flow(conn, tenant, row.id, {"status": status, "updated_at": now})
        flow_store.pause_schedules(conn, tenant, row.id, paused=status != "live")
        flow_store.bump(conn, tenant)
        who.note(conn, now, "flows.publish", f"flow:{row.key}", {"status": status})
        if heard and row.status == "live":
            name, notice = f"{row.id}/{new_id('call', now)}", _notice(row, who, status=status)
            announce_in(world, conn, tenant, "flow.disabled", name, row.key, notice)
    if heard:
        world.queue.wake("lanes")
