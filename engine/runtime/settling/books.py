"""What a batch knows of settlement, and how it is written: orders, accounts, entries, budgets.

Everything is changed in memory while the batch is worked on. `write` puts it into the store in the
batch's own transaction; where somebody else was faster (another worker, a job that closes a period)
it raises Overtaken, nothing is kept and the batch is done again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from engine.runtime.batch import Batch
from engine.settlement.account import AccountState, dump_state, read_state
from engine.settlement.booking import Booking
from engine.settlement.budget import Budget, BudgetState
from engine.settlement.entry import Entry
from engine.settlement.posting import Cells
from engine.store import orders as order_store
from engine.store import rate_cards as card_store
from engine.store import settlement_accounts as account_store
from engine.store import settlement_bookings as booking_store
from engine.store import settlement_budgets as budget_store
from engine.store import settlement_entries as entry_store
from engine.store import settlement_month as month_store
from engine.store import settlement_periods as period_store
from engine.store.db import Connection

Slot = tuple[str, str]  # (tenant, key)

_BOOKING = (
    "version", "term", "account", "sub", "other", "currency", "paid", "pieces", "base", "count",
    "counts", "takes_refunds", "rate_at", "paid_at", "earned_at", "back_paid", "back_pieces",
    "back_base", "back_count", "payees",
)  # fmt: skip


_of_booking: Callable[[Booking], tuple[Any, ...]] = attrgetter(*_BOOKING)


@dataclass(slots=True)
class HeldBooking:
    """A booking with what stands beside it in its row: card, state, facts for reports."""

    booking: Booking
    beside: dict[str, Any]
    is_new: bool = False
    is_changed: bool = False

    @property
    def is_earned(self) -> bool:
        return bool(self.beside["state"] == "earned")

    def row(self, tenant: str) -> dict[str, Any]:
        one = self.booking
        found = dict(zip(_BOOKING, _of_booking(one), strict=True))
        found["tenant"], found["order_key"], found["line"] = tenant, one.order, one.line
        found.update(self.beside)
        return found


@dataclass(slots=True)
class OrderBook:
    """What settlement remembers of one order."""

    bookings: list[HeldBooking]
    refunds: dict[str, dict[str, Any]]
    exceptions: set[tuple[str, str, str]]  # (line, card, term)
    row: Any = None  # of the order itself
    lines: list[dict[str, Any]] | None = None  # its stored lines, once they were asked for
    changed_refunds: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class HeldAccount:
    """An account and the version it was read at (0: there was none)."""

    state: AccountState
    read_at: int
    currency: str = ""
    closed_in: str | None = None
    cells: Cells = field(default_factory=dict)
    changed_cells: set[str] = field(default_factory=set)
    has_cells: bool = False
    is_changed: bool = False


@dataclass(slots=True)
class HeldBudget:
    """A budget, what it covers, and the version it was read at."""

    budget: Budget
    covers: Mapping[str, str]
    name: str
    state: BudgetState
    read_at: int
    is_changed: bool = False


@dataclass(slots=True)
class Books:
    """All of it, by (tenant, key)."""

    orders: dict[Slot, OrderBook] = field(default_factory=dict)
    accounts: dict[Slot, HeldAccount] = field(default_factory=dict)
    entries: dict[Slot, dict[str, Any]] = field(default_factory=dict)  # known, by effect key
    new_entries: dict[Slot, dict[str, Any]] = field(default_factory=dict)
    moved: dict[Slot, dict[str, Any]] = field(default_factory=dict)
    budgets: dict[Slot, HeldBudget] = field(default_factory=dict)
    demands: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    new_demands: list[dict[str, Any]] = field(default_factory=list)
    answered: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    plans: dict[Slot, Any] = field(default_factory=dict)
    exceptions: list[dict[str, Any]] = field(default_factory=list)
    looked_at: set[Slot] = field(default_factory=set)  # orders whose exceptions are found anew
    parts: dict[Slot, tuple[list[Any], list[Any], list[Any]]] = field(default_factory=dict)
    closed: dict[str, dict[str, Any]] = field(default_factory=dict)  # periods no longer open
    statements: dict[tuple[str, ...], Any] = field(default_factory=dict)  # drawn for flows
    write_statements: Any = None
    unposted: Counter[Slot] = field(default_factory=Counter)  # lines that are posted in bulk
    # What this batch tells each party to post, while more may be added: by (tenant, party).
    posts: dict[Slot, dict[str, Any]] = field(default_factory=dict)

    def add_entry(self, tenant: str, entry: Entry, state: str, now: datetime) -> dict[str, Any]:
        """A new entry; its `state` may be another one than the pure room gave it."""
        row = entry_row(tenant, entry, now)
        row["state"] = state
        self.new_entries[tenant, entry.key] = self.entries[tenant, entry.key] = row
        return row

    def move_entry(self, tenant: str, key: str, **values: Any) -> None:
        """Another state (and periods) of an entry, stored or still to be."""
        row = self.entries[tenant, key]
        row.update(values)
        if (tenant, key) not in self.new_entries:
            names = ("tenant", "key", "state", "earned_in", "posted_in")
            self.moved[tenant, key] = {name: row[name] for name in names}

    def write(self, conn: Connection, now: datetime) -> None:
        """1. orders, 2. accounts behind their versions, 3. entries in open periods, 4. budgets."""
        self._write_orders(conn)
        for tenant in _tenants(self.unposted):
            lines = {one: count for (whose, one), count in self.unposted.items() if whose == tenant}
            month_store.note_unposted(conn, tenant, lines, now)
        for tenant in _tenants(self.accounts):
            self._write_accounts(conn, tenant, now)
        moved = [*self.new_entries.values(), *self.moved.values()]
        for tenant in {row["tenant"] for row in moved}:
            keys = {row["posted_in"] for row in moved if row["tenant"] == tenant}
            period_store.demand_open(conn, tenant, {bare(key) for key in keys if is_shared(key)})
        entry_store.store_entries(conn, list(self.new_entries.values()))
        entry_store.move_entries(conn, list(self.moved.values()))
        for (tenant, key), held in self.budgets.items():
            if held.is_changed:
                values = {**budget_values(held.state), "version": held.read_at + 1}
                budget_store.save_budget(
                    conn, tenant, key, held.read_at, {**values, "updated_at": now}
                )
        budget_store.store_demands(conn, self.new_demands)
        for (tenant, budget, key), values in self.answered.items():
            budget_store.answer_demand(conn, tenant, budget, key, values)
        if self.write_statements is not None:
            self.write_statements(conn, self.statements, now)

    def _write_orders(self, conn: Connection) -> None:
        plans = [
            {"tenant": tenant, "key": key, "document": document}
            for (tenant, key), document in self.plans.items()
        ]
        card_store.store_plans(conn, plans)
        held = [(tenant, one) for (tenant, _), book in self.orders.items() for one in book.bookings]
        new = [one.row(tenant) for tenant, one in held if one.is_new]
        changed = [one.row(tenant) for tenant, one in held if one.is_changed and not one.is_new]
        booking_store.store_bookings(conn, new)
        booking_store.save_bookings(conn, changed)
        refunds = [row for book in self.orders.values() for row in book.changed_refunds.values()]
        booking_store.store_refunds(conn, refunds)
        for tenant in _tenants(self.looked_at):
            own = [order for whose, order in self.looked_at if whose == tenant]
            booking_store.drop_exceptions(conn, tenant, own)
        booking_store.store_exceptions(conn, self.exceptions)
        for tenant in _tenants(self.parts):
            ids = [id_ for whose, id_ in self.parts if whose == tenant]
            found = [self.parts[tenant, id_] for id_ in ids]
            order_store.replace_parts(
                conn,
                tenant,
                ids,
                [row for one in found for row in one[0]],
                [row for one in found for row in one[1]],
                [row for one in found for row in one[2]],
            )

    def _write_accounts(self, conn: Connection, tenant: str, now: datetime) -> None:
        changed = {
            key: held
            for (whose, key), held in self.accounts.items()
            if whose == tenant and held.is_changed
        }
        rows = [account_row(tenant, key, held, now) for key, held in sorted(changed.items())]
        account_store.save_accounts(
            conn, tenant, rows, {key: held.read_at for key, held in changed.items()}
        )
        account_store.save_cells(
            conn,
            [
                {
                    "tenant": tenant,
                    "account": key,
                    "name": name,
                    "fine": str(held.cells[name][0]),
                    "minor": held.cells[name][1],
                }
                for key, held in changed.items()
                for name in sorted(held.changed_cells)
            ],
        )


def books_of(batch: Batch) -> Books:
    """The batch's books, made when first asked for."""
    if batch.books is None:
        batch.books = Books()
    found: Books = batch.books
    return found


def is_shared(period: str) -> bool:
    """Whether a period is one that is closed for many; "" and those of single orders are not."""
    return bool(period) and ":" not in period


def bare(period: str) -> str:
    """A period without the mark of a short first one: "2026-04@16" closes with "2026-04"."""
    return period.partition("@")[0]


def entry_row(tenant: str, entry: Entry, now: datetime) -> dict[str, Any]:
    """An entry as it is stored."""
    return {
        "tenant": tenant,
        "key": entry.key,
        "account": entry.account,
        "sub": entry.sub,
        "kind": entry.kind,
        "order_key": entry.order,
        "line": entry.line,
        "from_account": entry.from_account,
        "to_account": entry.to_account,
        "minor": entry.minor,
        "currency": entry.currency,
        "state": entry.state,
        "earned_in": entry.earned_in,
        "posted_in": entry.posted_in,
        "figures": entry.figures,
        "posted_at": now,
    }


def read_entry(row: Any) -> Entry:
    """A stored entry as the pure room knows it."""
    return Entry(
        row.key,
        row.account,
        row.sub,
        row.kind,
        row.order_key,
        row.line,
        row.from_account,
        row.to_account,
        row.minor,
        row.currency,
        row.state,
        row.earned_in,
        row.posted_in,
        row.figures,
    )


def account_row(tenant: str, key: str, held: HeldAccount, now: datetime) -> dict[str, Any]:
    """An account as it is stored; its name says party, term and window."""
    party, term, window, _ = (*key.split("|", 3), "", "", "")[:4]
    return {
        "tenant": tenant,
        "key": key,
        "party": party,
        "term": term,
        "counted_over": window,
        "currency": held.currency,
        "state": dump_state(held.state),
        "closed_in": held.closed_in,
        "version": held.read_at + 1,
        "updated_at": now,
    }


def read_account(key: str, row: Any) -> HeldAccount:
    """An account in hand; a new one where there is no row."""
    if row is None:
        return HeldAccount(AccountState(key), 0)
    return HeldAccount(read_state(row.state), row.version, row.currency, row.closed_in)


def read_booking(row: Any) -> HeldBooking:
    """A stored booking."""
    found = row._mapping
    one = Booking(order=row.order_key, line=row.line, **{name: found[name] for name in _BOOKING})
    names = ("tenant", "order_key", "line", *_BOOKING)
    return HeldBooking(one, {name: value for name, value in found.items() if name not in names})


def budget_values(state: BudgetState) -> dict[str, Any]:
    """What a budget has let through and what waits, as it is stored."""
    waiting = [[one.key, one.amount, one.asked_by, one.since.isoformat()] for one in state.waiting]
    return {"used": state.used, "waiting": waiting, "told": sorted(state.told)}


def _tenants(slots: Iterable[Slot]) -> set[str]:
    return {tenant for tenant, _ in slots}
