"""Clock entrance: once a second, what time brings (engine/runtime/clock.py)."""

from __future__ import annotations

import signal
import threading

import structlog

from engine.runtime.clock import tick
from engine.runtime.world import live_world
from engine.settings import Settings
from engine.store.db import DatabaseFault

log = structlog.get_logger(__name__)


def schedule(settings: Settings, *, every: float = 1.0) -> None:
    """Ticks until the process is told to stop; a database that is away is tried again."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    world = live_world(settings)
    while not stopped.wait(every):
        try:
            tick(world)
        except DatabaseFault as fault:
            log.warning("database fault, tried again", error=str(fault)[:200])
