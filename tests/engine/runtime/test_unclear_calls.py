"""Calls nobody knows the end of: a connector that breaks off, a platform that never answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from engine.core.connector import Action, Call, ConnectorType, Credentials, Link, Sample
from engine.core.effect import EffectClass
from engine.core.errors import NoAnswer
from engine.core.registry import Registry
from engine.core.text import text
from engine.runtime import connections, outbox
from engine.runtime.calling import call_all
from engine.runtime.connections import LiveCaller
from engine.runtime.inbox import receive
from engine.runtime.outbox import sweep_outbox
from engine.runtime.outcomes import answered
from engine.runtime.runner import drain_lanes
from engine.runtime.world import World
from engine.store import connections as connection_store
from engine.store import effects as effect_store
from engine.store import incidents as incident_store
from tests.engine.runtime.conftest import START, TENANT, Clock, live, order_event, settle
from tests.engine.runtime.staging import calling_flow, customer_of, runs_of

SAID = text("测试", "test")


class Empty(BaseModel):
    """No arguments that matter."""

    url: str = ""


class Nothing(Credentials):
    key: SecretStr = SecretStr("")


class Till:
    """A connector of one action, `post`; `run` says what happens, `keys` what was called."""

    def __init__(self, world: World, effect_class: EffectClass, run: Callable[[], Any]) -> None:
        self.keys: list[str] = []
        self.run = run
        action = Action(
            key="post",
            label=SAID,
            summary=SAID,
            effect_class=effect_class,
            input=Empty,
            output={},
            run=self.call,
            samples={"ok": Sample(SAID, {})},
        )
        connector = ConnectorType(
            label=SAID, summary=SAID, credentials=Nothing, test=lambda _: SAID,
            actions=(action,), type="till",
        )  # fmt: skip
        world.registry = Registry(world.registry.nodes, {"till": connector})
        world.caller = LiveCaller()
        with world.db.begin() as conn:
            connection_store.insert_connection(
                conn,
                {
                    "id": "con_1", "tenant": TENANT, "key": "erp", "connector": "till",
                    "name": "ERP", "settings": {}, "sync_mode": "none", "on_bad_record": "review",
                    "status": "active", "revision": 1, "failures": 0, "created_at": START,
                    "updated_at": START,
                },
            )  # fmt: skip

    def call(self, _link: Link, call: Call) -> Any:
        self.keys.append(call.key)
        return self.run()


def breaks() -> Any:
    raise KeyError("boom")


def send_one(world: World, own_class: str, **node: Any) -> Any:
    """The effect of one order that calls, after all there is to do now."""
    document = calling_flow(**node)
    document["nodes"][1]["config"]["effect_class"] = own_class
    live(world, document)
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    return effect_of(world)


def effect_of(world: World) -> Any:
    (run,) = runs_of(world)
    with world.db.reading() as conn:
        (effect,) = effect_store.effects_of_run(conn, TENANT, run.id)
    return effect


def wind_through(world: World, clock: Clock) -> None:
    """Past every attempt that may still come."""
    for _ in range(8):
        clock.wind(timedelta(hours=2))
        settle(world)


def test_a_write_that_broke_off_goes_again_under_its_key(world: World, clock: Clock) -> None:
    till = Till(world, "write", breaks)
    effect = send_one(world, "write")
    assert effect.status == "pending"
    till.run = lambda: {"ok": True}
    wind_through(world, clock)
    assert till.keys == [effect.key, effect.key]
    assert effect_of(world).status == "delivered"


def test_a_write_that_never_got_an_answer_is_unknown_not_failed(world: World, clock: Clock) -> None:
    def silent() -> Any:
        raise NoAnswer("no answer")

    till = Till(world, "write", silent)
    send_one(world, "write")
    wind_through(world, clock)
    assert effect_of(world).status == "unknown"
    assert len(till.keys) == 6
    assert customer_of(world, runs_of(world)[0]).tags == ["同步失败"]
    with world.db.reading() as conn:
        assert [one.kind for one in incident_store.list_incidents(conn, TENANT)] == ["effect"]


def test_a_read_that_broke_off_has_failed(world: World) -> None:
    Till(world, "read", breaks)
    effect = send_one(world, "read")
    assert (effect.status, effect.error["code"]) == ("failed", "internal")


@pytest.mark.parametrize(
    ("own", "actions"),
    [("message", "message"), ("write", "message"), ("read", "message"), ("message", "write")],
)
def test_a_message_that_broke_off_is_unknown_and_sent_once(
    world: World, clock: Clock, own: str, actions: EffectClass
) -> None:
    till = Till(world, actions, breaks)
    effect = send_one(world, own)
    wind_through(world, clock)
    assert effect.status == "unknown"
    assert effect.effect_class == "message"
    assert len(till.keys) == 1


@pytest.mark.parametrize(
    ("own", "actions"), [("money", "money"), ("write", "money"), ("money", "read")]
)
def test_money_that_broke_off_waits_for_a_person(
    world: World, clock: Clock, own: str, actions: EffectClass
) -> None:
    till = Till(world, actions, breaks)
    effect = send_one(world, own)
    assert (effect.status, effect.effect_class) == ("unknown", "money")
    wind_through(world, clock)
    assert len(till.keys) == 1
    assert runs_of(world)[0].status == "waiting"


def test_a_call_cut_off_is_judged_by_the_stricter_class(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    Till(world, "money", lambda: {"ok": True})
    live(world, calling_flow())
    receive(world, TENANT, [order_event("o1")])
    drain_lanes(world, "test")
    monkeypatch.setattr(outbox, "CLAIMED_FOR", timedelta(seconds=-1))
    outbox._claim(world, "killed", {}, {})
    assert sweep_outbox(world) == 1
    assert effect_of(world).status == "unknown"


def test_a_connection_that_cannot_be_opened_has_sent_nothing(world: World) -> None:
    till = Till(world, "money", lambda: {"ok": True})
    with world.db.begin() as conn:
        connection_store.note_health(conn, TENANT, "erp", {"credentials": "k9.unreadable"})
    effect = send_one(world, "money")
    assert (effect.status, effect.error["code"]) == ("failed", "bad_connection")
    assert till.keys == []


def test_a_fault_spoils_one_call_only(world: World) -> None:
    seen: list[int] = []

    def third_breaks() -> Any:
        seen.append(1)
        return breaks() if len(seen) == 3 else {"ok": True}

    Till(world, "message", third_breaks)
    live(world, calling_flow())
    receive(world, TENANT, [order_event(f"o{n}", person=f"p{n}") for n in range(5)])
    settle(world)
    with world.db.reading() as conn:
        assert effect_store.count_by_status(conn, TENANT) == {"delivered": 4, "unknown": 1}


def test_a_connector_s_own_fault_does_not_open_the_circuit(world: World) -> None:
    Till(world, "message", breaks)
    live(world, calling_flow())
    receive(world, TENANT, [order_event(f"o{n}", person=f"p{n}") for n in range(8)])
    settle(world)
    with world.db.reading() as conn:
        row = connection_store.find_connection(conn, TENANT, "erp")
    assert row is not None
    assert (row.failures, row.open_until) == (0, None)


def test_a_caller_that_loses_answers_is_no_reason_to_stop(world: World) -> None:
    Till(world, "write", lambda: {"ok": True})

    class Short:
        def call(self, *_: Any) -> list[Any]:
            return []

    world.caller = Short()
    assert send_one(world, "message").status == "unknown"


def test_a_connector_that_can_send_many_answers_for_each(world: World) -> None:
    Till(world, "message", lambda: {"ok": True})
    connector = world.registry.connectors["till"]
    (action,) = connector.actions
    many = replace(action, batch=10, run_many=lambda _link, calls: breaks())
    world.registry = Registry(world.registry.nodes, {"till": replace(connector, actions=(many,))})
    live(world, calling_flow())
    receive(world, TENANT, [order_event(f"o{n}", person=f"p{n}") for n in range(3)])
    settle(world)
    with world.db.reading() as conn:
        assert effect_store.count_by_status(conn, TENANT) == {"unknown": 3}


@pytest.mark.parametrize("batch", [1, 2])
def test_calls_whose_turn_does_not_come_go_back_and_are_no_attempts(
    world: World, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    till = Till(world, "money", lambda: {"ok": True})
    connector = world.registry.connectors["till"]
    (action,) = connector.actions

    def many(link: Link, calls: Any) -> list[Any]:
        return [till.call(link, call) for call in calls]

    if batch > 1:
        action = replace(action, batch=batch, run_many=many)
        world.registry = Registry(
            world.registry.nodes, {"till": replace(connector, actions=(action,))}
        )
    live(world, calling_flow())
    receive(world, TENANT, [order_event(f"o{n}", person=f"p{n}") for n in range(3)])
    drain_lanes(world, "test")
    monkeypatch.setattr(connections, "CALLS_FOR", 0.0)
    ((place, rows),) = outbox._claim(world, "test", {}, {})
    outbox.settle(world, "test", answered(world, place, rows, call_all(world, place, rows)))
    assert till.keys == []
    with world.db.reading() as conn:
        row = connection_store.find_connection(conn, TENANT, "erp")
        assert effect_store.count_by_status(conn, TENANT) == {"pending": 3}
    assert row is not None
    assert row.failures == 0
    monkeypatch.undo()
    settle(world)
    with world.db.reading() as conn:
        assert effect_store.count_by_status(conn, TENANT) == {"delivered": 3}
