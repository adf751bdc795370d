"""Who is signed in: people's sessions and machines' keys. Only hashes of secrets are stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Table, Text, or_, select
from sqlalchemy.engine import Connection

from engine.store.db import Json, Moment, all_tenants, metadata, tenant_column

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),  # hash of the cookie's value
    tenant_column(),
    Column("user_id", Text, ForeignKey("users.id"), nullable=False, index=True),
    Column("csrf", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("until", Moment, nullable=False, index=True),
    Column("second_factor_at", Moment),  # when it was last given
    Column("address", Text),
    Column("agent", Text),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),  # key_…, the visible part
    tenant_column(),
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("scopes", Json, nullable=False),  # acts
    Column("org_unit_id", Text, ForeignKey("org_units.id")),  # null: the whole tree
    Column("created_by", Text),
    Column("created_at", Moment, nullable=False),
    Column("until", Moment),
    Column("used_at", Moment),
    Column("revoked_at", Moment),
)


def insert_session(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(sessions.insert().values(**row))


def find_session(conn: Connection, session_id: str) -> Any | None:
    """A session by the hash of its cookie, whichever tenant's."""
    return conn.execute(all_tenants(select(sessions).where(sessions.c.id == session_id))).first()


def update_session(
    conn: Connection, tenant: str, session_id: str, values: Mapping[str, Any]
) -> None:
    conn.execute(
        sessions.update()
        .where(sessions.c.tenant == tenant, sessions.c.id == session_id)
        .values(**values)
    )


def list_sessions(conn: Connection, tenant: str, user_id: str, now: datetime) -> list[Any]:
    """Those that have not ended, the one seen last first."""
    return list(
        conn.execute(
            select(sessions)
            .where(
                sessions.c.tenant == tenant, sessions.c.user_id == user_id, sessions.c.until > now
            )
            .order_by(sessions.c.seen_at.desc(), sessions.c.id)
        ).all()
    )


def end_session(conn: Connection, tenant: str, session_id: str) -> None:
    conn.execute(sessions.delete().where(sessions.c.tenant == tenant, sessions.c.id == session_id))


def end_sessions(conn: Connection, tenant: str, user_id: str, *, but: str | None = None) -> int:
    """Signs a person out everywhere, but for one session where it is given."""
    done = conn.execute(
        sessions.delete().where(
            sessions.c.tenant == tenant,
            sessions.c.user_id == user_id,
            sessions.c.id != (but or ""),
        )
    )
    return done.rowcount


def forget_sessions(conn: Connection, before: datetime) -> int:
    """Deletes those that ended before a moment."""
    return conn.execute(all_tenants(sessions.delete().where(sessions.c.until < before))).rowcount


def insert_key(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(api_keys.insert().values(**row))


def find_key(conn: Connection, key_id: str) -> Any | None:
    """A key by its id, whichever tenant's."""
    return conn.execute(all_tenants(select(api_keys).where(api_keys.c.id == key_id))).first()


def find_key_of(conn: Connection, tenant: str, key_id: str) -> Any | None:
    return conn.execute(
        select(api_keys).where(api_keys.c.tenant == tenant, api_keys.c.id == key_id)
    ).first()


def list_keys(
    conn: Connection,
    tenant: str,
    *,
    units: frozenset[str] | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[Any]:
    """Newest first, before the id `before`; only those of these org units, where given."""
    where = [api_keys.c.tenant == tenant]
    if units is not None:
        where.append(api_keys.c.org_unit_id.in_(units))
    if before:
        where.append(api_keys.c.id < before)
    return list(
        conn.execute(
            select(api_keys).where(*where).order_by(api_keys.c.id.desc()).limit(limit)
        ).all()
    )


def touch_key(conn: Connection, key_id: str, now: datetime, not_since: datetime) -> None:
    """Writes when a key was used, unless that was written after `not_since`."""
    conn.execute(
        all_tenants(
            api_keys.update()
            .where(
                api_keys.c.id == key_id,
                or_(api_keys.c.used_at.is_(None), api_keys.c.used_at <= not_since),
            )
            .values(used_at=now)
        )
    )


def revoke_key(conn: Connection, tenant: str, key_id: str, now: datetime) -> bool:
    """Ends a key for good; False when it had ended already."""
    done = conn.execute(
        api_keys.update()
        .where(
            api_keys.c.tenant == tenant, api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None)
        )
        .values(revoked_at=now)
    )
    return done.rowcount == 1
