"""Budgets hold money, let it pass, tell; never beyond what is written."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest

from engine.core.errors import Conflict, Forbidden
from engine.runtime.inbox import receive
from engine.runtime.jobs import drain_jobs
from engine.runtime.principal import system
from engine.runtime.runner import drain_lanes
from engine.runtime.settling.budgets import answer, put_budget, read_one, waiting
from engine.runtime.settling.month import settle_month, take_month
from engine.runtime.world import World
from tests.engine.runtime.conftest import TENANT, settle
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


def budget(world: World, party: str, limit: str, action: str = "freeze", **more: Any) -> None:
    document = {"name": "达人预算", "limit": limit, "action": action, "covers": {"party": party}}
    put_budget(world, system(TENANT), "b", {**document, **more})


def states(world: World) -> list[tuple[int, str]]:
    """(minor, state) order by order, what was earned before what was taken back."""
    found = sorted(entries(world), key=lambda entry: (entry.order_key, -entry.minor))
    return [(entry.minor, entry.state) for entry in found]


def test_what_exceeds_a_budget_is_frozen_and_the_rest_passes(world: World) -> None:
    lin = creator(world)
    publish(world, card(rule("base", percentage("10"))))
    budget(world, lin, "15.00")
    take(world, ordered("1", "100.00"))
    take(world, ordered("2", "100.00"))
    take(world, ordered("3", "50.00"))
    assert states(world) == [(1000, "pending"), (1000, "frozen"), (500, "pending")]
    assert read_one(world, TENANT, "b").used == 1500


def test_a_refund_makes_room_and_what_waited_passes(world: World) -> None:
    lin = creator(world)
    publish(world, card(rule("base", percentage("10"))))
    budget(world, lin, "10.00")
    take(world, ordered("1", "100.00"))
    take(world, ordered("2", "100.00"))
    take(world, refunded("1", "100.00"))
    assert states(world) == [(1000, "pending"), (-1000, "pending"), (1000, "pending")]
    assert read_one(world, TENANT, "b").used == 1000


def test_a_claw_back_of_frozen_money_gives_no_room_that_was_never_taken(world: World) -> None:
    lin = creator(world)
    publish(world, card(rule("base", percentage("10"))))
    budget(world, lin, "10.00")
    take(world, ordered("1", "100.00"))
    take(world, ordered("2", "100.00"))
    take(world, refunded("2", "100.00"))
    take(world, ordered("3", "100.00"))
    assert read_one(world, TENANT, "b").used == 1000
    assert states(world) == [
        (1000, "pending"),
        (1000, "frozen"),
        (-1000, "frozen"),
        (1000, "frozen"),
    ]


def test_a_raised_limit_lets_pass_what_waited(world: World) -> None:
    lin = creator(world)
    publish(world, card(rule("base", percentage("10"))))
    budget(world, lin, "10.00")
    take(world, ordered("1", "100.00"), ordered("2", "100.00"))
    budget(world, lin, "20.00")
    settle(world)
    assert states(world) == [(1000, "pending"), (1000, "pending")]


def test_only_a_named_person_lets_pass_and_a_refused_one_is_void(world: World) -> None:
    lin = creator(world)
    publish(world, card(rule("base", percentage("10"))))
    budget(world, lin, "5.00", "ask", releasers=["usr_boss"])
    take(world, ordered("1", "100.00"))
    take(world, ordered("2", "100.00"))
    first, second = (one.key for one in waiting(world, TENANT, "b"))
    with pytest.raises(Forbidden):
        answer(world, person("other", world), "b", first, lets_pass=True)
    answer(world, person("boss", world), "b", first, lets_pass=True)
    answer(world, person("boss", world), "b", second, lets_pass=False)
    settle(world)
    assert states(world) == [(1000, "pending"), (1000, "void")]
    with pytest.raises(Conflict):
        answer(world, person("boss", world), "b", second, lets_pass=True)


def test_workers_at_once_never_overrun_a_budget(world: World) -> None:
    lin = creator(world)
    publish(world, card(rule("base", percentage("10"))))
    budget(world, lin, "75.00")
    receive(world, TENANT, [ordered(str(n), "100.00") for n in range(1, 21)])
    crew = [
        Thread(target=drain_lanes, args=(world, f"w{n}"), kwargs={"seconds": 20, "batch": 3})
        for n in range(4)
    ]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    settle(world)
    found = states(world)
    assert sorted(state for _, state in found) == ["frozen"] * 13 + ["pending"] * 7
    assert read_one(world, TENANT, "b").used == 7000


@pytest.mark.parametrize(
    "covers",
    [
        {"platform": "douyin"},
        {"shop": "flagship"},
        {"campaign": "618"},
        {"term": "creators.commission"},
    ],
    ids=["platform", "shop", "campaign", "term"],
)
def test_a_month_posted_in_bulk_stays_within_its_budget_whatever_it_covers(
    world: World, covers: dict[str, str]
) -> None:
    creator(world)
    take(world, *(ordered(str(n), "100.00", campaign="618") for n in range(1, 11)))
    publish(world, card(rule("base", percentage("10"))))
    document = {"name": "大促", "limit": "35.00", "action": "freeze", "covers": covers}
    put_budget(world, system(TENANT), "b", document)
    take_month(world, system(TENANT), "2026-11")
    settle(world)
    settle_month(world, system(TENANT))
    while drain_jobs(world, "test"):
        continue
    settle(world)
    found = sorted(state for _, state in states(world))
    assert found == ["frozen"] * 7 + ["pending"] * 3
    assert read_one(world, TENANT, "b").used == 3_000
