"""Test runs: a flow on past, given or uploaded events, without anything leaving the house."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from flask import Response, request
from pydantic import AwareDatetime, Field, StringConstraints

from api.answers import answer, page
from api.context import caller, context, locale, settings, tenant, world
from api.pagination import Page, PageQuery, split, start
from api.resource import Model, Resource, Shown
from api.shapes import FlowKey
from engine.core.errors import InvalidInput, Problem
from engine.core.text import text
from engine.runtime import imports
from engine.runtime.rows import as_json
from engine.runtime.searching import find_customers
from engine.runtime.simulate import jobs
from engine.runtime.simulate.asked import (
    MOST_GIVEN,
    Given,
    Person,
    Setup,
    Start,
    Window,
    read_setup,
)
from engine.store import jobs as job_store
from engine.store import simulations as store

resource = Resource("simulations", text("试运行", "Test runs"))

Status = Literal["queued", "running", "succeeded", "failed", "cancelled"]
Side = Literal["new", "old"]
_WHICH = r"^(draft|live|[1-9][0-9]{0,5})$"
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["setup", "file"],
                    "properties": {
                        "setup": {"type": "string", "description": "The set-up as JSON"},
                        "file": {"type": "string", "format": "binary"},
                    },
                }
            }
        },
    }
}


class SimulationPath(Model):
    """Which test run."""

    simulation_id: str = Field(pattern=r"^sim_[0-9A-Z]{26}$")


class KeptPath(SimulationPath):
    """Which kept run of a test run; of the version tried (new) or the one beside it (old)."""

    side: Side
    run_id: str = Field(pattern=r"^run_[0-9A-Z]{26}$")


class SimulationBody(Model):
    """What is tried. Exactly one of events, starts, cases, window; files are uploaded apart."""

    flow: FlowKey
    which: str = Field("draft", pattern=_WHICH, description="draft, live or a version's number")
    document: dict[str, Any] | None = Field(None, description="An unsaved draft instead")
    against: str | None = Field(None, pattern=_WHICH, description="The version it is compared with")
    events: list[dict[str, Any]] | None = Field(
        None, max_length=MOST_GIVEN, description="CloudEvents; id, source and time may be left out"
    )
    starts: list[Start] | None = Field(
        None,
        min_length=1,
        max_length=MOST_GIVEN,
        description="Starts by hand, by form or call with their input, by schedule at a moment",
    )
    cases: list[str] | None = Field(None, max_length=200, description="Names; none: all cases")
    window: Window | None = Field(None, description="Past events of this installation")
    start: AwareDatetime | None = Field(None, description="When the first event is to happen")
    until: AwareDatetime | None = Field(None, description="How far the clock is wound at most")
    before: list[dict[str, Any]] = Field(
        default_factory=list, max_length=MOST_GIVEN, description="Events that came before"
    )
    customers: list[Person] = Field(
        default_factory=list, max_length=MOST_GIVEN, description="Customers there are before"
    )
    answers: dict[str, Given | list[Given]] = Field(
        default_factory=dict,
        description="Prepared answers by step, by connector and action, or * for all people",
    )
    params: dict[str, Any] | None = None
    others: Literal["called", "all"] = Field("called", description="Which other flows react too")
    calendar: str | None = Field(None, max_length=64, description="People's working hours, by key")
    keep: int = Field(1_000, ge=0, le=5_000, description="Runs kept with their traces")


class SimulationStarted(Shown):
    """It is queued: follow the test run, or its job."""

    id: str
    job_id: str


class SimulationBrief(Shown):
    """A test run without its report."""

    id: str
    flow_key: str
    which: str
    against: str | None
    kind: str = Field(description="asked, or shadow: the daily comparison beside the live version")
    status: Status
    revision: int | None = Field(description="Revision of the draft that was tried")
    job_id: str | None
    created_by: str | None
    created_at: datetime
    ended_at: datetime | None


class Simulation(SimulationBrief):
    """A test run, how far it is, and what came of it."""

    setup: dict[str, Any]
    done: int = Field(0, description="Events through so far")
    total: int | None = None
    said: str | None = Field(None, description="What it is doing")
    report: dict[str, Any] | None = None
    error: dict[str, Any] | None = None


class KeptRun(Shown):
    """A kept run without its trace."""

    run_id: str
    side: Side
    event_source: str
    event_id: str
    event_type: str
    subject: str
    status: str
    path: str = Field(description="The same for the same way through the flow")
    started_at: datetime
    ended_at: datetime | None
    error: dict[str, Any] | None


class KeptTrace(Shown):
    """A kept run and its trace, in the caller's language."""

    run: KeptRun
    trace: dict[str, Any]


class SimulationsQuery(PageQuery):
    """Which test runs."""

    flow: FlowKey | None = None
    kind: Literal["asked", "shadow"] | None = None


class KeptQuery(PageQuery):
    """Which of the kept runs."""

    side: Side = "new"
    status: Literal["waiting", "running", "succeeded", "failed", "cancelled"] | None = None
    path: str | None = Field(None, max_length=40)


class CustomersQuery(Model):
    """Whom to look for."""

    q: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]*$"
        ),
    ] = Field(description="Part of a name, a whole phone number, an id")


class CustomerBrief(Shown):
    """A customer a start may name."""

    id: str
    name: str | None
    phone: str | None = Field(description="Masked")
    level: str | None


class CustomersFound(Shown):
    """Those that fit, the newest first."""

    items: list[CustomerBrief]


@resource.get("/simulations/customers", act="simulations.run", answers={200: CustomersFound})
def list_start_customers(query: CustomersQuery) -> Response:
    """Customers to try a start with, twenty at most."""
    rows = find_customers(world(), tenant(), query.q)
    return answer({"items": [CustomerBrief.model_validate(row) for row in rows]})


@resource.post("/simulations", act="simulations.run", answers={202: SimulationStarted})
def start_simulation(body: SimulationBody) -> Response:
    """Starts a test run; a flow that is not fit to run is refused at once, with its problems."""
    return _start(read_setup(body.model_dump(mode="json", exclude_unset=True)))


@resource.post(
    "/simulations/file",
    act="simulations.run",
    answers={202: SimulationStarted},
    content=("multipart/form-data",),
    max_bytes=imports.MOST_BYTES + 2**20,
    document=_FILE,
)
def start_simulation_of_file() -> Response:
    """Starts a test run on a file of events: JSON, JSON lines, or CSV with a mapping.

    The part `setup` is the set-up as JSON, with `file: {format, connection | mapping}` in it.
    """
    sent = request.files.get("file")
    if sent is None:
        message = text("请上传名为 file 的文件", "send the file as the part named file")
        raise InvalidInput(message, [Problem("/file", message, "missing")])
    try:
        document = json.loads(request.form.get("setup") or "{}")
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        message = text("setup 应为 JSON 对象", "setup must be a JSON object")
        raise InvalidInput(message, [Problem("/setup", message)])
    described = document.get("file") or {}
    if not isinstance(described, dict):
        message = text("file 应为对象", "file must be an object")
        raise InvalidInput(message, [Problem("/setup/file", message)])
    # Checked before anything is kept: where the file lies is ours to say.
    asked = read_setup({**document, "file": {**described, "path": "-"}})
    assert asked.file is not None
    with imports.upload(settings().data_dir, sent.stream) as kept:
        held = asked.file.model_copy(update={"path": kept})
        return _start(asked.model_copy(update={"file": held}))


def _start(setup: Setup) -> Response:
    id_, job_id = jobs.start_simulation(world(), caller(), setup)
    return answer({"id": id_, "job_id": job_id}, 202, location=f"/api/v1/simulations/{id_}")


@resource.get("/simulations", act="runs.read", answers={200: Page[SimulationBrief]})
def list_simulations(query: SimulationsQuery) -> Response:
    """Test runs, the newest first."""
    (before,) = start(query, str) or (None,)
    with world().db.reading() as conn:
        rows = store.list_simulations(
            conn,
            tenant(),
            flow_key=query.flow,
            kind=query.kind,
            before=before,
            limit=query.limit + 1,
        )
    kept, following = split(rows, query.limit, lambda row: [row.id])
    return page(kept, SimulationBrief.model_validate, following)


@resource.get("/simulations/<simulation_id>", act="runs.read", answers={200: Simulation})
def read_simulation(path: SimulationPath) -> Response:
    """A test run: how far it is, and its report when it is over."""
    return answer(_shown(path.simulation_id))


@resource.get(
    "/simulations/<simulation_id>/live", act="runs.read", answers={200: "text/event-stream"}
)
def follow_simulation(path: SimulationPath) -> Response:
    """The test run as server-sent events, until it is over."""
    here, where, words = world(), tenant(), locale()  # the stream outlives the request
    return context().live.follow(
        lambda: _state(here, where, path.simulation_id, words),
        lambda found: found.status in ("succeeded", "failed", "cancelled"),
    )


@resource.get("/simulations/<simulation_id>/runs", act="runs.read", answers={200: Page[KeptRun]})
def list_simulation_runs(path: SimulationPath, query: KeptQuery) -> Response:
    """The kept runs: every way there was, what failed, the largest differences, the first ones."""
    jobs.read_simulation(world(), tenant(), path.simulation_id)
    (after,) = start(query, str) or ("",)
    with world().db.reading() as conn:
        rows = store.list_kept_runs(
            conn,
            tenant(),
            path.simulation_id,
            side=query.side,
            status=query.status,
            path=query.path,
            after=after,
            limit=query.limit + 1,
        )
    kept, following = split(rows, query.limit, lambda row: [row.run_id])
    return page(kept, KeptRun.model_validate, following)


@resource.get(
    "/simulations/<simulation_id>/runs/<side>/<run_id>",
    act="runs.read",
    answers={200: KeptTrace},
)
def read_simulation_run(path: KeptPath) -> Response:
    """One kept run with its trace, as a live run's."""
    run, trace = jobs.read_kept(
        world(), tenant(), path.simulation_id, path.side, path.run_id, locale()
    )
    return answer({"run": KeptRun.model_validate(run), "trace": as_json(trace)})


@resource.post(
    "/simulations/<simulation_id>/cancel", act="simulations.run", answers={202: SimulationBrief}
)
def cancel_simulation(path: SimulationPath) -> Response:
    """Asks a test run to stop; 409 when it is over."""
    row = jobs.cancel_simulation(world(), caller(), path.simulation_id)
    return answer(SimulationBrief.model_validate(row), 202)


@resource.delete("/simulations/<simulation_id>", act="simulations.run", answers={204: None})
def delete_simulation(path: SimulationPath) -> Response:
    """Forgets a test run that is over."""
    jobs.delete_simulation(world(), caller(), path.simulation_id)
    return answer(None, 204)


def _shown(id_: str) -> Simulation:
    return _state(world(), tenant(), id_, locale())


def _state(here: Any, where: str, id_: str, words: Any) -> Simulation:
    row = jobs.read_simulation(here, where, id_)
    with here.db.reading() as conn:
        job = job_store.find_job(conn, where, row.job_id) if row.job_id else None
    found = Simulation.model_validate(row)
    if job is not None:
        found.done, found.total = job.done, job.total
        found.said = job.said[words] if job.said else None
        if row.status in ("queued", "running") and job.status in ("failed", "cancelled"):
            # Its worker ended before it could say so.
            found.status = job.status
    return found
