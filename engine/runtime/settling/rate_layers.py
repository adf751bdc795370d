"""Which rate a card gives whom, layer by layer, and which of its values head office has locked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.core.errors import NotFound
from engine.core.text import text
from engine.runtime.settling.cards import load_cards, resolver_of
from engine.runtime.settling.goods import facts_of
from engine.runtime.settling.locks import CARD, read_lock
from engine.runtime.settling.parties import demand_party
from engine.runtime.settling.roles import LEVELS, party_of
from engine.runtime.world import World
from engine.settlement.card import Card
from engine.settlement.lock import Lock
from engine.settlement.pointer import find_all
from engine.settlement.rate_layers import TermRate, rates_of
from engine.settlement.sale import Sale, sales_of
from engine.store import orders as order_store
from engine.store import parties as party_store
from engine.store import products as product_store
from engine.store import rate_cards as card_store
from engine.store import settlement_locks as lock_store
from engine.store.db import Connection


@dataclass(frozen=True, slots=True)
class Wanted:
    """For whom and what; what is not told fits no rule that asks for it."""

    party: str | None = None
    platform: str | None = None
    shop: str | None = None
    category: str | None = None
    product: str | None = None  # an id of ours, a SKU, or the platform's id


@dataclass(frozen=True, slots=True)
class CardRates:
    """The version of the moment and its terms; locks by rule id and by term key."""

    version: int | str
    card: Card
    terms: tuple[TermRate, ...]
    rule_locks: Mapping[str, tuple[Lock, ...]]
    term_locks: Mapping[str, tuple[Lock, ...]]


def read_layers(
    world: World, tenant: str, key: str, wanted: Wanted, at: datetime | None = None
) -> CardRates:
    """The card's rates at a moment (now): found as an order of that moment would find them.

    NotFound when no version counts then, or when there is no such party.
    """
    now = world.now()
    at = at or now
    with world.db.reading() as conn:
        card = next((one for one in load_cards(conn, tenant) if one.key == key), None)
        version = card.version_at(at) if card is not None else None
        if version is None:
            message = text(f"「{key}」当时没有生效的版本", f"{key} has no version in force then")
            raise NotFound(message)
        resolver = resolver_of(conn, tenant, version[1])
        by_kind, own = _parties(conn, tenant, wanted.party)
        sale = _sale(conn, tenant, resolver.card, wanted, at, by_kind, own)
        document = card_store.documents(conn, tenant, [version[1]])[version[1]]
        rows = lock_store.locks_of(conn, tenant, f"{CARD}:{key}")
    locks = [lock for lock in map(read_lock, rows) if lock.holds(now)]
    return CardRates(
        version[0],
        resolver.card,
        tuple(rates_of(resolver, sale, at, own)),
        _locks_on(document, "rules", (one.id for one in resolver.card.rules), locks),
        _locks_on(document, "terms", (one.key for one in resolver.card.terms), locks),
    )


def _parties(
    conn: Connection, tenant: str, party: str | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the party and who is above it, by kind; the party itself). {} and {} where none is named."""
    if party is None:
        return {}, {}
    row = demand_party(conn, tenant, party)
    own = party_of(row)
    found = {row.kind: own}
    for _ in range(LEVELS):
        row = party_store.find_party(conn, tenant, row.parent_id) if row.parent_id else None
        if row is None:
            break
        found.setdefault(row.kind, party_of(row))
    return found, own


def _sale(
    conn: Connection,
    tenant: str,
    card: Card,
    wanted: Wanted,
    at: datetime,
    by_kind: Mapping[str, Any],
    own: Mapping[str, Any],
) -> Sale:
    """A line of nothing, sold at that moment, for whom and what is asked."""
    line: dict[str, Any] = {"name": "", "amount": Decimal(0), "quantity": 1}
    products: dict[str, Any] = {}
    row = _product(conn, tenant, wanted)
    if row is not None:
        category = wanted.category or row.category
        line |= {"sku": row.sku, "outer_id": row.sku}
        products[row.sku] = {**facts_of(row), "category": category}
    elif wanted.product is not None:
        line |= {"sku": wanted.product, "product_id": wanted.product}
    if wanted.category is not None:
        line["category"] = wanted.category
    order = {
        "platform": wanted.platform,
        "shop": wanted.shop,
        "external_id": "",
        "currency": card.currency,
        "amount": Decimal(0),
        "created_at": at,
        "paid_at": at,
        "lines": [line],
    }
    named = {term.party.role for term in card.terms if term.party.role not in (None, "brand")}
    parties = {str(role): by_kind.get(str(role), own) for role in named} if own else {}
    return sales_of(order, parties=parties, products=products)[0]


def _product(conn: Connection, tenant: str, wanted: Wanted) -> Any | None:
    if wanted.product is None:
        return None
    row = product_store.find_product(conn, tenant, wanted.product)
    if row is not None:
        return row
    found = order_store.find_products(
        conn, tenant, wanted.platform or "", [wanted.product], wanted.shop or ""
    )
    return found.get(wanted.product)


def _locks_on(
    document: Any, kind: str, names: Iterable[str], locks: Iterable[Lock]
) -> dict[str, tuple[Lock, ...]]:
    """{rule or term: locks on it, on a value in it, or on all that it stands in}."""
    places = [(lock, [path for path, _ in find_all(document, lock.pointer)]) for lock in locks]
    found = {}
    for name in names:
        own = f"/{kind}/{name}"
        found[name] = tuple(
            lock
            for lock, paths in places
            if any(f"{path}/".startswith(f"{own}/") or own.startswith(f"{path}/") for path in paths)
        )
    return found
