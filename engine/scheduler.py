"""Clock entrance: once a second, what time brings (engine/runtime/clock.py), and housekeeping."""

from __future__ import annotations

import signal
import threading
from itertools import count

import structlog

from engine.runtime.accounts import forget_old, seal_audit
from engine.runtime.clock import tick
from engine.runtime.installation import live_world
from engine.runtime.simulate.shadow import run_due_shadows
from engine.runtime.world import World
from engine.settings import Settings
from engine.store.db import DatabaseFault

log = structlog.get_logger(__name__)
# In beats, of a second each.
SEAL_EVERY, SHADOW_EVERY, FORGET_EVERY = 10, 60, 3_600


def schedule(settings: Settings, *, every: float = 1.0) -> None:
    """Beats until the process is told to stop; whatever fails is tried again with the next beat."""
    stopped = threading.Event()
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, lambda *_: stopped.set())
    world = live_world(settings)
    for number in count():
        if stopped.wait(every):
            return
        try:
            beat(world, number)
        except DatabaseFault as fault:
            log.warning("database fault, tried again", error=str(fault)[:200])
        except Exception as fault:
            # Timers of everybody must not wait for one schedule or row that cannot be read.
            log.error("beat failed, tried again", exc_info=fault)


def beat(world: World, number: int) -> int:
    """What is due; every so often the audit trail is sealed and what is over forgotten."""
    done = tick(world)
    if number % SEAL_EVERY == 0:
        done += seal_audit(world)
    if number % SHADOW_EVERY == 0:
        done += run_due_shadows(world)
    if number % FORGET_EVERY == 0:
        done += forget_old(world)
    return done
