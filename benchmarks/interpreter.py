"""The interpreter alone: runs a second of a 6-node flow in memory, journal as JSON included.

The flow is the one people build first: an order is paid; above 500 yuan a variable is set, the
channel decides, the customer gets a tag, the run ends. The nodes are the real ones.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from benchmarks.figure import Figure, median
from benchmarks.peers import Peer, ask, bare_dicts, spiff
from engine.core.execute import decide, encode_journal
from engine.core.execution.version import Version, compile_version
from engine.core.flow import load_flow
from engine.core.registry import Registry
from engine.core.run import Signal

BAR = 40_000
NOW = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)

FLOW: dict[str, Any] = {
    "key": "vip",
    "name": "订单超过 500 元升级 VIP",
    "nodes": [
        {"id": "paid", "type": "event", "config": {"type": "order.paid"}},
        {
            "id": "large",
            "type": "branch",
            "config": {
                "branches": [
                    {
                        "id": "yes",
                        "name": "大额",
                        "when": "order.amount > 500 and order.channel in ['live', 'shop']",
                    }
                ]
            },
        },
        {
            "id": "points",
            "type": "set_fields",
            "config": {"fields": [{"name": "points", "value": "{{ order.amount * 2 }}"}]},
        },
        {
            "id": "channel",
            "type": "switch",
            "config": {
                "value": "order.channel",
                "cases": [
                    {"id": "live", "name": "直播", "values": ["live"]},
                    {"id": "shop", "name": "店铺", "values": ["shop"]},
                ],
            },
        },
        {"id": "tag", "type": "tag_customer", "config": {"add": ["VIP"]}},
        {"id": "done", "type": "end", "config": {"outcome": "已升级 VIP"}},
    ],
    "edges": [
        {"id": "e1", "from": "paid", "to": "large"},
        {"id": "e2", "from": "large", "port": "yes", "to": "points"},
        {"id": "e3", "from": "large", "port": "default", "to": "done"},
        {"id": "e4", "from": "points", "to": "channel"},
        {"id": "e5", "from": "channel", "port": "live", "to": "tag"},
        {"id": "e6", "from": "channel", "port": "shop", "to": "tag"},
        {"id": "e7", "from": "channel", "port": "default", "to": "done"},
        {"id": "e8", "from": "tag", "to": "done"},
    ],
}


def measure(runs: int = 20_000, rounds: int = 5, *, peers: bool = True) -> Figure:
    """The median of several rounds over the same starts."""
    version = compiled()
    starts = [start(number) for number in range(runs)]
    value = median([_round(version, starts) for _ in range(rounds)])
    found = {"bare dicts, JSON at the end": bare_dicts.measure(runs)}
    if peers:
        few = max(1, runs // 40)
        found |= ask(
            Peer("SpiffWorkflow", "SpiffWorkflow", lambda: spiff.measure(few)),
            Peer("SpiffWorkflow, JSON after each step", "SpiffWorkflow",
                 lambda: spiff.measure(max(1, few // 4), serialised=True)),
        )  # fmt: skip
    return Figure("interpreter", "6 nodes in memory with the journal as JSON, one core",
                  round(value), "runs/s", BAR,
                  peers={name: round(each) for name, each in found.items()})  # fmt: skip


def compiled() -> Version:
    """The flow, compiled with the real node types it uses."""
    from nodes.branch.node import NODE as BRANCH
    from nodes.end.node import NODE as END
    from nodes.event.node import NODE as EVENT
    from nodes.set_fields.node import NODE as SET_FIELDS
    from nodes.switch.node import NODE as SWITCH
    from nodes.tag_customer.node import NODE as TAG_CUSTOMER

    types = {
        "event": EVENT,
        "branch": BRANCH,
        "set_fields": SET_FIELDS,
        "switch": SWITCH,
        "tag_customer": TAG_CUSTOMER,
        "end": END,
    }
    return compile_version(load_flow(FLOW), Registry(types, {}))


def start(number: int) -> Signal:
    """The start of one run; every run has its own order."""
    order = {
        "id": f"ord_{number}",
        "amount": Decimal("620.00") + number % 100,
        "currency": "CNY",
        "channel": "live" if number % 3 else "shop",
        "lines": [{"sku": "eye-cream", "quantity": 2, "price": Decimal("310.00")}],
    }
    event = {
        "id": f"evt_{number}",
        "type": "order.paid",
        "source": "/douyin/1",
        "subject": order["id"],
        "time": NOW,
        "data": {"order": order},
    }
    value = {
        "event": event,
        "params": {},
        "owner": f"customer:cus_{number}",
        "trigger": "paid",
        "run_id": f"run_{number:012d}",
        "chain": [],
    }
    return Signal("start", NOW, 1, value=value)


def _round(version: Version, starts: Sequence[Signal]) -> float:
    """Runs a second of the processor: decide and journal, each run ended with its tag given."""
    begun = time.process_time()
    for signal in starts:
        decision = decide(version, None, signal)
        encode_journal(signal, decision)
    took = time.process_time() - begun
    if decision.status != "succeeded" or [one.kind for one in decision.commands] != [
        "effect",
        "end",
    ]:
        raise RuntimeError("the flow should give its tag and end")
    return len(starts) / took
