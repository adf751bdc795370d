"""The ports a node has: fixed by its type, made from its config, and those every node may have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.core.node import ERROR, OUT, TIMEOUT, NodeType, Port
from engine.core.text import Text, text

# What a node without such a port may be left by all the same; an end goes on to nothing.
_EVERYWHERE = {port.id: port.label for port in (OUT, ERROR, TIMEOUT)}


def ports_of(type_: NodeType, config: Mapping[str, Any]) -> dict[str, Text]:
    """Port ids with their labels, in drawn order: what a node of this config can be left by.

    `error`, `error:<code>` and, where it waits, `timeout` are left out: see `has_port`.
    """
    made = [Port(id_, label) for id_, label in made_ports(type_, config)]
    # A node's own rows come first, "otherwise" and "timed out" after them, as they are drawn.
    return {port.id: port.label for port in (*made, *type_.ports)}


def made_ports(type_: NodeType, config: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    """The ports `ports_from` makes of a config ("branches[].id", label "branches[].name")."""
    if not type_.ports_from:
        return
    for _, row in rows_at(config, type_.ports_from.rpartition(".")[0]):
        id_ = row.get(type_.ports_from.rpartition(".")[2])
        if isinstance(id_, str) and id_:
            name = str(row.get("name") or id_)
            yield id_, text(name, name)


def rows_at(config: Any, pattern: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(JSON pointer, row) for each row a pattern such as "branches[]" names."""
    found: list[tuple[str, Any]] = [("", config)]
    for part in pattern.split("."):
        name, is_list = part.removesuffix("[]"), part.endswith("[]")
        inner: list[tuple[str, Any]] = []
        for path, value in found:
            held = value.get(name) if isinstance(value, Mapping) else None
            if is_list and isinstance(held, list | tuple):
                inner += [(f"{path}/{name}/{index}", row) for index, row in enumerate(held)]
            elif not is_list and held is not None:
                inner.append((f"{path}/{name}", held))
        found = inner
    for path, value in found:
        if isinstance(value, Mapping):
            yield path, value


def values_at(config: Any, pattern: str) -> list[tuple[str, str]]:
    """(JSON pointer, text) for each value a pattern such as "fields[].name" names."""
    before, _, last = pattern.rpartition(".")
    if not before:
        value = config.get(last) if isinstance(config, Mapping) else None
        return [(f"/{last}", value)] if isinstance(value, str) and value else []
    return [
        (f"{path}/{last}", row[last])
        for path, row in rows_at(config, before)
        if isinstance(row.get(last), str) and row[last]
    ]


def is_error(port: str) -> bool:
    """Whether a port is left on failure, by any code or one."""
    return port == "error" or port.startswith("error:")


def has_port(type_: NodeType, config: Mapping[str, Any], port: str, waits: bool) -> bool:
    """Whether a line may leave by this port. `waits`: the node's own timeout is set or demanded."""
    return port in ports_of(type_, config) or is_error(port) or (port == TIMEOUT.id and waits)


def label_of(type_: NodeType | None, config: Mapping[str, Any], port: str) -> Text:
    """What a port is called on the canvas."""
    if type_ is not None:
        label = ports_of(type_, config).get(port)
        if label is not None:
            return label
        if port.startswith("error:"):
            code = port.removeprefix("error:")
            said = type_.errors.get(code, text(code, code))
            return text(f"{ERROR.label['zh']}:{said['zh']}", f"{ERROR.label['en']}: {said['en']}")
    return _EVERYWHERE.get(port, text(port, port))
