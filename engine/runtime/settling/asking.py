"""Loaders of settlement: each answers one kind of need for a whole batch (see reads.py).

They put what they find into the batch's books; what is there already stays as it is, for earlier
work of the same batch may have changed it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.core.errors import EngineError
from engine.core.node import Answer
from engine.runtime.batch import Batch
from engine.runtime.inbox import as_event
from engine.runtime.reads import LOADERS, load_customers
from engine.runtime.settling.books import (
    HeldBudget,
    OrderBook,
    books_of,
    read_account,
    read_booking,
)
from engine.runtime.settling.budget_rows import read_budget, read_budget_state
from engine.runtime.settling.cards import (
    PublishedCard,
    kept_resolver,
    load_cards,
    load_plans,
)
from engine.runtime.settling.goods import Goods, goods_of
from engine.runtime.settling.order_parts import completed
from engine.runtime.settling.orders import name_of
from engine.runtime.settling.quoting import quote_in
from engine.runtime.settling.roles import load_parties
from engine.settlement.entry import plan_key
from engine.settlement.money import to_major
from engine.store import events as event_store
from engine.store import orders as order_store
from engine.store import parties as party_store
from engine.store import settlement_accounts as account_store
from engine.store import settlement_bookings as booking_store
from engine.store import settlement_budgets as budget_store
from engine.store import settlement_entries as entry_store
from engine.store import settlement_periods as period_store
from engine.store import settlement_statements as statement_store
from engine.store.db import Connection


def _event(batch: Batch, conn: Connection, tenant: str, ids: Sequence[str]) -> list[None]:
    missing = [id_ for id_ in ids if id_ not in batch.event_rows]
    for row in event_store.find_events(conn, tenant, missing) if missing else ():
        batch.event_rows[row.id] = row
        batch.events[row.id] = as_event(row)
    return [None] * len(ids)


def _order(batch: Batch, conn: Connection, tenant: str, keys: Sequence[str]) -> list[None]:
    books = books_of(batch)
    missing = {key for key in keys if (tenant, key) not in books.orders}
    if missing:
        names = {key: name_of(key) for key in missing}
        rows = order_store.find_orders(conn, tenant, names.values())
        for key in missing:
            books.orders[tenant, key] = OrderBook([], {}, set(), rows.get(names[key]))
        for row in booking_store.bookings_of(conn, tenant, missing):
            books.orders[tenant, row.order_key].bookings.append(read_booking(row))
        for row in booking_store.refunds_of(conn, tenant, missing):
            books.orders[tenant, row.order_key].refunds[row.refund] = dict(row._mapping)
        for row in booking_store.exceptions_of(conn, tenant, missing):
            books.orders[tenant, row.order_key].exceptions.add((row.line, row.card, row.term))
    return [None] * len(keys)


def _lines(batch: Batch, conn: Connection, tenant: str, keys: Sequence[str]) -> list[None]:
    """The stored lines of orders that are loaded, for refunds."""
    books = books_of(batch)
    wanted = {}
    for key in keys:
        own = books.orders[tenant, key]
        if own.lines is None:
            own.lines = []
            if own.row is not None:
                wanted[own.row.id] = own.lines
    for row in order_store.lines_of(conn, tenant, wanted):
        wanted[row.order_id].append(dict(row._mapping))
    return [None] * len(keys)


def _cards(
    batch: Batch, conn: Connection, tenant: str, asked: Sequence[Any]
) -> list[list[PublishedCard]]:
    found = load_cards(conn, tenant)
    return [found for _ in asked]


def _facts(batch: Batch, conn: Connection, tenant: str, orders: Sequence[Any]) -> list[Any]:
    """(parties by pair, products by code) for each of (order, buyer or "", whom it names)."""
    known = load_parties(conn, tenant, {pair for _, _, names in orders for pair in names.pairs})
    customers = [buyer[9:] for _, buyer, _ in orders if buyer.startswith("customer:")]
    load_customers(batch, conn, tenant, customers)
    goods: list[Goods] = [{}] * len(orders)
    if batch.world.memory.tenant(tenant).keeps_products:
        goods = goods_of(conn, tenant, [order for order, _, _ in orders])
    return [(known, own) for own in goods]


def _account(batch: Batch, conn: Connection, tenant: str, asked: Sequence[Any]) -> list[set[str]]:
    """Accounts with their plans, for each of (account, subs, effect keys); answers which of the
    keys were posted before.
    """
    books = books_of(batch)
    missing = {key for key, _, _ in asked if (tenant, key) not in books.accounts}
    rows = account_store.load_accounts(conn, tenant, missing)
    for key in missing:
        books.accounts[tenant, key] = read_account(key, rows.get(key))
    plans = {plan_key(sub) for _, subs, _ in asked for sub in subs if sub}
    for key in {key for key, _, _ in asked}:
        plans |= {plan_key(sub) for sub in books.accounts[tenant, key].state.subs if sub}
    by_key = load_plans(conn, tenant, plans)
    for key, subs, _ in asked:
        held = books.accounts[tenant, key]
        needs = any(by_key[plan_key(sub)].grain != "period" for sub in subs if sub)
        if needs and not held.has_cells:
            held.cells, held.has_cells = account_store.load_cells(conn, tenant, key), True
    keys = [one for _, _, own in asked for one in own]
    there = entry_store.keys_there(conn, tenant, keys)
    return [
        {one for one in own if one in there or (tenant, one) in books.new_entries}
        for _, _, own in asked
    ]


def _party(batch: Batch, conn: Connection, tenant: str, ids: Sequence[str]) -> list[Any]:
    """(how often the party is paid or None, periods that are no longer open) for each id."""
    books = books_of(batch)
    if tenant not in books.closed:
        books.closed[tenant] = period_store.closed_periods(conn, tenant)
    rows = party_store.rhythms_of(conn, tenant, ids)
    return [(rows.get(id_), books.closed[tenant]) for id_ in ids]


def _entries(batch: Batch, conn: Connection, tenant: str, asked: Sequence[Any]) -> list[Any]:
    """Keys of the entries of some orders, or of those named, for each of (orders, keys), with
    those that wait for a budget.
    """
    books = books_of(batch)
    orders = {order for own, _ in asked for order in own}
    keys = {key for _, own in asked for key in own}
    rows = entry_store.entries_of_orders(conn, tenant, orders) if orders else []
    rows += entry_store.entries_by_key(conn, tenant, keys) if keys else []
    for row in rows:
        books.entries.setdefault((tenant, row.key), dict(row._mapping))
    answers = []
    for own_orders, own_keys in asked:
        found = [
            key
            for (whose, key), row in sorted(books.entries.items())
            if whose == tenant and (row["order_key"] in own_orders or key in own_keys)
        ]
        frozen = [key for key in found if books.entries[tenant, key]["state"] == "frozen"]
        waiting = set(budget_store.waiting_demands(conn, tenant, frozen)) if frozen else set()
        waiting |= {
            row["key"]
            for row in books.new_demands
            if row["tenant"] == tenant and row["outcome"] in ("frozen", "asked")
        }
        waiting -= {key for whose, _, key in books.answered if whose == tenant}
        answers.append((found, waiting))
    return answers


def _budgets(batch: Batch, conn: Connection, tenant: str, asked: Sequence[Any]) -> list[Any]:
    """Every budget of the tenant: there are few. Demands named in (budget, keys) come along."""
    books = books_of(batch)
    for row in budget_store.load_budgets(conn, tenant):
        if (tenant, row.key) not in books.budgets:
            books.budgets[tenant, row.key] = HeldBudget(
                read_budget(row.key, row.document),
                row.document.get("covers") or {},
                str(row.document.get("name") or row.key),
                read_budget_state(row),
                row.version,
            )
    for one in asked:
        if one is None:
            continue
        budget, keys = one
        missing = [key for key in keys if (tenant, budget, key) not in books.demands]
        for key, row in budget_store.demands(conn, tenant, budget, missing).items():
            books.demands[tenant, budget, key] = dict(row._mapping)
    own = {key: held for (whose, key), held in books.budgets.items() if whose == tenant}
    return [own for _ in asked]


def _statement(batch: Batch, conn: Connection, tenant: str, asked: Sequence[Any]) -> list[Any]:
    """(the statement there is, the one before, entries, holds, party) for each of (party, period,
    currency).
    """
    answers = []
    for party, period, currency in asked:
        there = statement_store.statement_of(conn, tenant, party, currency, period, lock=False)
        last = there.id if there is not None else ""
        answers.append(
            (
                there,
                statement_store.last_before(conn, tenant, party, currency, last),
                entry_store.list_entries(conn, tenant, party=party, period=period, limit=None),
                statement_store.holds_of(conn, tenant, party, currency),
                party_store.find_party(conn, tenant, party),
            )
        )
    return answers


def _read_quote(batch: Batch, conn: Connection, tenant: str, asked: Sequence[Any]) -> list[Any]:
    """What an order would owe by a published card; see the node price_order."""
    cards = {card.key: card for card in load_cards(conn, tenant)}
    owners = {run.owner for _, run in asked if run and run.owner.startswith("customer:")}
    load_customers(batch, conn, tenant, {owner[9:] for owner in owners})  # a card may ask anything
    answers = []
    for read, run in asked:
        card, order = cards.get(str(read.args.get("card"))), read.args.get("order")
        if card is None or not isinstance(order, Mapping):
            code = "no_card" if card is None else "no_order"
            answers.append(Answer("error", {"code": code, "message": str(read.args.get("card"))}))
            continue
        held = batch.customers.get(run.owner.removeprefix("customer:")) if run else None
        try:
            answers.append(_priced(conn, tenant, card, order, held, read.args))
        except (EngineError, KeyError) as fault:
            message = getattr(fault, "message", str(fault))
            answers.append(Answer("error", {"code": "not_priced", "message": message}))
    return answers


def _priced(
    conn: Connection, tenant: str, card: PublishedCard, order: Any, held: Any, args: Any
) -> Answer:
    loaded = completed(order)
    version = card.version_at(loaded.get("paid_at") or loaded["created_at"])
    if version is None:
        return Answer("error", {"code": "no_card", "message": card.key})
    found = quote_in(
        conn,
        tenant,
        kept_resolver(version[1]),
        loaded,
        customer=held.record if held is not None else None,
        with_totals=bool(args.get("with_totals", True)),
    )
    currency = str(loaded["currency"])
    total = sum(line.minor if line.direction == "pay" else -line.minor for line in found.lines)
    lines = [
        {
            "party": line.party,
            "term": line.term,
            "amount": str(line.amount),
            "line": line.line,
            "sentences": [line.rate, *line.sentences],
        }
        for line in found.lines
    ]
    value = {"amount": str(to_major(total, currency)), "currency": currency, "lines": lines}
    left = {"unpriced": len(found.unpriced), "excluded": len(found.excluded)}
    return Answer("out", {**value, **left})


LOADERS["read:quote"] = _read_quote
LOADERS["settlement:statement"] = _statement
LOADERS["settlement:event"] = _event
LOADERS["settlement:order"] = _order
LOADERS["settlement:lines"] = _lines
LOADERS["settlement:cards"] = _cards
LOADERS["settlement:facts"] = _facts
LOADERS["settlement:account"] = _account
LOADERS["settlement:party"] = _party
LOADERS["settlement:entries"] = _entries
LOADERS["settlement:budgets"] = _budgets
