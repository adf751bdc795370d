"""The trace of a test run is the trace of a live run, effect for effect.

A test run looks at no database of the live one, so each flow lives through its events on one of the
two: by turns, that both have their share.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.core.event import read_event
from engine.core.scene import Scene, install, load_scene, sample_of, wording
from engine.runtime.principal import system
from engine.runtime.publish import create_flow, publish
from engine.runtime.simulate import Result, read_setup, simulate
from engine.runtime.simulate.traces import kept_trace
from engine.runtime.world import World
from engine.store.event_types import insert_own_types
from tests.engine.runtime.conftest import START, TENANT, Clock
from tests.engine.runtime.simulate.kit import (
    connect,
    differences,
    hire,
    live_through,
    sandboxed,
    seen_in,
    seen_live,
)

LIBRARY = Path(__file__).parents[4] / "templates_library"
SCENES = sorted(path.parent.name for path in LIBRARY.glob("*/scene.json"))
DATABASES = ("sqlite", "postgresql")


def in_both(
    world: World,
    clock: Clock,
    documents: list[dict[str, Any]],
    events: list[dict[str, Any]],
    customers: list[dict[str, Any]],
) -> Result:
    """Runs events through a test run and then live, and compares every trace there is."""
    for document in documents:
        create_flow(world, system(TENANT), document)
    for document in reversed(documents):
        publish(world, system(TENANT), document["key"])
    key = documents[0]["key"]
    setup = read_setup(
        {
            "flow": key,
            "which": "live",
            "events": events,
            "customers": customers,
            "others": "all",
            "answers": {"*": {"after": "PT1H"}},
            "keep": 5000,
        }
    )
    result = simulate(world, TENANT, setup)
    assert result.report["events"]["bad"] == []
    assert result.report["refused_answers"] == []
    put_customers(world, customers)
    sandboxed(world)
    clock.at = START - timedelta(days=4000)
    live_through(world, clock, [read_event(one) for one in events])
    with world.db.reading() as conn:
        flow_id = find_id(conn, key)
    document = result.documents["new"]
    tried = seen_in(
        result,
        lambda run: kept_trace(run.journal, run.effects, document, world.registry, "zh"),
    )
    lived = seen_live(world, flow_id)
    assert [one["event"] for one in tried] == [one["event"] for one in lived]
    for one, other in zip(tried, lived, strict=True):
        assert list(differences(one, other)) == []
    assert tried
    return result


def find_id(conn: Any, key: str) -> str:
    from engine.store.flows import find_flow

    return str(find_flow(conn, TENANT, key).id)


def put_customers(world: World, customers: list[dict[str, Any]]) -> None:
    from engine.runtime.simulate.asked import Person
    from engine.runtime.simulate.filling import put_people

    with world.db.begin() as conn:
        put_people(world, conn, TENANT, [Person.model_validate(one) for one in customers], START)


def person_of(sample: Mapping[str, Any]) -> dict[str, Any]:
    """A scene's customer as a test run prepares one."""
    fixed = ("id", "name", "level", "tags", "owner_user", "consent", "identities", "created_at")
    known = {name: sample[name] for name in fixed if sample.get(name) is not None}
    own = {name: value for name, value in sample.items() if name not in (*fixed, "phone")}
    return {**known, "fields": own}


def scene_events(scene: Scene) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The events of all its cases, each case a week later, of people of its own."""
    events: list[dict[str, Any]] = []
    people: dict[str, dict[str, Any]] = {}
    for number, case in enumerate(scene.cases):
        later = timedelta(days=7 * number)
        sample = sample_of(scene, case.customer, "customers") if case.customer else None
        person = person_of(wording(sample, "zh")) if sample else None
        if person is not None:
            person["id"] = f"{person['id']}{number}"
            held = person.get("identities", {})
            own = {kind: f"{value}{number}" for kind, value in held.items()}
            person["identities"] = {"case": f"p{number}", **own}
            people[person["id"]] = person
        for index, changed in enumerate([*case.before, case.event]):
            document = wording(sample_of(scene, changed, "events"), "zh")
            moved = datetime.fromisoformat(document["time"]) + later
            document = {
                **document,
                "id": f"{document['id']}-{number}-{index}",
                "time": moved.isoformat(),
            }
            for name, record in document["data"].items():
                if isinstance(record, dict):
                    record = dict(record)
                    if person is not None and "identities" in record:
                        record["identities"] = [{"kind": "case", "value": f"p{number}"}]
                    if name != "customer" and isinstance(record.get("external_id"), str):
                        record["external_id"] += f"-{number}"
                    document["data"] = {**document["data"], name: record}
            events.append(document)
    return events, list(people.values())


@pytest.mark.parametrize(
    ("name", "store_url"),
    list(zip(SCENES, itertools.cycle(DATABASES), strict=False)),
    indirect=["store_url"],
)
def test_a_scene_runs_as_it_would_live(name: str, world: World, clock: Clock) -> None:
    scene = load_scene(LIBRARY / name)
    connect(world, **{one.key: one.types[0] for one in scene.connections})
    with world.db.begin() as conn:
        insert_own_types(
            conn,
            [
                {
                    "tenant": TENANT,
                    "type": one.type,
                    "label": one.label,
                    "schema": one.schema_,
                    "scene": name,
                    "revision": 1,
                    "changed_by": None,
                    "created_at": START,
                    "updated_at": START,
                }
                for one in scene.event_types
            ],
        )
    documents = install(scene, {}, {one.key: one.key for one in scene.connections})
    events, customers = scene_events(scene)
    in_both(world, clock, documents, events, customers)


# -- generated flows -------------------------------------------------------------------------------


def generated(
    seed: int,
    blocks: dict[str, Any] | None = None,
    trigger: str = "order.paid",
    first: str | None = None,
) -> dict[str, Any]:
    """A flow of real blocks: choices, waits, calls, tasks, tags, in an order by chance."""
    chance, blocks = random.Random(seed), blocks or BLOCKS
    nodes: list[dict[str, Any]] = [{"id": "t", "type": "event", "config": {"type": trigger}}]
    edges: list[dict[str, Any]] = []
    ends: list[tuple[str, str]] = [("t", "out")]
    for number in range(chance.randint(4, 9)):
        id_ = f"n{number}"
        kind = first if first and not number else chance.choice(list(blocks))
        type_, config, ports = blocks[kind](chance, number)
        nodes.append({"id": id_, "type": type_, "config": config})
        taken = [ends.pop(chance.randrange(len(ends)))]
        if ends and chance.random() < 0.4:
            taken.append(ends.pop(chance.randrange(len(ends))))
        for source, port in taken:
            edges.append({"id": f"e{len(edges)}", "from": source, "port": port, "to": id_})
        ends += [(id_, port) for port in ports]
    for source, port in ends:
        id_ = f"end{len(nodes)}"
        nodes.append({"id": id_, "type": "end", "config": {"outcome": f"{source} {port}"}})
        edges.append({"id": f"e{len(edges)}", "from": source, "port": port, "to": id_})
    return {
        "format": "jimu.flow/1",
        "key": f"made{seed}",
        "name": "made",
        "nodes": nodes,
        "edges": edges,
    }


def _branch(chance: random.Random, number: int) -> Any:
    over = chance.choice([100, 300, 600])
    branches = [{"id": "yes", "name": "大", "when": f"order.amount > {over}"}]
    return "branch", {"branches": branches}, ["yes", "default"]


def _call(chance: random.Random, number: int) -> Any:
    config = {
        "connection": "out",
        "action": "send",
        "effect_class": "write",
        "args": {"type": "order.seen", "data": {"number": "{{ order.external_id }}", "n": number}},
    }
    return "call", config, ["out"]


BLOCKS: dict[str, Any] = {
    "branch": _branch,
    "tag": lambda c, n: ("tag_customer", {"add": [f"标签{n}"]}, ["out"]),
    "set": lambda c, n: (
        "set_fields",
        {"fields": [{"name": f"v{n}", "value": "{{ order.amount * 2 }}"}]},
        ["out"],
    ),
    "wait": lambda c, n: (
        "wait",
        {"duration": c.choice(["PT10M", "PT3H", "P2D"])},
        ["out"],
    ),
    "event": lambda c, n: (
        "wait_for_event",
        {"type": "order.completed", "timeout": c.choice(["PT2H", "P3D"])},
        ["event", "timeout"],
    ),
    "call": _call,
    "approval": lambda c, n: (
        "approval",
        {
            "title": "看一下",
            "levels": [{"name": "一级", "who": {"users": ["usr_1", "usr_2"]}, "need": "all"}],
            "timeout": "P5D",
        },
        ["approved", "rejected", "timeout"],
    ),
}


def generated_events(seed: int) -> list[dict[str, Any]]:
    chance = random.Random(seed * 7 + 1)
    at, events = START, []
    for number in range(12):
        at += timedelta(minutes=chance.choice([0, 1, 7, 45, 300, 2000]))
        person, is_done = chance.randint(1, 5), chance.random() < 0.35
        events.append(
            {
                "id": f"e{number}",
                "source": "/made",
                "type": "order.completed" if is_done else "order.paid",
                "time": at.isoformat(),
                "data": {
                    "order": {
                        "platform": "own",
                        "shop": "小程序商城",
                        "external_id": f"O{number}",
                        "status": "completed" if is_done else "paid",
                        "amount": f"{chance.choice([50, 250, 450, 900])}.00",
                        "created_at": at.isoformat(),
                        "identities": [{"kind": "member_id", "value": f"m{person}"}],
                    }
                },
            }
        )
    return events


@pytest.mark.parametrize(
    ("seed", "store_url"),
    [(seed, DATABASES[seed % 2]) for seed in range(6)],
    indirect=["store_url"],
)
def test_a_generated_flow_runs_as_it_would_live(seed: int, world: World, clock: Clock) -> None:
    connect(world, out="webhook")
    hire(world, "usr_1", "usr_2")
    in_both(world, clock, [generated(seed)], generated_events(seed), [])
