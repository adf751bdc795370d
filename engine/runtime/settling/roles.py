"""Who stands behind an order: promoter, agency, shop, store as parties.

An order names people by the platform's ids; `party_accounts` says whose they are. A store is found
under the platform "store".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.settlement.sale import Parties
from engine.store import parties as party_store
from engine.store.db import Connection

Pair = tuple[str, str]
STORE = "store"
LEVELS = 4  # 达人 → 机构 → 团长, and one more


def pairs_of(order: Mapping[str, Any]) -> set[Pair]:
    """The (platform, id) names an order brings."""
    return {pair for _, pair in _named(order)} | {
        pair for line in order.get("lines") or () for _, pair in _promoter(order, line)
    }


def roles_named(order: Mapping[str, Any]) -> set[str]:
    """Roles the order itself names somebody for, known to us or not."""
    found = {role for role, _ in _named(order)}
    return found | {role for line in order.get("lines") or () for role, _ in _promoter(order, line)}


def load_parties(conn: Connection, tenant: str, pairs: Iterable[Pair]) -> dict[Pair, Any]:
    """{pair: party}; whom they belong to, level by level, is found under ("", its id)."""
    found: dict[Pair, Any] = party_store.find_by_account(conn, tenant, pairs)
    rows = list(found.values())
    for _ in range(LEVELS):
        parents = {row.parent_id for row in rows if row.parent_id}
        parents = {id_ for id_ in parents if ("", id_) not in found}
        if not parents:
            break
        above = party_store.parties_by_id(conn, tenant, parents)
        rows = list(above.values())
        found |= {("", id_): row for id_, row in above.items()}
    return found


def order_parties(order: Mapping[str, Any], known: Mapping[Pair, Any]) -> dict[str, Any]:
    """The order's parties by role."""
    return _by_role(_named(order), known)


def line_parties(order: Mapping[str, Any], known: Mapping[Pair, Any]) -> dict[str, Parties]:
    """Other parties of single lines, by line id: a live room sells for several promoters."""
    found: dict[str, Parties] = {}
    for line in order.get("lines") or ():
        if line.get("promoter") and line.get("id"):
            own = _by_role(_promoter(order, line), known)
            found[line["id"]] = {**order_parties(order, known), **own}
    return found


def party_of(row: Any) -> dict[str, Any]:
    """A party's row as rate cards see it."""
    found = {"key": row.id, "kind": row.kind, "level": row.level, "name": row.name}
    return {**found, "parent": row.parent_id} if row.parent_id else found


def _named(order: Mapping[str, Any]) -> Iterator[tuple[str, Pair]]:
    yield from _promoter(order, order)
    if order.get("shop"):
        yield "shop", (order["platform"], str(order["shop"]))
    if order.get("store"):
        yield "store", (STORE, str(order["store"]))


def _promoter(order: Mapping[str, Any], of: Mapping[str, Any]) -> Iterator[tuple[str, Pair]]:
    promoter = of.get("promoter")
    if not promoter:
        return
    pair = (str(order["platform"]), str(promoter["id"]))
    yield "promoter", pair
    yield str(promoter.get("kind") or "creator"), pair
    if promoter.get("agency"):
        yield "agency", (str(order["platform"]), str(promoter["agency"]))


def _by_role(pairs: Iterable[tuple[str, Pair]], known: Mapping[Pair, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    named = list(pairs)
    for role, pair in named:
        row = known.get(pair)
        if row is None:
            continue
        found[role] = party_of(row)
    # Whom the promoter belongs to, level by level, stands in where the order names nobody.
    above = known.get(next((pair for role, pair in named if role == "promoter"), ("", "")))
    for _ in range(LEVELS):
        above = known.get(("", above.parent_id or "")) if above is not None else None
        if above is not None:
            found.setdefault(above.kind, party_of(above))
    return found
