"""Loaders: each answers one kind of need for the whole batch with as few queries as it can.

A loader gets the batch, a connection, the tenant and the arguments of all needs of its kind, and
returns an answer for each, in order. Kinds `read:<kind>` answer a node's Read; their arguments are
(Read, run) and their answers `Answer`s.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from engine.core.errors import Unavailable
from engine.core.expression import CHINA
from engine.core.match import Known
from engine.core.node import Answer
from engine.core.run import ENDED
from engine.core.working_time import default_calendar
from engine.customers.identity import normalise
from engine.runtime.batch import Batch
from engine.runtime.in_hand import Customer, Need
from engine.runtime.inbox import as_event, record_keys
from engine.runtime.rows import customer_record, identity_values, scope_in
from engine.store import accounts, calendars
from engine.store import customers as customer_store
from engine.store import events as event_store
from engine.store import flows as flow_store
from engine.store import orders as order_store
from engine.store import runs as run_store
from engine.store.customers import SEALED_KINDS
from engine.store.db import Connection

Loader = Callable[[Batch, Connection, str, Sequence[Any]], list[Any]]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def answer_all(batch: Batch, conn: Connection, needs: Sequence[Need]) -> list[Any]:
    """The answers to needs of many pieces of work, in order; one loader call per kind."""
    by_kind: dict[tuple[str, str], list[int]] = {}
    for index, need in enumerate(needs):
        by_kind.setdefault((need.kind, need.tenant), []).append(index)
    found: list[Any] = [None] * len(needs)
    for (kind, tenant), places in by_kind.items():
        loader = LOADERS.get(kind)
        if loader is None:
            answers: list[Any] = [
                Answer("error", {"code": "unknown_read", "message": kind}) for _ in places
            ]
        else:
            answers = loader(batch, conn, tenant, [needs[place].args for place in places])
        for place, answer in zip(places, answers, strict=True):
            found[place] = answer
    return found


def load_customers(
    batch: Batch, conn: Connection, tenant: str, ids: Collection[str], *, is_whole: bool = True
) -> None:
    """Puts customers into the batch; one that is changed there already stays as it is."""
    held = batch.customers
    missing = {id_ for id_ in ids if id_ not in held}
    rows = customer_store.load_customers(conn, tenant, missing) if missing else {}
    for id_, row in rows.items():
        held[id_] = Customer(id_, tenant, customer_record(row, []), row, is_whole=False)
    partial = {id_ for id_ in ids if id_ in held and not held[id_].is_whole} if is_whole else ()
    if partial:
        handles = customer_store.identities_of(conn, tenant, partial)
        for id_ in partial:
            known = identity_values(handles.get(id_, []))
            held[id_].record = {**held[id_].record, "identities": known}
            held[id_].is_whole = True


def _load_owners(batch: Batch, conn: Connection, tenant: str, asked: Sequence[Any]) -> list[None]:
    """Customers of runs, each with whether the run may read its identities too."""
    whole = [id_ for id_, is_whole in asked if is_whole]
    load_customers(batch, conn, tenant, whole)
    load_customers(batch, conn, tenant, [id_ for id_, _ in asked], is_whole=False)
    return [None] * len(asked)


def _unfinished(batch: Batch, conn: Connection, tenant: str, slots: Sequence[Any]) -> list[Any]:
    found = run_store.unfinished(conn, slots)
    # One that this batch has ended already is still unfinished in the store.
    return [
        [(row.id, row.lane, row.status) for row in found[slot] if not _has_ended(batch, row.id)]
        for slot in slots
    ]


def _has_ended(batch: Batch, run_id: str) -> bool:
    run = batch.runs.get(run_id)
    return run is not None and run.status in ENDED


def _last_started(batch: Batch, conn: Connection, tenant: str, slots: Sequence[Any]) -> list[Any]:
    return [run_store.last_started(conn, *slot) for slot in slots]


def _caps(batch: Batch, conn: Connection, tenant: str, asked: Sequence[Any]) -> list[Any]:
    pairs = [(owner, cap) for owner, cap, _ in asked]
    found = customer_store.caps_taken(conn, tenant, pairs, min(since for _, _, since in asked))
    return [[at for at in found[owner, cap] if since <= at] for owner, cap, since in asked]


def _settings(batch: Batch, conn: Connection, tenant: str, asked: Sequence[Any]) -> list[Any]:
    row = flow_store.read_tenant(conn, tenant)
    return [row.settings if row else {} for _ in asked]


def _wait(batch: Batch, conn: Connection, tenant: str, asked: Sequence[Any]) -> list[Any]:
    return [run_store.find_wait(conn, tenant, run_id, token) for run_id, token in asked]


def _events_for_wait(
    batch: Batch, conn: Connection, tenant: str, waits: Sequence[Any]
) -> list[Any]:
    """What came for a wait since it began: by its owner's index, or by time for other keys."""
    answers = []
    for wait in waits:
        # The key of another record is found in the events themselves.
        owner = wait.key if wait.key.startswith("customer:") else None
        found = [
            row
            for row in event_store.events_since(conn, tenant, owner, wait.type, wait.since)
            if row.received_at >= wait.since
            and (wait.key == row.owner or wait.key in record_keys(row.data))
        ]
        for row in found:
            batch.events.setdefault(row.id, as_event(row))
        answers.append(found)
    return answers


def _counts(batch: Batch, conn: Connection, tenant: str, asked: Sequence[Any]) -> list[Known]:
    return [_count(batch, conn, tenant, need, row) for need, row in asked]


def _count(batch: Batch, conn: Connection, tenant: str, need: Any, row: Any) -> Known:
    """What a counting trigger has seen before this event; and whether what must be absent came.

    The event itself is marked, so that later ones of the same batch count it.
    """
    count, before, is_seen, days = need.count, 0, False, frozenset[date]()
    if count is not None:
        slot = (tenant, need.listener.id, count.key)
        since = count.since or EPOCH
        if slot not in batch.marks or since < batch.marks[slot][0]:
            stored = customer_store.marks_of(conn, tenant, need.listener.id, count.key, since)
            seen = [(mark.event_id, mark.at, mark.value) for mark in stored]
            own = [
                (mark["event_id"], mark["at"], mark["value"])
                for mark in batch.new_marks
                if (mark["tenant"], mark["trigger"], mark["key"]) == slot
            ]
            batch.marks[slot] = (since, [*seen, *own])
        held = batch.marks[slot][1]
        earlier = [(at, value) for id_, at, value in held if since <= at and id_ != row.id]
        is_seen = any(value == count.value for _, value in earlier)
        before = len({value for _, value in earlier}) if count.by == "value" else len(earlier)
        days = frozenset(at.astimezone(CHINA).date() for at, _ in earlier)
        if all(id_ != row.id for id_, _, _ in held):
            held.append((row.id, count.at, count.value))
            batch.new_marks.append(
                {
                    "tenant": tenant,
                    "trigger": need.listener.id,
                    "key": count.key,
                    "event_id": row.id,
                    "at": count.at,
                    "value": count.value,
                }
            )
    came = need.absence is not None and _came(batch, conn, tenant, need, row)
    return Known(before, is_seen, days, came)


def _came(batch: Batch, conn: Connection, tenant: str, need: Any, row: Any) -> bool:
    absence, holds = need.absence, need.listener.absence
    since = absence.since or EPOCH
    rows = event_store.events_since(conn, tenant, absence.owner, absence.type, since)
    return any(
        one.id != row.id
        and since <= one.time < absence.until
        and (
            holds is None
            or holds.evaluate(scope_in(batch.world, tenant, as_event(one)), now=row.received_at)
        )
        for one in rows
    )


# -- reads of nodes --------------------------------------------------------------------------------


def _read_customer(batch: Batch, conn: Connection, tenant: str, asked: Sequence[Any]) -> list[Any]:
    wanted: list[str | None] = []
    pairs: dict[int, tuple[str, str]] = {}
    for index, (read, _) in enumerate(asked):
        by = read.args.get("by") or {}
        if by.get("id"):
            wanted.append(str(by["id"]))
            continue
        wanted.append(None)
        kind, value = (
            str(by.get("kind", "")),
            normalise(str(by.get("kind", "")), str(by.get("value", ""))),
        )
        if value:
            stored = batch.world.vault.blind(value, kind) if kind in SEALED_KINDS else value
            pairs[index] = (kind, stored)
    known = customer_store.find_by_identity(conn, tenant, pairs.values())
    for index, pair in pairs.items():
        wanted[index] = known.get(pair)
    load_customers(batch, conn, tenant, [id_ for id_ in wanted if id_])
    answers = []
    for id_, (read, _) in zip(wanted, asked, strict=True):
        held = batch.customers.get(id_) if id_ else None
        answers.append(Answer("out", _fields(held.record, read.fields) if held else None))
    return answers


def _fields(record: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if not names or name in names}


def _read_orders(batch: Batch, conn: Connection, tenant: str, asked: Sequence[Any]) -> list[Any]:
    answers = []
    for read, run in asked:
        customer = str(read.args.get("customer") or run.owner.removeprefix("customer:"))
        since = read.args.get("since") or EPOCH
        limit = min(int(read.args.get("limit") or 50), 200)
        rows = order_store.orders_of_customer(conn, tenant, customer, since, limit)
        answers.append(Answer("out", [_fields(row.data["order"], read.fields) for row in rows]))
    return answers


def _read_people(batch: Batch, conn: Connection, tenant: str, asked: Sequence[Any]) -> list[Any]:
    answers = []
    for read, run in asked:
        who = read.args if hasattr(read, "args") else read
        of = who.get("of")
        if not of and run is not None:
            customer = batch.customers.get(run.owner.removeprefix("customer:"))
            of = customer.record.get("owner_user") if customer else None
        found = accounts.people(
            conn,
            tenant,
            users_=who.get("users") or (),
            roles_=who.get("roles") or (),
            relative=who.get("relative"),
            of=of,
        )
        answers.append(Answer("out", [{"id": row.id, "name": row.name} for row in found]))
    return answers


def _read_calendar(batch: Batch, conn: Connection, tenant: str, asked: Sequence[Any]) -> list[Any]:
    answers = []
    for read, _ in asked:
        key = str(read.args.get("key") or "")
        row = calendars.find_calendar(conn, tenant, key) if key else None
        if key and row is None:
            answers.append(Answer("error", {"code": "no_calendar", "message": key}))
        else:
            answers.append(Answer("out", row.document if row else default_calendar()))
    return answers


def _read_reach(batch: Batch, conn: Connection, tenant: str, asked: Sequence[Any]) -> list[Any]:
    ids = [
        str(read.args.get("customer") or run.owner.removeprefix("customer:")) for read, run in asked
    ]
    load_customers(batch, conn, tenant, ids)
    handles = customer_store.identities_of(conn, tenant, ids)
    vault = batch.world.vault
    answers = []
    for id_ in ids:
        held = batch.customers.get(id_)
        found: dict[str, str] = {}
        try:
            for row in handles.get(id_, []):
                value = vault.open(row.sealed, f"{tenant}/{row.kind}") if row.sealed else row.value
                found.setdefault(row.kind, value)
        except Unavailable as why:
            answers.append(Answer("error", {"code": why.code, "message": why.message}))
            continue
        preferred = (held.record.get("preferred_channels") if held else None) or []
        answers.append(Answer("out", {"identities": found, "preferred": preferred}))
    return answers


LOADERS: dict[str, Loader] = {
    "load_customer": _load_owners,
    "unfinished": _unfinished,
    "last_started": _last_started,
    "caps": _caps,
    "tenant_settings": _settings,
    "wait": _wait,
    "events_for_wait": _events_for_wait,
    "trigger_counts": _counts,
    "read:customer": _read_customer,
    "read:orders": _read_orders,
    "read:people": _read_people,
    "read:calendar": _read_calendar,
    "read:reach": _read_reach,
}
