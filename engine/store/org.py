"""The org tree: head office, regions, stores, departments.

A unit's path holds the ids from the root down ("/org_a/org_b/"), so that everything below a unit is
one prefix. Every tenant has one root; ids hold no characters that LIKE reads as a pattern but `_`,
which is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, func, or_, select
from sqlalchemy.engine import Connection

from engine.store.db import Json, Moment, metadata, tenant_column

org_units = Table(
    "org_units",
    metadata,
    Column("id", Text, primary_key=True),  # org_…
    tenant_column(),
    Column("parent_id", Text, ForeignKey("org_units.id")),
    Column("path", Text, nullable=False),  # "/org_a/org_b/": ids from the root down
    Column("kind", Text, nullable=False),  # head_office | region | store | department
    Column("name", Text, nullable=False),
    Column("place", Json),
    Column("area", Json),
    Column("head_id", Text),  # the user who leads it
    Column("external_id", Text),
    Column("revision", Integer, nullable=False, default=1),
    Column("created_at", Moment, nullable=False),
    Index("ix_org_units_tenant_path", "tenant", "path"),
)


def insert_unit(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(org_units.insert().values(**row))


def find_unit(conn: Connection, tenant: str, unit_id: str) -> Any | None:
    return conn.execute(
        select(org_units).where(org_units.c.tenant == tenant, org_units.c.id == unit_id)
    ).first()


def root_unit(conn: Connection, tenant: str) -> Any | None:
    """The unit everything hangs on."""
    return conn.execute(
        select(org_units).where(org_units.c.tenant == tenant, org_units.c.parent_id.is_(None))
    ).first()


def list_units(
    conn: Connection, tenant: str, *, below: Iterable[str] = ("/",), after: str = "", limit: int
) -> list[Any]:
    """Units whose path begins with one of `below`, a parent before its children, after a path."""
    return list(
        conn.execute(
            select(org_units)
            .where(
                org_units.c.tenant == tenant,
                org_units.c.path > after,
                _below(below),
            )
            .order_by(org_units.c.path)
            .limit(limit)
        ).all()
    )


def unit_ids(conn: Connection, tenant: str, below: Iterable[str]) -> frozenset[str]:
    """Ids of the units whose path begins with one of `below`."""
    found = conn.execute(
        select(org_units.c.id).where(org_units.c.tenant == tenant, _below(below))
    ).scalars()
    return frozenset(found)


def update_unit(
    conn: Connection, tenant: str, unit_id: str, revision: int, values: Mapping[str, Any]
) -> bool:
    """Writes a unit if `revision` is still its newest."""
    done = conn.execute(
        org_units.update()
        .where(
            org_units.c.tenant == tenant,
            org_units.c.id == unit_id,
            org_units.c.revision == revision,
        )
        .values(revision=revision + 1, **values)
    )
    return done.rowcount == 1


def move_unit(conn: Connection, tenant: str, path: str, parent_id: str, new_path: str) -> None:
    """Hangs a unit and all below it under another parent."""
    conn.execute(
        org_units.update()
        .where(org_units.c.tenant == tenant, _below([path]))
        .values(path=new_path + func.substr(org_units.c.path, len(path) + 1))
    )
    conn.execute(
        org_units.update()
        .where(org_units.c.tenant == tenant, org_units.c.path == new_path)
        .values(parent_id=parent_id)
    )


def delete_unit(conn: Connection, tenant: str, unit_id: str) -> None:
    conn.execute(org_units.delete().where(org_units.c.tenant == tenant, org_units.c.id == unit_id))


def _below(paths: Iterable[str]) -> Any:
    return or_(*(org_units.c.path.startswith(path, autoescape=True) for path in paths))
