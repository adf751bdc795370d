"""Flows over HTTP: drafts, publishing, versions, exchange."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from engine.runtime.principal import system
from engine.runtime.publish import create_flow
from engine.runtime.world import World
from engine.store import flows as flow_store
from tests.api.conftest import TENANT, Client
from tests.api.helpers import PAID, cloud_event, flow, paths, second_tenant, tag, vip


def test_a_flow_is_made_changed_published_and_rolled_back(admin: Client) -> None:
    made = admin.post("/api/v1/flows", vip())
    assert made.status_code == 201
    assert made.headers["Location"] == "/api/v1/flows/vip"
    tag_1 = made.headers["ETag"]
    changed = vip() | {"name": "升级 VIP"}
    saved = admin.put("/api/v1/flows/vip/draft", changed, headers={"If-Match": tag_1})
    assert saved.json == {"revision": 2}
    stale = admin.put("/api/v1/flows/vip/draft", changed, headers={"If-Match": tag_1})
    assert stale.status_code == 412
    assert admin.put("/api/v1/flows/vip/draft", changed).status_code == 428
    headers = {"If-Match": saved.headers["ETag"]}
    first = admin.post("/api/v1/flows/vip/publish", {"note": "一"}, headers=headers)
    assert first.json["number"] == 1
    more = flow("vip", [PAID, tag("a"), tag("b", "老客")], ["t>a", "a>b"])
    admin.put("/api/v1/flows/vip/draft", more, headers={"If-Match": "*"})
    diff = admin.get("/api/v1/flows/vip/diff?from=1&to=draft").json["changes"]
    assert any(one["kind"] == "added" and one["node"] == "b" for one in diff)
    assert (
        admin.post("/api/v1/flows/vip/publish", {}, headers={"If-Match": "*"}).json["number"] == 2
    )
    assert admin.post("/api/v1/flows/vip/versions/1/rollback").json["number"] == 3
    versions = admin.get("/api/v1/flows/vip/versions").json["items"]
    assert [one["number"] for one in versions] == [3, 2, 1]
    assert versions[0]["rolled_back_from"] == 1
    document = admin.get("/api/v1/flows/vip/versions/1").json
    assert document["name"] == "升级 VIP"
    assert admin.get("/api/v1/flows/vip/versions/9").status_code == 404


def test_a_difference_names_who_made_it(admin: Client, client_as: Callable[..., Client]) -> None:
    other = client_as("operations")

    def save(who: Client, *nodes: dict[str, Any]) -> None:
        lines = [f"{one['id']}>{two['id']}" for one, two in itertools.pairwise([PAID, *nodes])]
        document = flow("vip", [PAID, *nodes], lines)
        assert who.put("/api/v1/flows/vip/draft", document, headers={"If-Match": "*"}).json

    def by(query: str) -> dict[str, str]:
        changes = admin.get(f"/api/v1/flows/vip/diff?{query}").json["changes"]
        return {one["node"]: one["by"] for one in changes if one.get("node")}

    def publish() -> None:
        admin.post("/api/v1/flows/vip/publish", {}, headers={"If-Match": "*"})

    admin.post("/api/v1/flows", vip())
    publish()
    save(other, tag("a", "老客"))
    save(admin, tag("a", "老客"), tag("b"))
    assert by("from=live&to=draft") == {"a": "operations-2", "b": "admin-1"}
    publish()
    save(other, tag("a", "老客"), tag("b", "新客"))
    assert by("from=1&to=draft") == {"a": "operations-2", "b": "operations-2"}
    assert by("from=1&to=2") == by("from=2&to=1") == {"a": "operations-2", "b": "admin-1"}
    other.post("/api/v1/flows/vip/versions/1/rollback")
    assert by("from=2&to=live") == {"a": "operations-2", "b": "operations-2"}
    trail = admin.get("/api/v1/audit?target=flow:vip&act=flows.edit").json["items"]
    save(other, tag("a", "一"))
    save(other, tag("a", "二"))
    more = admin.get("/api/v1/audit?target=flow:vip&act=flows.edit").json["items"]
    assert len(more) == len(trail) + 1, "one person's autosaves are one row"


def test_publishing_says_what_to_mend(admin: Client) -> None:
    broken = flow("vip", [PAID, tag("a"), tag("b")], ["t>a"])
    admin.post("/api/v1/flows", broken)
    checked = admin.post("/api/v1/flows/vip/validate").json
    assert not checked["ok"]
    assert checked["problems"][0]["node"] == "b"
    assert admin.post("/api/v1/flows/validate", vip()).json["ok"]
    refused = admin.post("/api/v1/flows/vip/publish", {}, headers={"If-Match": "*"})
    assert refused.status_code == 422
    assert refused.json["code"] == "invalid_flow"


def test_a_flow_is_paused_resumed_and_put_away(admin: Client) -> None:
    admin.post("/api/v1/flows", vip())
    assert admin.post("/api/v1/flows/vip/pause").status_code == 409
    admin.post("/api/v1/flows/vip/publish", {}, headers={"If-Match": "*"})
    assert admin.post("/api/v1/flows/vip/pause").json["status"] == "paused"
    assert admin.post("/api/v1/flows/vip/resume").json["status"] == "live"
    assert admin.delete("/api/v1/flows/vip").status_code == 204
    assert admin.get("/api/v1/flows").json["items"] == []
    assert len(admin.get("/api/v1/flows?status=archived").json["items"]) == 1


def test_lists_go_on_where_they_stopped(admin: Client) -> None:
    for key in ("a1", "b1", "c1"):
        admin.post("/api/v1/flows", vip(key))
    first = admin.get("/api/v1/flows?limit=2").json
    assert [one["key"] for one in first["items"]] == ["a1", "b1"]
    rest = admin.get(f"/api/v1/flows?limit=2&cursor={first['next']}").json
    assert [one["key"] for one in rest["items"]] == ["c1"]
    assert rest["next"] is None


def test_two_people_edit_one_after_the_other(client_as: Callable[..., Client]) -> None:
    one, two = client_as("business"), client_as("business")
    one.post("/api/v1/flows", vip())
    assert one.put("/api/v1/flows/vip/lock", {}).status_code == 200
    held = two.put("/api/v1/flows/vip/lock", {})
    assert held.status_code == 409
    assert held.json["detail"] == "business-1 is editing"
    assert two.put("/api/v1/flows/vip/lock", {"take_over": True}).status_code == 200
    assert two.delete("/api/v1/flows/vip/lock").status_code == 204
    assert one.put("/api/v1/flows/vip/lock", {}).status_code == 200


def test_a_flow_goes_out_without_secrets_and_comes_back(admin: Client) -> None:
    hook = {"id": "t", "type": "webhook", "config": {"secret": "not-for-others-2026"}}
    admin.post("/api/v1/flows", flow("hooked", [hook, tag()], ["t>a"]))
    document = admin.get("/api/v1/flows/hooked/export").json
    assert "not-for-others" not in str(document)
    assert admin.post("/api/v1/flows/import", document).status_code == 428
    again = admin.post("/api/v1/flows/import", document, headers={"If-Match": '"r1"'})
    assert again.json["revision"] == 2
    # What a document does not carry stays as it was.
    assert again.json["draft"]["nodes"][0]["config"]["secret"] == "not-for-others-2026"
    fresh = admin.post("/api/v1/flows/import", {**document, "key": "copied"})
    assert fresh.status_code == 201


def hook_of(document: Any) -> str:
    return str(document["nodes"][0]["config"]["secret"])


def test_a_secret_of_a_flow_is_shown_to_those_who_may_edit_it_alone(
    admin: Client, client_as: Callable[..., Client], world: World
) -> None:
    hook = {"id": "t", "type": "webhook", "config": {"secret": "not-for-others-2026"}}
    made = admin.post("/api/v1/flows", flow("hooked", [hook, tag()], ["t>a"]))
    assert hook_of(made.json["draft"]) == "not-for-others-2026"
    star = {"If-Match": "*"}
    assert admin.post("/api/v1/flows/hooked/publish", {}, headers=star).status_code == 201
    changed = flow("hooked", [{**hook, "config": {"secret": "another-one-2026"}}, tag()], ["t>a"])
    admin.put("/api/v1/flows/hooked/draft", changed, headers=star)
    viewer = client_as("viewer")
    paths_ = ("flows/hooked", "flows/hooked/versions/draft", "flows/hooked/versions/1",
              "flows/hooked/diff?from=live&to=draft", "flows/hooked/export")  # fmt: skip
    for path in paths_:
        said = viewer.get(f"/api/v1/{path}").get_data(as_text=True)
        assert "not-for-others" not in said
        assert "another-one" not in said
        assert "sealed:" not in said
    assert hook_of(viewer.get("/api/v1/flows/hooked").json["draft"]) == "••••••"
    assert hook_of(admin.get("/api/v1/flows/hooked").json["draft"]) == "another-one-2026"
    assert hook_of(admin.get("/api/v1/flows/hooked/versions/1").json) == "not-for-others-2026"
    with world.db.reading() as conn:
        row = flow_store.find_flow(conn, TENANT, "hooked")
        assert row is not None
        versions = flow_store.versions_by_id(conn, TENANT, [row.live_version])
    kept = str(row.draft) + str([one.document for one in versions.values()])
    assert "another-one" not in kept
    assert "not-for-others" not in kept


def test_a_secret_saved_again_is_no_change(admin: Client) -> None:
    hook = {"id": "t", "type": "webhook", "config": {"secret": "not-for-others-2026"}}
    document = flow("hooked", [hook, tag()], ["t>a"])
    admin.post("/api/v1/flows", document)
    star = {"If-Match": "*"}
    admin.post("/api/v1/flows/hooked/publish", {}, headers=star)
    admin.put("/api/v1/flows/hooked/draft", document, headers=star)
    assert admin.get("/api/v1/flows/hooked/diff").json["changes"] == []
    other = flow("hooked", [{**hook, "config": {"secret": "another-one-2026"}}, tag()], ["t>a"])
    admin.put("/api/v1/flows/hooked/draft", other, headers=star)
    (change,) = admin.get("/api/v1/flows/hooked/diff").json["changes"]
    assert change["before"] != change["after"]


def test_a_sealed_text_of_somewhere_else_is_refused(admin: Client) -> None:
    hook = {"id": "t", "type": "webhook", "config": {"secret": "sealed:k1.AAAA"}}
    refused = admin.post("/api/v1/flows", flow("hooked", [hook, tag()], ["t>a"]))
    assert (refused.status_code, paths(refused)) == (422, ["/t/config/secret"])


def test_a_locked_parameter_is_head_offices(
    admin: Client, client_as: Callable[..., Client]
) -> None:
    params = {
        "type": "object",
        "properties": {
            "limit": {"type": "integer", "default": 500, "x-lock": True},
            "word": {"type": "string", "default": "你好"},
        },
    }
    admin.post("/api/v1/flows", vip() | {"params": params})
    business = client_as("business")
    star = {"If-Match": "*"}
    said = business.put("/api/v1/flows/vip/params", {"params": {"word": "您好"}}, headers=star)
    assert said.status_code == 200
    locked = business.put("/api/v1/flows/vip/params", {"params": {"limit": 1}}, headers=star)
    assert (locked.status_code, paths(locked)) == (403, ["/limit"])
    wrong = admin.put("/api/v1/flows/vip/params", {"params": {"limit": "x"}}, headers=star)
    assert (wrong.status_code, paths(wrong)) == (422, ["/limit"])
    assert admin.put("/api/v1/flows/vip/params", {"params": {"limit": 1}}, headers=star).json[
        "params"
    ] == {"limit": 1}


def test_why_a_trigger_does_not_fire(admin: Client) -> None:
    big = {
        "id": "t",
        "type": "event",
        "config": {"type": "order.paid", "condition": "order.amount > 700"},
    }
    admin.post("/api/v1/flows", flow("big", [big, tag()], ["t>a"]))
    (small,) = admin.post("/api/v1/flows/big/match", {"event": cloud_event("1")}).json["triggers"]
    assert (small["fires"], small["code"]) == (False, "condition")
    assert small["values"] == {"order.amount": "620.00"}
    (large,) = admin.post("/api/v1/flows/big/match", {"event": cloud_event("1", "900.00")}).json[
        "triggers"
    ]
    assert large["fires"]
    bad = admin.post("/api/v1/flows/big/match", {"event": {"type": "order.paid"}})
    assert (bad.status_code, paths(bad)) == (422, ["/event/data"])


def test_what_is_malformed_is_named(admin: Client) -> None:
    wrong = vip()
    wrong["nodes"][0] = {"id": "1", "type": "event", "surprise": 1}
    found = admin.post("/api/v1/flows", wrong)
    assert found.status_code == 422
    assert set(paths(found)) == {"/nodes/0/id", "/nodes/0/surprise"}
    assert admin.post("/api/v1/flows", vip()).status_code == 201
    assert admin.post("/api/v1/flows", vip()).status_code == 409


def test_who_may_not(client_as: Callable[..., Client], anybody: Client) -> None:
    assert anybody.get("/api/v1/flows").status_code == 401
    viewer = client_as("viewer")
    assert viewer.get("/api/v1/flows").status_code == 200
    assert viewer.post("/api/v1/flows", vip()).status_code == 403


def test_another_tenants_flow_is_not_there(world: World, admin: Client) -> None:
    create_flow(world, system(second_tenant(world)), vip("theirs"))
    assert admin.get("/api/v1/flows/theirs").status_code == 404
    assert admin.get("/api/v1/flows").json["items"] == []
