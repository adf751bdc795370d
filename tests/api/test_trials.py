"""What a draft still lacks for being published, as its page shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.core.ids import new_id
from engine.runtime.world import World
from engine.store import simulations as store
from tests.api.conftest import START, TENANT, Client
from tests.api.helpers import vip

GATE = "/api/v1/flows/vip/gate"
CASE = {"name": "大单", "event": {"type": "order.paid", "data": {}}, "expect": {"starts": True}}


def tried(world: World, report: dict[str, Any], revision: int = 1) -> str:
    """A test run of the draft that is over, with this report."""
    id_ = new_id("sim", START)
    row = {
        "id": id_,
        "tenant": TENANT,
        "flow_key": "vip",
        "which": "draft",
        "kind": "asked",
        "setup": {},
        "status": "succeeded",
        "revision": revision,
        "report": report,
        "created_at": START,
        "ended_at": START,
    }
    with world.db.begin() as conn:
        store.insert_simulation(conn, {"against": None, "created_by": None, **row})
    return id_


def report(**more: Any) -> dict[str, Any]:
    edge = vip()["edges"][0]["id"]
    return {"coverage": {"lines": [{"id": edge, "count": 3}]}, **more}


def ask(admin: Client, **rules: Any) -> None:
    held = admin.get("/api/v1/flows/vip/publish-rules")
    match = {"If-Match": held.headers["ETag"]}
    assert admin.put("/api/v1/flows/vip/publish-rules", rules, headers=match).status_code == 200


def test_a_draft_that_nobody_tried_lacks_all_that_is_asked(admin: Client) -> None:
    admin.post("/api/v1/flows", {**vip(), "cases": [CASE]})
    assert admin.get(GATE).json["problems"] == []
    ask(admin, cases=True, coverage=100)
    found = admin.get(GATE).json
    assert found["cases"] == [{"name": "大单", "passed": None}]
    assert (found["lines"], found["taken"], len(found["missing"])) == (1, 0, 1)
    assert [one["code"] for one in found["problems"]] == ["case_not_run", "coverage"]


def test_test_runs_of_this_revision_count_and_older_ones_do_not(
    admin: Client, world: World
) -> None:
    admin.post("/api/v1/flows", {**vip(), "cases": [CASE]})
    ask(admin, cases=True, coverage=100)
    revision = admin.get("/api/v1/flows/vip").json["revision"]
    tried(world, report(cases=[{"name": "大单", "passed": True}]), revision + 1)
    assert len(admin.get(GATE).json["problems"]) == 2
    tried(world, report(cases=[{"name": "大单", "passed": True}]), revision)
    found = admin.get(GATE).json
    assert (found["problems"], found["taken"]) == ([], 1)


def test_money_above_the_limit_waits_for_its_owners_yes(
    admin: Client, world: World, client_as: Callable[..., Client]
) -> None:
    admin.post("/api/v1/flows", vip())
    ask(admin, money_limit="100")
    revision = admin.get("/api/v1/flows/vip").json["revision"]
    money = {"difference": "18430.55", "agreed_by": None}
    id_ = tried(world, report(comparison={"money": money}), revision)
    assert [one["code"] for one in admin.get(GATE).json["problems"]] == ["money"]
    path = f"/api/v1/simulations/{id_}/agree"
    assert client_as("business", second_factor=True).post(path, {}).status_code == 403
    assert client_as("finance", second_factor=True).post(path, {}).status_code == 200
    found = admin.get(GATE).json
    assert (found["problems"], found["money"]["difference"]) == ([], "18430.55")


def test_only_a_test_run_that_tells_of_money_can_be_agreed_to(admin: Client, world: World) -> None:
    admin.post("/api/v1/flows", vip())
    id_ = tried(world, report())
    assert admin.post(f"/api/v1/simulations/{id_}/agree", {}).status_code == 409
    other = f"/api/v1/simulations/{new_id('sim', START)}/agree"
    assert admin.post(other, {}).status_code == 404
