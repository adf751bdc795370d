"""Two who do the same thing at the same moment: both end well, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from engine.core.errors import Conflict
from engine.runtime import inbox, owners
from engine.runtime import publish as publishing
from engine.runtime.inbox import receive
from engine.runtime.principal import system
from engine.runtime.publish import create_flow, publish, roll_back
from engine.runtime.world import World
from engine.store import customers as customer_store
from engine.store import events as event_store
from engine.store import flows as flow_store
from engine.store import lanes as lane_store
from tests.engine.runtime.conftest import TENANT, live, order_event
from tests.engine.runtime.staging import PAID, flow, tag

WAIT = 60  # seconds after which a test that hangs gives up


def both(*acts: Callable[[], Any]) -> list[Any]:
    """What each came to, its value or its exception, done side by side."""

    def outcome(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except Exception as fault:
            return fault

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(outcome, acts))


def meet(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, count: int = 2) -> None:
    """The first `count` calls of a function wait for each other before they go on."""
    whole, barrier, calls = getattr(place, name), threading.Barrier(count), threading.Lock()
    left = [count]

    def together(*args: Any, **more: Any) -> Any:
        with calls:
            left[0] -= 1
            waits = left[0] >= 0
        found = whole(*args, **more)
        if waits:
            barrier.wait(WAIT)
        return found

    monkeypatch.setattr(place, name, together)


def fault() -> OperationalError:
    return OperationalError("INSERT", {}, Exception("deadlock detected"))


@pytest.mark.parametrize("times", [1, 4])
def test_a_receipt_that_the_database_broke_off_is_repeated(
    world: World, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    whole, faults = event_store.store_events, [fault() for _ in range(times)]

    def broken(*args: Any, **more: Any) -> Any:
        if faults:
            raise faults.pop()
        return whole(*args, **more)

    monkeypatch.setattr(inbox, "PAUSE", 0.0)
    monkeypatch.setattr(inbox.event_store, "store_events", broken)
    (received,) = receive(world, TENANT, [order_event("o1")])
    assert received.is_new
    with world.db.reading() as conn:
        assert lane_store.backlog(conn)[0] == 1
        assert len(customer_store.page_of_customers(conn, TENANT, "", 10)) == 1


def test_a_database_that_stays_away_is_told_and_nothing_is_stored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise fault()

    monkeypatch.setattr(inbox, "PAUSE", 0.0)
    monkeypatch.setattr(inbox.lane_store, "put_work", broken)
    with pytest.raises(OperationalError):
        receive(world, TENANT, [order_event("o1")])
    with world.db.reading() as conn:
        assert event_store.list_events(conn, TENANT) == []


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_the_victim_of_a_deadlock_is_received_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, barrier = event_store.store_events, threading.Barrier(2)
    is_first = threading.local()

    def crossed(conn: Any, rows: Any, **more: Any) -> Any:
        # Each locks its own number, then the other's: PostgreSQL breaks one of them off.
        if not getattr(is_first, "seen", False):
            is_first.seen = True
            own = 1 if rows[0]["external_id"].endswith("o1") else 2
            conn.execute(text("SELECT pg_advisory_xact_lock(:one)"), {"one": own})
            barrier.wait(WAIT)
            conn.execute(text("SELECT pg_advisory_xact_lock(:one)"), {"one": 3 - own})
        return whole(conn, rows, **more)

    monkeypatch.setattr(inbox.event_store, "store_events", crossed)
    found = both(
        lambda: receive(world, TENANT, [order_event("o1", person="a")]),
        lambda: receive(world, TENANT, [order_event("o2", person="b")]),
    )
    assert [[one.is_new for one in received] for received in found] == [[True], [True]]
    with world.db.reading() as conn:
        assert lane_store.backlog(conn)[0] == 2


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_two_first_events_of_one_person_at_once_make_one_customer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On SQLite the second transaction cannot look before the first has written.
    meet(monkeypatch, owners.customer_store, "find_by_identity")
    found = both(
        lambda: receive(world, TENANT, [order_event("o1")]),
        lambda: receive(world, TENANT, [order_event("o2")]),
    )
    assert [received[0].is_new for received in found] == [True, True]
    with world.db.reading() as conn:
        (customer,) = customer_store.page_of_customers(conn, TENANT, "", 10)
        stored = event_store.list_events(conn, TENANT)
    assert {one.owner for one in stored} == {f"customer:{customer.id}"}


def draft(key: str = "vip") -> dict[str, Any]:
    return flow(key, [PAID, tag("a", "VIP")], ["t>a"])


def test_of_two_who_publish_at_once_one_gets_a_conflict(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_flow(world, system(TENANT), draft())
    meet(monkeypatch, publishing, "validate")
    found = both(*[lambda: publish(world, system(TENANT), "vip", revision=1)] * 2)
    assert sorted(type(one).__name__ for one in found) == ["Conflict", "Published"]
    with world.db.reading() as conn:
        row = flow_store.find_flow(conn, TENANT, "vip")
        assert row is not None
        versions = flow_store.list_versions(conn, TENANT, row.id)
    assert [one.number for one in versions] == [1]
    assert row.live_version == versions[0].id


def test_a_publish_and_a_rollback_at_once_leave_one_of_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(world, draft())
    meet(monkeypatch, publishing, "validate")
    found = both(
        lambda: publish(world, system(TENANT), "vip"),
        lambda: roll_back(world, system(TENANT), "vip", 1),
    )
    assert sorted(type(one).__name__ for one in found) == ["Conflict", "Published"]


def test_a_draft_saved_while_it_is_published_keeps_the_old_one_from_going_live(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_flow(world, system(TENANT), draft())
    whole = publishing.validate

    def slow(*args: Any, **more: Any) -> Any:
        found = whole(*args, **more)
        monkeypatch.setattr(publishing, "validate", whole)
        publishing.save_draft(world, system(TENANT), "vip", draft(), revision=1)
        return found

    monkeypatch.setattr(publishing, "validate", slow)
    with pytest.raises(Conflict):
        publish(world, system(TENANT), "vip", revision=1)


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_of_two_flows_with_one_key_made_at_once_one_is_a_conflict(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On SQLite the second looks only after the first is stored.
    meet(monkeypatch, publishing.flow_store, "find_flow")
    found = both(*[lambda: create_flow(world, system(TENANT), draft())] * 2)
    assert sum(isinstance(one, Conflict) for one in found) == 1
