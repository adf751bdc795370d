"""What differs between two versions of a flow, and between two runs of it.

Nodes, lines and rows of a config are told apart by their ids, so that a renamed or moved one stays
the same one. Pointers name them by id too: `/nodes/n5/config/branches/b2/condition`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from engine.core.change import Change, ChangeKind, Part
from engine.core.diff_words import sentence
from engine.core.flow import Flow, dump_flow
from engine.core.registry import Registry

_LISTS = {"node": "nodes", "edge": "edges", "case": "cases", "note": "notes"}
_NESTED = ("body", "handlers")


def diff_flows(old: Flow, new: Flow, registry: Registry | None = None) -> list[Change]:
    """Every difference, in the order of the document; those of the canvas alone come last.

    With a registry the sentences call fields by the titles of their forms.
    """
    before, after = _flatten(dump_flow(old)), _flatten(dump_flow(new))
    changes = [
        *_compare("node", before["node"], after["node"]),
        *_compare("edge", before["edge"], after["edge"]),
        *_values("param", "/params", before["params"], after["params"], None),
        *_values("run_mode", "/run_mode", before["run_mode"], after["run_mode"], None),
        *_compare("case", before["case"], after["case"]),
        *_values("flow", "", before["flow"], after["flow"], None),
        *_compare("note", before["note"], after["note"]),
    ]
    told = [
        replace(change, message=sentence(change, before["node"], after["node"], registry))
        for change in changes
    ]
    return sorted(told, key=lambda change: change.is_cosmetic)


def apply_changes(document: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """The document with the changes made; those of `diff_flows(a, b)` turn a into b.

    Nodes and lines that are new stand last in their list.
    """
    parts = _flatten(copy.deepcopy(dict(document)))
    ordered = sorted(changes, key=lambda change: change.kind == "reordered")
    for change in ordered:
        _apply(parts, change)
    return _unflatten(parts)


def invert(changes: Iterable[Change]) -> list[Change]:
    """The changes that undo these."""
    opposite: dict[str, ChangeKind] = {"added": "removed", "removed": "added"}
    return [
        replace(
            change,
            kind=opposite.get(change.kind, change.kind),
            before=change.after,
            after=change.before,
            message=None,
        )
        for change in changes
    ]


# -- a flow as flat tables -----------------------------------------------------------------------


def _flatten(document: dict[str, Any]) -> dict[str, Any]:
    """Nodes and edges of all graphs by id, each with the graph it stands in ("" is the flow)."""
    parts: dict[str, Any] = {"node": {}, "edge": {}, "case": {}, "note": {}}
    todo: list[tuple[str, Mapping[str, Any]]] = [("", document)]
    while todo:
        place, graph = todo.pop()
        for node in graph.get("nodes", ()):
            kept = {name: value for name, value in node.items() if name not in _NESTED}
            boxes = [name for name in _NESTED if name in node]
            if "body" in node:
                todo.append((f"{node['id']}/body", node["body"]))
            for port, handler in node.get("handlers", {}).items():
                todo.append((f"{node['id']}/handlers/{port}", handler))
            if boxes:
                kept["boxes"] = ["body"] * ("body" in node) + sorted(node.get("handlers", {}))
            parts["node"][_free(parts["node"], node["id"])] = {"graph": place, **kept}
        for edge in graph.get("edges", ()):
            parts["edge"][_free(parts["edge"], edge["id"])] = {"graph": place, **edge}
    for name, list_name in (("case", "cases"), ("note", "notes")):
        for row in document.get(list_name, ()):
            key = row.get("id") or row.get("name") or ""
            parts[name][_free(parts[name], key)] = row
    parts["params"] = document.get("params", {})
    parts["run_mode"] = document.get("run_mode", {})
    known = {"nodes", "edges", "params", "run_mode", "cases", "notes"}
    parts["flow"] = {name: value for name, value in document.items() if name not in known}
    return parts


def _free(taken: Mapping[str, Any], key: str) -> str:
    # A draft may hold an id twice; the second is then another thing, not a lost one.
    found, number = key, 2
    while found in taken:
        found, number = f"{key}#{number}", number + 1
    return found


def _unflatten(parts: Mapping[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = {**parts["flow"]}
    graphs: dict[str, dict[str, Any]] = {"": document}
    made: dict[str, dict[str, Any]] = {}
    for key, flat in parts["node"].items():
        made[key] = {name: v for name, v in flat.items() if name not in ("graph", "boxes")}
    for key, flat in parts["node"].items():
        for box in flat.get("boxes", ()):
            place = f"{flat['id']}/body" if box == "body" else f"{flat['id']}/handlers/{box}"
            graphs[place] = {}
            if box == "body":
                made[key]["body"] = graphs[place]
            else:
                made[key].setdefault("handlers", {})[box] = graphs[place]
    for key, flat in parts["node"].items():
        graphs.setdefault(flat["graph"], {}).setdefault("nodes", []).append(made[key])
    for flat in parts["edge"].values():
        edge = {name: value for name, value in flat.items() if name != "graph"}
        graphs.setdefault(flat["graph"], {}).setdefault("edges", []).append(edge)
    for name in ("params", "run_mode"):
        if parts[name]:
            document[name] = parts[name]
    for name, list_name in (("case", "cases"), ("note", "notes")):
        if parts[name]:
            document[list_name] = list(parts[name].values())
    return document


# -- comparing -----------------------------------------------------------------------------------


def _compare(part: Part, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    root = f"/{_LISTS[part]}"
    found: list[Change] = []
    for key in [*old, *(key for key in new if key not in old)]:
        path = f"{root}/{_escape(key)}"
        node = key if part == "node" else None
        if key not in new:
            found.append(Change("removed", part, path, before=old[key], node=node))
        elif key not in old:
            found.append(Change("added", part, path, after=new[key], node=node))
        elif not _same(old[key], new[key]):
            found += _values(part, path, old[key], new[key], node)
    return found


_KINDS: Mapping[str, ChangeKind] = {
    "name": "renamed", "position": "moved", "graph": "regrouped",
}  # fmt: skip


def _values(part: Part, path: str, old: Any, new: Any, node: str | None) -> list[Change]:
    """Differences of two values, as deep as ids and names lead."""
    if _same(old, new):
        return []
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        found: list[Change] = []
        for name in [*old, *(name for name in new if name not in old)]:
            at = f"{path}/{_escape(name)}"
            is_whole = path.count("/") == 2 and part in ("node", "edge")
            kind = _KINDS.get(name) if is_whole else None
            if kind is not None:
                if not _same(old.get(name), new.get(name)):
                    found.append(Change(kind, part, at, old.get(name), new.get(name), node))
            elif name not in new:
                found.append(Change("removed", part, at, before=old[name], node=node))
            elif name not in old:
                found.append(Change("added", part, at, after=new[name], node=node))
            else:
                found += _values(part, at, old[name], new[name], node)
        return found
    if _has_ids(old) and _has_ids(new):
        return _rows(part, path, old, new, node)
    return [Change("changed", part, path, old, new, node)]


def _rows(
    part: Part, path: str, old: Sequence[Any], new: Sequence[Any], node: str | None
) -> list[Change]:
    before = {row["id"]: row for row in old}
    after = {row["id"]: row for row in new}
    found: list[Change] = []
    for id_ in [*before, *(id_ for id_ in after if id_ not in before)]:
        at = f"{path}/{_escape(id_)}"
        if id_ not in after:
            found.append(Change("removed", part, at, before=before[id_], node=node))
        elif id_ not in before:
            found.append(Change("added", part, at, after=after[id_], node=node))
        else:
            found += _values(part, at, before[id_], after[id_], node)
    kept = [id_ for id_ in before if id_ in after] + [id_ for id_ in after if id_ not in before]
    back = [id_ for id_ in after if id_ in before] + [id_ for id_ in before if id_ not in after]
    if kept != list(after) or back != list(before):
        found.append(Change("reordered", part, path, list(before), list(after), node))
    return found


def _same(old: Any, new: Any) -> bool:
    """Equality of JSON values, where true is not 1."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(_same(old[name], new[name]) for name in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(_same(a, b) for a, b in zip(old, new, strict=True))
    return isinstance(old, bool) is isinstance(new, bool) and bool(old == new)


def _has_ids(value: Any) -> bool:
    if not isinstance(value, list) or not value:
        return False
    ids = [row.get("id") for row in value if isinstance(row, Mapping)]
    return len(ids) == len(value) == len(set(map(str, ids))) and all(
        isinstance(id_, str) for id_ in ids
    )


# -- applying ------------------------------------------------------------------------------------


def _apply(parts: dict[str, Any], change: Change) -> None:
    names = [part.replace("~1", "/").replace("~0", "~") for part in change.path.split("/")[1:]]
    holder: Any
    if change.part in _LISTS:
        holder, names = parts[change.part], names[1:]
    elif change.part in ("param", "run_mode"):
        holder, names = parts["params" if change.part == "param" else "run_mode"], names[1:]
    else:
        holder = parts["flow"]
    for name in names[:-1]:
        holder = _inner(holder, name)
    last = names[-1]
    if change.kind == "reordered":
        rows = _inner(holder, last)
        place = {id_: index for index, id_ in enumerate(change.after)}
        rows.sort(key=lambda row: place.get(row["id"], len(place)))
    elif isinstance(holder, list):
        index = next((i for i, row in enumerate(holder) if row["id"] == last), None)
        if change.kind == "removed" and index is not None:
            del holder[index]
        elif index is None:
            holder.append(copy.deepcopy(change.after))
        else:
            holder[index] = copy.deepcopy(change.after)
    elif change.kind == "removed" or (change.after is None and change.kind in _KINDS.values()):
        holder.pop(last, None)
    else:
        holder[last] = copy.deepcopy(change.after)


def _inner(holder: Any, name: str) -> Any:
    if isinstance(holder, list):
        return next(row for row in holder if row["id"] == name)
    return holder[name]


def _escape(name: Any) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")


# -- two runs ------------------------------------------------------------------------------------

Aspect = Literal["path", "status", "port", "effects", "output"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two traces part: the n-th step (from 0), in what, and what each of them did."""

    index: int
    aspect: Aspect
    step: str
    a: Any
    b: Any


def diff_traces(a: Mapping[str, Any], b: Mapping[str, Any]) -> Difference | None:
    """The first difference of two traces (of `trace.trace`); None when they did the same.

    Steps are compared in order: which step, its status and port, its effects (kind, connection,
    action and values; not keys, which belong to the run), its output.
    """
    one, other = list(a.get("steps", ())), list(b.get("steps", ()))
    for index in range(max(len(one), len(other))):
        left = one[index] if index < len(one) else None
        right = other[index] if index < len(other) else None
        if left is None or right is None or left["path"] != right["path"]:
            paths = left and left["path"], right and right["path"]
            return Difference(index, "path", paths[0] or paths[1] or "", *paths)
        aspects: tuple[tuple[Aspect, Any, Any], ...] = (
            ("status", left["status"], right["status"]),
            ("port", left["ports"], right["ports"]),
            ("effects", _effects(left), _effects(right)),
            ("output", left.get("output"), right.get("output")),
        )
        for aspect, was, is_ in aspects:
            if was != is_:
                return Difference(index, aspect, left["path"], was, is_)
    return None


def _effects(step: Mapping[str, Any]) -> list[dict[str, Any]]:
    kept = ("kind", "connection", "action", "args", "label")
    return [
        {name: effect[name] for name in kept if name in effect}
        for effect in step.get("effects", ())
    ]
