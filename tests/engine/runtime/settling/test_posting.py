"""Orders become entries: once each, by their own card, claw-backs by the same function."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from engine.runtime.clock import tick
from engine.runtime.runner import drain_lanes
from engine.runtime.world import World
from engine.settlement.account import read_state
from engine.store import incidents as incident_store
from engine.store import settlement_bookings as booking_store
from tests.engine.runtime.conftest import START, TENANT, Clock, settle
from tests.engine.runtime.settling.ledger import (
    TIERS,
    accounts,
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


def test_without_a_published_card_an_order_leaves_no_trace_in_settlement(world: World) -> None:
    creator(world)
    take(world, ordered("1"))
    assert entries(world) == []
    assert accounts(world) == []


def test_an_order_is_posted_with_what_explains_it(world: World) -> None:
    lin = creator(world)
    publish(world, card(rule("base", percentage("10"))))
    take(world, ordered("1", "128.50"))
    (entry,) = entries(world)
    assert (entry.minor, entry.currency, entry.state) == (1285, "CNY", "pending")
    assert (entry.from_account, entry.to_account) == ("brand", lin)
    assert (entry.earned_in, entry.posted_in) == ("2026-11", "2026-11")
    assert entry.account.startswith(f"{lin}|creators.commission|2026-11|")
    assert entry.figures[0] == 1
    demand_exact(world)


def test_the_same_order_in_other_events_is_posted_once(world: World) -> None:
    creator(world)
    publish(world, card(rule("base", percentage("10"))))
    take(world, ordered("1"), ordered("1", type_="order.shipped"))
    take(world, ordered("1", type_="order.delivered"), ordered("1"))
    assert len(entries(world)) == 1


def test_a_refund_takes_back_what_its_part_earned_and_two_take_back_all(world: World) -> None:
    creator(world)
    publish(world, card(rule("base", TIERS)))
    take(world, ordered("1", "400.00"), ordered("2", "700.00"))
    take(world, refunded("1", "100.00"), refunded("2", "700.00"))
    take(world, refunded("1", "300.00", name="b"), refunded("2", "700.00"))
    assert sum(entry.minor for entry in entries(world)) == 0
    assert {entry.kind for entry in entries(world)} == {"order", "refund"}
    demand_exact(world)


def test_a_refund_before_its_order_is_kept_and_applied_when_it_comes(world: World) -> None:
    creator(world)
    publish(world, card(rule("base", percentage("10"))))
    take(world, refunded("1", "40.00"))
    assert entries(world) == []
    take(world, ordered("1", "100.00"))
    assert [entry.minor for entry in entries(world)] == [1000, -400]


def test_a_refund_whose_order_never_comes_is_told_once(world: World, clock: Clock) -> None:
    creator(world)
    publish(world, card(rule("base", percentage("10"))))
    take(world, refunded("1", "40.00"))
    clock.wind(timedelta(days=8))
    tick(world)
    tick(world)
    with world.db.reading() as conn:
        found = incident_store.list_incidents(conn, TENANT)
    assert [row.code for row in found] == ["settlement_refund_without_order"]


def test_a_closed_order_gives_back_what_no_refund_has(world: World) -> None:
    creator(world)
    publish(world, card(rule("base", percentage("10"))))
    take(world, ordered("1", "100.00"), refunded("1", "30.00"))
    take(world, ordered("1", "100.00", type_="order.closed", status="closed"))
    assert sum(entry.minor for entry in entries(world)) == 0
    take(world, ordered("1", "100.00", type_="order.closed", status="closed"))
    take(world, refunded("1", "70.00", name="late"))
    assert sum(entry.minor for entry in entries(world)) == 0


def test_in_any_order_of_arrival_the_sum_is_f_of_the_totals(world: World) -> None:
    creator(world)
    publish(world, card(rule("base", TIERS)))
    events = [ordered(str(n), f"{37 * n}.{n:02d}") for n in range(1, 16)]
    events += [refunded(str(n), f"{11 * n}.00") for n in range(1, 16, 3)]
    Random(7).shuffle(events)
    for start in range(0, len(events), 4):
        take(world, *events[start : start + 4])
    paid = sum(37_00 * n + n for n in range(1, 16)) - sum(11_00 * n for n in range(1, 16, 3))
    due = 50_000 * 3 + 50_000 * 5 + (paid - 100_000) * 8
    assert sum(entry.minor for entry in entries(world)) == (due + 50) // 100
    demand_exact(world)


def test_money_is_estimated_until_the_after_sales_time_is_over(world: World, clock: Clock) -> None:
    creator(world)
    moment = {"when": "after_sales", "days": 7}
    publish(world, card(rule("base", percentage("10")), term={"moment": moment}))
    take(world, ordered("1"))
    assert [entry.state for entry in entries(world)] == ["estimated"]
    delivered = START + timedelta(days=20)
    clock.wind(timedelta(days=21))
    take(
        world,
        ordered("1", type_="order.delivered", at=START, delivered_at=delivered.isoformat()),
    )
    assert [entry.state for entry in entries(world)] == ["estimated"]
    clock.wind(timedelta(days=7))
    settle(world)
    (entry,) = entries(world)
    assert (entry.state, entry.earned_in, entry.posted_in) == ("pending", "2026-12", "2026-12")


def test_all_that_a_party_gets_of_one_batch_is_posted_at_once_each_account_in_order(
    world: World,
) -> None:
    world = replace(world, lanes=1)
    creator(world)
    creator(world, "mei")
    publish(world, card(rule("base", TIERS)))
    take(world, *(ordered(str(n), "300.00", by="mei" if n == 2 else "lin") for n in range(5)))
    assert sorted(read_state(row.state).version for row in accounts(world)) == [1, 1]
    found = {entry.order_key[-1]: entry.minor for entry in entries(world)}
    assert found == {"0": 900, "1": 1100, "2": 900, "3": 1500, "4": 2100}


def test_what_is_earned_in_the_batch_that_books_it_finds_its_entry(world: World) -> None:
    world = replace(world, lanes=1)
    creator(world)
    publish(world, card(rule("base", percentage("10")), term={"moment": {"when": "delivered"}}))
    came = START.isoformat()
    take(
        world,
        ordered("1"),
        ordered("2"),
        ordered("1", type_="order.delivered", delivered_at=came),
        ordered("3"),
    )
    found = {entry.order_key[-1]: entry.state for entry in entries(world)}
    assert found == {"1": "pending", "2": "estimated", "3": "estimated"}


def test_a_line_without_a_rate_is_an_incident_and_never_nothing(world: World) -> None:
    creator(world)
    publish(world, card(rule("base", percentage("10"), match={"platform": ["tmall"]})))
    take(world, ordered("1"), ordered("1", type_="order.shipped"))
    with world.db.reading() as conn:
        (found,) = booking_store.list_exceptions(conn, TENANT)
        incidents = incident_store.list_incidents(conn, TENANT)
    assert (found.kind, found.name, found.term) == ("unpriced", "missing_rate", "commission")
    assert [row.code for row in incidents] == ["settlement_missing_rate"]


def test_a_promoter_nobody_knows_is_an_incident_and_no_promoter_is_none(world: World) -> None:
    publish(world, card(rule("base", percentage("10"))))
    take(world, ordered("1", by=None), ordered("2", by="stranger"))
    with world.db.reading() as conn:
        found = booking_store.list_exceptions(conn, TENANT)
    assert [(row.order_key, row.name) for row in found] == [("douyin/flagship/2", "no_party")]


def test_excluded_lines_are_counted(world: World) -> None:
    creator(world)
    own = {"id": "own", "name": "自购", "when": 'order.kind == "self_purchase"'}
    publish(world, card(rule("base", percentage("10")), term={"exclusions": [own]}))
    take(world, ordered("1", kind="self_purchase"))
    with world.db.reading() as conn:
        found = booking_store.count_excluded(
            conn, TENANT, START - timedelta(days=1), START + timedelta(days=1)
        )
    assert [(row.name, row.lines) for row in found] == [("own", 1)]
    assert entries(world) == []


@pytest.mark.parametrize("grain", ["line", "order", "period"])
def test_each_grain_rounds_as_it_says(world: World, grain: str) -> None:
    creator(world)
    rounding = {"grain": grain}
    publish(world, card(rule("base", percentage("10")), term={"rounding": rounding}))
    take(world, *(ordered(str(n), "0.05") for n in range(1, 5)))
    found = sum(entry.minor for entry in entries(world))
    assert found == (2 if grain == "period" else 4)


def test_several_workers_at_once_lose_nothing_and_double_nothing(world: World) -> None:
    from threading import Thread

    from engine.runtime.inbox import receive

    creator(world)
    publish(world, card(rule("base", TIERS)))
    receive(world, TENANT, [ordered(str(n), "99.99") for n in range(1, 61)])
    for _ in range(6):
        crew = [
            Thread(target=drain_lanes, args=(world, f"w{n}"), kwargs={"seconds": 20, "batch": 7})
            for n in range(4)
        ]
        for one in crew:
            one.start()
        for one in crew:
            one.join()
    settle(world)
    found = entries(world)
    assert len(found) == 60
    assert len({entry.order_key for entry in found}) == 60
    total = 9_999 * 60
    due = 50_000 * 3 + 50_000 * 5 + (total - 100_000) * 8
    assert sum(entry.minor for entry in found) == (due + 50) // 100
    demand_exact(world)
