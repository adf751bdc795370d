"""Own event types over HTTP: added, changed, held against what comes in, read by flows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.runtime.world import World
from engine.store import connections as connection_store
from tests.api.conftest import START, TENANT, Client
from tests.api.helpers import flow, live, paths, settle

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["testdrive"],
    "properties": {
        "testdrive": {
            "type": "object",
            "required": ["id", "paid"],
            "properties": {
                "id": {"type": "string"},
                "paid": {"type": "string", "format": "decimal", "x-money": True},
                "at": {"type": "string", "format": "date-time"},
                "model": {"type": "string"},
            },
        }
    },
}
LABEL = {"zh": "试驾完成", "en": "Test drive done"}
TYPE = {"type": "testdrive.done", "label": LABEL, "schema": SCHEMA}
PATH = "/api/v1/event-types/testdrive.done"


def drive(id_: str = "1", **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": id_, "source": "/shop", "type": "testdrive.done",
        "time": "2026-11-11T10:00:00+08:00",
        "data": {"testdrive": {"id": id_, "paid": "99.00", **data}},
    }  # fmt: skip


def branching(when: str) -> dict[str, Any]:
    trigger = {"id": "t", "type": "event", "config": {"type": "testdrive.done"}}
    branches = [{"id": "yes", "name": "是", "when": when}]
    branch = {"id": "b", "type": "branch", "config": {"branches": branches}}
    ends = [{"id": id_, "type": "end", "config": {}} for id_ in ("y", "n")]
    return flow("drives", [trigger, branch, *ends], ["t>b", "b.yes>y", "b.default>n"])


def test_a_type_is_added_changed_and_taken_away(admin: Client) -> None:
    made = admin.post("/api/v1/event-types", TYPE)
    assert made.status_code == 201, made.json
    assert made.headers["Location"] == PATH
    assert admin.post("/api/v1/event-types", TYPE).status_code == 409
    (one,) = admin.get("/api/v1/event-types").json["items"]
    assert (one["type"], one["label"], one["revision"]) == ("testdrive.done", LABEL, 1)
    assert {"name": "testdrive.done", "kind": "event", "title": "Test drive done"} in admin.get(
        "/api/v1/schemas", headers={"Accept-Language": "en"}
    ).json["items"]
    assert admin.get("/api/v1/schemas/testdrive.done").json["required"] == ["testdrive"]
    body = {"label": {**LABEL, "en": "Drive"}, "schema": SCHEMA}
    assert admin.put(PATH, body).status_code == 428
    tag = made.headers["ETag"]
    assert admin.put(PATH, body, headers={"If-Match": tag}).json["revision"] == 2
    assert admin.put(PATH, body, headers={"If-Match": tag}).status_code == 412
    assert admin.delete(PATH, headers={"If-Match": tag}).status_code == 412
    assert admin.delete(PATH, headers={"If-Match": "*"}).status_code == 204
    assert admin.get(PATH).status_code == 404


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"type": "order.special"}, "/type"),
        ({"type": "schedule.fired"}, "/type"),
        ({"type": "Nonsense"}, "/type"),
        ({"schema": {"type": "nonsense"}}, "/schema/type"),
        ({"label": {"zh": "", "en": "x"}}, "/label/zh"),
    ],
    ids=["ours", "ours too", "no name", "no schema", "no label"],
)
def test_a_type_that_cannot_be_is_refused_with_its_path(
    admin: Client, change: dict[str, Any], path: str
) -> None:
    refused = admin.post("/api/v1/event-types", {**TYPE, **change})
    assert (refused.status_code, paths(refused)[0]) == (422, path)


def test_what_comes_in_is_held_against_the_type_s_schema(admin: Client) -> None:
    free = drive("0")
    del free["data"]["testdrive"]["paid"]
    assert admin.post("/api/v1/events", free).status_code == 202
    admin.post("/api/v1/event-types", TYPE)
    refused = admin.post("/api/v1/events", {**free, "id": "1"})
    assert (refused.status_code, paths(refused)) == (422, ["/data/testdrive/paid"])
    wrong = admin.post("/api/v1/events", [drive("2"), drive("3", model=7)])
    assert paths(wrong) == ["/1/data/testdrive/model"]
    assert admin.post("/api/v1/events", drive("4")).status_code == 202


def test_values_of_an_own_type_are_typed_and_missing_ones_are_null(
    admin: Client, world: World
) -> None:
    admin.post("/api/v1/event-types", TYPE)
    when = "testdrive.paid > 98.5 and testdrive.at == null and testdrive.model == null"
    document = branching(when)
    checked = admin.post("/api/v1/flows/validate", document).json
    assert [one for one in checked["problems"] if one["level"] == "error"] == []
    wrong = admin.post("/api/v1/flows/validate", branching("testdrive.colour == 'red'")).json
    assert not wrong["ok"]
    live(world, document)
    admin.post("/api/v1/events", drive())
    settle(world)
    (run,) = admin.get("/api/v1/runs").json["items"]
    assert run["status"] == "succeeded"
    steps = admin.get(f"/api/v1/runs/{run['id']}").json["trace"]["steps"]
    assert [one["ports"] for one in steps if one["node"] == "b"] == [["yes"]]


def test_an_event_from_before_its_type_was_described_is_read_as_free_data(
    admin: Client, world: World
) -> None:
    live(world, branching('testdrive["paid"] == "a lot"'))
    admin.post("/api/v1/events", drive(paid="a lot"))
    admin.post("/api/v1/event-types", TYPE)
    settle(world)
    (run,) = admin.get("/api/v1/runs").json["items"]
    assert run["status"] == "succeeded"


def test_a_type_a_live_flow_listens_to_stays(admin: Client, world: World) -> None:
    admin.post("/api/v1/event-types", TYPE)
    live(world, branching("testdrive.paid > 1"))
    star = {"If-Match": "*"}
    assert admin.delete(PATH, headers=star).status_code == 409
    admin.post("/api/v1/flows/drives/pause", {})
    assert admin.delete(PATH, headers=star).status_code == 204


def test_installing_a_scene_registers_its_event_types_once(admin: Client, world: World) -> None:
    path = "/api/v1/templates/testdrive_followup"
    with world.db.begin() as conn:
        connection_store.insert_connection(
            conn,
            {
                "id": "con_1", "tenant": TENANT, "key": "main", "connector": "wecom",
                "name": "企业微信", "settings": {}, "sync_mode": "none",
                "on_bad_record": "review", "status": "active", "revision": 1, "failures": 0,
                "created_at": START, "updated_at": START,
            },
        )  # fmt: skip
    chosen = {"connections": {"wecom": "main"}, "publish": True}
    made = admin.post(f"{path}/install", chosen)
    assert made.status_code == 201, made.json
    items = admin.get("/api/v1/event-types").json["items"]
    assert [one["type"] for one in items] == sorted(admin.get(path).json["event_types"])
    assert {one["scene"] for one in items} == {"testdrive_followup@1"}
    assert all(one["schema"] for one in items)


def test_who_may_change_event_types(client_as: Callable[..., Client]) -> None:
    viewer, guide = client_as("viewer"), client_as("agent")
    assert viewer.get("/api/v1/event-types").status_code == 200
    assert viewer.post("/api/v1/event-types", TYPE).status_code == 403
    assert guide.get("/api/v1/event-types").status_code == 403


def test_a_type_says_which_steps_listen_to_it_and_whether_a_sample_fits(
    admin: Client, world: World
) -> None:
    admin.post("/api/v1/event-types", TYPE)
    live(world, branching("testdrive.paid > 1"))
    (one,) = admin.get(f"{PATH}/uses").json["items"]
    assert (one["flow"], one["node"], one["is_live"]) == ("drives", "t", True)
    assert admin.get("/api/v1/event-types/test.none/uses").status_code == 404

    def lacks(schema: dict[str, Any], data: dict[str, Any]) -> list[str]:
        body = {"schema": schema, "data": data}
        found = admin.post("/api/v1/event-types/check", body)
        assert found.status_code == 200, found.json
        return [each["path"] for each in found.json["problems"]]

    assert lacks(SCHEMA, drive()["data"]) == []
    assert lacks(SCHEMA, {"testdrive": {"id": 1}}) == ["/testdrive/id", "/testdrive/paid"]
    assert lacks({"type": "strange"}, {}) == ["/schema/type"]
