"""Fills a scratch world from one snapshot of the installation, as of the first event.

1. Small tables whole: calendars, people, the org tree, products, connections without credentials.
2. The flow in the version under test, live there and nowhere else, and the flows it calls.
3. Of customers, orders and caps those the chosen events name, as they were before the first event.
4. Settlement as it was (ledger.py).
5. Customers the set-up prepares. (Events that came before go through the inbox: course.py.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from engine.core.errors import InvalidInput, Problem
from engine.core.execution.version import compile_version
from engine.core.flow import dump_flow, graphs
from engine.core.ids import new_id
from engine.core.text import Text, text
from engine.core.triggers import Listen, Schedule
from engine.customers.identity import normalise
from engine.customers.masking import mask_phone
from engine.runtime.clock import next_fire
from engine.runtime.simulate.asked import Person, Setup
from engine.runtime.simulate.chosen import Chosen, all_called
from engine.runtime.simulate.concerned import Concerned
from engine.runtime.simulate.feed import Feed, Tell
from engine.runtime.simulate.ledger import fill_ledger, fill_settings
from engine.runtime.simulate.named import Named
from engine.runtime.simulate.scratch import Scratch
from engine.runtime.world import World
from engine.store import customers as customer_store
from engine.store import flows as flow_store
from engine.store import scratch as store
from engine.store.bulk import insert_many
from engine.store.customers import SEALED_KINDS
from engine.store.db import Connection, dump_json
from engine.store.scratch import Restored

CHUNK = 1_000  # orders or customers carried along at once
LOOKED_FOR = 4_000  # identities in one statement
LONGEST_LOOK = timedelta(days=400)
_One = TypeVar("_One", str, tuple[str, str])
_in_order = partial(sorted, key="\x00".join)  # pairs; as tuples they take five times as long


def fill(
    conn: Connection,
    scratch: Scratch,
    tenant: str,
    setup: Setup,
    chosen: Chosen,
    feed: Feed,
    tell: Tell,
) -> list[Text]:
    """Fills the world as of its clock; `conn` is the snapshot.

    Returns what could not be had as it was then, in words.
    """
    world = scratch.world
    at = scratch.clock.at - feed.shift  # when the first event really was
    others = all_called(conn, tenant, chosen, world.registry)
    if setup.others == "all":
        live = [row.key for row in flow_store.live_versions(conn, tenant)]
        others = list(dict.fromkeys([*others, *(key for key in live if key != setup.flow)]))
    told, named = Restored(), _named(chosen)
    with world.db.begin() as target:
        store.defer_keys(target)
        store.copy_whole(conn, target, tenant)
        store.copy_flows(conn, target, tenant, [setup.flow, *others])
        version = _put_version(target, tenant, chosen, at)
        is_started = setup.starts is not None  # then its schedules fire as the set-up says
        _put_live(world, target, tenant, chosen, version, None if is_started else at)
        for row in flow_store.live_versions(conn, tenant):
            if row.key in others:
                store.put_flow_live(target, tenant, row.id, row.live_version, [])
        settles, said = fill_settings(conn, target, tenant, at, as_then=setup.window is not None)
        flow_store.bump(target, tenant)
        listens = _listens(world, chosen)
        counting = [f"{chosen.flow_id}/{node}" for node, one in listens if one.count]
        if counting and not store.copy_marks(conn, target, tenant, counting, at):
            told.marks_left_out = True
        absent = [(one.absent.type, one.absent.within) for _, one in listens if one.absent]
        told.add(_copy_named(conn, target, tenant, feed.concerned, absent, at, tell))
        if settles or named.parties:
            if feed.concerned.settling.is_on:  # then they were noted while they came in
                named.extend(feed.concerned.named)
            for coming in () if feed.concerned.settling.is_on else feed:
                named.read(coming.event.data.get("order"), "external_id")
                named.read(coming.event.data.get("refund"), "order_id")
            preparing = partial(tell, 0, None, text("正在准备结算", "preparing settlement"))
            said += fill_ledger(conn, target, tenant, named, at, preparing)
        put_people(world, target, tenant, setup.customers, at)
    return [*_in_words(told), *said]


def _named(chosen: Chosen) -> Named:
    """What the flow itself names of settlement."""
    found = Named(
        statements=any(
            node.type == "make_statement"
            for _, graph, _ in graphs(chosen.flow)
            for node in graph.nodes
        )
    )
    found.read_text(dump_json([dump_flow(chosen.flow), chosen.params]))
    return found


def _put_version(target: Connection, tenant: str, chosen: Chosen, at: datetime) -> str:
    """The version under test as a row of its own."""
    if chosen.row is None:
        flow_store.insert_flow(
            target,
            {
                "id": chosen.flow_id,
                "tenant": tenant,
                "key": chosen.flow.key,
                "name": chosen.flow.name,
                "status": "draft",
                "revision": 1,
                "created_at": at,
                "updated_at": at,
            },
        )
    version_id = new_id("fv", at)
    flow_store.insert_version(
        target,
        {
            "id": version_id,
            "tenant": tenant,
            "flow_id": chosen.flow_id,
            # Beside the versions copied along, whose numbers are taken.
            "number": 1_000_000,
            "document": dump_flow(chosen.flow),
            "sub_flows": chosen.pinned,
            "params": chosen.params,
            "published_at": at,
            "note": chosen.which,
        },
    )
    return version_id


def _put_live(
    world: World,
    target: Connection,
    tenant: str,
    chosen: Chosen,
    version_id: str,
    at: datetime | None,
) -> None:
    """Makes the version live; its schedules are due from `at` on, or never."""
    version = compile_version(chosen.flow, world.registry, params=chosen.params)
    due = [
        {"node": node, "due_at": next_fire(start, at - timedelta(microseconds=1)), "paused": False}
        for node, start in version.triggers.items()
        if isinstance(start, Schedule) and at is not None
    ]
    store.put_flow_live(target, tenant, chosen.flow_id, version_id, due)


def _listens(world: World, chosen: Chosen) -> list[tuple[str, Listen]]:
    version = compile_version(chosen.flow, world.registry, params=chosen.params)
    return [(node, one) for node, one in version.triggers.items() if isinstance(one, Listen)]


def _copy_named(
    conn: Connection,
    target: Connection,
    tenant: str,
    concerned: Concerned,
    absent: Sequence[tuple[str, timedelta | None]],
    at: datetime,
    tell: Tell,
) -> Restored:
    """Customers and orders that the events name."""
    told, ids = Restored(), set(concerned.customers)

    def chunks(named: Sequence[_One], most: int) -> Iterator[Sequence[_One]]:
        for start in range(0, len(named), most):
            tell(0, None, text(f"正在准备：{start}", f"preparing the world: {start}"))
            yield named[start : start + most]

    for pairs in chunks(_in_order(concerned.identities), LOOKED_FOR):
        ids |= set(customer_store.find_by_identity(conn, tenant, pairs).values())
    for numbers in chunks(_in_order(concerned.orders), CHUNK):
        told.add(store.copy_orders(conn, target, tenant, numbers, at))
    for people in chunks(sorted(ids | told.owners), CHUNK):
        told.add(store.copy_people(conn, target, tenant, people, at))
        owners = [f"customer:{id_}" for id_ in people]
        for type_, within in absent:
            since = at - min(within or LONGEST_LOOK, LONGEST_LOOK)
            store.copy_events(conn, target, tenant, owners, [type_], since, at)
    return told


def put_people(
    world: World, target: Connection, tenant: str, people: Sequence[Person], at: datetime
) -> None:
    rows: list[dict[str, Any]] = []
    handles: list[dict[str, Any]] = []
    make = world.ids("cus", at)
    for one in people:
        id_ = one.id or make()
        born = min(one.created_at or at, at)
        phone = one.identities.get("phone")
        rows.append(
            {
                "id": id_,
                "tenant": tenant,
                "name": one.name,
                "phone": mask_phone(phone) if phone else None,
                "level": one.level,
                "tags": list(one.tags),
                "fields": dict(one.fields),
                "consent": dict(one.consent),
                "owner_user": one.owner_user,
                "merged_into": None,
                "revision": 1,
                "created_at": born,
                "updated_at": born,
            }
        )
        for kind, given in one.identities.items():
            value = normalise(kind, given)
            if not value:
                continue
            sealed = kind in SEALED_KINDS
            handles.append(
                {
                    "tenant": tenant,
                    "kind": kind,
                    "value": world.vault.blind(value, kind) if sealed else value,
                    "customer_id": id_,
                    "sealed": world.vault.seal(value, f"{tenant}/{kind}") if sealed else None,
                    "source": "/test-run",
                    "seen_at": born,
                }
            )
    _refuse_doubles(rows, handles)
    known = customer_store.load_customers(target, tenant, [row["id"] for row in rows])
    fresh = [row for row in rows if row["id"] not in known]
    insert_many(target, customer_store.customers, fresh)
    customer_store.save_customers(
        target,
        [
            {name: value for name, value in row.items() if name not in _KEPT}
            for row in rows
            if row["id"] in known
        ],
    )
    # What is prepared goes before what was found.
    store.put_identities(target, tenant, handles)


def _refuse_doubles(rows: Sequence[Any], handles: Sequence[Any]) -> None:
    """Two prepared customers of one id, or with one identity, would be one person."""
    seen: set[Any] = set()
    names: list[Any] = [row["id"] for row in rows]
    names += [(one["kind"], one["value"]) for one in handles]
    for name in names:
        if name in seen:
            said = text("预置客户的编号或身份重复", "two prepared customers are the same person")
            raise InvalidInput(said, [Problem("/customers", said, "double")])
        seen.add(name)


_KEPT = frozenset({"tenant", "created_at", "merged_into", "phone"})


def _in_words(told: Restored) -> list[Text]:
    found = []
    if told.undone:
        found.append(
            text(
                f"客户资料里有 {told.undone} 处后来的改动，已按历史记录还原到第一个事件之前",
                f"{told.undone} later changes of customers were taken back by the history",
            )
        )
    if told.customers:
        found.append(
            text(
                "客户的授权与合并没有历史记录，按现在的情况计算",
                "consent and merges of customers have no history: they are as of today",
            )
        )
    if told.orders_without_past:
        found.append(
            text(
                f"{told.orders_without_past} 个订单没有更早的记录，试运行里当作新订单",
                f"{told.orders_without_past} orders have no earlier record: new in this test run",
            )
        )
    if told.marks_left_out:
        found.append(
            text(
                "触发器以前的累计次数太多，没有带入，从零开始累计",
                "what triggers had counted before is too much to carry: they count from zero",
            )
        )
    return found
