"""Before a period closes: everything that was on its way when closing was asked for is taken in.

An order reaches its accounts in steps (event, booking, posting, budget, release), each a piece of
work that puts the next one behind all others. So there is a mark for each step: the newest piece of
work at that moment; once no piece up to the mark is left, the next step is marked. What comes in
meanwhile is behind the marks, so that a busy shop closes its month too.
"""

from __future__ import annotations

import time

from engine.runtime.runner import drain_lanes
from engine.runtime.world import World
from engine.store import settlement_periods as store

STEPS = 6  # event, order, posting, budget, next budget, release
PATIENCE = 60.0  # seconds; what is left then is told and waits for the next try
_PAUSE = 0.1


def take_in(world: World, tenant: str, worker: str) -> int:
    """Works until all of it is done, beside the other workers; how much is left at last (0: none).

    1. Mark the newest piece of work.
    2. Help the lanes until no piece up to the mark is left.
    3. Once more for the next step, until nothing is on its way at all.
    """
    over = time.monotonic() + PATIENCE
    for _ in range(STEPS):
        mark = _newest(world, tenant)
        if mark is None:
            return 0
        while left := _left(world, tenant, mark):
            if time.monotonic() >= over:
                return left
            if not drain_lanes(world, worker, seconds=2.0):
                time.sleep(_PAUSE)  # others hold the lanes
    return 0


def _newest(world: World, tenant: str) -> int | None:
    with world.db.reading() as conn:
        return store.newest_on_its_way(conn, tenant)


def _left(world: World, tenant: str, mark: int) -> int:
    with world.db.reading() as conn:
        return store.on_its_way(conn, tenant, mark)
