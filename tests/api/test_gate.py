"""What every call goes through: headers, request ids, the log, limits, addresses."""

from __future__ import annotations

from dataclasses import replace

import pytest
import structlog
from flask import Flask

from api.app import create_app
from api.context import Options
from api.limits import Limiter
from engine.core.errors import TooMany
from engine.runtime.queue import RedisQueue
from engine.runtime.world import World
from engine.settings import Settings
from tests.api.conftest import CHEAP, PASSWORD, TENANT, Client, Clock
from tests.api.one_database import store_url  # noqa: F401


def test_every_answer_carries_its_headers(anybody: Client) -> None:
    for address in ("/healthz", "/api/v1/nothing", "/api/v1/org-units", "/", "/api/docs"):
        headers = anybody.get(address).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe-eval" not in headers["Content-Security-Policy"]
        assert headers["X-Request-Id"]
    assert anybody.get("/api/v1/org-units").headers["Cache-Control"] == "private, no-store"


def test_a_request_keeps_the_id_it_came_with(anybody: Client) -> None:
    found = anybody.get("/api/v1/org-units", headers={"X-Request-Id": "trace-0123456789"})
    assert found.headers["X-Request-Id"] == "trace-0123456789"
    assert found.json["instance"] == "urn:jimu:request:trace-0123456789"


def test_the_log_holds_no_secret(app: Flask, anybody: Client) -> None:
    with structlog.testing.capture_logs(
        processors=[structlog.contextvars.merge_contextvars]
    ) as lines:
        anybody.sign_in("boss")
        anybody.get("/api/v1/users?q=secret-query")
        anybody.get("/api/v1/users/usr_secretpath")
    last = lines[-2]
    assert last["route"] == "/api/v1/users"
    assert last["tenant"] == TENANT
    assert last["who"] == anybody.user_id
    assert last["status"] == 200
    said = str(lines)
    for secret in (PASSWORD, "secret-query", "secretpath", anybody.headers["X-CSRF-Token"]):
        assert secret not in said


def test_too_many_calls_are_told_to_wait(world: World, settings: Settings, machine) -> None:
    options = Options(passwords=CHEAP, rates={"key": 3, "address": 2})
    app = create_app(world, settings, options)
    client = Client(app, machine("org.read").headers)
    statuses = [client.get("/api/v1/org-units").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    found = client.get("/api/v1/org-units")
    assert (found.json["code"], 0 < int(found.headers["Retry-After"]) <= 60) == ("too_many", True)
    nobody = Client(app)
    assert [nobody.get("/healthz").status_code for _ in range(3)] == [200, 200, 429]


def test_calls_are_counted_anew_in_the_next_window(clock: Clock) -> None:
    limiter = Limiter(None, clock, {"key": 2})
    limiter.hit("key", "a")
    limiter.hit("key", "a")
    limiter.hit("key", "b")
    with pytest.raises(TooMany) as refused:
        limiter.hit("key", "a")
    clock.wind(refused.value.after)
    limiter.hit("key", "a")


def test_what_guards_secrets_is_counted_over_processes(valkey_url: str, clock: Clock) -> None:
    first, second = (Limiter(RedisQueue(valkey_url), clock, {"code": 2}) for _ in range(2))
    first.hit("code", "a")
    second.hit("code", "a")
    with pytest.raises(TooMany):
        first.hit("code", "a")


def test_addresses_behind_a_proxy(world: World, settings: Settings) -> None:
    behind = replace(settings, public_url="https://jimu.example.com")
    app = create_app(world, behind, Options(passwords=CHEAP, rates={"address": 1}))
    client = Client(app)

    def status(said: str, direct: str = "127.0.0.1") -> int:
        return client.get(
            "/healthz",
            headers={"X-Forwarded-For": said},
            environ_overrides={"REMOTE_ADDR": direct},
        ).status_code

    assert status("198.51.100.1") == 200
    assert status("198.51.100.2") == 200
    assert status("198.51.100.9, 198.51.100.2") == 429
    # Somebody who comes directly cannot choose an address.
    assert status("198.51.100.3", "8.8.8.8") == 200
    assert status("198.51.100.4", "8.8.8.8") == 429
