"""Who stands behind an order: promoter, agency, shop, store as parties.

An order names people by the platform's ids; `party_accounts` says whose they are. A store is found
under the platform "store".
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from engine.settlement.sale import Parties, Party
from engine.store import parties as party_store
from engine.store.db import Connection

Pair = tuple[str, str]
STORE = "store"
LEVELS = 4  # 达人 → 机构 → 团长, and one more


class Names(NamedTuple):
    """Whom an order names, as (role, pair): itself, and in lines that have another promoter."""

    own: list[tuple[str, Pair]]
    lines: list[tuple[str, list[tuple[str, Pair]]]]  # (line id, names)

    @property
    def pairs(self) -> set[Pair]:
        """The (platform, id) names an order brings."""
        return {pair for _, pair in (self._all() if self.lines else self.own)}

    def called(self, role: str, line: str) -> str | None:
        """By what id a line, else the order, names somebody in a role; None: it names nobody."""
        own = next((names for id_, names in self.lines if id_ == line), [])
        return next((pair[1] for one, pair in chain(own, self._all()) if one == role), None)

    def paid(self, roles: Container[str], *, climbs: bool) -> set[Pair]:
        """The names under which the order may be posted where these roles are paid; `climbs`: also
        to whom the promoter belongs.
        """
        named = self._all() if self.lines else self.own
        return {pair for role, pair in named if role in roles or (climbs and role == "promoter")}

    def _all(self) -> Iterator[tuple[str, Pair]]:
        return chain(self.own, *(names for _, names in self.lines))


NOBODY = Names([], [])


def names_in(order: Mapping[str, Any]) -> Names:
    """Whom an order names."""
    lines = []
    for line in order.get("lines") or ():
        if line.get("promoter"):
            lines.append((str(line.get("id") or ""), _promoter(order, line)))
    return Names(_named(order), lines)


def pairs_of(order: Mapping[str, Any]) -> set[Pair]:
    """The (platform, id) names an order brings."""
    return names_in(order).pairs


def load_parties(conn: Connection, tenant: str, pairs: Iterable[Pair]) -> dict[Pair, Party]:
    """{pair: party}; whom they belong to, level by level, is found under ("", its id)."""
    rows = party_store.find_by_account(conn, tenant, pairs)
    found: dict[Pair, Party] = {pair: party_of(row) for pair, row in rows.items()}
    last: Iterable[Party] = found.values()
    for _ in range(LEVELS):
        parents = {str(one["parent"]) for one in last if "parent" in one}
        parents = {id_ for id_ in parents if ("", id_) not in found}
        if not parents:
            break
        above = party_store.parties_by_id(conn, tenant, parents)
        last = [party_of(row) for row in above.values()]
        found |= {("", str(one["key"])): one for one in last}
    return found


def parties_named(
    names: Names, known: Mapping[Pair, Party]
) -> tuple[dict[str, Party], dict[str, Parties]]:
    """The order's parties by role, and other ones of single lines by line id: a live room sells for
    several promoters.
    """
    parties = _by_role(names.own, known)
    if not names.lines:
        return parties, {}
    return parties, {
        line: {**parties, **_by_role(named, known)} for line, named in names.lines if line
    }


def party_of(row: Any) -> dict[str, Any]:
    """A party's row as rate cards see it."""
    found = {"key": row.id, "kind": row.kind, "level": row.level, "name": row.name}
    return {**found, "parent": row.parent_id} if row.parent_id else found


def _named(order: Mapping[str, Any]) -> list[tuple[str, Pair]]:
    found = _promoter(order, order)
    if order.get("shop"):
        found.append(("shop", (order["platform"], str(order["shop"]))))
    if order.get("store"):
        found.append(("store", (STORE, str(order["store"]))))
    return found


def _promoter(order: Mapping[str, Any], of: Mapping[str, Any]) -> list[tuple[str, Pair]]:
    promoter = of.get("promoter")
    if not promoter:
        return []
    platform = str(order["platform"])
    pair = (platform, str(promoter["id"]))
    found = [("promoter", pair), (str(promoter.get("kind") or "creator"), pair)]
    if promoter.get("agency"):
        found.append(("agency", (platform, str(promoter["agency"]))))
    return found


def _by_role(named: Sequence[tuple[str, Pair]], known: Mapping[Pair, Party]) -> dict[str, Party]:
    found = {role: party for role, pair in named if (party := known.get(pair)) is not None}
    # Whom the promoter belongs to, level by level, stands in where the order names nobody.
    above = found.get("promoter")
    for _ in range(LEVELS):
        above = (
            known.get(("", above["parent"])) if above is not None and "parent" in above else None
        )
        if above is None:
            break
        found.setdefault(above["kind"], above)
    return found
