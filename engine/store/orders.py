"""Orders as the brand knows them: one row per order, its lines, adjustments and fees.

The header row follows the newest event of the order (`time` decides, not arrival) and names it, so
the whole record is read from there. Lines, adjustments and fees are filled by settlement, which
counts on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    literal,
    null,
    select,
    text,
    union_all,
)
from sqlalchemy.engine import Connection

from engine.store.among import PAIRS_GIVEN, among, among_named, among_pairs, pairs_given
from engine.store.bulk import insert_many, insert_new, update_many
from engine.store.copying import WORTH_IT, copy_many
from engine.store.db import Amount, Json, Moment, Whole, metadata, tenant_column
from engine.store.events import events
from engine.store.rows import plain_rows
from engine.store.seam import kept_in_memory
from engine.store.settlement_bookings import settlement_refunds

orders = Table(
    "orders",
    metadata,
    Column("id", Text, primary_key=True),  # ord_…
    tenant_column(),
    Column("platform", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("shop", Text),
    Column("owner", Text, nullable=False),
    Column("customer_id", Text),
    Column("status", Text),
    Column("amount", Amount),
    Column("currency", Text),
    Column("paid_at", Moment),
    Column("settled_at", Moment),  # when a reconciled bill said that the platform had settled it
    Column("event_id", Text, nullable=False),  # the event that carries the newest record
    Column("time", Moment, nullable=False),  # of that event
    UniqueConstraint("tenant", "platform", "external_id"),
    # Not by tenant first: PostgreSQL would look for an order's number in it (find_orders).
    Index("ix_orders_customer_id_time", "customer_id", "time"),
)

order_lines = Table(
    "order_lines",
    metadata,
    Column("order_id", Text, ForeignKey("orders.id"), primary_key=True),
    Column("line", Text, primary_key=True),
    tenant_column(),
    Column("product_id", Text),
    Column("sku", Text),
    Column("category", Text),
    Column("name", Text),
    Column("quantity", Amount, nullable=False),
    Column("price", Amount, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("fields", Json),
)

order_adjustments = Table(
    "order_adjustments",
    metadata,
    Column("id", Whole, primary_key=True, autoincrement=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False, index=True),
    tenant_column(),
    Column("line", Text),  # null: of the whole order
    Column("type", Text, nullable=False),  # shop_coupon, platform_coupon, points, freight, …
    Column("code", Text),
    Column("amount", Amount, nullable=False),
    Column("bearer", Text, nullable=False),  # shop, platform, creator, …
    sqlite_autoincrement=True,
)

order_fees = Table(
    "order_fees",
    metadata,
    Column("id", Whole, primary_key=True, autoincrement=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False, index=True),
    tenant_column(),
    Column("type", Text, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("estimated", Boolean, nullable=False, default=False),
    sqlite_autoincrement=True,
)

products = Table(
    "products",
    metadata,
    Column("id", Text, primary_key=True),  # prd_…
    tenant_column(),
    Column("sku", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("category", Text),
    Column("cost", Amount),
    Column("currency", Text),
    Column("consumed_in_days", Integer),
    Column("attributes", Json, nullable=False),
    Column("archived_at", Moment),  # no longer offered; orders of its codes are still matched
    UniqueConstraint("tenant", "sku"),
)

product_ids = Table(
    "product_ids",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("platform", Text, primary_key=True),
    Column("shop", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    Column("product_id", Text, ForeignKey("products.id"), nullable=False, index=True),
)


@kept_in_memory
def find_orders(
    conn: Connection, tenant: str, wanted: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Any]:
    """{(platform, external id): row}."""
    pairs = set(wanted)
    if not pairs:
        return {}
    if conn.dialect.name == "postgresql":
        found = plain_rows(conn.execute(_BY_NUMBER, {"tenant": tenant, **pairs_given(pairs)}))
    else:
        is_one = among_pairs(orders.c.platform, orders.c.external_id, pairs)
        found = plain_rows(conn.execute(select(orders).where(orders.c.tenant == tenant, is_one)))
    return {(row.platform, row.external_id): row for row in found}


# One look into the unique key for each: as a list, PostgreSQL would read the whole tenant while it
# has no statistics of a table that grows.
_BY_NUMBER = text(
    f"SELECT found.* FROM {PAIRS_GIVEN} AS pair(platform, number) CROSS JOIN LATERAL "
    f"(SELECT {', '.join(orders.c.keys())} FROM orders WHERE tenant = :tenant "
    "AND platform = pair.platform AND external_id = pair.number LIMIT 1) AS found"
).columns(*orders.c)


def orders_numbered(conn: Connection, tenant: str, number: str) -> list[Any]:
    """The orders that some platform calls by this number."""
    return list(
        conn.execute(
            select(orders)
            .where(orders.c.tenant == tenant, orders.c.external_id == number)
            .order_by(orders.c.platform)
        )
    )


def store_orders(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """New orders, looked up before (find_orders). One that came meanwhile from another lane is left
    alone where they are few; else it is a clash, and the batch in halves finds it."""
    if len(rows) < WORTH_IT:
        insert_new(conn, orders, rows, ("tenant", "platform", "external_id"))
    else:
        copy_many(conn, orders, rows)


def save_orders(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    update_many(conn, orders, rows, ("id",))


def orders_of_customer(
    conn: Connection, tenant: str, customer_id: str, since: datetime, limit: int
) -> list[Any]:
    """A customer's orders with the data of their newest event, newest first."""
    return list(
        conn.execute(
            select(orders.c.external_id, orders.c.time, events.c.data)
            .join(events, events.c.id == orders.c.event_id)
            .where(
                orders.c.tenant == tenant,
                events.c.tenant == tenant,
                orders.c.customer_id == customer_id,
                orders.c.time >= since,
            )
            .order_by(orders.c.time.desc(), orders.c.external_id.desc(), orders.c.platform)
            .limit(limit)
        ).all()
    )


@kept_in_memory
def replace_parts(
    conn: Connection,
    tenant: str,
    ids: Iterable[str],
    lines: Sequence[Mapping[str, Any]],
    adjustments: Sequence[Mapping[str, Any]],
    fees: Sequence[Mapping[str, Any]],
) -> None:
    """Lines, adjustments and fees of these orders as their newest event has them."""
    wanted = list(ids)
    for table in (order_lines, order_adjustments, order_fees):
        conn.execute(
            table.delete().where(table.c.tenant == tenant, among(table.c.order_id, wanted))
        )
    insert_many(conn, order_lines, lines)
    insert_many(conn, order_adjustments, adjustments)
    insert_many(conn, order_fees, fees)


def lines_of(conn: Connection, tenant: str, ids: Iterable[str]) -> list[Any]:
    """The lines of these orders in their order's currency; "#2" and ids as they were told."""
    wanted = set(ids)
    if not wanted:
        return []
    found = conn.execute(
        select(order_lines, orders.c.currency)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .where(
            order_lines.c.tenant == tenant,
            orders.c.tenant == tenant,
            among(order_lines.c.order_id, wanted),
        )
        .order_by(order_lines.c.order_id, order_lines.c.line)
    )
    return list(found)


def find_products(
    conn: Connection, tenant: str, platform: str, codes: Iterable[str], shop: str = ""
) -> dict[str, Any]:
    """{merchant code, SKU or the platform's id: the product's id, sku, name, category and cost}; an
    id is one of this shop, or one that counts in every shop of the platform.
    """
    wanted = set(codes)
    if not wanted:
        return {}
    asked = {"tenant": tenant, "platform": platform, "shops": {"", shop}, "codes": wanted}
    # What counts more comes later: every shop's id, this shop's, the merchant code.
    rows = conn.execute(_BY_CODE, asked).all()
    ranked = sorted(rows, key=lambda row: (row.said_by is None, row.said_by or ""))
    return {row.code: row for row in ranked}


_ASKED_OF = [products.c[name] for name in ("id", "sku", "name", "category", "cost")]
_BY_CODE = union_all(  # built once: each batch of orders and each quote asks it
    select(product_ids.c.external_id.label("code"), product_ids.c.shop.label("said_by"), *_ASKED_OF)
    .join(products, products.c.id == product_ids.c.product_id)
    .where(
        products.c.tenant == bindparam("tenant"),
        product_ids.c.tenant == bindparam("tenant"),
        product_ids.c.platform == bindparam("platform"),
        among_named(product_ids.c.shop, "shops"),
        among_named(product_ids.c.external_id, "codes"),
    ),
    select(products.c.sku.label("code"), null().label("said_by"), *_ASKED_OF).where(
        products.c.tenant == bindparam("tenant"), among_named(products.c.sku, "codes")
    ),
)


def orders_paid(conn: Connection, tenant: str, since: datetime, until: datetime) -> list[Any]:
    """(platform, shop, external_id, event_id) of orders paid in [since, until)."""
    found = conn.execute(
        select(orders.c.platform, orders.c.shop, orders.c.external_id, orders.c.event_id)
        .where(orders.c.tenant == tenant, orders.c.paid_at >= since, orders.c.paid_at < until)
        .order_by(orders.c.paid_at, orders.c.platform, orders.c.external_id)
    )
    return list(found)


def note_settled(
    conn: Connection, tenant: str, platform: str, days: Mapping[str, datetime]
) -> list[Any]:
    """A platform's bill settles these orders ({number: moment}); one that was settled before keeps
    its date. Rows of shop and external_id of those that were not.
    """
    table = orders
    found = conn.execute(
        select(table.c.id, table.c.shop, table.c.external_id).where(
            table.c.tenant == tenant,
            table.c.platform == platform,
            among(table.c.external_id, days),
            table.c.settled_at.is_(None),
        )
    ).all()
    rows = [{"id": row.id, "settled_at": days[row.external_id]} for row in found]
    update_many(conn, table, rows, ("id",))
    return list(found)


def money_between(
    conn: Connection, tenant: str, platform: str, since: datetime, until: datetime, currency: str
) -> list[Any]:
    """(kind, number, type, amount, paid_at, id) of a platform's orders paid in [since, until), with
    their fees and adjustments.
    """
    paid = (
        orders.c.tenant == tenant,
        orders.c.platform == platform,
        orders.c.currency == currency,
        orders.c.paid_at >= since,
        orders.c.paid_at < until,
    )
    number = orders.c.external_id.label("number")
    goods = select(
        literal("order").label("kind"), number, literal("goods").label("type"),
        orders.c.amount.label("amount"), orders.c.paid_at, orders.c.id,
    ).where(*paid)  # fmt: skip
    more = [
        select(
            literal(kind).label("kind"), number, table.c.type.label("type"),
            table.c.amount.label("amount"), orders.c.paid_at, orders.c.id,
        )
        .join(orders, orders.c.id == table.c.order_id)
        .where(table.c.tenant == tenant, *paid)
        for kind, table in (("fee", order_fees), ("adjustment", order_adjustments))
    ]  # fmt: skip
    return list(conn.execute(union_all(goods, *more)))


def refunds_of_platform(conn: Connection, tenant: str, platform: str) -> list[tuple[str, str]]:
    """(order number, amount) of the refunds settlement has seen."""
    found = conn.execute(
        select(settlement_refunds.c.order_key, settlement_refunds.c.record).where(
            settlement_refunds.c.tenant == tenant,
            settlement_refunds.c.order_key.startswith(f"{platform}/", autoescape=True),
        )
    )
    return [
        (row.order_key.rpartition("/")[2], str(row.record.get("amount") or "0")) for row in found
    ]
