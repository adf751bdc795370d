"""What would be owed: any card, published or still a draft, on figures, an order, or a past month.

Nothing is stored. With `with_totals` a quote begins at the totals the accounts have now, as the
next order would.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.core.errors import InvalidInput, NotFound, Problem
from engine.core.event import Event
from engine.core.event_types import load_scope, validate_data
from engine.core.text import Text, text
from engine.runtime.settling.cards import load_cards, load_plans, resolver_of
from engine.runtime.settling.explaining import say_lines
from engine.runtime.settling.goods import goods_of
from engine.runtime.settling.order_parts import completed
from engine.runtime.settling.roles import (
    load_parties,
    names_in,
    parties_named,
    party_of,
)
from engine.runtime.settling.what_if import WhatIf as WhatIf
from engine.runtime.settling.what_if import what_if_of
from engine.runtime.world import World
from engine.settlement.account import AccountState, read_state
from engine.settlement.booking import book_order, parts_of
from engine.settlement.card import Card, load_card
from engine.settlement.card_check import validate_card
from engine.settlement.entry import Entry, figures_of, plan_key
from engine.settlement.money import round_fine, to_major, to_minor
from engine.settlement.plan import Plan
from engine.settlement.posting import post
from engine.settlement.pricing import compile_model
from engine.settlement.resolve import Resolver
from engine.settlement.sale import sales_of
from engine.settlement.say import say_line, say_part
from engine.settlement.shares import Given, share_entries
from engine.settlement.split import read_split
from engine.store import events as event_store
from engine.store import orders as order_store
from engine.store import parties as party_store
from engine.store import rate_cards as card_store
from engine.store import settlement_accounts as account_store
from engine.store.db import Connection


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One entry as it would be: `minor` is the party's, below zero for a charge that is undone."""

    line: str
    term: str
    kind: str
    party: str
    other: str
    direction: str
    minor: int
    currency: str
    base: int
    count: int
    account: str
    rule: str
    rate: Text
    sentences: tuple[Text, ...]

    @property
    def amount(self) -> Decimal:
        return to_major(self.minor, self.currency)


@dataclass(frozen=True, slots=True)
class Quote:
    """All lines; what has no rate with its reason; what an exclusion takes out."""

    lines: tuple[QuoteLine, ...] = ()
    unpriced: tuple[tuple[str, str, Problem], ...] = ()  # (line, term, why)
    excluded: tuple[tuple[str, str, str], ...] = ()  # (line, term, exclusion)
    totals: Mapping[str, int] = field(default_factory=dict)  # party -> minor


@dataclass(frozen=True, slots=True)
class SplitPart:
    """What one taker gets of an amount, and why."""

    key: str
    minor: int
    sentence: Text


def quote(
    world: World,
    tenant: str,
    card: str | Mapping[str, Any],
    order: Mapping[str, Any],
    *,
    parties: Mapping[str, Any] | None = None,
    customer: Mapping[str, Any] | None = None,
    version: int | None = None,
    with_totals: bool = True,
) -> Quote:
    """An order by a card: its key (the version of the order's date, or `version`), or a document.

    `order` is a canonical order in JSON. `parties` are by role ({"promoter": "pty_…"} or whole
    parties); without them they are found by the order's own names. InvalidInput with paths for an
    order or a card that is malformed.
    """
    loaded = load_order(order)
    with world.db.looking() as conn:
        resolver = _resolver(conn, tenant, card, loaded, version)
        return quote_in(
            conn,
            tenant,
            resolver,
            loaded,
            parties=parties,
            customer=customer,
            with_totals=with_totals,
        )


def quote_in(
    conn: Connection,
    tenant: str,
    resolver: Resolver,
    order: Mapping[str, Any],
    *,
    parties: Mapping[str, Any] | None = None,
    customer: Mapping[str, Any] | None = None,
    with_totals: bool = True,
) -> Quote:
    """The same on a loaded order and a compiled card."""
    named = names_in(order)
    by_role, line_parties = parties_named(named, load_parties(conn, tenant, named.pairs))
    given = _given(conn, tenant, parties or {})
    sales = sales_of(
        order,
        parties={**by_role, **given},
        line_parties=line_parties,
        customer=customer,
        products=goods_of(conn, tenant, [order])[0],
    )
    booked = book_order(resolver, sales)
    states: dict[str, AccountState] = {}
    if with_totals:
        names = {one.account for one in booked.bookings}
        for key, row in account_store.load_accounts(conn, tenant, names).items():
            states[key] = read_state(row.state)
    kept = {plan_key(sub) for state in states.values() for sub in state.subs if sub}
    plans = {**load_plans(conn, tenant, kept - resolver.plans.keys()), **resolver.plans}
    by_account: dict[str, list[Any]] = {}
    shares: dict[str, Mapping[str, str] | None] = {}
    made = parts_of(booked.bookings, "quote")
    for (account, part), one in zip(made, booked.bookings, strict=True):
        by_account.setdefault(account, []).append(part)
        shares[part.key] = one.payees
    lines: list[QuoteLine] = []
    for account, own in by_account.items():
        entries, _ = post(states.get(account) or AccountState(account), plans, own)
        for entry, plan in _shared_out(entries, plans, shares):
            figures = figures_of(entry)
            lines.append(
                QuoteLine(
                    entry.line,
                    plan.term,
                    entry.kind,
                    entry.to_account if plan.direction == "pay" else entry.from_account,
                    entry.from_account if plan.direction == "pay" else entry.to_account,
                    plan.direction,
                    entry.minor,
                    entry.currency,
                    figures.base,
                    figures.units,
                    account,
                    plan.root,
                    plan.say(),
                    say_lines(plan, figures.lines),
                )
            )
    totals: dict[str, int] = {}
    for line in lines:
        sign = 1 if line.direction == "pay" else -1
        totals[line.party] = totals.get(line.party, 0) + sign * line.minor
    return Quote(
        tuple(sorted(lines, key=lambda one: (one.line, one.term))),
        tuple((line, one.term, one.problem) for line, one in booked.unpriced),
        tuple((line, one.term, one.exclusion) for line, one in booked.excluded),
        totals,
    )


def _shared_out(
    entries: Iterable[Entry],
    plans: Mapping[str, Plan],
    shares: Mapping[str, Mapping[str, str] | None],
) -> Iterator[tuple[Entry, Plan]]:
    """Entries with their plans; one for each share where a term is shared out."""
    given: Given = {}
    for entry in entries:
        plan = plans[plan_key(entry.sub)]
        payees = shares.get(entry.key.partition("~")[0])
        if plan.splitter is None or not payees:
            yield entry, plan
            continue
        for one in share_entries([entry], plan.splitter, payees, given, plan.direction):
            yield one, plan


def quote_figures(
    world: World,
    tenant: str,
    card: str | Mapping[str, Any],
    rule: str,
    *,
    amount: str,
    count: int = 1,
    before_amount: str = "0",
    before_count: int = 0,
) -> tuple[int, tuple[Text, ...]]:
    """One rule's own model on bare figures: (minor units, sentences)."""
    with world.db.reading() as conn:
        found = _card(conn, tenant, card)
    of = next((one for one in found.rules if one.id == rule), None)
    model = of.model if of is not None else None
    if of is None or model is None:
        message = text(f"没有带计价方式的规则 {rule}", f"no rule {rule} with a model")
        raise InvalidInput(message, [Problem("/rule", message, "unknown")])
    term = next((one for one in found.terms if one.key == of.term), None)
    rounding = (term.rounding if term is not None else None) or found.rounding
    pricer = compile_model(model, found.currency, rounding.mode)
    base = to_minor(before_amount, found.currency, "/before_amount")
    added = to_minor(amount, found.currency, "/amount")
    before = (base, before_count, base)
    after = (base + added, before_count + count, base + added)
    size = 3 if getattr(model, "by", "") == "qualifying" else 2
    fine, lines = pricer.difference(before[:size], after[:size])
    said = tuple(say_line(line, found.currency, model=model) for line in lines)
    if rounding.grain != "period":
        return round_fine(fine, rounding.mode), said
    # Entries of a period round the running total, so what came before counts with its cents.
    old = pricer.at(*before[:size])
    return round_fine(old + fine, rounding.mode) - round_fine(old, rounding.mode), said


def split_amount(amount: str, currency: str, plan: Any) -> list[SplitPart]:
    """An amount in major units over shares; the parts sum to it exactly."""
    minor = to_minor(amount, currency, "/amount")
    parts = read_split(plan, currency, "/plan").parts(minor)
    return [SplitPart(one.key, one.amount, say_part(one, minor, currency)) for one in parts]


def what_if(
    world: World,
    tenant: str,
    card: str | Mapping[str, Any],
    period: str,
    *,
    only_booked: bool = False,
) -> list[WhatIf]:
    """What a period's orders came to, and what they would have under this card (what_if.py).

    `only_booked` leaves out orders the card has not booked, as a recompute does. InvalidInput names
    the terms that cannot be told, and why.
    """
    with world.db.reading() as conn:
        found = _card(conn, tenant, card)
        return what_if_of(world, conn, tenant, found, period, only_booked=only_booked)


def stored_order(world: World, tenant: str, number: str) -> dict[str, Any]:
    """A past order as its newest event told it, by its number or by platform/shop/number.

    NotFound when there is none; InvalidInput when several platforms have that number.
    """
    platform, _, rest = number.partition("/")
    own = rest.rpartition("/")[2]
    with world.db.reading() as conn:
        if own:
            rows = list(order_store.find_orders(conn, tenant, [(platform, own)]).values())
        else:
            rows = order_store.orders_numbered(conn, tenant, number)
        if len(rows) > 1:
            names = ", ".join(f"{row.platform}/{row.shop or ''}/{row.external_id}" for row in rows)
            message = text(f"有几个这样的订单：{names}", f"there are several: {names}")
            raise InvalidInput(message, [Problem("/number", message, "several")])
        events = event_store.find_events(conn, tenant, [row.event_id for row in rows])
    found = next((event.data.get("order") for event in events if event.data), None)
    if not isinstance(found, Mapping):
        raise NotFound(text(f"没有订单 {number}", f"there is no order {number}"))
    return dict(found)


def load_order(order: Any) -> dict[str, Any]:
    """A canonical order in JSON with its figures as numbers; InvalidInput with paths."""
    if not isinstance(order, Mapping):
        message = text("缺少订单", "the order is missing")
        raise InvalidInput(message, [Problem("/order", message, "missing")])
    data = {"order": dict(order)}
    problems = validate_data("order.paid", data)
    if problems:
        raise InvalidInput(text("订单的格式不对", "the order is malformed"), problems)
    moment = datetime.fromisoformat(str(order["created_at"]))
    event = Event(id="quote", source="/jimu", type="order.paid", time=moment, data=data)
    return completed(load_scope(event)["order"])


def _given(conn: Connection, tenant: str, parties: Mapping[str, Any]) -> dict[str, Any]:
    """Parties by role; one that is named by its id comes with kind, level and parent."""
    ids = {str(one) for one in parties.values() if not isinstance(one, Mapping)}
    rows = party_store.parties_by_id(conn, tenant, ids)
    return {
        role: one
        if isinstance(one, Mapping)
        else party_of(rows[one])
        if one in rows
        else {"key": str(one)}
        for role, one in parties.items()
    }


def _resolver(
    conn: Connection,
    tenant: str,
    card: str | Mapping[str, Any],
    order: Mapping[str, Any],
    number: int | None,
) -> Resolver:
    if not isinstance(card, str):
        return Resolver(_valid(load_card(card)), "draft")
    at = order.get("paid_at") or order["created_at"]
    for found in load_cards(conn, tenant):
        if found.key == card:
            chosen = found.version_at(at) if number is None else (number, found.id_of(number))
            if chosen is not None and chosen[1] is not None:
                return resolver_of(conn, tenant, chosen[1])
    row = card_store.find_card(conn, tenant, card)
    if row is None or number is not None:
        raise NotFound(text(f"没有计费规则 {card}", f"there is no rate card {card}"))
    return Resolver(_valid(load_card(row.draft)), "draft")


def _card(conn: Connection, tenant: str, card: str | Mapping[str, Any]) -> Card:
    if not isinstance(card, str):
        return _valid(load_card(card))
    row = card_store.find_card(conn, tenant, card)
    if row is None:
        raise NotFound(text(f"没有计费规则 {card}", f"there is no rate card {card}"))
    return _valid(load_card(row.draft))


def _valid(card: Card) -> Card:
    errors = [one for one in validate_card(card) if one.level == "error"]
    if errors:
        raise InvalidInput(text("计费规则有误", "the rate card is not right"), errors)
    return card
