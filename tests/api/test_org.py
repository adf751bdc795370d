"""The org tree: made, changed, moved, taken away; ETags and pages by its example."""

from __future__ import annotations

import pytest

from tests.api.conftest import Client

UNITS = "/api/v1/org-units"


@pytest.fixture
def root(admin: Client) -> str:
    return admin.get(UNITS).json["items"][0]["id"]


def make(client: Client, parent: str, name: str = "静安店", kind: str = "store"):
    return client.post(UNITS, {"kind": kind, "name": name, "parent_id": parent})


def test_a_unit_is_made_read_and_changed(admin: Client, root: str) -> None:
    made = make(admin, root)
    assert made.status_code == 201
    address = made.headers["Location"]
    assert made.json["path"] == f"/{root}/{made.json['id']}/"
    body = {"kind": "store", "name": "静安旗舰店", "place": {"city": "上海"}}
    done = admin.put(address, body, headers={"If-Match": made.headers["ETag"]})
    assert (done.json["name"], done.json["revision"]) == ("静安旗舰店", 2)
    again = admin.get(address)
    assert again.headers["ETag"] == done.headers["ETag"]
    assert admin.get(address, headers={"If-None-Match": again.headers["ETag"]}).status_code == 304


def test_nobody_overwrites_what_they_have_not_seen(admin: Client, root: str) -> None:
    made = make(admin, root)
    address, tag = made.headers["Location"], made.headers["ETag"]
    body = {"kind": "store", "name": "甲"}
    missing = admin.put(address, body)
    assert (missing.status_code, missing.json["code"]) == (428, "if_match_needed")
    assert admin.put(address, body, headers={"If-Match": tag}).status_code == 200
    stale = admin.put(address, {**body, "name": "乙"}, headers={"If-Match": tag})
    assert (stale.status_code, stale.json["code"]) == (412, "stale")
    assert admin.put(address, body, headers={"If-Match": 'W/"r2"'}).status_code == 412
    assert admin.put(address, body, headers={"If-Match": '"other"'}).status_code == 412
    assert admin.put(address, body, headers={"If-Match": "*"}).status_code == 200


def test_a_unit_moves_with_all_below_it(admin: Client, root: str) -> None:
    east = make(admin, root, "华东", "region").json["id"]
    west = make(admin, root, "华西", "region").json["id"]
    shop = make(admin, east).json["id"]
    tag = admin.get(f"{UNITS}/{east}").headers["ETag"]
    moved = admin.post(f"{UNITS}/{east}/move", {"parent_id": west}, headers={"If-Match": tag})
    assert moved.json["path"] == f"/{root}/{west}/{east}/"
    assert admin.get(f"{UNITS}/{shop}").json["path"] == f"/{root}/{west}/{east}/{shop}/"
    assert [one["id"] for one in admin.get(UNITS).json["items"]] == [root, west, east, shop]
    under = admin.post(f"{UNITS}/{west}/move", {"parent_id": shop}, headers={"If-Match": "*"})
    assert (under.status_code, under.json["problems"][0]["path"]) == (409, "/parent_id")
    assert (
        admin.post(f"{UNITS}/{root}/move", {"parent_id": west}, headers={"If-Match": "*"})
    ).status_code == 409


def test_a_unit_that_something_hangs_on_stays(admin: Client, client_as, root: str) -> None:
    east = make(admin, root, "华东", "region").json["id"]
    shop = make(admin, east).json["id"]
    assert admin.delete(f"{UNITS}/{east}").status_code == 409
    assert admin.delete(f"{UNITS}/{root}").status_code == 409
    client_as("guide", unit=shop)
    assert admin.delete(f"{UNITS}/{shop}").status_code == 409
    lone = make(admin, root, "空店").json["id"]
    assert admin.delete(f"{UNITS}/{lone}").status_code == 204
    assert admin.delete(f"{UNITS}/{lone}").status_code == 404


def test_what_a_unit_refers_to_must_be_there(admin: Client, root: str) -> None:
    lost = make(admin, "org_" + "0" * 26)
    assert lost.json["problems"][0]["path"] == "/parent_id"
    body = {"kind": "store", "name": "x", "parent_id": root, "head_id": "usr_none"}
    assert admin.post(UNITS, body).json["problems"][0]["path"] == "/head_id"


def test_the_tree_has_a_bottom(admin: Client, root: str) -> None:
    at = root
    for level in range(11):
        at = make(admin, at, f"第 {level} 级").json["id"]
    assert make(admin, at).status_code == 409


def test_pages_give_every_unit_once(admin: Client, root: str) -> None:
    made = {root} | {make(admin, root, f"店 {number}").json["id"] for number in range(7)}
    seen: list[str] = []
    address: str | None = f"{UNITS}?limit=3"
    while address:
        found = admin.get(address).json
        assert len(found["items"]) <= 3
        seen += [one["id"] for one in found["items"]]
        address = f"{UNITS}?limit=3&cursor={found['next']}" if found["next"] else None
    assert len(seen) == len(set(seen))
    assert set(seen) == made


def test_a_cursor_belongs_to_its_list_and_filters(admin: Client, root: str) -> None:
    make(admin, root)
    cursor = admin.get(f"{UNITS}?limit=1").json["next"]
    assert admin.get(f"{UNITS}?limit=2&cursor={cursor}").status_code == 200
    other = admin.get(f"/api/v1/users?cursor={cursor}")
    assert (other.status_code, other.json["problems"][0]["code"]) == (422, "cursor")
