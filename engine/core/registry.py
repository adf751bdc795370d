"""Finds NODE and CONNECTOR in their folders, once, at start-up: nothing is registered by hand.

`nodes/<type>/node.py` holds NODE, `connectors/<type>/connector.py` holds CONNECTOR. Every action of
every connector is a block of its own in the palette, named `<connector>.<action>`; the `call` node
makes it run. `catalog()` is what the designer receives.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import ModuleType
from typing import Any, cast

from engine.core.connector import Action, ConnectorType
from engine.core.node import NodeType


@dataclass(frozen=True)
class Registry:
    """All node types and connectors there are, by type."""

    nodes: Mapping[str, NodeType]
    connectors: Mapping[str, ConnectorType]

    def node(self, type_: str) -> NodeType | None:
        return self.nodes.get(type_)

    def action(self, type_: str) -> tuple[ConnectorType, Action] | None:
        """The connector and action behind a block type `<connector>.<action>`."""
        connector_key, _, action_key = type_.partition(".")
        connector = self.connectors.get(connector_key)
        action = connector.action(action_key) if connector and action_key else None
        return (connector, action) if connector and action else None


def find(package: ModuleType, module: str, name: str) -> Iterator[tuple[str, Any]]:
    """(folder name, object) for each folder of a package that holds `module` with `name`."""
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda item: item.name):
        if found.ispkg and not found.name.startswith("_"):
            held = importlib.import_module(f"{package.__name__}.{found.name}.{module}")
            yield found.name, getattr(held, name)


@lru_cache(maxsize=1)
def load_registry() -> Registry:
    """Every node and connector on this machine, with the call node made once per action."""
    # By name, not by import statement: core knows nobody, it only looks into the two folders.
    nodes = {
        type_: replace(cast(NodeType, node), type=type_)
        for type_, node in find(importlib.import_module("nodes"), "node", "NODE")
    }
    connectors = {
        type_: replace(cast(ConnectorType, connector), type=type_)
        for type_, connector in find(
            importlib.import_module("connectors"), "connector", "CONNECTOR"
        )
    }
    # nodes/call/node.py: block(connector, action) -> NodeType
    block = getattr(importlib.import_module("nodes.call.node"), "block")  # noqa: B009
    for connector in connectors.values():
        for action in connector.actions:
            type_ = f"{connector.type}.{action.key}"
            nodes[type_] = replace(block(connector, action), type=type_)
    return Registry(nodes=nodes, connectors=connectors)
