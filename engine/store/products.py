"""Products as people keep them; the tables stand beside orders, whose lines are matched to them.

A name a product has on a platform is (platform, shop, id there); the shop "" means every shop of
the platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.bulk import insert_new
from engine.store.orders import product_ids, products

Name = tuple[str, str, str]  # platform, shop, id there


def insert_product(conn: Connection, row: Mapping[str, Any]) -> bool:
    """A new product; False when its SKU is taken."""
    return bool(insert_new(conn, products, [row], ("tenant", "sku")))


def update_product(conn: Connection, tenant: str, id_: str, values: Mapping[str, Any]) -> None:
    conn.execute(
        products.update().where(products.c.tenant == tenant, products.c.id == id_).values(**values)
    )


def find_product(conn: Connection, tenant: str, id_: str) -> Any | None:
    return conn.execute(
        select(products).where(products.c.tenant == tenant, products.c.id == id_)
    ).first()


def lock_product(conn: Connection, tenant: str, id_: str) -> Any | None:
    """The row, held until the transaction ends."""
    return conn.execute(
        select(products).where(products.c.tenant == tenant, products.c.id == id_).with_for_update()
    ).first()


def find_by_sku(conn: Connection, tenant: str, sku: str) -> Any | None:
    return conn.execute(
        select(products).where(products.c.tenant == tenant, products.c.sku == sku)
    ).first()


def has_products(conn: Connection, tenant: str) -> bool:
    """Whether the tenant keeps products at all."""
    found = conn.execute(select(products.c.id).where(products.c.tenant == tenant).limit(1))
    return found.first() is not None


def list_products(
    conn: Connection,
    tenant: str,
    *,
    q: str | None = None,
    category: str | None = None,
    after: str = "",
    limit: int = 100,
) -> list[Any]:
    """By SKU, after the SKU `after`; `q` is a part of SKU or name, `category` has all below it."""
    where = [products.c.tenant == tenant, products.c.sku > after]
    if q:
        where.append(
            or_(
                products.c.sku.icontains(q, autoescape=True),
                products.c.name.icontains(q, autoescape=True),
            )
        )
    if category:
        below = products.c.category.startswith(f"{category}/", autoescape=True)
        where.append(or_(products.c.category == category, below))
    return list(conn.execute(select(products).where(*where).order_by(products.c.sku).limit(limit)))


def names_of(conn: Connection, tenant: str, ids: Iterable[str]) -> dict[str, list[Name]]:
    """{product: its names on platforms, sorted}; every id is in it."""
    found: dict[str, list[Name]] = {id_: [] for id_ in ids}
    rows = conn.execute(
        select(product_ids)
        .where(product_ids.c.tenant == tenant, among(product_ids.c.product_id, found))
        .order_by(product_ids.c.platform, product_ids.c.shop, product_ids.c.external_id)
    )
    for row in rows:
        found[row.product_id].append((row.platform, row.shop, row.external_id))
    return {id_: sorted(names) for id_, names in found.items()}


def set_names(conn: Connection, tenant: str, product_id: str, names: Sequence[Name]) -> list[Name]:
    """All names of a product on platforms; returns those that another product has."""
    conn.execute(
        product_ids.delete().where(
            product_ids.c.tenant == tenant, product_ids.c.product_id == product_id
        )
    )
    wanted = list(dict.fromkeys(names))
    rows = [
        {
            "tenant": tenant,
            "platform": platform,
            "shop": shop,
            "external_id": external_id,
            "product_id": product_id,
        }
        for platform, shop, external_id in wanted
    ]
    key = ("tenant", "platform", "shop", "external_id")
    done = {found[1:] for found in insert_new(conn, product_ids, rows, key)}
    return [name for name in wanted if name not in done]
