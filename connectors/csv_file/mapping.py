"""Which column of a file is which field of the canonical order, and how its cells are written."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import field_validator, model_validator

from engine.core.fields import Form, field
from engine.core.records.order import (
    ADJUSTMENT_NAMES,
    FEE_NAMES,
    Order,
    OrderLine,
    OrderStatus,
    Receiver,
)
from engine.core.suggest import suggest
from engine.core.text import Text, text
from engine.core.wording import Wrong

Kind = Literal["text", "id", "money", "number", "time", "status", "yes_no"]
STATUSES: tuple[str, ...] = get_args(OrderStatus)

_KINDS: dict[str, Kind] = {
    "external_id": "id",
    "status": "status",
    **dict.fromkeys(
        ("amount", "goods_amount", "discount_amount", "freight_amount", "refunded_amount"), "money"
    ),
    **dict.fromkeys(
        (
            "created_at",
            "paid_at",
            "shipped_at",
            "delivered_at",
            "completed_at",
            "closed_at",
            "updated_at",
        ),
        "time",
    ),
    **dict.fromkeys(
        (
            "shop",
            "currency",
            "kind",
            "close_reason",
            "payment_method",
            "channel",
            "campaign",
            "scene",
            "content_id",
            "store",
            "buyer_nick",
            "buyer_note",
            "seller_note",
        ),
        "text",
    ),
    **dict.fromkeys(
        (
            f"receiver.{name}"
            for name in ("name", "phone", "province", "city", "district", "address")
        ),
        "text",
    ),
    "promoter.id": "id",
    "promoter.name": "text",
    **dict.fromkeys((f"line.{name}" for name in ("id", "sku", "outer_id", "product_id")), "id"),
    **dict.fromkeys((f"line.{name}" for name in ("name", "category", "brand", "spec")), "text"),
    "line.quantity": "number",
    **dict.fromkeys(
        (f"line.{name}" for name in ("price", "amount", "list_amount", "refunded_amount")), "money"
    ),
    "line.is_gift": "yes_no",
    **dict.fromkeys((f"adjustment.{name}" for name in ADJUSTMENT_NAMES), "money"),
    **dict.fromkeys((f"fee.{name}" for name in FEE_NAMES), "money"),
}


def kind_of(name: str) -> Kind:
    """How the cells of a field are read; Wrong when there is no such field.

    Beside the fields of the order there are `fields.<own field>` and `identity.<kind>`.
    """
    if name in _KINDS:
        return _KINDS[name]
    if re.fullmatch(r"fields\.[^\s.\[\]]{1,60}", name):
        return "text"
    if re.fullmatch(r"identity\.[a-z][a-z0-9_]{0,39}", name):
        return "id"
    near = suggest(name, _KINDS)
    raise Wrong(
        f"订单没有字段“{name[:80]}”{near['zh']}", f"an order has no field “{name[:80]}”{near['en']}"
    )


def title_of(name: str) -> Text:
    """What people call a field."""
    group, _, rest = name.partition(".")
    if group in ("adjustment", "fee"):
        return (ADJUSTMENT_NAMES if group == "adjustment" else FEE_NAMES)[rest]
    if name == "promoter.id":
        return text("推广人编号", "promoter id")
    if name == "promoter.name":
        return text("推广人名称", "promoter name")
    model: Any = {"line": OrderLine, "receiver": Receiver}.get(group, Order)
    hints: Any = model.model_fields[rest or name].json_schema_extra
    found: Text = hints["x-title"]
    return found


class Column(Form):
    """One column. `join` says what several rows of one order mean."""

    to: str = field(
        text("订单字段", "Field"),
        help=text(
            "也可以写 fields.自定义字段 或 identity.身份类型。",
            "Also fields.<own field> or identity.<kind>.",
        ),
        options={name: title_of(name) for name in _KINDS},
        max_length=100,
    )
    column: str = field(text("文件列名", "Column"), min_length=1, max_length=200)
    join: Literal["first", "sum"] = field(
        text("同一订单有多行时", "Where an order has several rows"),
        widget="select",
        default="first",
        options={
            "first": text("每行相同，取第一个", "The same in each row"),
            "sum": text("各行相加", "The sum of the rows"),
        },
    )

    @field_validator("to")
    @classmethod
    def _known(cls, name: str) -> str:
        kind_of(name)
        return name

    @model_validator(mode="after")
    def _can_be_summed(self) -> Self:
        if self.join == "sum" and (kind_of(self.to) != "money" or self.to.startswith("line.")):
            raise Wrong(
                "只有订单的金额可以各行相加", "only amounts of the order can be the sum of its rows"
            )
        return self


class OrderMapping(Form):
    """How a file of orders is read and written."""

    columns: tuple[Column, ...] = field(
        text("列对照", "Columns"), widget="list", min_length=1, max_length=200
    )
    platform: str = field(
        text("平台", "Platform"), default="own", pattern=r"^[a-z][a-z0-9_]{0,39}$"
    )
    shop: str = field(
        text("店铺", "Shop"),
        help=text("文件里没有店铺列时使用。", "Where the file has no column for it."),
        default="",
        max_length=128,
    )
    currency: str = field(text("币种", "Currency"), default="CNY", pattern=r"^[A-Z]{3}$")
    unit: Literal["yuan", "fen"] = field(
        text("金额单位", "Unit of amounts"),
        widget="select",
        default="yuan",
        options={"yuan": text("元", "Major unit"), "fen": text("分", "Cents")},
    )
    decimal: Literal[".", ","] = field(
        text("小数点", "Decimal mark"),
        widget="select",
        default=".",
        options={".": text("点", "Point"), ",": text("逗号", "Comma")},
    )
    zone: str = field(text("时区", "Time zone"), default="Asia/Shanghai", max_length=60)
    time_format: str = field(
        text("时间格式", "Time format"),
        help=text(
            "常见写法会自动识别；日月顺序不明时填写，如 %d/%m/%Y %H:%M。",
            "Usual ways are understood; needed for others, such as %d/%m/%Y %H:%M.",
        ),
        default="",
        max_length=60,
    )
    encoding: Literal["auto", "utf-8-sig", "gb18030", "utf-16"] = field(
        text("文件编码", "Encoding"),
        widget="select",
        default="auto",
        options={
            "auto": text("自动识别", "Found out"),
            "utf-8-sig": text("UTF-8 编码", "UTF-8"),
            "gb18030": text("GB18030(GBK)编码", "GB18030 (GBK)"),
            "utf-16": text("UTF-16 编码", "UTF-16"),
        },
    )
    delimiter: Literal["auto", ",", ";", "\t"] = field(
        text("分隔符", "Delimiter"),
        widget="select",
        default="auto",
        options={
            "auto": text("自动识别", "Found out"),
            ",": text("逗号", "Comma"),
            ";": text("分号", "Semicolon"),
            "\t": text("制表符", "Tab"),
        },
    )
    statuses: dict[str, OrderStatus] = field(
        text("订单状态对照", "Statuses"),
        help=text(
            "文件里的写法 → 订单状态；常见写法已内置。",
            "The file's word → status; usual words are known.",
        ),
        widget="mapping",
        default_factory=dict,
        max_length=200,
    )
    events: Literal["last", "each"] = field(
        text("每个订单产生的事件", "Events of an order"),
        widget="select",
        default="last",
        options={
            "last": text("只产生当前状态的事件", "One, for its present status"),
            "each": text("下单、付款、发货等各产生一个", "One for each step it has passed"),
        },
    )

    @field_validator("zone")
    @classmethod
    def _zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Wrong(f"没有时区 {zone}", f"{zone} is not a time zone") from None
        return zone

    @field_validator("time_format")
    @classmethod
    def _format(cls, pattern: str) -> str:
        if pattern:
            datetime.strptime(datetime(2026, 1, 2).strftime(pattern), pattern)  # noqa: DTZ001,DTZ007
        return pattern

    @model_validator(mode="after")
    def _whole(self) -> Self:
        names = [column.to for column in self.columns]
        if "external_id" not in names:
            raise Wrong(
                "没有哪一列是订单号（external_id）",
                "no column holds the order number (external_id)",
            )
        for name in names:
            if names.count(name) > 1:
                raise Wrong(f"{name} 对照了两次", f"{name} is mapped twice")
        return self
