"""What a new version of a scene changes, as a sentence in the words of the forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.core.change import Change, ChangeKind, Part
from engine.core.diff_words import sentence
from engine.core.registry import Registry

_GRAPH = ("nodes", "edges")
Nodes = Mapping[str, Mapping[str, Any]]
_PARTS: Mapping[str, Part] = {
    "nodes": "node", "edges": "edge", "cases": "case", "notes": "note",
    "params": "param", "run_mode": "run_mode",
}  # fmt: skip


def nodes_of(*documents: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The steps of all graphs of some documents by id; those of earlier documents hold."""
    found: dict[str, Mapping[str, Any]] = {}
    for document in documents:
        for node in _steps(document):
            found.setdefault(str(node.get("id")), node)
    return found


def tell(path: str, old: Any, new: Any, nodes: Nodes, registry: Registry | None = None) -> Change:
    """A change at a pointer of `merge_flow`, with the step it belongs to and its sentence.

    Steps inside of boxes are called by their own ids: `/nodes/box/body/nodes/n5/timeout` is a
    change of n5.
    """
    names = path.split("/")[1:]
    start = max(
        (at for at, name in enumerate(names) if name in _GRAPH and _is_graph(names[:at])),
        default=0,
    )
    names = names[start:]
    part = _PARTS.get(names[0], "flow")
    node = names[1] if part == "node" and len(names) > 1 else None
    kind = _kind(names, old, new)
    if kind == "reordered":
        names = names[:-1]
    change = Change(kind, part, "/" + "/".join(names), old, new, node)
    return replace(change, path=path, message=sentence(change, nodes, nodes, registry))


def _kind(names: list[str], old: Any, new: Any) -> ChangeKind:
    if names[-1] == "order" and isinstance(old, list) and isinstance(new, list):
        return "reordered"
    if names[0] == "nodes" and len(names) == 3 and names[2] in ("name", "position"):
        return "renamed" if names[2] == "name" else "moved"
    if old is None:
        return "added"
    return "removed" if new is None else "changed"


def _is_graph(names: list[str]) -> bool:
    """Whether these lead to a graph: the flow itself, or a box of a step."""
    if not names:
        return True
    return names[-3:-2] == ["nodes"] if names[-1] == "body" else names[-2:-1] == ["handlers"]


def _steps(graph: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for node in graph.get("nodes") or ():
        yield node
        for inner in (node.get("body"), *(node.get("handlers") or {}).values()):
            if isinstance(inner, Mapping):
                yield from _steps(inner)
