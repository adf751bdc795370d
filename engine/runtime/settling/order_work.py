"""The lane of an order: its events, refunds, bills and earning moments, one piece of work each.

What they mean for the accounts is worked out by `Taking`; here is read what that needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.node import Answer
from engine.runtime.desk import Applied, Desk
from engine.runtime.in_hand import Need
from engine.runtime.settling.books import books_of
from engine.runtime.settling.order_parts import completed
from engine.runtime.settling.refunding import plain
from engine.runtime.settling.roles import names_in
from engine.runtime.settling.taking import CLOSED, Taking, business_time, settled_on
from engine.settlement.sale import order_key


def book(desk: Desk, args: Mapping[str, Any]) -> Applied:
    """An event of an order; a second time it changes nothing."""
    batch, tenant, key = desk.batch, desk.tenant, str(args["order"])
    cards = yield [
        Need("settlement:event", tenant, args["event"]),
        Need("settlement:order", tenant, key),
        Need("settlement:cards", tenant, None),
    ]
    event, row = batch.events.get(args["event"]), batch.event_rows.get(args["event"])
    if event is None or row is None:
        return Answer("out", {"booked": 0})  # erased meanwhile
    order = batch.scope_of(row.id, event).get("order")
    if not isinstance(order, dict) or order_key(order) != key:
        return Answer("out", {"booked": 0})
    order = completed(order)
    names, at = names_in(order), business_time(order)
    buyer = row.owner if any(card.looks_at_customer(at) for card in cards[2]) else ""
    known, products = (yield [Need("settlement:facts", tenant, (order, buyer, names))])[0]
    taking = Taking(desk, key, order, row.id)
    taking.keep_parts(products)
    taking.book(cards[2], buyer, names, known, products)
    taking.note_earned(cards[2])
    if taking.held.refunds:
        yield [Need("settlement:lines", tenant, key)]
    taking.refund()
    if order.get("status") == CLOSED:
        taking.close()
    if args.get("later"):
        budgets = (yield [Need("settlement:budgets", tenant, None)])[0]
        taking.leave(budgets.values())
    taking.tell()
    return Answer("out", {"booked": len(taking.fresh)})


def refund(desk: Desk, args: Mapping[str, Any]) -> Applied:
    """A completed refund: applied to what is booked, or kept until its order comes."""
    batch, tenant, key = desk.batch, desk.tenant, str(args["order"])
    yield [
        Need("settlement:event", tenant, args["event"]),
        Need("settlement:order", tenant, key),
    ]
    event = batch.events.get(args["event"])
    if event is None:
        return Answer("out", {"refunded": 0})
    record = batch.scope_of(args["event"], event).get("refund")
    if not isinstance(record, dict):
        return Answer("out", {"refunded": 0})
    record = completed(record)
    own = books_of(batch).orders[tenant, key]
    number = str(record["external_id"])
    if number not in own.refunds:
        kept = {
            "tenant": tenant,
            "order_key": key,
            "refund": number,
            "record": plain(record),
            "status": "kept",
            "kept_at": desk.at,
            "told_at": None,
        }
        own.refunds[number] = own.changed_refunds[number] = kept
    yield [Need("settlement:lines", tenant, key)]
    taking = Taking(desk, key, {}, args["event"])
    taking.refund()
    taking.tell()
    return Answer("out", {"refunded": len(taking.parts)})


def due(desk: Desk, args: Mapping[str, Any]) -> Applied:
    """The moment has come in which lines of this order are earned."""
    key = str(args["order"])
    yield [Need("settlement:order", desk.tenant, key)]
    taking = Taking(desk, key, {}, desk.key)
    taking.earn_due()
    taking.tell()
    return Answer("out", {"earned": len(taking.earned)})


def settled(desk: Desk, args: Mapping[str, Any]) -> Applied:
    """A bill says that the platform has settled this order: what waits for that is earned then."""
    tenant, key = desk.tenant, str(args["order"])
    cards = yield [Need("settlement:order", tenant, key), Need("settlement:cards", tenant, None)]
    taking = Taking(desk, key, {}, desk.key)
    at = settled_on(taking.held.row)
    if at is not None:
        taking.note_settled(cards[1], at)
    taking.tell()
    return Answer("out", {"earned": len(taking.earned)})
