"""Events: stored once, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, SmallInteger, Table, Text, UniqueConstraint, select
from sqlalchemy.engine import Connection

from engine.core.ids import first_id
from engine.store.among import among, among_pairs, belongs_to
from engine.store.bulk import insert_new
from engine.store.copying import WORTH_IT, copy_new
from engine.store.db import Json, Moment, metadata, tenant_column
from engine.store.rows import plain_rows
from engine.store.seam import kept_in_memory

events = Table(
    "events",
    metadata,
    Column("id", Text, primary_key=True),  # evt_…, sorts by time of receipt
    tenant_column(),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("time", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("owner", Text, nullable=False),  # "customer:cus_…", "order:…": whose lane
    Column("lane", SmallInteger, nullable=False),
    Column("connection", Text),
    Column("chain", Json),  # causation: what led to an event of our own
    Column("data", Json, nullable=False),
    UniqueConstraint("tenant", "source", "external_id"),
    Index("ix_events_tenant_owner_id", "tenant", "owner", "id"),
)

_COLUMNS = tuple(events.c)


def store_events(
    conn: Connection, rows: Sequence[Mapping[str, Any]], *, as_new: bool = False
) -> set[tuple[Any, ...]]:
    """Stores what is new; returns (tenant, source, external id) of those.

    Many of which all are thought to be new cost half; then IsThere when one is not.
    """
    store = copy_new if as_new and len(rows) >= WORTH_IT else insert_new
    return set(store(conn, events, rows, ("tenant", "source", "external_id")))


@kept_in_memory
def find_events(conn: Connection, tenant: str, ids: Iterable[str]) -> list[Any]:
    return plain_rows(
        conn.execute(
            select(*_COLUMNS).where(belongs_to(events.c.tenant, tenant), among(events.c.id, ids))
        )
    )


def find_ids(conn: Connection, tenant: str, pairs: Sequence[tuple[str, str]]) -> dict[Any, str]:
    """{(source, external id): id} of those that are stored."""
    found = conn.execute(
        select(events.c.source, events.c.external_id, events.c.id).where(
            events.c.tenant == tenant,
            among_pairs(events.c.source, events.c.external_id, pairs),
        )
    )
    return {(row[0], row[1]): row[2] for row in found}


def events_since(
    conn: Connection,
    tenant: str,
    owner: str | None,
    type_: str,
    since: datetime,
    page: int = 500,
) -> Iterator[Any]:
    """Events of a type ("order.paid", "order.*") since a millisecond, oldest first, page by page.

    Of one owner, or of all: what is behind the key of another record only the events themselves
    tell. Ids sort by receipt.
    """
    after = first_id("evt", since)
    where = [events.c.tenant == tenant]
    if owner is not None:
        where.append(events.c.owner == owner)
    if type_.endswith("*"):
        where.append(events.c.type.startswith(type_[:-1], autoescape=True))
    else:
        where.append(events.c.type == type_)
    is_first = True
    while True:
        beyond = events.c.id >= after if is_first else events.c.id > after
        rows = conn.execute(
            select(*_COLUMNS).where(*where, beyond).order_by(events.c.id).limit(page)
        ).all()
        yield from rows
        if len(rows) < page:
            return
        after, is_first = rows[-1].id, False


def list_events(
    conn: Connection,
    tenant: str,
    *,
    before: str | None = None,
    type_: str | None = None,
    owner: str | None = None,
    subject: str | None = None,
    limit: int = 50,
) -> list[Any]:
    """Newest first, before the id `before`."""
    where = [events.c.tenant == tenant]
    if before:
        where.append(events.c.id < before)
    if type_:
        where.append(events.c.type == type_)
    if owner:
        where.append(events.c.owner == owner)
    if subject:
        where.append(events.c.subject == subject)
    return list(
        conn.execute(
            select(*_COLUMNS).where(*where).order_by(events.c.id.desc()).limit(limit)
        ).all()
    )


def list_orders(conn: Connection, tenant: str, *, before: str | None, limit: int) -> list[Any]:
    """Events of orders, newest first, before an id."""
    where = [events.c.tenant == tenant, events.c.type.startswith("order.")]
    if before:
        where.append(events.c.id < before)
    return list(
        conn.execute(
            select(*_COLUMNS).where(*where).order_by(events.c.id.desc()).limit(limit)
        ).all()
    )
