"""The system's own events: told when somebody listens, of the form their schema says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.core.errors import RetryLater
from engine.core.event_types import EVENT_TYPES, validate_data
from engine.runtime.inbox import receive
from engine.runtime.principal import system
from engine.runtime.publish import archive, create_flow, publish, roll_back, set_status
from engine.runtime.world import World
from engine.store import events as event_store
from tests.engine.runtime.conftest import TENANT, Answers, Clock, live, order_event, settle
from tests.engine.runtime.staging import PAID, calling_flow, flow, runs_of, tag
from tests.engine.runtime.test_outbox import connect

MINUTE = timedelta(minutes=1)
WHO = system(TENANT)


def listener(type_: str, key: str = "listener") -> dict[str, Any]:
    trigger = {"id": "t", "type": "event", "config": {"type": type_}}
    return flow(key, [trigger, {"id": "e", "type": "end", "config": {}}], ["t>e"])


def told(world: World, type_: str) -> list[Any]:
    """The events of a type; each as its schema says."""
    with world.db.reading() as conn:
        rows = event_store.list_events(conn, TENANT, type_=type_)
    for row in rows:
        assert validate_data(row.type, row.data) == []
    return rows


def vip(world: World) -> None:
    create_flow(world, WHO, flow("vip", [PAID, tag("a", "VIP")], ["t>a"]))


def test_publishing_and_rolling_back_is_told_once_each(world: World) -> None:
    live(world, listener("flow.published"))
    live(world, listener("flow.rolled_back", "back"))
    vip(world)
    publish(world, WHO, "vip")
    roll_back(world, WHO, "vip", 1)
    settle(world)
    own = [row for row in told(world, "flow.published") if row.subject == "vip"]
    assert [row.data["flow"]["version"] for row in own] == [1]
    (back,) = told(world, "flow.rolled_back")
    assert back.data == {"flow": {"key": "vip", "name": "vip", "by": "system", "version": 2}}
    assert {run.owner for run in runs_of(world)} == {"flow:vip", "flow:back"}


def test_a_flow_that_is_switched_off_is_told_once(world: World) -> None:
    live(world, listener("flow.disabled"))
    vip(world)
    publish(world, WHO, "vip")
    set_status(world, WHO, "vip", "paused")
    archive(world, WHO, "vip")
    set_status(world, WHO, "vip", "live")
    archive(world, WHO, "vip")
    states = [row.data["flow"]["status"] for row in told(world, "flow.disabled")]
    assert sorted(states) == ["archived", "paused"]


def test_nothing_is_stored_when_nobody_listens(world: World) -> None:
    vip(world)
    publish(world, WHO, "vip")
    set_status(world, WHO, "vip", "paused")
    with world.db.reading() as conn:
        assert event_store.list_events(conn, TENANT) == []


def broken() -> dict[str, Any]:
    config = {"fields": [{"name": "x", "value": "{{ 1 / (order.amount - 620) }}"}]}
    return flow("bad", [PAID, {"id": "s", "type": "set_fields", "config": config}], ["t>s"])


def test_an_incident_of_a_run_is_told_as_its_customer_s(world: World) -> None:
    live(world, listener("flow.incident"))
    live(world, listener("flow.failed", "failed"))
    live(world, broken())
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    (bad,) = runs_of(world, status="failed")
    (incident,) = told(world, "flow.incident")
    assert (incident.data["flow"]["key"], incident.data["flow"]["run"]) == ("bad", bad.id)
    assert incident.owner == bad.owner
    (failed,) = told(world, "flow.failed")
    assert failed.data["flow"]["code"] == incident.data["flow"]["code"]
    assert len(runs_of(world, status="succeeded")) == 2


def test_a_finished_run_is_told_and_a_flow_that_hears_of_itself_stops(world: World) -> None:
    live(world, listener("flow.finished"))
    live(world, flow("vip", [PAID, tag("a", "VIP")], ["t>a"]))
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    assert {row.data["flow"]["key"] for row in told(world, "flow.finished")} == {"vip", "listener"}
    (own,) = runs_of(world, status="failed")
    assert own.error["code"] == "chain"


def test_a_flow_that_mends_incidents_does_not_chase_its_own(world: World) -> None:
    mends = broken()
    mends["nodes"][0] = {"id": "t", "type": "event", "config": {"type": "flow.incident"}}
    mends["nodes"][1]["config"]["fields"][0]["value"] = "{{ 1 / (flow.key == 'bad' ? 0 : 0) }}"
    live(world, broken())
    live(world, {**mends, "key": "mends"})
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    assert len(told(world, "flow.incident")) == 2
    assert len(runs_of(world)) == 3


def test_an_effect_nobody_knows_the_end_of_is_an_incident_that_is_told(
    world: World, answers: Answers
) -> None:
    from engine.core.errors import NoAnswer

    connect(world, "erp")
    live(world, listener("flow.incident"))
    document = calling_flow()
    document["nodes"][1]["config"]["effect_class"] = "message"
    live(world, document)
    answers.answer = lambda *_: NoAnswer("no answer")
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    (incident,) = told(world, "flow.incident")
    assert incident.data["flow"]["key"] == "call"
    assert incident.owner.startswith("customer:")


def test_a_connection_that_degrades_and_recovers_is_told(
    world: World, answers: Answers, clock: Clock
) -> None:
    connect(world, "erp")
    live(world, listener("connector.degraded"))
    live(world, listener("connector.recovered", "recovered"))
    live(world, calling_flow())
    answers.answer = lambda *_: RetryLater("away")
    receive(world, TENANT, [order_event(f"o{n}", person=f"p{n}") for n in range(6)])
    settle(world)
    (degraded,) = told(world, "connector.degraded")
    notice = degraded.data["connector"]
    assert (notice["connection"], notice["connector"], notice["state"]) == (
        "erp",
        "http",
        "degraded",
    )
    assert told(world, "connector.recovered") == []
    answers.answer = lambda *_: {"ok": True}
    for _ in range(10):
        clock.wind(MINUTE)
        settle(world)
    (recovered,) = told(world, "connector.recovered")
    assert recovered.data["connector"]["state"] == "recovered"
    assert len(told(world, "connector.degraded")) == 1


def test_an_event_of_our_own_ends_a_wait_though_no_flow_starts_with_it(
    world: World, clock: Clock
) -> None:
    config = {"type": "customer.tagged", "timeout": "P7D"}
    wait = {"id": "w", "type": "wait_for_event", "config": config}
    live(world, flow("waits", [PAID, wait, tag("a", "来了")], ["t>w", "w.event>a"]))
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    clock.wind(MINUTE)
    tags = flow("tags", [{**PAID, "config": {"type": "order.shipped"}}, tag("a", "新")], ["t>a"])
    live(world, tags)
    receive(world, TENANT, [order_event("o1", type_="order.shipped")])
    settle(world)
    assert [run.status for run in runs_of(world)] == ["succeeded", "succeeded"]


@pytest.mark.parametrize(
    "type_",
    ["flow.published", "flow.rolled_back", "flow.disabled", "flow.incident", "flow.finished",
     "flow.failed", "connector.degraded", "connector.recovered"],
)  # fmt: skip
def test_each_type_is_the_system_s_own_and_has_a_sample_that_fits(type_: str) -> None:
    found = EVENT_TYPES[type_]
    assert found.internal
    assert validate_data(type_, found.sample) == []
