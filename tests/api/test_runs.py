"""Runs, incidents, effects and tasks over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from engine.core.errors import GiveUp, NoAnswer
from engine.core.text import text
from engine.runtime.inbox import receive
from engine.runtime.world import World
from engine.store import connections as connection_store
from tests.api.conftest import START, TENANT, Client
from tests.api.helpers import PAID, event, flow, live, paths, second_tenant, settle, tag, vip


class Answers:
    """A platform that answers as the test says."""

    def __init__(self) -> None:
        self.answer: Any = {"ok": True}

    def call(self, *args: Any) -> list[Any]:
        effects: Sequence[Any] = args[-1]
        return [self.answer for _ in effects]


@pytest.fixture
def answers(world: World) -> Answers:
    found = Answers()
    world.caller = found
    return found


def calling(world: World, effect_class: str = "message") -> None:
    """A flow that calls a connection."""
    with world.db.begin() as conn:
        connection_store.insert_connection(
            conn,
            {
                "id": "con_1",
                "tenant": TENANT,
                "key": "shop",
                "connector": "http",
                "name": "shop",
                "settings": {},
                "sync_mode": "none",
                "on_bad_record": "review",
                "status": "active",
                "revision": 1,
                "failures": 0,
                "created_at": START,
                "updated_at": START,
            },
        )
    config = {
        "connection": "shop",
        "action": "request",
        "args": {"phone": "13800138000"},
        "effect_class": effect_class,
    }
    call = {"id": "c", "type": "call", "config": config}
    live(world, flow("calls", [PAID, call, tag()], ["t>c", "c>a"]))


def one_run(client: Client, **filters: str) -> Any:
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    (run,) = client.get(f"/api/v1/runs?{query}").json["items"]
    return run


def test_a_run_with_its_trace(admin: Client, world: World) -> None:
    live(world, vip())
    (received,) = receive(world, TENANT, [event("1")])
    settle(world)
    run = one_run(admin, flow="vip", status="succeeded")
    assert run["event_id"] == received.id
    found = admin.get(f"/api/v1/runs/{run['id']}", headers={"Accept-Language": "zh"}).json
    assert found["version"] == 1
    steps = found["trace"]["steps"]
    assert [step["node"] for step in steps] == ["t", "a"]
    assert [one["status"] for one in steps[1]["effects"]] == ["delivered"]
    assert all(step["reason"] for step in steps)
    assert admin.get("/api/v1/runs?flow=none").json["items"] == []


def test_secrets_are_covered_in_a_trace(admin: Client, world: World, answers: Answers) -> None:
    calling(world)
    answers.answer = {"access_token": "not-to-be-seen"}
    receive(world, TENANT, [event("1")])
    settle(world)
    run = one_run(admin, flow="calls")
    raw = admin.get(f"/api/v1/runs/{run['id']}").get_data(as_text=True)
    assert "not-to-be-seen" not in raw
    assert "13800138000" not in raw
    assert '"delivered"' in raw


def test_a_waiting_run_is_cancelled(admin: Client, world: World) -> None:
    wait = {"id": "w", "type": "wait", "config": {"duration": "P1D"}}
    document = flow("waits", [PAID, wait, tag()], ["t>w", "w>a"])
    live(world, document)
    receive(world, TENANT, [event("1")])
    settle(world)
    run = one_run(admin, status="waiting")
    path = f"/api/v1/runs/{run['id']}"
    assert admin.post(f"{path}/resume", {}).status_code == 409
    assert admin.post(f"{path}/cancel", {"reason": "客户已退款"}).status_code == 202
    settle(world)
    assert admin.get(path).json["run"]["status"] == "cancelled"
    assert admin.post(f"{path}/cancel", {}).status_code == 409


def test_a_failed_run_is_retried_from_its_step(
    admin: Client, world: World, answers: Answers
) -> None:
    calling(world)
    answers.answer = GiveUp(text("拒绝", "refused"), "refused")
    receive(world, TENANT, [event("1")])
    settle(world)
    run = one_run(admin, status="failed")
    incidents = admin.get("/api/v1/incidents").json["items"]
    assert {one["run_id"] for one in incidents} == {run["id"]}
    step = next(
        one["path"]
        for one in admin.get(f"/api/v1/runs/{run['id']}").json["trace"]["steps"]
        if one["node"] == "c"
    )
    answers.answer = {"ok": True}
    asked = admin.post(f"/api/v1/runs/{run['id']}/retry", {"step": step})
    assert asked.status_code == 202
    settle(world)
    assert admin.get(f"/api/v1/runs/{run['id']}").json["run"]["status"] == "succeeded"
    assert all(one["kind"] != "run" for one in admin.get("/api/v1/incidents").json["items"])


@pytest.mark.parametrize(("verdict", "status"), [("delivered", "succeeded"), ("failed", "failed")])
def test_a_person_decides_about_an_unknown_effect(
    admin: Client, world: World, answers: Answers, verdict: str, status: str
) -> None:
    calling(world)
    answers.answer = NoAnswer(text("没有回应", "no answer"))
    receive(world, TENANT, [event("1")])
    settle(world)
    run = one_run(admin, flow="calls")
    effects = admin.get("/api/v1/incidents").json["items"]
    key = next(one["ref"] for one in effects if one["kind"] == "effect")
    assert admin.get(f"/api/v1/effects/{key}").json["status"] == "unknown"
    body = {"verdict": verdict, "words": "后台已查到", "output": {"id": "9"}}
    assert admin.post(f"/api/v1/effects/{key}/decide", body).json["status"] == verdict
    settle(world)
    resumed = admin.get(f"/api/v1/runs/{run['id']}").json["run"]["status"]
    if resumed != status:  # the unknown answer stopped it: it is resumed by a person
        admin.post(f"/api/v1/runs/{run['id']}/resume", {})
        settle(world)
        resumed = admin.get(f"/api/v1/runs/{run['id']}").json["run"]["status"]
    assert resumed == status
    again = admin.post(f"/api/v1/effects/{key}/decide", body)
    assert again.status_code == (409 if verdict == "delivered" else 200)


def test_money_is_decided_with_a_second_factor(
    client_as: Callable[..., Client], world: World, answers: Answers
) -> None:
    calling(world, "money")
    answers.answer = NoAnswer(text("没有回应", "no answer"))
    receive(world, TENANT, [event("1")])
    settle(world)
    plain = client_as("operations")
    key = next(
        one["ref"]
        for one in plain.get("/api/v1/incidents").json["items"]
        if one["kind"] == "effect"
    )
    body = {"verdict": "delivered", "words": "已到账"}
    refused = plain.post(f"/api/v1/effects/{key}/decide", body)
    assert (refused.status_code, refused.json["code"]) == (403, "second_factor_missing")
    careful = client_as("operations", second_factor=True)
    assert careful.post(f"/api/v1/effects/{key}/decide", body).status_code == 200


def unclear_payment(client: Client, world: World) -> str:
    """The key of a payment nobody knows the end of."""
    receive(world, TENANT, [event("1")])
    settle(world)
    items = client.get("/api/v1/incidents").json["items"]
    return str(next(one["ref"] for one in items if one["kind"] == "effect"))


def test_money_is_decided_by_another_person_than_the_one_who_published_the_flow(
    client_as: Callable[..., Client], admin: Client, world: World, answers: Answers
) -> None:
    calling(world, "money")
    maker, checker = client_as("operations", second_factor=True), admin
    revision = maker.get("/api/v1/flows/calls").headers["ETag"]
    published = maker.post("/api/v1/flows/calls/publish", {}, headers={"If-Match": revision})
    assert published.status_code == 201
    answers.answer = NoAnswer(text("没有回应", "no answer"))
    path = f"/api/v1/effects/{unclear_payment(maker, world)}/decide"
    body = {"verdict": "delivered", "words": "已到账"}
    refused = maker.post(path, body)
    assert (refused.status_code, refused.json["code"]) == (403, "own_work")
    decided = checker.post(path, body)
    assert decided.status_code == 200
    assert decided.json["decided_by"] == checker.get("/api/v1/me").json["id"]


def test_who_sent_money_again_does_not_say_what_became_of_it(
    client_as: Callable[..., Client], admin: Client, world: World, answers: Answers
) -> None:
    calling(world, "money")
    answers.answer = NoAnswer(text("没有回应", "no answer"))
    path = f"/api/v1/effects/{unclear_payment(admin, world)}/decide"
    again = {"verdict": "again", "words": "平台说没有收到"}
    assert admin.post(path, again).status_code == 200
    settle(world)
    body = {"verdict": "delivered", "words": "已到账"}
    assert admin.post(path, body).json["code"] == "own_work"
    assert admin.post(path, again).json["code"] == "own_work"
    other = client_as("operations", second_factor=True)
    assert other.post(path, body).json["status"] == "delivered"


def test_who_started_a_payment_by_hand_does_not_say_what_became_of_it(
    client_as: Callable[..., Client], admin: Client, world: World, answers: Answers
) -> None:
    calling(world, "money")
    document = admin.get("/api/v1/flows/calls/versions/live").json
    document["nodes"][0] = {"id": document["nodes"][0]["id"], "type": "manual", "config": {}}
    live(world, {**document, "key": "pays"})
    answers.answer = NoAnswer(text("没有回应", "no answer"))
    starter = client_as("operations", second_factor=True)
    start = document["nodes"][0]["id"]
    begun = starter.post(f"/api/v1/flows/pays/start/{start}", {"values": {}})
    assert begun.status_code == 202, begun.json
    settle(world)
    items = admin.get("/api/v1/incidents").json["items"]
    path = f"/api/v1/effects/{items[0]['ref']}/decide"
    body = {"verdict": "failed", "words": "没有到账"}
    assert starter.post(path, body).json["code"] == "own_work"
    assert admin.post(path, body).status_code == 200


def test_an_incident_is_closed_once(admin: Client, world: World, answers: Answers) -> None:
    calling(world)
    answers.answer = GiveUp(text("拒绝", "refused"), "refused")
    receive(world, TENANT, [event("1")])
    settle(world)
    one = admin.get("/api/v1/incidents").json["items"][0]
    path = f"/api/v1/incidents/{one['id']}"
    assert admin.get(path).json["code"] == one["code"]
    assert admin.post(f"{path}/resolve", {"words": ""}).status_code == 422
    assert admin.post(f"{path}/resolve", {"words": "已联系平台"}).json["status"] == "resolved"
    assert admin.post(f"{path}/resolve", {"words": "再"}).status_code == 409


def test_who_may_not(client_as: Callable[..., Client], admin: Client, world: World) -> None:
    viewer, agent = client_as("viewer"), client_as("agent")
    other = second_tenant(world)
    live(world, vip(), other)
    receive(world, other, [event("1")])
    settle(world)
    assert admin.get("/api/v1/runs").json["items"] == []
    missing = "/api/v1/runs/run_" + "0" * 26
    assert viewer.get(missing).status_code == 404
    assert viewer.post(f"{missing}/cancel", {}).status_code == 403
    assert agent.get("/api/v1/runs").status_code == 403
    assert viewer.get("/api/v1/runs/nonsense").status_code == 422


# -- tasks -----------------------------------------------------------------------------------------

FORM = {
    "type": "object",
    "required": ["reason"],
    "properties": {"reason": {"type": "string", "minLength": 2}},
}


def asks(world: World, user: str) -> None:
    config = {"title": "核对 {{ order.external_id }}", "who": {"users": [user]}, "form": FORM}
    task = {"id": "f", "type": "form_task", "config": config}
    lines = ["t>f", "f.submitted>a", "f.timeout>b"]
    live(world, flow("asks", [PAID, task, tag("a", "已核对"), tag("b", "超时")], lines))
    receive(world, TENANT, [event("1")])
    settle(world)


def test_a_task_is_answered_once_by_whom_it_is_for(
    client_as: Callable[..., Client], admin: Client, world: World
) -> None:
    agent, other = client_as("agent"), client_as("agent")
    asks(world, agent.user_id)
    (task,) = agent.get("/api/v1/tasks").json["items"]
    assert task["title"] == "核对 1"
    assert other.get("/api/v1/tasks").json["items"] == []
    path = f"/api/v1/tasks/{task['id']}"
    assert other.post(f"{path}/answer", {"port": "submitted"}).status_code == 404
    wrong = agent.post(f"{path}/answer", {"port": "approved"})
    assert (wrong.status_code, paths(wrong)) == (422, ["/port"])
    empty = agent.post(f"{path}/answer", {"port": "submitted", "values": {"reason": "x"}})
    assert (empty.status_code, paths(empty)) == (422, ["/values/reason"])
    body = {"port": "submitted", "values": {"reason": "没问题"}}
    assert agent.post(f"{path}/answer", body).json["status"] == "done"
    assert agent.post(f"{path}/answer", body).status_code == 409
    settle(world)
    run = one_run(admin, flow="asks")
    assert run["status"] == "succeeded"
    steps = admin.get(f"/api/v1/runs/{run['id']}").json["trace"]["steps"]
    assert next(one for one in steps if one["node"] == "f")["output"] == {"reason": "没问题"}


def test_notices_are_read(client_as: Callable[..., Client], world: World) -> None:
    agent = client_as("agent")
    config = {"who": {"users": [agent.user_id]}, "title": "新订单", "body": "请查看"}
    live(world, flow("tells", [PAID, {"id": "n", "type": "notify", "config": config}], ["t>n"]))
    receive(world, TENANT, [event("1")])
    settle(world)
    (notice,) = agent.get("/api/v1/notices").json["items"]
    assert (notice["title"], notice["read_at"]) == ("新订单", None)
    assert agent.post("/api/v1/notices/read", {"ids": [notice["id"]]}).json == {"changed": 1}
    assert agent.post("/api/v1/notices/read", {"ids": [notice["id"]]}).json == {"changed": 0}


def test_a_run_that_waits_with_a_time_limit_can_be_read(world: World, admin: Client) -> None:
    wait = {
        "id": "w",
        "type": "wait_for_event",
        "config": {"type": "message.received", "timeout": "P1D"},
    }
    live(world, flow("reply", [PAID, wait], ["t>w"]))
    receive(world, TENANT, [event("1")])
    settle(world)
    run = one_run(admin)
    trace = admin.get(f"/api/v1/runs/{run['id']}").json["trace"]
    assert [step["values"].get("timeout") for step in trace["steps"]] == [None, "P1D"]
