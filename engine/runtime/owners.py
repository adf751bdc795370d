"""Whose event it is: the customer behind its identities, else the order's owner, else the record.

1. Every identity of a batch is read, normalised and looked up at once.
2. `identify` (engine/customers) says of each event: found, new, or several who may be one person.
   Strong identities decide; weak ones (device, address, nickname, ...) only where no strong one
   speaks, and then the order's owner counts for more.
3. Identities nobody has become the customer's, new customers are made, and who may be one person
   is put down for a person to decide (merge candidates). Nobody is merged here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engine.core.event import Event
from engine.customers.identity import (
    Found,
    Identity,
    MergeCandidates,
    New,
    identify,
    is_strong,
    normalise,
)
from engine.customers.masking import mask_address, mask_email, mask_id_card, mask_phone
from engine.runtime.world import World
from engine.store import customers as customer_store
from engine.store import orders as order_store
from engine.store.copying import IsThere
from engine.store.customers import SEALED_KINDS
from engine.store.db import Connection

_A_MOMENT = timedelta(microseconds=1)
# Records whose `order_id` says which order they are about.
_OF_AN_ORDER = ("refund", "logistics", "payment", "review", "message")
_MASKS: dict[str, Callable[[str], str]] = {
    "phone": mask_phone,
    "receiver_phone": mask_phone,
    "email": mask_email,
    "id_card": mask_id_card,
    "address": mask_address,
}


class Overtaken(Exception):
    """Somebody else claimed one of these identities at this very moment: look again."""


@dataclass(slots=True)
class Incoming:
    """An event on its way in, received `at`.

    `stored` is how each identity is kept: (kind, plain or blind).
    """

    event: Event
    id: str
    at: datetime
    stored: dict[Identity, tuple[str, str]] = field(default_factory=dict)
    order: tuple[str, str] | None = None
    owner: str = ""


def read_identities(world: World, one: Incoming) -> None:
    """Fills in the identities and the order an event names."""
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
            identity = Identity(kind, value)
            if value and identity not in one.stored:
                kept = world.vault.blind(value, kind) if kind in SEALED_KINDS else value
                one.stored[identity] = (kind, kept)
        if name == "order" and one.order is None:
            one.order = _order(record, "external_id")
        elif name in _OF_AN_ORDER:
            one.order = _order(record, "order_id") or one.order


def _order(record: dict[str, Any], number: str) -> tuple[str, str] | None:
    platform, found = record.get("platform"), record.get(number)
    return (platform, found) if isinstance(platform, str) and isinstance(found, str) else None


def find_owners(world: World, conn: Connection, tenant: str, incoming: Sequence[Incoming]) -> None:
    """Sets `owner` on each, and stores what is new about people.

    Overtaken when another transaction was faster: nothing of this one may be kept then.
    """
    people = _People(world, conn, tenant)
    _place_all(people, incoming)
    people.store()


def owner_of(world: World, conn: Connection, tenant: str, event: Event) -> str | None:
    """Whose event it would be among the customers there are; nothing is stored."""
    one = Incoming(event, "preview", world.now())
    read_identities(world, one)
    people = _People(world, conn, tenant)
    _place_all(people, [one])
    return None if one.owner.removeprefix("customer:") in people.fresh else one.owner


def _place_all(people: _People, incoming: Sequence[Incoming]) -> None:
    people.look_up(incoming)
    unsure = {one.order for one in incoming if one.order and not any(map(is_strong, one.stored))}
    orders = order_store.find_orders(people.conn, people.tenant, unsure) if unsure else {}
    for one in incoming:
        order = orders.get(one.order) if one.order in unsure else None
        if order is not None:
            one.owner = order.owner
            if order.owner.startswith("customer:"):
                people.claim(one, order.owner[9:], one.stored)
        elif one.stored:
            one.owner = f"customer:{people.place(one)}"
        else:
            one.owner = _record_owner(one)


def _record_owner(one: Incoming) -> str:
    if one.order is not None:
        return f"order:{one.order[0]}/{one.order[1]}"
    for name, record in one.event.data.items():
        if isinstance(record, dict):
            number = record.get("external_id") or record.get("id") or record.get("key")
            if isinstance(number, str):
                if name == "customer":
                    # Only an id of ours is a customer's lane; a platform's is just a record.
                    kind = "customer" if number.startswith("cus_") else "contact"
                    return f"{kind}:{number}"
                platform = record.get("platform")
                return f"{name}:{platform}/{number}" if platform else f"{name}:{number}"
    return f"event:{one.id}"


class _People:
    """What is known of the people of one batch, and what is to be stored about them."""

    def __init__(self, world: World, conn: Connection, tenant: str) -> None:
        self.world, self.conn, self.tenant = world, conn, tenant
        self.now = world.now()
        self.make = world.ids("cus", self.now)
        self.known: dict[Identity, str] = {}
        self.held: dict[str, set[Identity]] = {}
        self.fresh: dict[str, Incoming] = {}
        self.claims: list[dict[str, Any]] = []
        self.candidates: dict[tuple[str, str], dict[str, Any]] = {}

    def look_up(self, incoming: Sequence[Incoming]) -> None:
        """One query for all identities; one more where somebody's other ones decide."""
        wanted = {pair: identity for one in incoming for identity, pair in one.stored.items()}
        found = customer_store.find_by_identity(self.conn, self.tenant, wanted)
        self.known = {wanted[pair]: customer for pair, customer in found.items()}
        unclear: set[str] = set()
        for one in incoming:
            owners = {self.known.get(identity) for identity in one.stored}
            if len(owners) > 1:
                unclear |= {owner for owner in owners if owner is not None}
        self._hold(unclear)

    def place(self, one: Incoming) -> str:
        """The customer an event belongs to; a new one is made where nobody is found."""
        owners = {self.known.get(identity) for identity in one.stored}
        if len(owners) == 1:
            (only,) = owners
            # All theirs, or all unknown: that is what identify would say too.
            return only if only is not None else self._new(one, one.stored)
        self._hold({owner for owner in owners if owner is not None})
        found = identify(one.stored, self.known, self.held)
        if isinstance(found, Found):
            self.claim(one, found.customer, found.add)
            return found.customer
        if isinstance(found, New):
            customer = self._new(one, found.identities)
            for other in found.candidates:
                shared = [each for each in found.identities if self.known.get(each) == other]
                self._may_be_one(one, customer, other, shared)
            return customer
        return self._between(one, found)

    def _between(self, one: Incoming, found: MergeCandidates) -> str:
        if found.customer is None:
            customer = self._new(one, found.add)
        else:
            customer = found.customer
            self.claim(one, customer, found.add)
        for other in found.customers:
            self._may_be_one(one, customer, other, found.because)
        return customer

    def _new(self, one: Incoming, identities: Iterable[Identity]) -> str:
        customer = self.make()
        self.fresh[customer] = one
        self.held[customer] = set()
        self.claim(one, customer, identities)
        return customer

    def claim(self, one: Incoming, customer: str, identities: Iterable[Identity]) -> None:
        """Identities nobody has become this customer's."""
        for place, identity in enumerate(identities):
            if identity in self.known:
                continue
            self.known[identity] = customer
            if customer in self.held:
                self.held[customer].add(identity)
            kind, kept = one.stored[identity]
            sealed = None
            if kind in SEALED_KINDS:
                sealed = self.world.vault.seal(identity.value, f"{self.tenant}/{kind}")
            self.claims.append(
                {
                    "tenant": self.tenant,
                    "kind": kind,
                    "value": kept,
                    "customer_id": customer,
                    "sealed": sealed,
                    "source": one.event.source,
                    # Of several of a kind the first is written to: they keep their order.
                    "seen_at": one.at + place * _A_MOMENT,
                }
            )

    def _may_be_one(
        self, one: Incoming, customer: str, other: str, because: Iterable[Identity]
    ) -> None:
        if customer == other:
            return
        pair = (min(customer, other), max(customer, other))
        shown = [
            {"kind": each.kind, "value": _MASKS.get(each.kind, str)(each.value)} for each in because
        ]
        self.candidates.setdefault(
            pair,
            {
                "tenant": self.tenant,
                "customer_id": pair[0],
                "other_id": pair[1],
                "because": shown,
                "event_id": one.id,
                "status": "open",
                "found_at": one.at,
            },
        )

    def _hold(self, customers: Iterable[str]) -> None:
        """Loads what these customers hold in all; those made in this batch are known already."""
        missing = [customer for customer in customers if customer not in self.held]
        if not missing:
            return
        rows = customer_store.identities_of(self.conn, self.tenant, missing)
        for customer in missing:
            self.held[customer] = {
                Identity(
                    row.kind,
                    self.world.vault.open(row.sealed, f"{self.tenant}/{row.kind}")
                    if row.sealed
                    else row.value,
                )
                for row in rows.get(customer, ())
            }
        # What this batch has claimed for them is not in the store yet.
        for identity, customer in self.known.items():
            if customer in missing:
                self.held[customer].add(identity)

    def store(self) -> None:
        """Everything new. Overtaken when an identity was claimed by somebody else meanwhile."""
        if self.claims:
            try:
                customer_store.store_identities(self.conn, self.claims)
            except IsThere:
                raise Overtaken from None
        if self.fresh:
            rows = [self._customer(id_, one) for id_, one in self.fresh.items()]
            customer_store.store_customers(self.conn, rows)
        customer_store.store_candidates(self.conn, list(self.candidates.values()))

    def _customer(self, id_: str, one: Incoming) -> dict[str, Any]:
        phone = next((each.value for each in one.stored if each.kind == "phone"), None)
        return {
            "id": id_,
            "tenant": self.tenant,
            "name": _name(one.event),
            "phone": mask_phone(phone) if phone else None,
            "level": None,
            "tags": [],
            "fields": {},
            "consent": {},
            "owner_user": None,
            "merged_into": None,
            "revision": 1,
            "created_at": one.at,
            "updated_at": one.at,
        }


def _name(event: Event) -> str | None:
    for record in event.data.values():
        if isinstance(record, dict):
            for field_ in ("name", "buyer_nick", "nick"):
                if isinstance(record.get(field_), str):
                    return str(record[field_])[:120]
    return None
