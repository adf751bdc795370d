"""What a test run asks of two databases: rows carried into its own, and what is due in there next.

`source` is the installation, read in one snapshot; `target` is a scratch database. Nothing here
ever writes to the source. Credentials, passwords and tokens stay behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Table, and_, case, func, literal_column, select
from sqlalchemy.engine import Connection

from engine.store.accounts import roles, user_roles, users
from engine.store.among import among
from engine.store.bulk import insert_many, insert_new, update_many
from engine.store.calendars import calendars
from engine.store.connections import connections
from engine.store.customers import caps, customer_history, customers, identities, marks
from engine.store.db import all_tenants, metadata
from engine.store.effects import effects
from engine.store.event_types import own_event_types
from engine.store.events import events
from engine.store.flows import flow_versions, flows, schedules, tenants
from engine.store.lanes import lanes
from engine.store.orders import (
    find_orders,
    order_adjustments,
    order_fees,
    order_lines,
    orders,
    product_ids,
    products,
)
from engine.store.org import org_units
from engine.store.parties import parties, party_accounts
from engine.store.rate_cards import rate_card_versions, rate_cards
from engine.store.runs import (
    incidents,
    journal,
    notices,
    runs,
    task_people,
    tasks,
    timers,
    waits,
)

PAGE = 500
MOST_MARKS = 200_000

# Small tables whole, with what must not be carried along.
WHOLE: tuple[tuple[Table, Mapping[str, Any]], ...] = (
    (own_event_types, {}),
    (calendars, {}),
    (org_units, {}),
    (users, {"password": None, "totp": None, "totp_last": None, "recovery": None}),
    (roles, {}),
    (user_roles, {}),
    (
        connections,
        {
            "credentials": None,
            "failures": 0,
            "open_until": None,
            "last_error": None,
            "last_error_at": None,
            "cursor": None,
        },
    ),
    (products, {}),
    (product_ids, {}),
    (parties, {"bank_sealed": None, "bank_asked": None}),
    (party_accounts, {}),
    (rate_cards, {}),
    (rate_card_versions, {}),
)


def defer_keys(target: Connection) -> None:
    """Foreign keys are checked at the end of this transaction: rows may come in any order."""
    target.exec_driver_sql("PRAGMA defer_foreign_keys = ON")


def copy_whole(source: Connection, target: Connection, tenant: str) -> None:
    """The tenant's row and its small tables."""
    found = source.execute(select(tenants).where(tenants.c.id == tenant)).one()
    insert_many(target, tenants, [dict(found._mapping)])
    for table, blanked in WHOLE:
        _copy(source, target, table, table.c.tenant == tenant, blanked)


def _copy(
    source: Connection,
    target: Connection,
    table: Table,
    where: Any,
    blanked: Mapping[str, Any] | None = None,
) -> int:
    count = 0
    for page in source.execute(select(table).where(where)).partitions(PAGE):
        insert_many(target, table, [{**row._mapping, **(blanked or {})} for row in page])
        count += len(page)
    return count


def copy_flows(source: Connection, target: Connection, tenant: str, keys: Iterable[str]) -> None:
    """Flows by key with all their versions; none of them is live yet."""
    held = source.execute(
        select(flows).where(flows.c.tenant == tenant, among(flows.c.key, sorted(set(keys))))
    ).all()
    blanked = {"status": "draft", "edited_by": None, "edited_until": None}
    insert_many(target, flows, [{**row._mapping, **blanked} for row in held])
    _copy(
        source,
        target,
        flow_versions,
        and_(
            flow_versions.c.tenant == tenant,
            among(flow_versions.c.flow_id, [row.id for row in held]),
        ),
    )


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
    told, wanted = Restored(), set(pairs)
    if wanted:
        held = list(find_orders(source, tenant, wanted).values())
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
        .order_by(events.c.time.desc())
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
    _copy(source, target, marks, where)
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


# -- within a scratch database ---------------------------------------------------------------------


def take_lane(conn: Connection, who: str) -> dict[int, int]:
    """The one lane of a scratch database, for good: {lane: epoch}."""
    row = conn.execute(
        lanes.update().values(owner=who, epoch=lanes.c.epoch + 1).returning(lanes)
    ).one()
    return {row.lane: row.epoch}


def index_for_reading(conn: Connection) -> None:
    """What a live installation never asks for and the reading of a test run does."""
    conn.exec_driver_sql('CREATE INDEX ix_scratch_history_by ON customer_history ("by")')
    conn.exec_driver_sql("CREATE INDEX ix_scratch_events_external ON events (external_id)")
    conn.exec_driver_sql("CREATE INDEX ix_scratch_runs_event ON runs (event_id)")


_ROWS = 100_000
_COARSE = frozenset({"platform", "kind", "status", "source", "type", "trigger"})


def tell_planner(conn: Connection) -> None:
    """What the planner would learn by looking: that a tenant's rows are nearly all rows.

    Without it SQLite takes `tenant = ?` for a narrow search and walks whole tables. The figures are
    rough: how many rows one value of the first columns of each index leaves.
    """
    conn.exec_driver_sql("ANALYZE")
    conn.exec_driver_sql("DELETE FROM sqlite_stat1")
    for table in metadata.tables:
        for index in conn.exec_driver_sql(f"PRAGMA index_list({table})").all():
            left, figures = _ROWS, [_ROWS]
            columns = [row[2] for row in conn.exec_driver_sql(f"PRAGMA index_info({index[1]})")]
            for name in columns:
                if name != "tenant":
                    left = max(2, left // 5) if name in _COARSE else 2
                figures.append(left)
            if index[2]:
                figures[-1] = 1
            written = " ".join(str(figure) for figure in figures)
            conn.exec_driver_sql(
                "INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", (table, index[1], written)
            )
    conn.exec_driver_sql("ANALYZE sqlite_schema")


def put_flow_live(
    conn: Connection, tenant: str, flow_id: str, version_id: str, due: Sequence[Mapping[str, Any]]
) -> None:
    """Makes one version the live one, with the next times of its schedules."""
    conn.execute(
        flows.update()
        .where(flows.c.tenant == tenant, flows.c.id == flow_id)
        .values(status="live", live_version=version_id)
    )
    insert_many(
        conn,
        schedules,
        [{"tenant": tenant, "flow_id": flow_id, "version_id": version_id, **row} for row in due],
    )


@dataclass(frozen=True, slots=True)
class Due:
    """Something that will happen by itself, and whose matter it is ("" is nobody's alone)."""

    at: datetime
    owner: str


def due_next(conn: Connection, limit: int) -> list[Due]:
    """The next timers, calls and schedules with the owners of their runs, in order of time."""
    waiting = conn.execute(
        all_tenants(
            select(timers.c.due_at, runs.c.owner)
            .join(runs, runs.c.id == timers.c.run_id)
            .order_by(timers.c.due_at)
            .limit(limit)
        )
    )
    found = [Due(row.due_at, row.owner) for row in waiting]
    found += _calls_due(conn, limit)
    starts = conn.execute(
        all_tenants(
            select(schedules.c.due_at)
            .where(schedules.c.paused.is_(False))
            .order_by(schedules.c.due_at)
        )
    )
    found += [Due(row.due_at, "") for row in starts]
    found.sort(key=lambda due: due.at)
    return found[:limit]


def _calls_due(conn: Connection, limit: int) -> list[Due]:
    """Calls that may go by then: not before their circuit closes, nor past an older one."""
    older = effects.alias("older")
    behind = (
        select(1)
        .where(
            older.c.tenant == effects.c.tenant,
            older.c.connection == effects.c.connection,
            older.c.subject == effects.c.subject,
            older.c.id < effects.c.id,
            older.c.status == "pending",
        )
        .exists()
    )
    at = case(
        (connections.c.open_until > effects.c.next_at, connections.c.open_until),
        else_=effects.c.next_at,
    )
    found = conn.execute(
        all_tenants(
            select(at.label("at"), runs.c.owner)
            .join(runs, runs.c.id == effects.c.run_id)
            .outerjoin(
                connections,
                and_(
                    connections.c.tenant == effects.c.tenant,
                    connections.c.key == effects.c.connection,
                ),
            )
            .where(effects.c.status == "pending", ~behind)
            .order_by(at)
            .limit(limit)
        )
    )
    return [Due(row.at, row.owner) for row in found]


def pending_calls(conn: Connection) -> list[Any]:
    """Calls nobody has tried yet: key, step, connection, action, made_at, next_at."""
    columns = (
        effects.c.key,
        effects.c.run_id,
        effects.c.step,
        effects.c.connection,
        effects.c.action,
        effects.c.made_at,
        effects.c.next_at,
    )
    return list(
        conn.execute(
            all_tenants(
                select(*columns).where(effects.c.status == "pending", effects.c.attempts == 0)
            )
        ).all()
    )


def new_tasks(conn: Connection, after: int) -> list[Any]:
    """Tasks opened since, with their run's owner, by the number of their row."""
    number = literal_column("tasks.rowid", Integer)
    return list(
        conn.execute(
            all_tenants(
                select(number.label("number"), tasks, runs.c.owner)
                .join(runs, runs.c.id == tasks.c.run_id)
                .where(number > after)
                .order_by(number)
            )
        ).all()
    )


def name_of_user(conn: Connection, tenant: str, user_id: str) -> str | None:
    found: str | None = conn.execute(
        select(users.c.name).where(users.c.tenant == tenant, users.c.id == user_id)
    ).scalar()
    return found


def put_stand_in(
    conn: Connection, tenant: str, user_id: str, name: str, task_id: str, now: datetime
) -> None:
    """Somebody who may answer a task that nobody else may."""
    insert_new(
        conn,
        users,
        [
            {
                "id": user_id,
                "tenant": tenant,
                "login": user_id,
                "name": name,
                "locale": "zh",
                "status": "active",
                "must_change_password": False,
                "revision": 1,
                "created_at": now,
            }
        ],
        ("id",),
    )
    row = {"task_id": task_id, "user_id": user_id, "tenant": tenant}
    insert_new(conn, task_people, [row], ("task_id", "user_id"))


def open_waits(conn: Connection) -> list[Any]:
    """Every wait for an event there is, with its run's owner."""
    return list(
        conn.execute(
            all_tenants(
                select(waits, runs.c.owner)
                .join(runs, runs.c.id == waits.c.run_id)
                .order_by(waits.c.run_id, waits.c.token)
            )
        ).all()
    )


def has_due_calls(conn: Connection, now: datetime) -> bool:
    """Whether a call waits whose time has come."""
    found = conn.execute(
        all_tenants(
            select(effects.c.id)
            .where(effects.c.status == "pending", effects.c.next_at <= now)
            .limit(1)
        )
    )
    return found.first() is not None


def delay_calls(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Calls that take their time: key, next_at."""
    update_many(conn, effects, rows, ("key",))


_SEEN = (
    *(column for column in runs.c if column.name != "state"),
    events.c.source.label("event_source"),
    events.c.external_id.label("event_external"),
    events.c.type.label("event_type"),
    events.c.subject.label("event_subject"),
)


def page_of_runs(conn: Connection, after: str, limit: int = PAGE) -> list[Any]:
    """Runs by id with the event that started each."""
    return list(
        conn.execute(
            all_tenants(
                select(*_SEEN)
                .join(events, events.c.id == runs.c.event_id)
                .where(runs.c.id > after)
                .order_by(runs.c.id)
                .limit(limit)
            )
        ).all()
    )


def runs_of_events(conn: Connection, flow_id: str, pairs: Sequence[tuple[str, str]]) -> list[Any]:
    """The runs of a flow that events by (source, id) have started."""
    wanted = set(pairs)
    found = conn.execute(
        all_tenants(
            select(*_SEEN)
            .join(events, events.c.id == runs.c.event_id)
            .where(
                runs.c.flow_id == flow_id,
                among(events.c.external_id, sorted({id_ for _, id_ in wanted})),
            )
            .order_by(runs.c.id)
        )
    )
    return [row for row in found if (row.event_source, row.event_external) in wanted]


def journals_of(conn: Connection, ids: Iterable[str]) -> dict[str, list[bytes]]:
    """{run id: entries in order}."""
    found: dict[str, list[bytes]] = {}
    rows = conn.execute(
        all_tenants(
            select(journal.c.run_id, journal.c.entry)
            .where(among(journal.c.run_id, sorted(ids)))
            .order_by(journal.c.run_id, journal.c.seq)
        )
    )
    for row in rows:
        found.setdefault(row.run_id, []).append(row.entry)
    return found


def calls_of(conn: Connection, ids: Iterable[str]) -> dict[str, list[Any]]:
    """{run id: its external effects in the order made}."""
    found: dict[str, list[Any]] = {}
    rows = conn.execute(
        all_tenants(
            select(effects).where(among(effects.c.run_id, sorted(ids))).order_by(effects.c.id)
        )
    )
    for row in rows:
        found.setdefault(row.run_id, []).append(row)
    return found


def notices_by(conn: Connection, keys: Iterable[str]) -> list[Any]:
    """Notices to people that some effects made."""
    return list(
        conn.execute(
            all_tenants(
                select(notices).where(among(notices.c.key, sorted(keys))).order_by(notices.c.id)
            )
        ).all()
    )


def history_by(conn: Connection, keys: Iterable[str]) -> list[Any]:
    """Changes of customers that some effects made, in order."""
    return list(
        conn.execute(
            all_tenants(
                select(customer_history)
                .where(among(customer_history.c.by, sorted(keys)))
                .order_by(customer_history.c.id)
            )
        ).all()
    )


def incidents_beside(conn: Connection, most: int = 1_000) -> list[Any]:
    """Incidents that are no failed run of their own."""
    return list(
        conn.execute(
            all_tenants(
                select(incidents)
                .where(incidents.c.kind != "run")
                .order_by(incidents.c.id)
                .limit(most)
            )
        ).all()
    )


def unheard_events(conn: Connection, flow_id: str, since: datetime) -> dict[str, int]:
    """{type: how many events since a moment started no run of a flow}."""
    started = select(runs.c.event_id).where(runs.c.flow_id == flow_id)
    found = conn.execute(
        all_tenants(
            select(events.c.type, func.count())
            .where(events.c.received_at >= since, events.c.id.not_in(started))
            .group_by(events.c.type)
        )
    )
    return {row[0]: row[1] for row in found}


def rows_of(conn: Connection, table: str) -> Iterator[Any]:
    """Every row of a table by name, ordered by its key: for a digest of the whole database."""
    from engine.store.db import metadata

    found = metadata.tables[table]
    yield from conn.execute(all_tenants(select(found).order_by(*found.primary_key.columns)))
