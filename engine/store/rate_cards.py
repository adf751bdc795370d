"""Rate cards: drafts, their immutable versions, and the plans that lines were priced with.

A plan is a complete set of parameters named by its content; it is kept for ever, so that a refund
years later is priced by the same one (engine/settlement/plan.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, Table, Text, UniqueConstraint, bindparam, select
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.bulk import insert_new
from engine.store.db import Json, Moment, metadata, tenant_column

rate_cards = Table(
    "rate_cards",
    metadata,
    Column("id", Text, primary_key=True),  # card_…
    tenant_column(),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("draft", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("live_version", Integer),  # number of the newest version
    Column("saved_by", Text, nullable=False),  # may not publish it
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("tenant", "key"),
)

rate_card_versions = Table(
    "rate_card_versions",
    metadata,
    Column("id", Text, primary_key=True),  # cv_…
    tenant_column(),
    Column("card_id", Text, ForeignKey("rate_cards.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("document", Json, nullable=False),
    Column("effective_from", Moment),  # null: for orders of any date
    Column("published_by", Text, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("note", Text, nullable=False),
    UniqueConstraint("card_id", "number"),
)

settlement_plans = Table(
    "settlement_plans",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("document", Json, nullable=False),
)


def insert_card(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(rate_cards.insert().values(**row))


def find_card(conn: Connection, tenant: str, key: str) -> Any | None:
    return conn.execute(
        select(rate_cards).where(rate_cards.c.tenant == tenant, rate_cards.c.key == key)
    ).first()


def lock_card(conn: Connection, tenant: str, key: str) -> Any | None:
    """The row, held until the transaction ends: of two who write the second waits."""
    return conn.execute(
        select(rate_cards)
        .where(rate_cards.c.tenant == tenant, rate_cards.c.key == key)
        .with_for_update()
    ).first()


def list_cards(conn: Connection, tenant: str) -> list[Any]:
    return list(
        conn.execute(
            select(rate_cards).where(rate_cards.c.tenant == tenant).order_by(rate_cards.c.key)
        )
    )


def update_card(conn: Connection, tenant: str, card_id: str, values: Mapping[str, Any]) -> None:
    conn.execute(
        rate_cards.update()
        .where(rate_cards.c.tenant == tenant, rate_cards.c.id == card_id)
        .values(**values)
    )


def insert_version(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(rate_card_versions.insert().values(**row))


def find_version(conn: Connection, tenant: str, card_id: str, number: int) -> Any | None:
    return conn.execute(
        select(rate_card_versions).where(
            rate_card_versions.c.tenant == tenant,
            rate_card_versions.c.card_id == card_id,
            rate_card_versions.c.number == number,
        )
    ).first()


def list_versions(conn: Connection, tenant: str, card_id: str) -> list[Any]:
    """Newest first."""
    return list(
        conn.execute(
            select(rate_card_versions)
            .where(rate_card_versions.c.tenant == tenant, rate_card_versions.c.card_id == card_id)
            .order_by(rate_card_versions.c.number.desc())
        )
    )


def published(conn: Connection, tenant: str) -> list[Any]:
    """(card key, version id, number, effective_from) of all versions, newest first per card."""
    return list(conn.execute(_PUBLISHED, {"tenant": tenant}))


_PUBLISHED = (  # each batch of orders and each quote asks this
    select(
        rate_cards.c.key.label("card"),
        rate_card_versions.c.id,
        rate_card_versions.c.number,
        rate_card_versions.c.effective_from,
    )
    .join(rate_card_versions, rate_card_versions.c.card_id == rate_cards.c.id)
    .where(
        rate_cards.c.tenant == bindparam("tenant"),
        rate_card_versions.c.tenant == bindparam("tenant"),
    )
    .order_by(rate_cards.c.key, rate_card_versions.c.number.desc())
)


def documents(conn: Connection, tenant: str, ids: Iterable[str]) -> dict[str, Any]:
    """{version id: document}."""
    wanted = set(ids)
    if not wanted:
        return {}
    found = conn.execute(
        select(rate_card_versions.c.id, rate_card_versions.c.document).where(
            rate_card_versions.c.tenant == tenant, among(rate_card_versions.c.id, wanted)
        )
    )
    return {row.id: row.document for row in found}


def has_published(conn: Connection, tenant: str) -> bool:
    """Whether the tenant settles anything at all: else orders cost nothing more."""
    found = conn.execute(
        select(rate_cards.c.id)
        .where(rate_cards.c.tenant == tenant, rate_cards.c.live_version.is_not(None))
        .limit(1)
    )
    return found.first() is not None


def store_plans(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of tenant, key, document; one that is there is the same."""
    insert_new(conn, settlement_plans, rows, ("tenant", "key"))


def load_plans(conn: Connection, tenant: str, keys: Iterable[str]) -> dict[str, Any]:
    """{key: document}."""
    wanted = set(keys)
    if not wanted:
        return {}
    found = conn.execute(
        select(settlement_plans.c.key, settlement_plans.c.document).where(
            settlement_plans.c.tenant == tenant, among(settlement_plans.c.key, wanted)
        )
    )
    return {row.key: row.document for row in found}
