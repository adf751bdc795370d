"""Live progress as server-sent events: bounded in time and number."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from api.app import create_app
from api.live import Live
from api.resource import PUBLIC, Access
from engine.runtime.world import World
from engine.settings import Settings
from tests.api.one_database import store_url  # noqa: F401


@pytest.fixture
def app(world: World, settings: Settings) -> Flask:
    """One of its own: these tests add a route."""
    return create_app(world, settings)


def stream(app: Flask, states: Iterator[dict], live: Live) -> str:
    """What `Live.follow` sends for these states, through the whole application."""

    def view() -> object:
        return live.follow(lambda: next(states), lambda state: state["status"] != "running")

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
