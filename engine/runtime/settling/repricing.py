"""Finance prices a month anew by the newest version: first a trial, then correction entries."""

from __future__ import annotations

from engine.core.cells import zone as read_zone
from engine.core.errors import NotFound
from engine.core.ids import new_id
from engine.core.text import text
from engine.runtime.principal import SYSTEM, Principal, refuse_own
from engine.runtime.settling.orders import MOVE, work_row
from engine.runtime.settling.periods_of import demand_period
from engine.runtime.settling.quoting import WhatIf, what_if
from engine.runtime.world import World
from engine.settlement.card import load_card
from engine.settlement.in_force import moment_of
from engine.store import lanes as lane_store
from engine.store import rate_cards as card_store
from engine.store import settlement_bookings as booking_store


def try_reprice(world: World, tenant: str, card: str, period: str) -> list[WhatIf]:
    """What each party's month came to, and what it would have by the newest version."""
    with world.db.reading() as conn:
        row = card_store.find_card(conn, tenant, card)
        version = (
            card_store.find_version(conn, tenant, row.id, row.live_version)
            if row is not None and row.live_version
            else None
        )
    if version is None:
        raise NotFound(text(f"没有已发布的计费规则 {card}", f"no published rate card {card}"))
    return what_if(world, tenant, version.document, period, only_booked=True)


def reprice_period(world: World, who: Principal, card: str, period: str) -> int:
    """Every order that the card has priced in the period goes through its lane and is moved to the
    newest version by correction entries; how many orders. Not by whoever published that version.
    """
    days, now = demand_period(period), world.now()
    with world.db.begin() as conn:
        row = card_store.find_card(conn, who.tenant, card)
        version = (
            card_store.find_version(conn, who.tenant, row.id, row.live_version)
            if row is not None and row.live_version
            else None
        )
        if version is None:
            raise NotFound(text(f"没有已发布的计费规则 {card}", f"no published rate card {card}"))
        if who.id != SYSTEM:
            refuse_own(who, version.published_by)
        zone = read_zone(load_card(version.document).zone)
        since, until = moment_of(days.first, zone), moment_of(days.last, zone, is_end=True)
        orders = booking_store.orders_between(conn, who.tenant, card, since, until)
        cause = new_id("rpr", now)
        args = {"card": card, "version": version.number, "cause": cause}
        rows = [
            work_row(world, who.tenant, MOVE, order, args, now, f"{cause}/{order}")
            for order in orders
        ]
        for start in range(0, len(rows), 2_000):
            lane_store.put_work(conn, rows[start : start + 2_000])
        said = {"period": period, "version": version.number, "orders": len(rows)}
        who.note(conn, now, "settlement.reprice", f"rate_card:{card}", said)
    world.queue.wake("lanes")
    return len(rows)
