"""Idempotency-Key: the same write again gets the first answer and is not done again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.runtime.accounts import forget_old
from engine.runtime.world import World
from engine.store import idempotency as store
from engine.store.idempotency import kept_answers
from tests.api.conftest import TENANT, Client, Clock

UNITS = "/api/v1/org-units"
KEY = {"Idempotency-Key": "order-1"}


@pytest.fixture
def body(admin: Client) -> dict:
    return {"kind": "store", "name": "静安店", "parent_id": admin.get(UNITS).json["items"][0]["id"]}


def count(client: Client) -> int:
    return len(client.get(UNITS).json["items"])


def test_the_same_write_again_gets_the_first_answer(admin: Client, body: dict) -> None:
    first = admin.post(UNITS, body, headers=KEY)
    again = admin.post(UNITS, body, headers=KEY)
    assert again.status_code == 201
    assert again.get_data() == first.get_data()
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert count(admin) == 2


def test_other_content_under_the_same_key_is_refused(admin: Client, body: dict) -> None:
    admin.post(UNITS, body, headers=KEY)
    found = admin.post(UNITS, {**body, "name": "徐汇店"}, headers=KEY)
    assert found.status_code == 422
    assert found.json["problems"][0]["path"] == "/header/Idempotency-Key"
    assert count(admin) == 2


def test_a_write_that_was_refused_may_be_mended_under_the_same_key(
    admin: Client, body: dict
) -> None:
    assert admin.post(UNITS, {**body, "kind": "castle"}, headers=KEY).status_code == 422
    assert admin.post(UNITS, body, headers=KEY).status_code == 201


def test_keys_of_different_callers_and_addresses_do_not_meet(
    admin: Client, machine, body: dict
) -> None:
    admin.post(UNITS, body, headers=KEY)
    other = machine("org.edit", "org.read").post(UNITS, body, headers=KEY)
    assert other.status_code == 201
    assert "Idempotency-Replayed" not in other.headers
    assert count(admin) == 3
    role = {"key": "night", "name": "夜班", "acts": []}
    assert admin.post("/api/v1/roles", role, headers=KEY).status_code == 201


def test_an_answer_without_content_is_kept_too(admin: Client, body: dict) -> None:
    address = admin.post(UNITS, body).headers["Location"]
    assert admin.delete(address, headers=KEY).status_code == 204
    again = admin.delete(address, headers=KEY)
    assert (again.status_code, again.get_data()) == (204, b"")
    assert "Content-Type" not in again.headers
    assert admin.delete(address).status_code == 404


def test_after_a_day_the_key_is_free(
    admin: Client, machine, body: dict, clock: Clock, world: World
) -> None:
    client = machine("org.edit", "org.read")
    client.post(UNITS, body, headers=KEY)
    clock.wind(timedelta(hours=24, seconds=1))
    again = client.post(UNITS, body, headers=KEY)
    assert (again.status_code, "Idempotency-Replayed" in again.headers) == (201, False)
    clock.wind(timedelta(hours=25))
    assert forget_old(world) >= 1


def test_a_call_that_still_runs_or_broke_off_is_a_conflict(
    admin: Client, machine, body: dict, clock: Clock, world: World
) -> None:
    client = machine("org.edit", "org.read")
    client.post(UNITS, body, headers=KEY)
    with world.db.begin() as conn:  # as a process leaves it that died before its answer
        conn.execute(
            kept_answers.update().where(kept_answers.c.tenant == TENANT).values(status=None)
        )
    assert client.post(UNITS, body, headers=KEY).json["code"] == "in_progress"
    clock.wind(timedelta(minutes=3))
    assert client.post(UNITS, body, headers=KEY).json["code"] == "outcome_unknown"
    assert count(client) == 2


def test_secrets_in_kept_answers_are_sealed(admin: Client, world: World) -> None:
    made = admin.post("/api/v1/keys", {"name": "x", "scopes": ["org.read"]}, headers=KEY)
    again = admin.post("/api/v1/keys", {"name": "x", "scopes": ["org.read"]}, headers=KEY)
    assert again.json["secret"] == made.json["secret"]
    with world.db.reading() as conn:
        rows = conn.execute(kept_answers.select().where(kept_answers.c.tenant == TENANT)).all()
    assert made.json["secret"] not in str(rows)


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "\u00e9"])
def test_a_malformed_key_is_refused(admin: Client, body: dict, key: str) -> None:
    assert admin.post(UNITS, body, headers={"Idempotency-Key": key}).status_code == 422


def test_only_one_of_two_begins(world: World, clock: Clock) -> None:
    row = {
        "id": "x",
        "tenant": TENANT,
        "body_hash": "h",
        "begun_at": clock.at,
        "until": clock.at + timedelta(hours=1),
    }
    begun = []
    for _ in range(2):
        with world.db.begin() as conn:
            begun.append(store.begin(conn, row, clock.at))
    assert begun == [True, False]
