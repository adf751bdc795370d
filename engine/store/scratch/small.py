"""Rows that come along whatever the events are: settings of the tenant, people, flows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, and_, select
from sqlalchemy.engine import Connection

from engine.store.accounts import roles, user_roles, users
from engine.store.among import among
from engine.store.bulk import insert_many
from engine.store.calendars import calendars
from engine.store.connections import connections
from engine.store.event_types import own_event_types
from engine.store.flows import flow_versions, flows, schedules, tenants
from engine.store.orders import (
    product_ids,
    products,
)
from engine.store.org import org_units

PAGE = 500

# Small tables whole, with what must not be carried along.
WHOLE: tuple[tuple[Table, Mapping[str, Any]], ...] = (
    (own_event_types, {}),
    (calendars, {}),
    (org_units, {}),
    (users, {"password": None, "totp": None, "totp_last": None, "recovery": None}),
    (roles, {}),
    (user_roles, {}),
    (
        connections,
        {
            "credentials": None,
            "failures": 0,
            "open_until": None,
            "last_error": None,
            "last_error_at": None,
            "cursor": None,
        },
    ),
    (products, {}),
    (product_ids, {}),
)


def defer_keys(target: Connection) -> None:
    """Foreign keys are checked at the end of this transaction: rows may come in any order."""
    target.exec_driver_sql("PRAGMA defer_foreign_keys = ON")


def copy_whole(source: Connection, target: Connection, tenant: str) -> None:
    """The tenant's row and its small tables."""
    found = source.execute(select(tenants).where(tenants.c.id == tenant)).one()
    insert_many(target, tenants, [dict(found._mapping)])
    for table, blanked in WHOLE:
        copy_rows(source, target, table, table.c.tenant == tenant, blanked)


def copy_rows(
    source: Connection,
    target: Connection,
    table: Table,
    where: Any,
    blanked: Mapping[str, Any] | None = None,
) -> int:
    """Rows of one table that fit, page by page; `blanked` are columns that stay behind."""
    count = 0
    for page in source.execute(select(table).where(where)).partitions(PAGE):
        insert_many(target, table, [{**row._mapping, **(blanked or {})} for row in page])
        count += len(page)
    return count


def copy_flows(source: Connection, target: Connection, tenant: str, keys: Iterable[str]) -> None:
    """Flows by key with all their versions; none of them is live yet."""
    held = source.execute(
        select(flows).where(flows.c.tenant == tenant, among(flows.c.key, sorted(set(keys))))
    ).all()
    blanked = {"status": "draft", "edited_by": None, "edited_until": None}
    insert_many(target, flows, [{**row._mapping, **blanked} for row in held])
    copy_rows(
        source,
        target,
        flow_versions,
        and_(
            flow_versions.c.tenant == tenant,
            among(flow_versions.c.flow_id, [row.id for row in held]),
        ),
    )


def put_flow_live(
    conn: Connection, tenant: str, flow_id: str, version_id: str, due: Sequence[Mapping[str, Any]]
) -> None:
    """Makes one version the live one, with the next times of its schedules."""
    conn.execute(
        flows.update()
        .where(flows.c.tenant == tenant, flows.c.id == flow_id)
        .values(status="live", live_version=version_id)
    )
    insert_many(
        conn,
        schedules,
        [{"tenant": tenant, "flow_id": flow_id, "version_id": version_id, **row} for row in due],
    )
