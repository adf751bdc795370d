"""Whose money a caller may see: everybody's, that of their part of the org tree, or their own."""

from __future__ import annotations

from api.context import caller, tenant, world
from api.permissions import visible_units
from engine.core.errors import InvalidInput, NotFound, Problem
from engine.core.text import text
from engine.runtime.settling.statements import parties_of_user
from engine.store import parties as party_store

READ, OWN = "settlement.read", "settlement.own"
PAGE = 500


def visible_parties() -> frozenset[str] | None:
    """Ids of the parties whose money the caller may see; None for all of them.

    A partner sees the parties they are bound to. Forbidden for who holds neither act.
    """
    who = caller()
    if not who.may(READ):
        if not who.may(OWN):
            who.require(READ)
        return parties_of_user(world(), who)
    with world().db.reading() as conn:
        units = visible_units(conn, who, READ)
        if units is None:
            return None
        found: set[str] = set()
        after = ""
        while True:
            rows = party_store.list_parties(conn, tenant(), after=after, limit=PAGE)
            found |= {row.id for row in rows if row.org_unit_id in units}
            if len(rows) < PAGE:
                return frozenset(found)
            after = rows[-1].id


def demand_visible(party: str) -> None:
    """NotFound for a party the caller may not see: not even that it exists."""
    seen = visible_parties()
    if seen is not None and party not in seen:
        raise NotFound(text(f"没有合作方 {party}", f"there is no party {party}"))


def demand_named(party: str | None) -> None:
    """Who does not see everybody's money names a party; NotFound for one out of reach."""
    seen = visible_parties()
    if seen is None:
        return
    if party is None:
        message = text("请指明合作方", "name the party")
        raise InvalidInput(message, [Problem("/query/party", message, "missing")])
    demand_visible(party)
