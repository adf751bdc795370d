"""Long work: starts jobs, does them, reports progress; survives a restart, can be cancelled.

A kind of job is a function `do(world, job, progress) -> result`. It calls `progress(done, total,
said)` now and then; that call renews the claim and raises `Cancelled` when somebody asked to stop.
A job whose worker did not come back is done again from the start, so its function must be safe to
repeat.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog

from engine.core.errors import EngineError, NotFound
from engine.core.ids import new_id
from engine.core.text import Text, text
from engine.runtime.rows import as_json
from engine.runtime.world import World
from engine.store import jobs as job_store
from engine.store.db import Connection

log = structlog.get_logger(__name__)
CLAIMED_FOR = timedelta(seconds=60)
EVERY = 0.3  # seconds between two looks whether somebody asked to stop
MOST_ATTEMPTS = 3

Progress = Callable[..., None]
Do = Callable[[World, Any, Progress], Any]
KINDS: dict[str, Do] = {}


class Cancelled(Exception):
    """Somebody asked this job to stop."""


def job_kind(kind: str) -> Callable[[Do], Do]:
    """Registers the function of a kind of job."""

    def register(do: Do) -> Do:
        KINDS[kind] = do
        return do

    return register


def start_job(
    world: World, tenant: str, kind: str, args: Mapping[str, Any], *, by: str | None
) -> str:
    """Queues a job and returns its id."""
    with world.db.begin() as conn:
        job_id = put_job(world, conn, tenant, kind, args, by=by)
    world.queue.wake("jobs")
    return job_id


def put_job(
    world: World,
    conn: Connection,
    tenant: str,
    kind: str,
    args: Mapping[str, Any],
    *,
    by: str | None,
) -> str:
    """The same in a transaction of the caller, who wakes the workers afterwards."""
    if kind not in KINDS:
        raise NotFound(text(f"没有这种任务：{kind}", f"there is no job of kind {kind}"))
    now = world.now()
    job_id = new_id("job", now)
    job_store.insert_job(
        conn,
        {
            "id": job_id,
            "tenant": tenant,
            "kind": kind,
            "args": as_json(args),
            "status": "queued",
            "created_by": by,
            "created_at": now,
        },
    )
    return job_id


def drain_jobs(world: World, who: str, *, seconds: float = 10.0) -> int:
    """Does jobs until none waits; when the time is up, the next drain goes on with the others."""
    over = time.monotonic() + seconds
    done = 0
    while True:
        with world.db.begin() as conn:
            job = job_store.claim_job(conn, who, CLAIMED_FOR)
        if job is None:
            return done
        _do(world, who, job)
        done += 1
        if time.monotonic() >= over:
            world.queue.wake("jobs")
            return done


def _do(world: World, who: str, job: Any) -> None:
    told = 0.0

    def progress(count: int, total: int | None = None, said: Text | None = None) -> None:
        nonlocal told
        if time.monotonic() - told < EVERY:
            return
        told = time.monotonic()
        with world.db.begin() as conn:
            kept = job_store.update_job(
                conn,
                job.id,
                who,
                {"done": count, "total": total, "said": said},
                CLAIMED_FOR,
            )
            row = job_store.find_job(conn, job.tenant, job.id)
        if not kept or row is None or row.cancel_asked_at is not None:
            raise Cancelled

    values: dict[str, Any]
    try:
        do = KINDS.get(job.kind)
        if do is None or job.attempts > MOST_ATTEMPTS:
            raise NotFound(text("任务无法完成", "the job cannot be done"))
        values = {"status": "succeeded", "result": as_json(do(world, job, progress))}
    except Cancelled:
        values = {"status": "cancelled"}
    except EngineError as error:
        problems = [one.as_json() for one in getattr(error, "problems", ())]
        values = {
            "status": "failed",
            "error": {"code": error.code, "message": error.message, "problems": problems},
        }
    except Exception as fault:
        log.error("job failed", job=job.id, kind=job.kind, exc_info=fault)
        values = {
            "status": "failed",
            "error": {"code": "internal", "message": text("系统内部出错", "an internal fault")},
        }
    with world.db.begin() as conn:
        job_store.update_job(conn, job.id, who, {**values, "ended_at": world.now()})
