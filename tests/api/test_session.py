"""Signing in and out: cookies, CSRF, expiry, limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask

from api.app import create_app
from api.context import Options
from engine.runtime.accounts import create_tenant, forget_old
from engine.runtime.passwords import Passwords
from engine.runtime.sessions import IDLE_FOR, LASTS_FOR
from engine.runtime.world import World
from engine.settings import Settings
from engine.store import accounts as account_store
from engine.store import sessions as session_store
from tests.api.conftest import CHEAP, PASSWORD, TENANT, Client, Clock

LOGIN = "/api/v1/auth/login"
SESSION = "/api/v1/auth/session"


def cookie(response) -> str:
    return response.headers["Set-Cookie"]


def test_signing_in_sets_a_cookie_that_scripts_cannot_read(anybody: Client) -> None:
    found = anybody.post(LOGIN, {"login": "boss", "password": PASSWORD})
    assert found.status_code == 200
    assert "HttpOnly" in cookie(found)
    assert "SameSite=Lax" in cookie(found)
    assert "Secure" not in cookie(found)
    assert found.json["user"]["tenant"] == TENANT
    assert "roles.edit" in found.json["acts"]
    assert anybody.get(SESSION).json["csrf"] == found.json["csrf"]


def test_under_https_the_cookie_is_bound_to_the_host(world: World, settings: Settings) -> None:
    public = replace(settings, public_url="https://jimu.example.com")
    client = Client(create_app(world, public, Options(passwords=CHEAP)))
    found = client.post(
        LOGIN,
        {"login": "boss", "password": PASSWORD},
        base_url="https://jimu.example.com",
    )
    assert cookie(found).startswith("__Host-jimu=")
    assert "Secure" in cookie(found)
    assert "Path=/" in cookie(found)
    assert "Domain" not in cookie(found)


def test_the_database_keeps_no_cookie(anybody: Client, world: World) -> None:
    found = anybody.post(LOGIN, {"login": "boss", "password": PASSWORD})
    token = cookie(found).partition("=")[2].partition(";")[0]
    with world.db.reading() as conn:
        assert session_store.find_session(conn, token) is None


@pytest.mark.parametrize(
    ("login", "password"), [("boss", "wrong-password"), ("nobody", PASSWORD), ("boss", "x" * 400)]
)
def test_unknown_names_and_wrong_passwords_get_the_same_answer(
    anybody: Client, login: str, password: str
) -> None:
    found = anybody.post(LOGIN, {"login": login, "password": password})
    assert found.status_code == 401
    assert found.json["code"] == "unauthenticated"
    assert found.json["detail"] == "the login name or the password is wrong"
    assert "Set-Cookie" not in found.headers


def test_a_disabled_person_cannot_sign_in_and_is_out_at_once(
    admin: Client, client_as, anybody: Client
) -> None:
    client = client_as("business")
    row = admin.get(f"/api/v1/users/{client.user_id}")
    body = {key: row.json[key] for key in ("name", "org_unit_id", "manager_id", "locale")}
    done = admin.put(
        f"/api/v1/users/{client.user_id}",
        {**body, "status": "disabled"},
        headers={"If-Match": row.headers["ETag"]},
    )
    assert done.status_code == 200
    assert client.get(SESSION).status_code == 401
    again = anybody.post(LOGIN, {"login": row.json["login"], "password": PASSWORD})
    assert again.status_code == 401


def test_a_session_ends_when_it_is_not_used(client_as, clock: Clock) -> None:
    client = client_as("business")
    clock.wind(IDLE_FOR - timedelta(minutes=1))
    assert client.get(SESSION).status_code == 200
    clock.wind(IDLE_FOR - timedelta(minutes=1))
    assert client.get(SESSION).status_code == 200
    clock.wind(IDLE_FOR)
    assert client.get(SESSION).status_code == 401


def test_a_session_ends_after_some_days_however_much_it_is_used(
    client_as, clock: Clock, world: World
) -> None:
    client = client_as("business")
    until = clock.at + LASTS_FOR
    while clock.at + timedelta(hours=7) < until:
        clock.wind(timedelta(hours=7))
        assert client.get(SESSION).status_code == 200
    clock.wind(timedelta(hours=7))
    assert client.get(SESSION).status_code == 401
    clock.wind(timedelta(days=2))
    assert forget_old(world) >= 1


def test_signing_out_ends_the_session(client_as) -> None:
    client = client_as("business")
    assert client.delete(SESSION).status_code == 204
    assert client.get(SESSION).status_code == 401


def test_writes_need_the_csrf_token(client_as) -> None:
    client = client_as("business")
    token = client.headers.pop("X-CSRF-Token")
    assert client.delete(SESSION).json["code"] == "csrf"
    for wrong in ("", token[:-1], "\u00e9"):
        found = client.delete(SESSION, headers={"X-CSRF-Token": wrong})
        assert (found.status_code, found.json["code"]) == (403, "csrf")
    assert client.get(SESSION).status_code == 200


def test_a_foreign_page_can_neither_write_nor_sign_somebody_in(client_as, anybody: Client) -> None:
    client = client_as("business")
    evil = {"Origin": "https://evil.example.com"}
    assert client.delete(SESSION, headers=evil).json["code"] == "csrf"
    body = {"login": "boss", "password": PASSWORD}
    assert anybody.post(LOGIN, body, headers=evil).json["code"] == "csrf"
    assert anybody.post(LOGIN, body, headers={"Origin": "null"}).status_code == 403
    own = {"Origin": "http://localhost"}
    assert anybody.post(LOGIN, body, headers=own).status_code == 200


def test_too_many_attempts_have_to_wait_also_with_the_right_password(
    anybody: Client, clock: Clock
) -> None:
    for _ in range(10):
        found = anybody.post(LOGIN, {"login": "boss", "password": "wrong-password"})
        assert found.status_code == 401
    found = anybody.post(LOGIN, {"login": "boss", "password": PASSWORD})
    assert found.status_code == 429
    assert int(found.headers["Retry-After"]) > 0
    clock.wind(timedelta(seconds=int(found.headers["Retry-After"])))
    assert anybody.post(LOGIN, {"login": "boss", "password": PASSWORD}).status_code == 200


def test_a_first_password_must_be_changed_before_anything_else(
    admin: Client, anybody: Client
) -> None:
    made = admin.post("/api/v1/users", {"login": "wang.fang", "name": "王芳"})
    first = made.json["password"]
    anybody.sign_in("wang.fang", first)
    assert anybody.get(SESSION).json["must_change_password"] is True
    assert anybody.get("/api/v1/acts").json["code"] == "password_change_needed"
    change = {"old": first, "new": "chang-cheng-7"}
    assert anybody.put("/api/v1/me/password", change).status_code == 204
    assert anybody.get("/api/v1/acts").status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("wrong-password", "chang-cheng-7", "/old"),
        (PASSWORD, "short", "/new"),
        (PASSWORD, "aaaaaaaaaaaa", "/new"),
        (PASSWORD, "password123", "/new"),
        (PASSWORD, "x" * 201, "/new"),
        (PASSWORD, PASSWORD, "/new"),
        (PASSWORD, "my-boss-2026", "/new"),
    ],
)
def test_new_passwords_are_looked_at(anybody: Client, old: str, new: str, path: str) -> None:
    anybody.sign_in("boss")
    found = anybody.put("/api/v1/me/password", {"old": old, "new": new})
    assert found.status_code == 422
    assert found.json["problems"][0]["path"] == path


def test_changing_the_password_ends_all_other_sessions(app: Flask) -> None:
    here, there = Client(app), Client(app)
    here.sign_in("boss")
    there.sign_in("boss")
    change = {"old": PASSWORD, "new": "chang-cheng-7"}
    assert here.put("/api/v1/me/password", change).status_code == 204
    assert here.get(SESSION).status_code == 200
    assert there.get(SESSION).status_code == 401


def test_one_can_sign_out_everywhere_else(app: Flask) -> None:
    here, there = Client(app), Client(app)
    here.sign_in("boss")
    there.sign_in("boss")
    listed = here.get("/api/v1/me/sessions").json["items"]
    assert sorted(one["is_this"] for one in listed) == [False, True]
    assert here.delete("/api/v1/me/sessions").json == {"ended": 1}
    assert there.get(SESSION).status_code == 401
    assert here.get(SESSION).status_code == 200


def test_a_hash_with_older_costs_is_renewed_at_sign_in(
    world: World, settings: Settings, anybody: Client
) -> None:
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    app = create_app(world, settings, Options(passwords=stronger))
    Client(app).sign_in("boss")
    with world.db.reading() as conn:
        stored = account_store.find_user_by_login(conn, TENANT, "boss").password
    assert not stronger.is_outdated(stored)
    Client(app).sign_in("boss")


def test_with_several_tenants_one_says_which(anybody: Client, world: World) -> None:
    create_tenant(
        world, "other", "另一品牌", admin="boss", password="lv-shu-cheng", passwords=CHEAP
    )
    found = anybody.post(LOGIN, {"login": "boss", "password": PASSWORD})
    assert found.json["problems"][0]["path"] == "/tenant"
    body = {"login": "boss", "password": PASSWORD, "tenant": "other"}
    assert anybody.post(LOGIN, body).status_code == 401
    assert anybody.post(LOGIN, {**body, "tenant": TENANT}).status_code == 200
    assert anybody.post(LOGIN, {**body, "tenant": "nowhere"}).status_code == 401


def test_an_ended_session_does_not_keep_anybody_from_signing_in(client_as, clock: Clock) -> None:
    client = client_as("business")
    clock.wind(IDLE_FOR)
    assert client.get(SESSION).status_code == 401
    client.headers.pop("X-CSRF-Token")
    client.sign_in("business-1")
    assert client.get(SESSION).status_code == 200
