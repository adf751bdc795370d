"""A test run touches nothing: not the live database, not Redis, not the network."""

from __future__ import annotations

import hashlib
import json
import socket
from pathlib import Path
from typing import Any

import pytest
import redis

from engine.core.flow import load_flow
from engine.core.ports import ports_of
from engine.core.registry import Registry, load_registry
from engine.core.validate import validate
from engine.runtime.principal import system
from engine.runtime.publish import create_flow, known, publish
from engine.runtime.simulate import read_setup, simulate
from engine.runtime.world import World
from engine.store import scratch as store
from engine.store.db import metadata
from tests.engine.runtime.conftest import TENANT, order_event
from tests.engine.runtime.simulate.kit import connect, hire

CONNECTORS = Path(__file__).parents[4] / "connectors"
PAID = {"id": "t", "type": "event", "config": {"type": "order.paid"}}
END = {"id": "last", "type": "end", "config": {"outcome": "完"}}
WHO = {"users": ["usr_1"]}
FORM = {"type": "object", "properties": {"note": {"type": "string"}}, "required": ["note"]}
# How each block is set up; one that is missing here fails the test.
CONFIGS: dict[str, dict[str, Any]] = {
    "approval": {"title": "看", "levels": [{"name": "一", "who": WHO}], "timeout": "P1D"},
    "branch": {"branches": [{"id": "yes", "name": "大", "when": "order.amount > 1"}]},
    "call": {"connection": "webhook", "action": "send", "args": {"type": "a.b", "data": {"n": 1}}},
    "budget_guard": {"budget": "campaign:618", "amount": "order.amount"},
    "decision_table": {},
    "end": {"outcome": "完"},
    "find_customer": {"by": "id", "value": "{{ customer.id }}"},
    "first_of": {
        "alternatives": [
            {"id": "paid", "name": "付款", "kind": "event", "type": "order.completed"},
            {"id": "late", "name": "到点", "kind": "time", "after": "PT1H"},
        ],
        "timeout": "P1D",
    },
    "form_task": {"title": "填", "who": WHO, "form": FORM, "timeout": "P1D"},
    "frequency_cap": {"cap": "a", "limit": 1, "within": "P1D"},
    "join": {"mode": "all"},
    "notify": {"title": "知道一下", "who": WHO},
    "for_each": {"items": "[1, 2]"},
    "loop": {"limit": 2},
    "send_message": {"channels": [{"connection": "smtp"}], "content": "你好"},
    "set_fields": {"fields": [{"name": "v", "value": "{{ order.amount }}"}]},
    "split_test": {
        "variants": [{"id": "a", "name": "甲", "weight": 1}, {"id": "b", "name": "乙", "weight": 1}]
    },
    "sub_flow": {"flow": "called"},
    "switch": {"value": "order.status", "cases": [{"id": "p", "name": "付", "values": ["paid"]}]},
    "tag_customer": {"add": ["VIP"]},
    "update_customer": {"fields": {"level": "VIP"}},
    "wait": {"duration": "P1D"},
    "wait_for_event": {"type": "order.completed", "timeout": "P1D"},
}
BODY = {"nodes": [{"id": "inner", "type": "tag_customer", "config": {"add": ["内"]}}], "edges": []}


# What configs taken from a block's own cases read.
PARAMS = {
    "type": "object",
    "properties": {
        "cost": {"type": "number", "title": "花费", "default": 10},
        "commission": {"type": "number", "title": "佣金", "default": 10},
        "parts": {"type": "array", "title": "各方", "default": []},
    },
}


def node_of(type_: str) -> dict[str, Any]:
    """A step of a type as the test builds it."""
    cases = Path(__file__).parents[4] / "nodes" / type_ / "cases.json"
    written = json.loads(cases.read_text(encoding="utf-8")) if cases.exists() else []
    config = CONFIGS.get(type_) or (written[0]["config"] if written else {})
    return {"id": "step", "type": type_, "config": config}


def steps(registry: Registry) -> list[dict[str, Any]]:
    """One step for every block there is but triggers, and one for every action."""
    found = []
    for type_, block in registry.nodes.items():
        if block.kind == "trigger":
            continue
        action = registry.action(type_)
        if action is None:
            found.append({**node_of(type_), **({"body": BODY} if block.has_body else {})})
            continue
        connector = action[0].type
        example = CONNECTORS / connector / "example.json"
        calls = json.loads(example.read_text(encoding="utf-8")).get("calls", {})
        values = calls.get(action[1].key, {})
        config = {"connection": connector, "args": values}
        if "args" not in block.config.model_fields:
            config = {"connection": connector, **values}
        found.append({"id": "step", "type": type_, "config": config})
    return found


def document(step: dict[str, Any], number: int) -> dict[str, Any]:
    edges = [{"id": "e1", "from": "t", "to": "step"}]
    return {
        "format": "jimu.flow/1",
        "key": f"one{number}",
        "name": step["type"],
        "nodes": [PAID, step, END],
        "edges": edges,
        "params": PARAMS,
    }


def digest(world: World) -> str:
    """Every row of every table of the live database."""
    found = hashlib.sha256()
    with world.db.reading() as conn:
        for name in sorted(metadata.tables):
            for row in store.rows_of(conn, name):
                found.update(repr(tuple(row)).encode())
    return found.hexdigest()


def fit(world: World, step: dict[str, Any], number: int) -> dict[str, Any]:
    """The flow with a line to an end for each port that must have one."""
    made = document(step, number)
    block = world.registry.nodes[step["type"]]
    ports = list(ports_of(block, step["config"])) if block.kind != "end" else []
    made["edges"] += [
        {"id": f"p{index}", "from": "step", "port": port, "to": "last"}
        for index, port in enumerate(ports)
    ]
    if block.kind == "end":
        made["nodes"].remove(END)
    with world.db.reading() as conn:
        problems = validate(load_flow(made), world.registry, known=known(world, conn, TENANT))
    errors = [one for one in problems if one.level == "error"]
    assert errors == [], (step, [(one.path, one.message["en"]) for one in errors])
    return made


def given(number: str, **more: Any) -> dict[str, Any]:
    """An order.paid as a test run is handed one."""
    one = order_event(number, **more)
    return {"type": one.type, "time": one.time.isoformat(), "id": one.id, "data": one.data}


def test_every_block_and_every_action_leaves_the_world_as_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(world, **{name: name for name in world.registry.connectors})
    hire(world, "usr_1")
    tag = {"id": "step", "type": "tag_customer", "config": {"add": ["子"]}}
    called = {**fit(world, tag, 0), "key": "called"}
    create_flow(world, system(TENANT), called)
    publish(world, system(TENANT), "called")
    registry = load_registry()
    tried = steps(registry)
    made = [fit(world, step, number) for number, step in enumerate(tried)]
    events = [given("1"), given("2", person="p2")]
    before = digest(world)

    def refused(*_: Any, **__: Any) -> Any:
        raise AssertionError("a test run went to the network")

    # An open PostgreSQL connection goes on; nothing new can be opened.
    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket.socket, "sendto", refused)
    monkeypatch.setattr(redis.Redis, "execute_command", refused)
    asked = set()
    for one in made:
        setup = read_setup({"flow": one["key"], "document": one, "events": events})
        report = simulate(world, TENANT, setup).report
        assert report["runs"]["started"] == 2, one["name"]
        entered = {step["place"]: step["entered"] for step in report["steps"]}
        assert entered["step"] == 2, one["name"]
        asked |= {(sent["connection"], sent["action"]) for sent in report["effects"]["outside"]}
    assert digest(world) == before
    # Whatever is installed was in it: a new block or action is without anybody's doing.
    triggers = {type_ for type_, block in registry.nodes.items() if block.kind == "trigger"}
    assert {step["type"] for step in tried} | triggers == set(registry.nodes)
    there = {
        (name, one.key) for name, type_ in registry.connectors.items() for one in type_.actions
    }
    assert there <= asked


TRIGGERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "event": (PAID["config"], {"events": [given("1")]}),
    "form": ({"title": "报修", "form": FORM}, {"starts": [{"inputs": {"note": "漏水"}}]}),
    "manual": ({"inputs": FORM}, {"starts": [{"inputs": {"note": "漏水"}}]}),
    "schedule": ({"cron": "0 9 * * *"}, {"starts": [{}]}),
    "webhook": ({}, {"starts": [{"inputs": {"note": "漏水"}}]}),
}


@pytest.mark.parametrize("type_", sorted(
    name for name, block in load_registry().nodes.items() if block.kind == "trigger"
))  # fmt: skip
def test_every_trigger_starts_in_there_and_leaves_the_world_as_it_was(
    world: World, type_: str
) -> None:
    config, source = TRIGGERS[type_]  # one that is missing fails
    fields = {"fields": [{"name": "v", "value": "1"}]}
    one = document({"id": "step", "type": "set_fields", "config": fields}, 1)
    one["nodes"] = [{"id": "t", "type": type_, "config": config}, one["nodes"][1]]
    before = digest(world)
    setup = read_setup({"flow": one["key"], "document": one, **source})
    assert simulate(world, TENANT, setup).report["runs"]["by_status"] == {"succeeded": 1}
    assert digest(world) == before


def test_schedules_fire_in_there_and_nowhere_else(world: World) -> None:
    one = fit(
        world, {**node_of("set_fields"), "config": {"fields": [{"name": "v", "value": "1"}]}}, 1
    )
    one["nodes"][0] = {"id": "t", "type": "schedule", "config": {"cron": "0 9 * * *"}}
    before = digest(world)
    setup = read_setup(
        {
            "flow": one["key"],
            "document": one,
            "events": [],
            "start": "2026-01-01T00:00:00Z",
            "until": "2026-01-31T00:00:00Z",
        }
    )
    report = simulate(world, TENANT, setup).report
    assert report["runs"]["by_status"] == {"succeeded": 30}
    assert digest(world) == before
