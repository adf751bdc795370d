"""Queue entrance: preloaded RQ workers. Each job is a few lines that call one function.

The application is loaded once; a worker's processes are forked from there and then work in-process:
a job that forks or imports per run would spend more time on that than on the runs.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from functools import partial

from engine.core.registry import load_registry
from engine.processes import keep_forked, keep_what_is_loaded
from engine.runtime import imports as _imports  # noqa: F401  its kinds of jobs are registered
from engine.runtime import period_end as _period_end  # noqa: F401  registered likewise
from engine.runtime.installation import live_world
from engine.runtime.jobs import drain_jobs as run_jobs
from engine.runtime.outbox import drain_outbox as deliver
from engine.runtime.queue import KINDS, Kind, RedisQueue
from engine.runtime.runner import drain_and_call as advance
from engine.runtime.settling import early_refunds as _early_refunds  # noqa: F401
from engine.runtime.settling import late_factors as _late_factors  # noqa: F401
from engine.runtime.settling import month as _month  # noqa: F401
from engine.runtime.simulate import shadow as _test_runs  # noqa: F401  registered likewise
from engine.runtime.taking_over import take_over
from engine.runtime.world import World
from engine.settings import Settings, load_settings

DRAIN_FOR = 10.0
_FORKED_FROM = os.urandom(3).hex()
_world: World | None = None


def work(settings: Settings, processes: Sequence[Sequence[Kind]] = (KINDS,)) -> None:
    """Works until told to stop: a process for each of the given choices of queues."""
    load_registry()
    keep_what_is_loaded()
    keep_forked([("+".join(kinds), partial(_work, settings, kinds)) for kinds in processes])


def _work(settings: Settings, kinds: Sequence[Kind], ended: int) -> None:
    global _world
    _world = live_world(settings)
    if ended:
        take_over(_world, _process_name(ended))
    queue = _world.queue
    if not isinstance(queue, RedisQueue):
        raise TypeError("a worker needs the live queue")
    queue.work(kinds, worker_name())


def worker_name() -> str:
    """Unique each time, and begins with the process's own: leases and claims carry it."""
    return f"{_process_name(os.getpid())}{os.urandom(3).hex()}"


def _process_name(pid: int) -> str:
    # Containers may share the host's name and number their processes alike: hence what forked them.
    return f"{socket.gethostname()}-{_FORKED_FROM}-{pid}-"


def _here() -> World:
    global _world
    if _world is None:
        _world = live_world(load_settings())
    return _world


def drain_lanes() -> int:
    """Job: advance runs, and make their calls, until no lane has work."""
    world = _here()
    world.queue.open_gate("lanes")
    return advance(world, worker_name(), seconds=DRAIN_FOR)


def drain_outbox() -> int:
    """Job: deliver effects until none is due."""
    world = _here()
    world.queue.open_gate("outbox")
    return deliver(world, worker_name(), seconds=DRAIN_FOR)


def drain_jobs() -> int:
    """Job: do the long work people have asked for."""
    world = _here()
    world.queue.open_gate("jobs")
    return run_jobs(world, worker_name())
