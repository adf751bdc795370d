"""The first page: three days beside each other, what is open, and only what one may see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from engine.core.ids import first_id
from engine.runtime.inbox import receive
from engine.runtime.world import World
from engine.store.runs import save_runs
from engine.store.settlement_entries import store_entries
from tests.api.conftest import START, TENANT, Client, Clock
from tests.api.helpers import event, live, second_tenant, settle, vip

HOME = "/api/v1/home"


def happen(world: World, clock: Clock, at: datetime, *numbers: str) -> None:
    """Orders that come in at a moment, worked on at once."""
    clock.at = at
    receive(world, TENANT, [event(one) for one in numbers])
    settle(world)


def entry(key: str, minor: int, **more: str) -> dict[str, object]:
    plain = {
        "tenant": TENANT,
        "key": key,
        "account": "pty_1|creators.commission||k",
        "sub": "",
        "kind": "order",
        "order_key": "douyin/shop/1",
        "line": "1",
        "from_account": "brand",
        "to_account": "pty_1",
        "minor": minor,
        "currency": "CNY",
        "state": "pending",
        "earned_in": "",
        "posted_in": "2026-11",
        "figures": {},
        "posted_at": START,
    }
    return {**plain, **more}


def test_each_figure_is_of_the_same_part_of_the_day(
    world: World, clock: Clock, admin: Client
) -> None:
    live(world, vip())
    # START is 10:00 in Shanghai. An hour later the past days had more by now than today had.
    for days, numbers in ((7, ("w1", "w2", "w3")), (1, ("y1",)), (0, ("t1", "t2"))):
        happen(world, clock, START - timedelta(days=days), *numbers)
    happen(world, clock, START - timedelta(days=1) + timedelta(hours=5), "y2", "y3")
    clock.at = START + timedelta(hours=1)

    found = admin.get(HOME).json

    assert found["zone"] == "Asia/Shanghai"
    for name in ("events", "runs"):
        figure = found[name]
        assert (figure["today"], figure["yesterday"], figure["last_week"]) == (2, 1, 3)
        assert (figure["yesterday_whole"], figure["last_week_whole"]) == (3, 3)
    hours = found["events"]["hours"]
    assert hours["today"] == [0] * 10 + [2] + [0] * 13
    assert (hours["yesterday"][10], hours["yesterday"][15]) == (1, 2)
    assert found["failed"]["today"] == 0


def test_a_day_begins_at_midnight_of_the_tenant(world: World, clock: Clock, admin: Client) -> None:
    midnight = datetime(2026, 11, 10, 16, 0, tzinfo=UTC)  # in Shanghai
    happen(world, clock, midnight - timedelta(milliseconds=1), "late")
    happen(world, clock, midnight, "early")
    clock.at = midnight + timedelta(minutes=5)

    events = admin.get(HOME).json["events"]

    assert (events["today"], events["yesterday"], events["yesterday_whole"]) == (1, 0, 1)


def test_what_has_failed_and_waits_is_counted(world: World, clock: Clock, admin: Client) -> None:
    live(world, vip())
    happen(world, clock, START, "a", "b")
    found = admin.get("/api/v1/runs").json["items"]
    with world.db.begin() as conn:
        save_runs(conn, [{"id": found[0]["id"], "status": "failed"}])

    home = admin.get(HOME).json
    (figures,) = admin.get("/api/v1/flow-figures").json["items"]

    assert (home["runs"]["today"], home["failed"]["today"]) == (2, 1)
    assert home["open"] == {
        "effects_waiting": 0,
        "effects_unknown": 0,
        "runs_stopped": 0,
        "others": 0,
    }
    assert (figures["flow"], figures["runs"], figures["failed"]) == ("vip", 2, 1)
    assert figures["last_run"] == found[0]["id"]


def test_money_is_what_came_in_less_what_went_back(
    world: World, clock: Clock, admin: Client
) -> None:
    today, yesterday = (first_id("ent", START - timedelta(days=back)) for back in (0, 1))
    rows = [
        entry(f"{today}.1", 1000),
        entry(f"{today}.2", 300, kind="refund", from_account="pty_1", to_account="brand"),
        entry(f"{today}.3", 250, state="frozen"),
        entry(f"{today}.4", 999, state="void"),
        entry(f"{today}.5", 999, kind="retention", from_account="pty_1", to_account="brand"),
        entry(f"{yesterday}.1", 70),
        entry(f"{yesterday}.2", 5, currency="USD"),
    ]
    with world.db.begin() as conn:
        store_entries(conn, rows)

    cny, usd = admin.get(HOME).json["money"]

    assert cny["accrued"] == {"today": "9.50", "yesterday": "0.70", "last_week": "0.00"}
    assert cny["frozen"]["today"] == "2.50"
    assert (usd["currency"], usd["accrued"]["yesterday"]) == ("USD", "0.05")


def test_nobody_sees_figures_they_have_no_act_for(client_as: Callable[..., Client]) -> None:
    agent = client_as("agent").get(HOME).json
    business = client_as("business").get(HOME).json
    finance = client_as("finance").get(HOME).json

    hidden = {name for name, value in agent.items() if value is None}
    assert hidden == {"events", "runs", "failed", "open", "money", "connections", "budgets"}
    assert business["runs"]
    assert business["connections"] == []
    assert business["money"] is None
    assert business["budgets"] is None
    assert finance["money"] == []
    assert finance["budgets"] == []
    assert finance["connections"] is None


def test_a_partner_sees_their_own_money_and_nobody_elses(
    world: World, client_as: Callable[..., Client]
) -> None:
    with world.db.begin() as conn:
        store_entries(conn, [entry(f"{first_id('ent', START)}.1", 1000)])

    assert client_as("partner").get(HOME).json["money"] == []


def test_another_tenants_events_do_not_count(world: World, clock: Clock, admin: Client) -> None:
    receive(world, second_tenant(world), [event("x")])

    assert admin.get(HOME).json["events"]["today"] == 0


def test_budgets_stand_with_the_fullest_first(world: World, admin: Client) -> None:
    for key, limit in (("wide", "100000.00"), ("none", "0.00")):
        body = {"name": key, "limit": limit}
        made = admin.put(f"/api/v1/settlement/budgets/{key}", body, headers={"If-Match": "*"})
        assert made.status_code == 201

    full, wide = admin.get(HOME).json["budgets"]

    assert (full["key"], full["percent"], full["is_near"]) == ("none", 100.0, True)
    assert (wide["used"], wide["limit"], wide["is_near"]) == ("0.00", "100000.00", False)


def test_a_new_installation_is_told_so(world: World, admin: Client) -> None:
    assert admin.get(HOME).json["is_new"] is True
    live(world, vip())
    assert admin.get(HOME).json["is_new"] is False


def test_runs_are_listed_by_when_their_event_came(
    world: World, clock: Clock, admin: Client
) -> None:
    live(world, vip())
    for back in (2, 1, 0):
        happen(world, clock, START - timedelta(days=back), f"n{back}")

    since, until = (f"{(START - timedelta(days=back)).isoformat()}" for back in (1, 0))
    query = {"since": since, "until": until}
    found = admin.get("/api/v1/runs", query_string=query).json["items"]

    assert len(found) == 1
    assert len(admin.get("/api/v1/runs", query_string={"since": since}).json["items"]) == 2
    assert admin.get("/api/v1/runs?since=yesterday").status_code == 422


def test_of_many_runs_those_that_can_go_on_do(world: World, clock: Clock, admin: Client) -> None:
    live(world, vip())
    happen(world, clock, START, "a", "b")
    failed, done = (one["id"] for one in admin.get("/api/v1/runs").json["items"])
    with world.db.begin() as conn:
        save_runs(conn, [{"id": failed, "status": "failed"}])
    nobody = f"run_{'0' * 26}"

    body = {"run_ids": [failed, done, nobody, failed], "reason": "again"}
    found = admin.post("/api/v1/runs/resume", body)

    assert found.status_code == 202
    assert found.json["asked"] == [failed]
    assert [one["run_id"] for one in found.json["refused"]] == [done, nobody]
