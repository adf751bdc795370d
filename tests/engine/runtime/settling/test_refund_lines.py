"""Refunds that name goods, as they come in: clawed back at those goods' rates, or looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from engine.core.event import Event
from engine.runtime.jobs import drain_jobs, start_job
from engine.runtime.principal import system
from engine.runtime.settling.due import REFUNDS_WAIT
from engine.runtime.settling.early_refunds import EARLY_REFUNDS
from engine.runtime.settling.rate_cards import publish_card, save_card
from engine.runtime.settling.repricing import reprice_period
from engine.runtime.world import World
from engine.store.db import all_tenants
from engine.store.incidents import incidents
from tests.engine.runtime.conftest import START, TENANT, Clock, settle
from tests.engine.runtime.settling.ledger import (
    card,
    creator,
    demand_exact,
    entries,
    ordered,
    percentage,
    publish,
    refunded,
    rule,
    take,
)

LINES = [
    {"id": "a", "name": "眼霜", "amount": "60.00", "category": "眼霜", "outer_id": "EYE"},
    {"id": "b", "name": "面膜", "amount": "40.00", "category": "面膜", "sku": "MASK"},
    {"id": "c", "name": "赠品", "amount": "20.00", "category": "赠品", "product_id": "77"},
]
CARD = card(
    rule("eye", percentage("10"), match={"category": ["眼霜"]}),
    rule("mask", percentage("20"), match={"category": ["面膜"]}),
)


def bought(number: str) -> Event:
    return ordered(number, "120.00", lines=LINES)


def back(number: str, amount: str, *lines: dict[str, Any], name: str = "") -> Event:
    event = refunded(number, amount, name=name)
    event.data["refund"]["lines"] = [{"quantity": 1, **line} for line in lines]
    return event


def worth(world: World) -> int:
    return sum(entry.minor for entry in entries(world))


def codes(world: World) -> list[str]:
    with world.db.reading() as conn:
        found = conn.execute(all_tenants(select(incidents.c.code).order_by(incidents.c.code)))
        return list(found.scalars())


def test_goods_are_clawed_back_at_their_own_rate_whoever_names_them(world: World) -> None:
    creator(world)
    publish(world, CARD)
    take(world, bought("1"))
    assert worth(world) == 600 + 800
    take(world, back("1", "10.00", {"sku": "MASK", "amount": "10.00"}))
    assert worth(world) == 600 + 600
    take(world, back("1", "30.00", {"outer_id": "EYE", "amount": "30.00"}, name="2"))
    assert worth(world) == 300 + 600
    # The gift has no rate and no account: its refund takes nothing from anybody.
    take(world, back("1", "20.00", {"product_id": "77", "amount": "20.00"}, name="3"))
    assert worth(world) == 300 + 600
    # What is spread now goes over 30.00 and 30.00.
    take(world, refunded("1", "30.00", name="4"))
    assert worth(world) == 150 + 300
    demand_exact(world)
    assert codes(world) == ["settlement_missing_rate"]


def test_a_refund_before_its_order_finds_the_goods_all_the_same(world: World) -> None:
    creator(world)
    publish(world, CARD)
    take(world, back("1", "40.00", {"sku": "MASK", "amount": "40.00"}))
    take(world, bought("1"))
    assert worth(world) == 600
    demand_exact(world)


def test_more_than_was_paid_is_an_incident_and_nobody_is_charged_for_it(world: World) -> None:
    creator(world)
    publish(world, CARD)
    take(world, bought("1"), back("1", "55.00", {"sku": "MASK", "amount": "55.00"}))
    assert worth(world) == 600
    assert "settlement_refund_beyond" in codes(world)
    demand_exact(world)


def shipped(number: str, **more: Any) -> Event:
    return ordered(number, "120.00", lines=LINES, type_="order.shipped", paid_at=START.isoformat(),
                   at=START + timedelta(hours=1), **more)  # fmt: skip


def test_a_refund_from_before_the_first_card_counts_for_what_is_booked_later(world: World) -> None:
    creator(world)
    mask = back("1", "30.00", {"sku": "MASK", "amount": "30.00"})
    take(world, bought("1"), bought("2"), mask)
    publish(world, CARD)
    take(world, shipped("2"))  # already known to settlement when the job comes
    drain_jobs(world, "test")
    settle(world)
    take(world, shipped("1"), back("2", "40.00", {"sku": "MASK", "amount": "40.00"}))
    assert [entry.minor for entry in entries(world, order="douyin/flagship/1")] == [600, 800, -600]
    assert worth(world) == (600 + 200) + 600
    # A second publication looks for nothing any more; where cards are there already and every
    # refund was applied as it came, the job changes nothing.
    save_card(world, system(TENANT), "creators", CARD, revision=1)
    publish_card(world, system(TENANT), "creators")
    assert drain_jobs(world, "test") == 0
    take(world, back("2", "6.00", {"outer_id": "EYE", "amount": "6.00"}, name="b"))
    there = [(entry.key, entry.minor) for entry in entries(world)]
    start_job(world, TENANT, EARLY_REFUNDS, {}, by="system")
    assert drain_jobs(world, "test") == 1
    settle(world)
    assert [(entry.key, entry.minor) for entry in entries(world)] == there
    demand_exact(world)


def test_a_refund_is_lost_only_where_its_order_never_came(world: World, clock: Clock) -> None:
    creator(world)
    publish(world, CARD)
    nobody = ordered("1", "120.00", lines=LINES, by=None)
    take(world, nobody, refunded("1", "20.00"), refunded("2", "20.00"))
    clock.wind(REFUNDS_WAIT + timedelta(hours=1))
    settle(world)
    assert codes(world) == ["settlement_refund_without_order"]


def test_what_is_booked_after_a_refund_knows_of_it(world: World) -> None:
    """A share whose party is told by a later event, and a line that gets its rate by a recompute,
    come to what they would have with the refund behind them.
    """
    creator(world)
    house = creator(world, "house", kind="agency")
    agency = {"key": "agency", "name": "机构", "party": {"role": "agency"}}
    document = {**CARD, "terms": [*CARD["terms"], agency]}
    document["rules"] = [*CARD["rules"], rule("all", percentage("1"), term="agency")]
    publish(world, document)
    take(world, bought("1"), refunded("1", "60.00"))  # half of each line
    assert worth(world) == 300 + 400
    take(world, shipped("1", promoter={"id": "lin", "kind": "creator", "agency": "house"}))
    assert sum(entry.minor for entry in entries(world, party=house)) == 120 - 60
    gift = {**document, "rules": [*document["rules"], rule("gift", percentage("5"), match={
        "category": ["赠品"]})]}  # fmt: skip
    save_card(world, system(TENANT), "creators", gift, revision=1)
    publish_card(world, system(TENANT), "creators")
    reprice_period(world, system(TENANT), "creators", "2026-11")
    settle(world)
    assert worth(world) == 300 + 400 + 60 + 50
    demand_exact(world)
