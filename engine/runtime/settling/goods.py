"""The products behind the lines of orders, as prices and conditions see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.store import orders as order_store
from engine.store.db import Connection

CODES = ("outer_id", "sku", "product_id")  # the merchant code first
Goods = Mapping[str, Mapping[str, Any]]  # a product's facts by each code


def codes_in(order: Mapping[str, Any]) -> set[str]:
    """Everything the lines of an order may be found by."""
    return {code for line in order.get("lines") or () for code in codes_of_line(line)}


def codes_of_line(line: Any) -> list[str]:
    """What a line may be found by, the first that counts first."""
    if not isinstance(line, Mapping):
        return []
    return [str(line[name]) for name in CODES if line.get(name)]


def place_of(order: Mapping[str, Any]) -> tuple[str, str]:
    """(platform, shop): within these the platform's own ids are names of goods."""
    return str(order["platform"]), str(order.get("shop") or "")


def rows_by_place(
    conn: Connection, tenant: str, wanted: Iterable[tuple[tuple[str, str], set[str]]]
) -> dict[tuple[str, str], dict[str, Any]]:
    """{(platform, shop): {code: the product's row}}, with one query for each shop."""
    codes: dict[tuple[str, str], set[str]] = {}
    for place, own in wanted:
        codes.setdefault(place, set()).update(own)
    return {
        (platform, shop): order_store.find_products(conn, tenant, platform, own, shop)
        for (platform, shop), own in codes.items()
    }


def goods_of(conn: Connection, tenant: str, orders: Sequence[Mapping[str, Any]]) -> list[Goods]:
    """For each order the products its lines may be; those of other orders may be among them."""
    rows = rows_by_place(conn, tenant, ((place_of(one), codes_in(one)) for one in orders))
    facts = {
        place: {code: facts_of(row) for code, row in found.items()} for place, found in rows.items()
    }
    return [facts[place_of(one)] for one in orders]


def facts_of(row: Any) -> dict[str, Any]:
    """A product's row as rate cards see it."""
    return {
        "key": row.id,
        "sku": row.sku,
        "name": row.name,
        "category": row.category,
        "cost_amount": row.cost,
    }
