"""The audit trail: who did what, sealed in a chain that shows what was altered."""

from __future__ import annotations

from datetime import timedelta

from engine.runtime.accounts import create_tenant, seal_audit
from engine.runtime.world import World
from engine.store.audit import audit
from tests.api.conftest import CHEAP, TENANT, Client, Clock

ROLES = "/api/v1/roles"
VERIFY = "/api/v1/audit/verify"


def change(admin: Client, *names: str) -> None:
    for name in names:
        made = admin.post(ROLES, {"key": name, "name": name, "acts": ["runs.read"]})
        assert made.status_code == 201


def test_a_change_says_who_what_and_from_where(admin: Client) -> None:
    change(admin, "night")
    found = admin.get("/api/v1/audit?act=roles.create").json["items"][0]
    assert found["who"] == admin.user_id
    assert found["target"] == "role:night"
    assert found["detail"] == {"acts": ["runs.read"]}
    assert found["address"] == "127.0.0.1"
    assert found["seal"] is None


def test_a_refused_change_leaves_no_trace(admin: Client) -> None:
    admin.post(ROLES, {"key": "odd", "name": "x", "acts": ["moon.walk"]})
    assert admin.get("/api/v1/audit?target=role:odd").json["items"] == []


def test_sealing_makes_a_chain_that_holds(admin: Client, world: World) -> None:
    change(admin, "a", "b", "c")
    unsealed = admin.get(VERIFY).json["unsealed"]
    assert seal_audit(world) == unsealed
    assert seal_audit(world) == 0
    change(admin, "d")
    seal_audit(world)
    found = admin.get(VERIFY).json
    assert (found["holds"], found["number"], found["unsealed"]) == (True, unsealed + 1, 0)
    assert found["seal"] == admin.get("/api/v1/audit?limit=1").json["items"][0]["seal"]


def test_an_altered_row_breaks_the_chain(admin: Client, world: World) -> None:
    change(admin, "a", "b", "c")
    seal_audit(world)
    entry = admin.get("/api/v1/audit?target=role:b").json["items"][0]
    with world.db.begin() as conn:
        conn.execute(
            audit.update()
            .where(audit.c.tenant == TENANT, audit.c.id == entry["id"])
            .values(who="usr_somebody_else")
        )
    found = admin.get(VERIFY).json
    assert (found["holds"], found["broken_at"]) == (False, entry["number"])


def test_a_missing_row_breaks_the_chain(admin: Client, world: World) -> None:
    change(admin, "a", "b", "c")
    seal_audit(world)
    entry = admin.get("/api/v1/audit?target=role:b").json["items"][0]
    with world.db.begin() as conn:
        conn.execute(audit.delete().where(audit.c.tenant == TENANT, audit.c.id == entry["id"]))
    assert admin.get(VERIFY).json["broken_at"] == entry["number"]


def test_each_tenant_has_a_chain_of_its_own(admin: Client, world: World) -> None:
    create_tenant(world, "other", "另一品牌", admin="z", password="lv-shu-cheng", passwords=CHEAP)
    seal_audit(world)
    assert admin.get(VERIFY).json["holds"] is True
    assert admin.get("/api/v1/audit?target=tenant:other").json["items"] == []


def test_the_trail_is_listed_newest_first_in_pages(admin: Client, clock: Clock) -> None:
    for name in ("a", "b", "c"):
        change(admin, name)
        clock.wind(timedelta(seconds=1))
    first = admin.get("/api/v1/audit?act=roles.create&limit=2").json
    assert [one["target"] for one in first["items"]] == ["role:c", "role:b"]
    rest = admin.get(f"/api/v1/audit?act=roles.create&limit=2&cursor={first['next']}").json
    assert [one["target"] for one in rest["items"]] == ["role:a"]
    assert rest["next"] is None


def test_only_those_who_may_read_it(client_as) -> None:
    assert client_as("finance").get("/api/v1/audit").status_code == 200
    assert client_as("business").get("/api/v1/audit").status_code == 403
