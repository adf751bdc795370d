"""An order's lines, adjustments and fees as rows beside its header."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Rows = tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]
_UNKNOWN: Mapping[str, Any] = {}
_LINE = frozenset({"id", "sku", "name", "category", "quantity", "price", "amount"})


def completed(record: dict[str, Any]) -> dict[str, Any]:
    """A loaded order or refund with what its format means where nothing is said."""
    return record if "currency" in record else {"currency": "CNY", **record}


def parts_of_order(
    tenant: str, id_: str, order: Mapping[str, Any], products: Mapping[str, Any]
) -> Rows:
    """(lines, adjustments, fees) of a loaded order; a line without an id is "#2"."""
    lines = []
    seen: set[str] = set()
    for index, line in enumerate(order.get("lines") or ()):
        product: Mapping[str, Any] = _UNKNOWN
        sku, price = line.get("sku"), line.get("price")
        if products:
            codes = (line.get("outer_id"), sku, line.get("product_id"))
            product = next((products[code] for code in codes if code in products), _UNKNOWN)
        quantity = Decimal(line.get("quantity") or 1)
        more = None
        if not line.keys() <= _LINE:
            more = {key: value for key, value in line.items() if key not in _LINE}
        name = str(line.get("id") or "")
        if not name or name in seen:
            name = f"#{index + 1}"
        seen.add(name)
        lines.append(
            {
                "order_id": id_,
                "line": name,
                "tenant": tenant,
                "product_id": product.get("key"),
                "sku": sku or line.get("outer_id"),
                "category": product.get("category") or line.get("category"),
                "name": line.get("name"),
                "quantity": quantity,
                "price": price or _each(line["amount"], quantity),
                "amount": line["amount"],
                "fields": more,
            }
        )
    adjustments = [
        {
            "order_id": id_,
            "tenant": tenant,
            "line": one.get("line"),
            "type": one["type"],
            "code": one.get("code"),
            "amount": one["amount"],
            "bearer": one.get("bearer") or "shop",
        }
        for one in order.get("adjustments") or ()
    ]
    fees = [
        {
            "order_id": id_,
            "tenant": tenant,
            "type": one["type"],
            "amount": one["amount"],
            "estimated": bool(one.get("estimated")),
        }
        for one in order.get("fees") or ()
    ]
    return lines, adjustments, fees


def _each(amount: Decimal, quantity: Decimal) -> Decimal:
    """The price of one, where the platform tells only the sum."""
    if not quantity:
        return Decimal(amount)
    return (Decimal(amount) / quantity).quantize(Decimal("0.00000001"))
