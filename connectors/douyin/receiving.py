"""Pushes of the platform: checked, told apart by tag, completed by one look at the record.

Source: platform document "消息推送服务" and the page of each message. A push is an array of
{tag, msg_id, data}, `data` often as JSON within a string; tag 0 tries the address. The platform
waits five seconds for {"code": 0, "msg": "success"}.

A push hardly says more than a number, and a canonical order cannot do without amount and time, so
the whole record is asked for (settings.enrich). Should that fail, what is complete in itself still
becomes an event, the rest goes to the review list and comes again with the next pull: the ids of
both are the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from connectors import http_client, parse_json
from connectors.douyin.fetching import fetch_order, fetch_refunds
from connectors.douyin.orders import MILESTONES, order_event
from connectors.douyin.refunds import pushed_refund, refund_event
from connectors.douyin.signing import is_signed
from connectors.douyin.values import Unreadable, instant, moment, number, whole
from engine.core.connector import Limits, Link, Reply, Request
from engine.core.errors import InvalidInput, RetryLater, StepError, Unauthenticated
from engine.core.event import Event
from engine.core.text import Text, text

SUCCESS = b'{"code":0,"msg":"success"}'
MOST = 1000
QUICK = Limits(timeout=timedelta(seconds=1.5))
BUDGET = 2.0  # seconds after which no further record is asked for in one push

# tag -> what happened, and the field that says when
ORDER_TAGS = {
    100: ("created", "create_time"),
    101: ("paid", "pay_time"),
    110: ("paid", "pay_time"),  # paid and held back for a check
    102: ("shipped", "update_time"),
    108: ("shipped", "update_time"),  # in part
    103: ("completed", "complete_time"),
    106: ("closed", "cancel_time"),
}
PARTLY_SHIPPED, LOGISTICS, MODIFIED = 108, 104, 208
REFUND_TAGS = {
    200: ("requested", "apply_time"),
    224: ("requested", "apply_time"),
    MODIFIED: ("requested", "modify_time"),  # by the buyer
    201: ("approved", "agree_time"),
    202: ("approved", "agree_time"),
    227: ("approved", "update_time"),
    203: ("shipped_back", "return_time"),
    211: ("received", "apply_time"),  # exchange: the goods are back, new ones were sent
    204: ("rejected", "refuse_time"),
    205: ("rejected", "refuse_time"),
    206: ("completed", "success_time"),
    225: ("completed", "success_time"),
    207: ("cancelled", "close_time"),
}
# Nothing of it is an event of ours: the test message, addresses, notes, prices before payment,
# appointments, deadlines, arbitration, resent goods, material and product reviews.
SILENT = {0, 105, 109, 111, 112, 113, 126, 137, 138, 209, 226, *range(212, 219), *range(400, 420)}

_NO_DETAIL = text(
    "没能及时查到完整记录，下一次定时拉取会补上",
    "the whole record could not be fetched in time; the next pull brings it",
)


def receive(link: Link, request: Request) -> Reply:
    """The events of a signed push.

    1. Check app id and signature over the raw body.
    2. Read the messages; a body that is none is refused whole.
    3. Translate each by its tag. What cannot be goes to the review list and stops nothing.
    """
    key, secret = link.credentials.app_key, link.credentials.app_secret.get_secret_value()
    given = request.headers.get("event-sign", "").strip()
    if request.headers.get("app-id", key) != key or not is_signed(key, secret, request.body, given):
        raise Unauthenticated(text("签名校验未通过", "The signature is refused"))
    messages = _read(request.body)
    client = http_client(QUICK, link.allowed_private_hosts)
    try:
        taking = _Taking(replace(link, client=client), request.received_at)
        for message in messages:
            taking.take(message)
    finally:
        client.close()
    return Reply(body=SUCCESS, events=taking.events, review=taking.review)


def _read(body: bytes) -> list[Any]:
    try:
        found = parse_json(body)
    except ValueError:
        raise InvalidInput(text("内容不是 JSON", "The body is not JSON")) from None
    messages = found if isinstance(found, list) else [found]
    if len(messages) > MOST:
        raise InvalidInput(text(f"一次最多 {MOST} 条消息", f"A push holds {MOST} messages at most"))
    return messages


@dataclass
class _Taking:
    """One push being taken in: what it brought so far, and what was already asked for."""

    link: Link
    now: datetime
    events: list[Event] = field(default_factory=list)
    review: list[dict[str, Any]] = field(default_factory=list)
    _orders: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    _until: float = field(default_factory=lambda: time.monotonic() + BUDGET)
    _is_down: bool = False
    _why: Text | None = None  # what the platform said last, where it said no

    def take(self, message: Any) -> None:
        try:
            tag, data, id_ = _parts(message)
            if tag in SILENT:
                return
            if number(data, "shop_id") not in ("", self.link.credentials.shop_id):
                raise Unreadable(text("不是这家店铺的消息", "is about another shop"))
            if tag == LOGISTICS:
                self.events.append(self._logistics(data))
            elif tag in ORDER_TAGS:
                self._order(tag, data)
            elif tag in REFUND_TAGS:
                self._refund(tag, data, id_)
            else:
                raise Unreadable(text(f"未知的消息类型 {tag}", f"unknown tag {tag}"))
        except Unreadable as fault:
            self._put_aside(fault.reason, message)

    def _order(self, tag: int, data: Mapping[str, Any]) -> None:
        what, when = ORDER_TAGS[tag]
        record = self._known_order(number(data, "p_id"))
        if record is None:
            if self.link.settings.enrich:
                raise Unreadable(self._without_detail())
            return
        proven = record.get(MILESTONES[what])
        at = datetime.fromisoformat(proven) if proven else instant(whole(data, when)) or self.now
        self.events.append(
            order_event(record, what, at, self.link.key, partly=tag == PARTLY_SHIPPED)
        )

    def _refund(self, tag: int, data: Mapping[str, Any], id_: str) -> None:
        what, when = REFUND_TAGS[tag]
        refund_id = number(data, "aftersale_id")
        found = self._ask(lambda link: fetch_refunds(link, aftersale_id=refund_id))
        record = next((one for one in found or () if one["external_id"] == refund_id), None)
        if record is None:
            if what != "requested" or tag == MODIFIED:
                if self.link.settings.enrich:
                    raise Unreadable(self._without_detail())
                return
            record = {"shop": self.link.credentials.shop_id, **pushed_refund(data)}
        # Refunded means the money is back, whatever the message is called.
        if what == "completed" and record["status"] != "completed":
            what = record["status"]
        order = self._known_order(record["order_id"])
        at = instant(whole(data, when)) or self.now
        # A request may be changed again and again, and each time counts.
        own = f"refund:{refund_id}:modified:{id_}" if tag == MODIFIED and id_ else ""
        self.events.append(refund_event(record, what, at, self.link.key, order, own))

    def _logistics(self, data: Mapping[str, Any]) -> Event:
        told = data.get("logistics_msg")
        parcel = told if isinstance(told, Mapping) else {}
        tracking, order_id = number(parcel, "logistics_code"), number(data, "p_id")
        at = instant(whole(data, "update_time")) or self.now
        if not tracking or not order_id:
            raise Unreadable(text("物流消息缺少运单号", "has no tracking number"))
        shop = self.link.credentials.shop_id
        record = {
            "platform": "douyin",
            "shop": shop,
            "order_id": order_id,
            "tracking_number": tracking,
            "carrier": number(parcel, "express_company_id") or None,
            "status": "moving",
            "updated_at": moment(int(at.timestamp())),
        }
        return Event(
            id=f"logistics:{order_id}:{tracking}:{int(at.timestamp())}",
            source=f"douyin:{shop}",
            type="logistics.updated",
            time=at,
            data={"logistics": record},
            subject=order_id,
            connection=self.link.key,
        )

    def _known_order(self, order_id: str) -> dict[str, Any] | None:
        if order_id and order_id not in self._orders:
            self._orders[order_id] = self._ask(lambda link: fetch_order(link, order_id))
        return self._orders.get(order_id)

    def _ask(self, fetch: Callable[[Link], Any]) -> Any:
        """What the platform says, None when it was not asked or did not say.

        Not reached once, it is not asked again in this push.
        """
        if not self.link.settings.enrich or self._is_down or time.monotonic() > self._until:
            return None
        try:
            return fetch(self.link)
        except StepError as fault:
            self._is_down = isinstance(fault, RetryLater)
            self._why = fault.message
            return None

    def _without_detail(self) -> Text:
        if self._why is None:
            return _NO_DETAIL
        zh, en = self._why["zh"], self._why["en"]
        return text(f"{_NO_DETAIL['zh']}({zh})", f"{_NO_DETAIL['en']} ({en})")

    def _put_aside(self, reason: Text, message: Any) -> None:
        self.review.append({"reason": reason, "record": message})


def _parts(message: Any) -> tuple[int, Mapping[str, Any], str]:
    """(tag, data, message id); both spellings of the id, and data as an object or as JSON text."""
    if not isinstance(message, Mapping) or message.get("tag") in (None, ""):
        raise Unreadable(text("消息没有类型", "has no tag"))
    tag, data = whole(message, "tag"), message.get("data")
    if isinstance(data, str):
        try:
            data = parse_json(data.encode())
        except ValueError:
            data = None
    if not isinstance(data, Mapping):
        if tag != 0:
            raise Unreadable(text("消息没有内容", "has no data"))
        data = {}
    return tag, data, number(message, "msg_id") or number(message, "msgId")
