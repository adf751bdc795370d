"""What many runs of a flow went through: counts per step, port, line and table row.

A `Coverage` is filled run by run, wherever the runs are made, and parts are merged in any order.
`report` lays it over the document: the heat of each line, and what no run ever reached.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from engine.core.errors import InvalidInput
from engine.core.flow import Flow, Graph, Node
from engine.core.forms import entries
from engine.core.node import NodeType
from engine.core.ports import ports_of
from engine.core.registry import Registry
from engine.core.run import StepRecord
from engine.core.text import text

_NUMBERS = re.compile(r"\[\d+\]|(?<=~)[^/]*")


@lru_cache(maxsize=65_536)
def place_of(step: str) -> str:
    """Where in the document a step stands: "root/n5[2]/n6" is "n5/n6", a reminder's "n7~/n8"."""
    return _NUMBERS.sub("", step).partition("/")[2]


def places(flow: Flow) -> Iterator[str]:
    """Where its steps stand, those of boxes and reminders among them."""
    return (place for place, _, _ in _nodes(flow))


class Coverage:
    """Counts over runs; every count is of step instances (a step in three rounds counts three)."""

    __slots__ = ("ms", "ports", "rows", "runs", "steps")

    def __init__(self) -> None:
        self.runs = 0
        self.steps: Counter[tuple[str, str]] = Counter()  # (place, how it ended or stands)
        self.ports: Counter[tuple[str, str]] = Counter()  # (place, port lit)
        self.rows: Counter[tuple[str, str]] = Counter()  # (place, row of its table)
        self.ms: Counter[str] = Counter()  # computing time by place, in whole microseconds

    def add(self, records: Iterable[StepRecord]) -> None:
        """Counts one run: the records of all its advances, in order."""
        self.runs += 1
        last: dict[str, StepRecord] = {}
        lit: set[tuple[str, str]] = set()
        for record in records:
            last[record.step] = record
            if record.ms:
                self.ms[place_of(record.step)] += round(record.ms * 1000)
            if record.status == "waiting" and isinstance(record.port, str) and record.port:
                lit.add((record.step, record.port))  # a reminder, while the step goes on waiting
        for step, record in last.items():
            place = place_of(step)
            self.steps[place, record.status] += 1
            if record.status != "done" and not record.port:
                continue
            ports = record.port if isinstance(record.port, tuple) else (record.port,)
            lit.update((step, port) for port in ports if port)
            rows = record.reason[1].get("rows") if record.reason[1] else None
            if isinstance(rows, list | tuple):
                self.rows.update((place, row) for row in rows if isinstance(row, str))
        self.ports.update((place_of(step), port) for step, port in lit)

    def merge(self, other: Coverage, times: int = 1) -> None:
        """Adds another's counts, so many times; the order of merging does not matter."""
        self.runs += other.runs * times
        for name in ("steps", "ports", "rows", "ms"):
            own = getattr(self, name)
            for key, count in getattr(other, name).items():
                own[key] += count * times

    def as_json(self) -> dict[str, Any]:
        """The counts as JSON values, for keeping and for joining parts of other workers."""
        return {
            "runs": self.runs,
            "ms": dict(sorted(self.ms.items())),
            **{
                name: [[*key, count] for key, count in sorted(getattr(self, name).items())]
                for name in ("steps", "ports", "rows")
            },
        }

    @classmethod
    def from_json(cls, found: Any) -> Coverage:
        """What `as_json` gave; InvalidInput when it is something else."""
        made = cls()
        try:
            made.runs = int(found["runs"])
            made.ms.update({str(place): int(ms) for place, ms in found["ms"].items()})
            for name in ("steps", "ports", "rows"):
                counts = {(str(a), str(b)): int(count) for a, b, count in found[name]}
                getattr(made, name).update(counts)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise InvalidInput(text("覆盖统计的格式不对", "this is no coverage")) from None
        return made


def report(coverage: Coverage, flow: Flow, registry: Registry) -> dict[str, Any]:
    """The counts laid over the document.

    nodes      [{id, place, name, type, entered, ended: {status: n}, ports: {port: n}, ms}]
    lines      [{id, from, port, to, count}]
    rows       [{node, row, number, count}] of decision tables
    dead_ends  [{node, port, count, last}]: runs left a step by a port without a line; `last` when
               the step has no lines at all, which is how a flow ends
    covered    {nodes | ports | lines | rows: [reached, all]}
    never      {nodes | ports | lines | rows: [...]} not reached by any run
    """
    nodes: list[dict[str, Any]] = []
    ports: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    dead_ends: list[dict[str, Any]] = []
    for place, node, graph in _nodes(flow):
        type_ = registry.node(node.type)
        ended = {s: n for (at, s), n in sorted(coverage.steps.items()) if at == place}
        taken = {p: n for (at, p), n in sorted(coverage.ports.items()) if at == place}
        entered = sum(count for status, count in ended.items() if status != "skipped")
        drawn = [edge for edge in graph.edges if edge.from_ == node.id]
        nodes.append(
            {
                "id": node.id,
                "place": place,
                "name": node.name,
                "type": node.type,
                "entered": entered,
                "ended": ended,
                "ports": taken,
                "ms": coverage.ms[place] / 1000,
            }
        )
        known = _ports(type_, node, [edge.port for edge in drawn])
        ports += [{"node": node.id, "port": port, "count": taken.get(port, 0)} for port in known]
        lines += [
            {"id": e.id, "from": e.from_, "port": e.port, "to": e.to, "count": taken.get(e.port, 0)}
            for e in drawn
        ]
        for number, row in enumerate(_table_rows(type_, node), 1):
            count = coverage.rows[place, row]
            rows.append({"node": node.id, "row": row, "number": number, "count": count})
        if type_ is None or type_.kind != "end":
            dead_ends += [
                {"node": node.id, "port": port, "count": count, "last": not drawn}
                for port, count in taken.items()
                if port not in {edge.port for edge in drawn} and port not in node.handlers
            ]
    parts: dict[str, list[tuple[Any, int]]] = {
        "nodes": [(one["id"], one["entered"]) for one in nodes],
        "ports": [({"node": one["node"], "port": one["port"]}, one["count"]) for one in ports],
        "lines": [(one["id"], one["count"]) for one in lines],
        "rows": [({"node": one["node"], "row": one["row"]}, one["count"]) for one in rows],
    }
    return {
        "runs": coverage.runs,
        "nodes": nodes,
        "lines": lines,
        "rows": rows,
        "dead_ends": dead_ends,
        "covered": {
            name: [sum(1 for _, count in found if count), len(found)]
            for name, found in parts.items()
        },
        "never": {
            name: [what for what, count in found if not count] for name, found in parts.items()
        },
    }


def _nodes(flow: Graph, before: str = "") -> Iterator[tuple[str, Node, Graph]]:
    """Every node with its place and its graph, boxes after the node that holds them."""
    for node in flow.nodes:
        place = f"{before}{node.id}"
        yield place, node, flow
        if node.body is not None:
            yield from _nodes(node.body, f"{place}/")
        for _, handler in sorted(node.handlers.items()):
            yield from _nodes(handler, f"{place}~/")


def _ports(type_: NodeType | None, node: Node, drawn: list[str]) -> list[str]:
    """The ports worth trying: those of the type and config, and drawn ones such as errors."""
    own = list(ports_of(type_, node.config)) if type_ is not None else []
    return list(dict.fromkeys([*own, *drawn]))


def _table_rows(type_: NodeType | None, node: Node) -> list[str]:
    found: list[str] = []
    for entry in entries(type_.config, node.config) if type_ is not None else ():
        if entry.widget == "table" and isinstance(entry.value, Mapping):
            rows = entry.value.get("rows")
            found += [
                row["id"]
                for row in (rows if isinstance(rows, list | tuple) else ())
                if isinstance(row, Mapping) and isinstance(row.get("id"), str)
            ]
    return found
