"""API keys: scopes, ends, revocation; never more than their maker holds."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from engine.runtime.world import World
from engine.store import sessions as key_store
from tests.api.conftest import TENANT, Client, Clock

KEYS = "/api/v1/keys"
UNITS = "/api/v1/org-units"


def bearer(app: Flask, secret: str) -> Client:
    return Client(app, {"Authorization": f"Bearer {secret}"})


def test_a_key_does_what_its_scopes_say(app: Flask, admin: Client, world: World) -> None:
    made = admin.post(KEYS, {"name": "订单同步", "scopes": ["org.read"]})
    assert made.status_code == 201
    secret = made.json["secret"]
    client = bearer(app, secret)
    assert client.get(UNITS).status_code == 200
    assert client.get("/api/v1/users").status_code == 403
    assert client.get("/api/v1/me").json["code"] == "people_only"
    with world.db.reading() as conn:
        row = key_store.find_key_of(conn, TENANT, made.json["key"]["id"])
    assert row.hash not in secret
    assert secret.rpartition("_")[2] not in row.hash
    assert "secret" not in admin.get(KEYS).get_data(as_text=True)


def test_a_changed_secret_is_no_key(app: Flask, admin: Client) -> None:
    secret = admin.post(KEYS, {"name": "x", "scopes": ["org.read"]}).json["secret"]
    assert bearer(app, secret[:-1]).get(UNITS).status_code == 401
    assert bearer(app, secret + "x").get(UNITS).status_code == 401
    assert bearer(app, secret.lower()).get(UNITS).status_code == 401


def test_a_key_ends_by_itself_or_by_hand(app: Flask, admin: Client, clock: Clock) -> None:
    until = (clock.at + timedelta(hours=1)).isoformat()
    body = {"name": "x", "scopes": ["org.read"], "until": until}
    client = bearer(app, admin.post(KEYS, body).json["secret"])
    assert client.get(UNITS).status_code == 200
    lasting = admin.post(KEYS, {"name": "y", "scopes": ["org.read"]}).json
    clock.wind(timedelta(hours=1))
    assert client.get(UNITS).status_code == 401
    other = bearer(app, lasting["secret"])
    assert other.get(UNITS).status_code == 200
    assert admin.delete(f"{KEYS}/{lasting['key']['id']}").status_code == 204
    assert other.get(UNITS).status_code == 401
    assert admin.delete(f"{KEYS}/{lasting['key']['id']}").status_code == 204
    assert admin.get(f"{KEYS}/{lasting['key']['id']}").json["revoked_at"]


def test_the_last_use_is_written_at_most_once_a_minute(
    app: Flask, admin: Client, clock: Clock
) -> None:
    made = admin.post(KEYS, {"name": "x", "scopes": ["org.read"]}).json
    client, address = bearer(app, made["secret"]), f"{KEYS}/{made['key']['id']}"
    assert admin.get(address).json["used_at"] is None
    client.get(UNITS)
    first = admin.get(address).json["used_at"]
    clock.wind(timedelta(seconds=59))
    client.get(UNITS)
    assert admin.get(address).json["used_at"] == first
    clock.wind(timedelta(seconds=1))
    client.get(UNITS)
    assert admin.get(address).json["used_at"] > first


def test_scopes_are_acts_one_holds(admin: Client, clock: Clock) -> None:
    odd = admin.post(KEYS, {"name": "x", "scopes": ["org.read", "moon.walk"]})
    assert odd.json["problems"][0]["path"] == "/scopes/1"
    past = {"name": "x", "scopes": ["org.read"], "until": clock.at.isoformat()}
    assert admin.post(KEYS, past).json["problems"][0]["path"] == "/until"
    role = {"key": "it", "name": "IT", "acts": ["keys.edit", "org.read"]}
    assert admin.post("/api/v1/roles", role).status_code == 201


def test_nobody_makes_a_key_that_may_do_more(admin: Client, client_as) -> None:
    role = {"key": "it", "name": "IT", "acts": ["keys.edit", "org.read"]}
    admin.post("/api/v1/roles", role)
    client = client_as("it", second_factor=True)
    assert client.post(KEYS, {"name": "x", "scopes": ["org.read"]}).status_code == 201
    assert client.post(KEYS, {"name": "x", "scopes": ["users.edit"]}).status_code == 403


def test_a_key_sees_its_part_of_the_tree(app: Flask, admin: Client) -> None:
    root = admin.get(UNITS).json["items"][0]["id"]
    shop = admin.post(UNITS, {"kind": "store", "name": "静安店", "parent_id": root}).json["id"]
    body = {"name": "x", "scopes": ["org.read"], "org_unit_id": shop}
    client = bearer(app, admin.post(KEYS, body).json["secret"])
    assert [one["id"] for one in client.get(UNITS).json["items"]] == [shop]


def test_the_tree_decides_which_keys_one_sees_and_ends(admin: Client, client_as) -> None:
    root = admin.get(UNITS).json["items"][0]["id"]
    shop = admin.post(UNITS, {"kind": "store", "name": "静安店", "parent_id": root}).json["id"]
    body = {"name": "x", "scopes": ["org.read"]}
    whole = admin.post(KEYS, body).json["key"]["id"]
    own = admin.post(KEYS, {**body, "org_unit_id": shop}).json["key"]["id"]
    lead = client_as("admin", unit=shop)
    assert [one["id"] for one in lead.get(KEYS).json["items"]] == [own]
    assert lead.get(f"{KEYS}/{whole}").status_code == 404
    assert lead.delete(f"{KEYS}/{whole}").status_code == 404
    assert lead.delete(f"{KEYS}/{own}").status_code == 204
    assert admin.get(f"{KEYS}/{whole}").json["revoked_at"] is None


def test_a_machine_needs_no_csrf_token(machine, admin: Client) -> None:
    root = admin.get(UNITS).json["items"][0]["id"]
    client = machine("org.edit", "org.read")
    made = client.post(UNITS, {"kind": "store", "name": "静安店", "parent_id": root})
    assert made.status_code == 201
    assert client.http.get_cookie("jimu") is None
