"""Who changed what of a flow: noted as a draft is saved, read back for any two documents.

The audit trail keeps it: an edit's row lists the places it changed ("/nodes/n5", "/params/limit").
A place is noted again only when somebody else changes it, so that an hour of autosaves by one
person leaves a handful of rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from engine.core.diff import diff_flows
from engine.core.flow import load_flow
from engine.runtime.carrying import covered
from engine.runtime.principal import Principal
from engine.store import audit as audit_store
from engine.store.accounts import people
from engine.store.db import Connection

DRAFT = 1_000_000  # after every version
_PAGE = 200


def place_of(path: str) -> str:
    """The part of a flow a change belongs to: a step, a line, a parameter, a field of the flow."""
    parts = path.split("/")
    if parts[1:3] == ["params", "properties"]:
        return "/".join(["", "params", *parts[3:4]])
    return "/".join(parts[:3])


def places_changed(before: Any, after: Any) -> list[str]:
    """What differs between two stored documents; what is only drawn elsewhere is left out."""
    if before is None:
        return []
    changes = diff_flows(load_flow(covered(before)), load_flow(covered(after)))
    return sorted({place_of(one.path) for one in changes if not one.is_cosmetic})


def note_edit(
    conn: Connection, who: Principal, now: datetime, key: str, before: Any, after: Any
) -> None:
    """Notes what an edit changed, where it was not this person's last already."""
    places = places_changed(before, after)
    if not places:
        return
    last = _last_by_place(conn, who.tenant, key, 0, DRAFT, until_published=True)
    fresh = [place for place in places if last.get(place) != who.id]
    if fresh:
        who.note(conn, now, "flows.edit", f"flow:{key}", {"changed": fresh})


def authors(conn: Connection, tenant: str, key: str, old: int, new: int) -> dict[str, str]:
    """{place: name of who changed it last} after version `old` up to `new`, or the other way.

    DRAFT stands for the draft. Whoever is no longer there, and the installation itself, is left
    out.
    """
    found = _last_by_place(conn, tenant, key, min(old, new), max(old, new))
    names = {row.id: row.name for row in people(conn, tenant, users_=set(found.values()))}
    return {place: names[id_] for place, id_ in found.items() if id_ in names}


def _last_by_place(
    conn: Connection, tenant: str, key: str, above: int, upto: int, *, until_published: bool = False
) -> dict[str, str]:
    """Goes back through the trail; a publication is the end of what led up to its version."""
    found: dict[str, str] = {}
    version = DRAFT
    for row in _newest_first(conn, tenant, f"flow:{key}"):
        detail = row.detail or {}
        if "version" in detail:
            version = detail["version"]
            if until_published or version <= above:
                break
        if version <= upto:
            for place in detail.get("changed", ()):
                found.setdefault(place, row.who)
    return found


def _newest_first(conn: Connection, tenant: str, target: str) -> Iterator[Any]:
    before = None
    while True:
        rows = audit_store.list_audit(conn, tenant, target=target, before=before, limit=_PAGE)
        yield from rows
        if len(rows) < _PAGE:
            return
        before = rows[-1].id
