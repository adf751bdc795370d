"""Whose turn it is: the next events of a test run, and with what else each goes into a wave.

A wave takes of each owner at most one event, timer, answer or call, in order of time. Whose an
event is the inbox will say; until then it may be of anybody its names lead to.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.runtime.inbox import record_keys
from engine.runtime.owners import Incoming, read_identities
from engine.runtime.settling.roles import load_parties, pairs_of
from engine.runtime.simulate.feed import Coming
from engine.runtime.simulate.ordering import order_of
from engine.runtime.simulate.pace import Pace
from engine.runtime.simulate.scratch import Scratch
from engine.store import customers as customer_store
from engine.store import orders as order_store
from engine.store.db import Connection
from engine.store.scratch import Due

WAVE = 500
# The same of orders that are settled, since an account posts what a wave brings it at once; no more
# than half of the events that a scratch world holds in memory.
SETTLED = 1_000
_FEW = 32


@dataclass(slots=True)
class _Next:
    """An event that waits its turn. `names` are whose it may be; `is_open`: that may change.

    What the event itself says (`said`, `records`) is read once.
    """

    coming: Coming
    number: int
    names: frozenset[Any] = frozenset()
    is_open: bool = True
    said: Incoming | None = None
    records: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wave:
    """What comes next: events, the last moment in it, whether a schedule fires then; and where
    orders are settled, {order: its place among the events}.
    """

    events: list[Coming]
    at: datetime
    has_schedule: bool = False
    places: Mapping[str, int] = field(default_factory=dict)


class Turns:
    """The next events of a feed, none of them later than `until`."""

    def __init__(
        self,
        scratch: Scratch,
        tenant: str,
        feed: Iterator[tuple[int, Coming]],  # with their numbers
        until: datetime,
    ) -> None:
        self.feed = feed
        self.numbers: list[int] = []  # of the events in the wave
        # How far a wave may reach. Where owners come again soon, waves are short, and most of what
        # lies ahead would be named and looked for in vain.
        self.ahead = _FEW
        self._scratch, self._tenant, self._until = scratch, tenant, until
        self._coming: deque[_Next] = deque()

    def __bool__(self) -> bool:
        return bool(self._coming)

    def fetch(self) -> None:
        """Looks as far ahead as a wave may reach."""
        while len(self._coming) < self.ahead:
            number, found = next(self.feed, (0, None))
            if found is None:
                break
            if found.at <= self._until:
                self._coming.append(_Next(found, number))

    def _take(self) -> Coming:
        """The next event, into this wave."""
        found = self._coming.popleft()
        self.numbers.append(found.number)
        return found.coming

    def all_at_once(self, *, settles: bool) -> Wave | None:
        """Everything that is there; where orders are settled, each order once."""
        self.ahead = SETTLED if settles else WAVE
        events, places = list[Coming](), dict[str, int]()
        while self._coming:
            order = order_of(self._coming[0].coming.event) if settles else ""
            if order and order in places:
                break
            places[order] = len(events)
            events.append(self._take())
        return Wave(events, events[-1].at, places=places) if events else None

    def cut(self, dues: Sequence[Due], pace: Pace) -> Wave | None:
        """The next wave of events and of what is due by itself; None: there is nothing."""
        taken: set[Any] = set()
        events: list[Coming] = []
        at: datetime | None = None
        place, count = 0, 0
        # Beyond the last of a full list something may be due that is not known yet.
        limit = dues[-1].at if len(dues) >= self.ahead else None
        while count < self.ahead:
            due = dues[place] if place < len(dues) else None
            event = self._coming[0] if self._coming else None
            if due is not None and (event is None or due.at <= event.coming.at):
                moment, names = due.at, frozenset([due.owner])
                event = None
            elif event is not None:
                moment, names = event.coming.at, event.names
            else:
                break
            if limit is not None and moment > limit:
                break
            if at is not None and pace.name == "moments" and moment > at:
                break
            if event is None and due is not None and not due.owner:
                if count:
                    break  # a schedule goes alone: nobody knows whom it will concern
                return Wave([], due.at, has_schedule=True)
            if not taken.isdisjoint(names) and moment != at:
                break
            taken |= names
            at = moment if at is None else max(at, moment)
            count += 1
            if event is None:
                place += 1
            else:
                events.append(self._take())
        if count == self.ahead:
            self.ahead = min(self.ahead * 4, WAVE)
        elif count * 8 < self.ahead:
            self.ahead = max(self.ahead // 2, _FEW)
        return None if at is None else Wave(events, at)

    # -- whose -------------------------------------------------------------------------------------

    def name(self, conn: Connection, pace: Pace) -> None:
        """Says whose the waiting events are, as far as that is known by now."""
        open_ = [one for one in self._coming if one.is_open]
        incoming = [one.said or self._hear(one) for one in open_]
        pairs = {pair for one in incoming for pair in one.stored.values()}
        known = customer_store.find_by_identity(conn, self._tenant, pairs)
        numbers = {one.order for one in incoming if one.order is not None}
        orders = order_store.find_orders(conn, self._tenant, numbers)
        parties = self._parties(conn, open_) if pace.by_party else {}
        for waiting, one in zip(open_, incoming, strict=True):
            names: set[Any] = set(waiting.records)
            for pair in one.stored.values():
                names.add(f"customer:{known[pair]}" if pair in known else pair)
            if one.order is not None:
                names.add(f"order:{one.order[0]}/{one.order[1]}")
                if one.order in orders:
                    names.add(orders[one.order].owner)
            names |= parties.get(id(waiting), set())
            waiting.names = frozenset(names)
            waiting.is_open = any(pair not in known for pair in one.stored.values()) or (
                one.order is not None and one.order not in orders
            )

    def _hear(self, waiting: _Next) -> Incoming:
        said = waiting.said = Incoming(waiting.coming.event, "", waiting.coming.at)
        read_identities(self._scratch.world, said)
        waiting.records = frozenset(record_keys(said.event.data))
        return said

    def _parties(self, conn: Connection, open_: list[_Next]) -> dict[int, set[str]]:
        """The accounts that the orders of events may be priced in."""
        pairs = {
            id(one): pairs_of(order)
            for one in open_
            if isinstance(order := one.coming.event.data.get("order"), Mapping)
            and isinstance(order.get("platform"), str)
        }
        known = load_parties(conn, self._tenant, {pair for each in pairs.values() for pair in each})
        return {
            key: {
                f"account:{name}"
                for pair in each
                if pair in known
                for name in (known[pair]["key"], known[pair].get("parent"))
                if name
            }
            for key, each in pairs.items()
        }
