"""What people call the keys that money carries: parties and terms by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from api.context import tenant, world
from engine.core.text import Text, text
from engine.runtime.settling.cards import kept_resolver, load_cards
from engine.store import parties as party_store
from engine.store import settlement_reports as report_store

BRAND = "brand"
BRAND_NAME = text("品牌方", "the brand")


@dataclass(frozen=True, slots=True)
class Names:
    """A key nobody has named stands for itself."""

    parties: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    shops: Mapping[str, str] = field(default_factory=dict)

    def party(self, key: str) -> str:
        return self.parties.get(key, key)

    def side(self, key: str) -> Text | str:
        """A side of an entry: a party, or the brand itself."""
        return BRAND_NAME if key == BRAND else self.party(key)

    def term(self, key: str) -> str:
        return self.terms.get(key, key)

    def shop(self, order: str) -> str:
        """Of an order's key; empty where it has none."""
        key = shop_of(order)
        return self.shops.get(key, key)


def read_names(
    parties: Iterable[str | None], *, with_terms: bool = False, orders: Iterable[str] = ()
) -> Names:
    """Names of these parties, and of the shops of orders; of all terms of the published cards where
    they are wanted.
    """
    wanted = {one for one in parties if one and one != BRAND}
    with world().db.reading() as conn:
        found = party_store.parties_by_id(conn, tenant(), wanted)
        cards = load_cards(conn, tenant()) if with_terms else []
    terms = {
        f"{card.key}.{term.key}": str(term.name)
        for card in cards
        for term in kept_resolver(card.versions[0][2]).card.terms
    }
    shops = read_shop_names({shop_of(order) for order in orders} - {""})
    return Names({key: row.name for key, row in found.items()}, terms, shops)


def read_shop_names(shops: Iterable[str]) -> dict[str, str]:
    """{shop: name} with the party that has it: a franchisee's shop is known by its owner."""
    with world().db.reading() as conn:
        found = report_store.shop_owners(conn, tenant(), (one for one in shops if one))
    return {
        shop: f"{name}（{shop}）" if kind == "franchisee" else f"{shop}（{name}）"
        for shop, (name, kind) in found.items()
    }


def shop_of(order: str) -> str:
    """The shop in an order's key: platform/shop/number."""
    return order.partition("/")[2].partition("/")[0]


def term_of(account: str) -> str:
    """The term of an account's key: party|card.term|window|family."""
    parts = account.split("|")
    return parts[1] if len(parts) > 1 else ""
