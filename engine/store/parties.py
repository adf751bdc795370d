"""Parties (合作方): creators, agencies, dealers, franchisees, providers, staff; and their names on
the platforms, by which an order finds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, bindparam, select
from sqlalchemy.engine import Connection

from engine.store.among import among, among_pairs_named
from engine.store.bulk import insert_many
from engine.store.db import Json, Moment, metadata, tenant_column
from engine.store.seam import kept_in_memory

parties = Table(
    "parties",
    metadata,
    Column("id", Text, primary_key=True),  # pty_…
    tenant_column(),
    Column("kind", Text, nullable=False),  # creator, agency, dealer, franchisee, provider, employee
    Column("name", Text, nullable=False),
    Column("parent_id", Text, ForeignKey("parties.id")),
    Column("org_unit_id", Text),
    Column("user_id", Text),  # the partner's own user: reads what is theirs
    Column("contract_entity", Text),  # 签约主体
    Column("contract_from_on", Text),
    Column("contract_until_on", Text),
    Column("tax_status", Text),
    Column("level", Text),
    Column("settlement_period", Text),
    Column("rhythm", Json),  # [[first day, kind]] once the period was changed
    Column("credit_days", Integer),
    Column("bank_sealed", Text),
    Column("bank_asked", Json),  # {"sealed", "by", "at"}: waits for another person
    Column("bank_changed_at", Moment),
    Column("fields", Json, nullable=False),  # own fields; retention, least payout
    Column("created_at", Moment, nullable=False),
    Index("ix_parties_tenant_kind", "tenant", "kind"),
    Index("ix_parties_tenant_user_id", "tenant", "user_id"),
)

party_accounts = Table(
    "party_accounts",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("platform", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    Column("party_id", Text, ForeignKey("parties.id"), nullable=False, index=True),
)


def insert_party(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(parties.insert().values(**row))


def update_party(conn: Connection, tenant: str, id_: str, values: Mapping[str, Any]) -> bool:
    done = conn.execute(
        parties.update().where(parties.c.tenant == tenant, parties.c.id == id_).values(**values)
    )
    return done.rowcount == 1


def find_party(conn: Connection, tenant: str, id_: str) -> Any | None:
    return conn.execute(
        select(parties).where(parties.c.tenant == tenant, parties.c.id == id_)
    ).first()


def lock_party(conn: Connection, tenant: str, id_: str) -> Any | None:
    """The row, held until the transaction ends."""
    return conn.execute(
        select(parties).where(parties.c.tenant == tenant, parties.c.id == id_).with_for_update()
    ).first()


def parties_by_id(conn: Connection, tenant: str, ids: Iterable[str]) -> dict[str, Any]:
    wanted = set(ids)
    if not wanted:
        return {}
    found = conn.execute(
        select(parties).where(parties.c.tenant == tenant, among(parties.c.id, wanted))
    )
    return {row.id: row for row in found}


@kept_in_memory
def rhythms_of(conn: Connection, tenant: str, ids: Iterable[str]) -> dict[str, Any]:
    """{id: its settlement_period and rhythm}."""
    columns = [parties.c[name] for name in ("id", "settlement_period", "rhythm")]
    found = conn.execute(
        select(*columns).where(parties.c.tenant == tenant, among(parties.c.id, set(ids)))
    )
    return {row[0]: row for row in found}


def ids_by_name(conn: Connection, tenant: str, names: Iterable[str]) -> dict[str, str]:
    """{name: id} of the names that only one party has."""
    wanted = set(names)
    if not wanted:
        return {}
    rows = conn.execute(
        select(parties.c.name, parties.c.id).where(
            parties.c.tenant == tenant, among(parties.c.name, wanted)
        )
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.name, []).append(row.id)
    return {name: ids[0] for name, ids in found.items() if len(ids) == 1}


def list_parties(
    conn: Connection,
    tenant: str,
    *,
    kind: str | None = None,
    q: str | None = None,
    user: str | None = None,
    after: str = "",
    limit: int = 100,
) -> list[Any]:
    """By id, after the id `after`; `q` is a part of the name."""
    where = [parties.c.tenant == tenant, parties.c.id > after]
    if kind:
        where.append(parties.c.kind == kind)
    if user:
        where.append(parties.c.user_id == user)
    if q:
        where.append(parties.c.name.contains(q, autoescape=True))
    return list(conn.execute(select(parties).where(*where).order_by(parties.c.id).limit(limit)))


def all_party_ids(conn: Connection, tenant: str) -> frozenset[str]:
    found = conn.execute(select(parties.c.id).where(parties.c.tenant == tenant))
    return frozenset(found.scalars())


@kept_in_memory
def find_by_account(
    conn: Connection, tenant: str, pairs: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Any]:
    """{(platform, id there): the party's id, kind, name, level and parent}."""
    wanted = set(pairs)
    if not wanted:
        return {}
    found = conn.execute(_BY_ACCOUNT, {"tenant": tenant, "pairs": wanted})
    return {(row.platform, row.external_id): row for row in found}


_BY_ACCOUNT = (  # built once: each batch of orders and each quote asks it
    select(
        party_accounts.c.platform,
        party_accounts.c.external_id,
        *(parties.c[name] for name in ("id", "kind", "name", "level", "parent_id")),
    )
    .join(parties, parties.c.id == party_accounts.c.party_id)
    .where(
        party_accounts.c.tenant == bindparam("tenant"),
        parties.c.tenant == bindparam("tenant"),
        among_pairs_named(party_accounts.c.platform, party_accounts.c.external_id, "pairs"),
    )
)


def accounts_of(conn: Connection, tenant: str, party_id: str) -> list[Any]:
    """(platform, external_id) rows of one party."""
    return list(
        conn.execute(
            select(party_accounts.c.platform, party_accounts.c.external_id)
            .where(party_accounts.c.tenant == tenant, party_accounts.c.party_id == party_id)
            .order_by(party_accounts.c.platform, party_accounts.c.external_id)
        )
    )


def set_accounts(
    conn: Connection, tenant: str, party_id: str, pairs: Sequence[tuple[str, str]]
) -> None:
    """All names of a party on platforms; one that another party has is a Conflict."""
    conn.execute(
        party_accounts.delete().where(
            party_accounts.c.tenant == tenant, party_accounts.c.party_id == party_id
        )
    )
    rows = [
        {"tenant": tenant, "platform": platform, "external_id": id_, "party_id": party_id}
        for platform, id_ in dict.fromkeys(pairs)
    ]
    insert_many(conn, party_accounts, rows)
