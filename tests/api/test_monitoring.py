"""Health, metrics, headers, logs, limits, screens, live progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.context import Options
from api.limits import Limiter
from api.live import Live, follow
from api.resource import PUBLIC, Access
from engine.core.errors import TooMany
from engine.runtime.queue import QuietQueue, RedisQueue
from engine.runtime.world import World
from engine.settings import Settings
from engine.store.lanes import put_work
from tests.api.conftest import CHEAP, PASSWORD, TENANT, Client, Clock
from tests.api.one_database import store_url  # noqa: F401


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


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "screens"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>积木</title>", "utf-8")
    (folder / "assets" / "app-1a2b.js").write_text("export {}")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


HTML = {"Accept": "text/html,*/*"}


def test_an_unbuilt_designer_says_how_to_build_it(anybody: Client) -> None:
    found = anybody.get("/")
    assert found.status_code == 200
    assert "make setup" in found.get_data(as_text=True)
    assert anybody.get("/flows", headers=HTML).mimetype == "text/html"
    assert anybody.get("/flows").status_code == 404


def test_the_designer_answers_on_every_page_of_its_own(built: Path, anybody: Client) -> None:
    for address in ("/", "/flows/vip", "/index.html"):
        found = anybody.get(address)
        assert "积木" in found.get_data(as_text=True), address
        assert found.headers["Cache-Control"] == "no-cache"
    asset = anybody.get("/assets/app-1a2b.js")
    assert "immutable" in asset.headers["Cache-Control"]
    assert anybody.get("/assets/gone.js").status_code == 404
    assert anybody.get("/api/nothing", headers=HTML).mimetype == "application/problem+json"
    assert anybody.get("/hooks/nothing", headers=HTML).status_code == 404
    assert anybody.post("/flows/vip", {}).status_code == 404
    for address in ("/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt"):
        assert "secret" not in anybody.get(address).get_data(as_text=True)


def test_the_page_of_the_document_loads_nothing_from_elsewhere(anybody: Client) -> None:
    page = anybody.get("/api/docs").get_data(as_text=True)
    assert "http:" not in page
    assert "https:" not in page
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js"):
        assert f"/api/docs/{name}" in page
        assert anybody.get(f"/api/docs/{name}").status_code == 200
    assert "validatorUrl: null" in anybody.get("/api/docs/start.js").get_data(as_text=True)
    assert anybody.get("/api/docs/setup.py").status_code == 404


def test_the_document_is_served(anybody: Client) -> None:
    found = anybody.get("/api/openapi.json")
    assert found.json["openapi"] == "3.1.0"
    tag = {"If-None-Match": found.headers["ETag"]}
    assert anybody.get("/api/openapi.json", headers=tag).status_code == 304


# -- live progress ---------------------------------------------------------------------------------


def stream(app: Flask, states: Iterator[dict], live: Live) -> str:
    """What `follow` sends for these states, through the whole application."""
    app.extensions["jimu"].live = live

    def view() -> object:
        return follow(lambda: next(states), lambda state: state["status"] != "running")

    view.access = Access("live", PUBLIC, "GET", "/live", {}, {})  # type: ignore[attr-defined]
    app.add_url_rule("/live", "live", view)
    found = app.test_client().get("/live")
    assert found.mimetype == "text/event-stream"
    return found.get_data(as_text=True)


@pytest.fixture
def ticking() -> Callable[..., Live]:
    def make(**more: float) -> Live:
        at = 0.0

        def wait(seconds: float) -> None:
            nonlocal at
            at += seconds

        return Live(wait=wait, clock=lambda: at, **more)

    return make


def test_progress_is_sent_when_it_changes_until_the_end(app: Flask, ticking) -> None:
    states = [{"status": "running", "done": n} for n in (0, 0, 1, 1, 2)]
    states.append({"status": "succeeded", "done": 3})
    sent = stream(app, iter(states), ticking())
    assert [line for line in sent.splitlines() if line.startswith("data")] == [
        'data: {"status":"running","done":0}',
        'data: {"status":"running","done":1}',
        'data: {"status":"running","done":2}',
        'data: {"status":"succeeded","done":3}',
    ]
    assert sent.count("event: end") == 1


def test_a_quiet_stream_beats_and_closes_in_time(app: Flask, ticking) -> None:
    def still() -> Iterator[dict]:
        while True:
            yield {"status": "running"}

    live = ticking(every=1.0, heartbeat=5.0, lasts_for=20.0)
    sent = stream(app, still(), live)
    assert sent.count("\n:\n") + sent.startswith(":\n") >= 3
    assert "event: end" not in sent
    assert live.slots.acquire(blocking=False)


def test_too_many_streams_send_the_state_and_close(app: Flask, ticking) -> None:
    live = ticking()
    while live.slots.acquire(blocking=False):
        pass
    sent = stream(app, iter([{"status": "running"}]), live)
    assert sent.count("data:") == 1
    assert "retry:" in sent


def test_something_that_is_over_is_sent_once(app: Flask, ticking) -> None:
    sent = stream(app, iter([{"status": "failed"}]), ticking())
    assert "event: end" in sent


def test_quiet_queues_count_nothing() -> None:
    assert QuietQueue().count("x", timedelta(1)) == 1
