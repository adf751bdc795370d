"""What went over a connection in a day: success, times, what waits, the newest faults."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from engine.runtime.world import World
from engine.store import connections as connection_store
from engine.store.effects import store_effects
from tests.api.conftest import START, TENANT, Client, Clock

PATH = "/api/v1/connections/shop/exchanges"


def connect(world: World, key: str = "shop") -> None:
    values: dict[str, Any] = {
        "id": f"con_{key}",
        "tenant": TENANT,
        "key": key,
        "connector": "http",
        "name": key,
        "settings": {},
        "sync_mode": "none",
        "on_bad_record": "review",
        "status": "active",
        "revision": 1,
        "failures": 0,
        "created_at": START,
        "updated_at": START,
    }
    with world.db.begin() as conn:
        connection_store.insert_connection(conn, values)


def effect(number: int, status: str, at: datetime, **more: Any) -> dict[str, Any]:
    plain = {
        "key": f"eff_{number}",
        "tenant": TENANT,
        "run_id": f"run_{'0' * 26}",
        "lane": 0,
        "step": "n1",
        "connection": "shop",
        "action": "request",
        "args": {"headers": {"authorization": "Bearer whisper"}, "phone": "13900001234"},
        "effect_class": "write",
        "status": status,
        "attempts": 1,
        "next_at": at,
        "made_at": at,
        "ended_at": None if status == "pending" else at + timedelta(seconds=number),
        "token": None,
        "subject": None,
        "retry": None,
        "output": None,
        "error": None,
    }
    return {**plain, **more}


def test_a_day_is_counted_by_the_hour(world: World, clock: Clock, admin: Client) -> None:
    connect(world)
    connect(world, "other")
    hour = timedelta(hours=1)
    error = {"code": "http", "message": {"zh": "拒绝", "en": "refused"}}
    rows = [
        effect(1, "delivered", START - hour / 2),
        effect(2, "delivered", START - hour / 2),
        effect(3, "delivered", START - 3 * hour / 2),
        effect(4, "failed", START - hour / 2, error=error),
        effect(5, "pending", START - hour / 4),
        effect(6, "delivered", START - 30 * hour),
        effect(7, "failed", START - hour / 2, connection="other"),
    ]
    with world.db.begin() as conn:
        store_effects(conn, rows)

    found = admin.get(PATH).json

    assert (found["delivered"], found["failed"], found["unknown"]) == (3, 1, 0)
    assert found["success"] == 0.75
    assert (found["median_seconds"], found["slow_seconds"]) == (2.0, 3.0)
    assert len(found["hours"]) == 24
    last = found["hours"][-1]
    assert (last["delivered"], last["failed"], last["waiting"]) == (2, 1, 1)
    assert found["oldest_waiting_at"] is not None
    (fault,) = found["faults"]
    assert fault["key"] == "eff_4"


def test_faults_show_no_secret(world: World, admin: Client) -> None:
    connect(world)
    with world.db.begin() as conn:
        store_effects(conn, [effect(1, "unknown", START, error={"message": "13900001234"})])

    found = admin.get(PATH)

    said = found.get_data(as_text=True)
    assert "whisper" not in said
    assert "13900001234" not in said


def test_a_connection_that_was_never_used_has_nothing_to_say(world: World, admin: Client) -> None:
    connect(world)

    found = admin.get(PATH).json

    assert (found["success"], found["median_seconds"], found["faults"]) == (None, None, [])
    assert admin.get("/api/v1/connections/none/exchanges").status_code == 404
