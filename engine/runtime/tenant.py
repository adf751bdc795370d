"""What a tenant sets for itself: name, zone, currency, rules for messages, working calendars.

These rows have no revision of their own. A fingerprint of the content stands in for it: an edit
names the one it was made from, and of two editors the second is told.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from engine.core.errors import Conflict, EngineError, InvalidInput, NotFound, Problem, Stale
from engine.core.text import text
from engine.core.working_calendar import load_calendar
from engine.runtime.principal import WHOLE_TREE, Principal
from engine.runtime.uses import find_uses
from engine.runtime.world import World
from engine.store import calendars as calendar_store
from engine.store import flows as flow_store
from engine.store.db import dump_json

SETTINGS = ("name", "zone", "currency")


def fingerprint(value: Any) -> int:
    """A number of at most nine digits that another content all but surely does not have."""
    return zlib.crc32(dump_json(value).encode()) % 10**9


def shown_settings(row: Any) -> dict[str, Any]:
    """A tenant's settings as people see them."""
    return {
        **{name: getattr(row, name) for name in SETTINGS},
        "messages": dict((row.settings or {}).get("messages") or {}),
    }


def read_settings(world: World, tenant: str) -> dict[str, Any]:
    with world.db.reading() as conn:
        row = flow_store.read_tenant(conn, tenant)
    if row is None:
        raise NotFound(text("没有这个企业", "there is no such tenant"))
    return shown_settings(row)


def update_settings(
    world: World, who: Principal, revision: int | None, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Changes name, zone, currency and messages; Stale when they are not as they were read.

    They hold for everybody, so the act must be held at the root.
    """
    who.require("settings.edit", WHOLE_TREE)
    with world.db.begin() as conn:
        row = flow_store.lock_tenant(conn, who.tenant)
        if row is None:
            raise NotFound(text("没有这个企业", "there is no such tenant"))
        before = shown_settings(row)
        if revision is not None and revision != fingerprint(before):
            raise _stale()
        flow_store.update_tenant(
            conn,
            who.tenant,
            {
                **{name: values[name] for name in SETTINGS},
                "settings": {**(row.settings or {}), "messages": dict(values["messages"])},
            },
        )
        flow_store.bump(conn, who.tenant)
        after = shown_settings(flow_store.read_tenant(conn, who.tenant))
        changed = {name: after[name] for name in after if after[name] != before[name]}
        who.note(conn, world.now(), "settings.edit", "settings", changed)
        return after


def read_calendar(world: World, tenant: str, key: str) -> Any:
    """A calendar's row; NotFound otherwise."""
    with world.db.reading() as conn:
        return _calendar(conn, tenant, key)


def _calendar(conn: Any, tenant: str, key: str) -> Any:
    row = calendar_store.find_calendar(conn, tenant, key)
    if row is None:
        raise NotFound(text(f"没有工作日历 {key}", f"there is no calendar {key}"))
    return row


def put_calendar(
    world: World,
    who: Principal,
    key: str,
    values: Mapping[str, Any],
    revision: int | None,
    *,
    is_new: bool,
) -> Any:
    """Makes or changes a calendar: name and document. Stale when it is not as it was read."""
    check_document(values["document"])
    with world.db.begin() as conn:
        flow_store.lock_tenant(conn, who.tenant)
        row = calendar_store.find_calendar(conn, who.tenant, key)
        if (row is None) != is_new:
            raise _stale()
        if row is not None and revision not in (None, revision_of(row)):
            raise _stale()
        now = world.now()
        calendar_store.put_calendar(
            conn, {**values, "tenant": who.tenant, "key": key, "updated_at": now}
        )
        who.note(conn, now, "calendars.edit", f"calendar:{key}", {"name": values["name"]})
        return _calendar(conn, who.tenant, key)


def delete_calendar(world: World, who: Principal, key: str) -> None:
    """Takes a calendar away; Conflict while a step of a published flow counts by it."""
    waiting = [one for one in find_uses(world, who.tenant, "calendar", key.__eq__) if one.is_live]
    if waiting:
        message = text("还有已发布的流程在用这个日历", "a published flow still uses this calendar")
        raise Conflict(message, [Problem(f"/flows/{one.flow}", message) for one in waiting])
    with world.db.begin() as conn:
        if not calendar_store.delete_calendar(conn, who.tenant, key):
            raise NotFound(text(f"没有工作日历 {key}", f"there is no calendar {key}"))
        who.note(conn, world.now(), "calendars.edit", f"calendar:{key}", {"deleted": True})


def revision_of(row: Any) -> int:
    """What an edit of this calendar must name."""
    return fingerprint({"name": row.name, "document": row.document})


def check_document(document: Any) -> None:
    """InvalidInput, with a path, for a document that is no working calendar."""
    try:
        load_calendar(document)
    except InvalidInput as error:
        problems = [
            Problem(f"/document{one.path}", one.message, one.code) for one in error.problems
        ] or [Problem("/document", error.message)]
        raise InvalidInput(error.message, problems) from None
    except EngineError as error:
        raise InvalidInput(error.message, [Problem("/document", error.message)]) from None


def _stale() -> Stale:
    return Stale(
        text(
            "内容已被他人修改，请重新读取后再改",
            "somebody has changed it meanwhile: read it again first",
        )
    )
