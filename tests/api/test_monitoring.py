"""Health and metrics: whether it lives, can work, and how it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.context import Options
from engine.runtime.queue import RedisQueue
from engine.runtime.world import World
from engine.settings import Settings
from engine.store import schema
from engine.store.lanes import put_work
from tests.api.conftest import CHEAP, PASSWORD, TENANT, Client, Clock
from tests.api.one_database import store_url  # noqa: F401


@pytest.fixture(autouse=True)
def migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests make their tables at once, without the migrations that would say so."""
    monkeypatch.setattr("api.health.schema.revision", lambda _: schema.newest())


def metrics(client: Client, **more: object) -> dict[str, float]:
    found = client.get("/metrics", **more)
    assert found.status_code == 200, found.json
    return {
        "".join([one.name, *sorted(one.labels.values())]): one.value
        for family in text_string_to_metric_families(found.get_data(as_text=True))
        for one in family.samples
    }


def test_a_process_that_answers_is_alive(anybody: Client) -> None:
    assert anybody.get("/healthz").json == {"status": "ok"}


def test_an_installation_is_ready_when_its_parts_are(anybody: Client) -> None:
    found = anybody.get("/readyz")
    assert found.status_code == 200
    assert found.json["status"] == "ok"


def test_an_older_schema_is_not_ready(anybody: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.health.schema.revision", lambda _: "older")
    found = anybody.get("/readyz")
    assert (found.status_code, found.json["schema_is_newest"]) == (503, False)


def test_work_that_waits_long_is_told(anybody: Client, world: World, clock: Clock) -> None:
    row = {"lane": 1, "tenant": TENANT, "kind": "event", "ref": "x", "at": clock.at, "payload": {}}
    with world.db.begin() as conn:
        put_work(conn, [row])
    clock.wind(timedelta(minutes=6))
    found = anybody.get("/readyz")
    assert (found.status_code, found.json["status"]) == (200, "degraded")
    assert found.json["oldest_work_seconds"] == 360
    values = metrics(anybody)
    assert values["jimu_work_waiting"] == 1
    assert values["jimu_work_oldest_seconds"] == 360


def test_without_redis_it_is_slower_but_works(world: World, settings: Settings) -> None:
    away = RedisQueue("unix:///nowhere/valkey.sock")
    client = Client(create_app(replace(world, queue=away), settings, Options(passwords=CHEAP)))
    found = client.get("/readyz")
    assert (found.status_code, found.json["status"]) == (200, "degraded")
    assert client.post("/api/v1/auth/login", {"login": "boss", "password": PASSWORD}).json["csrf"]


def test_without_the_database_it_is_not_ready(
    anybody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def away(*_: object) -> None:
        raise OperationalError("", {}, Exception("gone"))

    monkeypatch.setattr("api.health.schema.revision", away)
    found = anybody.get("/readyz")
    assert (found.status_code, found.json["status"]) == (503, "unavailable")


def test_metrics_are_for_this_machine_and_for_those_who_may(
    app: Flask, anybody: Client, machine, client_as, world: World, settings: Settings
) -> None:
    assert "jimu_incidents_open" in metrics(anybody)
    far = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.7"}}
    assert anybody.get("/metrics", **far).status_code == 401
    assert "jimu_work_waiting" in metrics(machine("metrics.read"), **far)
    assert machine("org.read").get("/metrics", **far).status_code == 403
    # A proxy on this machine makes every call look like one from here.
    behind = replace(settings, public_url="https://jimu.example.com")
    public = Client(create_app(world, behind, Options(passwords=CHEAP)))
    assert public.get("/metrics").status_code == 401


def test_requests_are_measured_by_route_not_by_address(client_as, anybody: Client) -> None:
    client = client_as("viewer")
    client.get("/api/v1/users/usr_" + "0" * 26)
    values = metrics(anybody)
    assert values["jimu_http_request_seconds_count/api/v1/users/<user_id>403GET"] == 1
