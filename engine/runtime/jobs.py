"""Long work: starts jobs, does them, reports progress; survives a restart, can be cancelled.

A kind of job is a function `do(world, job, progress) -> result`. It calls `progress(done, total,
said)` now and then; that call renews the claim and raises `Cancelled` when somebody asked to stop.
A job whose worker did not come back is done again from the start, so its function must be safe to
repeat. One that ends without its function (cancelled in the queue, tried too often) is handed to
`dropped(world, job)`, where its kind has one: it clears up what the function would have.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog

from engine.core.errors import Conflict, EngineError, NotFound
from engine.core.ids import new_id
from engine.core.text import Text, text
from engine.runtime.principal import Principal
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
Dropped = Callable[[World, Any], None]
KINDS: dict[str, Do] = {}
DROPPED: dict[str, Dropped] = {}


class Cancelled(Exception):
    """Somebody asked this job to stop."""


def job_kind(kind: str, *, dropped: Dropped | None = None) -> Callable[[Do], Do]:
    """Registers the function of a kind of job."""

    def register(do: Do) -> Do:
        KINDS[kind] = do
        if dropped is not None:
            DROPPED[kind] = dropped
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


def cancel_job(world: World, who: Principal, job_id: str | None, about: str) -> None:
    """Asks a job to stop; one that has not begun ends here. Conflict when it is over.

    `about` is what the audit trail says was cancelled.
    """
    now = world.now()
    with world.db.begin() as conn:
        if job_id is None or not job_store.ask_cancel(conn, who.tenant, job_id, now):
            raise Conflict(text("任务已经结束", "the job is over"))
        who.note(conn, now, "jobs.cancel", about)
        job = job_store.find_job(conn, who.tenant, job_id)
    if job is not None and job.status == "cancelled":
        _drop(world, job)


def _drop(world: World, job: Any) -> None:
    dropped = DROPPED.get(job.kind)
    if dropped is not None:
        dropped(world, job)


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
    latest: dict[str, Any] = {}

    def progress(count: int, total: int | None = None, said: Text | None = None) -> None:
        nonlocal told
        latest.update(done=count, total=total, said=said)
        if time.monotonic() - told < EVERY:
            return
        told = time.monotonic()
        with world.db.begin() as conn:
            kept = job_store.update_job(
                conn,
                job.id,
                who,
                latest,
                CLAIMED_FOR,
            )
            row = job_store.find_job(conn, job.tenant, job.id)
        if not kept or row is None or row.cancel_asked_at is not None:
            raise Cancelled

    values: dict[str, Any]
    try:
        do = KINDS.get(job.kind)
        if do is None or job.attempts > MOST_ATTEMPTS:
            _drop(world, job)
            raise NotFound(text("任务无法完成", "the job cannot be done"))
        result = as_json(do(world, job, progress))
        # The last word may have come too soon after the one before: it is what stays to be read.
        values = {**latest, "status": "succeeded", "result": result}
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
