"""What is wrong with a value, as a person says it; and the formats a value may be asked to have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import re2
from jsonschema import FormatChecker

from engine.core.text import Text, text

# Only formats we can check alike everywhere; the library's list depends on what is installed.
FORMATS = FormatChecker(formats=())

_TYPES: dict[str, Text] = {
    "string": text("文字", "text"),
    "number": text("数字", "a number"),
    "integer": text("整数", "a whole number"),
    "boolean": text("是或否", "true or false"),
    "array": text("列表", "a list"),
    "object": text("对象", "an object"),
    "null": text("空", "empty"),
}
_FORMAT_WORDS: dict[str, Text] = {
    "date": text("日期，如 2026-11-11", "a date such as 2026-11-11"),
    "time": text("时刻，如 09:30", "a time of day such as 09:30"),
    "date-time": text(
        "带时区的时间，如 2026-11-11T10:00:00+08:00",
        "a time with its zone such as 2026-11-11T10:00:00+08:00",
    ),
    "duration": text("时长，如 P3D 或 PT30M", "a duration such as P3D or PT30M"),
    "email": text("邮箱地址", "an e-mail address"),
    "uri": text("网址", "an address such as https://example.com"),
    "uuid": text("UUID", "a UUID"),
    "ip": text("IP 地址", "an IP address"),
    "decimal": text("数字，如 12.50", "a decimal number such as 12.50"),
}
_MORE: dict[str, tuple[str, str]] = {
    "minimum": ("不能小于 {0}", "must be at least {0}"),
    "maximum": ("不能大于 {0}", "must be at most {0}"),
    "exclusiveMinimum": ("应大于 {0}", "must be above {0}"),
    "exclusiveMaximum": ("应小于 {0}", "must be below {0}"),
    "multipleOf": ("应为 {0} 的整数倍", "must be a multiple of {0}"),
    "minLength": ("至少 {0} 个字", "must have at least {0} characters"),
    "maxLength": ("最多 {0} 个字", "must have at most {0} characters"),
    "minItems": ("至少要有 {0} 项", "must have at least {0} items"),
    "maxItems": ("最多 {0} 项", "must have at most {0} items"),
    "minProperties": ("至少要有 {0} 个字段", "must have at least {0} fields"),
    "maxProperties": ("最多 {0} 个字段", "must have at most {0} fields"),
    "uniqueItems": ("有重复的项", "has items that repeat"),
    "pattern": ("格式不对", "does not have the expected form"),
    "required": ("必填", "is required"),
    "additionalProperties": ("没有这个字段", "is not a known field"),
    "unevaluatedProperties": ("有不认识的字段", "has fields that are not known"),
    "contains": ("缺少必须包含的项", "lacks an item it must have"),
    "not": ("这个值不允许", "is a value that is not allowed"),
    "anyOf": ("不符合任何一种允许的写法", "fits none of the allowed forms"),
    "oneOf": ("应当恰好符合一种写法", "must fit exactly one of the allowed forms"),
    "dependentRequired": ("缺少与之配套的字段", "lacks a field that must come with it"),
}


def worded(keyword: str, wanted: Any, schema: Mapping[str, Any] | None, value: Any = None) -> Text:
    """The sentence for one failed keyword; the field's title stands in front where it has one."""
    if keyword == "type":
        kinds = [wanted] if isinstance(wanted, str) else list(wanted)
        known = [_TYPES[kind] for kind in kinds if kind in _TYPES]
        said = text(
            "应为" + "或".join(one["zh"] for one in known),
            "must be " + " or ".join(one["en"] for one in known),
        )
    elif keyword == "enum":
        shown = [_shown(one) for one in list(wanted)[:12]]
        more = len(list(wanted)) > 12
        said = text(
            "只能是：" + "、".join(shown) + ("……" if more else ""),
            "must be one of " + ", ".join(shown) + (", …" if more else ""),
        )
    elif keyword == "const":
        said = text(f"只能是 {_shown(wanted)}", f"must be {_shown(wanted)}")
    elif keyword == "format":
        form = _FORMAT_WORDS.get("ip" if str(wanted).startswith("ip") else str(wanted))
        form = form or text(f"{wanted} 格式", f"in the form {wanted}")
        said = text(f"应为{form['zh']}", f"must be {form['en']}")
    elif keyword in _MORE:
        zh, en = _MORE[keyword]
        said = text(zh.format(_shown(wanted)), en.format(_shown(wanted)))
    else:
        said = text("值不合规定", "is not an allowed value")
    title = _title(schema)
    return (
        text(f"「{title['zh']}」{said['zh']}", f"“{title['en']}” {said['en']}") if title else said
    )


def _title(schema: Mapping[str, Any] | None) -> Text | None:
    if not isinstance(schema, Mapping):
        return None
    title = schema.get("x-title") or schema.get("title")
    if isinstance(title, Mapping) and "zh" in title and "en" in title:
        return text(str(title["zh"]), str(title["en"]))
    return text(title, title) if isinstance(title, str) and title else None


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value[:60]
    return json.dumps(value, ensure_ascii=False, default=str)[:60]


# -- formats -------------------------------------------------------------------------------------

_DURATION = re2.compile(
    r"^P(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?)$"
)
_EMAIL = re2.compile(r"^[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}$")
_DECIMAL = re2.compile(r"^-?\d{1,18}(\.\d{1,8})?$")


@FORMATS.checks("date", raises=ValueError)
def _date(value: object) -> bool:
    return not isinstance(value, str) or (len(value) == 10 and bool(date.fromisoformat(value)))


@FORMATS.checks("time", raises=ValueError)
def _time(value: object) -> bool:
    if isinstance(value, str):
        time.fromisoformat(value)
    return True


@FORMATS.checks("date-time", raises=(ValueError, OverflowError))
def _date_time(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return "T" in value.upper() and datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("duration")
def _duration(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return value[-1:].isalpha() and value[-1:] not in "PT" and bool(_DURATION.search(value))


@FORMATS.checks("email")
def _email(value: object) -> bool:
    return not isinstance(value, str) or (len(value) < 255 and bool(_EMAIL.search(value)))


@FORMATS.checks("uri", raises=ValueError)
def _uri(value: object) -> bool:
    if not isinstance(value, str):
        return True
    parts = urlsplit(value)
    return bool(parts.scheme and (parts.netloc or parts.path)) and " " not in value


@FORMATS.checks("uuid", raises=ValueError)
def _uuid(value: object) -> bool:
    return not isinstance(value, str) or (len(value) == 36 and bool(UUID(value)))


@FORMATS.checks("ipv4", raises=ValueError)
@FORMATS.checks("ipv6", raises=ValueError)
@FORMATS.checks("ip", raises=ValueError)
def _ip(value: object) -> bool:
    return not isinstance(value, str) or bool(ip_address(value))


@FORMATS.checks("decimal")
def _decimal(value: object) -> bool:
    return not isinstance(value, str) or bool(_DECIMAL.search(value))
