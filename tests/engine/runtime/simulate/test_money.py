"""Settlement in a test run: the world as it was, and what the report says of money."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.core.event import Event
from engine.runtime.principal import system
from engine.runtime.settling.budgets import put_budget
from engine.runtime.settling.rate_cards import publish_card, save_card
from engine.runtime.simulate import read_setup, simulate
from engine.runtime.world import World
from engine.store.scratch.shelves import MOST_EVENTS
from tests.engine.runtime.conftest import START, TENANT, Clock, live
from tests.engine.runtime.settling.ledger import (
    TIERS,
    accounts,
    card,
    creator,
    demand_exact,
    entries,
    ordered,
    percentage,
    refunded,
    rule,
    take,
)
from tests.engine.runtime.settling.ledger import publish as publish_rates
from tests.engine.runtime.simulate.test_safe import digest
from tests.engine.runtime.simulate.test_simulate import made, tag

DAY = timedelta(days=1)


def given(event: Event) -> dict[str, Any]:
    """An event as a test run is handed one."""
    found = {"id": event.id, "source": event.source, "type": event.type, "data": event.data}
    return {**found, "time": event.time.isoformat()}


def tried(world: World, document: dict[str, Any], **setup: Any) -> dict[str, Any]:
    asked = read_setup({"flow": document["key"], "document": document, **setup})
    return simulate(world, TENANT, asked).report


def past(since: datetime, days: int) -> dict[str, str]:
    return {"since": since.isoformat(), "until": (since + days * DAY).isoformat()}


def some_days(world: World, clock: Clock, *days: list[Event]) -> None:
    """What came live, day by day, one event after the other."""
    for events in days:
        for number, event in enumerate(events):
            # Ids of one millisecond are in no order: two events at once come in either.
            clock.wind(timedelta(seconds=1 if number else 0))
            take(world, event)
        clock.wind(DAY)


PLAIN = made(tag(), lines=["t>a"])
TERM = {"key": "commission", "name": "佣金", "party": {"role": "promoter"}}
LATER = {**TERM, "moment": {"when": "after_sales", "days": 15}}
SMALL = {**TERM, "rounding": {"mode": "half_up", "grain": "order"}}


def posts(amount: str, party: str, *after: str) -> dict[str, Any]:
    """A flow that gives a party an amount for each order."""
    post = {
        "id": "post",
        "type": "post_entries",
        "config": {
            "parts": "params.parts",
            "term": "service",
            "order": "{{ order.platform }}/{{ order.shop }}/{{ order.external_id }}",
        },
    }
    parts = [{"party": party, "amount": amount}]
    params = {
        "type": "object",
        "properties": {"parts": {"type": "array", "title": "各方", "default": parts}},
    }
    return made(post, lines=["t>post"], params=params)


@pytest.mark.parametrize("term", [TERM, SMALL, LATER], ids=["period", "order", "later"])
def test_a_past_window_comes_to_what_it_came_to_live(
    world: World, clock: Clock, term: dict[str, Any]
) -> None:
    creator(world)
    publish_rates(world, {**card(rule("base", TIERS)), "terms": [term]})
    days = [START + number * DAY for number in range(4)]
    done = {"delivered_at": (days[1] + timedelta(hours=1)).isoformat(), "status": "delivered"}
    some_days(
        world,
        clock,
        [ordered("1", "333.33", at=days[0]), ordered("2", "250.55", at=days[0])],
        [ordered("1", "333.33", type_="order.delivered", at=days[1], paid_at=days[0].isoformat(),
                 created_at=days[0].isoformat(), **done)],
        [ordered("3", "410.10", at=days[2]), refunded("1", "111.11", at=days[2])],
        [ordered("4", "700.07", at=days[3]), refunded("2", "250.55", at=days[3])],
    )  # fmt: skip
    clock.wind(20 * DAY)
    take(world)
    later = [entry for entry in entries(world) if entry.posted_at >= days[2]]
    before = digest(world)
    report = tried(world, PLAIN, window=past(days[2], 2))
    assert digest(world) == before
    (total,) = report["money"]["totals"]
    assert Decimal(total["amount"]) * 100 == sum(entry.minor for entry in later)
    assert total["entries"] == len(later) == 4
    tiers = {row["tier"]: row["amount"] for row in report["money"]["by_tier"]}
    again = tried(world, PLAIN, window=past(days[2], 2))
    assert {row["tier"]: row["amount"] for row in again["money"]["by_tier"]} == tiers
    demand_exact(world)


def test_the_whole_past_comes_to_the_same_ledger_from_nothing(world: World, clock: Clock) -> None:
    lin = creator(world)
    publish_rates(world, card(rule("base", TIERS)))
    clock.wind(DAY)
    some_days(
        world,
        clock,
        [ordered("1", "600.00", at=clock.at), ordered("2", "300.00", at=clock.at)],
        [ordered("3", "410.10", at=clock.at + DAY), refunded("2", "100.00", at=clock.at + DAY)],
    )
    report = tried(world, PLAIN, window=past(START + timedelta(hours=1), 4))
    (row,) = report["money"]["by_party"]
    assert (row["party"], row["name"]) == (lin, "lin")
    assert Decimal(row["amount"]) * 100 == sum(entry.minor for entry in entries(world))
    (channel,) = report["money"]["by_channel"]
    assert (channel["platform"], channel["shop"], channel["orders"]) == ("douyin", "flagship", 3)


def test_a_card_published_after_the_window_does_not_price_it(world: World, clock: Clock) -> None:
    creator(world)
    document = card(rule("base", percentage("10")))
    publish_rates(world, document)
    clock.wind(DAY)
    some_days(world, clock, [ordered("1", "100.00", at=clock.at)])
    raised = card(rule("base", percentage("30")))
    save_card(world, system(TENANT), "creators", raised, revision=1)
    publish_card(world, system(TENANT), "creators")
    then = tried(world, PLAIN, window=past(START + timedelta(hours=1), 2))
    assert [row["amount"] for row in then["money"]["totals"]] == ["10.00"]
    # An event that never happened here is priced by what holds today.
    now = tried(world, PLAIN, events=[given(ordered("9", "100.00"))])
    assert [row["amount"] for row in now["money"]["totals"]] == ["30.00"]


def test_lines_are_earned_when_their_time_comes(world: World) -> None:
    creator(world)
    publish_rates(world, {**card(rule("base", percentage("10"))), "terms": [LATER]})
    event = ordered("1", "100.00", delivered_at=(START + DAY).isoformat())
    report = tried(world, PLAIN, events=[given(event)])
    assert [(row["state"], row["amount"]) for row in report["money"]["by_state"]] == [
        ("pending", "10.00")
    ]
    short = tried(world, PLAIN, events=[given(event)], until=(START + 2 * DAY).isoformat())
    assert [row["state"] for row in short["money"]["by_state"]] == ["estimated"]


def test_budgets_stand_where_they_stood_and_say_when_they_were_exceeded(
    world: World, clock: Clock
) -> None:
    lin = creator(world)
    publish_rates(world, card(rule("base", percentage("10"))))
    budget = {"name": "达人预算", "limit": "25.00", "action": "freeze", "covers": {"party": lin}}
    put_budget(world, system(TENANT), "b", budget)
    days = [START + number * DAY for number in range(3)]
    some_days(world, clock, *([ordered(str(at.day), "100.00", at=at)] for at in days))
    report = tried(world, PLAIN, window=past(days[1], 2))
    (found,) = report["money"]["budgets"]
    assert (found["name"], found["limit"], found["used"]) == ("达人预算", "25.00", "20.00")
    assert (found["asked"], found["held"], found["exceeded_at"]) == (2, 1, days[2])
    states = {row["state"]: row["amount"] for row in report["money"]["by_state"]}
    assert states == {"pending": "10.00", "frozen": "10.00"}


def test_money_of_two_versions_is_compared_order_by_order(world: World) -> None:
    lin = creator(world)
    live(world, posts("5.00", lin))
    orders = [given(ordered(str(number), "100.00")) for number in range(1, 4)]
    report = tried(world, posts("7.50", lin), against="live", events=orders)
    money = report["comparison"]["money"]
    assert (money["difference"], money["orders"], money["different"]) == ("7.50", 3, 3)
    assert money["totals"] == [
        {"currency": "CNY", "new": "22.50", "old": "15.00", "difference": "7.50"}
    ]
    assert [row["party"] for row in money["by_party"]] == [lin]
    first = money["largest"][0]
    assert (first["order"], first["new"], first["old"]) == ("douyin/flagship/1", "7.50", "5.00")
    assert first["parties"][0]["name"] == "lin"
    assert {one["kind"] for one in report["comparison"]["kinds"]} == {"money"}
    brief = report["comparison"]["largest"][0]
    assert [one["amount"] for one in brief["new"]["money"]] == ["7.50"]


def test_tiers_come_to_what_the_parties_get_to_the_cent(world: World) -> None:
    # 1.4 cents each: every party gets one cent, together they would be seven.
    names = [f"p{number}" for number in range(5)]
    for name in names:
        creator(world, name)
    publish_rates(world, card(rule("base", percentage("10"))))
    orders = [given(ordered(str(at), "0.14", by=name)) for at, name in enumerate(names, 1)]
    money = tried(world, PLAIN, events=orders)["money"]
    assert [row["amount"] for row in money["totals"]] == ["0.05"]
    assert [row["amount"] for row in money["by_tier"]] == ["0.05"]


def test_nothing_is_said_of_money_where_nothing_settles(world: World) -> None:
    report = tried(world, PLAIN, events=[given(ordered("1"))])
    assert report["money"] is None


def test_a_test_run_leaves_the_ledger_alone(world: World) -> None:
    lin = creator(world)
    publish_rates(world, card(rule("base", percentage("10"))))
    put_budget(world, system(TENANT), "b",
               {"name": "b", "limit": "1.00", "covers": {"party": lin}})  # fmt: skip
    take(world, ordered("1"))
    held = [(row.key, row.state) for row in accounts(world)]
    before = digest(world)
    tried(world, posts("5.00", lin), events=[given(ordered("2")), given(refunded("1", "5.00"))])
    assert digest(world) == before
    assert [(row.key, row.state) for row in accounts(world)] == held


def test_every_order_without_a_party_is_counted(world: World) -> None:
    publish_rates(world, card(rule("base", TIERS)))
    orders = [given(ordered(str(number), "10.00")) for number in range(30)]
    (found,) = tried(world, PLAIN, events=orders)["incidents"]
    assert (found["code"], found["count"]) == ("settlement_no_party", 30)
    assert len(found["examples"]) == 20
    message = found["examples"][0]["message"]
    assert message["zh"] == "「达人/推广人」lin 还没有对应的参与方，不知道记到谁名下"
    assert "lin is no party yet" in message["en"]


def test_every_order_of_a_long_file_is_run_and_settled(world: World, tmp_path: Path) -> None:
    creator(world)
    publish_rates(world, card(rule("base", percentage("10"))))
    file = tmp_path / "orders.jsonl"
    orders = (json.dumps(given(ordered(str(number)))) for number in range(2 * MOST_EVENTS))
    file.write_text("\n".join(orders), encoding="utf-8")
    report = tried(world, PLAIN, file={"path": str(file)})
    assert report["runs"]["by_status"] == {"succeeded": 2 * MOST_EVENTS}
    (total,) = report["money"]["totals"]
    assert (total["entries"], total["amount"]) == (2 * MOST_EVENTS, f"{20 * MOST_EVENTS}.00")
