"""The secrets in a flow's document: sealed where it is kept, covered for those who only read.

What a step's form calls a secret (a webhook's signing key) is stored as "sealed:<vault text>", in
drafts and versions alike; only the entrance that verifies with it opens it. Who may edit the flow
is shown it, others see that there is one, and a document that leaves the house carries none.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from engine.core.errors import EngineError, InvalidInput, Problem
from engine.core.forms import entries
from engine.core.registry import Registry
from engine.core.text import text
from engine.runtime.principal import Principal
from engine.runtime.world import World

SEALED = "sealed:"
COVERED = "••••••"

Spot = tuple[Any, Any]  # what holds a secret, and its name or index there


def carried(document: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """A copy of a document in which every secret of a step is empty: fit to leave the house."""
    found: dict[str, Any] = copy.deepcopy(dict(document))
    for holder, last in _secrets(found, registry).values():
        holder[last] = ""
    return found


def sealed(
    world: World,
    tenant: str,
    document: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
    *,
    fill: bool = False,
) -> dict[str, Any]:
    """A copy fit to be stored. `before` is what is stored now: a secret it has already stays as it
    is, so that nothing seems changed; with `fill` an empty one is taken from there too.

    InvalidInput for a sealed text that is not of this tenant.
    """
    found: dict[str, Any] = copy.deepcopy(dict(document))
    held = {path: spot[0][spot[1]] for path, spot in _secrets(before or {}, world.registry).items()}
    for path, (holder, last) in _secrets(found, world.registry).items():
        value, old = holder[last], held.get(path)
        if not value and fill and old:
            holder[last] = old
        elif isinstance(value, str) and value and value != old:
            plain = _opened(world, tenant, value, path)
            same = isinstance(old, str) and old and _opened(world, tenant, old, path) == plain
            holder[last] = old if same and is_sealed(old) else _seal(world, tenant, plain)
    return found


def shown(world: World, who: Principal, document: Mapping[str, Any]) -> dict[str, Any]:
    """A copy for somebody to look at: secrets in the open for those who may edit flows."""
    found: dict[str, Any] = copy.deepcopy(dict(document))
    may_edit = who.may("flows.edit")
    for path, (holder, last) in _secrets(found, world.registry).items():
        if isinstance(holder[last], str) and holder[last]:
            plain = _opened(world, who.tenant, holder[last], path) if may_edit else COVERED
            holder[last] = plain
    return found


def covered(value: Any) -> Any:
    """Any JSON value with the sealed texts in it covered; two different ones still differ."""
    if isinstance(value, Mapping):
        return {name: covered(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [covered(inner) for inner in value]
    return f"{COVERED}{value[-8:-4]}" if is_sealed(value) else value


def is_sealed(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(SEALED)


def open_secret(world: World, tenant: str, value: str) -> str:
    """The secret itself, for whoever verifies with it."""
    return _opened(world, tenant, value, "")


def _seal(world: World, tenant: str, plain: str) -> str:
    return SEALED + world.vault.seal(plain, f"{tenant}/flow-secret")


def _opened(world: World, tenant: str, value: str, path: str) -> str:
    if not is_sealed(value):
        return value
    try:
        return world.vault.open(value.removeprefix(SEALED), f"{tenant}/flow-secret")
    except EngineError:
        message = text("这个密钥无法解开，请重新填写", "this secret cannot be opened: give it anew")
        raise InvalidInput(message, [Problem(path, message, "secret")]) from None


def _secrets(document: Mapping[str, Any], registry: Registry) -> dict[str, Spot]:
    """Where the secrets of a document's steps are, by "/<node id>/config/<path>"."""
    return dict(_walk(document, registry))


def _walk(document: Mapping[str, Any], registry: Registry) -> Iterator[tuple[str, Spot]]:
    stack: list[Mapping[str, Any]] = [document]
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
                    yield f"/{node['id']}/config{entry.path}", _spot(node["config"], entry.path)


def _spot(holder: Any, path: str) -> Spot:
    *parts, last = path.split("/")[1:]
    for part in parts:
        holder = holder[int(part) if isinstance(holder, list) else part]
    return holder, int(last) if isinstance(holder, list) else last
