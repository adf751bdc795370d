"""Thousands of events, workers killed at random, Redis emptied: nothing lost, nothing twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.core.event import Event
from engine.runtime.connections import seal_credentials
from engine.runtime.inbox import receive
from engine.runtime.principal import system
from engine.runtime.publish import create_flow, publish
from engine.runtime.queue import RedisQueue
from engine.runtime.world import World
from engine.store.connections import insert_connection
from engine.store.customers import caps, customer_history
from engine.store.db import all_tenants
from engine.store.effects import effects
from engine.store.flows import create_tenant
from engine.store.incidents import incidents
from engine.store.lanes import work
from engine.store.runs import journal, runs
from tests.chaos.receiver import Receiver
from tests.engine.cli.test_up import children_of, wait_until

pytestmark = pytest.mark.alone

TENANT = "main"
EVENTS, PEOPLE, DUPLICATES = 2_000, 300, 500
WORKERS = ("lanes", "lanes", "outbox")
PATIENCE = 120.0

FLOW = {
    "format": "jimu.flow/1", "key": "chaos", "name": "混乱测试",
    "nodes": [
        {"id": "t", "type": "event", "config": {"type": "order.paid"}},
        {"id": "b", "type": "branch", "config": {"branches": [
            {"id": "big", "name": "大额", "when": "order.amount > 500"}]}},
        {"id": "cap", "type": "frequency_cap", "config": {
            "cap": "gift", "limit": 1_000, "within": "P30D"}},
        {"id": "tag", "type": "tag_customer", "config": {"add": ["{{ order.external_id }}"]}},
        {"id": "call", "type": "call", "retry": {"attempts": 20, "first": "PT0.2S", "max": "PT1S"},
         "config": {"connection": "out", "action": "send", "effect_class": "write", "args": {
             "type": "order.seen", "data": {"number": "{{ order.external_id }}"}}}},
        {"id": "done", "type": "end", "config": {}},
    ],
    "edges": [
        {"id": "e1", "from": "t", "to": "b"},
        {"id": "e2", "from": "b", "port": "big", "to": "cap"},
        {"id": "e3", "from": "b", "port": "default", "to": "cap"},
        {"id": "e4", "from": "cap", "port": "allowed", "to": "tag"},
        {"id": "e5", "from": "tag", "to": "call"},
        {"id": "e6", "from": "call", "to": "done"},
        {"id": "e7", "from": "cap", "port": "capped", "to": "done"},
    ],
}  # fmt: skip


def order(number: int) -> Event:
    now = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
    return Event(
        id=f"paid/{number}", source="/chaos", type="order.paid", time=now,
        data={"order": {
            "platform": "douyin", "shop": "s1", "external_id": f"o{number}", "status": "paid",
            "amount": f"{400 + number % 300}.00", "created_at": "2026-11-11T01:59:00Z",
            "identities": [{"kind": "douyin_open_id", "value": f"p{number % PEOPLE}"}],
        }},
    )  # fmt: skip


class Workers:
    """Workers; the processes of them that do the work are killed at random and come again."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        self.killed = 0
        queues = [f"--queue={queue}" for queue in WORKERS]
        self.workers = self._start("worker", "--each", *queues)
        self.scheduler = self._start("scheduler")

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "engine", *command], env=self.env)

    def kill_one(self, chance: random.Random) -> None:
        wait_until(lambda: len(children_of(self.workers.pid)) == len(WORKERS))
        os.kill(chance.choice([*children_of(self.workers.pid)]), signal.SIGKILL)
        self.killed += 1

    def stop(self) -> None:
        for process in (self.workers, self.scheduler):
            process.kill()
            process.wait()


def set_up(world: World, url: str) -> None:
    now = world.now()
    with world.db.begin() as conn:
        create_tenant(conn, TENANT, "混乱测试", now, settings={})
        insert_connection(conn, {
            "id": "con_out", "tenant": TENANT, "key": "out", "connector": "webhook",
            "name": "接收端", "settings": {"url": url}, "sync_mode": "none",
            "credentials": seal_credentials(
                world, TENANT, "con_out", {"secret": "a-secret-of-the-chaos-test"}),
            "on_bad_record": "review", "status": "active", "revision": 1, "failures": 0,
            "rate": 100_000, "created_at": now, "updated_at": now,
        })  # fmt: skip
    create_flow(world, system(TENANT), FLOW)
    publish(world, system(TENANT), "chaos")


def count(world: World, table: Any, *where: Any) -> int:
    with world.db.reading() as conn:
        return int(
            conn.execute(
                all_tenants(select(func.count()).select_from(table).where(*where))
            ).scalar_one()
        )


def is_quiet(world: World) -> bool:
    under_way = effects.c.status.in_(("pending", "sending"))
    return (
        not count(world, work)
        and not count(world, effects, under_way)
        and not count(world, runs, runs.c.status.in_(("queued", "running", "waiting")))
    )


def test_every_event_has_its_run_and_every_effect_happened_once(world: World) -> None:
    chance = random.Random(20261111)
    with Receiver() as receiver:
        set_up(world, receiver.url)
        workers = Workers(dict(os.environ))
        pause = threading.Event()
        try:
            numbers = [*range(EVENTS), *(chance.randrange(EVENTS) for _ in range(DUPLICATES))]
            chance.shuffle(numbers)
            for start in range(0, len(numbers), 100):
                receive(world, TENANT, [order(number) for number in numbers[start : start + 100]])
                if start % 300 == 0:
                    workers.kill_one(chance)
                if start == 1_000 and isinstance(world.queue, RedisQueue):
                    world.queue.flush()
                pause.wait(0.1)
            for _ in range(4):
                workers.kill_one(chance)
                pause.wait(0.5)
            over = time.monotonic() + PATIENCE
            while not is_quiet(world) and time.monotonic() < over:
                pause.wait(0.3)
        finally:
            workers.stop()
        assert workers.killed >= 10
        _check(world, receiver)


def _check(world: World, receiver: Receiver) -> None:
    with world.db.reading() as conn:
        found = conn.execute(
            all_tenants(select(runs.c.status, func.count()).group_by(runs.c.status))
        ).all()
        sent = conn.execute(
            all_tenants(select(effects.c.key, effects.c.status, effects.c.attempts))
        ).all()
        tagged = conn.execute(
            all_tenants(select(customer_history.c.customer_id, customer_history.c.by))
        ).all()
    # Every event has exactly the run it should.
    assert [tuple(row) for row in found] == [("succeeded", EVENTS)]
    assert count(world, incidents) == 0
    # Every internal effect exists once.
    assert count(world, caps) == EVENTS
    assert len(tagged) == EVENTS
    assert max(Counter(row.by for row in tagged).values()) == 1
    # Every external call's key was used, under one key per run.
    assert len(sent) == EVENTS
    assert {row.status for row in sent} == {"delivered"}
    assert set(receiver.seen) == {row.key for row in sent}
    # The journal of each run is whole: start and answer, each written once.
    assert count(world, journal) == 2 * EVENTS
