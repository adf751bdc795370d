"""The second factor: enrolling, codes that work once, recovery codes, key acts."""

from __future__ import annotations

from datetime import timedelta

import pyotp

from engine.runtime.world import World
from engine.store import accounts as account_store
from tests.api.conftest import PASSWORD, TENANT, Client, Clock, code_at

LOGIN = "/api/v1/auth/login"
GIVE = "/api/v1/auth/second-factor"
ROLE = {"key": "night", "name": "夜班", "acts": ["flows.read"]}


def enrol(client: Client, clock: Clock) -> tuple[str, list[str]]:
    begun = client.post("/api/v1/me/second-factor", {"password": PASSWORD}).json
    code = pyotp.TOTP(begun["secret"]).at(clock.at)
    done = client.put("/api/v1/me/second-factor", {"ticket": begun["ticket"], "code": code})
    assert done.status_code == 200, done.json
    return begun["secret"], done.json["recovery_codes"]


def test_enrolling_gives_an_otpauth_address_and_recovery_codes(
    client_as, clock: Clock, world: World
) -> None:
    client = client_as("admin")
    begun = client.post("/api/v1/me/second-factor", {"password": PASSWORD}).json
    assert begun["uri"].startswith("otpauth://totp/Jimu:admin-1?secret=")
    secret, codes = enrol(client, clock)
    assert len(set(codes)) == 10
    with world.db.reading() as conn:
        user = account_store.find_user(conn, TENANT, client.user_id)
    assert secret not in user.totp
    assert not set(codes) & set(user.recovery)
    assert client.post("/api/v1/roles", ROLE).status_code == 201


def test_enrolling_needs_the_password_the_own_ticket_the_code_and_time(
    client_as, clock: Clock
) -> None:
    client, other = client_as("admin"), client_as("admin")
    wrong = client.post("/api/v1/me/second-factor", {"password": "wrong-password"})
    assert wrong.json["problems"][0]["path"] == "/password"
    begun = client.post("/api/v1/me/second-factor", {"password": PASSWORD}).json
    code = pyotp.TOTP(begun["secret"]).at(clock.at)
    body = {"ticket": begun["ticket"], "code": code}
    assert other.put("/api/v1/me/second-factor", body).status_code == 422
    bad = client.put("/api/v1/me/second-factor", {**body, "code": "000000"})
    assert bad.json["problems"][0]["path"] == "/code"
    assert client.put("/api/v1/me/second-factor", {**body, "ticket": "k1.xx"}).status_code == 422
    clock.wind(timedelta(minutes=16))
    late = {**body, "code": pyotp.TOTP(begun["secret"]).at(clock.at)}
    assert client.put("/api/v1/me/second-factor", late).status_code == 409


def test_signing_in_needs_the_code_then(client_as, clock: Clock, anybody: Client) -> None:
    secret, _ = enrol(client_as("business"), clock)
    body = {"login": "business-1", "password": PASSWORD}
    assert anybody.post(LOGIN, body).json["code"] == "second_factor_needed"
    assert anybody.post(LOGIN, {**body, "password": "wrong-password"}).json["code"] == (
        "unauthenticated"
    )
    assert anybody.post(LOGIN, {**body, "code": "000000"}).json["code"] == "wrong_code"
    clock.wind(timedelta(seconds=30))
    code = pyotp.TOTP(secret).at(clock.at)
    assert anybody.post(LOGIN, {**body, "code": code}).status_code == 200


def test_a_code_works_once_and_neighbours_are_taken(client_as, clock: Clock) -> None:
    client = client_as("admin", second_factor=True)
    used = code_at(clock.at)
    assert client.post(GIVE, {"code": used}).json["code"] == "wrong_code"
    early = code_at(clock.at + timedelta(seconds=30))
    assert client.post(GIVE, {"code": early}).status_code == 204
    assert client.post(GIVE, {"code": early}).json["code"] == "wrong_code"
    # One that is older than the last used is spent too.
    clock.wind(timedelta(seconds=30))
    assert client.post(GIVE, {"code": used}).json["code"] == "wrong_code"


def test_recovery_codes_work_once_each_however_they_are_typed(client_as, clock: Clock) -> None:
    client = client_as("admin")
    _, codes = enrol(client, clock)
    typed = codes[0].lower().replace("-", " ")
    assert client.post(GIVE, {"code": typed}).status_code == 204
    assert client.post(GIVE, {"code": codes[0]}).status_code == 401
    fresh = client.post("/api/v1/me/recovery-codes").json["recovery_codes"]
    assert client.post(GIVE, {"code": codes[1]}).status_code == 401
    assert client.post(GIVE, {"code": fresh[1]}).status_code == 204


def test_key_acts_are_open_for_ten_minutes(admin: Client, clock: Clock) -> None:
    assert admin.post("/api/v1/roles", ROLE).status_code == 201
    clock.wind(timedelta(minutes=10, seconds=1))
    found = admin.post("/api/v1/roles", {**ROLE, "key": "day"})
    assert (found.status_code, found.json["code"]) == (403, "second_factor_stale")
    assert admin.post(GIVE, {"code": code_at(clock.at)}).status_code == 204
    assert admin.post("/api/v1/roles", {**ROLE, "key": "day"}).status_code == 201


def test_key_acts_are_closed_to_those_without_one_and_to_machines(client_as, machine) -> None:
    found = client_as("admin").post("/api/v1/roles", ROLE)
    assert (found.status_code, found.json["code"]) == (403, "second_factor_missing")
    found = machine("roles.edit").post("/api/v1/roles", ROLE)
    assert (found.status_code, found.json["code"]) == (403, "people_only")


def test_guessing_codes_is_stopped(admin: Client) -> None:
    answers = [admin.post(GIVE, {"code": "000000"}).status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]


def test_taking_it_away_is_a_key_act_itself(admin: Client, client_as, clock: Clock) -> None:
    client = client_as("business")
    enrol(client, clock)
    done = admin.delete(f"/api/v1/users/{client.user_id}/second-factor")
    assert done.status_code == 204
    assert client.get("/api/v1/auth/session").status_code == 401
    assert admin.delete("/api/v1/me/second-factor").status_code == 204
    assert admin.post("/api/v1/roles", ROLE).json["code"] == "second_factor_missing"
