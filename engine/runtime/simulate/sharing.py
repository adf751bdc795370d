"""A test run in two processes, each with the events of some owners; the report is the same.

It is allowed only where owners have nothing to do with each other, so that no order between two of
them can matter: flows that go at once (pace.py) without a step or trigger that reads, counts or
caps beyond its own owner. Queues of people and circuits of connections are everybody's, and so are
budgets and accounts that all orders come to: with them it stays one process.

1. Events that may be of one owner get one share: by their identities, records and orders, by the
   customers who have these today, and by the customers the set-up prepares. Where orders are
   settled, also by the parties whose accounts they come to: an account has one writer.
2. The scratch world, filled, is copied; a forked process opens the copy.
3. Both go their course. Events have their number as id, whoever takes them.
4. The other's counts are merged; shapes of runs, first examples and kept runs do not depend on
   the order in which they come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import compress
from typing import Any

from engine.core.flow import Flow, graphs
from engine.core.node import NodeType
from engine.core.registry import Registry
from engine.core.text import Text, text
from engine.core.triggers import Listen
from engine.customers.identity import normalise
from engine.runtime.settling.orders import name_of
from engine.runtime.settling.roles import load_parties
from engine.runtime.simulate.asked import Person, Setup
from engine.runtime.simulate.beside import beside
from engine.runtime.simulate.concerned import Concerned, account_name, order_name, pair_name
from engine.runtime.simulate.course import Course
from engine.runtime.simulate.feed import Feed, Tell
from engine.runtime.simulate.folder import open_folder
from engine.runtime.simulate.money import read_money
from engine.runtime.simulate.pace import Settling
from engine.runtime.simulate.scratch import Scratch
from engine.runtime.simulate.watching import Watching
from engine.runtime.world import World
from engine.store import customers as customer_store
from engine.store import orders as order_store
from engine.store import scratch as store
from engine.store.customers import SEALED_KINDS
from engine.store.db import Connection
from engine.store.scratch.seen import mark_ledger

SHARED_FROM = 4_000  # events; below, a second process costs more than it brings
MOST_UNEVEN = 0.7  # of the events in one share
BEHIND = 200  # events the first process does until the other has begun, and while it hands over
_ALONE = frozenset({"set_fields", "tag_customer", "update_customer"})


def are_strangers(flows: Iterable[Flow], registry: Registry) -> bool:
    """Whether owners have nothing to do with each other in these flows (which go at once)."""
    for flow in flows:
        for _, graph, _ in graphs(flow):
            for node in graph.nodes:
                if not _is_alone(node, registry.node(node.type)):
                    return False
    return True


def _is_alone(node: Any, type_: NodeType | None) -> bool:
    if type_ is None:
        return False
    if type_.kind == "trigger":
        start = type_.start(type_.config.model_validate(node.config)) if type_.start else None
        return isinstance(start, Listen) and start.count is None and start.absent is None
    if type_.effect_class == "pure" and type_.kind in ("choice", "container", "join", "end"):
        return True
    is_named = any(node.config.get(name) for name in ("customer", "owner", "key", "subject"))
    return node.type in _ALONE and not is_named


def shares_of(
    world: World, conn: Connection, tenant: str, feed: Feed, setup: Setup, tell: Tell
) -> bytes | None:
    """0 or 1 for each event, all that may be of one owner the same; None where it is no use."""

    def told() -> None:
        tell(0, len(feed), text(f"正在分组：{len(feed)}", f"grouping: {len(feed)}"))

    told()
    concerned = feed.concerned
    for person in setup.customers:
        names = [hash(pair) for pair in _identities(world, person)]
        concerned.together([*names, hash(person.id or object())])
    known = customer_store.find_by_identity(conn, tenant, concerned.identities)
    for pair, customer in known.items():
        concerned.together((hash(pair), hash(customer)))
    told()
    for order, row in order_store.find_orders(conn, tenant, concerned.orders).items():
        concerned.together((order_name(order), hash(row.owner.removeprefix("customer:"))))
    told()
    if concerned.settling.is_on:
        _join_accounts(conn, tenant, concerned)
        told()
    rings = concerned.rings.roots(feed.names())
    told()
    return _halved(rings)


def settles_apart(settling: Settling, setup: Setup, feed: Feed) -> bool:
    """Whether accounts can be told apart by the events; nothing settled before may stand twice."""
    if not settling.is_on:
        return True
    known = feed.concerned.settling
    is_noted = settling.roles <= known.roles and settling.climbs <= known.climbs
    return is_noted and not settling.names_parties and not setup.before


def _join_accounts(conn: Connection, tenant: str, concerned: Concerned) -> None:
    """Pairs of one party, whom it belongs to, and what orders are booked under already."""
    climbs = concerned.settling.climbs
    for pair, party in load_parties(conn, tenant, concerned.named.pairs).items():
        names = [account_name(party["key"])]
        if pair[0]:  # else one that others belong to
            names.append(pair_name(pair))
        if climbs and "parent" in party:
            names.append(account_name(party["parent"]))
        concerned.together(names)
    for order, account in store.accounts_booked(conn):
        owner = account_name(account.partition("|")[0])
        concerned.together((order_name(name_of(order)), owner))


def _identities(world: World, person: Person) -> Iterator[tuple[str, str]]:
    """A prepared customer's identities as they are kept."""
    for kind, given in person.identities.items():
        value = normalise(kind, given)
        yield kind, world.vault.blind(value, kind) if kind in SEALED_KINDS else value


def _halved(rings: Sequence[int]) -> bytes | None:
    """Ring by ring into the share that has less."""
    where: dict[int, int] = {}
    filled = [0, min(BEHIND, len(rings) // 20)]
    for ring, size in Counter(rings).most_common():
        share = int(filled[1] < filled[0])
        where[ring] = share
        filled[share] += size
    if max(filled) > MOST_UNEVEN * len(rings):
        return None
    return bytes(where[ring] for ring in rings)


def own_of(feed: Feed, shares: bytes, share: int) -> Iterator[tuple[int, Any]]:
    """The events of one share with their numbers."""
    mine = bytes(one == share for one in shares)
    return zip(compress(range(len(shares)), mine), feed.some(mine), strict=True)


def run_shared(course: Course, watching: Watching, feed: Feed, shares: bytes) -> datetime:
    """The course in two processes; returns when the later one ended."""
    scratch, tell = course.scratch, course.tell
    with open_folder() as folder:
        open_copy = scratch.db.copy(folder)

        def theirs(still_wanted: Callable[[], None]) -> tuple[datetime, int, Watching]:
            own = watching.another()
            course.turns.feed, course.done = own_of(feed, shares, 1), 0
            course.tell = lambda done, total, said: still_wanted()
            scratch.move_to(open_copy(), own)
            with scratch.db.reading() as conn:
                mark = mark_ledger(conn)
            until = course.run()
            settle(own, scratch)
            money = read_money(scratch, course.tenant, mark, lambda count: still_wanted())
            own.add_money(money)
            return until, course.done, own.packed()

        def told(done: int, total: int | None, said: Text) -> None:
            tell(min(done * len(shares) // max(1, shares.count(0)), len(shares)), total, said)

        with beside(theirs) as other:
            course.turns.feed, course.tell = own_of(feed, shares, 0), told
            until = course.run()
            waiting = text("等待另一半", "waiting for the other half")
            later, done, found = other.wait(lambda: told(course.done, course.total, waiting))
    course.tell = tell
    course.done += done
    watching.merge(found)
    latest: datetime = max(until, later)
    return latest


def settle(watching: Watching, scratch: Scratch) -> None:
    """What has not ended, and what stands in tables, counted too."""
    assert scratch.db.shelves is not None
    with scratch.db.reading() as conn:
        for _ in watching.settle(scratch.db.shelves, conn):
            pass
