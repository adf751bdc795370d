"""An order line as settlement sees it: whole minor units, dates, and the facts rules match on.

`sales_of` takes a canonical order as events hold it once loaded (Decimal amounts, aware times) and
what the runtime knows beside it: the customer, products by code, parties by role. An order without
lines is one line with the id "".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.core.records.order import DIRECTION
from engine.core.records.spread import spread_over_lines
from engine.settlement.money import exponent, to_minor

Party = Mapping[str, Any]  # key, kind, level, parent: the party's key where it has one
Parties = Mapping[str, Party]  # by role: promoter, agency, leader, store, shop, brand, ...
NO_TAGS: frozenset[str] = frozenset()


@dataclass(slots=True)
class Sale:
    """One order line.

    order, line   keys: "douyin/flagship/69211" and the line's id, or "#2" for the second line
    paid, listed, cost   minor units; None where it is not known
    pieces        as ordered; it may be a part of one (kg)
    adjustments   (type, bearer, minor units, code), fees (type, minor units, is estimated)
    facts         what rules match on: product, variant, category, shop, platform, channel, store,
                  customer_tag (frozenset), member_level, service_type
    scope         names for expressions: order, line, customer, product, parties, and party (set
                  anew for each term)
    """

    order: str
    line: str
    currency: str
    paid: int
    listed: int | None
    cost: int | None
    pieces: Decimal
    adjustments: tuple[tuple[str, str, int, str], ...]
    fees: tuple[tuple[str, int, bool], ...]
    created_at: datetime | None
    paid_at: datetime | None
    delivered_at: datetime | None
    settled_at: datetime | None
    facts: Mapping[str, Any]
    scope: dict[str, Any]
    parties: Parties = field(default_factory=dict)


def order_key(record: Mapping[str, Any], id_: str = "external_id") -> str:
    """What names an order for ever; of a refund, the order it belongs to (`id_="order_id"`)."""
    return f"{record['platform']}/{record.get('shop') or ''}/{record[id_]}"


def sales_of(
    order: Mapping[str, Any],
    *,
    parties: Parties | None = None,
    line_parties: Mapping[str, Parties] | None = None,
    customer: Mapping[str, Any] | None = None,
    products: Mapping[str, Mapping[str, Any]] | None = None,
    service_type: str | None = None,
    settled_at: datetime | None = None,
) -> list[Sale]:
    """The lines of an order with order-level adjustments and fees spread over them to the cent.

    `line_parties` has other parties for single lines, by line id; `products` is found by merchant
    code, SKU or platform id and has key, category and cost_amount; `settled_at` is what a bill says
    where the order itself does not. InvalidInput for an amount finer
    than the currency, with its path.
    """
    currency = order["currency"]
    places = exponent(currency, "/order/currency")
    listed_lines = order.get("lines")
    lines = listed_lines or [_whole(order)]
    spread_from = order if listed_lines else {**order, "lines": lines}
    nothing: list[list[tuple[Mapping[str, Any], Decimal]]] = [[]] * len(lines)
    adjustments = fees = nothing
    if order.get("adjustments"):
        adjustments = spread_over_lines(spread_from, "adjustments", places)
    if order.get("fees"):
        fees = spread_over_lines(spread_from, "fees", places)
    shared = _order_facts(order, customer, service_type)
    key, person = order_key(order), customer or {}
    created, paid = order.get("created_at"), order.get("paid_at")
    delivered = order.get("delivered_at") or order.get("completed_at")
    settled = order.get("settled_at") or settled_at
    found = []
    for index, line in enumerate(lines):
        at = f"/order/lines/{index}"
        product = _product(line, products) if products else None
        own: Parties = parties or {}
        if line_parties:
            own = line_parties.get(line.get("id") or "", own)
        listed = line.get("list_amount")
        found.append(
            Sale(
                order=key,
                line=line.get("id") or (f"#{index + 1}" if listed_lines else ""),
                currency=currency,
                paid=to_minor(line["amount"], currency, f"{at}/amount"),
                listed=None if listed is None else to_minor(listed, currency, f"{at}/list_amount"),
                cost=None if product is None else _cost(product, line, currency),
                pieces=Decimal(line.get("quantity", 1)),
                adjustments=()
                if adjustments is nothing
                else tuple(
                    (
                        entry["type"],
                        entry.get("bearer") or "shop",
                        to_minor(share, currency, f"{at}/adjustments"),
                        entry.get("code") or "",
                    )
                    for entry, share in adjustments[index]
                ),
                fees=()
                if fees is nothing
                else tuple(
                    (
                        entry["type"],
                        to_minor(share, currency, f"{at}/fees"),
                        bool(entry.get("estimated")),
                    )
                    for entry, share in fees[index]
                ),
                created_at=created,
                paid_at=paid,
                delivered_at=delivered,
                settled_at=settled,
                facts=_line_facts(shared, line, product),
                scope={
                    "order": order,
                    "line": line,
                    "customer": person,
                    "product": product or {},
                    "parties": own,
                },
                parties=own,
            )
        )
    return found


def _whole(order: Mapping[str, Any]) -> dict[str, Any]:
    """An order without lines as one line: what was paid, less the freight in it."""
    freight = order.get("freight_amount")
    if freight is None:
        freight = sum(
            (Decimal(one["amount"]) for one in order.get("adjustments") or () if _adds(one)),
            Decimal(0),
        )
    goods = order.get("goods_amount")
    return {
        "name": "",
        "amount": Decimal(order["amount"]) - Decimal(freight),
        "quantity": 1,
        **({} if goods is None else {"list_amount": goods}),
    }


def _adds(adjustment: Mapping[str, Any]) -> bool:
    return DIRECTION.get(adjustment["type"], -1) > 0


def _order_facts(
    order: Mapping[str, Any], customer: Mapping[str, Any] | None, service_type: str | None
) -> dict[str, Any]:
    return {
        "platform": order["platform"],
        "shop": order["shop"],
        "channel": order.get("channel"),
        "store": order.get("store"),
        "campaign": order.get("campaign"),
        "customer_tag": frozenset(customer.get("tags") or ()) if customer else NO_TAGS,
        "member_level": customer.get("level") if customer else None,
        "service_type": service_type,
    }


def _line_facts(
    shared: Mapping[str, Any], line: Mapping[str, Any], product: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What the lines of an order share, and what is one line's own."""
    found, outer = {**shared}, line.get("outer_id")
    found["variant"] = line.get("sku") or outer
    found["product"] = (product and product.get("key")) or line.get("product_id") or outer
    found["category"] = (product and product.get("category")) or line.get("category")
    return found


def _product(
    line: Mapping[str, Any], products: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    for code in ("outer_id", "sku", "product_id"):
        found = products.get(line.get(code) or "")
        if found is not None:
            return found
    return None


def _cost(product: Mapping[str, Any], line: Mapping[str, Any], currency: str) -> int | None:
    """The cost of all pieces; a part of a piece may cost a part of a minor unit, half to even."""
    each = product.get("cost_amount")
    if each is None:
        return None
    unit, path = Decimal(1).scaleb(-exponent(currency)), f"/products/{line.get('sku')}/cost_amount"
    return to_minor(
        (Decimal(each) * Decimal(line.get("quantity", 1))).quantize(unit), currency, path
    )
