"""Upgrades of scenes over HTTP: looked at, decided, applied as drafts."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from engine.core.scene import Scene
from engine.runtime import scenes
from engine.runtime.world import World
from engine.store import scenes as scene_store
from tests.api.conftest import TENANT, Client
from tests.api.helpers import paths

SCENE = "three_level_review"
PATH = f"/api/v1/templates/{SCENE}/upgrade"
STAR = {"If-Match": "*"}


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts another version of the scene into the library."""

    def put(change: Callable[[dict[str, Any]], None], version: int = 2) -> None:
        found = scenes.read_scene(SCENE).model_dump(by_alias=True, mode="json")
        found = copy.deepcopy({**found, "version": version})
        change(found)
        scene = Scene.model_validate(found)
        monkeypatch.setattr(scenes, "library", lambda: {SCENE: scene})

    return put


def installed(admin: Client) -> str:
    made = admin.post(f"/api/v1/templates/{SCENE}/install", {})
    assert made.status_code == 201, made.json
    (key,) = made.json["flows"]
    return str(key)


def draft(admin: Client, key: str) -> dict[str, Any]:
    found: dict[str, Any] = admin.get(f"/api/v1/flows/{key}").json["draft"]
    return found


def described(words: str) -> Callable[[dict[str, Any]], None]:
    return lambda scene: scene["flows"][0].update(description={"zh": words, "en": words})


def renamed(words: str) -> Callable[[dict[str, Any]], None]:
    return lambda scene: scene["flows"][0].update(name={"zh": words, "en": words})


def change_draft(admin: Client, key: str, **values: Any) -> None:
    saved = admin.put(f"/api/v1/flows/{key}/draft", {**draft(admin, key), **values}, headers=STAR)
    assert saved.status_code == 200, saved.json


def test_changes_of_both_sides_come_together_in_a_draft(
    admin: Client, newer: Callable[..., None]
) -> None:
    key = installed(admin)
    change_draft(admin, key, name="我们的复核")
    newer(described("第二版"))
    (one,) = admin.get("/api/v1/installed-templates").json["items"]
    assert (one["version"], one["newest"], one["upgraded_at"]) == (1, 2, None)
    seen = admin.post(f"{PATH}/preview", {}).json
    assert (seen["version_from"], seen["version_to"], seen["is_clear"]) == (1, 2, True)
    (flow,) = seen["flows"]
    assert (flow["did"], flow["taken"], flow["conflicts"]) == ("merged", ["/description"], [])
    assert draft(admin, key).get("description") != "第二版"
    done = admin.post(PATH, {"revisions": {key: flow["revision"]}})
    assert done.status_code == 200, done.json
    after = draft(admin, key)
    assert (after["name"], after["description"]) == ("我们的复核", "第二版")
    shown = admin.get(f"/api/v1/flows/{key}").json
    assert (shown["scene"], shown["status"]) == (f"{SCENE}@2", "draft")
    (one,) = admin.get("/api/v1/installed-templates").json["items"]
    assert one["version"] == 2
    assert one["upgraded_at"]


def test_a_change_nobody_wants_is_refused_and_told_in_words(
    admin: Client, newer: Callable[..., None]
) -> None:
    key = installed(admin)
    newer(lambda scene: (described("第二版")(scene), renamed("新名字")(scene)))
    (flow,) = admin.post(f"{PATH}/preview", {}).json["flows"]
    assert flow["mine"] == draft(admin, key)
    assert {one["path"]: one["taken"] for one in flow["offers"]} == {
        "/description": True,
        "/name": True,
    }
    assert all("第二版" in one["message_zh"] or "新名字" in one["message_zh"]
               for one in flow["offers"])  # fmt: skip
    choices = {key: {"/name": "mine"}}
    (seen,) = admin.post(f"{PATH}/preview", {"choices": choices}).json["flows"]
    assert seen["taken"] == ["/description"]
    assert [one["path"] for one in seen["changes"]] == ["/description"]
    done = admin.post(PATH, {"revisions": {key: flow["revision"]}, "choices": choices})
    assert done.status_code == 200, done.json
    assert draft(admin, key)["name"] == flow["mine"]["name"]


def test_the_next_upgrade_starts_from_what_the_last_one_brought(
    admin: Client, newer: Callable[..., None]
) -> None:
    key = installed(admin)
    newer(described("第二版"))
    revision = admin.get(f"/api/v1/flows/{key}").json["revision"]
    admin.post(PATH, {"revisions": {key: revision}})
    newer(described("第三版"), version=3)
    (flow,) = admin.post(f"{PATH}/preview", {}).json["flows"]
    assert (flow["taken"], flow["conflicts"]) == (["/description"], [])


def test_a_conflict_must_be_decided(admin: Client, newer: Callable[..., None]) -> None:
    key = installed(admin)
    change_draft(admin, key, name="我们的复核")
    newer(renamed("新名字"))
    (flow,) = admin.post(f"{PATH}/preview", {}).json["flows"]
    (conflict,) = flow["conflicts"]
    assert (conflict["path"], conflict["mine"], conflict["theirs"]) == (
        "/name",
        "我们的复核",
        "新名字",
    )
    revisions = {key: flow["revision"]}
    refused = admin.post(PATH, {"revisions": revisions})
    assert (refused.status_code, paths(refused)) == (409, [f"/choices/{key}"])
    choices = {key: {"/name": "theirs"}}
    assert admin.post(f"{PATH}/preview", {"choices": choices}).json["is_clear"]
    done = admin.post(PATH, {"revisions": revisions, "choices": choices})
    assert done.status_code == 200
    assert draft(admin, key)["name"] == "新名字"


def test_a_draft_changed_after_the_preview_is_not_written_over(
    admin: Client, newer: Callable[..., None], world: World
) -> None:
    key = installed(admin)
    newer(described("第二版"))
    (flow,) = admin.post(f"{PATH}/preview", {}).json["flows"]
    change_draft(admin, key, name="刚刚改的")
    refused = admin.post(PATH, {"revisions": {key: flow["revision"]}})
    assert (refused.status_code, paths(refused)) == (409, [f"/revisions/{key}"])
    with world.db.reading() as conn:
        (row,) = scene_store.list_installed(conn, TENANT)
    assert row.version == 1
    assert draft(admin, key).get("description") != "第二版"


def test_a_flow_that_is_new_in_the_scene_is_made_and_one_taken_away_stays_away(
    admin: Client, newer: Callable[..., None]
) -> None:
    key = installed(admin)

    def more(scene: dict[str, Any]) -> None:
        scene["flows"].append({**scene["flows"][0], "key": "review_again"})

    newer(more)
    flows = admin.post(f"{PATH}/preview", {}).json["flows"]
    assert [(one["key"], one["did"]) for one in flows] == [
        (key, "merged"),
        ("review_again", "added"),
    ]
    done = admin.post(PATH, {"revisions": {key: flows[0]["revision"]}})
    assert done.status_code == 200, done.json
    assert admin.get("/api/v1/flows/review_again").json["scene"] == f"{SCENE}@2"
    (one,) = admin.get("/api/v1/installed-templates").json["items"]
    assert one["flows"] == [key, "review_again"]


def test_what_is_not_installed_or_does_not_fit_is_said(
    admin: Client, client_as: Callable[..., Client]
) -> None:
    assert admin.post(f"{PATH}/preview", {}).status_code == 404
    assert admin.post("/api/v1/templates/none/upgrade", {}).status_code == 404
    installed(admin)
    wrong = admin.post(f"{PATH}/preview", {"parameters": {"surprise": 1}})
    assert (wrong.status_code, paths(wrong)) == (422, ["/parameters/surprise"])
    none = admin.post(f"{PATH}/preview", {"connections": {"nobody": "x"}})
    assert (none.status_code, paths(none)) == (422, ["/connections/nobody"])
    viewer = client_as("viewer")
    assert viewer.post(f"{PATH}/preview", {}).status_code == 200
    assert viewer.post(PATH, {}).status_code == 403
