"""Published rate cards and kept plans as a worker needs them: compiled once per process.

A version never changes and a plan is named by its content, so both are kept by their id for as long
as there is room.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.core.errors import InvalidInput, Problem
from engine.core.text import text
from engine.settlement.card import load_card
from engine.settlement.plan import Plan, dump_plan, read_plan
from engine.settlement.resolve import Resolver
from engine.store import rate_cards as card_store
from engine.store.db import Connection

KEPT_RESOLVERS = 200
KEPT_PLANS = 20_000
_resolvers: OrderedDict[str, Resolver] = OrderedDict()
_plans: OrderedDict[str, Plan] = OrderedDict()


@dataclass(frozen=True, slots=True)
class PublishedCard:
    """One card and its versions, newest first: (number, from when it counts, version id)."""

    key: str
    versions: tuple[tuple[int, datetime | None, str], ...]

    def version_at(self, at: datetime) -> tuple[int, str] | None:
        """(number, id) of the version for an order of that moment."""
        for number, starts, id_ in self.versions:
            if starts is None or starts <= at:
                return number, id_
        return None

    def looks_at_customer(self, at: datetime) -> bool:
        """Whether who buys matters to the price of an order of that moment."""
        version = self.version_at(at)
        return version is not None and kept_resolver(version[1]).looks_at_customer

    def id_of(self, number: int) -> str | None:
        return next((id_ for one, _, id_ in self.versions if one == number), None)


def load_cards(conn: Connection, tenant: str) -> list[PublishedCard]:
    """Every published card, its resolvers ready in this process."""
    rows = card_store.published(conn, tenant)
    missing = {row.id: row.number for row in rows if row.id not in _resolvers}
    for id_, document in card_store.documents(conn, tenant, missing).items():
        keep_resolver(id_, Resolver(load_card(document), missing[id_]))
    by_card: dict[str, list[tuple[int, datetime | None, str]]] = {}
    for row in rows:
        by_card.setdefault(row.card, []).append((row.number, row.effective_from, row.id))
    return [PublishedCard(key, tuple(versions)) for key, versions in by_card.items()]


def resolver_of(conn: Connection, tenant: str, version_id: str) -> Resolver:
    """A version's resolver, compiled where it is not kept any more."""
    found = _resolvers.get(version_id)
    if found is None:
        document = card_store.documents(conn, tenant, [version_id])[version_id]
        number = next(
            row.number for row in card_store.published(conn, tenant) if row.id == version_id
        )
        found = Resolver(load_card(document), number)
        keep_resolver(version_id, found)
    return found


def kept_resolver(version_id: str) -> Resolver:
    """The resolver of a version that `load_cards` has just loaded."""
    return _resolvers[version_id]


def keep_resolver(version_id: str, resolver: Resolver) -> None:
    _resolvers[version_id] = resolver
    while len(_resolvers) > KEPT_RESOLVERS:
        _resolvers.popitem(last=False)


def load_plans(conn: Connection, tenant: str, keys: Iterable[str]) -> dict[str, Plan]:
    """Kept plans by key, compiled; InvalidInput when one is not kept."""
    wanted = set(keys)
    missing = wanted - _plans.keys()
    for key, document in card_store.load_plans(conn, tenant, missing).items():
        keep_plan(key, read_plan(document))
    gone = sorted(wanted - _plans.keys())
    if gone:
        message = text("计费参数没有保存", "the plan is not kept")
        raise InvalidInput(message, [Problem(f"/plans/{key}", message) for key in gone])
    return {key: _plans[key] for key in wanted}


def kept_plans() -> Mapping[str, Plan]:
    return _plans


def keep_plan(key: str, plan: Plan) -> None:
    _plans[key] = plan
    while len(_plans) > KEPT_PLANS:
        _plans.popitem(last=False)


def plan_documents(resolver: Resolver, keys: Iterable[str]) -> dict[str, Any]:
    """Documents of plans the resolver has made, ready to be kept."""
    found = {}
    for key in set(keys):
        found[key] = dump_plan(resolver.plans[key])
        keep_plan(key, resolver.plans[key])
    return found
