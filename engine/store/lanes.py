"""Lanes and the work that waits in them.

A lane is a queue of its own with one worker at a time: `lane = crc32(tenant|owner) % lanes`. Who
works on it holds a lease (owner, epoch, until, by the database's clock). Each batch's transaction
begins with `fence`: a lease that was lost meanwhile lets no row through.

`work` is the inbox of the lanes: events to dispatch, signals for runs, effects for an owner, starts
that pass through a key. Rows are deleted one by one when done, never "all up to n": numbers are
given in order but commit out of order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    cast,
    func,
    select,
    text,
)
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.bulk import delete_many, insert_many
from engine.store.copying import copy_many
from engine.store.db import (
    Json,
    Moment,
    Whole,
    all_tenants,
    later_sql,
    metadata,
    moment_text,
    now_sql,
)
from engine.store.rows import plain_rows
from engine.store.seam import kept_in_memory

lanes = Table(
    "lanes",
    metadata,
    Column("lane", SmallInteger, primary_key=True, autoincrement=False),
    Column("owner", Text),
    Column("epoch", Integer, nullable=False, default=0),
    Column("until", Moment),
    # Each row is changed with every batch: room beside it keeps the change on its page.
    postgresql_with={"fillfactor": 20},
)

work = Table(
    "work",
    metadata,
    Column("id", Whole, primary_key=True, autoincrement=True),
    Column("lane", SmallInteger, nullable=False),
    Column("tenant", Text, nullable=False),
    # event | signal | effect | start | next | look
    Column("kind", Text, nullable=False),
    # event: its id · signal: the run's id · effect, start, next: the owner or key
    Column("ref", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("payload", Json),
    Index("ix_work_lane_id", "lane", "id"),
    sqlite_autoincrement=True,
    # Rows live for moments: by share of the table, vacuum would come far too late.
    postgresql_with={"autovacuum_vacuum_scale_factor": 0, "autovacuum_vacuum_threshold": 5_000},
)


class Plain(dict[str, Any]):
    """A payload of JSON values that nobody changes once it is put: where work is kept in memory,
    it is kept as it is.
    """

    __slots__ = ()


def create_lanes(conn: Connection, count: int) -> None:
    """The lanes of a new installation; their number never changes afterwards."""
    insert_many(conn, lanes, [{"lane": lane, "epoch": 0} for lane in range(count)])


def count_lanes(conn: Connection) -> int:
    return int(conn.execute(select(func.count()).select_from(lanes)).scalar_one())


def put_work(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of lane, tenant, kind, ref, at, payload."""
    copy_many(conn, work, rows)


def lease(conn: Connection, owner: str, limit: int, lasts_for: timedelta) -> dict[int, int]:
    """Takes up to `limit` free lanes that have work, oldest work first: {lane: epoch}."""
    free = (lanes.c.until.is_(None)) | (lanes.c.until < now_sql())
    oldest = select(func.min(work.c.id)).where(work.c.lane == lanes.c.lane).scalar_subquery()
    waiting = (
        select(lanes.c.lane)
        .where(free, oldest.is_not(None))
        .order_by(oldest)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = [row.lane for row in conn.execute(all_tenants(waiting))]
    if not found:
        return {}
    taken = conn.execute(
        lanes.update()
        .where(among(lanes.c.lane, found))
        .values(owner=owner, epoch=lanes.c.epoch + 1, until=later_sql(conn, lasts_for))
        .returning(lanes.c.lane, lanes.c.epoch)
    )
    return {row.lane: row.epoch for row in taken}


@kept_in_memory
def fence(conn: Connection, held: Mapping[int, int], lasts_for: timedelta) -> bool:
    """Renews the lease of every lane in `held` ({lane: epoch}); False when one was lost."""
    kept = conn.execute(lanes.update().where(_held(held)).values(until=later_sql(conn, lasts_for)))
    return kept.rowcount == len(held)


def release(conn: Connection, held: Mapping[int, int]) -> None:
    """Gives lanes back; those that were lost meanwhile are left alone."""
    if held:
        conn.execute(lanes.update().where(_held(held)).values(owner=None, until=None))


def release_all(conn: Connection, owners: str) -> None:
    """Gives back every lane of the owners whose names begin so: their process is known to be dead.

    What it had under way holds the lanes' rows until the database has ended it, one way or the
    other; only then do they come free. Should it be alive after all, it has lost them.
    """
    of_them = lanes.c.owner.startswith(owners, autoescape=True)
    conn.execute(
        lanes.update().where(of_them).values(owner=None, until=None, epoch=lanes.c.epoch + 1)
    )


def _held(held: Mapping[int, int]) -> Any:
    # lane and epoch in one number: a list of pairs would be a list of parameters. Cast first: the
    # product of two small integers would overflow after 32,767 leases of a lane.
    return among(
        cast(lanes.c.epoch, BigInteger) * 65536 + lanes.c.lane,
        [epoch * 65536 + lane for lane, epoch in held.items()],
    )


_CLAIMED = tuple(work.c)
_CLAIM = text(
    "SELECT w.id, w.lane, w.tenant, w.kind, w.ref, w.at, w.payload "
    "FROM unnest(CAST(:lanes AS smallint[])) AS l(lane) "
    "CROSS JOIN LATERAL (SELECT * FROM work WHERE work.lane = l.lane ORDER BY work.id LIMIT :each)"
    " AS w ORDER BY w.id LIMIT :most"
).columns(
    **{name: work.c[name].type for name in ("id", "lane", "tenant", "kind", "ref", "at", "payload")}
)


@kept_in_memory
def claim(conn: Connection, held: Iterable[int], most: int) -> list[Any]:
    """The oldest work of the lanes held, in order: (id, lane, tenant, kind, ref, at, payload).

    Nothing is marked: the lease says whose it is, and what is done is deleted.
    """
    found = sorted(held)
    if conn.dialect.name == "postgresql":
        # Some lanes have less than their share: of each, twice as much is looked at.
        each = max(1, -(-most * 2 // len(found)))
        return plain_rows(conn.execute(_CLAIM, {"lanes": found, "each": each, "most": most}))
    oldest = select(*_CLAIMED).where(work.c.lane.in_(found)).order_by(work.c.id).limit(most)
    return plain_rows(conn.execute(all_tenants(oldest)))


def finish(conn: Connection, ids: Sequence[int]) -> None:
    """Work rows that are done."""
    delete_many(conn, work, "id", ids)


def lanes_with_work(conn: Connection) -> int:
    """How many lanes have work, held or not."""
    there = select(1).where(work.c.lane == lanes.c.lane).exists()
    return int(
        conn.execute(all_tenants(select(func.count()).select_from(lanes).where(there))).scalar_one()
    )


def has_free_work(conn: Connection) -> bool:
    """Whether a lane that nobody holds has work: what a lost wake-up leaves behind."""
    there = select(1).where(work.c.lane == lanes.c.lane).exists()
    free = (lanes.c.until.is_(None)) | (lanes.c.until < now_sql())
    found = conn.execute(all_tenants(select(lanes.c.lane).where(free, there).limit(1)))
    return found.first() is not None


def backlog(conn: Connection) -> tuple[int, datetime | None]:
    """How much work waits, and since when the oldest does."""
    row = conn.execute(all_tenants(select(func.count(), func.min(work.c.at)))).one()
    return int(row[0]), row[1]


__all__ = [
    "Plain",
    "backlog",
    "claim",
    "count_lanes",
    "create_lanes",
    "fence",
    "finish",
    "has_free_work",
    "lanes",
    "lanes_with_work",
    "lease",
    "moment_text",
    "put_work",
    "release",
    "release_all",
    "work",
]
