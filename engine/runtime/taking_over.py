"""What a killed worker left: free at once where its end is known, not when its leases run out."""

from __future__ import annotations

from engine.runtime.queue import KINDS
from engine.runtime.world import World
from engine.store import effects, jobs, lanes


def take_over(world: World, dead: str) -> None:
    """Frees what the workers whose names begin with `dead` held; their process must have ended.

    Lanes come free and jobs wait again. Calls that were on their way are judged as ever: sent again
    under their key where the platform knows keys, else of unknown outcome.
    """
    with world.db.begin() as conn:
        lanes.release_all(conn, dead)
        effects.forget_claims(conn, dead)
        jobs.forget_claims(conn, dead)
    for kind in KINDS:
        world.queue.wake(kind)
