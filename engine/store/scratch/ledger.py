"""Settlement as it was before a moment: what can be told from rows alone.

Entries, demands, refunds, statements, closings and versions carry their time, so what came later is
left out. What totals were follows from the entries that came later: `later_entries` gives them, the
taking back is done by whoever knows what totals are (engine/runtime/simulate/ledger.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, func, or_, select, update
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.bulk import insert_many, insert_new
from engine.store.parties import parties, party_accounts
from engine.store.rate_cards import rate_card_versions, rate_cards, settlement_plans
from engine.store.scratch.small import copy_rows
from engine.store.settlement_accounts import settlement_accounts, settlement_cells
from engine.store.settlement_bookings import settlement_bookings, settlement_refunds
from engine.store.settlement_budgets import settlement_budgets, settlement_demands
from engine.store.settlement_entries import (
    entries_of_orders,
    entries_since,
    entry_of,
    newest_entries,
    settlement_entries,
)
from engine.store.settlement_locks import settlement_locks
from engine.store.settlement_periods import (
    settlement_closings,
    settlement_coefficients,
    settlement_periods,
)
from engine.store.settlement_posted import heads
from engine.store.settlement_statements import settlement_holds, settlement_statements

_SEALED = {"bank_sealed": None, "bank_asked": None}


def copy_settings(
    source: Connection, target: Connection, tenant: str, before: datetime, *, as_then: bool
) -> bool:
    """Parties, rate cards, periods, coefficients and locks; whether anything is settled at all.

    With `as_then` card versions that were published later are left out: the events are past ones
    of this installation. Events that never happened here are priced by the cards there are.
    """
    copy_rows(source, target, parties, parties.c.tenant == tenant, _SEALED)
    copy_rows(source, target, party_accounts, party_accounts.c.tenant == tenant)
    copy_rows(source, target, rate_cards, rate_cards.c.tenant == tenant)
    where = rate_card_versions.c.tenant == tenant
    if as_then:
        where = and_(where, rate_card_versions.c.published_at < before)
    copy_rows(source, target, rate_card_versions, where)
    _no_version_left(target, tenant)
    _copy_periods(source, target, tenant, before)
    table = settlement_coefficients
    copy_rows(source, target, table, _by(table, "confirmed_at", tenant, before))
    locks = settlement_locks
    there = or_(locks.c.lifted_at.is_(None), locks.c.lifted_at >= before)
    where = and_(_by(locks, "placed_at", tenant, before), there)
    copy_rows(source, target, locks, where, {"lifted_at": None, "lifted_by": None})
    settles = select(rate_cards.c.id).where(
        rate_cards.c.tenant == tenant, rate_cards.c.live_version.is_not(None)
    )
    return target.execute(settles.limit(1)).first() is not None


def _no_version_left(target: Connection, tenant: str) -> None:
    """A card none of whose versions were published by then was not in force."""
    newest = (
        select(func.max(rate_card_versions.c.number))
        .where(
            rate_card_versions.c.tenant == tenant,
            rate_card_versions.c.card_id == rate_cards.c.id,
        )
        .scalar_subquery()
    )
    target.execute(
        update(rate_cards).where(rate_cards.c.tenant == tenant).values(live_version=newest)
    )


def _copy_periods(source: Connection, target: Connection, tenant: str, before: datetime) -> None:
    """A period that began to be closed later was open."""
    table = settlement_periods
    rows = []
    for row in source.execute(select(table).where(table.c.tenant == tenant)):
        found = dict(row._mapping)
        if found["closing_at"] is not None and found["closing_at"] >= before:
            found = {**dict.fromkeys(found), "tenant": tenant, "key": row.key, "status": "open"}
        elif found["locked_at"] is not None and found["locked_at"] >= before:
            found |= {"status": "closing", "locked_at": None}
        rows.append(found)
    insert_many(target, table, rows)
    copy_rows(
        source, target, settlement_closings, _by(settlement_closings, "closed_at", tenant, before)
    )


def budgets_then(
    conn: Connection, tenant: str, before: datetime
) -> list[tuple[Any, int, list[Any]]]:
    """(budget as it is today, what it has let pass since, what it was asked before and did not let
    pass at once) for each budget.
    """
    table = settlement_demands
    later = conn.execute(
        select(table.c.budget, func.sum(table.c.amount))
        .where(table.c.tenant == tenant, table.c.at >= before, table.c.outcome == "pass")
        .group_by(table.c.budget)
    )
    since = {row[0]: int(row[1]) for row in later}
    held: dict[str, list[Any]] = {}
    waited = or_(table.c.outcome != "pass", table.c.decided_by.is_not(None))
    waiting = conn.execute(
        select(table)
        .where(table.c.tenant == tenant, table.c.at < before, waited)
        .order_by(table.c.at, table.c.key)
    )
    for row in waiting:
        held.setdefault(row.budget, []).append(row)
    budgets = settlement_budgets
    found = conn.execute(
        select(budgets).where(budgets.c.tenant == tenant).order_by(budgets.c.key)
    ).all()
    return [(row, since.get(row.key, 0), held.get(row.key, [])) for row in found]


def put_budgets(
    target: Connection, rows: Sequence[Mapping[str, Any]], demands: Sequence[Mapping[str, Any]]
) -> None:
    insert_many(target, settlement_budgets, rows)
    insert_new(target, settlement_demands, demands, ("tenant", "budget", "key"))


def accounts_of_parties(conn: Connection, tenant: str, ids: Iterable[str]) -> list[Any]:
    """The accounts of some parties as they are today."""
    table = settlement_accounts
    return list(
        conn.execute(
            select(table).where(table.c.tenant == tenant, among(table.c.party, sorted(set(ids))))
        )
    )


def later_entries(
    conn: Connection, tenant: str, accounts: Iterable[str], since: datetime
) -> Iterator[Any]:
    """Entries of these accounts posted from a moment on: account, sub, order, line, minor, figures.

    One walk over what was posted since: there is no index by account, and there are many accounts.
    """
    wanted = set(accounts)
    return (row for row in entries_since(conn, tenant, since) if row.account in wanted)


def had_entry(conn: Connection, tenant: str, account: str, sub: str, before: datetime) -> bool:
    """Whether a part of an account was open by then."""
    table = heads(tenant)
    party = account.partition("|")[0]
    asked = select(table.c.key).where(
        (table.c.to_account == party) | (table.c.from_account == party),
        table.c.account == account,
        table.c.sub == sub,
        table.c.posted_at < before,
    )
    return conn.execute(asked.limit(1)).first() is not None


def put_accounts(
    source: Connection,
    target: Connection,
    tenant: str,
    rows: Sequence[Mapping[str, Any]],
    plans: Iterable[str],
) -> None:
    """Accounts as they were, and the plans they count by."""
    insert_new(target, settlement_accounts, rows, ("tenant", "key"))
    put_plans(source, target, tenant, plans)


def put_plans(source: Connection, target: Connection, tenant: str, keys: Iterable[str]) -> None:
    table = settlement_plans
    found = source.execute(
        select(table).where(table.c.tenant == tenant, among(table.c.key, sorted(set(keys))))
    )
    insert_new(target, table, [dict(row._mapping) for row in found], ("tenant", "key"))


def cells_named(
    conn: Connection, tenant: str, names: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], list[int]]:
    """{(account, name): [fine, minor]} as they are today."""
    wanted = set(names)
    table = settlement_cells
    found = conn.execute(
        select(table).where(
            table.c.tenant == tenant,
            among(table.c.account, sorted({account for account, _ in wanted})),
            among(table.c.name, sorted({name for _, name in wanted})),
        )
    )
    return {
        (row.account, row.name): [int(row.fine), row.minor]
        for row in found
        if (row.account, row.name) in wanted
    }


def put_cells(
    target: Connection, tenant: str, cells: Mapping[tuple[str, str], Sequence[int]]
) -> None:
    rows = [
        {"tenant": tenant, "account": account, "name": name, "fine": str(fine), "minor": minor}
        for (account, name), (fine, minor) in cells.items()
    ]
    insert_new(target, settlement_cells, rows, ("tenant", "account", "name"))


def refunds_then(
    conn: Connection, tenant: str, orders: Iterable[str], before: datetime
) -> list[Any]:
    """Refunds of some orders that had come by then, in order."""
    table = settlement_refunds
    return list(
        conn.execute(
            select(table)
            .where(
                table.c.tenant == tenant,
                among(table.c.order_key, sorted(set(orders))),
                table.c.kept_at < before,
            )
            .order_by(table.c.kept_at, table.c.refund)
        )
    )


def entries_then(
    conn: Connection, tenant: str, orders: Iterable[str], before: datetime
) -> list[dict[str, Any]]:
    """Entries of some orders that were posted by then, with the states of today."""
    found = entries_of_orders(conn, tenant, orders)
    return [entry_of(row) for row in found if row.posted_at < before]


def entries_of_parties(
    conn: Connection, tenant: str, ids: Iterable[str], before: datetime, most: int
) -> list[dict[str, Any]]:
    """Entries of some parties that were posted by then and not paid: for their statements."""
    wanted = sorted(set(ids))

    def where(table: Table) -> Iterator[Any]:
        yield or_(among(table.c.to_account, wanted), among(table.c.from_account, wanted))
        yield table.c.posted_at < before

    return [entry_of(row) for row in newest_entries(conn, tenant, where, limit=most)]


def put_entries(target: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    insert_new(target, settlement_entries, rows, ("tenant", "key"))


def put_bookings(
    target: Connection, bookings: Sequence[Mapping[str, Any]], refunds: Sequence[Mapping[str, Any]]
) -> None:
    keys = ("tenant", "order_key", "line", "account", "sub")
    insert_new(target, settlement_bookings, bookings, keys)
    insert_new(target, settlement_refunds, refunds, ("tenant", "order_key", "refund"))


def copy_statements(
    source: Connection, target: Connection, tenant: str, ids: Iterable[str], before: datetime
) -> None:
    """Statements of some parties that were drawn by then, and what was held back of them."""
    wanted = sorted(set(ids))
    table, rows = settlement_statements, []
    there: set[tuple[str, str, str]] = set()
    for row in source.execute(
        select(table).where(
            table.c.tenant == tenant, among(table.c.party, wanted), table.c.made_at < before
        )
    ):
        found = dict(row._mapping)
        found["state"] = _stood(row, before)
        rows.append(found)
        there.add((row.party, row.currency, row.period))
    insert_new(target, table, rows, ("id",))
    holds = settlement_holds
    held = source.execute(
        select(holds).where(holds.c.tenant == tenant, among(holds.c.party, wanted))
    )
    insert_new(
        target,
        holds,
        [dict(row._mapping) for row in held if (row.party, row.currency, row.period) in there],
        ("tenant", "party", "currency", "period"),
    )


def statements_moved(conn: Connection, tenant: str, since: datetime) -> dict[Any, str]:
    """{(party, currency, period): state of its entries by then} where that has changed since."""
    table = settlement_statements
    found = conn.execute(
        select(table).where(
            table.c.tenant == tenant,
            or_(table.c.answered_at >= since, table.c.paid_at >= since),
        )
    )
    return {
        (row.party, row.currency, row.period): "settled"
        if _stood(row, since) == "confirmed"
        else "pending"
        for row in found
    }


def _stood(row: Any, at: datetime) -> str:
    """How far a statement had come by a moment."""
    if row.paid_at is not None and row.paid_at < at:
        return "paid"
    if row.answered_at is not None and row.answered_at < at:
        return "confirmed" if row.state in ("confirmed", "paid") else str(row.state)
    return "released" if row.released_at is not None and row.released_at < at else "draft"


def _by(table: Any, column: str, tenant: str, before: datetime) -> Any:
    return and_(table.c.tenant == tenant, table.c[column] < before)
