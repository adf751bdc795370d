"""A test run in two processes, each with the events of some owners; the report is the same.

It is allowed only where owners have nothing to do with each other, so that no order between two of
them can matter: flows that go at once (pace.py) without settlement, and without a step or trigger
that reads, counts or caps beyond its own owner. Totals, tiers and budgets of settlement, queues of
people and circuits of connections are everybody's: with them it stays one process.

1. Events that may be of one owner get one share: by their identities, records and orders, by the
   customers who have these today, and by the customers the set-up prepares.
2. The scratch world, filled, is copied to a file; a forked process opens the copy.
3. Both go their course. Events have their number as id, whoever takes them.
4. The other's counts are merged; shapes of runs, first examples and kept runs do not depend on
   the order in which they come.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from pathlib import Path
from typing import Any

import structlog

from engine.core.flow import Flow, graphs
from engine.core.node import Listen, NodeType
from engine.core.registry import Registry
from engine.core.text import Text, text
from engine.customers.identity import normalise
from engine.runtime.inbox import record_keys
from engine.runtime.owners import Incoming, read_identities
from engine.runtime.simulate.asked import Setup
from engine.runtime.simulate.course import Course
from engine.runtime.simulate.scratch import Scratch
from engine.runtime.simulate.sources import Feed, Tell
from engine.runtime.simulate.watching import Watching
from engine.runtime.world import World
from engine.store import customers as customer_store
from engine.store import orders as order_store
from engine.store.db import Connection

log = structlog.get_logger(__name__)
SHARED_FROM = 4_000  # events; below, a second process costs more than it brings
MOST_UNEVEN = 0.7  # of the events in one share
_PAGE = 2_000
_ALONE = frozenset({"set_fields", "tag_customer", "update_customer"})


def can_fork() -> bool:
    """Whether this process may be forked: not with threads, whose locks nobody would open."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return hasattr(os, "fork") and cores > 1 and threading.active_count() == 1


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
    rings = _Rings()
    for number, person in enumerate(setup.customers):
        for kind, value in person.identities.items():
            rings.join((kind, normalise(kind, value)), ("person", str(number)))
        if person.id:
            rings.join(("customer", person.id), ("person", str(number)))
    first: list[Any] = []
    page: list[Incoming] = []

    def look_up() -> None:
        tell(0, len(feed), text(f"正在分组：{len(first)}", f"grouping: {len(first)}"))
        pairs = {pair for one in page for pair in one.stored.values()}
        known = customer_store.find_by_identity(conn, tenant, pairs)
        orders = order_store.find_orders(
            conn, tenant, {one.order for one in page if one.order is not None}
        )
        for one in page:
            names: list[Any] = [("record", key) for key in record_keys(one.event.data)]
            for identity, pair in one.stored.items():
                names += [(identity.kind, identity.value)]
                if pair in known:
                    names.append(("customer", known[pair]))
            if one.order is not None:
                names.append(("record", f"order:{one.order[0]}/{one.order[1]}"))
                if one.order in orders:
                    names.append(("customer", orders[one.order].owner.removeprefix("customer:")))
            if not names:
                names = [("event", str(len(first)))]
            first.append(names[0])
            for name in names[1:]:
                rings.join(names[0], name)
        page.clear()

    for coming in feed:
        one = Incoming(coming.event, "", coming.at)
        read_identities(world, one)
        page.append(one)
        if len(page) >= _PAGE:
            look_up()
    look_up()
    return _halved([rings.find(name) for name in first])


class _Rings:
    """Names that belong together."""

    def __init__(self) -> None:
        self._above: dict[Any, Any] = {}

    def find(self, name: Any) -> Any:
        above = self._above
        root = name
        while (higher := above.get(root, root)) != root:
            root = higher
        while (higher := above.get(name, name)) != root:
            above[name] = root
            name = higher
        return root

    def join(self, one: Any, other: Any) -> None:
        root, under = self.find(one), self.find(other)
        if root != under:
            self._above[under] = root


def _halved(rings: Sequence[Any]) -> bytes | None:
    """Ring by ring into the share that has less."""
    sizes: dict[Any, int] = {}
    for ring in rings:
        sizes[ring] = sizes.get(ring, 0) + 1
    where: dict[Any, int] = {}
    filled = [0, 0]
    for ring, size in sorted(sizes.items(), key=lambda item: -item[1]):
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


# -- the other process -----------------------------------------------------------------------------


class OtherFailed(Exception):
    """The other process did not come to its end."""


@dataclass(slots=True)
class Other:
    """The forked process and what it will say."""

    pid: int
    pipe: int

    def wait(self, tell: Callable[[], None]) -> Any:
        """What it found; `tell` is called several times a second until then."""
        parts = []
        while True:
            ready, _, _ = select.select([self.pipe], [], [], 0.2)
            tell()
            if ready:
                part = os.read(self.pipe, 1 << 20)
                if not part:
                    break
                parts.append(part)
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        if status or not parts:
            raise OtherFailed
        return pickle.loads(b"".join(parts))

    def end(self) -> None:
        os.close(self.pipe)
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


@contextmanager
def beside(work: Callable[[Callable[[], None]], Any]) -> Iterator[Other]:
    """Does `work` in another process, which ends with this block.

    `work` is given a function that it calls now and then: it ends the process when nobody waits.
    """
    read, write = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if not pid:
        _be_the_other(work, parent, read, write)
    os.close(write)
    other = Other(pid, read)
    try:
        yield other
    finally:
        other.end()


def _be_the_other(
    work: Callable[[Callable[[], None]], Any], parent: int, read: int, write: int
) -> None:
    """Never returns: nothing of the first process's connections may be closed here."""
    status = 1
    try:
        os.close(read)

        def still_wanted() -> None:
            if os.getppid() != parent:
                os._exit(1)

        found = work(still_wanted)
        with os.fdopen(write, "wb") as pipe:
            pickle.dump(found, pipe, protocol=5)
        status = 0
    except Exception as fault:
        log.error("half of a test run failed", exc_info=fault)
    finally:
        os._exit(status)


# -- both ------------------------------------------------------------------------------------------


def run_shared(course: Course, watching: Watching, feed: Feed, shares: bytes) -> datetime:
    """The course in two processes; returns when the later one ended."""
    scratch, tell = course.scratch, course.tell
    with tempfile.TemporaryDirectory(prefix="jimu-test-run-") as folder:
        url = f"sqlite:///{Path(folder) / 'other.db'}"
        scratch.db.copy_to(url)

        def theirs(still_wanted: Callable[[], None]) -> tuple[datetime, int, Watching]:
            own = watching.another()
            course.feed, course.done = own_of(feed, shares, 1), 0
            course.tell = lambda done, total, said: still_wanted()
            scratch.move_to(url, own)
            until = course.run()
            settle(own, scratch)
            return until, course.done, own.packed()

        def told(done: int, total: int | None, said: Text) -> None:
            tell(min(done * len(shares) // max(1, shares.count(0)), len(shares)), total, said)

        with beside(theirs) as other:
            course.feed, course.tell = own_of(feed, shares, 0), told
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
