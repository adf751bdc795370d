"""Templates, calendars and settings over HTTP."""

from __future__ import annotations

from collections.abc import Callable

from engine.runtime.world import World
from tests.api.conftest import Client
from tests.api.helpers import paths


def test_the_library_is_shown_in_ones_language(admin: Client) -> None:
    items = admin.get("/api/v1/templates", headers={"Accept-Language": "zh"}).json["items"]
    assert {"vip_upgrade", "cart_recall"} <= {one["key"] for one in items}
    one = admin.get("/api/v1/templates/vip_upgrade").json
    assert one["parameters"]["type"] == "object"
    assert "x-title" not in str(one["parameters"])
    assert admin.get("/api/v1/templates/none").status_code == 404


def test_a_scene_is_previewed_and_installed(admin: Client) -> None:
    path = "/api/v1/templates/three_level_review"
    (flow,) = admin.post(f"{path}/preview", {}).json["flows"]
    assert not [one for one in flow["problems"] if one["level"] == "error"]
    assert admin.get("/api/v1/flows").json["items"] == []
    made = admin.post(f"{path}/install", {"publish": True})
    assert made.status_code == 201, made.json
    (key,) = made.json["flows"]
    shown = admin.get(f"/api/v1/flows/{key}").json
    assert (shown["status"], shown["scene"]) == ("live", "three_level_review@1")
    assert admin.post(f"{path}/install", {}).status_code == 409
    (installed,) = admin.get("/api/v1/installed-templates").json["items"]
    assert installed["flows"] == [key]


def test_what_is_chosen_wrongly_is_named(admin: Client) -> None:
    wrong = admin.post("/api/v1/templates/vip_upgrade/install", {"parameters": {"surprise": 1}})
    assert (wrong.status_code, paths(wrong)) == (422, ["/parameters/surprise"])
    none = admin.post("/api/v1/templates/cart_recall/install", {"connections": {"wecom": "none"}})
    assert none.status_code == 422
    assert all(path.startswith("/connections/") for path in paths(none))
    assert admin.get("/api/v1/flows").json["items"] == []


def test_who_may_install(client_as: Callable[..., Client]) -> None:
    viewer = client_as("viewer")
    assert viewer.get("/api/v1/templates").status_code == 200
    assert viewer.post("/api/v1/templates/vip_upgrade/install", {}).status_code == 403


def test_a_calendar_is_kept(admin: Client, client_as: Callable[..., Client]) -> None:
    standard = admin.get("/api/v1/calendars").json["standard"]
    body = {"key": "shop", "name": "门店", "document": standard}
    made = admin.post("/api/v1/calendars", body)
    assert made.status_code == 201
    assert admin.post("/api/v1/calendars", body).status_code == 412
    path = "/api/v1/calendars/shop"
    headers = {"If-Match": made.headers["ETag"]}
    renamed = admin.put(path, {"name": "新名", "document": standard}, headers=headers)
    assert renamed.json["name"] == "新名"
    stale = admin.put(path, {"name": "更新", "document": standard}, headers=headers)
    assert stale.status_code == 412
    bad = {"name": "x", "document": {"zone": "Mars/One"}}
    wrong = admin.put(path, bad, headers={"If-Match": "*"})
    assert wrong.status_code == 422
    assert all(one.startswith("/document") for one in paths(wrong))
    assert client_as("viewer").delete(path).status_code == 403
    assert admin.delete(path).status_code == 204
    assert admin.get(path).status_code == 404


def test_settings_are_changed_by_head_office(
    admin: Client, client_as: Callable[..., Client], world: World
) -> None:
    first = admin.get("/api/v1/settings")
    body = {
        "name": "禾苗",
        "zone": "Asia/Shanghai",
        "messages": {
            "quiet": {"from": "22:00", "until": "08:00"},
            "cap": {"limit": 3, "within": "P1D"},
        },
    }
    headers = {"If-Match": first.headers["ETag"]}
    changed = admin.put("/api/v1/settings", body, headers=headers)
    assert changed.json["messages"]["cap"] == {"limit": 3, "within": "P1D"}
    assert admin.put("/api/v1/settings", body, headers=headers).status_code == 412
    body["messages"]["quiet"]["from"] = "25:00"
    wrong = admin.put("/api/v1/settings", body, headers={"If-Match": "*"})
    assert paths(wrong) == ["/messages/quiet/from"]
    assert (
        client_as("operations").put("/api/v1/settings", body, headers={"If-Match": "*"}).status_code
        == 403
    )
