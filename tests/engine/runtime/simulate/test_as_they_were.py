"""Money that was frozen, void or waiting for a budget stands in a test run as it stood then."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.runtime.principal import system
from engine.runtime.settling.adjustments import move_entries
from engine.runtime.settling.budgets import answer, put_budget, waiting
from engine.runtime.simulate.states import states_then
from engine.runtime.world import World
from tests.engine.runtime.conftest import START, TENANT, Clock, live, settle
from tests.engine.runtime.settling.ledger import (
    card,
    creator,
    entries,
    ordered,
    percentage,
    person,
    publish,
    refunded,
    rule,
    take,
)
from tests.engine.runtime.simulate.test_money import DAY, PLAIN, given, past, some_days, tried
from tests.engine.runtime.staging import flow


def then(world: World, before: datetime) -> tuple[list[str], int]:
    """States of all entries at a moment, in order of the orders, and how many are not known."""
    rows = [dict(one._mapping) for one in entries(world)]
    rows = [row for row in rows if row["posted_at"] < before]
    with world.db.reading() as conn:
        unknown = states_then(conn, TENANT, rows, before)
    return [row["state"] for row in sorted(rows, key=lambda row: row["order_key"])], unknown


def act(world: World, party: str, what: str, number: str) -> None:
    order = f"douyin/flagship/{number}"
    move_entries(world, system(TENANT), party, what, order=order, reason="核对")
    settle(world)


def test_what_people_froze_released_and_voided_is_as_it_was(world: World, clock: Clock) -> None:
    lin = creator(world)
    publish(world, card(rule("base", percentage("10"))))
    some_days(world, clock, [ordered(number) for number in ("1", "2", "3")])
    act(world, lin, "freeze", "1")
    act(world, lin, "void", "2")
    clock.wind(DAY)
    act(world, lin, "release", "1")
    act(world, lin, "freeze", "3")
    clock.wind(DAY)
    moments = [START + number * DAY - timedelta(hours=1) for number in (1, 2, 3)]
    assert then(world, moments[0]) == (["pending", "pending", "pending"], 0)
    assert then(world, moments[1]) == (["frozen", "void", "pending"], 0)
    assert then(world, moments[2]) == (["pending", "void", "frozen"], 0)
    take(world, refunded("1", "10.00", at=clock.at))
    report = tried(world, PLAIN, window=past(clock.at - timedelta(hours=1), 1))
    assert not [one for one in report["unrestored"] if "冻结" in one["zh"]]


def test_what_a_step_froze_without_a_date_is_said(world: World, clock: Clock) -> None:
    lin = creator(world)
    publish(world, card(rule("base", percentage("10"))))
    started = {"id": "t", "type": "event", "config": {"type": "order.completed"}}
    freeze = {"id": "f", "type": "freeze_entries", "config": {"party": lin}}
    live(world, flow("hold", [started, freeze], ["t>f"]))
    some_days(world, clock, [ordered("1")], [ordered("1", type_="order.completed")])
    assert [entry.state for entry in entries(world)] == ["frozen"]
    assert then(world, START + timedelta(hours=1)) == (["frozen"], 1)
    take(world, refunded("1", "10.00", at=clock.at))
    report = tried(world, PLAIN, window=past(clock.at - timedelta(hours=1), 1))
    (said,) = [one["zh"] for one in report["unrestored"] if "冻结" in one["zh"]]
    assert said.startswith("1 笔款项由流程节点")


def test_a_budget_has_the_limit_and_the_waiting_money_of_then(world: World, clock: Clock) -> None:
    lin = creator(world)
    publish(world, card(rule("base", percentage("10"))))
    document = {"name": "达人预算", "limit": "15.00", "action": "ask", "covers": {"party": lin},
                "releasers": ["usr_boss"]}  # fmt: skip
    put_budget(world, system(TENANT), "b", document)
    days = [START + number * DAY for number in range(3)]
    some_days(world, clock, *([ordered(str(at.day), "100.00", at=at)] for at in days[:2]))
    some_days(world, clock, [ordered("13", "20.00", at=days[2])])
    (demand,) = waiting(world, TENANT, "b")
    answer(world, person("boss", world), "b", demand.key, lets_pass=True)
    settle(world)
    clock.wind(DAY)
    put_budget(world, system(TENANT), "b", {**document, "limit": "900.00"})
    settle(world)
    assert then(world, days[2]) == (["pending", "frozen"], 0)
    assert then(world, clock.at) == (["pending", "pending", "pending"], 0)
    report = tried(world, PLAIN, window=past(days[2], 1))
    (found,) = report["money"]["budgets"]
    # Of the first two orders one had passed and one was waiting, so the third has room.
    assert (found["limit"], found["used"], found["asked"]) == ("15.00", "12.00", 1)
    assert [one["zh"] for one in report["unrestored"] if "预算" in one["zh"]]
    # What never happened here is held against what holds today.
    now = tried(world, PLAIN, events=[given(ordered("20"))])["money"]["budgets"]
    assert [one["limit"] for one in now] == ["900.00"]
