"""What nodes with ports of their own making share: a row's id and name, and their checks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.core.errors import Problem
from engine.core.fields import field
from engine.core.text import text

RESERVED = frozenset({"out", "default", "timeout", "error", "not_reached"})


def port_id() -> Any:
    """The field that holds the id of a row's port."""
    return field(
        text("出口标识", "Port id"),
        help=text("连线靠它找到出口，定下后不要再改", "lines hold on to it; keep it once chosen"),
        pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$",
    )


def port_name() -> Any:
    """The field that holds what the port is called on the canvas."""
    return field(text("名称", "Name"), min_length=1, max_length=40)


def doubled_ports(ids: Iterable[str], path: str) -> list[Problem]:
    """Ids that are taken: by an earlier row of the list at `path`, or by a port every node has."""
    taken = set(RESERVED)
    found = []
    for index, id_ in enumerate(ids):
        if id_ in taken:
            message = text(f"出口标识 {id_} 已被占用", f"the port id {id_} is already taken")
            found.append(Problem(f"{path}/{index}/id", message, "duplicate_port"))
        taken.add(id_)
    return found
