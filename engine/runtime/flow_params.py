"""Values of a flow's parameters, over the defaults of its document; head office's locks hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.errors import InvalidInput, Locked, Problem
from engine.core.schema import check_value
from engine.core.text import text
from engine.runtime.principal import Principal
from engine.runtime.publish import stale_draft
from engine.runtime.settling.locks import PARAMS, demand_unlocked
from engine.runtime.versions import flow_of
from engine.runtime.world import World
from engine.store import flows as flow_store

_NO_PARAM = text("流程没有这个参数", "the flow has no such parameter")


def set_params(
    world: World, who: Principal, key: str, values: Mapping[str, Any], *, revision: int | None
) -> int:
    """Values of the flow's parameters; they hold from the next version on.

    Returns the flow's new revision. InvalidInput with paths for values that do not fit; Locked for
    one that head office has locked, unless this is head office (who may change the settings).
    """
    with world.db.begin() as conn:
        row = flow_of(conn, who.tenant, key)
        if revision is not None and row.revision != revision:
            raise stale_draft(row.revision)
        schema = (row.draft or {}).get("params") or {}
        check_params(schema, values)
        if not who.may("settings.edit"):
            _refuse_locked(schema, row.params or {}, values)
        now = world.now()
        scope = f"{PARAMS}:{row.key}"
        demand_unlocked(conn, who.tenant, scope, row.params or {}, dict(values), now)
        if not flow_store.save_draft(
            conn, who.tenant, row.id, row.revision, {"params": dict(values), "updated_at": now}
        ):
            raise stale_draft(row.revision)
        who.note(conn, now, "flows.edit", f"flow:{row.key}", {"params": dict(values)})
        return int(row.revision) + 1


def check_params(schema: Mapping[str, Any], values: Mapping[str, Any], under: str = "") -> None:
    """InvalidInput, paths below `under`, for values that a flow's parameters do not take."""
    known_names = schema.get("properties") or {}
    problems = [
        Problem(f"{under}/{name}", _NO_PARAM, "unknown")
        for name in values
        if name not in known_names
    ]
    # What is not given keeps its default, so nothing is required here.
    loose = {name: inner for name, inner in schema.items() if name != "required"}
    problems += check_value(loose, dict(values), under) if schema and not problems else []
    if problems:
        raise InvalidInput(text("参数不合规定", "a parameter is not allowed"), problems)


def _refuse_locked(
    schema: Mapping[str, Any], before: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    locked = []
    for name, inner in (schema.get("properties") or {}).items():
        if isinstance(inner, dict) and inner.get("x-lock"):
            held = before.get(name, inner.get("default"))
            if values.get(name, inner.get("default")) != held:
                message = text("总部已锁定这个参数", "head office has locked this parameter")
                locked.append(Problem(f"/{name}", message, "locked"))
    if locked:
        raise Locked(text("参数已被总部锁定", "a parameter is locked by head office"), locked)
