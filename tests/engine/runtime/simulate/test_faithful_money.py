"""Flows that settle: a test run comes to the trace and the ledger that a live run comes to.

As in test_faithful, each flow lives on one of the two databases.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from engine.core.event import Event
from engine.runtime.principal import system
from engine.runtime.settling.budgets import put_budget, read_one
from engine.runtime.simulate.money import Money
from engine.runtime.world import World
from engine.settlement.money import to_major
from tests.engine.runtime.conftest import START, TENANT, Clock
from tests.engine.runtime.settling.ledger import (
    TIERS,
    card,
    creator,
    demand_exact,
    entries,
    ordered,
    publish,
    refunded,
    rule,
)
from tests.engine.runtime.simulate.test_faithful import BLOCKS, DATABASES, generated, in_both
from tests.engine.runtime.simulate.test_money import given

ALIKE = ("totals", "by_party", "by_tier", "by_state")


def blocks(people: list[str], *, at_once: bool) -> dict[str, Any]:
    """Blocks of settlement, and some of others between them.

    An order is posted by the lanes of the order and of its parties while its flow runs on. So what
    a step finds there is the same each time only as the first thing, or some time later: flows that
    begin at once read no totals and move no entries, the others wait first.
    """

    def share(chance: random.Random) -> list[dict[str, str]]:
        weights = [str(chance.randint(1, 7)) for _ in people]
        return [
            {"who": who, "kind": "weight", "value": weight}
            for who, weight in zip(people, weights, strict=True)
        ]

    def post(chance: random.Random, number: int) -> Any:
        parts = f"[{{'party': '{chance.choice(people)}', 'amount': order.amount / 8}}]"
        direction = chance.choice(["pay", "pay", "charge"])
        config = {"parts": parts, "term": "service", "direction": direction, "order": ORDER}
        return "post_entries", config, ["out"]

    def hold(type_: str) -> Any:
        return lambda chance, number: (type_, {"party": chance.choice(people)}, ["out"])

    return {
        "price": lambda c, n: (
            "price_order",
            {"card": "creators", "from_zero": (at_once and n > 0) or c.random() < 0.3},
            ["out"],
        ),
        "split": lambda c, n: (
            "split_amount", {"amount": "order.amount / 7", "shares": share(c)}, ["out"],
        ),
        "post": post,
        "guard": lambda c, n: (
            "budget_guard", {"budget": "gift", "amount": "order.amount"}, ["within", "over"],
        ),
        **({} if at_once else {
            "freeze": hold("freeze_entries"), "release": hold("release_entries"),
        }),
        **{name: BLOCKS[name] for name in ("branch", "wait", "tag")},
    }  # fmt: skip


ORDER = "{{ order.platform }}/{{ order.shop }}/{{ order.external_id }}"


def some_events(seed: int) -> list[Event]:
    """Orders of two creators and of nobody, completed and refunded by and by."""
    chance = random.Random(seed * 11 + 3)
    at, found = START, list[Event]()
    paid: dict[str, dict[str, Any]] = {}
    for number in range(16):
        # No two at one moment, nor after waits of the same length: which of two comes first to a
        # budget is then a matter of lanes, live as well.
        at += timedelta(minutes=chance.choice([1, 7, 45, 300, 2000]), seconds=number + 1)
        what = chance.random()
        if what < 0.55 or not paid:
            name = str(number)
            amount = f"{chance.choice([33.33, 120, 480.01, 1210.5]):.2f}"
            by = chance.choice(["lin", "lin", "mei", None])
            paid[name] = {"amount": amount, "by": by, "paid_at": at.isoformat()}
            found.append(ordered(name, amount, by=by, at=at))
            continue
        name = chance.choice(list(paid))
        if what < 0.8:
            done = {**paid[name], "created_at": paid[name]["paid_at"], "status": "completed",
                    "delivered_at": (at - timedelta(minutes=1)).isoformat()}  # fmt: skip
            found.append(ordered(name, type_="order.completed", at=at, **done))
        else:
            back = f"{float(paid[name]['amount']) / chance.choice([1, 2, 3]):.2f}"
            found.append(refunded(name, back, name=f"-{number}", at=at))
    return found


def came_to(world: World) -> dict[str, Any]:
    """The live ledger as a report of a test run says it."""
    found = Money()
    for row in entries(world):
        found.add(row, None)
    shown = found.as_json()
    return {name: _nameless(shown[name]) for name in ALIKE} if shown else {}


def _nameless(rows: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "name"} for row in rows]


# Remainders of two and of three say what kind of flow it is: halves have both of each.
@pytest.mark.parametrize(
    ("seed", "store_url"),
    [(seed, DATABASES[seed // 3]) for seed in range(6)],
    indirect=["store_url"],
)
def test_a_generated_flow_settles_as_it_would_live(seed: int, world: World, clock: Clock) -> None:
    people = [creator(world), creator(world, "mei")]
    later = {"moment": {"when": "after_sales", "days": 5}} if seed % 2 else {}
    publish(world, card(rule("base", TIERS), term=later))
    capped = {"name": "lin", "limit": "30.00", "action": "freeze", "covers": {"party": people[0]}}
    put_budget(world, system(TENANT), "b", capped)
    put_budget(world, system(TENANT), "gift",
               {"name": "赠品", "limit": "1500.00", "action": "freeze"})  # fmt: skip
    trigger = random.Random(seed).choice(["order.paid", "order.*", "order.completed"])
    at_once = seed % 3 == 0
    made = blocks(people, at_once=at_once)
    document = generated(seed + 100, made, trigger, "price" if at_once else "wait")
    result = in_both(world, clock, [document], [given(one) for one in some_events(seed)], [])
    money = result.report["money"]
    assert {name: _nameless(money[name]) for name in ALIKE} == came_to(world)
    for budget in money["budgets"]:
        used = read_one(world, TENANT, budget["budget"]).used
        assert budget["used"] == str(to_major(used, "CNY"))
    demand_exact(world)
