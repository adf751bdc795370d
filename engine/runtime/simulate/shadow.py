"""A draft beside the live version, on live events, with every effect withheld.

Once a day the events of the day go through both versions in scratch worlds, and what differs is
kept as a test run of kind "shadow". Waits are wound to their end there and then, with the answers
the shadow was set up with; nothing of it ever reaches a platform, a person or the live database.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog

from engine.core.errors import Conflict, EngineError, NotFound
from engine.core.ids import new_id
from engine.core.text import text
from engine.runtime.principal import Principal, system
from engine.runtime.simulate.asked import Setup, read_setup
from engine.runtime.simulate.jobs import start_simulation
from engine.runtime.world import World
from engine.store import simulations as store

log = structlog.get_logger(__name__)
EVERY = timedelta(days=1)


def start_shadow(
    world: World, who: Principal, flow_key: str, options: dict[str, Any], until: datetime | None
) -> Any:
    """Lets the draft run beside the live version from now on; Conflict when one runs already.

    `options` are the answers, people and parameters of a test run's set-up.
    """
    now = world.now()
    setup = _setup(flow_key, options, now, now + EVERY)
    with world.db.begin() as conn:
        if store.running_shadow(conn, who.tenant, flow_key) is not None:
            raise Conflict(
                text("这个流程已有影子运行", "a draft of this flow runs beside it already")
            )
        id_ = new_id("shw", now)
        store.insert_shadow(
            conn,
            {
                "id": id_,
                "tenant": who.tenant,
                "flow_key": setup.flow,
                "status": "running",
                "setup": options,
                "since": now,
                "next_at": now + EVERY,
                "until": until,
                "started_by": who.id,
                "created_at": now,
            },
        )
        who.note(conn, now, "simulations.run", f"flow:{flow_key}", {"shadow": id_})
        return store.find_shadow(conn, who.tenant, id_)


def stop_shadow(world: World, who: Principal, flow_key: str) -> Any:
    """Ends it; what was found stays. NotFound when none runs."""
    with world.db.begin() as conn:
        row = store.running_shadow(conn, who.tenant, flow_key)
        if row is None:
            raise NotFound(text("没有影子运行", "no draft runs beside this flow"))
        store.move_shadow(conn, who.tenant, row.id, row.next_at, {"status": "stopped"})
        note = {"shadow": row.id, "stopped": True}
        who.note(conn, world.now(), "simulations.run", f"flow:{flow_key}", note)
        return store.find_shadow(conn, who.tenant, row.id)


def run_due_shadows(world: World) -> int:
    """Starts the day's comparison of each shadow that is due, each once."""
    now, started = world.now(), 0
    with world.db.reading() as conn:
        due = store.due_shadows(conn, now)
    for row in due:
        is_last = row.until is not None and row.until <= now
        values = {
            "since": now,
            "next_at": row.next_at + EVERY * max(1, -(-(now - row.next_at) // EVERY)),
            "status": "stopped" if is_last else "running",
        }
        with world.db.begin() as conn:
            if not store.move_shadow(conn, row.tenant, row.id, row.next_at, values):
                continue  # another scheduler has it
        try:
            setup = _setup(row.flow_key, row.setup, row.since, now)
            start_simulation(world, system(row.tenant), setup, kind="shadow")
            started += 1
        except EngineError as fault:
            # A draft that is being worked on may be unfit today: tomorrow it is tried again.
            log.warning("shadow not run", flow=row.flow_key, error=str(fault)[:200])
    return started


def _setup(flow_key: str, options: dict[str, Any], since: datetime, until: datetime) -> Setup:
    return read_setup(
        {
            **options,
            "flow": flow_key,
            "which": "draft",
            "against": "live",
            "window": {"since": since, "until": until},
        }
    )
