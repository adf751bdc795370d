"""What a test run reads when it is over: runs with journals, calls, changes, money."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Integer, Table, and_, func, literal_column, select
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.customers import customer_history
from engine.store.db import all_tenants, metadata
from engine.store.effects import effects, of_run
from engine.store.events import events
from engine.store.incidents import incidents
from engine.store.runs import journal, runs
from engine.store.scratch.shelves import shelves_of
from engine.store.scratch.small import PAGE
from engine.store.settlement_bookings import settlement_bookings, settlement_exceptions
from engine.store.settlement_budgets import settlement_demands
from engine.store.settlement_entries import settlement_entries
from engine.store.tasks import notices

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
    wanted = func.json_each(orjson.dumps(sorted(ids)).decode()).table_valued("value")
    is_of_one = and_(*of_run(wanted.c.value))
    rows = conn.execute(
        all_tenants(
            select(effects).select_from(wanted).join(effects, is_of_one).order_by(effects.c.id)
        )
    )
    for row in rows:
        found.setdefault(row.run_id, []).append(row)
    return found


def calls_made(conn: Connection) -> Iterator[Any]:
    """Every external effect with the subject of the event that led to it, run by run."""
    if "effects" not in shelves_of(conn).written_to:
        return
    found = conn.execute(
        all_tenants(
            select(
                effects.c.run_id,
                effects.c.connection,
                effects.c.action,
                effects.c.status,
                effects.c.args,
                events.c.subject.label("event_subject"),
            )
            .join(runs, runs.c.id == effects.c.run_id)
            .join(events, events.c.id == runs.c.event_id)
            .order_by(effects.c.run_id, effects.c.id)
        ).execution_options(yield_per=PAGE)
    )
    yield from found


def notices_given(conn: Connection) -> Iterator[Any]:
    """Notices to people that effects made, run by run."""
    if "notices" not in shelves_of(conn).written_to:
        return
    columns = (notices.c.run_id, notices.c.user_id, notices.c.title, notices.c.body)
    found = conn.execute(
        all_tenants(
            select(*columns)
            .where(notices.c.run_id.is_not(None), notices.c.key.startswith("eff_", autoescape=True))
            .order_by(notices.c.run_id, notices.c.id)
        ).execution_options(yield_per=PAGE)
    )
    yield from found


def notices_by(conn: Connection, keys: Iterable[str]) -> list[Any]:
    """Notices to people that some effects made."""
    return list(
        conn.execute(
            all_tenants(
                select(notices).where(among(notices.c.key, sorted(keys))).order_by(notices.c.id)
            )
        ).all()
    )


def notices_untold(conn: Connection, keys: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """(key, title, body) of the notices some effects made for nobody."""
    untold = shelves_of(conn).untold
    for key in keys if untold else ():
        row = untold.get(key)
        if row is not None:
            yield key, row["title"], row["body"]


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


def incidents_beside(conn: Connection, most: int) -> Iterator[tuple[str, int, list[Any]]]:
    """(code, how many, the first `most` by what they are about) of those that are no failed run."""
    is_beside = incidents.c.kind != "run"
    counts = select(incidents.c.code, func.count()).where(is_beside).group_by(incidents.c.code)
    for code, count in conn.execute(all_tenants(counts)).all():
        first = select(incidents).where(is_beside, incidents.c.code == code)
        by = (incidents.c.ref, incidents.c.id)
        yield code, count, list(conn.execute(all_tenants(first.order_by(*by).limit(most))).all())


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
    found = metadata.tables[table]
    yield from conn.execute(all_tenants(select(found).order_by(*found.primary_key.columns)))


# -- money -----------------------------------------------------------------------------------------

_ROW = literal_column("settlement_entries.rowid", Integer)
_DEMAND = literal_column("settlement_demands.rowid", Integer)


@dataclass(frozen=True, slots=True)
class Mark:
    """The newest rows of the ledger before a test run: what was carried along is no result."""

    entries: int = 0
    demands: int = 0


def mark_ledger(conn: Connection) -> Mark:
    """Where the test run's own entries and demands begin."""
    return Mark(_newest(conn, _ROW, settlement_entries), _newest(conn, _DEMAND, settlement_demands))


def _newest(conn: Connection, number: Any, table: Table) -> int:
    newest = select(func.coalesce(func.max(number), 0)).select_from(table)
    return int(conn.execute(all_tenants(newest)).scalar_one())


def accounts_booked(conn: Connection) -> Iterator[tuple[str, str]]:
    """(order, account) of all lines that are booked."""
    table = settlement_bookings
    for row in conn.execute(all_tenants(select(table.c.order_key, table.c.account).distinct())):
        yield row.order_key, row.account


def entries_posted(conn: Connection, mark: Mark) -> Iterator[list[tuple[Any, Any]]]:
    """Every entry since a mark with what has the channel of its line, or None; page by page.

    First those that made room for others in memory, then those that are still there alone.
    """
    shelves = shelves_of(conn)
    after = mark.entries
    while True:
        with shelves.own():
            rows = _page_of_entries(conn, after)
        if not rows:
            break
        after = rows[-1].number
        yield shelves.entries_by_now(rows)
    yield from shelves.entries_here(conn)


_LINE = ("tenant", "order_key", "line", "account", "sub")
_POSTED = (*_LINE, "key", "minor", "currency", "state", "from_account", "to_account", "figures")
_FACTS = ("channel", "platform", "shop")


def _page_of_entries(conn: Connection, after: int) -> Sequence[Any]:
    entries, bookings = settlement_entries.c, settlement_bookings.c
    columns = (*(entries[name] for name in _POSTED), *(bookings[name] for name in _FACTS))
    is_of_line = and_(*(bookings[name] == entries[name] for name in _LINE))
    return conn.execute(
        all_tenants(
            select(_ROW.label("number"), *columns)
            .outerjoin(settlement_bookings, is_of_line)
            .where(after < _ROW)
            .order_by(_ROW)
            .limit(PAGE)
        )
    ).all()


def money_by_order(conn: Connection, after: int) -> Iterator[tuple[str, list[Any]]]:
    """(order, its entries since a mark) in order of the orders, one order in memory at a time."""
    table = settlement_entries
    names = ("order_key", "currency", "from_account", "to_account", "minor", "key")
    found = conn.execute(
        all_tenants(
            select(*(table.c[name] for name in names))
            .where(after < _ROW, table.c.state != "void")
            .order_by(table.c.order_key, _ROW)
        ).execution_options(yield_per=PAGE)
    )
    for order, rows in groupby(found, key=lambda row: row.order_key):
        yield order, list(rows)


def has_entries(conn: Connection) -> bool:
    """Whether anything stands in the ledger."""
    return conn.execute(all_tenants(select(settlement_entries.c.key).limit(1))).first() is not None


def entries_by_key(conn: Connection, keys: Iterable[str]) -> dict[str, Any]:
    """{key: its entry} of those there are."""
    table = settlement_entries
    names = ("key", "currency", "from_account", "to_account", "minor")
    rows = conn.execute(
        all_tenants(select(*(table.c[name] for name in names)).where(among(table.c.key, keys)))
    )
    return {row.key: row for row in rows}


def demands_since(conn: Connection, after: int) -> list[Any]:
    """What budgets were asked since a mark, in order."""
    table = settlement_demands
    names = ("budget", "key", "amount", "outcome", "at")
    return list(
        conn.execute(
            all_tenants(
                select(*(table.c[name] for name in names)).where(after < _DEMAND).order_by(_DEMAND)
            )
        )
    )


def exceptions_counted(conn: Connection) -> list[Any]:
    """(card, term, kind, name, lines): what was left out of settlement, and what has no rate."""
    table = settlement_exceptions
    names = ("card", "term", "kind", "name")
    columns = [table.c[name] for name in names]
    return list(
        conn.execute(
            all_tenants(
                select(*columns, func.count().label("lines")).group_by(*columns).order_by(*columns)
            )
        )
    )
