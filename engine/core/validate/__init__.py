"""Whether a flow can be published, and what to mend if not.

plan.py       the document laid out: graphs, steps, types, values
graph.py      the drawing: starts, lines, ports, rings, boxes
config.py     values: forms, node types' own checks, connections, secrets    secrets.py
certainty.py  which steps have surely run when another runs
scope.py      the names a step can read, as JSON Schema
reads.py      expressions: unknown names, missing values
rounding.py   unrounded money       writers.py  variables two steps write at once
choices.py    branches: overlaps, holes, defaults
document.py   parameters, locks, run mode, cases
"""

from __future__ import annotations

from engine.core.errors import Problem
from engine.core.flow import Flow
from engine.core.registry import Registry
from engine.core.validate.choices import check_choices
from engine.core.validate.config import check_configs
from engine.core.validate.document import check_document
from engine.core.validate.graph import check_graph
from engine.core.validate.known import Known
from engine.core.validate.plan import Plan
from engine.core.validate.reads import check_reads
from engine.core.validate.scope import Names, schema_of_flow, schema_of_scope
from engine.core.validate.writers import check_writers

__all__ = ["Known", "schema_of_flow", "schema_of_scope", "validate"]


def validate(flow: Flow, registry: Registry, *, known: Known | None = None) -> list[Problem]:
    """Everything publishing refuses ("error") or remarks on ("warning"); [] when all is well.

    Each problem has its node, a JSON pointer into the document, a code and a sentence that names
    the node and says what to do. Always in the same order: the flow's own first, then node by node
    as they stand in the document.
    """
    plan = Plan(flow, registry, known or Known())
    names = Names(plan)
    found = [
        *check_document(plan, names),
        *check_graph(plan),
        *check_configs(plan),
        *check_choices(plan, names),
        *check_reads(plan, names),
        *check_writers(plan, names),
    ]
    place = {spot.id: number for number, spot in reversed(list(enumerate(plan.spots)))}
    unique = {(problem.path, problem.code, problem.message["zh"]): problem for problem in found}
    return sorted(
        unique.values(),
        key=lambda problem: (
            place.get(problem.node, len(place)) if problem.node is not None else -1,
            problem.level != "error",
            problem.path,
            problem.code,
        ),
    )
