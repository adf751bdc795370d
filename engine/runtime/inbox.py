"""The inbox: receives each event once and tells the lane whose it is.

1. Check: envelope, data against the type's schema; a bad one is refused with paths.
2. Find whose it is: the customer behind its identities, else the order's owner, else the record.
   Identities nobody has make a new customer.
3. Store what is new, with one row of work each, in one transaction.
4. Wake a worker.

The same source and id again is the same event: it gets the first answer and nothing happens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.core.errors import InvalidInput, Problem
from engine.core.event import Event
from engine.core.event_types import validate_data
from engine.core.ids import id_maker, lane_of
from engine.core.text import text
from engine.customers.identity import normalise
from engine.customers.masking import mask_phone
from engine.runtime.world import World
from engine.store import customers as customer_store
from engine.store import events as event_store
from engine.store import lanes as lane_store
from engine.store import orders as order_store
from engine.store.customers import SEALED_KINDS
from engine.store.db import Connection, dump_json


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one event: its id here, and whether it was there already."""

    id: str
    source: str
    external_id: str
    is_new: bool


@dataclass(slots=True)
class _Incoming:
    event: Event
    id: str
    pairs: list[tuple[str, str]] = field(default_factory=list)  # (kind, value as stored)
    plain: dict[tuple[str, str], str] = field(default_factory=dict)
    order: tuple[str, str] | None = None
    owner: str = ""


def receive(
    world: World,
    tenant: str,
    events: Sequence[Event],
    *,
    connection: str | None = None,
    schemas: Mapping[str, Any] | None = None,
) -> list[Received]:
    """Stores events of one tenant; the answer for each, in order.

    Raises InvalidInput (paths `/<index>/data/...`, or `/data/...` for a single event) and stores
    nothing when one of them is malformed. `schemas` are the tenant's own event types.
    """
    problems = _check(events, schemas or {})
    if problems:
        raise InvalidInput(text("事件内容不符合格式", "the event does not fit its type"), problems)
    now = world.now()
    make = id_maker("evt", now)
    incoming = [_Incoming(event, make()) for event in events]
    for one in incoming:
        _read_identities(world, one)
    with world.db.begin() as conn:
        _find_owners(world, conn, tenant, incoming)
        rows = [
            {
                "id": one.id,
                "tenant": tenant,
                "source": one.event.source,
                "external_id": one.event.id,
                "type": one.event.type,
                "subject": one.event.subject or _subject(one.event),
                "time": one.event.time,
                "received_at": now,
                "owner": one.owner,
                "lane": lane_of(tenant, one.owner, world.lanes),
                "connection": connection,
                "chain": list(one.event.chain) or None,
                "data": one.event.data,
            }
            for one in incoming
        ]
        fresh = event_store.store_events(conn, rows)
        new_rows = _first(rows, fresh)
        lane_store.put_work(
            conn,
            [
                {
                    "lane": row["lane"],
                    "tenant": tenant,
                    "kind": "event",
                    "ref": row["id"],
                    "at": now,
                    "payload": None,
                }
                for row in new_rows
            ],
        )
        ids = {(row["source"], row["external_id"]): row["id"] for row in new_rows}
        known = [(one.event.source, one.event.id) for one in incoming]
        old = [pair for pair in known if pair not in ids]
        if old:
            ids |= event_store.find_ids(conn, tenant, old)
    if new_rows:
        world.queue.wake("lanes")
    answered: set[tuple[str, str]] = set()
    found = []
    for pair in known:
        is_new = (tenant, *pair) in fresh and pair not in answered
        answered.add(pair)
        found.append(Received(ids[pair], pair[0], pair[1], is_new))
    return found


def as_event(row: Any) -> Event:
    """A stored row as an Event."""
    return Event(
        id=row.external_id,
        source=row.source,
        type=row.type,
        time=row.time,
        data=row.data,
        subject=row.subject,
        connection=row.connection,
        chain=tuple(row.chain or ()),
    )


def record_keys(data: Mapping[str, Any]) -> list[str]:
    """Correlation keys of the records in an event: "order:<platform>/<number>"."""
    found = []
    for name, record in data.items():
        if isinstance(record, dict):
            number = record.get("external_id") or record.get("id")
            if isinstance(number, str):
                platform = record.get("platform")
                found.append(f"{name}:{platform}/{number}" if platform else f"{name}:{number}")
    return found


def _check(events: Sequence[Event], schemas: Mapping[str, Any]) -> list[Problem]:
    problems: list[Problem] = []
    for index, event in enumerate(events):
        under = f"/{index}/data" if len(events) > 1 else "/data"
        for found in validate_data(event.type, event.data, own=schemas.get(event.type)):
            problems.append(Problem(under + found.path, found.message, found.code))
        # What a connector translated has not passed the door that refuses this (read_event).
        if "\\u0000" in dump_json([event.id, event.source, event.subject, event.data]):
            said = text("不能含有空字符（U+0000）", "must not contain the character U+0000")
            problems.append(Problem(under, said, "nul"))
        if len(problems) >= 100:
            break
    return problems


def _first(
    rows: Sequence[dict[str, Any]], fresh: set[tuple[str, str, str]]
) -> list[dict[str, Any]]:
    """The rows that were stored: of the same event twice in one batch, the first."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        key = (row["tenant"], row["source"], row["external_id"])
        if key in fresh:
            found.setdefault(key, row)
    return list(found.values())


def _subject(event: Event) -> str:
    for record in event.data.values():
        if isinstance(record, dict) and isinstance(record.get("external_id"), str):
            return str(record["external_id"])[:200]
    return ""


def _read_identities(world: World, one: _Incoming) -> None:
    for name, record in one.event.data.items():
        if not isinstance(record, dict):
            continue
        listed = record.get("identities")
        for found in listed if isinstance(listed, list) else ():
            # Data of a tenant's own type is free: what is no identity is left alone.
            kind = found.get("kind") if isinstance(found, dict) else None
            given = found.get("value") if isinstance(found, dict) else None
            if not isinstance(kind, str) or not isinstance(given, str):
                continue
            value = normalise(kind, given)
            if value:
                stored = world.vault.blind(value, kind) if kind in SEALED_KINDS else value
                if (kind, stored) not in one.plain:
                    one.pairs.append((kind, stored))
                    one.plain[kind, stored] = value
        if name == "order" and one.order is None:
            platform, number = record.get("platform"), record.get("external_id")
            if isinstance(platform, str) and isinstance(number, str):
                one.order = (platform, number)
        elif name in ("refund", "logistics", "payment", "review", "message"):
            platform, number = record.get("platform"), record.get("order_id")
            if isinstance(platform, str) and isinstance(number, str):
                one.order = (platform, number)


def _find_owners(world: World, conn: Connection, tenant: str, incoming: list[_Incoming]) -> None:
    """Sets `owner` on each: customer by identity, by order, else the record itself."""
    wanted = {pair for one in incoming for pair in one.pairs}
    known = customer_store.find_by_identity(conn, tenant, wanted)
    orderless = {one.order for one in incoming if one.order and not one.pairs}
    orders = order_store.find_orders(conn, tenant, orderless) if orderless else {}
    make = id_maker("cus", world.now())
    claims: list[dict[str, Any]] = []
    fresh: dict[str, _Incoming] = {}
    for one in incoming:
        id_ = next((known[pair] for pair in one.pairs if pair in known), None)
        if id_ is None and one.pairs:
            id_ = make()
            fresh[id_] = one
        if id_ is None:
            order = orders.get(one.order) if one.order else None
            one.owner = order.owner if order else _record_owner(one)
            continue
        one.owner = f"customer:{id_}"
        for pair in one.pairs:
            if pair not in known:
                known[pair] = id_
                claims.append(_identity_row(world, tenant, one, pair, id_))
    if not claims:
        return
    # Somebody else may claim the same identity at this moment: the store decides who was first.
    stored = customer_store.store_identities(conn, claims)
    lost = [row for row in claims if (tenant, row["kind"], row["value"]) not in stored]
    if lost:
        losers: dict[str, str] = {}
        winners = customer_store.find_by_identity(
            conn, tenant, [(row["kind"], row["value"]) for row in lost]
        )
        for one in incoming:
            winner = next((winners[pair] for pair in one.pairs if pair in winners), None)
            if winner is not None:
                loser = one.owner.removeprefix("customer:")
                if fresh.pop(loser, None) is not None:
                    losers[loser] = winner
                one.owner = f"customer:{winner}"
        # Further identities this customer was to have, of whom there will be none now.
        customer_store.move_identities(conn, tenant, losers)
    now = world.now()
    customer_store.store_customers(
        conn,
        [
            {
                "id": id_,
                "tenant": tenant,
                "name": _name(one.event),
                "phone": _phone(one),
                "level": None,
                "tags": [],
                "fields": {},
                "consent": {},
                "owner_user": None,
                "merged_into": None,
                "revision": 1,
                "created_at": now,
                "updated_at": now,
            }
            for id_, one in fresh.items()
        ],
    )


def _identity_row(
    world: World, tenant: str, one: _Incoming, pair: tuple[str, str], customer: str
) -> dict[str, Any]:
    kind, stored = pair
    sealed = None
    if kind in SEALED_KINDS:
        sealed = world.vault.seal(one.plain[pair], f"{tenant}/{kind}")
    return {
        "tenant": tenant,
        "kind": kind,
        "value": stored,
        "customer_id": customer,
        "sealed": sealed,
        "source": one.event.source,
        "seen_at": world.now(),
    }


def _record_owner(one: _Incoming) -> str:
    if one.order is not None:
        return f"order:{one.order[0]}/{one.order[1]}"
    for name, record in one.event.data.items():
        if isinstance(record, dict):
            number = record.get("external_id") or record.get("id") or record.get("key")
            if isinstance(number, str):
                if name == "customer":
                    # Only an id of ours is a customer's lane; a platform's is just a record.
                    return (
                        f"customer:{number}" if number.startswith("cus_") else f"contact:{number}"
                    )
                platform = record.get("platform")
                return f"{name}:{platform}/{number}" if platform else f"{name}:{number}"
    return f"event:{one.id}"


def _name(event: Event) -> str | None:
    for record in event.data.values():
        if isinstance(record, dict):
            for field_ in ("name", "buyer_nick", "nick"):
                if isinstance(record.get(field_), str):
                    return str(record[field_])[:120]
    return None


def _phone(one: _Incoming) -> str | None:
    found = next((value for (kind, _), value in one.plain.items() if kind == "phone"), None)
    return mask_phone(found) if found else None
