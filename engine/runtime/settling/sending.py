"""Work for the lanes of settlement from outside of a batch, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.ids import lane_of
from engine.runtime.world import World
from engine.store import lanes as lane_store
from engine.store.db import Connection


def send(
    world: World,
    conn: Connection,
    tenant: str,
    owner: str,
    kind: str,
    args: Mapping[str, Any],
    key: str,
) -> None:
    """One effect for the lane of `owner`; the caller wakes the lanes after its commit."""
    row = {
        "lane": lane_of(tenant, owner, world.lanes),
        "tenant": tenant,
        "kind": "effect",
        "ref": owner,
        "at": world.now(),
        "payload": {"kind": kind, "args": dict(args), "key": key},
    }
    lane_store.put_work(conn, [row])
