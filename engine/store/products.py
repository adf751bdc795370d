"""Products as people keep them; the tables stand beside orders, whose lines are matched to them.

A name a product has on a platform is (platform, shop, id there); the shop "" means every shop of
the platform. What orders brought that no product is mapped to is kept for somebody to look at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Index, Table, Text, and_, func, or_, select
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.bulk import insert_new
from engine.store.db import Moment, metadata, tenant_column
from engine.store.orders import order_lines, orders, product_ids, products
from engine.store.settlement_bookings import settlement_bookings

Name = tuple[str, str, str]  # platform, shop, id there

# Goods of orders that had no product when they came. Whether they have one now is asked of the
# products, each time it is read.
unmapped_products = Table(
    "unmapped_products",
    metadata,
    Column("id", Text, primary_key=True),  # unm_…, of tenant, platform, shop and code
    tenant_column(),
    Column("platform", Text, nullable=False),
    Column("shop", Text, nullable=False),
    Column("code", Text, nullable=False),  # the first of the three below that the line has
    Column("outer_id", Text),
    Column("sku", Text),
    Column("product_id", Text),
    Column("name", Text, nullable=False),
    Column("category", Text),
    Column("order_number", Text, nullable=False),  # of the order that brought it
    Column("event_id", Text, nullable=False),  # of that order; sorts by time of receipt
    Column("seen_at", Moment, nullable=False),
    Column("state", Text, nullable=False),  # open | set_aside
    Column("note", Text),
    Index("ix_unmapped_products_tenant_state", "tenant", "state", "event_id", "id"),
)


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
    archived: bool | None = False,
    after: str = "",
    limit: int = 100,
) -> list[Any]:
    """By SKU, after the SKU `after`; `q` is a part of SKU or name, `category` has all below it;
    `archived` None: those too.
    """
    where = [products.c.tenant == tenant, products.c.sku > after]
    if archived is not None:
        at = products.c.archived_at
        where.append(at.is_not(None) if archived else at.is_(None))
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


def add_name(conn: Connection, tenant: str, product_id: str, name: Name) -> bool:
    """One more name of a product on a platform; False when it is another product's."""
    row = {
        "tenant": tenant,
        **dict(zip(("platform", "shop", "external_id"), name, strict=True)),
        "product_id": product_id,
    }
    if insert_new(conn, product_ids, [row], ("tenant", "platform", "shop", "external_id")):
        return True
    there = (product_ids.c[column] == value for column, value in row.items())
    return conn.execute(select(product_ids.c.product_id).where(*there)).first() is not None


def has_lines(conn: Connection, tenant: str, product_id: str) -> bool:
    """Whether an order's line was matched to it. Looks through all lines: for deleting alone."""
    table = order_lines
    found = conn.execute(
        select(table.c.line)
        .where(table.c.tenant == tenant, table.c.product_id == product_id)
        .limit(1)
    )
    return found.first() is not None


def delete_product(conn: Connection, tenant: str, id_: str) -> None:
    """The product and its names on platforms."""
    set_names(conn, tenant, id_, [])
    conn.execute(products.delete().where(products.c.tenant == tenant, products.c.id == id_))


# -- what no product is mapped to ------------------------------------------------------------------


def note_unmapped(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Goods seen in orders; what is there already stays as it was first seen."""
    insert_new(conn, unmapped_products, rows, ("id",))


def list_unmapped(
    conn: Connection,
    tenant: str,
    *,
    state: str = "open",
    platform: str | None = None,
    shop: str | None = None,
    q: str | None = None,
    before: tuple[str, str] | None = None,
    limit: int = 100,
) -> list[Any]:
    """Newest first, before (event, id); what a product has one of the codes of is left out."""
    table = unmapped_products
    where = [table.c.tenant == tenant, table.c.state == state, ~_is_mapped(tenant)]
    if platform:
        where.append(table.c.platform == platform)
    if shop:
        where.append(table.c.shop == shop)
    if q:
        columns = (table.c.code, table.c.outer_id, table.c.sku, table.c.product_id, table.c.name)
        where.append(or_(*(column.icontains(q, autoescape=True) for column in columns)))
    if before:
        event, id_ = before
        same = (table.c.event_id == event) & (table.c.id < id_)
        where.append((table.c.event_id < event) | same)
    order = (table.c.event_id.desc(), table.c.id.desc())
    return list(conn.execute(select(table).where(*where).order_by(*order).limit(limit)))


def find_unmapped(conn: Connection, tenant: str, id_: str) -> Any | None:
    table = unmapped_products
    where = (table.c.tenant == tenant, table.c.id == id_)
    return conn.execute(select(table).where(*where).with_for_update()).first()


def update_unmapped(conn: Connection, tenant: str, id_: str, values: Mapping[str, Any]) -> None:
    table = unmapped_products
    conn.execute(table.update().where(table.c.tenant == tenant, table.c.id == id_).values(**values))


def products_like(
    conn: Connection, tenant: str, names: Iterable[str], codes: Iterable[str]
) -> list[Any]:
    """Products in use of these names, or of these SKUs as `plain_code` has them; by SKU."""
    plain = func.lower(products.c.sku)
    for mark in "-_ ":
        plain = func.replace(plain, mark, "")
    like = or_(among(products.c.name, set(names)), among(plain, set(codes)))
    where = (products.c.tenant == tenant, products.c.archived_at.is_(None), like)
    return list(conn.execute(select(products).where(*where).order_by(products.c.sku)))


def booked_before(
    conn: Connection, tenant: str, platform: str, shop: str | None, codes: Iterable[str]
) -> list[Any]:
    """(card, lines, since, until) of booked lines of goods that had no product; without `shop` in
    every shop of the platform. Looks through all lines: for mapping by hand alone.
    """
    table = settlement_bookings
    key = orders.c.platform + "/" + func.coalesce(orders.c.shop, "") + "/" + orders.c.external_id
    where = [
        orders.c.tenant == tenant,
        order_lines.c.tenant == tenant,
        table.c.tenant == tenant,
        orders.c.platform == platform,
        order_lines.c.product_id.is_(None),
        among(order_lines.c.sku, set(codes)),
        table.c.state != "moved",
    ]
    if shop is not None:
        where.append(func.coalesce(orders.c.shop, "") == shop)
    lines = (
        select(table.c.card, table.c.order_key, table.c.line, func.min(table.c.rate_at).label("at"))
        .select_from(
            order_lines.join(orders, orders.c.id == order_lines.c.order_id).join(
                table, and_(table.c.order_key == key, table.c.line == order_lines.c.line)
            )
        )
        .where(*where)
        .group_by(table.c.card, table.c.order_key, table.c.line)
        .subquery()
    )
    asked = select(
        lines.c.card,
        func.count().label("lines"),
        func.min(lines.c.at).label("since"),
        func.max(lines.c.at).label("until"),
    )
    return list(conn.execute(asked.group_by(lines.c.card).order_by(lines.c.card)))


def plain_code(code: str) -> str:
    """A code without what people write differently: case, dashes, underlines, blanks."""
    return code.lower().replace("-", "").replace("_", "").replace(" ", "")


def _is_mapped(tenant: str) -> Any:
    table = unmapped_products
    codes = (table.c.outer_id, table.c.sku, table.c.product_id)
    own = select(products.c.id).where(products.c.tenant == tenant, products.c.sku.in_(codes))
    theirs = select(product_ids.c.product_id).where(
        product_ids.c.tenant == tenant,
        product_ids.c.platform == table.c.platform,
        or_(product_ids.c.shop == "", product_ids.c.shop == table.c.shop),
        product_ids.c.external_id.in_(codes),
    )
    return or_(own.correlate(table).exists(), theirs.correlate(table).exists())
