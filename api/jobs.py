"""Long work: who asked for what, how far it is, and stopping it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from flask import Response
from pydantic import Field

from api.answers import answer, page
from api.context import caller, context, tenant, world
from api.pagination import Page, PageQuery, split, start
from api.resource import SIGNED_IN, Model, Resource, Shown, Words
from engine.core.errors import NotFound
from engine.core.text import text
from engine.runtime.jobs import cancel_job as cancel_job_of
from engine.runtime.principal import Principal
from engine.runtime.world import World
from engine.store import jobs as store

resource = Resource("jobs", text("后台任务", "Long work with progress"))

Status = Literal["queued", "running", "succeeded", "failed", "cancelled"]


class JobPath(Model):
    """Which job."""

    job_id: str = Field(pattern=r"^job_[0-9A-Z]{26}$")


class JobsQuery(PageQuery):
    """Whose jobs."""

    everybody: bool = Field(False, description="Also other people's; asks for jobs.read")


class Job(Shown):
    """A job and how far it is."""

    id: str
    kind: str
    status: Status
    done: int
    total: int | None
    said: Words | None = Field(description="What it is doing")
    result: Any = None
    error: dict[str, Any] | None
    cancel_asked_at: datetime | None
    created_by: str | None
    created_at: datetime
    ended_at: datetime | None


class StartedJob(Shown):
    """A job that was started: look at it at its address."""

    job_id: str


def show(row: Any) -> Job:
    return Job.model_validate(row)


def started(job_id: str) -> Response:
    """202 with the job's address."""
    return answer({"job_id": job_id}, 202, location=f"/api/v1/jobs/{job_id}")


@resource.get("/jobs", act=SIGNED_IN, answers={200: Page[Job]})
def list_jobs(query: JobsQuery) -> Response:
    """Jobs, the newest first: one's own, or everybody's."""
    who = caller()
    if query.everybody:
        who.require("jobs.read")
    (before,) = start(query, str) or (None,)
    with world().db.reading() as conn:
        rows = store.list_jobs(
            conn,
            tenant(),
            before=before,
            by=None if query.everybody else who.id,
            limit=query.limit + 1,
        )
    kept, following = split(rows, query.limit, lambda row: [row.id])
    return page(kept, show, following)


@resource.get("/jobs/<job_id>", act=SIGNED_IN, answers={200: Job})
def read_job(path: JobPath) -> Response:
    """One job."""
    return answer(show(_job(path.job_id)))


@resource.get("/jobs/<job_id>/live", act=SIGNED_IN, answers={200: "text/event-stream"})
def follow_job(path: JobPath) -> Response:
    """The job's progress as server-sent events, until it is over."""
    who, here = caller(), world()  # the stream outlives the request
    return context().live.follow(
        lambda: show(find_job(here, who, path.job_id)),
        lambda job: job.status in ("succeeded", "failed", "cancelled"),
    )


@resource.post("/jobs/<job_id>/cancel", act=SIGNED_IN, answers={202: Job})
def cancel_job(path: JobPath) -> Response:
    """Asks a job to stop; 409 when it is over."""
    row = _job(path.job_id)
    cancel_job_of(world(), caller(), row.id, f"job:{row.id}")
    return answer(show(_job(path.job_id)), 202)


def _job(job_id: str) -> Any:
    return find_job(world(), caller(), job_id)


def find_job(here: World, who: Principal, job_id: str) -> Any:
    """A job of one's own, or anybody's with jobs.read; NotFound otherwise."""
    with here.db.reading() as conn:
        row = store.find_job(conn, who.tenant, job_id)
    if row is None or (row.created_by != who.id and not who.may("jobs.read")):
        raise NotFound(text(f"没有任务 {job_id}", f"there is no job {job_id}"))
    return row
