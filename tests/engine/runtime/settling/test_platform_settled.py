"""Earned when the platform has settled: the order says so, or a reconciled bill does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.core.event import Event
from engine.runtime.settling.reconciling import (
    reconcile_bill,
    reconciliation_lines,
    resolve_difference,
)
from engine.runtime.world import World
from tests.engine.runtime.conftest import START, TENANT, Clock, settle
from tests.engine.runtime.settling.ledger import (
    card,
    creator,
    entries,
    ordered,
    percentage,
    person,
    publish,
    rule,
    take,
)

CARD = card(rule("base", percentage("10")), term={"moment": {"when": "platform_settled"}})
MAPPING = {
    "order": "订单号",
    "fee": "类型",
    "amount": "金额",
    "day": "结算日",
    "fees": {"货款": "goods", "技术服务费": "platform_commission"},
}


def bill(*rows: tuple[str, str, str]) -> list[dict[str, Any]]:
    """(order, amount, day) of the orders' own money."""
    return [
        {"订单号": number, "类型": "货款", "金额": amount, "结算日": day}
        for number, amount, day in rows
    ]


def reconcile(world: World, *rows: tuple[str, str, str]) -> Any:
    who = person("finance", world)
    row = reconcile_bill(
        world, who, platform="douyin", period="2026-11", rows=bill(*rows), mapping=MAPPING
    )
    settle(world)
    return row


def settled(number: str, amount: str = "100.00", **more: Any) -> Event:
    """The platform tells that it has settled an order."""
    at = START + timedelta(days=10)
    return ordered(number, amount, type_="order.settled", at=at, settled_at=at.isoformat(), **more)


def states(world: World) -> list[tuple[str, str]]:
    return [(entry.state, entry.earned_in) for entry in entries(world)]


def test_money_is_estimated_until_the_order_says_it_was_settled(world: World, clock: Clock) -> None:
    creator(world)
    publish(world, CARD)
    take(world, ordered("1"))
    assert states(world) == [("estimated", "")]
    clock.wind(timedelta(days=11))
    take(world, settled("1"))
    assert states(world) == [("pending", "2026-11")]


def test_a_bill_that_has_the_order_as_we_expect_it_settles_it(world: World, clock: Clock) -> None:
    creator(world)
    publish(world, CARD)
    take(world, ordered("1"), ordered("2"), ordered("3"))
    clock.wind(timedelta(days=40))
    row = reconcile(world, ("1", "100.00", "2026-12-01"), ("2", "88.00", "2026-11-30"))
    found = {entry.order_key[-1]: (entry.state, entry.earned_in) for entry in entries(world)}
    assert found == {
        "1": ("pending", "2026-12"),  # the day of the bill's line says which period
        "2": ("estimated", ""),  # the bill differs: somebody has to look first
        "3": ("estimated", ""),  # not on the bill
    }
    (line,) = reconciliation_lines(world, TENANT, row.id, result="differing")
    resolve_difference(
        world, person("boss", world), row.id, line.line, how="accepted", note="平台赔付"
    )
    settle(world)
    assert [entry.state for entry in entries(world, order="douyin/flagship/2")] == ["pending"]


def test_a_carried_difference_leaves_the_money_estimated(world: World, clock: Clock) -> None:
    creator(world)
    publish(world, CARD)
    take(world, ordered("1"))
    clock.wind(timedelta(days=40))
    row = reconcile(world, ("1", "88.00", "2026-11-30"))
    resolve_difference(world, person("boss", world), row.id, 0, how="carried", note="下期再看")
    settle(world)
    assert states(world) == [("estimated", "")]


def test_a_second_bill_does_not_move_the_date(world: World, clock: Clock) -> None:
    creator(world)
    publish(world, CARD)
    take(world, ordered("1"))
    clock.wind(timedelta(days=70))
    reconcile(world, ("1", "100.00", "2026-11-30"))
    reconcile(world, ("1", "100.00", "2026-12-20"))
    assert states(world) == [("pending", "2026-11")]


def test_an_order_booked_after_its_bill_is_earned_at_once(world: World, clock: Clock) -> None:
    creator(world)
    take(world, ordered("1"))
    clock.wind(timedelta(days=40))
    reconcile(world, ("1", "100.00", "2026-11-30"))
    publish(world, CARD)
    take(world, ordered("1", type_="order.completed", at=START + timedelta(days=15)))
    assert states(world) == [("pending", "2026-11")]
