"""Refunds that name goods, as they come in: clawed back at those goods' rates, or looked at."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.core.event import Event
from engine.runtime.world import World
from engine.store.db import all_tenants
from engine.store.incidents import incidents
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
