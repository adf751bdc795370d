"""An order priced anew by another version of its card: what is left of the old bookings goes out of
its accounts, the same part of the new ones goes in, as correction entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.core.node import Answer
from engine.runtime.desk import Applied, Desk
from engine.runtime.in_hand import Need
from engine.runtime.settling.books import HeldBooking, books_of
from engine.runtime.settling.cards import kept_resolver, plan_documents
from engine.runtime.settling.order_parts import completed
from engine.runtime.settling.refunding import given_before
from engine.runtime.settling.roles import names_in, parties_named
from engine.runtime.settling.taking import Taking
from engine.settlement.booking import Booking, book_order, carry_refunds, move_bookings
from engine.settlement.entry import plan_key
from engine.settlement.sale import sales_of


def move(desk: Desk, args: Mapping[str, Any]) -> Applied:
    """{"order", "card", "version" (a number), "cause"}: one order, by that version."""
    batch, tenant, key = desk.batch, desk.tenant, str(args["order"])
    found = yield [
        Need("settlement:order", tenant, key),
        Need("settlement:cards", tenant, None),
    ]
    own = books_of(batch).orders[tenant, key]
    card = next((one for one in found[1] if one.key == args["card"]), None)
    version = card.id_of(int(args["version"])) if card is not None else None
    if own.row is None or version is None:
        return Answer("out", {"moved": 0})
    yield [Need("settlement:event", tenant, own.row.event_id)]
    event, row = batch.events.get(own.row.event_id), batch.event_rows.get(own.row.event_id)
    if event is None or row is None:
        return Answer("out", {"moved": 0})
    order = completed(batch.scope_of(row.id, event)["order"])
    names = names_in(order)
    known, products = (
        yield [
            Need("settlement:facts", tenant, (order, row.owner, names)),
            Need("settlement:lines", tenant, key),
        ]
    )[0]
    customer = batch.customers.get(row.owner.removeprefix("customer:"))
    resolver = kept_resolver(version)
    parties, line_parties = parties_named(names, known)
    sales = sales_of(
        order,
        parties=parties,
        line_parties=line_parties,
        customer=customer.record if customer else None,
        products=products,
    )
    taking = Taking(desk, key, order, str(args.get("cause") or row.id))
    taking.sales = {sale.line: sale for sale in sales}
    old = [one for one in own.bookings if one.beside["card"] == args["card"]]
    back = given_before(desk, key, own, own.bookings)
    new = carry_refunds(book_order(resolver, sales).bookings, back)
    count = _swap(taking, str(args["card"]), resolver, old, new)
    taking.tell()
    return Answer("out", {"moved": count})


def _swap(
    taking: Taking, card: str, resolver: Any, old: list[HeldBooking], new: list[Booking]
) -> int:
    """Puts the new bookings in the place of those that differ."""
    same = {_what(one.booking) for one in old} & {_what(one) for one in new}
    gone = [one for one in old if _what(one.booking) not in same]
    come = [one for one in new if _what(one) not in same]
    if not gone and not come:
        return 0
    effect = taking.effect("move", card, str(resolver.version))
    tenant = taking.desk.tenant
    for name, document in plan_documents(resolver, {plan_key(one.sub) for one in come}).items():
        taking.books.plans[tenant, name] = document
    held = [taking.hold(card, resolver, one) for one in come]
    parts = move_bookings([one.booking for one in gone], come, effect)
    by_index = [*gone, *held]
    for account, part in parts:
        taking.parts.append((account, part, by_index[int(part.key.rpartition(".")[2])]))
    slots = {(one.booking.line, one.booking.account, one.booking.sub): one for one in held}
    for one in gone:
        again = slots.get((one.booking.line, one.booking.account, one.booking.sub))
        if again is not None:
            again.is_new, again.is_changed = False, True
            taking.held.bookings.remove(one)
        else:
            one.booking = replace(one.booking)
            one.beside["state"], one.is_changed = "moved", True
    taking.held.bookings += held
    return len(gone) + len(held)


def _what(one: Booking) -> tuple[Any, ...]:
    """What makes two bookings the same; the version alone does not make them differ."""
    payees = tuple(sorted((one.payees or {}).items()))
    return (one.line, one.account, one.sub, one.other, one.base, one.count, payees)
