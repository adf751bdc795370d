"""Random flows for the property tests: nested boxes, joins, choices, waits, errors, reminders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.engine.core.small_nodes import flow, graph, node

FLAGS = 4  # the event holds so many booleans, which choices look at


@dataclass(frozen=True)
class Mix:
    """What may occur. Without `races` which steps run must not depend on the order of answers."""

    races: bool = True
    depth: int = 2


SUB = flow(
    [node("start", "start"), node("s_ask", "wants"), node("s_end", "end", gives={"sub": 1})],
    "start > s_ask", "s_ask.approved > s_end", key="sub",
)  # fmt: skip


@st.composite
def flows(draw: Any, mix: Mix = Mix()) -> dict[str, Any]:
    """A flow document that starts at `start`."""
    return flow_of(draw(graphs(mix, mix.depth, "n", True)))


def flow_of(found: dict[str, Any]) -> dict[str, Any]:
    return {"key": "random", "name": "random", **found}


@st.composite
def graphs(draw: Any, mix: Mix, depth: int, prefix: str, is_root: bool) -> dict[str, Any]:
    """A graph without cycles: lines lead from earlier to later nodes only."""
    count = draw(st.integers(3, 8) if is_root else st.integers(0, 3))
    nodes = [node("start", "start")] if is_root else []
    ports: dict[str, list[str]] = {"start": ["out"]} if is_root else {}
    for number in range(count):
        made, leaves = draw(_nodes(mix, depth, f"{prefix}{number}"))
        nodes.append(made)
        ports[made["id"]] = leaves
    ids = [one["id"] for one in nodes]
    lines = []
    for place, target in enumerate(ids):
        if is_root and place == 0:
            continue
        sources = ids[:place]
        low = 1 if is_root else 0
        wanted = draw(st.integers(low, 3)) if sources else 0
        chosen = {
            (source, draw(st.sampled_from(ports[source])))
            for source in draw(st.lists(st.sampled_from(sources), min_size=wanted, max_size=wanted))
        } if sources else set()  # fmt: skip
        lines += [f"{source}.{port} > {target}" for source, port in sorted(chosen)]
    mends = []
    for one in nodes:
        # Most choices have a default, most errors are caught. Without races all are: an error that
        # is not takes its neighbours along, wherever they are just then.
        port = "default" if one["type"] == "choose" else "error"
        may_fail = one["config"].get("fails") or one["config"].get("what") in ("call", "own")
        if (port == "default" or may_fail) and (not mix.races or draw(st.integers(0, 5))):
            lines.append(f"{one['id']}.{port} > {one['id']}_mend")
            mends.append(node(f"{one['id']}_mend"))
    return graph(nodes + mends, *lines)


@st.composite
def one_way_flows(draw: Any, calls: bool = False) -> dict[str, Any]:
    """A flow most of whose runs go one way to the end: no port has two lines, few steps wait.

    With `calls` many steps wait for a call outside, and some say what the customer is.
    """
    nodes = [node("start", "start")]
    free = [("start", "out")]
    lines = []
    for number in range(draw(st.integers(1, 8))):
        id_ = f"n{number}"
        kinds = [*["do"] * 5, *["choose"] * 4, "end", "end", "fails", "wants"]
        kinds += ["call"] * 6 if calls else []
        kind = draw(st.sampled_from(kinds))
        made, ports = node(id_, "wants"), ["approved"]
        if kind == "do":
            sets = draw(st.sampled_from([{}, {"f": "{{ event.data.f1 }}"}, {"f": number}]))
            effects = draw(st.sampled_from([(), ("tag",), ("tag", "note")]))
            gives = sets if sets and draw(st.booleans()) else {"from": id_}
            made, ports = node(id_, gives=gives, effects=effects, sets=sets), ["out"]
        elif kind == "choose":
            vars_ = {"b": "vars&.f == true"} if draw(st.booleans()) else {"b": draw(_condition())}
            every = draw(st.integers(0, 5)) == 0
            made = node(id_, "choose", cases={"a": draw(_condition()), **vars_}, every=every)
            ports = ["a", "b", "default"]
        elif kind == "fails":
            made, ports = node(id_, fails="broken"), ["error", "out"]
        elif kind == "call":
            sets = draw(st.sampled_from([{}, {"g": True}, {"f": "{{ customer&.level }}"}]))
            effects = draw(st.sampled_from([(), ("tag",), ("tag", "note")]))
            unusual = draw(st.sampled_from([{}] * 6 + [{"times": 2}, {"catch": True},
                                            {"timeout": "PT1H"}]))  # fmt: skip
            made = node(id_, "wants", what="call", effects=effects, sets=sets, **unusual)
            ports = ["out", "error", "caught"]
        elif kind == "end":
            gives = draw(
                st.sampled_from([id_, {"$d": 1}, "{{ vars&.f }}", "{{ customer&.level }}"])
            )
            made, ports = node(id_, "end", gives=gives, whole=draw(st.booleans())), ["out"]
        nodes.append(made)
        some = st.lists(st.sampled_from(free), min_size=1, max_size=2, unique=True)
        for source, port in draw(some):
            free.remove((source, port))
            lines.append(f"{source}.{port} > {id_}")
        free += [(id_, port) for port in ports]
    return flow_of(graph(nodes, *lines))


def _condition() -> st.SearchStrategy[str]:
    return st.integers(0, FLAGS - 1).map(lambda number: f"event.data.f{number}")


@st.composite
def _nodes(draw: Any, mix: Mix, depth: int, id_: str) -> tuple[dict[str, Any], list[str]]:
    kinds = ["do", "choose", "wants", "wants", "wants", "join", "calls", "many"]
    kinds += ["box", "box", "loop"] if depth else []
    kinds += ["fails", "end"] if mix.races else ["fails"]
    kind = draw(st.sampled_from(kinds))
    if kind == "do":
        effects = draw(st.sampled_from([(), ("tag",), ("tag", "note")]))
        return node(id_, gives={"from": id_}, effects=effects), ["out"]
    if kind == "fails":
        return node(id_, fails="broken"), ["out", "error", "error:broken", "error:other"]
    if kind == "end":
        return node(id_, "end", gives=id_, whole=draw(st.booleans())), ["out"]
    if kind == "choose":
        cases = {"a": draw(_condition()), "b": draw(_condition())}
        made = node(id_, "choose", cases=cases, every=draw(st.booleans()))
        # A choice without default may have no path, which fails the run.
        return made, ["a", "b", "default"]
    if kind == "join":
        modes = ["all", "first", "n"] if mix.races else ["all"]
        made = node(
            id_, "join", mode=draw(st.sampled_from(modes)), n=draw(st.integers(1, 3)),
            stop_rest=draw(st.booleans()),
        )  # fmt: skip
        return made, ["out", "not_reached"]
    if kind == "calls":
        return node(id_, "calls", flow="sub"), ["out", "error"]
    if kind == "many":
        parts = {"x": "task", "y": draw(st.sampled_from(["event", "until", "flow"]))}
        need = draw(st.integers(1, 2)) if mix.races else 2
        made = node(id_, "many", parts=parts, need=need, flow="sub")
        return made, ["out", "x", "y"]
    if kind == "wants":
        return draw(_wants(mix, depth, id_))
    return draw(_box(mix, depth, id_, kind))


@st.composite
def _wants(draw: Any, mix: Mix, depth: int, id_: str) -> tuple[dict[str, Any], list[str]]:
    what = draw(st.sampled_from(["task", "event", "until", "read", "own", "call"]))
    config: dict[str, Any] = {"what": what, "times": draw(st.integers(1, 2))}
    ports = {"task": ["approved", "approved", "rejected"], "event": ["event"]}.get(what, ["out"])
    if mix.races:
        config["catch"] = draw(st.booleans())
        ports += ["error", "caught"]
        if draw(st.booleans()):
            config["timeout"] = "PT1H"
            ports.append("timeout")
        if draw(st.booleans()):
            config["remind"] = {"nudge": [10, 10, draw(st.integers(1, 3))]}
            ports.append("nudge")
            if draw(st.booleans()):
                handler = draw(graphs(mix, depth and depth - 1, f"{id_}h", False))
                config["handlers"] = {"nudge": handler}
    return node(id_, "wants", **config), ports


@st.composite
def _box(draw: Any, mix: Mix, depth: int, id_: str, kind: str) -> tuple[dict[str, Any], list[str]]:
    config: dict[str, Any] = {"body": draw(graphs(mix, depth - 1, f"{id_}b", False))}
    if mix.races:
        config["catch"] = draw(st.booleans())
    if kind == "loop":
        until = draw(st.sampled_from([None, "round >= 2", "event.data.f0"]))
        config |= {"limit": draw(st.integers(1, 3)), "until": until}
        return node(id_, "box", **config), ["out", "limit", "error", "caught"]
    items = draw(st.sampled_from(["[]", "[1]", "[1, 2, 3]"]))
    config |= {"items": items, "at_a_time": draw(st.integers(1, 3))}
    config["result"] = draw(st.sampled_from([None, "item * 2", "index"]))
    if mix.races:
        config["enough"] = draw(st.sampled_from([None, "results.length >= 2"]))
    return node(id_, "box", **config), ["out", "error", "caught"]


def events() -> st.SearchStrategy[dict[str, bool]]:
    return st.fixed_dictionaries({f"f{number}": st.booleans() for number in range(FLAGS)})
