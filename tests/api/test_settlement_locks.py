"""A locked value is changed by nobody, by no road: 403 or 409 with its path, nothing changes."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from api.app import document
from engine.core.scene import Scene
from engine.runtime import scenes
from engine.runtime.apply import INTERNAL_EFFECTS
from engine.runtime.world import World
from engine.store.db import all_tenants, metadata
from tests.api.conftest import Client
from tests.api.helpers import flow, paths, tag
from tests.api.settling import BASE, CARDS, CREATORS, STAR, card, publish

RATE = "/rules/standard/model/percent"
PARAM = {"type": "object", "properties": {"edge": {"type": "integer", "default": 500}}}
FLOW = flow(
    "vip",
    [{"id": "t", "type": "event", "config": {"type": "order.paid"}}, tag("a", "VIP")],
    ["t>a"],
    params=PARAM,
)

# Every operation that writes a card or a flow's document, and what it is sent to change the value.
ROADS: dict[str, tuple[str, str, Any]] = {
    "save_rate_card": ("PUT", f"{CARDS}/creators", card("15")),
    "roll_back_rate_card": ("POST", f"{CARDS}/creators/versions/1/roll-back", None),
    "save_draft": ("PUT", "/api/v1/flows/vip/draft", "flow"),
    "import_flow": ("POST", "/api/v1/flows/import", "flow"),
    "roll_back_flow": ("POST", "/api/v1/flows/vip/versions/1/rollback", None),
    "set_flow_params": ("PUT", "/api/v1/flows/vip/params", {"params": {"edge": 1}}),
}
# Operations beside these that write under the same addresses, and why they change no value.
OTHERS = {
    "create_rate_card": "a new card: nothing in it is locked yet",
    "check_rate_card": "only looks",
    "check_rate_card_draft": "only looks",
    "publish_rate_card": "takes the draft, which saving has guarded",
    "preview_recompute": "only looks",
    "recompute_rate_card": "posts corrections, changes no card",
    "create_flow": "a new flow",
    "validate_draft": "only looks",
    "validate_document": "only looks",
    "publish_flow": "takes the draft, which saving has guarded",
    "pause_flow": "its status",
    "resume_flow": "its status",
    "archive_flow": "its status",
    "lock_flow": "the edit lock",
    "unlock_flow": "the edit lock",
    "match_event": "only looks",
    "start_flow": "starts a run",
    "update_publish_rules": "rules for publishing",
    "start_shadow": "runs beside",
    "stop_shadow": "runs beside",
    "preview_template": "only looks",
    "install_template": "new flows; one whose key is taken is refused: a road of its own, below",
    "preview_template_upgrade": "only looks",
    "propose_flow_change": "asks, changes nothing",
    "upgrade_template": "a road of its own, below",
}


# Whole families of addresses that hold no rate card, flow or parameter, and what they hold.
ELSEWHERE = {
    "auth": "who somebody is",
    "calendars": "days off",
    "connections": "accounts at platforms, orders that come in",
    "effects": "what became of a call",
    "event-types": "the tenant's own events",
    "events": "what happened",
    "expressions": "only looks",
    "forms": "what somebody fills in",
    "hooks": "what happened",
    "incidents": "what somebody looked at",
    "jobs": "work under way",
    "keys": "keys of programs",
    "mapping": "only looks",
    "me": "one's own account",
    "notices": "what somebody has read",
    "org-units": "the tree of the company",
    "parties": "partners: what they are paid by is in a card",
    "products": "goods: what is earned by them is in a card",
    "roles": "acts of people",
    "runs": "runs of flows as they stand",
    "schemas": "only looks",
    "settings": "the installation",
    "simulations": "test runs write into a world of their own",
    "tasks": "answers of people",
    "users": "people",
    "settlement/adjustments": "entries by hand, with a second person",
    "settlement/budgets": "limits beside the card, with releasers of their own",
    "settlement/change-requests": "the only road to a locked value, with another person",
    "settlement/coefficients": "figures of a window, named by the card, not in it",
    "settlement/entries": "states of money",
    "settlement/locks": "the locks themselves, for those who own them",
    "settlement/opening": "entries and totals one starts with",
    "settlement/periods": "states of periods",
    "settlement/post": "entries",
    "settlement/quote": "only looks",
    "settlement/reconcile": "bills",
    "settlement/split": "only looks",
    "settlement/statements": "what the entries say",
    "settlement/what-if": "only looks",
}


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return document()


@pytest.fixture
def maker(client_as: Callable[..., Client]) -> Client:
    return client_as("admin", second_factor=True)


def changed_flow() -> dict[str, Any]:
    document = copy.deepcopy(FLOW)
    document["nodes"][1]["config"]["add"] = ["SVIP"]
    return document


def lock(client: Client, scope: str, pointer: str) -> dict[str, Any]:
    made = client.post(
        f"{BASE}/locks",
        {"scope": scope, "pointer": pointer, "owner_role": "admin", "reason": "合同约定"},
    )
    assert made.status_code == 201, made.json
    return dict(made.json)


@pytest.fixture
def locked(admin: Client, maker: Client) -> dict[str, Any]:
    """A card and a flow, each with an older version, and locks on a value of each."""
    publish(maker, admin, card("10"))
    assert maker.put(f"{CARDS}/creators", CREATORS, headers=STAR).status_code == 200
    assert admin.post(f"{CARDS}/creators/publish", {}, headers=STAR).status_code == 201
    assert maker.post("/api/v1/flows", changed_flow()).status_code == 201
    assert maker.post("/api/v1/flows/vip/publish", {}, headers=STAR).status_code == 201
    assert maker.put("/api/v1/flows/vip/draft", FLOW, headers=STAR).status_code == 200
    assert maker.post("/api/v1/flows/vip/publish", {}, headers=STAR).status_code == 201
    return {
        "card": lock(admin, "rate_card:creators", RATE),
        "flow": lock(admin, "flow:vip", "/nodes/a/config/add"),
        "params": lock(admin, "params:vip", "/edge"),
    }


def digest(world: World) -> dict[str, str]:
    """What every table of the database holds; but when somebody was last seen is no content."""
    found = {}
    with world.db.reading() as conn:
        for table in metadata.sorted_tables:
            if table.name != "sessions":
                rows = sorted(repr(tuple(row)) for row in conn.execute(all_tenants(select(table))))
                found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def test_no_road_changes_a_locked_value(
    admin: Client,
    maker: Client,
    world: World,
    locked: dict[str, Any],
    subtests: pytest.Subtests,
) -> None:
    before = digest(world)
    for road, (method, path, body) in ROADS.items():
        sent = changed_flow() if body == "flow" else body
        for client in (admin, maker):  # its owner too
            with subtests.test(road, who=client.user_id):
                more = {} if sent is None else {"json": sent}
                refused = client.open(method, path, headers=STAR, **more)
                assert refused.status_code in (403, 409), refused.json
                assert refused.json["code"] == "locked"
                wanted = {"c": RATE, "f": "/nodes/a/config/add", "p": "/edge"}[
                    "c" if "rate-cards" in path else "p" if "params" in path else "f"
                ]
                assert paths(refused) == [wanted]
                assert digest(world) == before


def test_a_scene_installed_again_or_upgraded_leaves_a_locked_value_alone(
    admin: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Upgrading is refused with the path; kept out of the upgrade, all else comes in."""
    path = "/api/v1/templates/three_level_review"
    (key,) = admin.post(f"{path}/install", {}).json["flows"]
    lock(admin, f"flow:{key}", "/name")
    found = scenes.read_scene("three_level_review").model_dump(by_alias=True, mode="json")
    found = copy.deepcopy({**found, "version": 2})
    for member in ("name", "description"):
        found["flows"][0][member] = {"zh": "第二版", "en": "second"}
    newer = {"three_level_review": Scene.model_validate(found)}
    monkeypatch.setattr(scenes, "library", lambda: newer)
    (flow,) = admin.post(f"{path}/upgrade/preview", {}).json["flows"]
    before = digest(world)
    again = admin.post(f"{path}/install", {})
    assert (again.status_code, again.json["code"]) == (409, "conflict")
    body = {"revisions": {key: flow["revision"]}}
    refused = admin.post(f"{path}/upgrade", body)
    assert refused.status_code in (403, 409), refused.json
    assert (refused.json["code"], paths(refused)) == ("locked", ["/name"])
    assert digest(world) == before
    done = admin.post(f"{path}/upgrade", {**body, "choices": {key: {"/name": "mine"}}})
    assert done.status_code == 200, done.json
    draft = admin.get(f"/api/v1/flows/{key}").json["draft"]
    assert (draft["name"], draft["description"]) == (flow["mine"]["name"], "second")


def test_a_flow_has_no_effect_that_writes_a_document() -> None:
    """What nodes may have done inside the house: none of it is a card, a flow or its parameters."""
    nouns = {kind.partition(".")[0] for kind in INTERNAL_EFFECTS}
    assert nouns.isdisjoint({"card", "rate_card", "flow", "param", "params", "lock", "template"})


def test_every_operation_that_writes_is_a_road_or_says_why_not(described: dict[str, Any]) -> None:
    """Of the published description, so that a new one has to be put somewhere."""
    apart = tuple(f"/{family}/" for family in ELSEWHERE)
    found = {
        operation["operationId"]
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if method in ("post", "put", "patch", "delete")
        and not f"{path.removeprefix('/api/v1')}/".startswith(apart)
    }
    known = ROADS.keys() | OTHERS.keys()
    assert found - known == set()
    assert known - found == set()


@pytest.mark.parametrize(
    "document",
    [
        {**CREATORS, "rules": [CREATORS["rules"][1]]},
        {**CREATORS, "rules": [CREATORS["rules"][1], card("15")["rules"][0]]},
        {**CREATORS, "rules": [{**CREATORS["rules"][0], "id": "other"}, CREATORS["rules"][1]]},
    ],
    ids=["rule taken away", "rule moved and changed", "rule renamed"],
)
def test_a_locked_value_is_not_moved_renamed_or_taken_away(
    admin: Client, locked: dict[str, Any], document: dict[str, Any]
) -> None:
    refused = admin.put(f"{CARDS}/creators", document, headers=STAR)
    assert (refused.status_code, refused.json["code"]) == (403, "locked")
    assert RATE in paths(refused)


def test_what_is_not_locked_beside_it_may_change(admin: Client, locked: dict[str, Any]) -> None:
    first, second = CREATORS["rules"]
    document = {**CREATORS, "rules": [{**second, "by": "4"}, first]}
    assert admin.put(f"{CARDS}/creators", document, headers=STAR).status_code == 200


def test_a_change_request_needs_another_person_the_role_and_a_fresh_second_factor(
    admin: Client, maker: Client, locked: dict[str, Any], client_as: Callable[..., Client]
) -> None:
    body = {
        "scope": "rate_card:creators",
        "pointer": "/rules/standard/model/percent",
        "new": "13",
        "reason": "续约",
    }
    assert maker.post(f"{BASE}/change-requests", {**body, "new": "12"}).status_code == 409
    made = maker.post(f"{BASE}/change-requests", body)
    assert (made.status_code, made.json["state"], made.json["old"]) == (201, "proposed", "12")
    path = f"{BASE}/change-requests/{made.json['id']}"
    assert maker.post(f"{path}/approve", {}).status_code == 403
    assert client_as("admin").post(f"{path}/approve", {}).json["code"] == "second_factor_missing"
    before = admin.get(f"{CARDS}/creators").json["draft"]
    assert before["rules"][0]["model"]["percent"] == "12"
    done = admin.post(f"{path}/approve", {"answer": "同意"})
    assert (done.status_code, done.json["state"]) == (200, "applied")
    after = admin.get(f"{CARDS}/creators").json["draft"]
    assert after["rules"][0]["model"]["percent"] == "13"
    assert admin.post(f"{path}/approve", {}).status_code == 409
    # The lock still holds, for the new value.
    assert admin.put(f"{CARDS}/creators", CREATORS, headers=STAR).status_code == 403
    trail = admin.get("/api/v1/audit?limit=200").json["items"]
    people = {one["who"] for one in trail if "creators" in str(one["target"]) + str(one["detail"])}
    assert {maker.user_id, admin.user_id} <= people


def test_a_request_is_rejected_with_a_reason_or_withdrawn_by_its_maker(
    admin: Client, maker: Client, locked: dict[str, Any]
) -> None:
    body = {"scope": "rate_card:creators", "pointer": RATE, "new": "13", "reason": "续约"}
    first, second = (maker.post(f"{BASE}/change-requests", body).json["id"] for _ in range(2))
    road = f"{BASE}/change-requests"
    assert admin.post(f"{road}/{first}/reject", {}).status_code == 422
    assert admin.post(f"{road}/{first}/reject", {"answer": "不同意"}).json["state"] == "rejected"
    assert admin.post(f"{road}/{second}/withdraw").status_code == 403
    assert maker.post(f"{road}/{second}/withdraw").json["state"] == "withdrawn"
    states = {one["id"]: one["state"] for one in admin.get(road).json["items"]}
    assert states == {first: "rejected", second: "withdrawn"}


def test_locks_are_listed_and_lifted_with_a_second_factor(
    admin: Client, locked: dict[str, Any], client_as: Callable[..., Client]
) -> None:
    (one,) = admin.get(f"{BASE}/locks?scope=rate_card:creators").json["items"]
    assert (one["pointer"], one["reason"]) == (RATE, "合同约定")
    path = f"{BASE}/locks/{one['id']}"
    assert client_as("admin").delete(path).json["code"] == "second_factor_missing"
    assert admin.delete(path).status_code == 204
    assert admin.delete(path).status_code == 404
    assert admin.put(f"{CARDS}/creators", card("15"), headers=STAR).status_code == 200
    nothing = {"scope": "rate_card:nothing", "pointer": "", "owner_role": "admin", "reason": "x"}
    assert admin.post(f"{BASE}/locks", nothing).status_code == 404
