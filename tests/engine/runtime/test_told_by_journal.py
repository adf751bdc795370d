"""A run that waits for a call made at once keeps no state: its journal tells the same."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.execute import load_state
from engine.runtime import runner
from engine.runtime.batch import Batch
from engine.runtime.in_hand import unpack
from engine.runtime.inbox import receive
from engine.runtime.loading import LOADERS
from engine.runtime.outbox import drain_outbox, sweep_outbox
from engine.runtime.runner import drain_and_call, drain_lanes
from engine.runtime.start import event_value
from engine.runtime.world import World
from engine.store import effects as effect_store
from engine.store import runs as run_store
from tests.engine.runtime.conftest import TENANT, Answers, live, order_event, settle
from tests.engine.runtime.staging import calling_flow, customer_of, runs_of
from tests.engine.runtime.test_outbox import connect


@pytest.fixture
def erp(world: World) -> World:
    connect(world, "erp")
    live(world, calling_flow())
    return world


def stored(world: World) -> dict[str, Any]:
    """Whole rows of all runs by id, with their state as it is stored."""
    ids = [run.id for run in runs_of(world)]
    with world.db.reading() as conn:
        return run_store.load_runs(conn, ids)


def in_hand(world: World, run_id: str) -> tuple[Batch, Any]:
    """A run as a worker would load it."""
    batch = Batch(world, world.now())
    with world.db.reading() as conn:
        world.memory.refresh(conn)
        LOADERS["load_run"](batch, conn, TENANT, [run_id])
    return batch, batch.runs[run_id]


def stop_working(world: World, answers: Answers) -> None:
    """A worker is killed while its call is under way: nobody takes the answer."""

    def gone(*_: Any) -> Any:
        with world.db.begin() as conn:
            effect_store.forget_claims(conn, "w")
        sweep_outbox(world)
        return {"lost": True}

    answers.answer = gone
    drain_and_call(world, "w")
    answers.answer = lambda *_: {"ok": True}


def test_the_journal_tells_the_state_that_would_be_stored(erp: World, answers: Answers) -> None:
    receive(erp, TENANT, [order_event("o1", person="p1")])
    drain_lanes(erp, "w")  # the call is left to the outbox, so the state is stored
    ((run_id, row),) = stored(erp).items()
    batch, kept = in_hand(erp, run_id)
    with erp.db.begin() as conn:
        conn.execute(
            run_store.runs.update().where(run_store.runs.c.tenant == TENANT).values(state=None)
        )
    _, told = in_hand(erp, run_id)
    assert told.state == kept.state
    event = event_value(batch, row.event_id, batch.events[row.event_id])
    assert told.state == load_state(unpack(row.state), event=event, params=kept.version.params)


def test_a_run_whose_worker_was_killed_goes_on_from_its_journal(
    erp: World, answers: Answers
) -> None:
    receive(erp, TENANT, [order_event("o1", person="p1")])
    stop_working(erp, answers)
    ((_, waiting),) = stored(erp).items()
    assert (waiting.status, waiting.state) == ("waiting", None)
    drain_outbox(erp, "x")
    settle(erp)
    (run,) = runs_of(erp)
    assert run.status == "succeeded"
    assert customer_of(erp, run).tags == ["已同步"]


def test_one_that_was_set_aside_meanwhile_can_still_be_loaded(
    erp: World, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = runner.compute

    def breaks(batch: Any, conn: Any, rows: Any) -> None:
        if any(row.kind == "signal" for row in rows):
            raise KeyError("boom")
        whole(batch, conn, rows)

    receive(erp, TENANT, [order_event("o1", person="p1")])
    stop_working(erp, answers)
    with monkeypatch.context() as broken:
        broken.setattr(runner, "compute", breaks)
        drain_outbox(erp, "x")
        drain_lanes(erp, "w")
    assert [run.status for run in runs_of(erp)] == ["failed"]
    ((run_id, _),) = stored(erp).items()
    batch, run = in_hand(erp, run_id)
    assert batch.broken == {}
    assert run.state["status"] == "waiting"
