"""Somebody else's JSON -> canonical events, by pointers a person filled in.

"/trade/tid"            a value in the record (RFC 6901)
"order.amount"          where it goes in the event's data
"order.lines[].sku"  ←  "/items/*/sku"     one entry per item
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import field_validator, model_validator

from engine.core.errors import InvalidInput
from engine.core.event import Event, read_event
from engine.core.fields import Form, field
from engine.core.records.record import write_amount, write_cents, write_moment
from engine.core.text import Text, text
from engine.core.wording import Wrong

_POINTER = r"^(/[^/]+)*$"
_TO = r"^[a-z_][a-z0-9_]*(\.[^.\[\]\s]+)*(\[\](\.[^.\[\]\s]+)+)?$"

As = Literal["as_is", "text", "number", "yes_no", "money", "cents", "time"]


class Row(Form):
    """One value: where it is, where it goes, what it is."""

    to: str = field(
        text("目标字段", "Field"),
        help=text(
            "如 order.amount、order.lines[].sku。", "Such as order.amount, order.lines[].sku."
        ),
        pattern=_TO,
        max_length=200,
    )
    at: str = field(
        text("取值位置", "Where it is"),
        help=text("如 /trade/payment、/items/*/sku。", "Such as /trade/payment, /items/*/sku."),
        default="",
        pattern=_POINTER,
        max_length=300,
    )
    kind: As = field(
        text("值的类型", "What it is"),
        widget="select",
        default="as_is",
        options={
            "as_is": text("原样", "As it is"),
            "text": text("文字", "Text"),
            "number": text("数字", "Number"),
            "yes_no": text("是/否", "Yes or no"),
            "money": text("金额（元）", "Money in major units"),
            "cents": text("金额（分）", "Money in cents"),
            "time": text("时间", "Time"),
        },
    )
    names: dict[str, str] = field(
        text("取值对照", "Other names"),
        help=text("如 WAIT_SELLER_SEND → paid。", "Such as WAIT_SELLER_SEND → paid."),
        widget="mapping",
        default_factory=dict,
        max_length=200,
    )
    value: Any = field(
        text("固定值", "Fixed value"),
        help=text("没有取到值时使用。", "Used where nothing is found."),
        widget="json",
        default=None,
    )

    @model_validator(mode="after")
    def _lists_meet(self) -> Self:
        if self.at and ("[]" in self.to) != ("/*" in self.at):
            raise Wrong(
                "列表只能对应列表，如 order.lines[].sku 取自 /items/*/sku",
                "a list goes to a list: order.lines[].sku from /items/*/sku",
            )
        return self


class JsonMapping(Form):
    """How one record of a body becomes one event."""

    records: str = field(
        text("记录位置", "Where the records are"),
        help=text("留空表示整个内容。", "Empty: the whole body."),
        default="",
        pattern=_POINTER,
        max_length=300,
    )
    id: str = field(
        text("事件编号位置", "Where the event id is"),
        pattern=_POINTER,
        min_length=1,
        max_length=300,
    )
    type: str = field(
        text("事件类型位置", "Where the type is"), default="", pattern=_POINTER, max_length=300
    )
    types: dict[str, str] = field(
        text("事件类型对照", "Types"),
        help=text("如 TRADE_PAID → order.paid。", "Such as TRADE_PAID → order.paid."),
        widget="mapping",
        default_factory=dict,
        max_length=200,
    )
    fixed_type: str = field(
        text("固定事件类型", "Fixed type"), widget="event_type", default="", max_length=100
    )
    time: str = field(
        text("发生时间位置", "Where the time is"), default="", pattern=_POINTER, max_length=300
    )
    zone: str = field(text("时区", "Time zone"), default="Asia/Shanghai", max_length=60)
    subject: str = field(
        text("主体编号位置", "Where the subject is"), default="", pattern=_POINTER, max_length=300
    )
    fields: tuple[Row, ...] = field(
        text("字段对照", "Fields"),
        help=text("留空表示原样接收。", "Empty: the record is taken as it is."),
        widget="list",
        default=(),
        max_length=200,
    )

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Wrong(f"没有 {zone} 这个时区", f"{zone} is not a time zone") from None
        return zone


class Unmapped(Exception):
    """A record that cannot be translated; `reason` says why."""

    def __init__(self, zh: str, en: str) -> None:
        self.reason: Text = text(zh, en)
        super().__init__(en)


def records_of(body: Any, mapping: JsonMapping) -> list[Any]:
    """The records of a body; InvalidInput where the mapping finds none."""
    found = _at(body, mapping.records)
    if found is None:
        raise InvalidInput(
            text(f"内容里没有 {mapping.records}", f"The body has no {mapping.records}")
        )
    return found if isinstance(found, list) else [found]


def translate(record: Any, mapping: JsonMapping, source: str, received_at: datetime) -> Event:
    """One record as an event; Unmapped or InvalidInput with a sentence where it cannot be."""
    id_ = _text(_at(record, mapping.id))
    if not id_:
        raise Unmapped(f"{mapping.id} 没有事件编号", f"there is no event id at {mapping.id}")
    named = _text(_at(record, mapping.type)) if mapping.type else ""
    type_ = mapping.types.get(named, mapping.fixed_type or ("" if mapping.types else named))
    if not type_:
        raise Unmapped(f"没有对照事件类型“{named}”", f"the type {named!r} is not mapped")
    zone = ZoneInfo(mapping.zone)
    time = _at(record, mapping.time) if mapping.time else None
    at = received_at if time in (None, "") else read_time(time, zone)
    return read_event(
        {
            "id": id_,
            "source": source,
            "type": type_,
            "time": at.isoformat(),
            "data": _data(record, mapping.fields, zone),
            "subject": _text(_at(record, mapping.subject)) if mapping.subject else "",
        }
    )


def read_time(value: Any, zone: ZoneInfo) -> datetime:
    """RFC 3339, "2026-11-11 00:03:12" in the zone, or UNIX time in seconds or milliseconds."""
    try:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{9,14}", value):
            value = int(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        found = datetime.fromisoformat(value.strip().replace("/", "-"))
        found = found if found.tzinfo is not None else found.replace(tzinfo=zone)
        return found.astimezone(UTC)
    except (ValueError, OverflowError, OSError, AttributeError):
        shown = str(value)[:40]
        raise Unmapped(f"“{shown}”不是时间", f"{shown!r} is not a time") from None


def _data(record: Any, rows: tuple[Row, ...], zone: ZoneInfo) -> dict[str, Any]:
    if not rows:
        if not isinstance(record, dict):
            raise Unmapped("记录不是对象", "the record is not an object")
        return record
    data: dict[str, Any] = {}
    for row in rows:
        before, star, after = row.at.partition("/*")
        if "[]" not in row.to:
            found = _at(record, row.at) if row.at else None
            _put(data, row.to.split("."), _convert(found, row, zone))
            continue
        items = _at(record, before)
        if items is None or not star:
            continue
        if not isinstance(items, list):
            raise Unmapped(f"{before} 不是列表", f"{before} is not a list")
        holder, _, rest = row.to.partition("[]")
        listed = _list(data, holder.split("."), len(items))
        for item, entry in zip(items, listed, strict=True):
            value = _convert(_at(item, after), row, zone)
            _put(entry, rest.removeprefix(".").split("."), value)
    return data


def _put(target: dict[str, Any], path: list[str], value: Any) -> None:
    if value is None:
        return
    holder = _inside(target, path[:-1])
    if isinstance(holder.get(path[-1]), dict | list):
        raise Unmapped(f"{path[-1]} 重复对照", f"{path[-1]} is mapped twice")
    holder[path[-1]] = value


def _list(data: dict[str, Any], path: list[str], length: int) -> list[dict[str, Any]]:
    listed = _inside(data, path[:-1]).setdefault(path[-1], [{} for _ in range(length)])
    if not isinstance(listed, list) or len(listed) != length:
        raise Unmapped(f"{path[-1]} 来自长度不同的列表", f"{path[-1]} comes from unequal lists")
    return listed


def _inside(target: dict[str, Any], path: list[str]) -> dict[str, Any]:
    for name in path:
        found = target.setdefault(name, {})
        if not isinstance(found, dict):
            raise Unmapped(f"{name} 重复对照", f"{name} is mapped twice")
        target = found
    return target


def _at(value: Any, pointer: str) -> Any:
    """The value a JSON pointer leads to; None where there is none."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and re.fullmatch(r"[0-9]{1,6}", name):
            value = value[int(name)] if int(name) < len(value) else None
        else:
            return None
    return value


def _convert(value: Any, row: Row, zone: ZoneInfo) -> Any:
    if value is None or value == "":
        return row.value
    if row.names:
        value = row.names.get(_text(value), row.value if row.value is not None else value)
    if row.kind == "as_is":
        return value
    if row.kind == "text":
        return _text(value)
    if row.kind == "time":
        return write_moment(read_time(value, zone))
    if row.kind == "yes_no":
        return _text(value).strip().lower() in ("true", "1", "yes", "y", "是")
    try:
        number = Decimal(_text(value).strip())
        if not number.is_finite() or abs(number) >= 10**13:
            raise InvalidOperation
        if row.kind == "cents":
            if number != number.to_integral_value():
                raise InvalidOperation
            return write_cents(int(number))
        if row.kind == "money":
            return write_amount(number)
        return int(number) if number == number.to_integral_value() else float(number)
    except (InvalidOperation, ValueError):
        shown = str(value)[:40]
        raise Unmapped(
            f"{row.at} 的“{shown}”不是数字", f"{shown!r} at {row.at} is not a number"
        ) from None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""
