"""Messages of WeChat customer service (微信客服) as canonical messages.

Source: platform document "接收消息和事件" (kf/sync_msg). A callback only says that something came;
the messages are read from a cursor on, of the last three days at most. `origin` 3 is the
customer, 5 an employee in the WeCom client, 4 the system.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.wecom.calls import ask
from connectors.wecom.contacts import identities, moment
from engine.core.connector import Link
from engine.core.event import Event
from engine.core.text import text

KEPT_FOR = timedelta(days=3)
_KINDS = {
    "text": "text",
    "image": "image",
    "voice": "voice",
    "video": "video",
    "file": "file",
    "link": "link",
    "location": "location",
    "miniprogram": "card",
    "business_card": "card",
    "channels_shop_product": "card",
    "channels_shop_order": "card",
    "channels": "card",
}
_DIRECTIONS = {3: "in", 5: "out"}
# What of a message a person reads, by its type.
_TEXTS = {
    "text": "content",
    "link": "title",
    "location": "address",
    "miniprogram": "title",
    "channels_shop_product": "title",
    "channels_shop_order": "product_titles",
    "channels": "title",
}


def sync_messages(
    link: Link, account: str, cursor: str, token: str = "", pages: int = 3
) -> tuple[list[Event], list[dict[str, Any]], str, bool]:
    """Messages of one account after a cursor: (events, review, next cursor, whether more wait).

    `token` is the callback's; without it the platform allows this far less often.
    """
    events: list[Event] = []
    review: list[dict[str, Any]] = []
    more = True
    while more and pages > 0:
        pages -= 1
        body: dict[str, Any] = {"open_kfid": account, "limit": 1000, "voice_format": 0}
        body |= {name: value for name, value in (("cursor", cursor), ("token", token)) if value}
        answer = ask(link, "POST", "kf/sync_msg", body=body)
        listed = answer.get("msg_list")
        for raw in listed if isinstance(listed, list) else []:
            found = read_message(link, raw)
            if found is not None:
                events.append(found)
            elif not isinstance(raw, Mapping):
                review.append({"reason": text("消息应为对象", "is no object"), "record": raw})
        following = answer.get("next_cursor")
        more = bool(answer.get("has_more")) and isinstance(following, str) and following != cursor
        cursor = following if isinstance(following, str) and following else cursor
    return events, review, cursor, more


def read_message(link: Link, raw: Any) -> Event | None:
    """One message between a customer and an employee; None for the system's own events."""
    if not isinstance(raw, Mapping):
        return None
    origin = raw.get("origin")
    direction = _DIRECTIONS.get(origin) if isinstance(origin, int) else None
    id_, person = raw.get("msgid"), raw.get("external_userid")
    seconds = raw.get("send_time")
    sent_at = moment(seconds) if isinstance(seconds, int) else None
    if direction is None or not _ok(id_) or not _ok(person) or sent_at is None:
        return None
    type_ = str(raw.get("msgtype"))
    content = raw.get(type_)
    content = content if isinstance(content, Mapping) else {}
    account, said = raw.get("open_kfid"), content.get(_TEXTS.get(type_, ""))
    record = {
        "platform": "wecom",
        "external_id": id_,
        "channel": "微信客服",
        "direction": direction,
        "kind": _KINDS.get(type_, "other"),
        "text": said[:10_000] if isinstance(said, str) else None,
        "media_url": content.get("url") if type_ == "link" and _ok(content.get("url")) else None,
        "sent_at": sent_at,
        "conversation": f"{account}:{person}"[:128],
        "agent": raw.get("servicer_userid") if _ok(raw.get("servicer_userid")) else None,
        "identities": identities(str(person)),
        "fields": {
            name: value
            for name, value in (("account", account), ("media_id", content.get("media_id")))
            if _ok(value)
        },
    }
    return event(
        link,
        f"kf:{id_}"[:200],
        "message.received",
        seconds if isinstance(seconds, int) else 0,
        {"message": {name: value for name, value in record.items() if value not in (None, {})}},
        str(person),
    )


def event(
    link: Link, id_: str, type_: str, seconds: int, data: Mapping[str, Any], subject: str
) -> Event:
    """An event of this corporation."""
    return Event(
        id=id_,
        source=f"wecom:{link.credentials.corp_id}",
        type=type_,
        time=datetime.fromtimestamp(seconds, UTC),
        data=data,
        subject=subject[:200],
        connection=link.key,
    )


def _ok(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 2000
