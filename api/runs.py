"""Runs: what flows did and do; cancel, resume, retry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from flask import Response
from pydantic import AwareDatetime, Field, StringConstraints

from api.answers import answer, page
from api.context import caller, locale, tenant, world
from api.pagination import Page, PageQuery, split, start
from api.resource import Model, Resource, Shown
from api.shapes import FlowKey, Reason
from engine.core.errors import Conflict, NotFound
from engine.core.redact import redact
from engine.core.text import say, text
from engine.runtime import steering
from engine.runtime.inspect import read_trace
from engine.runtime.rows import as_json
from engine.store import flows as flow_store
from engine.store import runs as store

resource = Resource("runs", text("执行记录", "Runs of flows"))

Status = Literal["queued", "running", "waiting", "succeeded", "failed", "cancelled"]


RunId = Annotated[str, StringConstraints(pattern=r"^run_[0-9A-Z]{26}$")]


class RunPath(Model):
    """Which run."""

    run_id: RunId


class RunsQuery(PageQuery):
    """Which runs."""

    flow: FlowKey | None = None
    status: Status | None = None
    owner: str | None = Field(None, max_length=300, examples=["customer:cus_1"])
    since: AwareDatetime | None = Field(None, description="Of events received from then on")
    until: AwareDatetime | None = Field(None, description="Of events received before")


class RunShown(Shown):
    """A run without its trace."""

    id: str
    flow: str | None = Field(description="Key of the flow")
    flow_id: str
    version_id: str
    event_id: str
    owner: str
    trigger: str
    status: Status
    started_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    output: Any = None
    error: dict[str, Any] | None = None


class RunDetail(Shown):
    """A run and what it did."""

    run: RunShown
    flow_name: str
    version: int = Field(description="Number of the version it runs")
    trace: dict[str, Any] = Field(
        description="status, steps (outcome, reason, effects), scopes, lines, signals"
    )


class WhyBody(Model):
    """Why; it goes into the audit trail."""

    reason: Reason = ""


class RetryBody(WhyBody):
    """From which step."""

    step: str = Field(min_length=1, max_length=400, description="Path of a step of the trace")


class ManyBody(WhyBody):
    """Which failed runs."""

    run_ids: list[RunId] = Field(min_length=1, max_length=200)


class NotResumed(Shown):
    """A run that cannot go on, and why."""

    run_id: str
    message: str


class ManyAsked(Shown):
    """Those that were told, and those that cannot be."""

    asked: list[str]
    refused: list[NotResumed]


class RunAsked(Shown):
    """The run was told; it does so when its lane comes to it."""

    run_id: str
    asked: Literal["cancel", "resume", "retry_from"]


def runs_shown(rows: Sequence[Any]) -> list[RunShown]:
    """Rows as they are shown, with their flows' keys."""
    with world().db.reading() as conn:
        keys = flow_store.flow_keys(conn, tenant(), {row.flow_id for row in rows})
    return [run_shown(row, keys.get(row.flow_id)) for row in rows]


def run_shown(row: Any, flow: str | None) -> RunShown:
    return RunShown(
        id=row.id,
        flow=flow,
        flow_id=row.flow_id,
        version_id=row.version_id,
        event_id=row.event_id,
        owner=row.owner,
        trigger=row.trigger,
        status=row.status,
        started_at=row.started_at,
        updated_at=row.updated_at,
        ended_at=row.ended_at,
        output=redact(row.output),
        error=redact(row.error) if row.error else None,
    )


@resource.get("/runs", act="runs.read", answers={200: Page[RunShown]})
def list_runs(query: RunsQuery) -> Response:
    """Runs, the newest first."""
    (before,) = start(query, str) or (None,)
    with world().db.reading() as conn:
        flow = flow_store.find_flow(conn, tenant(), query.flow) if query.flow else None
        rows: Sequence[Any] = ()
        if flow is not None or query.flow is None:
            rows = store.list_runs(
                conn,
                tenant(),
                flow_id=flow.id if flow else None,
                status=query.status,
                owner=query.owner,
                since=query.since,
                until=query.until,
                before=before,
                limit=query.limit + 1,
            )
    kept, following = split(rows, query.limit, lambda row: [row.id])
    return page(runs_shown(kept), lambda row: row, following)


@resource.post("/runs/resume", act="runs.act", answers={202: ManyAsked})
def resume_runs(body: ManyBody) -> Response:
    """Lets failed runs go on where they stopped; one that cannot holds up none of the others."""
    asked: list[str] = []
    refused: list[NotResumed] = []
    for run_id in dict.fromkeys(body.run_ids):
        try:
            steering.resume_run(world(), caller(), run_id, body.reason)
            asked.append(run_id)
        except (NotFound, Conflict) as error:
            refused.append(NotResumed(run_id=run_id, message=say(error.message, locale())))
    return answer(ManyAsked(asked=asked, refused=refused), 202)


@resource.get("/runs/<run_id>", act="runs.read", answers={200: RunDetail})
def read_run(path: RunPath) -> Response:
    """One run with its trace: each step, its outcome, its reason, the state of its effects."""
    found = read_trace(world(), tenant(), path.run_id, locale())
    return answer(
        {
            "run": run_shown(found["run"], found["flow"].key),
            "flow_name": found["flow"].name,
            "version": found["version"],
            "trace": as_json(found["trace"]),
        }
    )


@resource.post("/runs/<run_id>/cancel", act="runs.act", answers={202: RunAsked})
def cancel_run(path: RunPath, body: WhyBody) -> Response:
    """Ends a run that has not ended: what waits is withdrawn, what was sent stays sent."""
    steering.cancel_run(world(), caller(), path.run_id, body.reason)
    return answer({"run_id": path.run_id, "asked": "cancel"}, 202)


@resource.post("/runs/<run_id>/resume", act="runs.act", answers={202: RunAsked})
def resume_run(path: RunPath, body: WhyBody) -> Response:
    """Lets a failed run go on where it stopped; effects keep their keys."""
    steering.resume_run(world(), caller(), path.run_id, body.reason)
    return answer({"run_id": path.run_id, "asked": "resume"}, 202)


@resource.post("/runs/<run_id>/retry", act="runs.act", answers={202: RunAsked})
def retry_run(path: RunPath, body: RetryBody) -> Response:
    """Does a step again, and all that follows it, with new effects."""
    steering.retry_from(world(), caller(), path.run_id, body.step, body.reason)
    return answer({"run_id": path.run_id, "asked": "retry_from"}, 202)
