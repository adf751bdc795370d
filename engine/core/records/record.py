"""What all records share: their root, the exact types of their values, and small common parts.

A record is kept and sent as JSON values. An amount is a decimal string in major units
("128.00"; the currency stands once on the record), a moment is RFC 3339 with zone. Both become
Decimal and aware datetime when an event is loaded for expressions (loading.py).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetPydanticSchema, WithJsonSchema
from pydantic_core import PydanticUndefined, core_schema

from engine.core.text import Text, text

# Years 1900-2199 and offsets up to 14:59 keep every accepted text inside what datetime can hold
# in UTC; [0-9] because \d would take full-width digits.
_AMOUNT = r"^-?[0-9]{1,13}(\.[0-9]{1,4})?$"
_MOMENT = (
    r"^(19|2[01])[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]{1,6})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$"
)
_DAY = r"^(19|2[01])[0-9]{2}-[01][0-9]-[0-3][0-9]$"

# What a person reads when one of these types refuses a value, by pydantic's error type.
WORDS: dict[str, Text] = {
    "amount": text(
        '金额应为小数字符串，如 "128.00"', 'an amount must be a decimal string such as "128.00"'
    ),
    "moment": text(
        '应为带时区的时间，如 "2026-11-11T20:00:00+08:00"',
        'must be a time with zone such as "2026-11-11T20:00:00+08:00"',
    ),
    "day": text('应为日期，如 "2026-11-11"', 'must be a date such as "2026-11-11"'),
}


def _checked(schema: core_schema.CoreSchema, code: str) -> GetPydanticSchema:
    """A type whose checks all run inside pydantic-core and fail with one sentence."""
    said = core_schema.custom_error_schema(
        schema, custom_error_type=code, custom_error_message=WORDS[code]["en"]
    )
    return GetPydanticSchema(lambda _source, _handler: said)


Amount = Annotated[
    str,
    _checked(core_schema.str_schema(pattern=_AMOUNT, strict=True), "amount"),
    WithJsonSchema({"type": "string", "format": "decimal", "pattern": _AMOUNT}),
]
Moment = Annotated[
    datetime,
    _checked(
        core_schema.chain_schema(
            [
                core_schema.str_schema(pattern=_MOMENT, strict=True),
                core_schema.datetime_schema(tz_constraint="aware"),
            ]
        ),
        "moment",
    ),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Day = Annotated[
    date,
    _checked(
        core_schema.chain_schema(
            [core_schema.str_schema(pattern=_DAY, strict=True), core_schema.date_schema()]
        ),
        "day",
    ),
    WithJsonSchema({"type": "string", "format": "date"}),
]
Number = Annotated[float, Field(strict=True, ge=0, le=1e12, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=0, le=10**12)]
Flag = Annotated[bool, Field(strict=True)]
Ref = Annotated[str, Field(min_length=1, max_length=128)]  # an id somewhere else
Name = Annotated[str, Field(max_length=200)]
Words = Annotated[str, Field(max_length=10_000)]
Link = Annotated[str, Field(max_length=2_000)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]

PLATFORMS: dict[str, Text] = {
    "taobao": text("淘宝", "Taobao"),
    "tmall": text("天猫", "Tmall"),
    "jd": text("京东", "JD"),
    "pdd": text("拼多多", "Pinduoduo"),
    "douyin": text("抖店", "Douyin shop"),
    "kuaishou": text("快手小店", "Kuaishou shop"),
    "xiaohongshu": text("小红书", "Xiaohongshu"),
    "wxchannels": text("视频号小店", "WeChat Channels shop"),
    "youzan": text("有赞", "Youzan"),
    "wecom": text("企业微信", "WeCom"),
    "wechat_mp": text("公众号", "WeChat official account"),
    "shopify": text("Shopify", "Shopify"),
    "own": text("自有商城", "own shop"),
}


def named(
    zh: str,
    en: str,
    default: Any = PydanticUndefined,
    *,
    options: dict[str, Text] | None = None,
    **rules: Any,
) -> Any:
    """A record's field with its business name; `options` labels the values it may have."""
    hints: dict[str, Any] = {"x-title": text(zh, en)}
    if options is not None:
        hints["x-options"] = options
    return Field(default=default, json_schema_extra=hints, **rules)


class Record(BaseModel):
    """Root of every record: unknown fields are refused (own ones go into `fields`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Identity(Record):
    """One handle of a person, e.g. kind `phone`, value `+8613900001234`."""

    kind: Slug = named("身份类型", "kind of identity")
    value: Annotated[str, Field(min_length=1, max_length=200)] = named("身份值", "value")


class Promoter(Record):
    """Who brought the order: 达人, 导购, 团长, 机构, 分销员."""

    kind: Slug = named(
        "推广人类型",
        "kind of promoter",
        "creator",
        options={
            "creator": text("达人", "creator"),
            "guide": text("导购", "store guide"),
            "leader": text("团长", "group leader"),
            "agency": text("机构", "agency"),
            "distributor": text("分销员", "distributor"),
            "staff": text("员工", "employee"),
        },
    )
    id: Ref = named("推广人编号", "promoter id")
    name: Name | None = named("推广人名称", "promoter name", None)
    agency: Name | None = named("所属机构", "agency", None)


Identities = Annotated[list[Identity], Field(max_length=50)]
Own = dict[str, Any]


def write_moment(at: datetime) -> str:
    """An aware datetime as a record keeps it: RFC 3339 in UTC, "2026-11-11T12:00:00Z"."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def write_amount(amount: Decimal, places: int = 2) -> str:
    """A Decimal as a record keeps it, with at least `places` decimals: "128.00", "0.125"."""
    digits = amount.as_tuple().exponent
    shown = max(places, -digits) if isinstance(digits, int) else places
    return f"{amount:.{shown}f}"


def write_cents(cents: int) -> str:
    """An amount in minor units (分), as many platforms send it, as a decimal string."""
    sign, rest = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{rest // 100}.{rest % 100:02d}"
