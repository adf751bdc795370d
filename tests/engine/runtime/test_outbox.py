"""The outbox under faults: of connectors, of platforms, of rates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.core.errors import RetryLater
from engine.runtime import outbox
from engine.runtime.inbox import receive
from engine.runtime.outbox import drain_outbox
from engine.runtime.queue import QuietQueue
from engine.runtime.runner import drain_lanes
from engine.runtime.world import World
from engine.store import connections as connection_store
from engine.store import effects as effect_store
from tests.engine.runtime.conftest import START, TENANT, Answers, live, order_event, settle
from tests.engine.runtime.staging import calling_flow, customer_of, runs_of

MINUTE = timedelta(minutes=1)


def connect(world: World, key: str, **more: Any) -> None:
    with world.db.begin() as conn:
        connection_store.insert_connection(
            conn,
            {
                "id": f"con_{key}", "tenant": TENANT, "key": key, "connector": "http",
                "name": key, "settings": {}, "sync_mode": "none", "on_bad_record": "review",
                "status": "active", "revision": 1, "failures": 0, "created_at": START,
                "updated_at": START, **more,
            },
        )  # fmt: skip


@pytest.mark.parametrize("answer", [{"text": "a\x00b"}, {"text": object()}])
def test_an_answer_that_cannot_be_stored_was_delivered_all_the_same(
    world: World, answers: Answers, answer: Any
) -> None:
    connect(world, "erp")
    answers.answer = lambda *_: answer
    live(world, calling_flow())
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    (run,) = runs_of(world)
    assert customer_of(world, run).tags == ["已同步"]
    assert len(answers.calls) == 1


def test_after_an_open_circuit_one_call_goes_first(world: World, answers: Answers) -> None:
    connect(world, "erp", failures=5, open_until=START - MINUTE)
    answers.answer = lambda *_: RetryLater("away")
    live(world, calling_flow())
    receive(world, TENANT, [order_event(f"o{n}", person=f"p{n}") for n in range(6)])
    drain_lanes(world, "test")
    drain_outbox(world, "test")
    assert len(answers.calls) == 1
    with world.db.reading() as conn:
        row = connection_store.find_connection(conn, TENANT, "erp")
        assert row is not None
        assert row.open_until > world.now()
        assert effect_store.count_by_status(conn, TENANT) == {"pending": 6}


def test_a_connection_at_its_rate_does_not_hold_up_others(
    world: World, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(QuietQueue):
        def take(self, name: str, rate: int, per: timedelta, want: int) -> tuple[int, timedelta]:
            return (0, MINUTE) if name.endswith(":erp") else (want, timedelta())

    monkeypatch.setattr(outbox, "CLAIM", 2)
    world.queue = Full()
    connect(world, "erp")
    connect(world, "crm")
    live(world, calling_flow())
    receive(world, TENANT, [order_event(f"o{n}", person=f"p{n}") for n in range(5)])
    drain_lanes(world, "test")
    crm = calling_flow()
    crm["nodes"][1]["config"]["connection"] = "crm"
    live(world, {**crm, "key": "crm"})
    receive(world, TENANT, [order_event("later", person="q", type_="order.paid")])
    drain_lanes(world, "test")
    drain_outbox(world, "test")
    assert [call[0] for call in answers.calls] == ["crm"]
    with world.db.reading() as conn:
        waiting = [
            row
            for run in runs_of(world)
            for row in effect_store.effects_of_run(conn, TENANT, run.id)
            if row.status == "pending"
        ]
    assert {row.attempts for row in waiting} == {0}  # to be put back is no attempt


def test_an_open_circuit_with_a_backup_is_not_closed(world: World) -> None:
    connect(world, "erp", open_until=START + MINUTE, backup="erp2")
    connect(world, "erp2")
    connect(world, "crm", open_until=START + MINUTE)
    connect(world, "sms", open_until=START + MINUTE, backup="sms2")
    connect(world, "sms2", status="paused")
    with world.db.reading() as conn:
        closed = connection_store.open_circuits(conn, START)
    assert {key for _, key in closed} == {"crm", "sms", "sms2"}


def test_money_that_may_have_been_paid_is_not_answered_when_asked_again(world: World) -> None:
    from engine.runtime.batch import Batch
    from tests.engine.store.test_effects import effect

    paid = effect("e1", tenant=TENANT, effect_class="money")
    with world.db.begin() as conn:
        effect_store.store_effects(conn, [paid])
        effect_store.claim_effects(conn, "a", world.now(), MINUTE, 1)
        effect_store.mark_unknown(conn, ["e1"], {"code": "no_answer"}, world.now())
        batch = Batch(world, world.now())
        batch.effects.append({**paid, "token": "again"})
        batch.write(conn)
    assert batch.work == []
