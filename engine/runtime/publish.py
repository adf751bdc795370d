"""Drafts become immutable versions; versions are compared, rolled back, carried over.

A draft is saved against the revision it was read at: of two editors the second is told (Stale). A
version never changes; a rollback publishes an old document again under a new number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.core.diff import Change, diff_flows
from engine.core.errors import (
    Conflict,
    InvalidFlow,
    InvalidInput,
    Locked,
    NotFound,
    Problem,
    Stale,
)
from engine.core.event_types import event_schema
from engine.core.flow import Flow, dump_flow, graphs, load_flow
from engine.core.ids import new_id
from engine.core.node import Schedule
from engine.core.schema import check_value
from engine.core.text import text
from engine.core.validate import Known, validate
from engine.core.version import compile_version
from engine.runtime.clock import next_fire
from engine.runtime.principal import Principal
from engine.runtime.world import World
from engine.store import connections as connection_store
from engine.store import flows as flow_store
from engine.store.db import Connection

EDIT_LOCK_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Published:
    """A new version: its number and what publishing remarked on."""

    number: int
    version_id: str
    remarks: tuple[Problem, ...]


def create_flow(world: World, who: Principal, document: Any, *, scene: str | None = None) -> Any:
    """A new flow with this draft; Conflict when the key is taken."""
    flow = load_flow(document)
    now, tenant = world.now(), who.tenant
    with world.db.begin() as conn:
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
                "draft": dump_flow(flow),
                "revision": 1,
                "owner_user": who.id,
                "scene": scene,
                "created_at": now,
                "updated_at": now,
            },
        )
        who.note(conn, now, "flows.edit", f"flow:{flow.key}", {"created": True, "scene": scene})
        return flow_store.find_flow(conn, tenant, flow.key)


def read_flow(world: World, tenant: str, key: str) -> Any:
    """The flow's row; NotFound otherwise."""
    with world.db.reading() as conn:
        return _flow(conn, tenant, key)


def _flow(conn: Connection, tenant: str, key: str) -> Any:
    row = flow_store.find_flow(conn, tenant, key)
    if row is None:
        raise NotFound(text(f"没有编号为 {key} 的流程", f"there is no flow {key}"))
    return row


def save_draft(world: World, who: Principal, key: str, document: Any, *, revision: int) -> int:
    """Saves a draft and returns its new revision; Stale when somebody saved in between."""
    flow = load_flow(document)
    now, tenant = world.now(), who.tenant
    with world.db.begin() as conn:
        row = _flow(conn, tenant, key)
        if flow.key != row.key:
            raise Conflict(
                text("流程编号不能修改", "a flow's key never changes"),
                [Problem("/key", text(f"应为 {row.key}", f"must be {row.key}"))],
            )
        saved = flow_store.save_draft(
            conn,
            tenant,
            row.id,
            revision,
            {
                "draft": dump_flow(flow),
                "name": flow.name,
                "updated_at": now,
            },
        )
        if not saved:
            raise _stale(row.revision)
        return revision + 1


def _stale(revision: int) -> Stale:
    return Stale(
        text(
            f"这份草稿已被别人保存过（现为第 {revision} 次修改），请先查看对方的改动",
            f"somebody saved this draft meanwhile (it is at revision {revision}): look at it first",
        )
    )


def take_edit_lock(world: World, who: Principal, key: str, *, force: bool = False) -> datetime:
    """The edit lock for some minutes; Conflict names who holds it, unless taken over."""
    now = world.now()
    until = now + EDIT_LOCK_FOR
    with world.db.begin() as conn:
        row = _flow(conn, who.tenant, key)
        if not flow_store.take_edit_lock(conn, who.tenant, row.id, who.id, now, until, force=force):
            raise Conflict(
                text(f"{row.edited_by} 正在编辑", f"{row.edited_by} is editing"),
                [Problem("/edited_by", text(str(row.edited_by), str(row.edited_by)))],
            )
    return until


def release_edit_lock(world: World, who: Principal, key: str) -> None:
    with world.db.begin() as conn:
        row = _flow(conn, who.tenant, key)
        if row.edited_by == who.id:
            flow_store.update_flow(
                conn, who.tenant, row.id, {"edited_by": None, "edited_until": None}
            )


def known(world: World, conn: Connection, tenant: str) -> Known:
    """What this installation offers a flow: connections, published flows, event types."""
    live = {row.key: row.live_version for row in flow_store.live_versions(conn, tenant)}
    return Known(
        connections={
            row.key: row.connector for row in connection_store.list_connections(conn, tenant)
        },
        flows=live,
        event_schema=event_schema,
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

    `revision`, when given, must still be the draft's (what was looked at is what is published).
    """
    with world.db.begin() as conn:
        row = _flow(conn, who.tenant, key)
        if row.draft is None:
            raise Conflict(text("没有可发布的草稿", "there is no draft to publish"))
        if revision is not None and row.revision != revision:
            raise _stale(row.revision)
        return _publish(world, conn, who, row, load_flow(row.draft), note=note)


def roll_back(world: World, who: Principal, key: str, number: int) -> Published:
    """An old version's document as a new version."""
    with world.db.begin() as conn:
        row = _flow(conn, who.tenant, key)
        old = flow_store.find_version(conn, who.tenant, row.id, number)
        if old is None:
            raise NotFound(text(f"没有第 {number} 版", f"there is no version {number}"))
        flow = load_flow(old.document)
        return _publish(world, conn, who, row, flow, note=f"← v{number}", rolled_back_from=number)


def _publish(
    world: World,
    conn: Connection,
    who: Principal,
    row: Any,
    flow: Flow,
    *,
    note: str,
    rolled_back_from: int | None = None,
) -> Published:
    tenant = row.tenant
    offers = known(world, conn, tenant)
    problems = validate(flow, world.registry, known=offers)
    errors = [problem for problem in problems if problem.level == "error"]
    if errors:
        raise InvalidFlow(
            text(
                f"还有 {len(errors)} 处问题，不能发布",
                f"{len(errors)} problems keep it from being published",
            ),
            errors,
        )
    now = world.now()
    versions = flow_store.list_versions(conn, tenant, row.id)
    number = versions[0].number + 1 if versions else 1
    live = offers.flows or {}
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
    flow_store.update_flow(
        conn,
        tenant,
        row.id,
        {
            "live_version": version_id,
            "status": "live",
            "base_version": number,
            "updated_at": now,
            **(
                {"draft": dump_flow(flow), "revision": row.revision + 1} if rolled_back_from else {}
            ),
        },
    )
    _set_schedules(world, conn, row, flow, version_id, now)
    flow_store.bump(conn, tenant)
    who.note(conn, now, "flows.publish", f"flow:{row.key}", {"version": number, "note": note})
    return Published(number, version_id, tuple(problems))


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
    with world.db.begin() as conn:
        tenant = who.tenant
        row = _flow(conn, tenant, key)
        if row.live_version is None:
            raise Conflict(text("流程还没有发布过", "the flow was never published"))
        flow_store.update_flow(conn, tenant, row.id, {"status": status, "updated_at": world.now()})
        flow_store.pause_schedules(conn, tenant, row.id, paused=status != "live")
        flow_store.bump(conn, tenant)
        who.note(conn, world.now(), "flows.publish", f"flow:{row.key}", {"status": status})


def archive(world: World, who: Principal, key: str) -> None:
    """Puts a flow away: it hears nothing and lists leave it out. Runs under way go on."""
    with world.db.begin() as conn:
        row = _flow(conn, who.tenant, key)
        now = world.now()
        flow_store.update_flow(conn, who.tenant, row.id, {"status": "archived", "updated_at": now})
        flow_store.pause_schedules(conn, who.tenant, row.id, paused=True)
        flow_store.bump(conn, who.tenant)
        who.note(conn, now, "flows.publish", f"flow:{row.key}", {"status": "archived"})


def set_params(
    world: World, who: Principal, key: str, values: Mapping[str, Any], *, revision: int | None
) -> int:
    """Values of the flow's parameters; they hold from the next version on.

    Returns the flow's new revision. InvalidInput with paths for values that do not fit; Locked for
    one that head office has locked, unless this is head office (who may change the settings).
    """
    with world.db.begin() as conn:
        row = _flow(conn, who.tenant, key)
        if revision is not None and row.revision != revision:
            raise _stale(row.revision)
        schema = (row.draft or {}).get("params") or {}
        _check_params(schema, values)
        if not who.may("settings.edit"):
            _refuse_locked(schema, row.params or {}, values)
        now = world.now()
        if not flow_store.save_draft(
            conn, who.tenant, row.id, row.revision, {"params": dict(values), "updated_at": now}
        ):
            raise _stale(row.revision)
        who.note(conn, now, "flows.edit", f"flow:{row.key}", {"params": dict(values)})
        return int(row.revision) + 1


def _check_params(schema: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    known_names = schema.get("properties") or {}
    problems = [
        Problem(f"/{name}", text("流程没有这个参数", "the flow has no such parameter"), "unknown")
        for name in values
        if name not in known_names
    ]
    # What is not given keeps its default, so nothing is required here.
    loose = {name: inner for name, inner in schema.items() if name != "required"}
    problems += check_value(loose, dict(values)) if schema and not problems else []
    if problems:
        raise InvalidInput(text("参数不合规定", "a parameter is not allowed"), problems)


def _refuse_locked(
    schema: Mapping[str, Any], before: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    locked = []
    for name, inner in (schema.get("properties") or {}).items():
        if isinstance(inner, dict) and inner.get("x-lock"):
            held = before.get(name, inner.get("default"))
            if values.get(name, inner.get("default")) != held:
                message = text("总部已锁定这个参数", "head office has locked this parameter")
                locked.append(Problem(f"/{name}", message, "locked"))
    if locked:
        raise Locked(text("参数已被总部锁定", "a parameter is locked by head office"), locked)


def read_document(world: World, tenant: str, key: str, which: str = "draft") -> dict[str, Any]:
    """A flow's document: "draft", "live", or a version's number."""
    with world.db.reading() as conn:
        row = _flow(conn, tenant, key)
        if which == "draft":
            found = row.draft
        elif which == "live":
            rows = flow_store.versions_by_id(conn, tenant, [row.live_version or ""])
            found = rows[row.live_version].document if rows else None
        else:
            version = flow_store.find_version(
                conn, tenant, row.id, int(which) if which.isdigit() else 0
            )
            found = version.document if version else None
    if found is None:
        raise NotFound(text(f"流程 {key} 没有版本 {which}", f"flow {key} has no version {which}"))
    document: dict[str, Any] = found
    return document


def diff(world: World, tenant: str, key: str, old: str, new: str) -> list[Change]:
    """What changed between two of "draft", "live", a number."""
    return diff_flows(
        load_flow(read_document(world, tenant, key, old)),
        load_flow(read_document(world, tenant, key, new)),
    )
