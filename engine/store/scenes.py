"""Scenes a tenant has installed, with the parameters and connections they were given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Integer, Table, Text, select
from sqlalchemy.engine import Connection

from engine.store.db import Json, Moment, metadata, tenant_column

installed_scenes = Table(
    "installed_scenes",
    metadata,
    Column("id", Text, primary_key=True),  # scn_…
    tenant_column(),
    Column("scene", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("params", Json, nullable=False),
    Column("connections", Json, nullable=False),
    Column("flows", Json, nullable=False),  # keys of the flows it made
    Column("documents", Json),  # {flow key: document} as it was installed: the base of an upgrade
    Column("locale", Text),  # the language it was installed in
    Column("installed_by", Text),
    Column("installed_at", Moment, nullable=False),
    Column("upgraded_at", Moment),
)


def insert_installed(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(installed_scenes.insert().values(**row))


def newest_installed(conn: Connection, tenant: str, scene: str) -> Any | None:
    """The last installation of a scene."""
    return conn.execute(
        select(installed_scenes)
        .where(installed_scenes.c.tenant == tenant, installed_scenes.c.scene == scene)
        .order_by(installed_scenes.c.id.desc())
        .limit(1)
    ).first()


def save_installed(
    conn: Connection, tenant: str, id_: str, version: int, values: Mapping[str, Any]
) -> bool:
    """Writes if `version` is still the one installed."""
    done = conn.execute(
        installed_scenes.update()
        .where(
            installed_scenes.c.tenant == tenant,
            installed_scenes.c.id == id_,
            installed_scenes.c.version == version,
        )
        .values(**values)
    )
    return done.rowcount == 1


def list_installed(conn: Connection, tenant: str) -> list[Any]:
    return list(
        conn.execute(
            select(installed_scenes)
            .where(installed_scenes.c.tenant == tenant)
            .order_by(installed_scenes.c.id)
        ).all()
    )
