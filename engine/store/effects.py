"""The outbox: external effects, each delivered once under its key.

`sending` is written before the call leaves. What is still `sending` when its lease is over was
cut off: the effect's class says what happens then (engine/runtime/outbox.py). Leases are by the
database's clock, as those of lanes; when an attempt is due is by the world's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    any_,
    bindparam,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.bulk import insert_new, update_held, update_many
from engine.store.copying import copy_many
from engine.store.db import (
    Json,
    Moment,
    Whole,
    all_tenants,
    later_sql,
    metadata,
    now_sql,
    tenant_column,
)
from engine.store.rows import plain_rows

effects = Table(
    "effects",
    metadata,
    Column("id", Whole, primary_key=True, autoincrement=True),
    # The idempotency key. It begins as the run's id does (core/effect.py), so its index finds a
    # run's effects too.
    Column("key", Text, nullable=False, unique=True),
    tenant_column(),
    Column("run_id", Text, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("token", Text),  # null: nobody waits for the answer
    Column("step", Text, nullable=False),
    Column("connection", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("args", Json, nullable=False),
    Column("effect_class", Text, nullable=False),
    Column("subject", Text),
    Column("retry", Json),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", Moment, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_until", Moment),
    Column("made_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("output", Json),
    Column("error", Json),
    Column("decided_by", Text),  # who last said what became of it
    sqlite_autoincrement=True,
)
# Only what is under way is in these: finished rows cost nothing.
Index(
    "ix_effects_due",
    effects.c.next_at,
    effects.c.id,
    postgresql_where=effects.c.status == "pending",
    sqlite_where=effects.c.status == "pending",
)
Index(
    "ix_effects_subject",
    effects.c.connection,
    effects.c.subject,
    effects.c.id,
    postgresql_where=effects.c.status.in_(("pending", "sending")),
    sqlite_where=effects.c.status.in_(("pending", "sending")),
)
Index(
    "ix_effects_sending",
    effects.c.claimed_until,
    postgresql_where=effects.c.status == "sending",
    sqlite_where=effects.c.status == "sending",
)
# As constants: a prepared statement with parameters could not use the indexes above.
_UNDER_WAY: Any = (literal_column("'pending'"), literal_column("'sending'"))
is_pending = effects.c.status == _UNDER_WAY[0]
is_under_way = effects.c.status.in_(_UNDER_WAY)
_is_sending = effects.c.status == _UNDER_WAY[1]


def add_effects(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Effects of runs that are new themselves: no key of theirs can be there."""
    copy_many(conn, effects, rows)


def store_effects(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """New effects. One whose key is known is the same effect, asked again after an incident.

    It keeps its row and takes over the new token; returned are those of them that have ended.
    """
    fresh = {row[0] for row in insert_new(conn, effects, rows, ("key",))}
    again = [row for row in rows if row["key"] not in fresh]
    ended = []
    for row in again:
        held = conn.execute(
            all_tenants(
                effects.update()
                .where(effects.c.key == row["key"])
                .values(token=row["token"])
                .returning(effects)
            )
        ).one()
        if held.status in ("delivered", "failed", "unknown"):
            ended.append(held)
    return ended


def claim_effects(
    conn: Connection,
    who: str,
    now: datetime,
    lasts_for: timedelta,
    limit: int,
    closed: Iterable[tuple[str, str]] = (),
) -> list[Any]:
    """Pending effects that are due, longest due first; marked `sending` and in the order made.

    Left out: those of a (tenant, connection) in `closed`, and those with an older unfinished effect
    of the same connection and subject. Of several for one subject only the oldest is claimed.
    """
    older = effects.alias("older")
    before = (
        select(1)
        .where(
            older.c.tenant == effects.c.tenant,
            older.c.connection == effects.c.connection,
            older.c.subject == effects.c.subject,
            older.c.id < effects.c.id,
            older.c.status.in_(_UNDER_WAY),
        )
        .exists()
    )
    # Asked in so many words: as a join of all that waits with all that waits, each claim would take
    # the square of the backlog.
    is_first = effects.c.subject.is_(None) | ~before
    where = [is_pending, effects.c.next_at <= now, is_first]
    for tenant, connection in closed:
        where.append((effects.c.tenant != tenant) | (effects.c.connection != connection))
    due = (
        select(effects.c.id)
        .where(*where)
        .order_by(effects.c.next_at, effects.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = [row[0] for row in conn.execute(all_tenants(due)).all()]
    if not ids:
        return []
    taken = conn.execute(
        all_tenants(
            effects.update()
            # By id alone: they are locked by now, and with the status named the planner would walk
            # through the index of all that is pending instead.
            .where(among(effects.c.id, ids))
            .values(
                status="sending",
                claimed_by=who,
                claimed_until=later_sql(conn, lasts_for),
                attempts=effects.c.attempts + 1,
            )
            .returning(effects)
        )
    )
    return sorted(plain_rows(taken), key=lambda row: row.id)


def known_keys(conn: Connection, keys: Iterable[str]) -> set[str]:
    """Which of these effects are stored already."""
    found = conn.execute(all_tenants(select(effects.c.key).where(among(effects.c.key, keys))))
    return {row[0] for row in found}


def has_due_for(conn: Connection, tenant: str, connection: str, now: datetime) -> bool:
    """Whether anything that is due waits for its turn at a connection."""
    found = conn.execute(
        select(effects.c.id)
        .where(
            is_pending,
            effects.c.tenant == tenant,
            effects.c.connection == connection,
            effects.c.next_at <= now,
        )
        .limit(1)
    )
    return found.first() is not None


def subjects_under_way(
    conn: Connection, tenant: str, connection: str, subjects: Iterable[str], who: str
) -> set[str]:
    """Those of the subjects for which a call waits, or is on its way from another worker."""
    is_one: ColumnElement[bool] = among(effects.c.subject, subjects)
    if conn.dialect.name == "postgresql":
        # As an array PostgreSQL looks it up by hash. A list it has to read first it goes through
        # again for each call under way, of which there are as many as subjects.
        array = bindparam(None, list(subjects), type_=postgresql.ARRAY(Text))
        is_one = effects.c.subject == any_(array)
    found = conn.execute(
        select(effects.c.subject)
        .where(
            effects.c.tenant == tenant,
            effects.c.connection == connection,
            is_one,
            is_under_way,
            is_pending | (effects.c.claimed_by != who),
        )
        .distinct()
    )
    return {row[0] for row in found}


def set_classes(conn: Connection, classes: Mapping[str, str]) -> dict[str, Any]:
    """Other effect classes for some claimed effects, {key: class}; the changed rows by key."""
    update_many(
        conn,
        effects,
        [{"key": key, "effect_class": class_} for key, class_ in classes.items()],
        ("key",),
    )
    found = conn.execute(all_tenants(select(effects).where(among(effects.c.key, classes))))
    return {row.key: row for row in found}


def renew_claims(conn: Connection, who: str, lasts_for: timedelta) -> None:
    """Says that this worker is still at it: what it claimed is not cut off."""
    conn.execute(
        all_tenants(
            effects.update()
            .where(_is_sending, effects.c.claimed_by == who)
            .values(claimed_until=later_sql(conn, lasts_for))
        )
    )


def settle_effects(conn: Connection, who: str, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Writes what became of effects this worker claimed; returns the keys that were still its own.

    Rows: key, status, next_at, ended_at, output, error, attempts.
    """
    return update_held(conn, effects, rows, "key", {"claimed_by": who, "status": "sending"})


def forget_claims(conn: Connection, claimers: str) -> None:
    """What workers with names that begin so had claimed is cut off: their process is dead."""
    of_them = effects.c.claimed_by.startswith(claimers, autoescape=True)
    conn.execute(
        all_tenants(effects.update().where(_is_sending, of_them).values(claimed_until=now_sql()))
    )


def cut_off(conn: Connection, limit: int) -> list[Any]:
    """Effects whose sender did not come back, for this transaction alone."""
    return list(
        conn.execute(
            all_tenants(
                select(effects)
                .where(_is_sending, effects.c.claimed_until <= now_sql())
                .order_by(effects.c.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
        ).all()
    )


def of_run(run_id: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The effect is this run's (a text, or an expression): by the beginning of its key."""
    begins = literal("eff_", Text) + func.substr(run_id, len("run_") + 1)
    # What follows is hexadecimal: no collation puts anything of it behind a "g".
    return effects.c.key > begins + "_", effects.c.key < begins + "_g"


def effects_of_run(conn: Connection, tenant: str, run_id: str) -> list[Any]:
    return list(
        conn.execute(
            select(effects)
            .where(effects.c.tenant == tenant, *of_run(run_id))
            .order_by(effects.c.id)
        ).all()
    )


def find_effect(conn: Connection, tenant: str, key: str) -> Any | None:
    return conn.execute(
        select(effects).where(effects.c.tenant == tenant, effects.c.key == key)
    ).first()


def has_due(conn: Connection, now: datetime) -> bool:
    found = conn.execute(
        all_tenants(select(effects.c.id).where(is_pending, effects.c.next_at <= now).limit(1))
    )
    return found.first() is not None


def count_by_status(conn: Connection, tenant: str) -> dict[str, int]:
    found = conn.execute(
        select(effects.c.status, func.count())
        .where(effects.c.tenant == tenant)
        .group_by(effects.c.status)
    )
    return {row[0]: row[1] for row in found}


def put_back(conn: Connection, keys: Iterable[str], now: datetime) -> None:
    """Cut-off effects that may go again under their key."""
    conn.execute(
        all_tenants(
            effects.update()
            .where(among(effects.c.key, keys), _is_sending)
            .values(status="pending", next_at=now, claimed_by=None, claimed_until=None)
        )
    )


def mark_unknown(
    conn: Connection, keys: Iterable[str], error: Mapping[str, Any], now: datetime
) -> None:
    """Cut-off effects of which nobody knows whether they arrived."""
    conn.execute(
        all_tenants(
            effects.update()
            .where(among(effects.c.key, keys), _is_sending)
            .values(status="unknown", error=dict(error), ended_at=now, claimed_by=None)
        )
    )


def decide_effect(conn: Connection, tenant: str, key: str, values: Mapping[str, Any]) -> Any | None:
    """A person's word on an effect whose result is unknown; None when it no longer is."""
    return conn.execute(
        effects.update()
        .where(
            effects.c.tenant == tenant,
            effects.c.key == key,
            effects.c.status.in_(("unknown", "failed")),
        )
        .values(**values)
        .returning(effects)
    ).first()


def next_due(conn: Connection) -> datetime | None:
    """When the next pending effect is due."""
    found: datetime | None = conn.execute(
        all_tenants(select(func.min(effects.c.next_at)).where(is_pending))
    ).scalar()
    return found


def waiting_for(conn: Connection, tenant: str, connection: str) -> int:
    """How many effects wait for a connection, those under way included."""
    found = conn.execute(
        select(func.count()).where(
            effects.c.tenant == tenant,
            effects.c.connection == connection,
            is_under_way,
        )
    )
    return int(found.scalar_one())
