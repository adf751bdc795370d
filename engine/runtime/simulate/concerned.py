"""Whom the events of a test run concern, noted while they come in, so that nobody reads them again.

Names that stand in one event belong together: all of one customer, of one order, of one record, and
where orders are settled, of one account. A name is kept as its hash; two of one hash would only
keep together what need not be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.core.event import Event
from engine.runtime.inbox import record_keys
from engine.runtime.owners import Incoming, read_identities
from engine.runtime.settling.roles import Pair
from engine.runtime.simulate.named import Named
from engine.runtime.simulate.pace import NOTHING_SETTLES, Settling
from engine.runtime.world import World


class Rings:
    """Names that belong together."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def find(self, name: int) -> int:
        """The name that stands for all that belong to this one."""
        above = self._above
        if name not in above:
            return name
        root = name
        while (higher := above.get(root, root)) != root:
            root = higher
        while (higher := above.get(name, name)) != root:
            above[name] = root
            name = higher
        return root

    def join(self, names: Iterable[int]) -> None:
        """All these belong together from now on."""
        above, root = self._above, None
        for name in names:
            under = self.find(name) if name in above else name
            if root is None:
                root = under
            elif under != root:
                above[under] = root

    def roots(self, names: Iterable[int]) -> list[int]:
        """Of each name the one that stands for it."""
        higher, found = self._above.get, list(names)
        while (above := list(map(higher, found, found))) != found:
            found = above
        return found

    def extend(self, other: Rings) -> None:
        above = self._above
        for name, root in other._above.items():
            if name in above or root in above:
                self.join((name, root))
            else:
                above[name] = root


class Concerned:
    """Who is named by events: `identities` as they are kept, `orders` by platform and number, and
    where orders are settled, what they name of that.
    """

    def __init__(self, world: World, settling: Settling = NOTHING_SETTLES) -> None:
        self._world, self.settling = world, settling
        self._unnamed = 0
        self.identities: set[tuple[str, str]] = set()
        self.orders: set[tuple[str, str]] = set()
        self.customers: set[str] = set()
        self.named = Named()
        self.rings = Rings()

    def read(self, event: Event) -> int:
        """Notes whom an event names; one of the names, or one of its own."""
        data = event.data
        one = Incoming(event, "", event.time)
        read_identities(self._world, one)
        customer = data.get("customer")
        if isinstance(customer, dict) and str(customer.get("id", "")).startswith("cus_"):
            self.customers.add(customer["id"])
        # What many events name goes first: the others are put below it, and none gets deep.
        names = list(map(hash, one.stored.values()))
        self.identities.update(one.stored.values())
        names += map(hash, record_keys(data))
        if one.order is not None:
            self.orders.add(one.order)
            names.append(order_name(one.order))
        if self.settling.is_on:
            names += map(pair_name, self._paid(data))
        if not names:
            self._unnamed += 1
            return hash(("event", self._unnamed))
        return self.together(names)

    def _paid(self, data: Mapping[str, Any]) -> set[Pair]:
        self.named.read(data.get("refund"), "order_id")
        found = self.named.read(data.get("order"), "external_id")
        return found.paid(self.settling.roles, climbs=self.settling.climbs)

    def another(self) -> Concerned:
        """An empty one for other events of the same test run."""
        return Concerned(self._world, self.settling)

    def packed(self) -> tuple[Any, ...]:
        """As it travels to another process."""
        return (self.identities, self.orders, self.customers, self.named, self.rings)

    def unpack(self, found: tuple[Any, ...]) -> None:
        self.identities, self.orders, self.customers, self.named, self.rings = found

    def extend(self, other: Concerned) -> None:
        self.identities |= other.identities
        self.orders |= other.orders
        self.customers |= other.customers
        self.named.extend(other.named)
        self.rings.extend(other.rings)

    def together(self, names: Sequence[int]) -> int:
        """All these are one's; the first of them."""
        self.rings.join(names)
        return names[0]


def order_name(order: tuple[str, str]) -> int:
    """An order by platform and number, named as the record in its events is."""
    return hash(f"order:{order[0]}/{order[1]}")


def pair_name(pair: Pair) -> int:
    """Somebody an order may be posted to, by the platform's id."""
    return hash(("pair", *pair))


def account_name(party: str) -> int:
    """All accounts of a party: its lane."""
    return hash(f"account:{party}")
