"""What people have to do, and what they are told: tasks and notices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, SmallInteger, Table, Text, UniqueConstraint, select
from sqlalchemy.engine import Connection

from engine.store.among import among, among_pairs
from engine.store.bulk import insert_new
from engine.store.db import Json, Moment, Whole, all_tenants, metadata, tenant_column
from engine.store.seam import kept_in_memory

tasks = Table(
    "tasks",
    metadata,
    Column("id", Text, primary_key=True),  # task_…
    tenant_column(),
    Column("run_id", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("kind", Text, nullable=False),  # approval | form
    Column("title", Text, nullable=False),
    Column("who", Json, nullable=False),
    Column("form", Json),
    Column("ports", Json, nullable=False),
    Column("details", Json, nullable=False),
    Column("status", Text, nullable=False),  # open | done | withdrawn
    Column("opened_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("closed_at", Moment),
    Column("closed_by", Text),
    Column("answer", Json),
    Index("ix_tasks_tenant_status_id", "tenant", "status", "id"),
    Index("ix_tasks_run_id", "run_id"),
)

task_people = Table(
    "task_people",
    metadata,
    Column("task_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    tenant_column(),
    Index("ix_task_people_tenant_user_id", "tenant", "user_id", "task_id"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Whole, primary_key=True, autoincrement=True),
    tenant_column(),
    Column("user_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("link", Text),
    Column("run_id", Text),
    Column("key", Text, nullable=False),  # of the effect
    Column("at", Moment, nullable=False),
    Column("read_at", Moment),
    UniqueConstraint("key", "user_id"),
    Index("ix_notices_tenant_user_id_id", "tenant", "user_id", "id"),
    sqlite_autoincrement=True,
)


def find_task(conn: Connection, tenant: str, task_id: str) -> Any | None:
    return conn.execute(
        select(tasks).where(tasks.c.tenant == tenant, tasks.c.id == task_id)
    ).first()


def tasks_of(
    conn: Connection, tenant: str, user: str, *, before: str | None = None, limit: int = 50
) -> list[Any]:
    """Open tasks a person may answer, newest first."""
    where = [
        tasks.c.tenant == tenant,
        tasks.c.status == "open",
        task_people.c.tenant == tenant,
        task_people.c.user_id == user,
    ]
    if before:
        where.append(tasks.c.id < before)
    return list(
        conn.execute(
            select(tasks)
            .join(task_people, task_people.c.task_id == tasks.c.id)
            .where(*where)
            .order_by(tasks.c.id.desc())
            .limit(limit)
        ).all()
    )


def close_task(conn: Connection, tenant: str, task_id: str, values: Mapping[str, Any]) -> bool:
    """Closes an open task; False when somebody was faster."""
    done = conn.execute(
        tasks.update()
        .where(tasks.c.tenant == tenant, tasks.c.id == task_id, tasks.c.status == "open")
        .values(**values)
    )
    return done.rowcount == 1


def people_of_task(conn: Connection, tenant: str, task_id: str) -> set[str]:
    found = conn.execute(
        select(task_people.c.user_id).where(
            task_people.c.tenant == tenant, task_people.c.task_id == task_id
        )
    )
    return {row[0] for row in found}


def withdraw_tasks(conn: Connection, pairs: Sequence[tuple[str, str]], now: datetime) -> None:
    """Closes the open tasks of steps that no longer wait: (run id, token)."""
    if pairs:
        conn.execute(
            all_tenants(
                tasks.update()
                .where(among_pairs(tasks.c.run_id, tasks.c.token, pairs), tasks.c.status == "open")
                .values(status="withdrawn", closed_at=now)
            )
        )


def store_notices(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Notices for people: tenant, user_id, title, body, link, at, key, run_id."""
    insert_new(conn, notices, rows, ("key", "user_id"))


@kept_in_memory
def note_untold(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Notices that found nobody: key, title, body. A test run reports them; no table holds them."""


def notices_of(
    conn: Connection, tenant: str, user: str, *, before: int | None = None, limit: int = 50
) -> list[Any]:
    where = [notices.c.tenant == tenant, notices.c.user_id == user]
    if before:
        where.append(notices.c.id < before)
    return list(
        conn.execute(select(notices).where(*where).order_by(notices.c.id.desc()).limit(limit)).all()
    )


def read_notices(
    conn: Connection, tenant: str, user: str, ids: Iterable[int], now: datetime
) -> int:
    """Marks a person's own notices as read; returns how many were not read before."""
    done = conn.execute(
        notices.update()
        .where(
            notices.c.tenant == tenant,
            notices.c.user_id == user,
            notices.c.read_at.is_(None),
            among(notices.c.id, ids),
        )
        .values(read_at=now)
    )
    return done.rowcount
