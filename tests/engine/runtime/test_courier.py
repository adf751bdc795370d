"""Calls a worker makes itself: at once, in order, and each answer taken exactly once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.core.errors import NoAnswer, RetryLater
from engine.runtime import runner
from engine.runtime.inbox import receive
from engine.runtime.outbox import drain_outbox, sweep_outbox
from engine.runtime.principal import system
from engine.runtime.queue import QuietQueue
from engine.runtime.runner import drain_and_call, drain_lanes
from engine.runtime.steering import cancel_run
from engine.runtime.world import World
from engine.store import effects as effect_store
from engine.store import lanes as lane_store
from engine.store import runs as run_store
from tests.engine.runtime.conftest import (
    START,
    TENANT,
    Answers,
    Clock,
    live,
    order_event,
    settle,
)
from tests.engine.runtime.staging import calling_flow, customer_of, runs_of
from tests.engine.runtime.test_outbox import connect

MINUTE = timedelta(minutes=1)


def statuses(world: World) -> dict[str, int]:
    with world.db.reading() as conn:
        return effect_store.count_by_status(conn, TENANT)


def numbers(answers: Answers) -> list[str]:
    return [call[3] for call in answers.calls]


@pytest.fixture
def erp(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    # However long a call takes to come back on a busy machine, its run goes on from memory.
    monkeypatch.setattr(runner, "LINGER", 60.0)
    connect(world, "erp")
    live(world, calling_flow())
    return world


def orders(world: World, *people: str, first: int = 0) -> None:
    receive(
        world,
        TENANT,
        [order_event(f"o{first + n}", person=person) for n, person in enumerate(people)],
    )


def test_a_call_is_made_and_answered_without_the_outbox(
    erp: World, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[Any] = []
    whole = run_store.load_runs
    monkeypatch.setattr(
        run_store, "load_runs", lambda conn, ids: loaded.extend(ids) or whole(conn, ids)
    )
    orders(erp, "p1", "p2", "p3")
    drain_and_call(erp, "w")
    assert {run.status for run in runs_of(erp)} == {"succeeded"}
    assert statuses(erp) == {"delivered": 3}
    assert len(answers.calls) == 3
    assert loaded == []  # they went on from memory
    (run, *_) = runs_of(erp)
    assert customer_of(erp, run).tags == ["已同步"]
    with erp.db.reading() as conn:
        (effect,) = effect_store.effects_of_run(conn, TENANT, run.id)
        assert [row.seq for row in run_store.read_journal(conn, TENANT, run.id)] == [1, 2]
        assert lane_store.backlog(conn)[0] == 0
    assert (effect.attempts, effect.output) == (1, {"ok": True})


def test_calls_of_one_subject_go_one_after_the_other(erp: World, answers: Answers) -> None:
    open_: list[int] = []

    def answer(*_: Any) -> Any:
        open_.append(statuses(erp).get("delivered", 0))
        return {"ok": True}

    answers.answer = answer
    orders(erp, "p1", "p1", "p1", "p2")
    drain_and_call(erp, "w")
    made = [row.key for run in reversed(runs_of(erp)) for row in _effects(erp, run)]
    of_p1 = [key for key in numbers(answers) if key in made]
    assert sorted(of_p1) == sorted(made)
    # The second and third of p1 left when the one before was stored as delivered.
    assert sorted(open_)[-2:] == [2, 3]
    assert statuses(erp) == {"delivered": 4}


def _effects(world: World, run: Any) -> list[Any]:
    with world.db.reading() as conn:
        return effect_store.effects_of_run(conn, TENANT, run.id)


def test_behind_a_call_that_is_to_be_repeated_the_younger_ones_wait(
    erp: World, answers: Answers, clock: Clock
) -> None:
    answers.answer = lambda *_: RetryLater("busy")
    orders(erp, "p1", "p1")
    drain_and_call(erp, "w")
    assert statuses(erp) == {"pending": 2}
    (first,) = numbers(answers)
    held = {row.key: row.attempts for run in runs_of(erp) for row in _effects(erp, run)}
    assert held.pop(first) == 1
    assert set(held.values()) == {0}  # its turn did not come: no attempt
    answers.answer = lambda *_: {"ok": True}
    clock.wind(MINUTE)
    settle(erp)
    assert numbers(answers) == [first, first, *held]


@pytest.mark.parametrize(
    "more",
    [{"status": "paused"}, {"failures": 5, "open_until": START - MINUTE}, {"connector": "none"}],
    ids=["paused", "not_sound", "no_connector"],
)
def test_a_connection_that_is_not_sound_is_the_outboxs_matter(
    world: World, answers: Answers, more: dict[str, Any]
) -> None:
    connect(world, "erp", **more)
    live(world, calling_flow())
    orders(world, "p1")
    drain_and_call(world, "w")
    assert answers.calls == []
    assert statuses(world) == {"pending": 1}


def test_what_is_over_the_rate_waits_in_the_outbox(erp: World, answers: Answers) -> None:
    class Two(QuietQueue):
        left = 2

        def take(self, name: str, rate: int, per: timedelta, want: int) -> tuple[int, timedelta]:
            given = min(want, self.left)
            self.left -= given
            return given, MINUTE

    erp.queue = Two()
    orders(erp, "p1", "p2", "p3")
    drain_and_call(erp, "w")
    assert len(answers.calls) == 2
    assert statuses(erp) == {"delivered": 2, "pending": 1}
    orders(erp, "p3", first=3)
    erp.queue = QuietQueue()
    drain_and_call(erp, "w")  # p3's older call waits: the younger one may not pass it
    assert len(answers.calls) == 2
    settle(erp)
    assert statuses(erp) == {"delivered": 4}


def test_a_lost_lease_leaves_the_answer_to_the_outbox(
    erp: World, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(*_: Any) -> Any:
        with erp.db.begin() as conn:
            lane_store.release_all(conn, "w")
        return {"ok": True}

    answers.answer = answer
    orders(erp, "p1")
    drain_and_call(erp, "w")
    settle(erp)
    assert len(answers.calls) == 1
    (run,) = runs_of(erp)
    assert run.status == "succeeded"
    assert customer_of(erp, run).tags == ["已同步"]


def test_a_call_that_was_judged_meanwhile_is_not_answered_twice(
    erp: World, answers: Answers
) -> None:
    def answer(*_: Any) -> Any:
        if len(answers.calls) == 1:
            with erp.db.begin() as conn:
                effect_store.forget_claims(conn, "w")
            sweep_outbox(erp)
        return {"nth": len(answers.calls)}

    answers.answer = answer
    orders(erp, "p1")
    drain_and_call(erp, "w")
    assert statuses(erp) == {"pending": 1}
    assert [run.status for run in runs_of(erp)] == ["waiting"]
    settle(erp)
    (run,) = runs_of(erp)
    assert run.status == "succeeded"
    assert [row.output for row in _effects(erp, run)] == [{"nth": 2}]


def test_what_a_run_becomes_meanwhile_counts(erp: World, answers: Answers) -> None:
    def answer(*_: Any) -> Any:
        (run,) = runs_of(erp)
        cancel_run(erp, system(TENANT), run.id)
        return {"ok": True}

    answers.answer = answer
    orders(erp, "p1")
    drain_and_call(erp, "w")
    settle(erp)
    (run,) = runs_of(erp)
    assert run.status in ("cancelled", "succeeded")
    with erp.db.reading() as conn:
        journal = run_store.read_journal(conn, TENANT, run.id)
    assert [row.seq for row in journal] == list(range(1, len(journal) + 1))


def test_an_answer_that_cannot_be_worked_on_is_set_aside_like_any_signal(
    erp: World, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = runner.compute

    def breaks(batch: Any, conn: Any, rows: Any) -> None:
        if any(row.kind == "signal" for row in rows):
            raise KeyError("boom")
        whole(batch, conn, rows)

    monkeypatch.setattr(runner, "compute", breaks)
    orders(erp, "p1")
    drain_and_call(erp, "w")
    assert statuses(erp) == {"delivered": 1}
    assert [run.status for run in runs_of(erp)] == ["failed"]


def test_without_an_answer_the_class_decides_as_in_the_outbox(
    erp: World, answers: Answers, clock: Clock
) -> None:
    answers.answer = lambda *_: NoAnswer("cut off")
    orders(erp, "p1")
    drain_and_call(erp, "w")
    assert statuses(erp) == {"pending": 1}  # a write goes again under its key
    answers.answer = lambda *_: {"ok": True}
    clock.wind(MINUTE)
    drain_lanes(erp, "w")
    drain_outbox(erp, "w")
    settle(erp)
    assert len(set(numbers(answers))) == 1
    assert [run.status for run in runs_of(erp)] == ["succeeded"]
