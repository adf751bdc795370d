"""Stored orders and refunds taken once more, by another card, in memory: nothing is written.

Event by event in order of receipt, each does what the lanes of its order and its accounts do
(taking.py, posting.py), by the same pure functions. Parties, customers and products are those of
today.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.core.errors import InvalidInput
from engine.core.event_types import EVENT_TYPES, load_scope
from engine.runtime.inbox import as_event
from engine.runtime.rows import customer_record, scope_in
from engine.runtime.settling.goods import Goods, goods_of, place_of
from engine.runtime.settling.order_parts import completed, parts_of_order
from engine.runtime.settling.orders import order_of
from engine.runtime.settling.refunding import plain, typed
from engine.runtime.settling.roles import load_parties, names_in, pairs_of, parties_named
from engine.runtime.settling.taking import CLOSED
from engine.runtime.world import World
from engine.settlement.account import AccountState
from engine.settlement.booking import (
    Booking,
    back_before,
    book_order,
    left_of,
    parts_of,
    take_back,
)
from engine.settlement.entry import plan_key
from engine.settlement.money import to_minor
from engine.settlement.posting import Cells, Part, post
from engine.settlement.refunds import LineLeft, codes_of, give_back, give_back_all
from engine.settlement.resolve import Resolver
from engine.settlement.sale import order_key, sales_of
from engine.settlement.shares import Given, share_entries
from engine.store import customers as customer_store
from engine.store.db import Connection

Sums = dict[tuple[str, str], int]  # (party, term) -> minor units


@dataclass(frozen=True, slots=True)
class Range:
    """[since, until) of the dates that pick a rate; None is without end."""

    since: datetime | None
    until: datetime | None

    def __contains__(self, at: datetime) -> bool:
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


@dataclass(slots=True)
class _Order:
    """What is remembered of one order. `newest` is the time of the event its lines are from."""

    bookings: list[Booking] = field(default_factory=list)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    applied: set[str] = field(default_factory=set)
    lines: list[dict[str, Any]] = field(default_factory=list)
    currency: str = "CNY"
    newest: datetime | None = None


class Trial:
    """Accounts under another card.

    month   lines whose date lies in it are summed up in `would`
    ranges  by term: whose totals may count together with them, so that these are taken too
    posted  the terms that are posted here; the others are booked only, for refunds look at them
    only    the orders that are taken; None: all
    """

    def __init__(
        self,
        resolver: Resolver,
        month: Range,
        ranges: Mapping[str, Range],
        posted: Collection[str],
        only: Collection[str] | None = None,
    ) -> None:
        self.resolver, self.month, self.ranges = resolver, month, ranges
        self.posted, self.only = posted, only
        self.would: Sums = {}
        self.orders: dict[str, _Order] = {}
        self.seen: set[str] = set()
        self.states: dict[str, AccountState] = {}
        self.cells: dict[str, Cells] = {}
        self.given: Given = {}
        self.effects = 0
        self.rates_on = {term.rate_on for term in resolver.card.terms}

    def effect(self) -> str:
        self.effects += 1
        return f"trial{self.effects:012d}"

    # -- events ------------------------------------------------------------------------------------

    def take_page(self, world: World, conn: Connection, tenant: str, rows: Sequence[Any]) -> None:
        """Events in order of receipt."""
        loaded = [_loaded(world, tenant, row) for row in rows if self._may_count(row)]
        orders = [(row, record) for row, kind, record in loaded if kind == "order"]
        facts = _Facts(conn, tenant, orders)
        for row, kind, record in loaded:
            if kind == "order":
                self._take_order(row, record, facts)
            else:
                self._take_refund(record)

    def _may_count(self, row: Any) -> bool:
        """Whether an event has to be looked at: most orders are of other months."""
        key = order_of(row.type, row.data)
        if key is None or (self.only is not None and key not in self.only):
            return False
        if not row.type.startswith("order."):
            return True
        self.seen.add(key)
        if key in self.orders or "earned" in self.rates_on:
            return True
        record = row.data["order"]
        dates = [record.get(f"{name}_at") for name in self.rates_on]
        return any(_moment(date) in one for one in self.ranges.values() for date in dates if date)

    def _take_order(self, row: Any, order: Mapping[str, Any], facts: _Facts) -> None:
        key = order_key(order)
        held = self.orders.setdefault(key, _Order())
        if held.newest is None or row.time >= held.newest:
            held.newest, held.currency = row.time, str(order["currency"])
            held.lines = parts_of_order("", "", order, facts.products_of(order))[0]
        parties, line_parties = parties_named(names_in(order), facts.known)
        try:
            sales = sales_of(
                order,
                parties=parties,
                line_parties=line_parties,
                customer=facts.customer_of(row),
                products=facts.products_of(order),
            )
        except InvalidInput:
            return  # the real road notes an incident and books nothing
        have = {(one.line, one.term) for one in held.bookings}
        fresh = [
            one
            for one in book_order(self.resolver, sales).bookings
            if (one.line, one.term) not in have and one.rate_at in self.ranges[one.term]
        ]
        held.bookings += fresh
        made = parts_of(fresh, self.effect())
        self._post([(*pair, one) for pair, one in zip(made, fresh, strict=True)])
        self._catch_up(held, {one.id for one in fresh})
        self._refund(held)
        if order.get("status") == CLOSED:
            left = {
                one.line: (one.paid - one.back_paid, one.pieces - one.back_pieces)
                for one in held.bookings
                if not one.is_back
            }
            self._take_back(held, left)

    def _take_refund(self, refund: Mapping[str, Any]) -> None:
        held = self.orders.setdefault(order_key(refund, "order_id"), _Order())
        held.refunds.setdefault(str(refund["external_id"]), plain(refund))
        self._refund(held)

    def _refund(self, held: _Order) -> None:
        """Refunds that are kept, now that there is something to take them from."""
        if not held.bookings:
            return
        for number, record in sorted(held.refunds.items()):
            if number not in held.applied:
                back = give_back(typed(record), _lines_left(held))
                self._take_back(held, back.lines)
                held.applied.add(number)

    def _catch_up(self, held: _Order, fresh: Collection[str]) -> None:
        """What earlier refunds took of the lines that are booked only now."""
        if fresh and held.applied:
            back = give_back_all(_applied(held), _lines(held))
            old = [one for one in held.bookings if one.id not in fresh]
            self._take_back(held, {**back, **back_before(old)}, fresh)

    def _take_back(
        self,
        held: _Order,
        back: Mapping[str, tuple[int, Decimal]],
        only: Collection[str] | None = None,
    ) -> None:
        parts, held.bookings = take_back(held.bookings, back, self.effect(), only=only)
        slots = {(one.account, one.sub, one.line): one for one in held.bookings}
        self._post([(name, part, slots[name, part.sub, part.line]) for name, part in parts])

    # -- accounts ----------------------------------------------------------------------------------

    def _post(self, parts: Iterable[tuple[str, Part, Booking]]) -> None:
        by_account: dict[str, list[tuple[Part, Booking]]] = {}
        for account, part, one in parts:
            if one.term in self.posted:
                by_account.setdefault(account, []).append((part, one))
        for account, own in by_account.items():
            causes = {part.key: one for part, one in own}
            self.post(account, [part for part, _ in own], causes)

    def post(
        self, account: str, parts: list[Part], causes: Mapping[str, Booking] | None = None
    ) -> None:
        """Posts into one account; entries count for the month of their cause, all without one."""
        state = self.states.get(account) or AccountState(account)
        plans = self.resolver.plans
        cells = self.cells.setdefault(account, {})
        entries, self.states[account] = post(state, plans, parts, cells=cells)
        for entry in entries:
            plan = plans[plan_key(entry.sub)]
            cause = causes[entry.key.partition("~")[0]] if causes is not None else None
            shared = [entry]
            if plan.splitter is not None and cause is not None and cause.payees:
                shared = share_entries(
                    shared, plan.splitter, cause.payees, self.given, plan.direction
                )
            if cause is not None and cause.rate_at not in self.month:
                continue
            for one in shared:
                party = one.to_account if plan.direction == "pay" else one.from_account
                key = party, plan.term
                self.would[key] = self.would.get(key, 0) + one.minor


class _Facts:
    """What the orders of a page are priced with beside themselves."""

    def __init__(
        self, conn: Connection, tenant: str, orders: Sequence[tuple[Any, Mapping[str, Any]]]
    ) -> None:
        pairs = {pair for _, order in orders for pair in pairs_of(order)}
        self.known = load_parties(conn, tenant, pairs)
        records = [order for _, order in orders]
        goods = goods_of(conn, tenant, records)
        self.goods = {place_of(order): own for order, own in zip(records, goods, strict=True)}
        ids = {row.owner[9:] for row, _ in orders if row.owner.startswith("customer:")}
        rows = customer_store.load_customers(conn, tenant, ids)
        handles = customer_store.identities_of(conn, tenant, rows)
        self.customers = {
            id_: customer_record(row, handles.get(id_, [])) for id_, row in rows.items()
        }

    def products_of(self, order: Mapping[str, Any]) -> Goods:
        return self.goods[place_of(order)]

    def customer_of(self, row: Any) -> Mapping[str, Any] | None:
        return self.customers.get(row.owner.removeprefix("customer:"))


def _lines_left(held: _Order) -> list[LineLeft]:
    """What is left of every line of an order, as refunding.lines_left has it."""
    booked = {one.line: one for one in left_of(held.bookings)}
    lines = _lines(held)
    give_back_all(_applied(held), lines)
    for one in lines:
        own = booked.pop(one.line, None)
        if own is not None:
            one.paid, one.pieces = own.paid, own.pieces
    return [*lines, *booked.values()]


def _lines(held: _Order) -> list[LineLeft]:
    return [
        LineLeft(
            row["line"],
            codes_of({**(row["fields"] or {}), "sku": row["sku"]}),
            to_minor(row["amount"], held.currency),
            Decimal(row["quantity"]),
        )
        for row in held.lines
    ]


def _applied(held: _Order) -> list[dict[str, Any]]:
    return [typed(held.refunds[number]) for number in sorted(held.applied)]


def _loaded(world: World, tenant: str, row: Any) -> tuple[Any, str, dict[str, Any]]:
    """(row, "order" or "refund", the record with its figures as numbers)."""
    event = as_event(row)
    scope = load_scope(event) if event.type in EVENT_TYPES else scope_in(world, tenant, event)
    kind = "order" if event.type.startswith("order.") else "refund"
    return row, kind, completed(scope[kind])


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written)
