"""Locks of a flow as its editors see them, and how they ask for another value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.api.conftest import START, Client, Clock
from tests.api.settling import BASE
from tests.api.test_settlement_locks import FLOW

LOCKS = "/api/v1/flows/vip/locks"
POINTER = "/nodes/a/config/add"


def lock(admin: Client, scope: str, pointer: str, until: str | None = None) -> None:
    body = {"scope": scope, "pointer": pointer, "owner_role": "admin", "reason": "合同约定"}
    made = admin.post(f"{BASE}/locks", {**body, "until": until})
    assert made.status_code == 201, made.json


def test_an_editor_sees_who_locked_what_and_why(
    admin: Client, client_as: Callable[..., Client], clock: Clock
) -> None:
    admin.post("/api/v1/flows", FLOW)
    lock(admin, "flow:vip", POINTER)
    lock(admin, "params:vip", "/edge", (START + timedelta(days=1)).isoformat())
    found = client_as("business").get(LOCKS).json["items"]
    assert [(one["of"], one["pointer"], one["reason"]) for one in found] == [
        ("flow", POINTER, "合同约定"),
        ("params", "/edge", "合同约定"),
    ]
    assert {one["owner"] for one in found} == {"Head office admin"}
    assert not any(one["placed_by"].startswith("usr_") for one in found)
    clock.wind(timedelta(days=2))
    assert [one["of"] for one in client_as("viewer").get(LOCKS).json["items"]] == ["flow"]


def test_an_editor_asks_for_another_value_and_the_owner_decides(
    admin: Client, client_as: Callable[..., Client]
) -> None:
    admin.post("/api/v1/flows", FLOW)
    lock(admin, "flow:vip", POINTER)
    business = client_as("business")
    body = {"pointer": POINTER, "new": ["SVIP"], "reason": "双十一换名"}
    asked = business.post("/api/v1/flows/vip/change-requests", body)
    assert asked.status_code == 201, asked.json
    assert (asked.json["state"], asked.json["scope"]) == ("proposed", "flow:vip")
    path = f"{BASE}/change-requests/{asked.json['id']}/approve"
    assert admin.post(path, {}).status_code == 200
    draft = business.get("/api/v1/flows/vip").json["draft"]
    assert draft["nodes"][1]["config"]["add"] == ["SVIP"]


def test_what_is_not_locked_needs_no_request(
    admin: Client, client_as: Callable[..., Client]
) -> None:
    admin.post("/api/v1/flows", FLOW)
    body = {"pointer": POINTER, "new": ["SVIP"], "reason": "换名"}
    assert admin.post("/api/v1/flows/vip/change-requests", body).status_code == 409
    assert client_as("viewer").post("/api/v1/flows/vip/change-requests", body).status_code == 403
    assert admin.get("/api/v1/flows/nothing/locks").status_code == 404
    assert client_as("agent").get(LOCKS).status_code == 403
