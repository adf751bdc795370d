"""All event types there are, the schema of their data, and loading one event for expressions.

A type is "<record>.<what>": `order.paid` carries `data.order`. Types of the platforms come from
outside; internal ones are made by the system itself. A tenant's own types ("testdrive.done") bring
a JSON Schema of their data; for a known type, `own` is the schema of the record's `fields`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from typing import Any

from engine.core.errors import InvalidInput, Problem
from engine.core.event import Event
from engine.core.records.checking import find_problems
from engine.core.records.envelope import ENVELOPES
from engine.core.records.loading import MISFITS, Loader, compile_loader, read_free
from engine.core.records.samples import sample_data
from engine.core.records.schema import DRAFT, as_expressions_see, customer_schema, schema_of
from engine.core.schema import check_schema, check_value
from engine.core.text import Locale, Text, text

GROUPS: dict[str, Text] = {
    "trade": text("交易", "Orders"),
    "aftersale": text("售后", "After-sale"),
    "customer": text("客户", "Customers"),
    "contact": text("触达与互动", "Contact"),
    "marketing": text("营销", "Marketing"),
    "system": text("系统", "System"),
    "own": text("自定义事件", "Own events"),
}
# Names an expression reads that are no record of the event.
RESERVED = frozenset(
    {"event", "customer", "params", "vars", "steps", "item", "index", "round", "last", "incoming",
     "now", "results"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventType:
    """One type. `internal` ones are made by the system and refused from outside."""

    type: str
    label: Text
    group: str
    internal: bool = False

    @property
    def record(self) -> str:
        """The name of its record in `data` and in expressions."""
        return self.type.partition(".")[0]

    @property
    def sample(self) -> dict[str, Any]:
        """Invented `data` of this type; a fresh copy."""
        return sample_data(self.type)


@dataclass(frozen=True, slots=True)
class OwnType:
    """A tenant's own event type; `schema` describes the whole `data`."""

    type: str
    label: Text | str
    schema: Mapping[str, Any]


def _types(group: str, internal: bool, rows: Iterable[tuple[str, str, str]]) -> list[EventType]:
    return [EventType(type_, text(zh, en), group, internal) for type_, zh, en in rows]


EVENT_TYPES: dict[str, EventType] = {
    found.type: found
    for found in (
        *_types("trade", False, (
            ("order.created", "订单已创建", "Order created"),
            ("order.unpaid", "订单未付款", "Order left unpaid"),
            ("order.paid", "订单已付款", "Order paid"),
            ("order.shipped", "订单已发货", "Order shipped"),
            ("order.delivered", "订单已签收", "Order delivered"),
            ("order.completed", "订单交易完成", "Order completed"),
            ("order.settled", "平台已结算", "Order settled by the platform"),
            ("order.closed", "订单已关闭", "Order closed"),
            ("payment.received", "收到款项", "Payment received"),
            ("logistics.updated", "物流有更新", "Logistics updated"),
            ("product.listed", "商品已上架", "Product listed"),
        )),
        *_types("aftersale", False, (
            ("refund.requested", "买家申请售后", "Refund requested"),
            ("refund.approved", "售后已同意", "Refund approved"),
            ("refund.rejected", "售后已拒绝", "Refund rejected"),
            ("refund.shipped_back", "买家已寄回", "Goods sent back"),
            ("refund.received", "已收到退货", "Returned goods received"),
            ("refund.completed", "退款完成", "Refund completed"),
            ("refund.cancelled", "售后已撤销", "Refund cancelled"),
        )),
        *_types("customer", False, (
            ("customer.added", "新增客户", "Customer added"),
            ("customer.updated", "客户资料变更", "Customer updated"),
            ("customer.tagged", "客户标签变更", "Customer tagged"),
            ("customer.merged", "客户合并", "Customers merged"),
        )),
        *_types("contact", False, (
            ("message.received", "收到客户消息", "Message received"),
            ("page.viewed", "浏览页面", "Page viewed"),
            ("link.clicked", "点击链接", "Link clicked"),
            ("qrcode.scanned", "扫描二维码", "QR code scanned"),
            ("review.posted", "发表评价", "Review posted"),
            ("interaction.live", "直播互动", "Took part in a live"),
            ("interaction.commented", "发表评论", "Commented"),
            ("interaction.liked", "点赞", "Liked"),
            ("interaction.followed", "关注账号", "Followed"),
            ("interaction.unfollowed", "取消关注", "Unfollowed"),
            ("interaction.checked_in", "签到", "Checked in"),
        )),
        *_types("marketing", False, (
            ("cart.abandoned", "放弃购物车", "Cart abandoned"),
            ("coupon.issued", "优惠券已发放", "Coupon issued"),
            ("coupon.redeemed", "优惠券已核销", "Coupon redeemed"),
        )),
        *_types("system", True, (
            ("ticket.opened", "工单已创建", "Ticket opened"),
            ("ticket.assigned", "工单已分派", "Ticket assigned"),
            ("ticket.updated", "工单有更新", "Ticket updated"),
            ("ticket.sla_warned", "工单即将超时", "Ticket about to breach"),
            ("ticket.sla_breached", "工单已超时", "Ticket breached its SLA"),
            ("ticket.solved", "工单已解决", "Ticket solved"),
            ("ticket.closed", "工单已关闭", "Ticket closed"),
            ("ticket.rated", "客户已评价工单", "Ticket rated"),
            ("settlement.budget_warned", "预算即将用完", "Budget nearly used"),
            ("settlement.budget_exceeded", "预算已超出", "Budget exceeded"),
            ("settlement.period_closed", "结算周期已关账", "Settlement period closed"),
            ("settlement.statement_released", "对账单已发出", "Statement released"),
            ("settlement.statement_confirmed", "对账单已确认", "Statement confirmed"),
            ("settlement.statement_disputed", "对账单有异议", "Statement disputed"),
            ("stock.low", "库存不足", "Stock low"),
            ("product.unmapped", "商品未匹配", "Product not mapped"),
            ("connector.degraded", "平台对接异常", "Connection degraded"),
            ("connector.recovered", "平台对接恢复", "Connection recovered"),
            ("flow.published", "流程已发布", "Flow published"),
            ("flow.rolled_back", "流程已回退", "Flow rolled back"),
            ("flow.disabled", "流程已停用", "Flow switched off"),
            ("flow.incident", "流程出现异常", "Flow has an incident"),
            ("flow.finished", "流程执行完成", "Run finished"),
            ("flow.failed", "流程执行失败", "Run failed"),
        )),
    )
}  # fmt: skip

_OWN_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,39}){1,3}")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_NO_DATA: dict[str, Any] = {"type": "object"}


# -- types ---------------------------------------------------------------------------------------


def matches(pattern: str, type_: str) -> bool:
    """Whether a type is meant by a pattern: the type itself, "order.*", or "*"."""
    if pattern.endswith("*"):
        return type_.startswith(pattern[:-1]) and pattern[-2:-1] in ("", ".")
    return pattern == type_


@lru_cache(maxsize=4096)
def patterns_of(type_: str) -> tuple[str, ...]:
    """Every pattern that means this type, so that an index by pattern needs no scan."""
    parts = type_.split(".")
    starts = (".".join(parts[:count]) + ".*" for count in range(len(parts) - 1, 0, -1))
    return (type_, *starts, "*")


def check_own_type(own: OwnType, path: str = "") -> list[Problem]:
    """What keeps a tenant's own type from being used; [] when nothing."""
    found: list[Problem] = []
    if not _OWN_NAME.fullmatch(own.type):
        found.append(
            Problem(
                f"{path}/type",
                text(
                    "事件类型应为小写字母加点，如 testdrive.done",
                    "must be lower-case words with a dot, such as testdrive.done",
                ),
            )
        )
    elif own.type.partition(".")[0] in {*ENVELOPES, "schedule"}:
        found.append(
            Problem(
                f"{path}/type",
                text("这个前缀由系统使用，请换一个", "this prefix is the system's; choose another"),
            )
        )
    return found + check_schema(own.schema, f"{path}/schema")


def list_types(locale: Locale, own: Iterable[OwnType] = ()) -> list[dict[str, Any]]:
    """All types as the designer shows them: {type, label, group, group_label, record, internal}."""
    rows = [
        {
            "type": found.type,
            "label": found.label[locale],
            "group": found.group,
            "group_label": GROUPS[found.group][locale],
            "record": found.record,
            "internal": found.internal,
        }
        for found in EVENT_TYPES.values()
    ]
    for more in own:
        label = more.label if isinstance(more.label, str) else more.label[locale]
        rows.append(
            {
                "type": more.type,
                "label": label,
                "group": "own",
                "group_label": GROUPS["own"][locale],
                "record": None,
                "internal": False,
            }
        )
    return rows


# -- schemas -------------------------------------------------------------------------------------


def event_schema(type_: str, own: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The JSON Schema of a type's `data`; of an unknown type without `own`, any object."""
    record = type_.partition(".")[0]
    if type_ not in EVENT_TYPES:
        return {"$schema": DRAFT, **(own if own is not None else _NO_DATA)}
    schema = {"$schema": DRAFT, **schema_of(ENVELOPES[record])}
    if own is not None:
        model = str(schema["properties"][record]["$ref"]).rpartition("/")[2]
        properties = schema["$defs"][model]["properties"]
        if "fields" in properties:
            inner = _moved(own)
            schema["$defs"].update(inner.pop("$defs", {}))
            properties["fields"] = {
                "anyOf": [inner, {"type": "null"}],
                "x-title": properties["fields"]["x-title"],
            }
    return schema


def scope_schema(type_: str, own: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The JSON Schema of what `load_scope` gives, and of `customer`, which the runtime adds.

    Amounts are numbers with `x-money`, moments have `format: date-time` (aware datetimes). A field
    that is in here and not in the event is null.
    """
    schema = as_expressions_see(event_schema(type_, own))
    defs = schema.pop("$defs", {})
    schema.pop("$schema", None)
    word = {"type": "string"}
    properties: dict[str, Any] = {
        "event": {
            "type": "object",
            "x-title": text("事件", "event"),
            "properties": {
                "id": {**word, "x-title": text("事件编号", "event id")},
                "type": {**word, "x-title": text("事件类型", "event type")},
                "source": {**word, "x-title": text("事件来源", "source")},
                "subject": {**word, "x-title": text("事件主体", "subject")},
                "time": {
                    **word,
                    "format": "date-time",
                    "x-title": text("发生时间", "time of the event"),
                },
                "data": schema,
            },
            "additionalProperties": False,
        }
    }
    data = schema.get("properties", {})
    for name in _names(type_, data):
        properties[name] = data[name]
    properties["customer"] = customer_schema()
    return {"$schema": DRAFT, "type": "object", "properties": properties, "$defs": defs}


def validate_data(type_: str, data: Any, own: Mapping[str, Any] | None = None) -> list[Problem]:
    """What is wrong with an event's `data`, with JSON pointers into it; [] when nothing.

    A type nobody knows is free data. InvalidInput when `own` is no usable schema.
    """
    record = type_.partition(".")[0]
    if type_ not in EVENT_TYPES:
        if not isinstance(data, Mapping):
            return [Problem("", text("应为对象", "must be an object"), "dict_type")]
        return check_value(own, data) if own is not None else []
    found = find_problems(ENVELOPES[record], data)
    if own is not None and not found and data[record].get("fields") is not None:
        found = check_value(own, data[record]["fields"], f"/{record}/fields")
    return found


# -- loading -------------------------------------------------------------------------------------


def load_scope(event: Event, own_schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The names an expression reads of an event: `event` and its records, typed by the schema.

    Money is Decimal in major units, moments are aware UTC, other numbers int or Decimal. `customer`
    is not in it: that is the store's, read anew at each advance. The event's own data is shared
    where it stays as it is, and never changed. InvalidInput when the data does not fit its type.
    """
    load, names = _loader(event.type, own_schema)
    at = event.time
    try:
        data = load(event.data)
    except MISFITS:
        raise InvalidInput(
            text("事件内容不符合格式", "the event does not fit its type"),
            validate_data(event.type, event.data, own_schema),
        ) from None
    scope: dict[str, Any] = {
        "event": {
            "id": event.id,
            "type": event.type,
            "source": event.source,
            "subject": event.subject,
            "time": at if at.tzinfo is UTC else at.astimezone(UTC),
            "data": data,
        }
    }
    for name in names:
        if name in data:
            scope[name] = data[name]
    return scope


def _names(type_: str, properties: Mapping[str, Any]) -> tuple[str, ...]:
    """Which members of `data` stand at the top level of an expression too."""
    known = ENVELOPES if type_ in EVENT_TYPES else properties
    return tuple(
        name
        for name in properties
        if name in known and name not in RESERVED and _IDENTIFIER.fullmatch(name)
    )


_Found = tuple[Loader, tuple[str, ...]]
_by_id: dict[str | tuple[str, int], tuple[Any, _Found]] = {}


def _loader(type_: str, own: Mapping[str, Any] | None) -> _Found:
    # By identity first: the schema of a tenant is one object for as long as it is in memory. The
    # object is kept in the row, so its id cannot come back as another's.
    row = _by_id.get((type_, id(own)) if own is not None else type_)
    if row is not None:
        return row[1]
    try:
        written = json.dumps(own, sort_keys=True, default=dict)
    except (TypeError, ValueError, RecursionError):
        raise InvalidInput(text("字段定义不可用", "the schema cannot be used")) from None
    found = _compiled(type_, written)
    if len(_by_id) > 2_000:
        _by_id.clear()
    _by_id[(type_, id(own)) if own is not None else type_] = (own, found)
    return found


@lru_cache(maxsize=1_000)
def _compiled(type_: str, written: str) -> _Found:
    own = json.loads(written)
    if type_ not in EVENT_TYPES and own is None:
        return read_free, ()
    schema = event_schema(type_, own)
    return compile_loader(schema), _names(type_, schema.get("properties", {}))


def _moved(own: Any) -> Any:
    """A schema fit to stand inside another: its `$defs` get names of their own."""
    if isinstance(own, list):
        return [_moved(inner) for inner in own]
    if not isinstance(own, Mapping):
        return own
    found = {key: _moved(inner) for key, inner in own.items() if key != "$schema"}
    ref = found.get("$ref")
    if isinstance(ref, str) and ref.startswith("#/$defs/"):
        found["$ref"] = f"#/$defs/own.{ref.removeprefix('#/$defs/')}"
    defs = found.get("$defs")
    if isinstance(defs, dict):
        found["$defs"] = {f"own.{name}": inner for name, inner in defs.items()}
    return found
