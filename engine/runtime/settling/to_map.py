"""Goods that orders brought and no product is mapped to: looked at by people, one by one.

A row is made where the goods are first seen (unmapped.py). It needs no answer once a product has
one of its codes, whoever gave it that; a person maps it to a product, or sets it aside as nothing
that is a product (a price difference, a link for freight).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from engine.core.errors import Conflict, NotFound, Problem
from engine.core.text import text
from engine.runtime.principal import Principal
from engine.runtime.settling.products import Product, demand_product
from engine.runtime.world import World
from engine.store import products as store
from engine.store.db import Connection

State = Literal["open", "set_aside"]
MOST_LIKELY = 3


@dataclass(frozen=True, slots=True)
class Likely:
    """A product that it may be: of the same name, or nearly the same code."""

    id: str
    sku: str
    name: str


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Goods of one shop as an order brought them. `code` is what they are mapped by."""

    id: str
    platform: str
    shop: str
    code: str
    outer_id: str | None
    sku: str | None
    product_id: str | None
    name: str
    category: str | None
    order_number: str
    event_id: str
    seen_at: datetime
    state: State
    note: str | None
    likely: tuple[Likely, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """Lines that a card priced while the goods had no product."""

    card: str
    lines: int
    since: datetime
    until: datetime


def list_unmapped(
    world: World,
    tenant: str,
    *,
    state: State = "open",
    platform: str | None = None,
    shop: str | None = None,
    q: str | None = None,
    before: tuple[str, str] | None = None,
    limit: int = 100,
) -> list[Unmapped]:
    """Newest first, before (event, id); `q` is a part of a code or the name."""
    with world.db.reading() as conn:
        rows = store.list_unmapped(
            conn, tenant, state=state, platform=platform, shop=shop, q=q, before=before, limit=limit
        )
        return _shown(conn, tenant, rows)


def map_to(
    world: World, who: Principal, id_: str, product_id: str, *, every_shop: bool = False
) -> tuple[Product, list[Past]]:
    """The goods are this product, in this shop or in every shop of the platform: orders from now on
    find it. What was booked keeps its price, for money moves only when somebody says so; what cards
    priced without the product comes along, so that finance can price those months anew.

    NotFound without goods or product; Conflict where the product is archived.
    """
    now = world.now()
    with world.db.begin() as conn:
        row = _row(conn, who.tenant, id_)
        product = demand_product(conn, who.tenant, product_id)
        if product.archived_at is not None:
            message = text(
                f"商品 {product.sku} 已归档，请先恢复",
                f"the product {product.sku} is archived: restore it first",
            )
            raise Conflict(message, [Problem("/product_id", message, "archived")])
        name = (row.platform, "" if every_shop else row.shop, row.code)
        if not store.add_name(conn, who.tenant, product_id, name):
            message = text(f"{row.code} 已属于另一商品", f"{row.code} is another product's")
            raise Conflict(message, [Problem("/product_id", message, "taken")])
        store.update_unmapped(conn, who.tenant, id_, {"state": "open", "note": None})
        said = {"mapped": list(name)}
        who.note(conn, now, "products.edit", f"product:{product_id}", said)
        codes = {code for code in (row.outer_id, row.sku) if code}
        past = store.booked_before(
            conn, who.tenant, row.platform, None if every_shop else row.shop, codes
        )
        found = [Past(one.card, one.lines, one.since, one.until) for one in past]
        return demand_product(conn, who.tenant, product_id), found


def set_aside(world: World, who: Principal, id_: str, note: str) -> Unmapped:
    """No product, and why: nobody is asked again."""
    return _decide(world, who, id_, "set_aside", note)


def take_up(world: World, who: Principal, id_: str) -> Unmapped:
    """Back among what is to be mapped."""
    return _decide(world, who, id_, "open", None)


def _decide(world: World, who: Principal, id_: str, state: State, note: str | None) -> Unmapped:
    now = world.now()
    with world.db.begin() as conn:
        row = _row(conn, who.tenant, id_)
        store.update_unmapped(conn, who.tenant, id_, {"state": state, "note": note})
        said = {"state": state, "code": row.code, "note": note}
        who.note(conn, now, "products.edit", f"unmapped:{id_}", said)
        return _shown(conn, who.tenant, [_row(conn, who.tenant, id_)])[0]


def _row(conn: Connection, tenant: str, id_: str) -> Any:
    row = store.find_unmapped(conn, tenant, id_)
    if row is None:
        raise NotFound(text("没有这条待匹配的商品", "there are no such goods to map"))
    return row


def _shown(conn: Connection, tenant: str, rows: Sequence[Any]) -> list[Unmapped]:
    """With the products that each of them may be."""
    codes = {row.id: {store.plain_code(row.code)} for row in rows}
    for row in rows:
        codes[row.id] |= {store.plain_code(code) for code in (row.outer_id, row.sku) if code}
    wanted = {code for own in codes.values() for code in own}
    found = store.products_like(conn, tenant, {row.name for row in rows}, wanted) if rows else []
    made = []
    for row in rows:
        likely = [
            Likely(one.id, one.sku, one.name)
            for one in found
            if one.name == row.name or store.plain_code(one.sku) in codes[row.id]
        ]
        own = {name: value for name, value in row._mapping.items() if name != "tenant"}
        made.append(Unmapped(**own, likely=tuple(likely[:MOST_LIKELY])))
    return made
