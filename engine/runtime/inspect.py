"""Reads a run as people see it: what it did, step by step, and how its effects stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.errors import NotFound
from engine.core.execution.codec import decode_journal
from engine.core.flow import Flow, load_flow
from engine.core.text import Locale, text
from engine.core.trace import trace
from engine.runtime.in_hand import unpack
from engine.runtime.world import World
from engine.store import effects as effect_store
from engine.store import flows as flow_store
from engine.store import runs as run_store
from engine.store.db import Connection


def find_run(conn: Connection, tenant: str, run_id: str) -> Any:
    row = run_store.find_run(conn, tenant, run_id)
    if row is None:
        raise NotFound(text(f"没有执行记录 {run_id}", f"there is no run {run_id}"))
    return row


def read_trace(world: World, tenant: str, run_id: str, locale: Locale) -> dict[str, Any]:
    """A run's row, its flow and version, and its trace: {run, flow, version, trace}.

    A journal row holds the entries of one batch, one a line. Internal effects have no row of their
    own: they were applied with the step, so they stand as delivered.
    """
    with world.db.reading() as conn:
        row = find_run(conn, tenant, run_id)
        version = flow_store.versions_by_id(conn, tenant, [row.version_id]).get(row.version_id)
        flow_row = flow_store.find_flow(conn, tenant, row.flow_id)
        journal = run_store.read_journal(conn, tenant, run_id)
        outbox = effect_store.effects_of_run(conn, tenant, run_id)
        if version is None or flow_row is None:
            raise NotFound(text("流程版本已不存在", "the flow's version is gone"))
        pinned = _pinned(conn, tenant, version)
    entries = [
        decode_journal(line) for one in journal for line in unpack(one.entry).split(b"\n") if line
    ]
    effects: dict[str, Mapping[str, Any]] = {
        key: {"status": "delivered"}
        for _, _, records in entries
        for record in records
        for key in record.effects
    }
    effects |= {one.key: effect_shown(one) for one in outbox}
    found = trace(
        entries,
        load_flow(version.document),
        world.registry,
        locale,
        effects=effects,
        sub_flows=pinned,
    )
    return {"run": row, "flow": flow_row, "version": version.number, "trace": found}


def effect_shown(row: Any) -> dict[str, Any]:
    """How an external effect stands; what was sent is shown with its secrets taken out by trace."""
    return {
        "status": row.status,
        "connection": row.connection,
        "action": row.action,
        "class": row.effect_class,
        "args": row.args,
        "attempts": row.attempts,
        "made_at": row.made_at,
        "ended_at": row.ended_at,
        "output": row.output,
        "error": row.error,
    }


def _pinned(conn: Connection, tenant: str, version: Any) -> dict[str, Flow]:
    held = flow_store.versions_by_id(conn, tenant, (version.sub_flows or {}).values())
    return {
        key: load_flow(held[id_].document)
        for key, id_ in (version.sub_flows or {}).items()
        if id_ in held
    }
