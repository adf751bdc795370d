"""Customers, their identities, and the history of what changed.

An identity (kind, value) belongs to one customer of a tenant. Values of personal kinds (phone,
e-mail, id card, address) are kept as a blind index beside the sealed value; a platform's own ids
are plain. Of two customers who may be one person a candidate is kept, for a person to decide.
After a merge the old customer's row stays as an alias, and its identities are the other's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, Table, Text, select, text
from sqlalchemy.engine import Connection

from engine.store.among import PAIRS_GIVEN, among, among_pairs, belongs_to, pairs_given
from engine.store.bulk import insert_new, update_many
from engine.store.copying import copy_many, copy_new
from engine.store.db import Json, JsonB, Moment, Whole, metadata, tenant_column
from engine.store.rows import plain_rows
from engine.store.seam import kept_in_memory

# Personal by themselves, unlike a platform's own ids: kept sealed and found by a blind index.
SEALED_KINDS = frozenset({"phone", "receiver_phone", "email", "id_card", "address"})

customers = Table(
    "customers",
    metadata,
    Column("id", Text, primary_key=True),  # cus_…
    tenant_column(),
    Column("name", Text),
    Column("phone", Text),  # masked, for reading; the whole one is a sealed identity
    Column("level", Text),
    Column("tags", JsonB, nullable=False),
    Column("fields", JsonB, nullable=False),  # the tenant's own fields
    Column("consent", Json, nullable=False),  # {channel: true | false}
    Column("owner_user", Text),
    Column("merged_into", Text),
    Column("revision", Integer, nullable=False, default=1),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("ix_customers_tenant_id", "tenant", "id"),
    # Changed again and again: room beside each row spares the indexes.
    postgresql_with={"fillfactor": 80},
)

identities = Table(
    "identities",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),  # plain, or the blind index of a personal kind
    Column("customer_id", Text, nullable=False),
    Column("sealed", Text),
    Column("source", Text),
    Column("seen_at", Moment, nullable=False),
    Index("ix_identities_customer_id", "customer_id"),
)

merge_candidates = Table(
    "merge_candidates",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("customer_id", Text, primary_key=True),  # of the two ids the one that sorts first
    Column("other_id", Text, primary_key=True),
    Column("because", Json, nullable=False),  # [{kind, value}], personal values masked
    Column("event_id", Text, nullable=False),  # the event that showed it
    Column("status", Text, nullable=False),  # open | merged | kept_apart
    Column("found_at", Moment, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Moment),
    Index("ix_merge_candidates_tenant_status_found_at", "tenant", "status", "found_at"),
)

customer_history = Table(
    "customer_history",
    metadata,
    Column("id", Whole, primary_key=True, autoincrement=True),
    tenant_column(),
    Column("customer_id", Text, nullable=False),
    Column("field", Text, nullable=False),  # "tags", "level", a field's key, "owner_user"
    Column("old", Json),
    Column("new", Json),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),  # effect key or user id
    Index("ix_customer_history_tenant_customer_id", "tenant", "customer_id", "id"),
    sqlite_autoincrement=True,
)

caps = Table(
    "caps",
    metadata,
    Column("id", Whole, primary_key=True, autoincrement=True),
    tenant_column(),
    Column("owner", Text, nullable=False),
    Column("cap", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("key", Text, nullable=False, unique=True),  # of the effect that took it
    Index("ix_caps_tenant_owner_cap_at", "tenant", "owner", "cap", "at"),
    sqlite_autoincrement=True,
)

marks = Table(
    "marks",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("trigger", Text, primary_key=True),  # "<flow id>/<node id>"
    Column("key", Text, primary_key=True),  # the counting key
    Column("event_id", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("value", Text),  # the value that is to differ
)


@kept_in_memory
def find_by_identity(
    conn: Connection, tenant: str, wanted: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """{(kind, value): customer id} of the identities known."""
    pairs = set(wanted)
    if not pairs:
        return {}
    if conn.dialect.name == "postgresql":
        found = conn.execute(_BY_IDENTITY, {"tenant": tenant, **pairs_given(pairs)}).all()
    else:
        is_one = among_pairs(identities.c.kind, identities.c.value, pairs)
        columns = (identities.c.kind, identities.c.value, identities.c.customer_id)
        found = conn.execute(select(*columns).where(identities.c.tenant == tenant, is_one)).all()
    return {(row[0], row[1]): row[2] for row in found}


# One look into the primary key for each: as a list, PostgreSQL would look for them in all of a
# table that has grown since its statistics were made. No other index begins with the tenant.
_BY_IDENTITY = text(
    "SELECT found.kind, found.value, found.customer_id "
    f"FROM {PAIRS_GIVEN} AS pair(kind, value) CROSS JOIN LATERAL "
    "(SELECT kind, value, customer_id FROM identities "
    "WHERE tenant = :tenant AND kind = pair.kind AND value = pair.value LIMIT 1) AS found"
)


def store_identities(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """New identities; IsThere when one of them was not free."""
    copy_new(conn, identities, rows, ("tenant", "kind", "value"))


def store_candidates(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Who may be one person; what is known of two already, decided or not, stays as it is."""
    insert_new(conn, merge_candidates, rows, ("tenant", "customer_id", "other_id"))


def list_candidates(
    conn: Connection, tenant: str, *, status: str = "open", limit: int = 50
) -> list[Any]:
    """Pairs of customers who may be one person, the newest first."""
    return list(
        conn.execute(
            select(merge_candidates)
            .where(merge_candidates.c.tenant == tenant, merge_candidates.c.status == status)
            .order_by(
                merge_candidates.c.found_at.desc(),
                merge_candidates.c.customer_id,
                merge_candidates.c.other_id,
            )
            .limit(limit)
        ).all()
    )


def store_customers(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    copy_many(conn, customers, rows)


@kept_in_memory
def load_customers(conn: Connection, tenant: str, ids: Iterable[str]) -> dict[str, Any]:
    found = conn.execute(
        select(customers).where(belongs_to(customers.c.tenant, tenant), among(customers.c.id, ids))
    )
    return {row.id: row for row in plain_rows(found)}


@kept_in_memory
def identities_of(conn: Connection, tenant: str, ids: Iterable[str]) -> dict[str, list[Any]]:
    """{customer id: rows of kind, value, sealed}."""
    found: dict[str, list[Any]] = {}
    rows = conn.execute(
        select(identities.c.customer_id, identities.c.kind, identities.c.value, identities.c.sealed)
        .where(belongs_to(identities.c.tenant, tenant), among(identities.c.customer_id, ids))
        .order_by(identities.c.kind, identities.c.seen_at, identities.c.value)
    )
    for row in plain_rows(rows):
        found.setdefault(row.customer_id, []).append(row)
    return found


def save_customers(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Changed customers: id and all that can change."""
    update_many(conn, customers, rows, ("id",))


def store_history(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    copy_many(conn, customer_history, rows)


def history_of(conn: Connection, tenant: str, customer_id: str, limit: int = 200) -> list[Any]:
    return list(
        conn.execute(
            select(customer_history)
            .where(
                customer_history.c.tenant == tenant,
                customer_history.c.customer_id == customer_id,
            )
            .order_by(customer_history.c.id.desc())
            .limit(limit)
        ).all()
    )


def caps_taken(
    conn: Connection, tenant: str, pairs: Iterable[tuple[str, str]], since: datetime
) -> dict[tuple[str, str], list[datetime]]:
    """{(owner, cap): when it was taken since}, oldest first."""
    wanted = set(pairs)
    found: dict[tuple[str, str], list[datetime]] = {pair: [] for pair in wanted}
    rows = conn.execute(
        select(caps.c.owner, caps.c.cap, caps.c.at)
        .where(
            caps.c.tenant == tenant,
            among_pairs(caps.c.owner, caps.c.cap, wanted),
            caps.c.at >= since,
        )
        .order_by(caps.c.at)
    )
    for row in rows:
        found[row.owner, row.cap].append(row.at)
    return found


def store_caps(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    insert_new(conn, caps, rows, ("key",))


def marks_of(
    conn: Connection, tenant: str, trigger: str, key: str, since: datetime | None
) -> list[Any]:
    """What a counting trigger has seen for a key: rows of event_id, at, value, oldest first."""
    where = [marks.c.tenant == tenant, marks.c.trigger == trigger, marks.c.key == key]
    if since is not None:
        where.append(marks.c.at >= since)
    return list(
        conn.execute(
            select(marks.c.event_id, marks.c.at, marks.c.value).where(*where).order_by(marks.c.at)
        ).all()
    )


def store_marks(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    insert_new(conn, marks, rows, ("tenant", "trigger", "key", "event_id"))


def page_of_customers(conn: Connection, tenant: str, after: str, limit: int) -> list[Any]:
    """Customers by id, after an id; aliases are left out."""
    return list(
        conn.execute(
            select(customers)
            .where(
                customers.c.tenant == tenant,
                customers.c.id > after,
                customers.c.merged_into.is_(None),
            )
            .order_by(customers.c.id)
            .limit(limit)
        ).all()
    )


def customers_named(conn: Connection, tenant: str, part: str, limit: int) -> list[Any]:
    """Customers whose name holds this, the newest first; aliases are left out."""
    return list(
        conn.execute(
            select(customers)
            .where(
                customers.c.tenant == tenant,
                customers.c.name.icontains(part, autoescape=True),
                customers.c.merged_into.is_(None),
            )
            .order_by(customers.c.id.desc())
            .limit(limit)
        ).all()
    )
