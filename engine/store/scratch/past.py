"""Rows the chosen events name, as they were before a moment: customers, orders, earlier events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.bulk import insert_many, insert_new
from engine.store.customers import caps, customer_history, customers, identities, marks
from engine.store.events import events
from engine.store.orders import (
    find_orders,
    order_adjustments,
    order_fees,
    order_lines,
    orders,
)
from engine.store.scratch.small import PAGE, copy_rows

MOST_MARKS = 200_000


@dataclass(slots=True)
class Restored:
    """What was carried over for the chosen events, and what could not be had as it was then."""

    customers: int = 0
    orders: int = 0
    undone: int = 0  # changes of customers taken back
    orders_without_past: int = 0
    marks_left_out: bool = False
    owners: set[str] = field(default_factory=set)  # customers of the orders found

    def add(self, other: Restored) -> None:
        self.customers += other.customers
        self.orders += other.orders
        self.undone += other.undone
        self.orders_without_past += other.orders_without_past
        self.marks_left_out = self.marks_left_out or other.marks_left_out
        self.owners |= other.owners


def copy_people(
    source: Connection, target: Connection, tenant: str, ids: Iterable[str], before: datetime
) -> Restored:
    """Customers with their identities, orders and caps as they were before a moment.

    Fields and tags that changed since are taken back by the history; an order that changed since
    gets its newest record from before.
    """
    told = Restored()
    known = {
        row.id: dict(row._mapping)
        for row in source.execute(
            select(customers).where(
                customers.c.tenant == tenant,
                among(customers.c.id, sorted(set(ids))),
                customers.c.created_at < before,
            )
        )
    }
    if not known:
        return told
    told.undone = _take_back(source, tenant, known, before)
    fresh = insert_new(target, customers, list(known.values()), ("id",))
    new = [row[0] for row in fresh]
    told.customers = len(new)
    if not new:
        return told
    handles = source.execute(
        select(identities).where(
            identities.c.tenant == tenant,
            among(identities.c.customer_id, new),
            identities.c.seen_at < before,
        )
    )
    insert_new(
        target, identities, [dict(row._mapping) for row in handles], ("tenant", "kind", "value")
    )
    owners = [f"customer:{id_}" for id_ in new]
    taken = source.execute(
        select(caps).where(caps.c.tenant == tenant, among(caps.c.owner, owners), caps.c.at < before)
    )
    insert_new(target, caps, [_without_id(row) for row in taken], ("key",))
    held = source.execute(
        select(orders).where(orders.c.tenant == tenant, among(orders.c.customer_id, new))
    ).all()
    if held:
        _put_orders(source, target, tenant, held, before, told)
    return told


def copy_orders(
    source: Connection,
    target: Connection,
    tenant: str,
    pairs: Iterable[tuple[str, str]],
    before: datetime,
) -> Restored:
    """Orders by (platform, number) as they were before a moment."""
    told = Restored()
    held = list(find_orders(source, tenant, pairs).values())
    if held:
        _put_orders(source, target, tenant, held, before, told)
    return told


def _take_back(
    source: Connection, tenant: str, known: Mapping[str, dict[str, Any]], before: datetime
) -> int:
    later = source.execute(
        select(customer_history)
        .where(
            customer_history.c.tenant == tenant,
            among(customer_history.c.customer_id, sorted(known)),
            customer_history.c.at >= before,
        )
        .order_by(customer_history.c.id.desc())
    ).all()
    for change in later:
        row = known[change.customer_id]
        if change.field in ("tags", "level", "owner_user", "name"):
            row[change.field] = change.old
        else:
            own = dict(row["fields"] or {})
            if change.old is None:
                own.pop(change.field, None)
            else:
                own[change.field] = change.old
            row["fields"] = own
    return len(later)


def _put_orders(
    source: Connection,
    target: Connection,
    tenant: str,
    held: Sequence[Any],
    before: datetime,
    told: Restored,
) -> None:
    rows = []
    records = source.execute(
        select(events.c.id, events.c.received_at).where(
            events.c.tenant == tenant, among(events.c.id, [row.event_id for row in held])
        )
    )
    # By receipt: what was received later may tell of an earlier time.
    received = {row.id: row.received_at for row in records}
    for row in held:
        found = dict(row._mapping)
        if received.get(row.event_id, row.time) >= before:
            earlier = _earlier(source, tenant, row, before)
            if earlier is None:
                told.orders_without_past += 1
                continue
            record = earlier.data.get("order") or {}
            found |= {
                "event_id": earlier.id,
                "time": earlier.time,
                "status": record.get("status"),
            }
        if found["settled_at"] is not None and found["settled_at"] >= before:
            found["settled_at"] = None
        rows.append(found)
    told_by = source.execute(
        select(events).where(
            events.c.tenant == tenant, among(events.c.id, [row["event_id"] for row in rows])
        )
    )
    insert_new(target, events, [_in_lane(row) for row in told_by], ("id",))
    fresh = insert_new(target, orders, rows, ("tenant", "platform", "external_id"))
    told.orders += len(fresh)
    told.owners |= {row["customer_id"] for row in rows if row["customer_id"]}
    names = {(row["platform"], row["external_id"]): row["id"] for row in rows}
    ids = [names[platform, number] for _, platform, number in fresh]
    for table, blanked in ((order_lines, False), (order_adjustments, True), (order_fees, True)):
        parts = source.execute(
            select(table).where(table.c.tenant == tenant, among(table.c.order_id, ids))
        )
        insert_many(
            target, table, [_without_id(row) if blanked else dict(row._mapping) for row in parts]
        )


def _earlier(source: Connection, tenant: str, order: Any, before: datetime) -> Any | None:
    """The newest record of an order from before a moment, among its owner's last events."""
    found = source.execute(
        select(events)
        .where(
            events.c.tenant == tenant,
            events.c.owner == order.owner,
            events.c.type.startswith("order."),
            events.c.subject == order.external_id,
            events.c.received_at < before,
        )
        .order_by(events.c.time.desc(), events.c.id.desc())
        .limit(1)
    )
    return found.first()


def copy_marks(
    source: Connection, target: Connection, tenant: str, triggers: Iterable[str], before: datetime
) -> bool:
    """What counting triggers had seen; False when it is too much to carry."""
    named = sorted(set(triggers))
    where = and_(marks.c.tenant == tenant, among(marks.c.trigger, named), marks.c.at < before)
    count = source.execute(select(func.count()).select_from(marks).where(where)).scalar_one()
    if count > MOST_MARKS:
        return False
    copy_rows(source, target, marks, where)
    return True


def copy_events(
    source: Connection,
    target: Connection,
    tenant: str,
    owners: Iterable[str],
    types: Sequence[str],
    since: datetime,
    before: datetime,
) -> None:
    """Earlier events of some owners, for triggers that ask what has come."""
    found = source.execute(
        select(events).where(
            events.c.tenant == tenant,
            among(events.c.owner, sorted(set(owners))),
            among(events.c.type, types),
            events.c.time >= since,
            events.c.received_at < before,
        )
    )
    for page in found.partitions(PAGE):
        insert_new(target, events, [_in_lane(row) for row in page], ("id",))


def _without_id(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name != "id"}


def _in_lane(row: Any) -> dict[str, Any]:
    # A scratch database has one lane.
    return {**row._mapping, "lane": 0}


def events_between(
    conn: Connection,
    tenant: str,
    after: str,
    until: str,
    *,
    types: Sequence[str] | None = None,
    limit: int = PAGE,
) -> list[Any]:
    """Stored events with ids in (after, until), oldest first: ids sort by receipt."""
    where = [events.c.tenant == tenant, events.c.id > after, events.c.id < until]
    if types is not None:
        where.append(among(events.c.type, types))
    return list(conn.execute(select(events).where(*where).order_by(events.c.id).limit(limit)).all())


def put_identities(target: Connection, tenant: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Identities of prepared customers; whoever had one before loses it."""
    for row in rows:
        target.execute(
            identities.delete().where(
                identities.c.tenant == tenant,
                identities.c.kind == row["kind"],
                identities.c.value == row["value"],
            )
        )
    insert_many(target, identities, rows)
