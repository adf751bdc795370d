"""What is due next in a scratch database, and what was opened there: tasks, calls, waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, and_, case, literal_column, select
from sqlalchemy.engine import Connection

from engine.store.accounts import users
from engine.store.bulk import insert_new, update_many
from engine.store.connections import connections
from engine.store.db import all_tenants
from engine.store.effects import effects
from engine.store.scratch.shelf import Kept
from engine.store.scratch.shelves import shelves_of
from engine.store.settlement_bookings import earned_next, settlement_refunds
from engine.store.tasks import task_people, tasks

_A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Due:
    """Something that will happen by itself, and whose matter it is ("" is nobody's alone)."""

    at: datetime
    owner: str


def due_next(conn: Connection, limit: int) -> list[Due]:
    """The next timers, calls and schedules with the owners of their runs, in order of time."""
    shelves = shelves_of(conn)
    found = [Due(row.due_at, row.owner) for row in shelves.timers.next(limit)]
    if "effects" in shelves.written_to:
        found += _calls_due(conn, limit)
    found += [Due(at, "") for at in shelves.next_schedules(conn)]
    found.sort(key=_at)
    return found[:limit]


def _at(due: Due) -> datetime:
    return due.at


def _calls_due(conn: Connection, limit: int) -> list[Due]:
    """Calls that may go by then: not before their circuit closes, nor past an older one."""
    older = effects.alias("older")
    behind = (
        select(1)
        .where(
            older.c.tenant == effects.c.tenant,
            older.c.connection == effects.c.connection,
            older.c.subject == effects.c.subject,
            older.c.id < effects.c.id,
            older.c.status == "pending",
        )
        .exists()
    )
    at = case(
        (connections.c.open_until > effects.c.next_at, connections.c.open_until),
        else_=effects.c.next_at,
    )
    found = conn.execute(
        all_tenants(
            select(at.label("at"), effects.c.run_id)
            .outerjoin(
                connections,
                and_(
                    connections.c.tenant == effects.c.tenant,
                    connections.c.key == effects.c.connection,
                ),
            )
            .where(effects.c.status == "pending", ~behind)
            .order_by(at)
            .limit(limit)
        )
    ).all()
    owners = shelves_of(conn).owners_of(conn, [row.run_id for row in found])
    return [Due(row.at, owners[row.run_id]) for row in found]


def due_in_settlement(conn: Connection, limit: int, refunds_wait: timedelta) -> list[Due]:
    """When order lines are earned and lost refunds told, with the order each is of."""
    refunds, earned = settlement_refunds, earned_next(conn, limit)
    lost = conn.execute(
        all_tenants(
            select(refunds.c.kept_at, refunds.c.order_key)
            .where(refunds.c.status == "kept", refunds.c.told_at.is_(None))
            .order_by(refunds.c.kept_at)
            .limit(limit)
        )
    ).all()
    found = [Due(row.earned_at, _owner(row.order_key)) for row in earned]
    # Told when it is longer than that, not when it is as long.
    found += [Due(row.kept_at + refunds_wait + _A_MOMENT, _owner(row.order_key)) for row in lost]
    return sorted(found, key=lambda due: due.at)[:limit]


def _owner(order_key: str) -> str:
    platform, _, rest = order_key.partition("/")
    return f"order:{platform}/{rest.rpartition('/')[2]}"


def pending_calls(conn: Connection) -> list[Any]:
    """Calls nobody has tried yet: key, step, connection, action, made_at, next_at."""
    columns = (
        effects.c.key,
        effects.c.run_id,
        effects.c.step,
        effects.c.connection,
        effects.c.action,
        effects.c.made_at,
        effects.c.next_at,
    )
    return list(
        conn.execute(
            all_tenants(
                select(*columns).where(effects.c.status == "pending", effects.c.attempts == 0)
            )
        ).all()
    )


def new_tasks(conn: Connection, after: int) -> list[Any]:
    """Tasks opened since, with their run's owner, by the number of their row."""
    shelves = shelves_of(conn)
    if "tasks" not in shelves.written_to:
        return []
    shelves.written_to.discard("tasks")
    number = literal_column("tasks.rowid", Integer)
    rows = conn.execute(
        all_tenants(select(number.label("number"), tasks).where(number > after).order_by(number))
    ).all()
    owners = shelves.owners_of(conn, [row.run_id for row in rows])
    return [Kept({**row._mapping, "owner": owners[row.run_id]}) for row in rows]


def name_of_user(conn: Connection, tenant: str, user_id: str) -> str | None:
    found: str | None = conn.execute(
        select(users.c.name).where(users.c.tenant == tenant, users.c.id == user_id)
    ).scalar()
    return found


def put_stand_in(
    conn: Connection, tenant: str, user_id: str, name: str, task_id: str, now: datetime
) -> None:
    """Somebody who may answer a task that nobody else may."""
    insert_new(
        conn,
        users,
        [
            {
                "id": user_id,
                "tenant": tenant,
                "login": user_id,
                "name": name,
                "locale": "zh",
                "status": "active",
                "must_change_password": False,
                "revision": 1,
                "created_at": now,
            }
        ],
        ("id",),
    )
    row = {"task_id": task_id, "user_id": user_id, "tenant": tenant}
    insert_new(conn, task_people, [row], ("task_id", "user_id"))


def open_waits(conn: Connection) -> list[Any]:
    """Every wait for an event there is, with its run's owner."""
    shelves = shelves_of(conn)
    rows = [row for _, row in sorted(shelves.waits.rows.items())]
    owners = shelves.owners_of(conn, [row.run_id for row in rows])
    return [Kept({**row.__dict__, "owner": owners[row.run_id]}) for row in rows]


def has_due_calls(conn: Connection, now: datetime) -> bool:
    """Whether a call waits whose time has come."""
    if "effects" not in shelves_of(conn).written_to:
        return False
    found = conn.execute(
        all_tenants(
            select(effects.c.id)
            .where(effects.c.status == "pending", effects.c.next_at <= now)
            .limit(1)
        )
    )
    return found.first() is not None


def delay_calls(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Calls that take their time: key, next_at."""
    update_many(conn, effects, rows, ("key",))
