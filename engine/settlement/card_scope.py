"""What conditions and formulas of a rate card may read, as a schema."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from engine.core.records.contact import Customer
from engine.core.records.order import Order, OrderLine
from engine.core.records.schema import as_expressions_see, schema_of
from engine.core.text import text

_PARTY = {
    "type": "object",
    "properties": {
        "key": {"type": "string", "x-title": text("合作方编号", "party")},
        "kind": {"type": ["string", "null"], "x-title": text("合作方类型", "kind of party")},
        "level": {"type": ["string", "null"], "x-title": text("合作方等级", "level of the party")},
        "parent": {"type": ["string", "null"], "x-title": text("上级合作方", "parent party")},
    },
    "additionalProperties": True,
}
_TITLES = {
    "order": text("订单", "order"),
    "line": text("订单明细", "order line"),
    "customer": text("客户", "customer"),
}
_PRODUCT = {"type": "object", "additionalProperties": True, "x-title": text("商品", "product")}


@lru_cache(maxsize=1)
def card_scope() -> dict[str, Any]:
    """order, line, customer, product, party (of the term) and parties (by role)."""
    defs: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    for name, model in (("order", Order), ("line", OrderLine), ("customer", Customer)):
        schema = as_expressions_see(schema_of(model))
        defs.update(schema.pop("$defs", {}))
        properties[name] = {**schema, "x-title": _TITLES[name]}
    return {
        "type": "object",
        "properties": {
            **properties,
            "product": _PRODUCT,
            "party": {**_PARTY, "x-title": text("合作方", "party")},
            "parties": {
                "type": "object",
                "additionalProperties": _PARTY,
                "x-title": text("合作方（按角色）", "parties by role"),
            },
        },
        "additionalProperties": False,
        "$defs": defs,
    }
