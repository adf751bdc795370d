"""Test runs people ask for: as jobs with progress, their results kept in tables of their own."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from engine.core.errors import Conflict, NotFound
from engine.core.execution.version import defaults
from engine.core.flow import Flow, dump_flow, load_flow
from engine.core.ids import new_id
from engine.core.text import Locale, text
from engine.runtime.in_hand import pack, unpack
from engine.runtime.jobs import Cancelled, Progress, cancel_job, job_kind, start_job
from engine.runtime.principal import Principal
from engine.runtime.rows import as_json
from engine.runtime.simulate.asked import Setup, read_setup
from engine.runtime.simulate.cases import try_cases
from engine.runtime.simulate.chosen import choose
from engine.runtime.simulate.fitting import check_setup
from engine.runtime.simulate.run import Result, simulate
from engine.runtime.simulate.starts import find_starts
from engine.runtime.simulate.tally import RunSeen, path_key
from engine.runtime.simulate.traces import kept_trace
from engine.runtime.world import World
from engine.store import flows as flow_store
from engine.store import simulations as store


def start_simulation(
    world: World, who: Principal, setup: Setup, *, kind: str = "asked"
) -> tuple[str, str]:
    """Checks the flow, then queues the test run: (its id, the job's id).

    InvalidFlow, NotFound, and InvalidInput for a set-up that does not fit come here, before there
    is a job.
    """
    tenant, now = who.tenant, world.now()
    with world.db.reading() as conn:
        chosen = choose(world, conn, tenant, setup, setup.which)
        both = [chosen]
        if setup.against is not None:
            both.append(choose(world, conn, tenant, setup, setup.against))
        check_setup(world, conn, tenant, setup, both)
        find_starts(world, conn, tenant, setup, chosen)
        flow = flow_store.find_flow(conn, tenant, setup.flow)
    id_ = new_id("sim", now)
    with world.db.begin() as conn:
        row = _row_of(who, setup, kind, revision_of(flow, setup, chosen.flow), now)
        store.insert_simulation(conn, {"id": id_, "status": "queued", **row})
        who.note(conn, now, "simulations.run", f"flow:{setup.flow}", {"simulation": id_})
    args = {"simulation": id_, "setup": setup.model_dump(mode="json", exclude_unset=True)}
    job = "shadow" if kind == "shadow" else "simulate"  # shadow.py tells of it afterwards
    job_id = start_job(world, tenant, job, args, by=who.id)
    with world.db.begin() as conn:
        store.update_simulation(conn, tenant, id_, {"job_id": job_id})
    return id_, job_id


def _row_of(
    who: Principal, setup: Setup, kind: str, revision: int | None, now: datetime
) -> dict[str, Any]:
    return {
        "tenant": who.tenant,
        "flow_key": setup.flow,
        "which": setup.which,
        "against": setup.against,
        "kind": kind,
        "setup": _shown(setup),
        "revision": revision,
        "created_by": who.id,
        "created_at": now,
    }


def try_here(world: World, who: Principal, setup: Setup, tell: Any) -> tuple[str, Result]:
    """A test run in this process, kept among those of the installation: (its id, the result).

    What is broken off before it is done leaves nothing behind.
    """
    with world.db.reading() as conn:
        chosen = choose(world, conn, who.tenant, setup, setup.which)
        flow = flow_store.find_flow(conn, who.tenant, setup.flow)
    revision, now = revision_of(flow, setup, chosen.flow), world.now()
    result = carry_out(world, who.tenant, setup, tell)
    id_ = new_id("sim", now)
    try:
        with world.db.begin() as conn:
            row = _row_of(who, setup, "asked", revision, now)
            store.insert_simulation(conn, {"id": id_, "status": "running", **row})
            who.note(conn, now, "simulations.run", f"flow:{setup.flow}", {"simulation": id_})
        keep(world, who.tenant, id_, result)
    except BaseException:
        with world.db.begin() as conn:
            store.delete_simulation(conn, who.tenant, id_)
        raise
    return id_, result


def revision_of(row: Any, setup: Setup, flow: Flow) -> int | None:
    """The revision of the saved draft that is tried; None for what is not this very draft.

    Publishing counts test runs by it (publish_gate.py): what was never saved proves nothing, nor do
    parameters that are not those of the installation.
    """
    if row is None:
        return None
    usual = defaults(flow.params)
    if setup.params is not None and {**usual, **setup.params} != {**usual, **(row.params or {})}:
        return None
    if setup.document is not None:
        is_draft = row.draft is not None and _same(setup.document, row.draft)
        return int(row.revision) if is_draft else None
    return int(row.revision)


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return dump_flow(load_flow(one)) == dump_flow(load_flow(other))


def _shown(setup: Setup) -> dict[str, Any]:
    """The set-up as it is kept: the events themselves are not, nor where a file lay."""
    found = setup.model_dump(mode="json", exclude_unset=True)
    for name in ("events", "before", "customers", "starts"):
        if name in found:
            found[name] = len(found[name])
    if "file" in found:
        found["file"] = {"format": found["file"].get("format", "json")}
    return found


def drop_simulation(world: World, job: Any) -> None:
    """Ends a test run whose job ended before it was done: its file goes, its row says so."""
    setup = read_setup(job.args["setup"])
    if setup.file is not None:
        Path(setup.file.path).unlink(missing_ok=True)
    is_cancelled = job.status == "cancelled"
    _end(
        world,
        job.tenant,
        job.args["simulation"],
        {
            "status": "cancelled" if is_cancelled else "failed",
            "error": None if is_cancelled else {"code": "lost", "message": _LOST, "problems": []},
        },
    )


_LOST = text(
    "试运行几次都没有做完，可能是内存不够，请减少事件后再试",
    "the test run broke off several times, perhaps for want of memory: try fewer events",
)


@job_kind("simulate", dropped=drop_simulation)
def run_simulation(world: World, job: Any, progress: Progress) -> dict[str, Any]:
    """Does a test run and keeps its result. A file of events is deleted when it is over."""
    id_, setup = job.args["simulation"], read_setup(job.args["setup"])
    with world.db.begin() as conn:
        if not store.update_simulation(conn, job.tenant, id_, {"status": "running"}):
            raise NotFound(text("试运行已被删除", "the test run was deleted"))
        store.forget_runs(conn, job.tenant, id_)
    try:
        result = carry_out(world, job.tenant, setup, progress)
    except BaseException as fault:
        error = {
            "code": getattr(fault, "code", "internal"),
            "message": getattr(fault, "message", text("系统内部出错", "an internal fault")),
            "problems": [one.as_json() for one in getattr(fault, "problems", ())],
        }
        is_cancelled = isinstance(fault, Cancelled)
        _end(
            world,
            job.tenant,
            id_,
            {
                "status": "cancelled" if is_cancelled else "failed",
                "error": None if is_cancelled else error,
            },
        )
        raise
    finally:
        if setup.file is not None:
            Path(setup.file.path).unlink(missing_ok=True)
    keep(world, job.tenant, id_, result)
    return {"simulation": id_, "runs": result.report.get("runs")}


def carry_out(world: World, tenant: str, setup: Setup, tell: Any) -> Result:
    """A test run of events or of cases."""
    if setup.cases is not None:
        return try_cases(world, tenant, setup, tell)
    return simulate(world, tenant, setup, tell)


def keep(world: World, tenant: str, id_: str, result: Result) -> None:
    """Stores a result: the report, and the kept runs."""
    for side, runs in result.kept.items():
        for start in range(0, len(runs), 200):
            rows = [_row(tenant, id_, side, run) for run in runs[start : start + 200]]
            with world.db.begin() as conn:
                store.store_kept_runs(conn, rows)
    _end(
        world,
        tenant,
        id_,
        {
            "status": "succeeded",
            "report": as_json(result.report),
            "documents": as_json(result.documents),
        },
    )


def _end(world: World, tenant: str, id_: str, values: Mapping[str, Any]) -> None:
    with world.db.begin() as conn:
        store.update_simulation(conn, tenant, id_, {**values, "ended_at": world.now()})


def _row(tenant: str, id_: str, side: str, run: RunSeen) -> dict[str, Any]:
    raw = orjson.dumps(
        {
            "journal": [base64.b64encode(one).decode() for one in run.journal],
            "effects": as_json(run.effects),
        }
    )
    return {
        "simulation_id": id_,
        "side": side,
        "run_id": run.id,
        "tenant": tenant,
        "event_source": run.event[0],
        "event_id": run.event[1],
        "event_type": run.event_type,
        "subject": run.subject,
        "status": run.status,
        "path": path_key(run),
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "error": as_json(run.error),
        "trace": pack(raw),
    }


# -- reading ---------------------------------------------------------------------------------------


def read_simulation(world: World, tenant: str, id_: str) -> Any:
    """A test run's row; NotFound otherwise."""
    with world.db.reading() as conn:
        row = store.find_simulation(conn, tenant, id_)
    if row is None:
        raise NotFound(text(f"没有试运行 {id_}", f"there is no test run {id_}"))
    return row


def read_kept(
    world: World, tenant: str, id_: str, side: str, run_id: str, locale: Locale
) -> tuple[Any, dict[str, Any]]:
    """A kept run and its trace in the reader's language."""
    row = read_simulation(world, tenant, id_)
    with world.db.reading() as conn:
        run = store.find_kept_run(conn, tenant, id_, side, run_id)
    document = (row.documents or {}).get(side)
    if run is None or document is None:
        raise NotFound(text(f"没有保留执行 {run_id}", f"run {run_id} was not kept"))
    held = orjson.loads(unpack(run.trace))
    journal = [base64.b64decode(one) for one in held["journal"]]
    return run, kept_trace(journal, held["effects"], document, world.registry, locale)


def cancel_simulation(world: World, who: Principal, id_: str) -> Any:
    """Asks a test run to stop; Conflict when it is over."""
    row = read_simulation(world, who.tenant, id_)
    try:
        cancel_job(world, who, row.job_id, f"simulation:{id_}")
    except Conflict:
        raise Conflict(text("试运行已经结束", "the test run is over")) from None
    return read_simulation(world, who.tenant, id_)


def delete_simulation(world: World, who: Principal, id_: str) -> None:
    """Forgets a test run that is over."""
    row = read_simulation(world, who.tenant, id_)
    if row.status in ("queued", "running"):
        raise Conflict(text("试运行还没有结束", "the test run is not over yet"))
    with world.db.begin() as conn:
        store.delete_simulation(conn, who.tenant, id_)
        who.note(conn, world.now(), "simulations.run", f"simulation:{id_}", {"deleted": True})
