"""Settlement periods, how far their closing has come, and coefficients known late.

A period nobody has closed has a row only once something was posted in it; the row is what writers
and the one who closes wait for each other at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, Text, func, or_, select
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.bulk import insert_new
from engine.store.db import Json, Moment, metadata
from engine.store.lanes import work
from engine.store.settlement_accounts import Overtaken

settlement_periods = Table(
    "settlement_periods",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("key", Text, primary_key=True),  # 2026-11, 2026-W46, 2026-11-H1, 2026-Q4
    Column("status", Text, nullable=False),  # open | closing | locked
    Column("closed_by", Text),
    Column("closing_at", Moment),
    Column("drained_at", Moment),  # when all that was on its way into it had been posted
    Column("locked_at", Moment),
    Column("job_id", Text),
    Column("faults", Json),  # [{"account", "message"}]: what kept the closing from its end
)

settlement_closings = Table(
    "settlement_closings",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("party", Text, primary_key=True),
    Column("closed_at", Moment, nullable=False),
)

settlement_coefficients = Table(
    "settlement_coefficients",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("party", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("period", Text, primary_key=True),  # the counting window it is for
    Column("value", Text, nullable=False),
    Column("confirmed_by", Text, nullable=False),
    Column("confirmed_at", Moment, nullable=False),
    Column("note", Text, nullable=False),
)


def find_period(conn: Connection, tenant: str, key: str) -> Any | None:
    table = settlement_periods
    return conn.execute(select(table).where(table.c.tenant == tenant, table.c.key == key)).first()


def lock_period(conn: Connection, tenant: str, key: str) -> Any:
    """The period's row, made where there is none, held until the transaction ends."""
    insert_new(conn, settlement_periods, [_open(tenant, key)], ("tenant", "key"))
    table = settlement_periods
    return conn.execute(
        select(table).where(table.c.tenant == tenant, table.c.key == key).with_for_update()
    ).one()


def demand_open(conn: Connection, tenant: str, keys: Iterable[str]) -> None:
    """Keeps these periods as they are until the transaction ends; Overtaken when one of them takes
    nothing in any more.
    """
    wanted = sorted(set(keys))
    if not wanted:
        return
    insert_new(conn, settlement_periods, [_open(tenant, key) for key in wanted], ("tenant", "key"))
    table = settlement_periods
    found = conn.execute(
        select(_is_shut().label("is_shut"))
        .where(table.c.tenant == tenant, among(table.c.key, wanted))
        .order_by(table.c.key)
        .with_for_update(read=True)
    )
    if any(found.scalars()):
        raise Overtaken


def closed_periods(conn: Connection, tenant: str) -> dict[str, Any]:
    """{key: status} of those that take nothing in any more: a period that is closing does until
    what was on its way has been posted.
    """
    table = settlement_periods
    found = conn.execute(
        select(table.c.key, table.c.status).where(table.c.tenant == tenant, _is_shut())
    )
    return {row.key: row.status for row in found}


def newest_on_its_way(conn: Connection, tenant: str) -> int | None:
    """The number of the newest piece of work that settlement waits for; None when there is none."""
    return conn.execute(select(func.max(work.c.id)).where(*_ours(tenant))).scalar()


def on_its_way(conn: Connection, tenant: str, mark: int) -> int:
    """How many such pieces there are up to that number."""
    asked = select(func.count()).select_from(work).where(*_ours(tenant), work.c.id <= mark)
    return int(conn.execute(asked).scalar_one())


def list_periods(conn: Connection, tenant: str, limit: int) -> list[Any]:
    """Newest key first."""
    table = settlement_periods
    return list(
        conn.execute(
            select(table).where(table.c.tenant == tenant).order_by(table.c.key.desc()).limit(limit)
        )
    )


def update_period(conn: Connection, tenant: str, key: str, values: Mapping[str, Any]) -> None:
    table = settlement_periods
    conn.execute(
        table.update().where(table.c.tenant == tenant, table.c.key == key).values(**values)
    )


def closed_parties(conn: Connection, tenant: str, period: str) -> set[str]:
    """Whose accounts are closed already: a job that begins again leaves them out."""
    table = settlement_closings
    found = conn.execute(
        select(table.c.party).where(table.c.tenant == tenant, table.c.period == period)
    )
    return set(found.scalars())


def note_closed(conn: Connection, tenant: str, period: str, party: str, now: datetime) -> None:
    row = {"tenant": tenant, "period": period, "party": party, "closed_at": now}
    insert_new(conn, settlement_closings, [row], ("tenant", "period", "party"))


def forget_closings(conn: Connection, tenant: str, period: str) -> None:
    """A period that was opened again is closed anew for everybody."""
    table = settlement_closings
    conn.execute(table.delete().where(table.c.tenant == tenant, table.c.period == period))


def put_coefficient(conn: Connection, row: Mapping[str, Any]) -> None:
    """Writes a coefficient: tenant, party, key, period, value, confirmed_by, confirmed_at, note."""
    table = settlement_coefficients
    same = [table.c[name] == row[name] for name in ("tenant", "party", "key", "period")]
    conn.execute(table.delete().where(*same))
    conn.execute(table.insert().values(**row))


def coefficients(
    conn: Connection, tenant: str, *, party: str | None = None, period: str | None = None
) -> list[Any]:
    table = settlement_coefficients
    where = [table.c.tenant == tenant]
    if party is not None:
        where.append(table.c.party == party)
    if period is not None:
        where.append(table.c.period == period)
    return list(
        conn.execute(
            select(table).where(*where).order_by(table.c.period, table.c.party, table.c.key)
        )
    )


def _ours(tenant: str) -> tuple[ColumnElement[bool], ...]:
    """Events to be dispatched, and what is in the lanes of orders, accounts and budgets."""
    lanes = or_(*(work.c.ref.startswith(name) for name in ("sale:", "account:", "budget:")))
    return (
        work.c.tenant == tenant,
        (work.c.kind == "event") | ((work.c.kind == "effect") & lanes),
    )


def _is_shut() -> ColumnElement[bool]:
    table = settlement_periods
    return (table.c.status == "locked") | (
        (table.c.status == "closing") & table.c.drained_at.is_not(None)
    )


def _open(tenant: str, key: str) -> dict[str, Any]:
    return {"tenant": tenant, "key": key, "status": "open"}
