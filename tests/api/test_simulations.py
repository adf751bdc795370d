"""Test runs over HTTP: started, followed, read, cancelled; what they give the live flow."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.context import KEY
from engine.runtime.inbox import receive
from engine.runtime.jobs import MOST_ATTEMPTS, drain_jobs
from engine.runtime.world import World
from engine.store import customers as customer_store
from engine.store import jobs as job_store
from tests.api.conftest import TENANT, Client, Clock
from tests.api.helpers import cloud_event, event, flow, live, paths, settle, tag

BRANCH = {
    "id": "big",
    "type": "branch",
    "config": {"branches": [{"id": "yes", "name": "大", "when": "order.amount > 500"}]},
}
PAID = {"id": "t", "type": "event", "config": {"type": "order.paid"}}


def big(limit: int = 500, **more: Any) -> dict[str, Any]:
    branch = json.loads(json.dumps(BRANCH).replace("500", str(limit)))
    small = {"id": "small", "type": "end", "config": {"outcome": "小单"}}
    lines = ["t>big", "big.yes>a", "big.default>small"]
    return flow("vip", [PAID, branch, tag(), small], lines, **more)


def tried(world: World, client: Client, body: dict[str, Any]) -> dict[str, Any]:
    """A test run from its start to its report."""
    started = client.post("/api/v1/simulations", body)
    assert started.status_code == 202, started.get_data(as_text=True)
    drain_jobs(world, "test")
    found = client.get(started.headers["Location"]).json
    assert found["status"] == "succeeded", found["error"]
    return found


def test_a_test_run_is_started_followed_and_read(world: World, admin: Client) -> None:
    live(world, big())
    found = tried(
        world, admin, {"flow": "vip", "events": [cloud_event("1"), cloud_event("2", "9")]}
    )
    report = found["report"]
    assert report["runs"]["by_status"] == {"succeeded": 2}
    assert report["coverage"]["covered"]["lines"] == [3, 3]
    runs = admin.get(f"/api/v1/simulations/{found['id']}/runs").json["items"]
    assert len(runs) == 2
    one = admin.get(f"/api/v1/simulations/{found['id']}/runs/new/{runs[0]['run_id']}").json
    assert [step["node"] for step in one["trace"]["steps"]][:2] == ["t", "big"]
    assert admin.get("/api/v1/runs").json["items"] == []
    assert [one["id"] for one in admin.get("/api/v1/simulations").json["items"]] == [found["id"]]


def test_an_invalid_flow_is_refused_before_there_is_a_job(world: World, admin: Client) -> None:
    document = big()
    document["nodes"][1]["config"]["branches"][0]["when"] = "ordr.amount > 1"
    body = {"flow": "vip", "document": document, "events": [cloud_event("1")]}
    told = admin.post("/api/v1/simulations", body)
    assert told.status_code == 422
    assert "/nodes/1/config/branches/0/when" in paths(told)
    assert admin.get("/api/v1/jobs").json["items"] == []


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"answers": {"nowhere": {"sample": "ok"}}}, "/answers/nowhere"),
        (
            {"answers": {"a": {"event": {"type": "order.paid", "data": {}}}}},
            "/answers/a/event",
        ),
        ({"before": [{"type": "order.paid"}]}, "/before/0/data"),
        ({"params": {"limit": "viel"}}, "/params/limit"),
        ({"params": {"limmit": 3}}, "/params/limmit"),
    ],
)
def test_what_does_not_fit_the_flow_is_refused_before_there_is_a_job(
    world: World, admin: Client, asked: dict[str, Any], path: str
) -> None:
    limit = {"type": "number", "default": 500}
    live(world, big(params={"type": "object", "properties": {"limit": limit}}))
    told = admin.post("/api/v1/simulations", {"flow": "vip", "events": [cloud_event("1")], **asked})
    assert told.status_code == 422
    assert any(found.startswith(path) for found in paths(told))
    assert admin.get("/api/v1/jobs").json["items"] == []


def test_a_calendar_there_is_not_is_said_before_there_is_a_job(world: World, admin: Client) -> None:
    live(world, big())
    body = {"flow": "vip", "events": [cloud_event("1")], "calendar": "nowhere"}
    assert admin.post("/api/v1/simulations", body).status_code == 404
    assert admin.get("/api/v1/jobs").json["items"] == []


def test_what_is_wrong_is_said_in_chinese_too(world: World, admin: Client) -> None:
    live(world, big())
    day = {"since": "2026-11-02T00:00:00Z", "until": "2026-11-01T00:00:00Z"}
    for more in ({"window": day}, {"events": [], "cases": []}, {"events": [], "start": _LONG_AGO}):
        told = admin.post("/api/v1/simulations", {"flow": "vip", **more}).json["problems"][0]
        assert not re.search("[A-Z][a-z]+ (error|should)", told["message_zh"]), told
        assert re.search("[\u4e00-\u9fff]{2}", told["message_zh"]), told
    assert told["message_zh"].startswith("不能早于 1970")


_LONG_AGO = "1900-01-01T00:00:00Z"


def test_a_file_of_events_with_bad_lines(world: World, admin: Client) -> None:
    live(world, big())
    lines = [json.dumps(cloud_event("1")), "{", json.dumps(cloud_event("2"))]
    sent = {
        "setup": json.dumps({"flow": "vip"}),
        "file": (io.BytesIO("\n".join(lines).encode()), "events.jsonl"),
    }
    started = admin.open("POST", "/api/v1/simulations/file", data=sent)
    assert started.status_code == 202, started.get_data(as_text=True)
    drain_jobs(world, "test")
    report = admin.get(started.headers["Location"]).json["report"]
    assert report["events"]["used"] == 2
    assert report["events"]["bad"][0]["line"] == 2


def test_past_events_are_tried_against_the_live_version(
    world: World, admin: Client, clock: Clock
) -> None:
    live(world, big())
    receive(world, "main", [event("1", "300.00"), event("2", "900.00")])
    settle(world)
    window = {"since": "2026-11-11T00:00:00Z", "until": "2026-11-12T00:00:00Z"}
    body = {"flow": "vip", "document": big(200), "against": "live", "window": window}
    found = tried(world, admin, body)["report"]["comparison"]
    # The second order finds the customer tagged already, by the first one.
    assert (found["pairs"], found["different"]) == (2, 2)
    assert [one["kind"] for one in found["largest"][0]["kinds"]] == ["changed", "path"]
    assert found["largest"][0]["event"]["subject"] == "1"


def test_a_customer_for_a_start_is_found_by_name_whole_phone_or_id(
    world: World, admin: Client, client_as: Any
) -> None:
    bought = event("1")
    bought.data["order"]["identities"] = [{"kind": "phone", "value": "13900001234"}]
    receive(world, TENANT, [bought])

    def found(q: str) -> list[dict[str, Any]]:
        answer = admin.get("/api/v1/simulations/customers", query_string={"q": q})
        items: list[dict[str, Any]] = answer.json["items"]
        return items

    (one,) = found("139 0000 1234")
    assert "0000" not in one["phone"]
    assert found(one["id"]) == [one]
    with world.db.begin() as conn:
        row = customer_store.load_customers(conn, TENANT, [one["id"]])[one["id"]]
        customer_store.save_customers(conn, [{**row._mapping, "name": "林晓"}])
    assert [each["name"] for each in found("林")] == ["林晓"]
    assert found("1390000") == found("%") == []
    path = "/api/v1/simulations/customers?q=x"
    assert client_as("viewer").get(path).status_code == 403


def test_who_may_not_run_tests_is_refused(world: World, client_as: Any) -> None:
    live(world, big())
    viewer = client_as("viewer")
    body = {"flow": "vip", "events": [cloud_event("1")]}
    assert viewer.post("/api/v1/simulations", body).status_code == 403
    assert client_as("business").post("/api/v1/simulations", body).status_code == 202


def test_a_queued_test_run_can_be_cancelled_and_one_that_is_over_forgotten(
    world: World, admin: Client
) -> None:
    live(world, big())
    body = {"flow": "vip", "events": [cloud_event("1")]}
    path = admin.post("/api/v1/simulations", body).headers["Location"]
    assert admin.delete(path).status_code == 409
    assert admin.post(f"{path}/cancel").json["status"] == "cancelled"
    assert admin.post(f"{path}/cancel").status_code == 409
    assert admin.delete(path).status_code == 204
    assert admin.get(path).status_code == 404


def uploads(world: World, client: Client, *, flow: str = "vip") -> tuple[Any, list[Path]]:
    """A test run of a file, asked for; and what now lies in the folder of uploads."""
    sent = {
        "setup": json.dumps({"flow": flow}),
        "file": (io.BytesIO(json.dumps(cloud_event("1")).encode()), "events.jsonl"),
    }
    started = client.open("POST", "/api/v1/simulations/file", data=sent)
    return started, left(client)


def left(client: Client) -> list[Path]:
    return list((client.http.application.extensions[KEY].settings.data_dir / "uploads").glob("*"))


def test_a_test_run_whose_job_is_cancelled_in_the_queue_is_over_and_leaves_no_file(
    world: World, admin: Client
) -> None:
    live(world, big())
    started, kept = uploads(world, admin)
    assert len(kept) == 1
    path, job = started.headers["Location"], started.json["job_id"]
    assert admin.post(f"/api/v1/jobs/{job}/cancel").json["status"] == "cancelled"
    assert left(admin) == []
    (listed,) = admin.get("/api/v1/simulations").json["items"]
    assert listed["status"] == "cancelled"
    assert listed["ended_at"] is not None
    assert admin.delete(path).status_code == 204


@pytest.mark.parametrize(
    ("more", "path", "said"),
    [
        ({}, "/file/mapping", "列对照"),
        ({"mapping": {"columns": [{"to": "amuont", "column": "a"}]}},
         "/file/mapping/columns/0/to", "，是否想写“amount”？"),
    ],
)  # fmt: skip
def test_a_table_without_a_fit_mapping_is_refused_at_once_and_not_kept(
    world: World, admin: Client, more: dict[str, Any], path: str, said: str
) -> None:
    live(world, big())
    sent = {
        "setup": json.dumps({"flow": "vip", "file": {"format": "csv", **more}}),
        "file": (io.BytesIO(b"a,b\n1,2\n"), "orders.csv"),
    }
    refused = admin.open("POST", "/api/v1/simulations/file", data=sent)
    assert refused.status_code == 422
    assert (path, True) in [
        (one["path"], said in one["message_zh"]) for one in refused.json["problems"]
    ]
    assert left(admin) == []


def test_a_test_run_that_is_refused_leaves_no_file(world: World, admin: Client) -> None:
    refused, kept = uploads(world, admin, flow="nobody")
    assert refused.status_code == 404
    assert kept == []


def test_a_test_run_that_broke_off_too_often_ends_and_leaves_no_file(
    world: World, admin: Client
) -> None:
    live(world, big())
    started, _ = uploads(world, admin)
    for _ in range(MOST_ATTEMPTS):
        with world.db.begin() as conn:
            assert job_store.claim_job(conn, "dead", timedelta(seconds=-1)) is not None
    drain_jobs(world, "test")
    assert left(admin) == []
    found = admin.get(started.headers["Location"]).json
    assert (found["status"], found["error"]["code"]) == ("failed", "lost")
    assert admin.delete(started.headers["Location"]).status_code == 204


def test_a_test_run_that_is_over_says_how_far_it_came(world: World, admin: Client) -> None:
    live(world, big())
    found = tried(
        world, admin, {"flow": "vip", "events": [cloud_event(str(one)) for one in range(30)]}
    )
    assert (found["done"], found["total"]) == (30, 30)


def test_publishing_asks_for_cases_and_coverage(world: World, admin: Client) -> None:
    case = {"name": "大单", "event": cloud_event("1"), "expect": {"path": ["t", "big", "a"]}}
    admin.post("/api/v1/flows", big(cases=[case]))
    url = "/api/v1/flows/vip/publish-rules"

    def publish() -> Any:
        return admin.post("/api/v1/flows/vip/publish", {"note": ""}, headers={"If-Match": "*"})

    assert admin.get(url).json["revision"] == 0
    rules = {"cases": True, "coverage": 100}
    assert admin.put(url, rules, headers={"If-Match": '"r0"'}).status_code == 200
    assert admin.put(url, rules, headers={"If-Match": '"r0"'}).status_code == 412
    refused = publish()
    assert refused.status_code == 409
    assert [one["code"] for one in refused.json["problems"]] == ["case_not_run", "coverage"]
    report = tried(world, admin, {"flow": "vip", "cases": []})["report"]
    assert report["cases"][0]["wrong"] == []
    refused = publish()
    assert [one["code"] for one in refused.json["problems"]] == ["coverage"]
    rules["excused"] = [{"line": "e2", "reason": "小单不做任何事"}]
    signed = admin.put(url, rules, headers={"If-Match": '"r1"'}).json["excused"][0]
    assert signed["by"] == admin.user_id
    published = publish()
    assert published.status_code in (200, 201), published.get_data(as_text=True)


def test_a_case_that_does_not_pass_says_where(world: World, admin: Client) -> None:
    case = {"name": "小单", "event": cloud_event("1", "9"), "expect": {"path": ["t", "big", "a"]}}
    live(world, big(cases=[case]))
    report = tried(world, admin, {"flow": "vip", "which": "live", "cases": ["小单"]})["report"]
    assert report["passed"] == 0
    assert report["cases"][0]["wrong"] == [
        {
            "zh": '/path/2：期望是 "a"，实际是 "small"',
            "en": '/path/2: expected "a", found "small"',
        }
    ]
    assert (report["events"]["given"], report["events"]["used"]) == (1, 1)


def test_a_case_whose_event_cannot_be_read_says_so(world: World, admin: Client) -> None:
    unfit = cloud_event("1")
    del unfit["data"]["order"]["amount"]
    case = {"name": "坏", "event": unfit, "expect": {"starts": True}}
    live(world, big(cases=[case]))
    report = tried(world, admin, {"flow": "vip", "which": "live", "cases": []})["report"]
    (first, second) = report["cases"][0]["wrong"]
    assert first["zh"] == "/event/data/order/amount：事件不符合格式，必填"
    assert second["zh"] == "/starts：期望是 true，实际是 false"
    assert (report["events"]["given"], report["events"]["used"]) == (1, 0)


def test_a_line_is_excused_only_where_the_draft_has_it(world: World, admin: Client) -> None:
    admin.post("/api/v1/flows", big())
    url, rules = "/api/v1/flows/vip/publish-rules", {"coverage": 100}
    excused = [{"line": "e2", "reason": "小单不做任何事"}, {"line": "e9", "reason": "写错了"}]
    refused = admin.put(url, {**rules, "excused": excused}, headers={"If-Match": "*"})
    assert (refused.status_code, paths(refused)) == (422, ["/excused/1/line"])
    admin.put(url, {**rules, "excused": excused[:1]}, headers={"If-Match": "*"})
    draft = big()
    draft["edges"][2]["id"] = "e22"
    admin.put("/api/v1/flows/vip/draft", draft, headers={"If-Match": "*"})
    # An excuse of a line that has gone since keeps nobody from changing the rules.
    kept = admin.put(url, {"coverage": 50, "excused": excused[:1]}, headers={"If-Match": "*"})
    assert kept.status_code == 200


def test_the_live_flow_has_a_heat_map(world: World, admin: Client) -> None:
    live(world, big())
    receive(world, "main", [event("1", "300.00"), event("2", "900.00"), event("3", "900.00")])
    settle(world)
    heat = admin.get("/api/v1/flows/vip/heat", query_string={"until": "2026-11-12T00:00:00Z"}).json
    assert heat["runs"]["started"] == 3
    assert {line["id"]: line["count"] for line in heat["coverage"]["lines"]} == {
        "e0": 3,
        "e1": 2,
        "e2": 1,
    }


def test_a_finished_run_is_replayed_against_another_version(world: World, admin: Client) -> None:
    live(world, big())
    receive(world, "main", [event("1", "300.00")])
    settle(world)
    run = admin.get("/api/v1/runs").json["items"][0]["id"]
    same = admin.post(f"/api/v1/runs/{run}/replay", {"which": "live"}).json
    assert same["same"] is True
    revision = admin.get("/api/v1/flows/vip").json["revision"]
    saved = admin.put("/api/v1/flows/vip/draft", big(200), headers={"If-Match": f'"r{revision}"'})
    assert saved.status_code == 200, saved.get_data(as_text=True)
    other = admin.post(f"/api/v1/runs/{run}/replay", {}).json
    assert other["same"] is False
    assert (other["at"], other["new"]["what"]["kind"]) == (1, "customer.tag")


def test_a_manual_trigger_is_tried_with_just_its_input(world: World, admin: Client) -> None:
    asked = {"type": "object", "properties": {"reason": {"type": "string"}}, "required": ["reason"]}
    trigger = {"id": "t", "type": "manual", "config": {"inputs": asked}}
    live(world, flow("vip", [trigger, tag()], ["t>a"]))
    start = {"inputs": {"reason": "回访"}, "customer": "cus_an"}
    body = {"flow": "vip", "starts": [start], "customers": [{"id": "cus_an"}]}
    found = tried(world, admin, body)
    assert found["report"]["runs"]["by_status"] == {"succeeded": 1}
    assert found["setup"]["starts"] == 1
    for bad, path in (
        ({"inputs": {"reason": 1}}, "/starts/0/inputs/reason"),
        ({"inputs": {}, "at": "0001-01-01T00:00:00+08:00"}, "/starts/0/at"),
        ({"node": "other"}, "/starts/0/node"),
        ({**start, "customer": "cus_nobody"}, "/starts/0/customer"),
    ):
        told = admin.post("/api/v1/simulations", {"flow": "vip", "starts": [bad]})
        assert told.status_code == 422
        assert path in paths(told)
    assert len(admin.get("/api/v1/simulations").json["items"]) == 1
