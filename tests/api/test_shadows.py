"""A draft beside the live version: day by day, told to whoever started it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from engine.runtime.inbox import receive
from engine.runtime.jobs import drain_jobs
from engine.runtime.memory import Memory
from engine.runtime.world import World
from engine.scheduler import SHADOW_EVERY, beat
from engine.store.customers import customers
from tests.api.conftest import START, Client, Clock, code_at
from tests.api.helpers import event, live, paths, settle, vip
from tests.api.test_simulations import big

URL = "/api/v1/flows/vip/shadow"
STAR = {"If-Match": "*"}


def save(admin: Client, document: dict[str, Any]) -> None:
    done = admin.put("/api/v1/flows/vip/draft", document, headers=STAR)
    assert done.status_code == 200, done.get_data(as_text=True)


def restarted(world: World) -> World:
    """The same installation in processes that have just begun."""
    return replace(world, memory=Memory(world.registry))


def later(admin: Client, clock: Clock, **by: int) -> None:
    """Some time goes by, longer than a session lasts."""
    clock.wind(timedelta(**by))
    admin.sign_in("admin-1", code=code_at(clock.at))


def days(admin: Client) -> list[tuple[Any, ...]]:
    found = admin.get(URL).json["comparisons"]
    return [(one["status"], one["pairs"], one["different"]) for one in found]


def told(admin: Client) -> list[tuple[str, str]]:
    found = admin.get("/api/v1/notices").json["items"]
    return [(one["title"], one["body"]) for one in found]


def test_a_shadow_with_answers_that_nothing_asks_for_is_refused_at_once(
    world: World, admin: Client
) -> None:
    live(world, big())
    refused = admin.post(URL, {"answers": {"nowhere": {"sample": "ok"}}})
    assert (refused.status_code, paths(refused)) == (422, ["/answers/nowhere"])
    assert admin.get(URL).status_code == 404


def test_the_days_of_a_shadow_end_at_midnight_and_are_told(
    world: World, admin: Client, clock: Clock
) -> None:
    live(world, big())
    save(admin, big(200))
    shadow = admin.post(URL, {})
    assert shadow.status_code == 201, shadow.get_data(as_text=True)
    assert shadow.json["next_at"] == "2026-11-11T16:00:00Z"  # midnight in Shanghai
    assert admin.post(URL, {}).status_code == 409
    clock.wind(timedelta(hours=2))
    receive(world, "main", [event("1", "300.00"), event("2", "900.00")])
    settle(world)
    later(admin, clock, hours=12)
    beat(world, 0)
    assert days(admin) == []
    clock.wind(timedelta(minutes=2))
    again = restarted(world)
    beat(again, SHADOW_EVERY)
    beat(again, SHADOW_EVERY * 2)
    drain_jobs(again, "test")
    # The first order alone would be tagged by the draft only; then both find the customer tagged.
    assert days(admin) == [("succeeded", 2, 2)]
    (one,) = admin.get(URL).json["comparisons"]
    assert (one["since"], one["until"]) == ("2026-11-11T02:00:00Z", "2026-11-11T16:00:00Z")
    assert told(admin) == [("影子运行：vip（2026-11-11）", "2 次执行中 2 次与线上版本不同")]
    found = admin.get("/api/v1/notices").json["items"]
    assert found[0]["link"] == f"/simulations/{one['id']}"
    # Live, only the live version has done anything.
    with world.db.reading() as conn:
        (person,) = conn.execute(customers.select().where(customers.c.tenant == "main")).all()
    assert person.tags == ["VIP"]
    runs = admin.get("/api/v1/runs").json["items"]
    assert len(runs) == 2
    later(admin, clock, days=1)
    beat(world, 0)
    drain_jobs(world, "test")
    assert days(admin)[0] == ("succeeded", 0, 0)
    assert told(admin)[0] == ("影子运行：vip（2026-11-12）", "这一天没有执行")
    assert admin.delete(URL).json["status"] == "stopped"
    assert admin.get(URL).status_code == 404


def test_a_day_that_could_not_be_compared_comes_with_the_next_one(
    world: World, admin: Client, clock: Clock
) -> None:
    live(world, big())
    end = START + timedelta(days=1, hours=20)
    assert admin.post(URL, {"until": end.isoformat()}).status_code == 201
    broken = big()
    broken["nodes"][1]["config"]["branches"][0]["when"] = "ordr.amount > 1"
    save(admin, broken)
    clock.wind(timedelta(hours=2))
    receive(world, "main", [event("1", "300.00")])
    settle(world)
    later(admin, clock, hours=13)
    beat(world, 0)
    drain_jobs(world, "test")
    assert days(admin) == []
    ((_, why),) = told(admin)
    assert why == "没有对照成：还有 1 处问题，不能试运行"
    save(admin, big(200))
    later(admin, clock, days=1)
    beat(world, 0)
    drain_jobs(world, "test")
    assert days(admin) == [("succeeded", 1, 1)]
    # Its own end comes before the next midnight: what was received later is not looked at.
    assert admin.get(URL).json["shadow"]["next_at"] == end.isoformat().replace("+00:00", "Z")
    later(admin, clock, days=3)
    receive(world, "main", [event("2", "300.00")])
    settle(world)
    beat(world, 0)
    drain_jobs(world, "test")
    assert admin.get(URL).status_code == 404
    last = admin.get("/api/v1/simulations?kind=shadow").json["items"][0]
    window = admin.get(f"/api/v1/simulations/{last['id']}").json["setup"]["window"]
    assert window["until"] == end.isoformat().replace("+00:00", "Z")
    assert told(admin)[0][1] == "这一天没有执行"


def test_a_shadow_needs_a_live_version_a_fit_draft_and_an_end_to_come(
    world: World, admin: Client
) -> None:
    admin.post("/api/v1/flows", vip())
    assert admin.post(URL, {}).status_code == 404
    assert admin.post("/api/v1/flows/vip/publish", {"note": ""}, headers=STAR).status_code < 300
    past = admin.post(URL, {"until": START.isoformat()})
    assert (past.status_code, paths(past)) == (422, ["/until"])
    broken = vip()
    broken["edges"] = []
    save(admin, broken)
    assert admin.post(URL, {}).status_code == 422
