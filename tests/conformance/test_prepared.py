"""Blocks that prepare themselves run a whole flow as they would without."""

from __future__ import annotations

import copy
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.interpreter import FLOW, NOW
from engine.core.execute import decide, encode_journal
from engine.core.execution.routes import write
from engine.core.execution.version import Version, compile_version
from engine.core.flow import load_flow
from engine.core.registry import Registry, load_registry
from engine.core.run import Signal

NODES = load_registry().nodes
USED = {node["type"] for node in FLOW["nodes"]}
FIELDS = st.one_of(
    st.sampled_from([Decimal("620.50"), Decimal(500), 700, 3.5, "live", "shop", "x", True, None]),
    st.just(["live"]),
    st.just({"a": 1}),
)
ORDERS = st.fixed_dictionaries({}, optional={"amount": FIELDS, "channel": FIELDS, "fee": FIELDS})
EVERY = ["order.amount > 500", "order.amount", "order.fee ?? 1 > 2", "order.channel == 'live'"]


@cache
def _version(when: str, prepared: bool) -> Version:
    flow = copy.deepcopy(FLOW)
    flow["nodes"][1]["config"]["branches"][0]["when"] = when
    types = {name: NODES[name] for name in USED}
    if not prepared:
        types = {name: replace(type_, prepare=None) for name, type_ in types.items()}
    return compile_version(load_flow(flow), Registry(types, {}))


@settings(max_examples=150, deadline=None)
@given(
    ORDERS,
    st.sampled_from(["customer:cus_1", "customer:", "order:1", ""]),
    st.sampled_from([None, {"id": "cus_2"}, {"level": "gold"}]),
    st.sampled_from(EVERY),
)
def test_prepared_blocks_say_what_they_say_without(
    order: dict[str, Any], owner: str, customer: dict[str, Any] | None, when: str
) -> None:
    """On data of every shape, also where a step fails."""
    event = {"id": "evt_1", "type": "order.paid", "data": {"order": order}}
    value = {"event": event, "owner": owner, "trigger": "paid", "run_id": "run_1"}
    signal = Signal("start", NOW, 1, value=value, customer=customer)
    plain, prepared = _version(when, False), _version(when, True)
    plain.ways.clear()
    expected = decide(plain, None, signal)
    for _ in range(2):  # line by line, or by what is known; then by all of it
        found = decide(prepared, None, signal)
        assert found == expected
        assert encode_journal(signal, found) == encode_journal(signal, expected)
        write(prepared, "paid")
