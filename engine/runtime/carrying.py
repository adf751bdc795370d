"""A flow's document as it may leave the house: without what its forms call a secret."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from engine.core.forms import entries
from engine.core.registry import Registry


def carried(document: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """A copy of a document in which every secret of a step is empty."""
    found: dict[str, Any] = copy.deepcopy(dict(document))
    stack: list[dict[str, Any]] = [found]
    while stack:
        graph = stack.pop()
        for node in graph.get("nodes", ()):
            stack += [node["body"]] if node.get("body") else []
            stack += (node.get("handlers") or {}).values()
            type_ = registry.node(node["type"])
            if type_ is None:
                continue
            for entry in entries(type_.config, node.get("config") or {}):
                if entry.widget == "secret":
                    _clear(node["config"], entry.path.split("/")[1:])
    return found


def _clear(holder: Any, parts: list[str]) -> None:
    for part in parts[:-1]:
        holder = holder[int(part) if isinstance(holder, list) else part]
    last = parts[-1]
    holder[int(last) if isinstance(holder, list) else last] = ""
