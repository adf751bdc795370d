"""Test runs: past orders through a draft in a scratch world; and a year of waiting.

`test_run` counts everything from the file of events to the report: reading, filling the world, the
inbox, the runs, the counting of every line; its owners have nothing to do with each other, so it is
done in two processes. A few orders warm the process up, as a worker is after its first test run;
they do not count. In `test_run_settlement` each order is priced by a rate card of percentages
besides, and posted to one of 200 creators. `test_run_year` is one run that waits twelve months with
a reminder each day.
"""

from __future__ import annotations

import json
import resource
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure
from benchmarks.installation import TENANT, flow, order
from engine.core.event import Event, write_event
from engine.core.registry import load_registry
from engine.runtime.memory import Memory
from engine.runtime.principal import system
from engine.runtime.queue import QuietQueue
from engine.runtime.settling.parties import create_party, set_accounts
from engine.runtime.settling.rate_cards import create_card, publish_card
from engine.runtime.simulate import read_setup, simulate
from engine.runtime.simulate.asked import Answers
from engine.runtime.simulate.samples import Samples
from engine.runtime.world import World
from engine.store.accounts import insert_user
from engine.store.db import Database
from engine.store.flows import create_tenant
from engine.store.schema import create_all
from engine.store.vault import Vault

EVENTS, WARM = 20_000, 200
CREATORS = 200
_LIVE, _BASE = ({"model": {"kind": "percentage", "percent": rate}} for rate in ("20", "15"))
CARD: dict[str, Any] = {
    "key": "creators",
    "name": "达人佣金",
    "terms": [{"key": "commission", "name": "佣金", "party": {"role": "promoter"}}],
    "rules": [
        {
            "id": "live",
            "name": "直播",
            "term": "commission",
            "match": {"channel": ["live"]},
            **_LIVE,
        },
        {"id": "base", "name": "佣金", "term": "commission", **_BASE},
    ],
}
NOW = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
_ASK: dict[str, Any] = {
    "id": "ask",
    "type": "form_task",
    "config": {
        "title": "回访",
        "who": {"users": ["usr_1"]},
        "form": {"type": "object", "properties": {"note": {"type": "string"}}},
        "timeout": "P30D",
        "reminders": [{"id": "daily", "name": "每天", "after": "P1D", "every": "P1D", "times": 29}],
    },
    "handlers": {
        "daily": {"nodes": [{"id": "urged", "type": "tag_customer", "config": {"add": ["催过"]}}]}
    },
}
_OVER = {"id": "over", "type": "set_fields", "config": {"fields": [{"name": "n", "value": "1"}]}}
YEAR: dict[str, Any] = {
    "format": "jimu.flow/1",
    "key": "year",
    "name": "一年",
    "nodes": [
        {"id": "paid", "type": "event", "config": {"type": "order.paid"}},
        {
            "id": "months",
            "type": "loop",
            "config": {"limit": 12},
            "body": {
                "nodes": [_ASK, _OVER],
                "edges": [
                    {"id": "b1", "from": "ask", "port": "timeout", "to": "over"},
                    {"id": "b2", "from": "ask", "port": "submitted", "to": "over"},
                ],
            },
        },
    ],
    "edges": [{"id": "e1", "from": "paid", "to": "months"}],
}


def bare_world() -> World:
    """An installation in memory with nothing in it: what a test run reads, not where it runs."""
    db = Database("sqlite://")
    create_all(db, 1)
    with db.begin() as conn:
        create_tenant(conn, TENANT, "积木", NOW, settings={})
        insert_user(
            conn,
            {"id": "usr_1", "tenant": TENANT, "login": "usr_1", "name": "导购", "locale": "zh",
             "status": "active", "must_change_password": False, "revision": 1,
             "created_at": NOW},
        )  # fmt: skip
    registry = load_registry()
    return World(
        db=db,
        registry=registry,
        clock=lambda: NOW,
        queue=QuietQueue(),
        caller=Samples({}, Answers({})),
        vault=Vault("k1", {"k1": bytes(32)}, bytes(32)),
        lanes=1,
        memory=Memory(registry),
    )


def settling_world() -> World:
    """The same with 200 creators and a rate card of percentages."""
    world, who = bare_world(), system(TENANT)
    for number in range(CREATORS):
        row = create_party(world, who, {"kind": "creator", "name": f"达人{number}"})
        set_accounts(world, who, row.id, [("douyin", f"creator-{number}")])
    create_card(world, who, CARD)
    publish_card(world, who, "creators")
    return world


def sold(number: int) -> Event:
    """An order that a creator has brought."""
    event = order(number)
    promoter = {"id": f"creator-{number % CREATORS}", "kind": "creator"}
    return replace(event, data={"order": {**event.data["order"], "promoter": promoter}})


def measure(events: int = EVENTS) -> list[Figure]:
    world, shop = bare_world(), settling_world()
    with tempfile.TemporaryDirectory() as folder:
        _rate(world, flow(with_effect=False), Path(folder) / "warm.jsonl", WARM)
        rate = _rate(world, flow(with_effect=False), Path(folder) / "all.jsonl", events)
        waits = _rate(world, _with_a_wait(), Path(folder) / "some.jsonl", events // 4)
        settled = _rate(shop, flow(with_effect=False), Path(folder) / "sold.jsonl", events // 2)
    began = time.perf_counter()
    year = simulate(
        world,
        TENANT,
        read_setup(
            {
                "flow": "year",
                "document": YEAR,
                "events": [write_event(order(1))],
                "answers": {"*": {"never": True}},
            }
        ),
    )
    seconds = time.perf_counter() - began
    assert year.report["runs"]["by_status"] == {"succeeded": 1}
    own, other = (
        round(resource.getrusage(who).ru_maxrss / 1024)
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return [
        Figure("test_run", "test run of a 6-node flow over a file of orders, report included",
               round(rate), "orders/s", 5_000, detail={"memory_mb": own, "other_mb": other}),
        Figure("test_run_waits", "the same with a wait of half an hour in each run",
               round(waits), "orders/s"),
        Figure("test_run_settlement", "the same, each order priced by percentages and posted",
               round(settled), "orders/s", 3_000),
        Figure("test_run_year", "twelve months of waiting with a reminder each day, one run",
               round(seconds, 2), "s", 1.0, is_better_high=False),
    ]  # fmt: skip


def _rate(world: World, document: dict[str, Any], file: Path, events: int) -> float:
    with file.open("w", encoding="utf-8") as lines:
        for number in range(events):
            lines.write(json.dumps(write_event(sold(number)), ensure_ascii=False) + "\n")
    setup = {"flow": document["key"], "document": document, "file": {"path": str(file)}}
    began = time.perf_counter()
    found = simulate(world, TENANT, read_setup(setup)).report
    seconds = time.perf_counter() - began
    done = found["runs"]["by_status"].get("succeeded", 0)
    if done < events:
        raise RuntimeError(f"{done} of {events} runs came to their end")
    if found["money"] is not None and found["money"]["totals"][0]["entries"] != events:
        raise RuntimeError("an order was not posted")
    return float(done / seconds)


def _with_a_wait() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(flow(with_effect=False)))
    found["nodes"].append({"id": "wait", "type": "wait", "config": {"duration": "PT30M"}})
    for edge in found["edges"]:
        if edge["to"] == "done":
            edge["to"] = "wait"
    found["edges"].append({"id": "w", "from": "wait", "port": "out", "to": "done"})
    return found
