"""Many workers post for one partner at once and are killed at random: the books are exact."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from engine.core.event import Event
from engine.runtime.inbox import receive
from engine.runtime.principal import system
from engine.runtime.settling.budgets import put_budget
from engine.runtime.settling.cards import load_plans
from engine.runtime.settling.parties import create_party, set_accounts
from engine.runtime.settling.rate_cards import create_card, publish_card
from engine.runtime.world import World
from engine.settlement.account import AMOUNT, MINOR, NUMBER, POSTED, read_state
from engine.settlement.money import round_fine
from engine.store.db import all_tenants
from engine.store.flows import create_tenant
from engine.store.incidents import incidents
from engine.store.lanes import work
from engine.store.settlement_accounts import settlement_accounts
from engine.store.settlement_budgets import load_budgets
from engine.store.settlement_entries import settlement_entries
from tests.chaos.test_nothing_lost import PATIENCE, Workers, count

pytestmark = pytest.mark.alone

TENANT = "main"
ORDERS, REFUNDED_EVERY, DUPLICATES = 1_200, 4, 300
LIMIT = 1_000_000  # minor units: some of the orders' money does not pass
TIERS = [
    {"from": "0", "percent": "3"},
    {"from": "100000", "reach": "over", "percent": "5"},
    {"from": "300000", "reach": "over", "percent": "8"},
]
NOW = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)


def amount_of(number: int) -> Decimal:
    return Decimal(40_033 + number % 300 * 101).scaleb(-2)


def order(number: int) -> Event:
    """An order of the one creator."""
    return Event(
        id=f"paid/{number}", source="/chaos", type="order.paid", time=NOW,
        data={"order": {
            "platform": "douyin", "shop": "s1", "external_id": f"o{number}", "status": "paid",
            "amount": str(amount_of(number)), "created_at": "2026-11-11T01:58:00Z",
            "paid_at": "2026-11-11T01:59:00Z", "promoter": {"id": "lin", "kind": "creator"},
        }},
    )  # fmt: skip


def refund(number: int) -> Event:
    """A part of an order comes back; it may arrive before its order."""
    return Event(
        id=f"back/{number}", source="/chaos", type="refund.completed", time=NOW,
        data={"refund": {
            "platform": "douyin", "shop": "s1", "external_id": f"r{number}",
            "order_id": f"o{number}", "status": "completed", "amount": "100.01",
            "requested_at": "2026-11-11T01:59:30Z", "completed_at": "2026-11-11T01:59:40Z",
        }},
    )  # fmt: skip


def set_up(world: World) -> str:
    """The creator, a card with tiers and a budget that holds back what exceeds it."""
    who = system(TENANT)
    with world.db.begin() as conn:
        create_tenant(conn, TENANT, "记账测试", world.now(), settings={})
    party = create_party(world, who, {"kind": "creator", "name": "林"}).id
    set_accounts(world, who, party, [("douyin", "lin")])
    create_card(world, who, {
        "key": "creators", "name": "达人",
        "terms": [{"key": "commission", "name": "佣金", "party": {"role": "promoter"}}],
        "rules": [{"id": "base", "name": "阶梯", "term": "commission",
                   "model": {"kind": "graduated", "tiers": TIERS}}],
    })  # fmt: skip
    publish_card(world, who, "creators")
    document = {"name": "达人预算", "limit": "10000.00", "action": "freeze",
                "covers": {"party": party}}  # fmt: skip
    put_budget(world, who, "b", document)
    return str(party)


def test_every_entry_is_there_once_and_sums_to_f_of_the_total(world: World) -> None:
    chance = random.Random(20261112)
    party = set_up(world)
    events = [order(number) for number in range(ORDERS)]
    events += [refund(number) for number in range(0, ORDERS, REFUNDED_EVERY)]
    chance.shuffle(events)
    events += chance.sample(events, DUPLICATES)
    workers = Workers(dict(os.environ))
    pause = threading.Event()
    try:
        for start in range(0, len(events), 100):
            receive(world, TENANT, events[start : start + 100])
            if start % 200 == 0:
                workers.kill_one(chance)
            pause.wait(0.1)
        for _ in range(4):
            workers.kill_one(chance)
            pause.wait(0.5)
        over = time.monotonic() + PATIENCE
        while count(world, work) and time.monotonic() < over:
            pause.wait(0.3)
    finally:
        workers.stop()
    assert workers.killed >= 10
    assert count(world, work) == 0
    assert count(world, incidents) == 0
    _check(world, party)


def _check(world: World, party: str) -> None:
    table = settlement_entries
    with world.db.reading() as conn:
        found = conn.execute(
            all_tenants(select(table.c.order_key, table.c.kind, table.c.minor, table.c.state))
        ).all()
        (account,) = conn.execute(all_tenants(select(settlement_accounts))).all()
        (budget,) = load_budgets(conn, TENANT)
        state = read_state(account.state)
        ((sub, sums),) = state.subs.items()
        plan = load_plans(conn, TENANT, [sub])[sub]
    # No entry lost, none twice.
    orders = {f"douyin/s1/o{number}" for number in range(ORDERS)}
    back = {f"douyin/s1/o{number}" for number in range(0, ORDERS, REFUNDED_EVERY)}
    assert Counter(row.order_key for row in found if row.kind == "order") == Counter(orders)
    assert Counter(row.order_key for row in found if row.kind == "refund") == Counter(back)
    # Totals exact, and the entries sum to f of them.
    total = sum(amount_of(number) for number in range(ORDERS)) - Decimal("100.01") * len(back)
    assert sums[AMOUNT] == int(total * 100)
    assert sums[POSTED] == plan.worth(sums[AMOUNT], sums[NUMBER])
    assert sums[MINOR] == round_fine(sums[POSTED]) == sum(row.minor for row in found)
    # The budget let through what it says, and never more than its limit.
    passed = sum(row.minor for row in found if row.state == "pending")
    assert budget.used == passed
    assert 0 < passed <= LIMIT
    assert any(row.state == "frozen" for row in found)
    assert account.party == party
