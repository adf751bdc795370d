"""Compiling a flow: graphs, names, triggers, params, and what cannot be compiled."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.errors import GiveUp, InvalidFlow
from engine.core.execution.version import compile_version
from engine.core.flow import load_flow
from engine.core.node import Done, NodeConfig
from engine.core.text import text
from engine.core.triggers import Entrance
from tests.engine.core.kit import Play, compiled
from tests.engine.core.small_nodes import REGISTRY, flow, graph, node, node_type, registry


def test_graphs_have_short_ids_wherever_they_stand():
    inner = graph([node("x", "box", items="[1]", body=graph([node("y")]))])
    sub = flow([node("s", "box", items="[1]", body=graph([node("t")]))], key="sub")
    found = compiled(
        flow([node("b", "box", items="[1]", body=inner),
              node("w", "wants", handlers={"late": graph([node("z")])})]),
        sub,
    )  # fmt: skip
    assert set(found.graphs) == {"", "b", "b/x", "w~late", "flow:sub", "flow:sub/s", "flow:test"}
    assert [step.id for step in found.graphs["b/x"].order] == ["y"]


def test_names_and_customer_fields_are_those_the_configs_read():
    sub = flow([node("a", gives="{{ customer.city }}")], key="sub")
    found = compiled(
        flow(
            [node("start", "start"),
             node("c", "choose", cases={"x": "customer.level == 'gold' and order.amount > 5"}),
             node("a", gives={"deep": ["{{ params.rate * 2 }}", "no hole"]}),
             node("w", "wants", what="event", condition={"all": [
                 {"field": "incoming.amount", "op": "gt", "value": 5},
                 {"field": "customer.tags", "op": "contains", "value": "vip"}]})],
        ),
        sub,
    )  # fmt: skip
    assert {"customer.level", "order.amount", "params.rate", "incoming.amount"} <= found.names
    assert found.customer_fields == {"level", "tags", "city"}
    assert compiled(flow([node("a", gives="{{ customer }}")])).customer_fields == {"*"}
    assert compiled(flow([node("a", gives='{{ customer["own field"] }}')])).customer_fields == {
        "own field"
    }


def test_triggers_are_those_of_the_flow_itself():
    found = compiled(
        flow([node("start", "start"), node("other", "start"), node("a")],
             "start > a", "other > a"),
        flow([node("inner", "start")], key="sub"),
    )  # fmt: skip
    assert dict(found.triggers) == {"start": Entrance("manual"), "other": Entrance("manual")}


def test_a_field_the_schema_lists_is_null_when_absent():
    document = flow([node("start", "start"), node("a", gives="{{ order.note }}")], "start > a")
    schema = {"properties": {"order": {"properties": {"note": {"type": "string"}}}}}
    event = {"order": {"amount": 5}}
    assert Play(compiled(document)).start(event).status == "failed"
    for given in (schema, lambda found: schema if found.key == "test" else {}):
        run = Play(compiled(document, schema=given)).start(event)
        assert (run.status, run.output("a")) == ("succeeded", None)


class Newer(NodeConfig):
    amount: int


def _lift(config: dict[str, Any], version: int) -> dict[str, Any]:
    if "limit" not in config:
        raise GiveUp("an old config without its limit")
    return {"amount": config["limit"] + version}


NEWER = node_type(Newer, lambda config, ctx: Done(output=config.amount), version=3, upgrade=_lift)


def test_an_old_config_is_lifted_when_the_flow_is_compiled():
    document = flow([{**node("a", "newer", limit=4), "version": 1}])
    run = Play(compiled(document, types=registry(newer=NEWER))).start()
    assert run.output("a") == 5


def _problems(document, types=REGISTRY):
    with pytest.raises(InvalidFlow) as caught:
        compile_version(load_flow(document), types)
    return [(one.path, one.code, one.node) for one in caught.value.problems]


def test_what_cannot_be_compiled_is_refused_with_path_and_node():
    types = registry(newer=NEWER)
    newer = {**node("a", "newer", amount=1), "version": 4}
    old = {**node("a", "newer"), "version": 2}
    two = flow([node("a"), node("b")], "a > b", "b > a")
    doubled = flow([node("a"), node("a")])
    lost = flow([node("a"), node("b")], "a > b")
    lost["edges"][0]["to"] = "c"
    again = flow([node("a"), node("b")], "a > b", "a > b")
    again["edges"][1]["id"] = "e0"
    inner = flow([node("b", "box", body=graph([node("x", "nothing_like_it")]))])
    assert _problems(flow([node("a", "nothing_like_it")])) == [
        ("/nodes/0/type", "unknown_type", "a")
    ]
    wrong = {**node("a", "newer", amount="many"), "version": 3}
    assert _problems(flow([wrong]), types) == [("/nodes/0/config/amount", "int_parsing", "a")]
    assert _problems(flow([newer]), types) == [("/nodes/0/version", "newer_version", "a")]
    assert _problems(flow([old]), types) == [("/nodes/0/config", "failed", "a")]
    assert _problems(two) == [("", "cycle", "a"), ("", "cycle", "b")]
    assert _problems(doubled) == [("/nodes/1", "duplicate_id", "a")]
    assert _problems(lost) == [("/edges/0", "unknown_target", None)]
    assert _problems(again) == [("/edges/1", "duplicate_id", None)]
    assert _problems(inner) == [("/nodes/0/body/nodes/0/type", "unknown_type", "x")]


def test_a_text_that_cannot_be_compiled_fails_its_step_and_not_the_compiling():
    run = Play(compiled(flow([node("a", gives="{{ 1 + }}")]))).start()
    assert run.status == "failed"
    assert run.end["error"]["code"] == "invalid_expression"
    assert run.end["error"]["message"] != text("", "")
