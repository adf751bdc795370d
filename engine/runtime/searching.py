"""One search over what there is: runs and events by id, orders by number, the rest by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from engine.core.ids import is_id
from engine.customers.identity import normalise
from engine.runtime.principal import Principal
from engine.runtime.world import World
from engine.store import accounts as account_store
from engine.store import connections as connection_store
from engine.store import customers as customer_store
from engine.store import events as event_store
from engine.store import flows as flow_store
from engine.store import orders as order_store
from engine.store import parties as party_store
from engine.store import rate_cards as card_store
from engine.store import runs as run_store
from engine.store.db import Connection

Kind = Literal["run", "event", "order", "flow", "connection", "party", "card", "user"]
MOST = 8  # of one kind
MOST_FLOWS = 1000


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found. `id` is what its page is called by: an order's is its event."""

    kind: Kind
    id: str
    title: str
    about: str


def search(
    world: World,
    who: Principal,
    wanted: str,
    *,
    parties: frozenset[str] | None,
    units: frozenset[str] | None,
) -> list[Hit]:
    """What fits, as far as `who` may see it: parties and people of these, None for all of them."""
    with world.db.reading() as conn:
        found = list(_search(conn, who, wanted))
        if who.may("settlement.read"):
            found += _money(conn, who, wanted, parties)
        if who.may("users.read"):
            people = account_store.list_users(
                conn, who.tenant, units=units, text=wanted, limit=MOST
            )
            found += [Hit("user", row.id, row.name, row.login) for row in people]
    return found


def _search(conn: Connection, who: Principal, wanted: str) -> Iterator[Hit]:
    if who.may("runs.read") and is_id(wanted, "run"):
        row = run_store.find_run(conn, who.tenant, wanted)
        if row is not None:
            flow = flow_store.find_flow(conn, who.tenant, row.flow_id)
            yield Hit("run", row.id, flow.name if flow else row.id, row.status)
    if who.may("events.read"):
        if is_id(wanted, "evt"):
            for row in event_store.find_events(conn, who.tenant, [wanted]):
                yield Hit("event", row.id, f"{row.type} {row.subject}".strip(), row.source)
        for row in order_store.orders_numbered(conn, who.tenant, wanted)[:MOST]:
            about = " · ".join(filter(None, (row.platform, row.shop, row.status)))
            yield Hit("order", row.event_id, row.external_id, about)
    if who.may("flows.read"):
        flows = flow_store.list_flows(conn, who.tenant, limit=MOST_FLOWS)
        for row in _fitting(flows, wanted, "name", "key"):
            yield Hit("flow", row.key, row.name, row.key)
    if who.may("connections.read"):
        connections = connection_store.list_connections(conn, who.tenant)
        for row in _fitting(connections, wanted, "name", "key"):
            yield Hit("connection", row.key, row.name, row.connector)


def _money(
    conn: Connection, who: Principal, wanted: str, parties: frozenset[str] | None
) -> Iterator[Hit]:
    rows = party_store.list_parties(conn, who.tenant, q=wanted, limit=200)
    for row in [one for one in rows if parties is None or one.id in parties][:MOST]:
        yield Hit("party", row.id, row.name, row.kind)
    for row in _fitting(card_store.list_cards(conn, who.tenant), wanted, "name", "key"):
        yield Hit("card", row.key, row.name, row.key)


def _fitting(rows: Iterable[Any], wanted: str, *names: str) -> list[Any]:
    """Rows one of whose texts holds what is wanted, whatever the case."""
    low = wanted.casefold()
    fits = [row for row in rows if any(low in str(getattr(row, name)).casefold() for name in names)]
    return fits[:MOST]


def find_customers(world: World, tenant: str, wanted: str, limit: int = 20) -> list[Any]:
    """Customers by part of the name, by the whole phone number or by id; the newest first.

    Phones are kept sealed: only the whole number finds somebody.
    """
    with world.db.reading() as conn:
        found = customer_store.load_customers(conn, tenant, [wanted])
        if number := normalise("phone", wanted):
            known = ("phone", world.vault.blind(number, "phone"))
            ids = customer_store.find_by_identity(conn, tenant, [known]).values()
            found |= customer_store.load_customers(conn, tenant, ids)
        for row in customer_store.customers_named(conn, tenant, wanted, limit):
            found.setdefault(row.id, row)
    return list(found.values())[:limit]
