"""Flows, their drafts and their immutable versions; schedules of published triggers.

`generation` counts every change a worker must notice (publish, pause, connection): workers read it
once per batch and reload what they keep in memory when it has moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.db import Json, Moment, all_tenants, metadata, tenant_column
from engine.store.seam import kept_in_memory

tenants = Table(
    "tenants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False, default="Asia/Shanghai"),
    Column("currency", Text, nullable=False, default="CNY"),
    Column("generation", Integer, nullable=False, default=1),
    Column("settings", Json, nullable=False, default=dict),
    Column("created_at", Moment, nullable=False),
)

flows = Table(
    "flows",
    metadata,
    Column("id", Text, primary_key=True),  # flow_…
    tenant_column(),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False),  # draft | live | paused | archived
    Column("draft", Json),
    Column("revision", Integer, nullable=False),  # of the draft; If-Match
    Column("base_version", Integer),  # version the draft was taken from
    Column("live_version", Text),  # flow_versions.id
    Column("params", Json),  # values set at installation, over the defaults
    Column("scene", Text),  # "key@version" it was installed from
    Column("owner_user", Text),
    Column("edited_by", Text),  # who holds the edit lock
    Column("edited_until", Moment),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("tenant", "key"),
)

flow_versions = Table(
    "flow_versions",
    metadata,
    Column("id", Text, primary_key=True),  # fv_…
    tenant_column(),
    Column("flow_id", Text, ForeignKey("flows.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("document", Json, nullable=False),
    Column("sub_flows", Json, nullable=False, default=dict),  # {key: version id}, pinned
    Column("params", Json, nullable=False, default=dict),
    Column("published_by", Text),
    Column("published_at", Moment, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("rolled_back_from", Integer),
    UniqueConstraint("flow_id", "number"),
)

schedules = Table(
    "schedules",
    metadata,
    Column("flow_id", Text, ForeignKey("flows.id"), primary_key=True),
    Column("node", Text, primary_key=True),
    tenant_column(),
    Column("version_id", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("paused", Boolean, nullable=False, default=False),
    Index("ix_schedules_due_at", "due_at"),
)


def create_tenant(conn: Connection, id_: str, name: str, now: datetime, **more: Any) -> None:
    conn.execute(tenants.insert().values(id=id_, name=name, created_at=now, **more))


def read_tenant(conn: Connection, tenant: str) -> Any | None:
    return conn.execute(select(tenants).where(tenants.c.id == tenant)).first()


def list_tenants(conn: Connection) -> list[Any]:
    return list(conn.execute(select(tenants).order_by(tenants.c.id)).all())


def update_tenant(conn: Connection, tenant: str, values: Mapping[str, Any]) -> None:
    conn.execute(tenants.update().where(tenants.c.id == tenant).values(**values))


def lock_tenant(conn: Connection, tenant: str) -> Any | None:
    """The tenant's row, for this transaction alone."""
    return conn.execute(select(tenants).where(tenants.c.id == tenant).with_for_update()).first()


@kept_in_memory
def generations(conn: Connection) -> dict[str, int]:
    """{tenant: generation}."""
    return {row[0]: row[1] for row in conn.execute(select(tenants.c.id, tenants.c.generation))}


def bump(conn: Connection, tenant: str) -> None:
    """Tells every worker that something it keeps in memory has changed."""
    conn.execute(
        tenants.update().where(tenants.c.id == tenant).values(generation=tenants.c.generation + 1)
    )


def insert_flow(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(flows.insert().values(**row))


def find_flow(conn: Connection, tenant: str, key_or_id: str) -> Any | None:
    """A flow by its key or its id."""
    which = flows.c.id if key_or_id.startswith("flow_") else flows.c.key
    return conn.execute(select(flows).where(flows.c.tenant == tenant, which == key_or_id)).first()


def lock_flow(conn: Connection, tenant: str, flow_id: str) -> Any | None:
    """A flow's row, for this transaction alone."""
    found = select(flows).where(flows.c.tenant == tenant, flows.c.id == flow_id)
    return conn.execute(found.with_for_update()).first()


def flow_keys(conn: Connection, tenant: str, ids: Iterable[str]) -> dict[str, str]:
    """{flow id: key}."""
    found = conn.execute(
        select(flows.c.id, flows.c.key).where(flows.c.tenant == tenant, among(flows.c.id, ids))
    )
    return {row.id: row.key for row in found}


def list_flows(
    conn: Connection, tenant: str, *, after: str = "", limit: int = 50, status: str | None = None
) -> list[Any]:
    """By key, after the key `after`; drafts' documents are left out."""
    columns = [column for column in flows.c if column.name != "draft"]
    where = [flows.c.tenant == tenant, flows.c.key > after]
    where.append(flows.c.status == status if status else flows.c.status != "archived")
    return list(
        conn.execute(select(*columns).where(*where).order_by(flows.c.key).limit(limit)).all()
    )


def list_drafts(conn: Connection, tenant: str) -> list[Any]:
    """Key, name, draft and published version of every flow but archived ones, by key."""
    columns = (flows.c.key, flows.c.name, flows.c.draft, flows.c.live_version)
    where = (flows.c.tenant == tenant, flows.c.status != "archived")
    return list(conn.execute(select(*columns).where(*where).order_by(flows.c.key)).all())


def save_draft(
    conn: Connection, tenant: str, flow_id: str, revision: int, values: Mapping[str, Any]
) -> bool:
    """Writes a draft if `revision` is still the newest; False when somebody was faster."""
    done = conn.execute(
        flows.update()
        .where(flows.c.tenant == tenant, flows.c.id == flow_id, flows.c.revision == revision)
        .values(revision=revision + 1, **values)
    )
    return done.rowcount == 1


def update_flow(conn: Connection, tenant: str, flow_id: str, values: Mapping[str, Any]) -> None:
    conn.execute(
        flows.update().where(flows.c.tenant == tenant, flows.c.id == flow_id).values(**values)
    )


def take_edit_lock(
    conn: Connection,
    tenant: str,
    flow_id: str,
    user: str,
    now: datetime,
    until: datetime,
    *,
    force: bool,
) -> bool:
    """The edit lock, if it is free, expired, one's own, or taken over by `force`."""
    free = flows.c.edited_by.is_(None) | (flows.c.edited_until < now)
    where = [flows.c.tenant == tenant, flows.c.id == flow_id]
    if not force:
        where.append(free | (flows.c.edited_by == user))
    done = conn.execute(flows.update().where(*where).values(edited_by=user, edited_until=until))
    return done.rowcount == 1


def insert_version(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(flow_versions.insert().values(**row))


def find_version(conn: Connection, tenant: str, flow_id: str, number: int) -> Any | None:
    return conn.execute(
        select(flow_versions).where(
            flow_versions.c.tenant == tenant,
            flow_versions.c.flow_id == flow_id,
            flow_versions.c.number == number,
        )
    ).first()


def list_versions(conn: Connection, tenant: str, flow_id: str) -> list[Any]:
    """Newest first, without documents."""
    columns = [column for column in flow_versions.c if column.name != "document"]
    return list(
        conn.execute(
            select(*columns)
            .where(flow_versions.c.tenant == tenant, flow_versions.c.flow_id == flow_id)
            .order_by(flow_versions.c.number.desc())
        ).all()
    )


def versions_by_id(conn: Connection, tenant: str, ids: Iterable[str]) -> dict[str, Any]:
    found = conn.execute(
        select(flow_versions).where(
            flow_versions.c.tenant == tenant, among(flow_versions.c.id, ids)
        )
    )
    return {row.id: row for row in found}


def live_versions(conn: Connection, tenant: str) -> list[Any]:
    """Rows of (key, flow id, version id) of every flow that is live, by key."""
    return list(
        conn.execute(
            select(flows.c.key, flows.c.id, flows.c.live_version)
            .where(flows.c.tenant == tenant, flows.c.status == "live")
            .order_by(flows.c.key)
        ).all()
    )


def set_schedules(
    conn: Connection, tenant: str, flow_id: str, rows: Iterable[Mapping[str, Any]]
) -> None:
    """The schedule triggers of a flow: what is not named any more is forgotten."""
    conn.execute(
        schedules.delete().where(schedules.c.tenant == tenant, schedules.c.flow_id == flow_id)
    )
    for row in rows:
        conn.execute(schedules.insert().values(tenant=tenant, flow_id=flow_id, **row))


def due_schedules(conn: Connection, now: datetime, limit: int = 100) -> list[Any]:
    """Schedules that are due, oldest first."""
    return list(
        conn.execute(
            all_tenants(
                select(schedules)
                .where(schedules.c.due_at <= now, schedules.c.paused.is_(False))
                .order_by(schedules.c.due_at, schedules.c.flow_id, schedules.c.node)
                .limit(limit)
            )
        ).all()
    )


def next_schedule(conn: Connection, flow_id: str, node: str, was: datetime, due: datetime) -> bool:
    """Moves a schedule on, if nobody else has."""
    done = conn.execute(
        all_tenants(
            schedules.update()
            .where(
                schedules.c.flow_id == flow_id,
                schedules.c.node == node,
                schedules.c.due_at == was,
            )
            .values(due_at=due)
        )
    )
    return done.rowcount == 1


def next_schedule_due(conn: Connection) -> datetime | None:
    """When the next schedule is due."""
    found: datetime | None = conn.execute(
        all_tenants(select(func.min(schedules.c.due_at)).where(schedules.c.paused.is_(False)))
    ).scalar()
    return found


def pause_schedules(conn: Connection, tenant: str, flow_id: str, *, paused: bool) -> None:
    conn.execute(
        schedules.update()
        .where(schedules.c.tenant == tenant, schedules.c.flow_id == flow_id)
        .values(paused=paused)
    )
