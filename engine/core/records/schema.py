"""The records' published JSON Schemas (2020-12), and how expressions see the same values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from engine.core.records.contact import (
    Coupon,
    Customer,
    Interaction,
    LinkClick,
    Message,
    PageView,
    QrScan,
    Review,
)
from engine.core.records.order import Order
from engine.core.records.record import Record
from engine.core.records.trade import Cart, Logistics, Payment, Product, Refund
from engine.core.text import Locale, Text, text

DRAFT = "https://json-schema.org/draft/2020-12/schema"

RECORDS: dict[str, tuple[type[Record], Text]] = {
    "order": (Order, text("订单", "Order")),
    "refund": (Refund, text("售后", "Refund")),
    "customer": (Customer, text("客户", "Customer")),
    "message": (Message, text("消息", "Message")),
    "coupon": (Coupon, text("优惠券", "Coupon")),
    "cart": (Cart, text("购物车", "Cart")),
    "page": (PageView, text("页面浏览", "Page view")),
    "link": (LinkClick, text("链接点击", "Link click")),
    "qrcode": (QrScan, text("扫码", "QR scan")),
    "review": (Review, text("评价", "Review")),
    "logistics": (Logistics, text("物流", "Logistics")),
    "payment": (Payment, text("收款", "Payment")),
    "interaction": (Interaction, text("互动", "Interaction")),
    "product": (Product, text("商品", "Product")),
}


def schemas(locale: Locale = "zh") -> dict[str, dict[str, Any]]:
    """Every published record's schema by name, titles in one language (`x-title` has both)."""
    found: dict[str, dict[str, Any]] = {}
    for name, (model, title) in RECORDS.items():
        schema = localised(schema_of(model), locale)
        schema["title"] = title[locale]
        found[name] = {"$schema": DRAFT, "$id": f"urn:jimu:record:{name}", **schema}
    return found


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """A model's schema with plain nullable types and no generated titles; a fresh copy."""
    found: dict[str, Any] = _copied(_generated(model))
    return found


def localised(schema: Any, locale: Locale) -> Any:
    """A copy in which every `x-title` is said as `title` too."""
    if isinstance(schema, list):
        return [localised(inner, locale) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: localised(inner, locale) for key, inner in schema.items()}
    title = schema.get("x-title")
    if isinstance(title, dict) and locale in title:
        found["title"] = title[locale]
    return found


def as_expressions_see(schema: Any) -> Any:
    """The schema of loaded values: an amount is a number, marked `x-money`.

    Moments keep `format: date-time` (their values are aware datetimes), dates stay text.
    """
    if isinstance(schema, list):
        return [as_expressions_see(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal":
        kept = {key: inner for key, inner in schema.items() if key not in ("format", "pattern")}
        nullable = isinstance(schema.get("type"), list)
        return {**kept, "type": ["number", "null"] if nullable else "number", "x-money": True}
    return {key: as_expressions_see(inner) for key, inner in schema.items()}


def customer_schema() -> dict[str, Any]:
    """The customer record as expressions see it; own fields stand beside these, so others may be.

    `identities` and `consent` are by kind and by channel, `phone` is masked.
    """
    word = {"type": ["string", "null"]}
    return {
        "type": ["object", "null"],
        "x-title": text("客户", "customer"),
        "properties": {
            "id": {"type": "string", "x-title": text("客户编号", "customer id")},
            "name": {**word, "x-title": text("客户姓名", "name")},
            "phone": {**word, "x-title": text("手机号（已脱敏）", "phone (masked)")},
            "level": {**word, "x-title": text("会员等级", "member level")},
            "tags": {
                "type": "array",
                "items": {"type": "string"},
                "x-title": text("客户标签", "tags"),
            },
            "owner_user": {**word, "x-title": text("归属导购/客服", "owner")},
            "created_at": {
                "type": "string",
                "format": "date-time",
                "x-title": text("成为客户时间", "customer since"),
            },
            "consent": {
                "type": "object",
                "additionalProperties": {"type": "boolean"},
                "x-title": text("渠道授权", "consent by channel"),
            },
            "identities": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "x-title": text("客户身份", "identities"),
            },
        },
    }


@lru_cache(maxsize=64)
def _generated(model: type[BaseModel]) -> dict[str, Any]:
    found = _plain(model.model_json_schema())
    assert isinstance(found, dict)
    return found


def _plain(schema: Any, in_names: bool = False) -> Any:
    """Without generated texts; `anyOf [X, null]` becomes X with a nullable type."""
    if isinstance(schema, list):
        return [_plain(inner) for inner in schema]
    if not isinstance(schema, Mapping):
        return schema
    found: dict[str, Any] = {}
    for key, inner in schema.items():
        if in_names:
            found[key] = _plain(inner)
        elif key in ("x-title", "x-options"):
            found[key] = inner
        elif key not in ("title", "description"):  # generated, and in one language only
            found[key] = _plain(inner, in_names=key in ("properties", "$defs"))
    if in_names:
        return found
    choices = found.get("anyOf")
    if isinstance(choices, list) and len(choices) == 2 and choices[1] == {"type": "null"}:
        kept = choices[0]
        if "$ref" not in kept and isinstance(kept.get("type"), str):
            found.pop("anyOf")
            nullable = {**kept, "type": [kept["type"], "null"]}
            if "enum" in kept:
                nullable["enum"] = [*kept["enum"], None]
            found = {**nullable, **found}
    if found.get("default", 0) is None:
        found.pop("default")  # absent and null are the same here; said by the type
    return found


def _copied(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: _copied(inner) for key, inner in schema.items()}
    return [_copied(inner) for inner in schema] if isinstance(schema, list) else schema
