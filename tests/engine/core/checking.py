"""Flows in a few words, and what publishing says to them: what the tests of checks share."""

import itertools

from engine.core.validate import Known, validate
from tests.engine.core.blocks import REGISTRY, edges, flow, node

START = node("n1", "event", {"type": "order.paid"}, name="订单已付款")
BRANCHES = [
    {"id": "big", "name": "大单", "condition": "order.amount >= 500"},
    {"id": "small", "name": "小单", "condition": "order.amount < 500"},
]
KNOWN = Known(connections={"shop": "douyin"}, flows={"vip": 1, "inner": 3})


def problems(nodes, lines=(), known=None, **more):
    return validate(flow(nodes, lines, **more), REGISTRY, known=known)


def told(nodes, lines=(), **more):
    return [(problem.code, problem.path) for problem in problems(nodes, lines, **more)]


def only(nodes, lines=(), **more):
    (problem,) = problems(nodes, lines, **more)
    return problem


def after_start(*nodes, lines=None, **more):
    """Nodes in a row behind the trigger, or along the lines given."""
    chain = [f"n1 -> {nodes[0]['id']}"] + [
        f"{a['id']} -> {b['id']}" for a, b in itertools.pairwise(nodes)
    ]
    return problems([START, *nodes], chain if lines is None else lines, **more)


def codes(*nodes, **more):
    return [problem.code for problem in after_start(*nodes, **more)]


def body(*nodes, lines=()):
    return {
        "nodes": list(nodes),
        "edges": edges(*(f"b{i}= {line}" for i, line in enumerate(lines))),
    }
