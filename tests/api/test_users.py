"""Users and roles: nobody gives more than they hold, and an admin always remains."""

from __future__ import annotations

import pytest

from engine.runtime.accounts import create_tenant
from engine.runtime.principal import OwnWork, refuse_own, system
from engine.runtime.world import World
from tests.api.conftest import CHEAP, PASSWORD, TENANT, Client

USERS = "/api/v1/users"
UNITS = "/api/v1/org-units"


@pytest.fixture
def root(admin: Client) -> str:
    return admin.get(UNITS).json["items"][0]["id"]


def unit(admin: Client, parent: str, name: str, kind: str = "store") -> str:
    return admin.post(UNITS, {"kind": kind, "name": name, "parent_id": parent}).json["id"]


def boss_of(admin: Client) -> dict:
    return admin.get(f"{USERS}?q=boss").json["items"][0]


def give(client: Client, user_id: str, roles: list[dict]):
    tag = client.get(f"{USERS}/{user_id}").headers.get("ETag", "*")
    return client.put(f"{USERS}/{user_id}/roles", {"roles": roles}, headers={"If-Match": tag})


def test_a_user_is_made_changed_and_listed(admin: Client, root: str) -> None:
    body = {
        "login": "wang.fang",
        "name": "王芳",
        "org_unit_id": root,
        "roles": [{"role": "business"}, {"role": "guide", "unit": root}],
    }
    made = admin.post(USERS, body)
    assert made.status_code == 201
    user = made.json["user"]
    assert user["roles"] == [{"role": "business", "unit": None}, {"role": "guide", "unit": None}]
    assert user["must_change_password"] is True
    assert len(made.json["password"]) > 20
    read = admin.get(made.headers["Location"])
    changed = admin.put(
        f"{USERS}/{user['id']}",
        {
            "name": "王芳芳",
            "org_unit_id": root,
            "manager_id": boss_of(admin)["id"],
            "locale": "en",
            "status": "active",
        },
        headers={"If-Match": read.headers["ETag"]},
    )
    assert changed.json["name"] == "王芳芳"
    assert changed.headers["ETag"] != read.headers["ETag"]
    assert [one["login"] for one in admin.get(f"{USERS}?q=芳芳").json["items"]] == ["wang.fang"]
    assert admin.get(f"{USERS}?q=%25").json["items"] == []
    assert admin.get(f"{USERS}?status=disabled").json["items"] == []


def test_a_login_name_is_taken_once(admin: Client) -> None:
    body = {"login": "wang.fang", "name": "王芳"}
    assert admin.post(USERS, body).status_code == 201
    again = admin.post(USERS, body)
    assert (again.status_code, again.json["problems"][0]["path"]) == (409, "/login")


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"org_unit_id": "org_" + "0" * 26}, "/org_unit_id"),
        ({"manager_id": "usr_" + "0" * 26}, "/manager_id"),
        ({"roles": [{"role": "business"}, {"role": "king"}]}, "/roles/1/role"),
        ({"roles": [{"role": "business", "unit": "org_" + "0" * 26}]}, "/roles/0/unit"),
        ({"password": "short"}, "/password"),
    ],
)
def test_what_a_user_refers_to_must_be_there(admin: Client, more: dict, path: str) -> None:
    found = admin.post(USERS, {"login": "wang.fang", "name": "王芳", **more})
    assert found.status_code == 422
    assert found.json["problems"][0]["path"] == path
    assert admin.get(f"{USERS}?q=wang").json["items"] == []


def test_the_last_admin_stays(admin: Client) -> None:
    boss = boss_of(admin)["id"]
    # The other admin may lose the role as long as one remains.
    assert give(admin, boss, [{"role": "viewer"}]).status_code == 200
    found = give(admin, admin.user_id, [{"role": "viewer"}])
    assert (found.status_code, found.json["code"]) == (409, "last_admin")
    row = admin.get(f"{USERS}/{admin.user_id}")
    body = {key: row.json[key] for key in ("name", "org_unit_id", "manager_id", "locale")}
    found = admin.put(
        f"{USERS}/{admin.user_id}",
        {**body, "status": "disabled"},
        headers={"If-Match": row.headers["ETag"]},
    )
    assert found.json["code"] == "last_admin"
    assert admin.get(f"{USERS}/{admin.user_id}").json["status"] == "active"
    # An admin of one store only is none of the whole.
    root = admin.get(UNITS).json["items"][0]["id"]
    store = unit(admin, root, "静安店")
    found = give(admin, admin.user_id, [{"role": "admin", "unit": store}])
    assert found.json["code"] == "last_admin"


def test_nobody_gives_more_than_they_hold(admin: Client, client_as) -> None:
    acts = ["users.read", "users.edit", "roles.edit", "settlement.own"]
    role = {"key": "hr", "name": "人事", "acts": acts}
    assert admin.post("/api/v1/roles", role).status_code == 201
    hr = client_as("hr", second_factor=True)
    made = hr.post(USERS, {"login": "li.lei", "name": "李雷", "roles": [{"role": "business"}]})
    assert (made.status_code, made.json["problems"][0]["code"]) == (403, "more_than_own")
    made = hr.post(USERS, {"login": "li.lei", "name": "李雷", "roles": [{"role": "partner"}]})
    assert made.status_code == 201
    wider = {"key": "wide", "name": "宽", "acts": ["keys.edit"]}
    assert hr.post("/api/v1/roles", wider).status_code == 403


def test_nobody_changes_somebody_who_may_do_more(admin: Client, client_as) -> None:
    role = {"key": "hr", "name": "人事", "acts": ["users.read", "users.edit", "roles.edit"]}
    admin.post("/api/v1/roles", role)
    hr, boss = client_as("hr", second_factor=True), boss_of(admin)["id"]
    row = hr.get(f"{USERS}/{boss}")
    body = {key: row.json[key] for key in ("name", "org_unit_id", "manager_id", "locale")}
    tag = {"If-Match": row.headers["ETag"]}
    assert hr.put(f"{USERS}/{boss}", {**body, "status": "disabled"}, headers=tag).status_code == 403
    assert hr.post(f"{USERS}/{boss}/password").status_code == 403
    assert hr.delete(f"{USERS}/{boss}/second-factor").status_code == 403
    assert hr.delete(f"{USERS}/{boss}/sessions").status_code == 403
    assert give(hr, boss, []).status_code == 403


def test_the_tree_decides_whom_one_sees(admin: Client, client_as, root: str) -> None:
    east, west = unit(admin, root, "华东", "region"), unit(admin, root, "华西", "region")
    shop = unit(admin, east, "静安店")
    role = {"key": "lead", "name": "店管", "acts": ["users.read", "users.edit", "org.read"]}
    admin.post("/api/v1/roles", role)
    for login, where in (("a.east", east), ("b.shop", shop), ("c.west", west), ("d.root", root)):
        admin.post(USERS, {"login": login, "name": login, "org_unit_id": where})
    admin.post(USERS, {"login": "e.none", "name": "none"})
    lead = client_as("lead", unit=east)
    seen = {one["login"] for one in lead.get(USERS).json["items"]}
    assert seen == {"a.east", "b.shop", lead.get("/api/v1/me").json["login"]}
    assert {one["id"] for one in lead.get(UNITS).json["items"]} == {east, shop}
    hidden = admin.get(f"{USERS}?q=c.west").json["items"][0]["id"]
    assert lead.get(f"{USERS}/{hidden}").status_code == 404
    assert lead.delete(f"{USERS}/{hidden}/sessions").status_code == 404
    assert lead.get(f"{UNITS}/{west}").status_code == 404
    outside = lead.post(USERS, {"login": "f.west", "name": "f", "org_unit_id": west})
    assert outside.json["problems"][0]["path"] == "/org_unit_id"
    inside = lead.post(USERS, {"login": "g.shop", "name": "g", "org_unit_id": shop})
    assert inside.status_code == 201


def test_another_tenants_people_are_not_there(admin: Client, world: World) -> None:
    other = create_tenant(
        world, "other", "另一品牌", admin="zhou", password="lv-shu-cheng", passwords=CHEAP
    )
    assert admin.get(f"{USERS}/{other.id}").status_code == 404
    assert admin.post(f"{USERS}/{other.id}/password").status_code == 404
    assert admin.get(f"{USERS}?q=zhou").json["items"] == []


def test_a_reset_password_is_shown_once_and_must_be_changed(
    admin: Client, client_as, anybody: Client
) -> None:
    client = client_as("business")
    fresh = admin.post(f"{USERS}/{client.user_id}/password").json["password"]
    assert client.get("/api/v1/auth/session").status_code == 401
    anybody.sign_in("business-2", fresh)
    assert anybody.get("/api/v1/auth/session").json["must_change_password"] is True


def test_roles_of_ones_own(admin: Client, client_as) -> None:
    body = {"key": "night", "name": {"zh": "夜班", "en": "Night shift"}, "acts": ["runs.read"]}
    made = admin.post("/api/v1/roles", body)
    assert made.status_code == 201
    night = client_as("night")
    assert night.get("/api/v1/auth/session").json["acts"] == ["runs.read"]
    tag = made.headers["ETag"]
    changed = admin.put(
        "/api/v1/roles/night",
        {"name": "夜班", "acts": ["runs.read", "org.read"]},
        headers={"If-Match": tag},
    )
    assert changed.status_code == 200
    assert night.get(UNITS).status_code == 200
    stale = admin.put("/api/v1/roles/night", {"name": "x", "acts": []}, headers={"If-Match": tag})
    assert stale.status_code == 412
    assert admin.delete("/api/v1/roles/night").status_code == 409
    assert give(admin, night.user_id, []).status_code == 200
    assert admin.delete("/api/v1/roles/night").status_code == 204
    assert admin.get("/api/v1/roles/night").status_code == 404


def test_what_holds_for_everybody_is_not_changed_by_a_branch(
    admin: Client, client_as, root: str
) -> None:
    """A role grants acts, the tree grants rows: settings and roles belong to no branch."""
    lead = client_as("admin", unit=unit(admin, root, "华东", "region"), second_factor=True)
    admin.post("/api/v1/roles", {"key": "night", "name": "夜班", "acts": ["runs.read"]})
    for_all = {"If-Match": "*"}
    assert lead.delete("/api/v1/roles/night").status_code == 403
    cleared = {"name": "夜班", "acts": []}
    assert lead.put("/api/v1/roles/night", cleared, headers=for_all).status_code == 403
    settings = lead.get("/api/v1/settings").json
    body = {name: settings[name] for name in ("name", "zone", "currency", "messages")}
    assert lead.put("/api/v1/settings", body, headers=for_all).status_code == 403
    assert admin.put("/api/v1/settings", body, headers=for_all).status_code == 200


def test_built_in_roles_never_change(admin: Client) -> None:
    tag = admin.get("/api/v1/roles/admin").headers["ETag"]
    body = {"name": "x", "acts": []}
    found = admin.put("/api/v1/roles/admin", body, headers={"If-Match": tag})
    assert found.status_code == 409
    assert admin.delete("/api/v1/roles/viewer").status_code == 409
    listed = {one["key"]: one for one in admin.get("/api/v1/roles").json["items"]}
    assert listed["partner"]["acts"] == ["settlement.own"]
    assert "roles.edit" in listed["admin"]["acts"]


def test_an_act_that_is_none_makes_no_role(admin: Client) -> None:
    body = {"key": "odd", "name": "x", "acts": ["moon.walk"]}
    assert admin.post("/api/v1/roles", body).json["problems"][0]["path"] == "/acts"


def test_one_changes_ones_own_name_and_language(client_as) -> None:
    client = client_as("guide")
    me = client.get("/api/v1/me")
    body = {"name": "小李", "locale": "en", "zone": "Asia/Urumqi"}
    done = client.put("/api/v1/me", body, headers={"If-Match": me.headers["ETag"]})
    assert (done.status_code, done.json["zone"]) == (200, "Asia/Urumqi")
    again = client.put("/api/v1/me", body, headers={"If-Match": me.headers["ETag"]})
    assert again.status_code == 412
    assert client.put("/api/v1/me", body).status_code == 428
    odd = client.put("/api/v1/me", {**body, "zone": "Mars/Base"}, headers={"If-Match": "*"})
    assert odd.json["problems"][0]["path"] == "/zone"
    # Without a language in the header the own one counts.
    said = client.http.get("/api/v1/org-units")
    assert said.json["title"] == "Not allowed"


def test_maker_is_never_checker() -> None:
    refuse_own(system(TENANT), "usr_1")
    with pytest.raises(OwnWork):
        refuse_own(system(TENANT), "system")


def test_a_tenant_is_made_once(world: World) -> None:
    from engine.core.errors import Conflict

    with pytest.raises(Conflict):
        create_tenant(world, TENANT, "again", admin="boss", password=PASSWORD, passwords=CHEAP)
