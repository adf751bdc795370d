"""A trigger by hand or form is tried with just its input, a schedule by its moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.core.errors import InvalidInput
from engine.runtime.entrances import find_door, hand_in
from engine.runtime.simulate import read_setup, simulate
from engine.runtime.world import World
from engine.store import customers as customer_store
from engine.store import runs as run_store
from engine.store.bulk import insert_many
from tests.engine.runtime.conftest import START, TENANT, live, settle
from tests.engine.runtime.simulate.test_safe import digest
from tests.engine.runtime.simulate.test_simulate import made, tag

ASKED = {
    "type": "object",
    "required": ["reason"],
    "properties": {"reason": {"type": "string"}, "amount": {"type": "number", "minimum": 1}},
}
MANUAL = {"id": "go", "type": "manual", "config": {"inputs": ASKED}}
FORM = {"id": "form", "type": "form", "config": {"title": "报修", "form": ASKED}}
DAILY = {"id": "daily", "type": "schedule", "config": {"cron": "0 10 * * *", "zone": "UTC"}}
GOLD = {"id": "gold", "type": "schedule",
        "config": {**DAILY["config"], "audience": "customer.level == 'gold'"}}  # fmt: skip
KEEP = {
    "id": "keep",
    "type": "set_fields",
    "config": {"fields": [{"name": "why", "value": "{{ event.data.reason }}"}]},
}
NOTE = {**KEEP, "config": {"fields": [{"name": "v", "value": "1"}]}}


def on(*triggers: dict[str, Any], then: dict[str, Any] | None = None) -> dict[str, Any]:
    step = then or tag()
    document = made(step, lines=[f"{one['id']}>{step['id']}" for one in triggers])
    return {**document, "nodes": [*triggers, step]}


def tried(world: World, document: dict[str, Any], *starts: dict[str, Any], **more: Any) -> Any:
    setup = {"flow": "tried", "document": document, "starts": list(starts), **more}
    return simulate(world, TENANT, read_setup(setup))


def wrong(world: World, document: dict[str, Any], *starts: dict[str, Any], **more: Any) -> Any:
    with pytest.raises(InvalidInput) as refused:
        tried(world, document, *starts, **more)
    problems = refused.value.problems
    assert all(one.message["zh"] and one.message["en"] for one in problems)
    return [one.path for one in problems]


def customers(world: World, **levels: str) -> None:
    rows = [
        {
            "id": f"cus_{name}",
            "tenant": TENANT,
            "name": name,
            "level": level,
            "tags": [],
            "fields": {},
            "consent": {},
            "revision": 1,
            "created_at": START - timedelta(days=1),
            "updated_at": START - timedelta(days=1),
        }
        for name, level in levels.items()
    ]
    with world.db.begin() as conn:
        insert_many(conn, customer_store.customers, rows)


@pytest.mark.parametrize("trigger", [MANUAL, FORM], ids=["manual", "form"])
def test_a_trigger_is_tried_with_just_its_input(world: World, trigger: dict[str, Any]) -> None:
    before = digest(world)
    result = tried(
        world,
        on(trigger, then=KEEP),
        {"inputs": {"reason": "漏水"}},
        {"inputs": {"reason": "停电"}},
    )
    assert result.report["runs"]["by_status"] == {"succeeded": 2}
    assert digest(world) == before


def test_a_start_comes_to_the_run_that_a_live_start_comes_to(world: World) -> None:
    document = on(MANUAL, then=KEEP)
    live(world, document)
    hand_in(world, TENANT, find_door(world, TENANT, "tried", "go", "manual"), {"reason": "漏水"})
    settle(world)
    with world.db.reading() as conn:
        (row,) = run_store.list_runs(conn, TENANT, limit=10)
    result = tried(world, document, {"inputs": {"reason": "漏水"}}, which="live")
    (run,) = result.kept["new"]
    assert (run.status, run.event_type) == (row.status, "flow.manual")
    (path,) = result.report["paths"]
    assert [step["place"] for step in path["steps"]] == ["go", "keep"]


def test_what_does_not_fit_the_schema_is_said_with_its_path(world: World) -> None:
    document = on(MANUAL)
    assert wrong(world, document, {"inputs": {"reason": "漏水", "amount": 0}}) == [
        "/starts/0/inputs/amount"
    ]
    assert wrong(world, document, {"inputs": {"reason": "好"}}, {"inputs": {"reason": 1}}) == [
        "/starts/1/inputs/reason"
    ]
    (path,) = wrong(world, document, {})
    assert path.startswith("/starts/0/inputs")


def test_a_trigger_that_is_not_clear_is_asked_for(world: World) -> None:
    both = on(MANUAL, FORM)
    assert wrong(world, both, {"inputs": {"reason": "漏水"}}) == ["/starts/0/node"]
    assert wrong(world, both, {"node": "nothing", "inputs": {}}) == ["/starts/0/node"]
    assert wrong(world, made(tag(), lines=["t>a"]), {"inputs": {}}) == ["/starts/0/node"]
    named = tried(world, both, {"node": "form", "inputs": {"reason": "漏水"}})
    assert [step["place"] for step in named.report["paths"][0]["steps"]] == ["form", "a"]


def test_a_manual_start_is_of_the_customer_it_names(world: World) -> None:
    customers(world, an="gold")
    start = {"inputs": {"reason": "回访"}, "customer": "cus_an"}
    found = tried(world, on(MANUAL), start).report
    assert found["effects"]["tags"] == [{"change": "added", "tag": "VIP", "count": 1}]
    nobody = {**start, "customer": "cus_nobody"}
    assert wrong(world, on(MANUAL), nobody) == ["/starts/0/customer"]
    prepared = tried(world, on(MANUAL), nobody, customers=[{"id": "cus_nobody"}]).report
    assert prepared["effects"]["tags"][0]["count"] == 1


def test_a_schedule_fires_at_the_given_moments_and_not_in_between(world: World) -> None:
    days = [START + timedelta(days=number) for number in (1, 5)]
    found = tried(world, on(DAILY, then=NOTE), *({"at": at.isoformat()} for at in days)).report
    assert found["runs"]["by_status"] == {"succeeded": 2}
    assert (found["events"]["first_at"], found["events"]["last_at"]) == tuple(days)


def test_a_schedule_without_a_moment_fires_at_its_next_time(world: World) -> None:
    found = tried(world, on(DAILY, then=NOTE), {}, start="2027-01-01T10:00:01Z").report
    assert found["events"]["first_at"].isoformat() == "2027-01-02T10:00:00+00:00"
    assert found["runs"]["started"] == 1


def test_a_schedule_runs_once_for_each_customer_of_its_audience(world: World) -> None:
    customers(world, an="gold", bo="silver", chen="gold")
    at = {"at": (START + timedelta(days=1)).isoformat()}
    before = digest(world)
    found = tried(world, on(GOLD), at, customers=[{"name": "丁", "level": "gold"}]).report
    assert found["effects"]["tags"] == [{"change": "added", "tag": "VIP", "count": 3}]
    one = tried(world, on(GOLD), {**at, "customer": "cus_an"}).report
    assert one["runs"]["started"] == 1
    assert wrong(world, on(GOLD), {**at, "customer": "cus_bo"}) == ["/starts/0/customer"]
    assert wrong(world, on(DAILY), {**at, "customer": "cus_an"}) == ["/starts/0/customer"]
    assert wrong(world, on(DAILY), {"node": "daily", "inputs": {"n": 1}}) == ["/starts/0/inputs"]
    assert digest(world) == before


def test_an_audience_of_the_past_is_said_to_be_as_of_today(world: World) -> None:
    customers(world, an="gold")
    past = tried(world, on(GOLD), {"at": (START - timedelta(hours=9)).isoformat()}).report
    assert past["runs"]["started"] == 1
    assert any("as of today" in one["en"] for one in past["unrestored"])


def test_who_was_no_customer_yet_is_not_in_it(world: World) -> None:
    customers(world, an="gold")
    before = {"at": (START - timedelta(days=9)).isoformat()}
    assert tried(world, on(GOLD), before).report["runs"]["started"] == 0
    named = {**before, "customer": "cus_an"}
    assert wrong(world, on(GOLD), named) == ["/starts/0/customer"]
    # The world is as of the first start: who comes in between is not in it either.
    both = tried(world, on(GOLD), before, {"at": (START + timedelta(days=1)).isoformat()}).report
    assert both["runs"]["started"] == 0
