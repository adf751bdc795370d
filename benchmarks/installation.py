"""A throw-away installation to measure on: PostgreSQL, the flows of the benchmark, a receiver."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.database import database
from engine.core.event import Event
from engine.embedded import EmbeddedValkey
from engine.runtime.connections import seal_credentials
from engine.runtime.installation import live_world
from engine.runtime.principal import system
from engine.runtime.publish import create_flow, publish
from engine.runtime.world import World
from engine.settings import load_settings
from engine.store.connections import insert_connection
from engine.store.db import Database
from engine.store.flows import create_tenant
from engine.store.schema import create_all

TENANT = "main"
SECRET = "a-secret-of-the-benchmarks"

_TRIGGER = {"id": "paid", "type": "event", "config": {"type": "order.paid"}}
_BRANCH = {
    "id": "large",
    "type": "branch",
    "config": {
        "branches": [
            {
                "id": "yes",
                "name": "大额",
                "when": 'order.amount > 500 and order.channel in ["live", "shop"]',
            }
        ]
    },
}
_SET = {
    "id": "points",
    "type": "set_fields",
    "config": {"fields": [{"name": "points", "value": "{{ order.amount * 2 }}"}]},
}
_SWITCH = {
    "id": "channel",
    "type": "switch",
    "config": {
        "value": "order.channel",
        "cases": [
            {"id": "live", "name": "直播", "values": ["live"]},
            {"id": "shop", "name": "店铺", "values": ["shop"]},
        ],
    },
}
_TAG = {"id": "tag", "type": "tag_customer", "config": {"add": ["VIP"]}}
_CALL = {
    "id": "call",
    "type": "call",
    "config": {
        "connection": "out",
        "action": "send",
        "effect_class": "write",
        "args": {"type": "order.seen", "data": {"number": "{{ order.external_id }}"}},
    },
}
_END = {"id": "done", "type": "end", "config": {"outcome": "已升级 VIP"}}


def flow(*, with_effect: bool) -> dict[str, Any]:
    """The 6-node flow people build first; with an effect, a signed webhook replaces the tag."""
    fifth = _CALL if with_effect else _TAG
    last = fifth["id"]
    lines = [
        ("paid", "out", "large"),
        ("large", "yes", "points"),
        ("large", "default", last),
        ("points", "out", "channel"),
        ("channel", "live", last),
        ("channel", "shop", last),
        ("channel", "default", "done"),
        (last, "out", "done"),
    ]
    return {
        "format": "jimu.flow/1", "key": "vip", "name": "订单超过 500 元升级 VIP",
        "nodes": [_TRIGGER, _BRANCH, _SET, _SWITCH, fifth, _END],
        "edges": [{"id": f"e{number}", "from": start, "port": port, "to": end}
                  for number, (start, port, end) in enumerate(lines)],
    }  # fmt: skip


def order(number: int, people: int = 5_000) -> Event:
    """An order as a platform's connector would translate it."""
    now = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
    return Event(
        id=f"paid/{number}", source="/bench", type="order.paid", time=now,
        data={"order": {
            "platform": "douyin", "shop": "旗舰店", "external_id": f"69{number:012d}",
            "status": "paid", "amount": f"{300 + number % 700}.00", "currency": "CNY",
            "channel": "live" if number % 2 else "shop", "created_at": "2026-11-11T01:58:00Z",
            "paid_at": "2026-11-11T01:59:00Z",
            "identities": [{"kind": "douyin_open_id", "value": f"open-{number % people}"}],
            "lines": [{"id": "1", "sku": f"SKU-{number % 50}", "name": "眼霜 15ml",
                       "quantity": 1, "price": f"{300 + number % 700}.00",
                       "amount": f"{300 + number % 700}.00"}],
        }},
    )  # fmt: skip


@contextlib.contextmanager
def installation(
    *, with_effect: bool = False, url: str = "", more: Mapping[str, str] | None = None
) -> Iterator[World]:
    """PostgreSQL (synchronous_commit on), Valkey and one published flow, gone afterwards.

    The environment is set for worker processes, with `more`, and put back.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jimu-bench-")))
        address = stack.enter_context(database())
        valkey = stack.enter_context(EmbeddedValkey(folder))
        stack.enter_context(_environment({
            "JIMU_DATA": str(folder), "JIMU_DATABASE_URL": address, "JIMU_REDIS_URL": valkey.url,
            "JIMU_ALLOW_PRIVATE": "127.0.0.1", "JIMU_LOG_LEVEL": "error",
            **(more or {}),
        }))  # fmt: skip
        db = Database(address)
        create_all(db)
        db.dispose()
        world = live_world(load_settings(os.environ))
        stack.callback(world.db.dispose)
        _fill(world, url)
        create_flow(world, system(TENANT), flow(with_effect=with_effect))
        publish(world, system(TENANT), "vip")
        yield world


def _fill(world: World, url: str) -> None:
    now = world.now()
    with world.db.begin() as conn:
        create_tenant(conn, TENANT, "跑分", now, settings={})
        for key, address in (("out", url), ("in", "")):
            sealed = seal_credentials(world, TENANT, f"con_{key}", {"secret": SECRET})
            insert_connection(conn, {
                "id": f"con_{key}", "tenant": TENANT, "key": key, "connector": "webhook",
                "name": key, "credentials": sealed, "settings": {"url": address},
                "sync_mode": "push", "on_bad_record": "review", "status": "active",
                "rate": 1_000_000, "revision": 1, "failures": 0, "created_at": now,
                "updated_at": now,
            })  # fmt: skip


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ |= values
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
