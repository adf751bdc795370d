"""Chains and splits of a card, through the lanes: everybody has their own entries, to the cent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.runtime.inbox import receive
from engine.runtime.jobs import drain_jobs
from engine.runtime.principal import system
from engine.runtime.settling.books import read_entry
from engine.runtime.settling.cards import load_plans
from engine.runtime.settling.explaining import say_entry
from engine.runtime.settling.month import settle_month, take_month
from engine.runtime.settling.parties import create_party
from engine.runtime.settling.quoting import quote
from engine.runtime.world import World
from engine.settlement.entry import plan_key
from engine.store.db import all_tenants
from engine.store.incidents import incidents
from tests.engine.runtime.conftest import TENANT, settle
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

CHAIN = {
    "kind": "chain",
    "levels": [
        {"key": "promoter", "percent": "10"},
        {"key": "agency", "percent": "20", "mode": "carved_out"},
        {"key": "leader", "percent": "5"},
    ],
    "ceiling": {"percent": "12"},
}
BY_ORDER = {"window": "order"}


def party(world: World, kind: str, name: str, **more: Any) -> str:
    return str(create_party(world, system(TENANT), {"kind": kind, "name": name, **more}).id)


def worth(world: World) -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in entries(world):
        found[entry.to_account] = found.get(entry.to_account, 0) + entry.minor
    return found


def codes(world: World) -> list[str]:
    with world.db.reading() as conn:
        return list(conn.execute(all_tenants(select(incidents.c.code))).scalars())


def test_a_chain_pays_whom_the_promoter_belongs_to_and_is_taken_back_from_all(
    world: World,
) -> None:
    team = party(world, "leader", "团长")
    house = party(world, "agency", "机构", parent_id=team)
    lin = creator(world, parent_id=house)
    publish(world, card(rule("chain", CHAIN), term=BY_ORDER))
    take(world, ordered("1", "1000.00"))
    assert worth(world) == {lin: 8_000, house: 2_000, team: 2_000}
    assert {entry.account.partition("|")[0] for entry in entries(world)} == {lin, house, team}
    take(world, refunded("1", "333.33"), refunded("1", "666.67", name="b"))
    assert worth(world) == {lin: 0, house: 0, team: 0}
    demand_exact(world)


def test_a_quote_of_a_chain_names_every_level(world: World) -> None:
    house = party(world, "agency", "机构")
    lin = creator(world, parent_id=house)
    document = card(rule("chain", CHAIN), term=BY_ORDER)
    found = quote(world, TENANT, document, ordered("1", "1000.00").data["order"])
    assert found.totals == {lin: 8_000, house: 2_000}
    assert [one[2].path for one in found.unpriced] == ["/parties/leader"]


def test_an_agency_that_is_named_but_not_known_is_an_incident_once(world: World) -> None:
    lin = creator(world)
    publish(world, card(rule("chain", CHAIN), term=BY_ORDER))
    named = {"promoter": {"id": "lin", "kind": "creator", "agency": "mcn-9"}}
    take(world, ordered("1", "1000.00", **named))
    assert worth(world) == {lin: 10_000}
    assert codes(world) == ["settlement_no_party"]
    take(world, ordered("1", "1000.00", type_="order.completed", **named))
    assert codes(world) == ["settlement_no_party"]
    # An order that names nobody owes nobody: no incident.
    take(world, ordered("2", "1000.00"))
    assert codes(world) == ["settlement_no_party"]


def shared(*keys: str) -> dict[str, Any]:
    return {"split": {"shares": [{"key": key, "value": "1"} for key in keys]}}


def test_a_split_term_pays_each_share_and_takes_it_back_in_pieces(world: World) -> None:
    lin = creator(world)
    one, two = party(world, "provider", "咨询"), party(world, "provider", "售后")
    publish(world, card(rule("base", percentage("10")), term=shared("promoter", one, two)))
    take(world, ordered("1", "100.00"))
    assert worth(world) == {lin: 334, one: 333, two: 333}
    take(world, refunded("1", "33.35"))
    assert sum(worth(world).values()) == 667  # 66.65 × 10 %, rounded once
    take(world, refunded("1", "66.65", name="b"))
    assert worth(world) == {lin: 0, one: 0, two: 0}
    demand_exact(world)
    with world.db.reading() as conn:
        first = read_entry(next(one for one in entries(world) if one.minor == 334))
        said = say_entry(first, load_plans(conn, TENANT, [plan_key(first.sub)]))
    assert said[-1]["zh"] == "分配：按权重 1 = 3.34，含尾差 0.01"


def test_the_same_piece_of_work_again_posts_no_share_twice(world: World) -> None:
    creator(world)
    publish(world, card(rule("base", percentage("10")), term=shared("promoter", "brand")))
    event = ordered("1", "100.00")
    take(world, event)
    first = [entry.key for entry in entries(world)]
    assert len(first) == 2
    receive(world, TENANT, [event])
    take(world, ordered("1", "100.00", type_="order.completed"))
    assert [entry.key for entry in entries(world)] == first


def test_a_month_in_bulk_shares_out_as_the_lanes_do(world: World) -> None:
    lin = creator(world)
    house = party(world, "agency", "机构")
    take(world, *(ordered(str(n), "33.33") for n in range(1, 6)))
    publish(world, card(rule("base", percentage("10")), term=shared("promoter", house)))
    take_month(world, system(TENANT), "2026-11")
    settle(world)
    settle_month(world, system(TENANT))
    while drain_jobs(world, "test"):
        continue
    settle(world)
    assert sum(worth(world).values()) == 1_667
    assert set(worth(world)) == {lin, house}
    demand_exact(world)


def test_a_share_that_nobody_has_is_an_incident_and_nothing_is_posted(world: World) -> None:
    creator(world)
    publish(world, card(rule("base", percentage("10")), term=shared("promoter", "store")))
    take(world, ordered("1", "100.00"))
    assert entries(world) == []
    assert codes(world) == ["settlement_no_share_party"]
