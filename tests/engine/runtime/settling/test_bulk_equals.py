"""A month in bulk and the same orders posted one by one leave the same books, whatever the model.

Two brands have the same parties and orders. One publishes its card first and posts order by order;
the other takes the orders first, then the card, and posts the month in bulk.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from engine.core.event import Event
from engine.runtime.inbox import receive
from engine.runtime.jobs import drain_jobs
from engine.runtime.principal import system
from engine.runtime.settling import month, month_part
from engine.runtime.settling.adjustments import (
    approve_adjustment,
    move_entries,
    propose_adjustment,
)
from engine.runtime.settling.budgets import put_budget, read_one
from engine.runtime.settling.parties import create_party, set_accounts
from engine.runtime.settling.rate_cards import create_card, publish_card
from engine.runtime.settling.reports import report
from engine.runtime.world import World
from engine.settlement.account import read_state
from engine.store import settlement_accounts as account_store
from engine.store import settlement_bulk
from engine.store import settlement_entries as entry_store
from engine.store import settlement_posted as posted_store
from engine.store.flows import create_tenant
from engine.store.settlement_sheets import fold
from engine.store.settlement_sums import sums_by_party, sums_by_state
from engine.store.settlement_what_if import posted_for_orders
from tests.engine.runtime.conftest import START, TENANT, Clock, settle
from tests.engine.runtime.settling.ledger import TIERS, ordered, refunded
from tests.engine.settlement.shop import percentage, rule, term, tiers

BULK, NOVEMBER = "bulk", "2026-11"
VOLUME = tiers("volume", ("0", "at", "2"), ("300", "at", "4"), ("900", "at", "6"))
FLAT = {
    "kind": "graduated",
    "tiers": [
        {"from": "0", "percent": "1", "flat": "8.8"},
        {"from": "400", "reach": "over", "percent": "3", "flat": "2"},
    ],
}
CHAIN = {
    "kind": "chain",
    "levels": [
        {"key": "promoter", "percent": "10"},
        {"key": "agency", "percent": "20", "mode": "carved_out"},
    ],
    "ceiling": {"amount": "30"},
}
SPLIT = {"shares": [{"key": "promoter", "value": "2"}, {"key": "agency", "value": "1"}]}
LIVE = {"match": {"channel": ["live"]}, "layer": "channel"}
# key: (the term, its rules)
TERMS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "percent": ({}, [{"model": percentage("10")}]),
    "tiers": ({}, [{"model": TIERS}]),
    "volume": ({}, [{"model": VOLUME}]),
    "flat": ({}, [{"model": FLAT}]),
    "weekly": ({"window": "week", "period": "week"}, [{"model": TIERS}]),
    "single": ({"window": "order"}, [{"model": TIERS}]),
    "lines": ({"rounding": {"grain": "line"}}, [{"model": percentage("3.33")}]),
    "pieces": ({"counts": "pieces"}, [{"model": {"kind": "package", "size": "3", "amount": "4"}}]),
    "capped": ({}, [{"model": percentage("20", maximum="99.99")}]),
    "shared": ({}, [{"model": VOLUME}, {"op": "multiply", "by": "1.5", **LIVE}]),
    "beside": ({}, [{"model": TIERS}, {"op": "add", "by": "2", **LIVE}]),
    "house": ({"totals": "parent"}, [{"model": TIERS}]),
    "picks": ({"totals": "qualify_parent"}, [{"model": VOLUME}]),
    "chain": ({"window": "order"}, [{"model": CHAIN}]),
    # By order: several shares go through the lanes, whose orders come side by side.
    "split": ({"split": SPLIT, "window": "order"}, [{"model": percentage("10")}]),
    "charge": ({"direction": "charge"}, [{"model": percentage("1.5")}]),
    "later": ({"moment": {"when": "after_sales", "days": 5}}, [{"model": TIERS}]),
}
CARD = {
    "key": "creators",
    "name": "达人",
    "terms": [term(**{"key": key, "name": key, **more}) for key, (more, _) in TERMS.items()],
    "rules": [
        rule(f"{key}_{index}", **{"term": key, **one})
        for key, (_, rules) in TERMS.items()
        for index, one in enumerate(rules)
    ],
}
EXACT = ("kind", "account", "sub", "order_key", "line", "from_account", "to_account", "minor",
         "currency", "state", "earned_in", "posted_in", "figures")  # fmt: skip


@pytest.fixture
def names(world: World) -> dict[str, dict[str, str]]:
    """{tenant: {id: name}}: the same people of two brands."""
    with world.db.begin() as conn:
        create_tenant(conn, BULK, "另一个品牌", START, settings={})
    found = {}
    for tenant in (TENANT, BULK):
        who = system(tenant)
        house = str(create_party(world, who, {"kind": "agency", "name": "house"}).id)
        found[tenant] = {house: "house"}
        for name in ("lin", "wan"):
            more = {"kind": "creator", "name": name, "parent_id": house}
            id_ = str(create_party(world, who, more).id)
            set_accounts(world, who, id_, [("douyin", name)])
            found[tenant][id_] = name
    return found


def orders(seed: int, count: int = 5) -> list[Event]:
    """In order of payment over two weeks before START."""
    draw, found = random.Random(seed), []
    for number in range(1, count + 1):
        at = START - timedelta(days=10) + timedelta(hours=23 * number)
        lines = [
            {"id": str(index), "name": "眼霜", "sku": f"S{index}",
             "quantity": draw.randrange(1, 5), "amount": f"{draw.randrange(1, 26_000) / 100:.2f}"}
            for index in range(1, draw.randrange(2, 4))
        ]  # fmt: skip
        total = f"{sum(float(line['amount']) for line in lines):.2f}"
        more = {"lines": lines, "channel": draw.choice(["live", "shelf"])}
        who = draw.choice(["lin", "wan"])
        found.append(ordered(str(number), total, by=who, at=at, **more))
    return found


def told(world: World, tenant: str, events: Sequence[Event]) -> None:
    """One after the other, where somebody posts them."""
    for event in events:
        receive(world, tenant, [event])
        settle(world)


def kept(world: World, events: Sequence[Event]) -> None:
    """Orders of the brand that has no card yet."""
    receive(world, BULK, events)
    settle(world)


def publish(world: World, tenant: str) -> None:
    create_card(world, system(tenant), CARD)
    publish_card(world, system(tenant), "creators")
    drain_jobs(world, "test")


def booked(world: World) -> None:
    """The card comes after the orders of the month; they are booked and not posted."""
    publish(world, BULK)
    month.take_month(world, system(BULK), NOVEMBER)
    settle(world)


def posted(world: World) -> None:
    month.settle_month(world, system(BULK))
    while drain_jobs(world, "test"):
        continue
    settle(world)


def rows(
    world: World, names: dict[str, dict[str, str]], tenant: str, columns: Sequence[str] = EXACT
) -> Counter[str]:
    """The ledger of a brand, people by name."""
    with world.db.reading() as conn:
        found = entry_store.list_entries(conn, tenant, limit=None)
    written = (repr([getattr(row, name) for name in columns]) for row in found)
    return Counter(by_name(names[tenant], one) for one in written)


def by_name(names: dict[str, str], written: str) -> str:
    for id_, name in names.items():
        written = written.replace(id_, name)
    return written


def books(world: World, names: dict[str, dict[str, str]], tenant: str) -> dict[str, Any]:
    """{account: what it counts, what is posted in it}; the entries sum to it."""
    found = {}
    with world.db.reading() as conn:
        for row in account_store.list_accounts(conn, tenant, limit=10_000):
            state = read_state(row.state)
            minor, _ = posted_store.sums_by(conn, tenant, row.key)
            assert minor == state.minor
            subs = sorted(by_name(names[tenant], repr(one)) for one in state.subs.items())
            found[by_name(names[tenant], row.key)] = (state.amount, state.number, minor, subs)
    return found


def demand_same(world: World, names: dict[str, dict[str, str]]) -> None:
    """Every entry of the one brand is an entry of the other, the accounts agree, and so does
    whatever is read of them.
    """
    live, bulk = rows(world, names, TENANT), rows(world, names, BULK)
    assert bulk == live
    assert sum(bulk.values()) > 100
    assert books(world, names, BULK) == books(world, names, TENANT)
    assert told_of(world, names, BULK) == told_of(world, names, TENANT)
    for tenant in (TENANT, BULK):
        with world.db.reading() as conn:
            every = [row.key for row in entry_store.list_entries(conn, tenant, limit=None)]
            paged: list[str] = []
            while rows_ := entry_store.list_entries(
                conn, tenant, limit=7, before=paged[-1] if paged else None
            ):
                paged += [row.key for row in rows_]
            assert paged == every
            found = entry_store.entries_by_key(conn, tenant, every)
            assert {row.key for row in found} == set(every)


def told_of(world: World, names: dict[str, dict[str, str]], tenant: str) -> Counter[str]:
    """What reports, sums and a trial say of a brand's month."""
    days = {"since": date(2026, 11, 1), "until": date(2026, 11, 30)}
    said: list[Any] = []
    for by in ("tier", "shop", "channel", "party"):
        said += report(world, tenant, by, **days).rows
    with world.db.reading() as conn:
        for key in posted_store.parties_in(conn, tenant, NOVEMBER):
            found = entry_store.list_entries(conn, tenant, party=key, limit=None)
            said.append((key, len(found), posted_store.currencies_in(conn, tenant, key, NOVEMBER)))
        said += sums_by_state(conn, tenant, NOVEMBER)
        said += sums_by_party(conn, tenant, NOVEMBER, ["pending", "frozen"]).items()
        said += posted_for_orders(conn, tenant, "creators", TERMS, None, None)
        own = entry_store.entries_of_orders(conn, tenant, ["douyin/flagship/1"])
        listed = entry_store.list_entries(conn, tenant, order="douyin/flagship/1", limit=None)
        assert {row.key for row in own} == {row.key for row in listed}
    return Counter(by_name(names[tenant], repr(one)) for one in said)


def act(world: World, do: Callable[[str, dict[str, str]], None], names: Any) -> None:
    """The same for both brands; `do(tenant, {name: id})`."""
    for tenant in (TENANT, BULK):
        do(tenant, {name: id_ for id_, name in names[tenant].items()})
        settle(world)


def test_bulk_writes_the_entries_that_lanes_write_whichever_job_dies(
    world: World,
    clock: Clock,
    names: dict[str, dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Amounts, accounts, states, periods and explanations, for every model at once; what becomes
    earned between booking and posting too. Jobs die between two parts and inside one, then two
    go on at once.
    """
    events = orders(1)
    publish(world, TENANT)
    told(world, TENANT, events)
    kept(world, events)
    booked(world)
    clock.wind(timedelta(days=4))
    settle(world)
    for most in ("LINES_AT_ONCE", "LINES_ON_SQLITE"):
        monkeypatch.setattr(month, most, 3)  # less than some accounts have: they come in slices
    monkeypatch.setattr(settlement_bulk, "fold", partial(fold, most=2))
    job = SimpleNamespace(tenant=BULK, args={"shard": 0, "of": 1})

    def dies_after(parts: int) -> Callable[..., None]:
        def progress(done: int, *_: Any) -> None:
            if done >= parts:
                raise KeyboardInterrupt

        return progress

    with pytest.raises(KeyboardInterrupt):  # between two parts
        month.post_month(world, job, dies_after(3))
    with monkeypatch.context() as inside:  # after a part's entries, before its accounts
        inside.setattr(month_part._MonthPart, "save", lambda _: dies_after(0)(0))
        with pytest.raises(KeyboardInterrupt):
            month.post_month(world, job, lambda *_: None)
    done = sum(rows(world, names, BULK).values())
    assert 0 < done < sum(rows(world, names, TENANT).values())
    for _ in range(2):
        month.settle_month(world, system(BULK))
    crew = [
        Thread(target=drain_jobs, args=(world, f"w{number}"), kwargs={"seconds": 600})
        for number in range(2)
    ]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    clock.wind(timedelta(days=4))
    settle(world)
    demand_same(world, names)


def test_refunds_late_orders_and_adjustments_leave_the_same_totals(
    world: World, names: dict[str, dict[str, str]]
) -> None:
    """Whatever comes before the card, between booking and posting, or afterwards."""
    *first, one, other = orders(2, 6)
    early = [refunded("1", "0.37"), refunded("2", "17.77")]
    between = [refunded("3", "0.99"), refunded("2", "1.11", name="b"), one]
    after = [refunded("4", "0.50"), refunded("3", "2.01", name="b"), other]
    publish(world, TENANT)
    told(world, TENANT, [*first, *early, *between, *after])
    kept(world, [*first, *early])
    booked(world)
    told(world, BULK, between)
    posted(world)
    told(world, BULK, after)

    def adjust(tenant: str, ids: dict[str, str]) -> None:
        asked = {"party": ids["lin"], "amount": "-3.21", "reason": "样品", "paper": "QH-1"}
        made = propose_adjustment(world, system(tenant), term="creators.tiers", **asked)
        approve_adjustment(world, replace(system(tenant), id="usr_boss"), made.id)

    act(world, adjust, names)
    posted(world)  # nothing is left to post
    live, bulk = books(world, names, TENANT), books(world, names, BULK)
    assert bulk == live
    assert rows(world, names, BULK, ("kind",))["['adjustment']"] == 1


def test_what_is_held_back_is_the_same_on_both_roads(
    world: World, clock: Clock, names: dict[str, dict[str, str]]
) -> None:
    """By budgets made between booking and posting; frozen, released and void by hand, refunds of
    such an order included.
    """
    events = orders(6)

    def limit(tenant: str, ids: dict[str, str]) -> None:
        for key, most, covers in (
            ("a", "20.00", {"party": ids["lin"], "term": "creators.percent"}),
            ("b", "10.00", {"party": ids["wan"], "term": "creators.tiers", "shop": "flagship"}),
        ):
            document = {"name": key, "limit": most, "action": "freeze", "covers": covers}
            put_budget(world, system(tenant), key, document)

    publish(world, TENANT)
    kept(world, events)
    booked(world)
    act(world, limit, names)
    told(world, TENANT, events)
    posted(world)
    held = rows(world, names, BULK, ("account", "state"))
    assert {one.partition("|2026")[0] for one in held if "'frozen'" in one} == {
        "['lin|creators.percent",
        "['wan|creators.tiers",
    }
    demand_same(world, names)
    for key in "ab":
        used = [read_one(world, tenant, key).used for tenant in (TENANT, BULK)]
        assert used[0] == used[1] > 0

    def move(what: str, number: str) -> Callable[[str, dict[str, str]], None]:
        def do(tenant: str, ids: dict[str, str]) -> None:
            for party in ids.values():
                order = f"douyin/flagship/{number}"
                move_entries(world, system(tenant), party, what, order=order, reason="核对")

        return do

    for what, number in (("freeze", "1"), ("freeze", "2"), ("void", "3")):
        act(world, move(what, number), names)
    for tenant in (TENANT, BULK):
        told(world, tenant, [refunded(number, "0.30") for number in "134"])
    act(world, move("release", "2"), names)
    clock.wind(timedelta(days=8))
    settle(world)
    states = set(rows(world, names, BULK, ("order_key", "state")))
    for number, state in (("1", "frozen"), ("2", "pending"), ("3", "void"), ("4", "pending")):
        assert f"['douyin/flagship/{number}', '{state}']" in states
    demand_same(world, names)
