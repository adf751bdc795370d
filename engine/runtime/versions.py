"""A flow and its documents, read: draft, live version, any other; what differs, and by whom."""

from __future__ import annotations

from typing import Any

from engine.core.change import Change
from engine.core.diff import diff_flows
from engine.core.errors import NotFound
from engine.core.flow import load_flow
from engine.core.text import text
from engine.runtime.authors import DRAFT, authors
from engine.runtime.carrying import covered
from engine.runtime.world import World
from engine.store import flows as flow_store
from engine.store.db import Connection


def read_flow(world: World, tenant: str, key: str) -> Any:
    """The flow's row; NotFound otherwise."""
    with world.db.reading() as conn:
        return flow_of(conn, tenant, key)


def flow_of(conn: Connection, tenant: str, key: str) -> Any:
    """The same within a transaction."""
    row = flow_store.find_flow(conn, tenant, key)
    if row is None:
        raise NotFound(text(f"没有编号为 {key} 的流程", f"there is no flow {key}"))
    return row


def read_document(world: World, tenant: str, key: str, which: str = "draft") -> dict[str, Any]:
    """A flow's document as it is stored: "draft", "live", or a version's number.

    Its secrets are sealed: `carrying.shown` is for people, `carrying.carried` for elsewhere.
    """
    with world.db.reading() as conn:
        row = flow_of(conn, tenant, key)
        if which == "draft":
            found = row.draft
        elif which == "live":
            found = live_document(conn, row)
        else:
            version = flow_store.find_version(
                conn, tenant, row.id, int(which) if which.isdigit() else 0
            )
            found = version.document if version else None
    if found is None:
        raise NotFound(text(f"流程 {key} 没有版本 {which}", f"flow {key} has no version {which}"))
    document: dict[str, Any] = found
    return document


def live_document(conn: Connection, row: Any) -> dict[str, Any] | None:
    live = _live_version(conn, row)
    return live.document if live is not None else None


def _live_version(conn: Connection, row: Any) -> Any | None:
    rows = flow_store.versions_by_id(conn, row.tenant, [row.live_version or ""])
    return rows.get(row.live_version)


def diff(world: World, tenant: str, key: str, old: str, new: str) -> list[Change]:
    """What changed between two of "draft", "live", a number; that a secret did, but not to what."""
    return diff_flows(
        load_flow(covered(read_document(world, tenant, key, old))),
        load_flow(covered(read_document(world, tenant, key, new))),
        world.registry,
    )


def authors_between(world: World, tenant: str, key: str, old: str, new: str) -> dict[str, str]:
    """{place: name} of who made the differences of `diff`; see `authors.place_of`."""
    with world.db.reading() as conn:
        row = flow_of(conn, tenant, key)
        live = _live_version(conn, row)
        known = {"draft": DRAFT, "live": live.number if live is not None else 0}
        first, last = (known[one] if one in known else int(one) for one in (old, new))
        return authors(conn, tenant, row.key, first, last)
