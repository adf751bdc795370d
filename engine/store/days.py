"""Counts over spans of time, in one statement each, for the first page.

Ids begin with the millisecond of their event, so a span is a range of the primary key and nothing
outside of it is read, however large the tables are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, case, func, literal, select, union_all
from sqlalchemy.engine import Connection

from engine.core.ids import first_id
from engine.store.among import among
from engine.store.effects import effects, is_under_way
from engine.store.events import events
from engine.store.incidents import incidents
from engine.store.runs import runs
from engine.store.settlement_entries import settlement_entries as entries

Span = tuple[datetime, datetime]  # [since, until)
BRAND = "brand"
# What orders and refunds made; what is only moved between accounts (retention, set-off) is not new.
MADE = ("order", "refund", "shared", "true_up", "moved", "adjustment")
MOST = 10_000  # of what is open, no more is counted


def _within(column: Column[Any], prefix: str, span: Span) -> list[Any]:
    return [column >= first_id(prefix, span[0]), column < first_id(prefix, span[1])]


def count_events(conn: Connection, tenant: str, spans: Sequence[Span]) -> list[int]:
    """How many events came in each span."""
    asked = [
        select(literal(index).label("span"), func.count().label("found"))
        .select_from(events)
        .where(events.c.tenant == tenant, *_within(events.c.id, "evt", span))
        for index, span in enumerate(spans)
    ]
    counted = [0] * len(spans)
    for row in conn.execute(union_all(*asked)):
        counted[row.span] = row.found
    return counted


def count_runs(conn: Connection, tenant: str, spans: Sequence[Span]) -> list[dict[str, int]]:
    """{status: how many runs} of the events of each span."""
    asked = [
        select(literal(index).label("span"), runs.c.status, func.count().label("found"))
        .where(runs.c.tenant == tenant, *_within(runs.c.id, "run", span))
        .group_by(runs.c.status)
        for index, span in enumerate(spans)
    ]
    counted: list[dict[str, int]] = [{} for _ in spans]
    for row in conn.execute(union_all(*asked)):
        counted[row.span][row.status] = row.found
    return counted


def sum_entries(
    conn: Connection, tenant: str, spans: Sequence[Span], parties: Iterable[str] | None
) -> list[Any]:
    """(span, currency, accrued, frozen) in minor units: what the causes of each span made.

    Seen from the brand: what it owes and what it got back. With `parties`: what these are owed.
    """
    if parties is None:
        owed, back = entries.c.from_account == BRAND, entries.c.to_account == BRAND
    else:
        wanted = sorted(parties)
        owed, back = among(entries.c.to_account, wanted), among(entries.c.from_account, wanted)
    amount = case((owed, entries.c.minor), else_=-entries.c.minor)
    frozen = case((entries.c.state == "frozen", amount), else_=0)
    asked = [
        select(
            literal(index).label("span"),
            entries.c.currency,
            func.sum(amount).label("accrued"),
            func.sum(frozen).label("frozen"),
        )
        .where(
            entries.c.tenant == tenant,
            *_within(entries.c.key, "ent", span),
            entries.c.kind.in_(MADE),
            entries.c.state != "void",
            owed | back,
        )
        .group_by(entries.c.currency)
        for index, span in enumerate(spans)
    ]
    return list(conn.execute(union_all(*asked)))


def count_open(conn: Connection, tenant: str) -> dict[str, int]:
    """Effects that wait ("waiting") and open incidents by kind; of each up to MOST."""
    waiting = (
        select(literal(1).label("one"))
        .select_from(effects)
        .where(effects.c.tenant == tenant, is_under_way)
        .limit(MOST)
        .subquery()
    )
    still = (
        select(incidents.c.kind)
        .where(incidents.c.tenant == tenant, incidents.c.status == "open")
        .limit(MOST)
        .subquery()
    )
    found = {"waiting": int(conn.execute(select(func.count()).select_from(waiting)).scalar_one())}
    for row in conn.execute(select(still.c.kind, func.count()).group_by(still.c.kind)):
        found[row[0]] = row[1]
    return found


def count_flows(conn: Connection, tenant: str, span: Span) -> dict[str, dict[str, int]]:
    """{flow id: {status: runs}} of the events of a span."""
    found = conn.execute(
        select(runs.c.flow_id, runs.c.status, func.count().label("found"))
        .where(runs.c.tenant == tenant, *_within(runs.c.id, "run", span))
        .group_by(runs.c.flow_id, runs.c.status)
    )
    counted: dict[str, dict[str, int]] = {}
    for row in found:
        counted.setdefault(row.flow_id, {})[row.status] = row.found
    return counted


def latest_runs(conn: Connection, tenant: str, flow_ids: Iterable[str]) -> dict[str, Any]:
    """{flow id: (id, status, started_at) of its newest run}; one look into the index for each."""
    newest = [
        select(func.max(runs.c.id).label("id")).where(
            runs.c.tenant == tenant, runs.c.flow_id == flow_id
        )
        for flow_id in flow_ids
    ]
    if not newest:
        return {}
    ids = [row.id for row in conn.execute(union_all(*newest)) if row.id is not None]
    rows = conn.execute(
        select(runs.c.id, runs.c.flow_id, runs.c.status, runs.c.started_at).where(
            runs.c.tenant == tenant, among(runs.c.id, ids)
        )
    )
    return {row.flow_id: row for row in rows}
