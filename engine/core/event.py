"""An event: CloudEvents 1.0, as it is received, stored once and shown to a flow.

The envelope is here; the canonical records (order, refund, customer, message, coupon, ...) and the
list of event types are in records.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from engine.core.errors import InvalidInput, Problem
from engine.core.text import text

CLOUD_EVENT = "application/cloudevents+json"
CLOUD_EVENTS = "application/cloudevents-batch+json"
MAX_DATA_DEPTH = 24

# CloudEvents context attributes we keep as extensions of the envelope; others are refused.
_KNOWN = {
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "time",
    "data",
    "datacontenttype",
    "dataschema",
    "traceparent",
    "tracestate",
    "causation",
    "connection",
}


@dataclass(slots=True)
class Event:
    """One thing that happened, as its source told it; never changed (each run makes one: freezing
    would take longer than the rest).

    id, source   together name it for ever: the same pair again is the same event
    type         "order.paid"
    subject      the record's id at the source ("4781320682406083640")
    time         when it happened (aware)
    data         JSON values: {"order": {...}}, {"refund": {...}, "order": {...}}, ...
    customer     identities of whom it concerns: [{"kind": "douyin_open_id", "value": "..."}]
    chain        the causation chain: ["flow:record", ...] of internal events
    """

    id: str
    source: str
    type: str
    time: datetime
    data: Mapping[str, Any]
    subject: str = ""
    connection: str | None = None
    chain: tuple[str, ...] = field(default_factory=tuple)


def read_event(
    document: Any, path: str = "", now: datetime | None = None, raw: bytes | None = None
) -> Event:
    """One CloudEvent in structured JSON as an Event; InvalidInput with paths when malformed.

    `time` may be missing (then it is `now`); `specversion`, when given, must be "1.0". `raw` is
    what the document was read from, where that is at hand: it need not be written to look at it.
    """
    problems: list[Problem] = []

    def wrong(at: str, zh: str, en: str) -> None:
        problems.append(Problem(path + at, text(zh, en)))

    if not isinstance(document, dict):
        wrong("", "事件应为 JSON 对象", "an event must be a JSON object")
        raise InvalidInput(text("事件格式不对", "the event is malformed"), problems)
    if document.get("specversion", "1.0") != "1.0":
        wrong("/specversion", "只支持 CloudEvents 1.0", "only CloudEvents 1.0 is supported")
    for name, limit in (("id", 200), ("source", 200), ("type", 100)):
        value = document.get(name)
        if not isinstance(value, str) or not value.strip():
            wrong(f"/{name}", "必填，应为文字", "is required and must be text")
        elif len(value) > limit or "\x00" in value:
            wrong(f"/{name}", f"最长 {limit} 个字符", f"has more than {limit} characters")
    subject = document.get("subject", "")
    if not isinstance(subject, str) or len(subject) > 200 or "\x00" in subject:
        wrong("/subject", "应为不超过 200 个字符的文字", "must be text of at most 200 characters")
    if not document.keys() <= _KNOWN:
        for name in document:
            if name not in _KNOWN:
                wrong(f"/{name}", "没有这个属性", "is not a known attribute")
    data = document.get("data")
    if not isinstance(data, dict):
        wrong("/data", "必填，应为对象", "is required and must be an object")
    elif not _is_plain(data, raw):
        if _depth(data) > MAX_DATA_DEPTH:
            most = MAX_DATA_DEPTH
            wrong("/data", f"嵌套超过 {most} 层", f"has more than {most} levels")
        elif _has_nul(data):
            wrong("/data", "不能含有空字符（U+0000）", "must not contain the character U+0000")
    time = now
    if document.get("time") is not None or now is None:
        time = _time(document.get("time"))
        if time is None:
            wrong("/time", "应为带时区的时间（RFC 3339）", "must be a time with zone (RFC 3339)")
    if problems:
        raise InvalidInput(text("事件格式不对", "the event is malformed"), problems)
    assert time is not None
    assert isinstance(data, dict)
    return Event(
        id=document["id"],
        source=document["source"],
        type=document["type"],
        time=time,
        data=data,
        subject=subject,
        connection=document.get("connection"),
    )


def write_event(event: Event) -> dict[str, Any]:
    """The event as a CloudEvent in structured JSON."""
    found: dict[str, Any] = {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "time": event.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": dict(event.data),
    }
    if event.subject:
        found["subject"] = event.subject
    return found


def _time(value: Any) -> datetime | None:
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _is_plain(data: Any, raw: bytes | None) -> bool:
    """Whether it is seen at once that data is neither too deep nor holds U+0000.

    Written out it tells at an eighth of the price of walking through: fewer brackets than levels
    allowed, and no escaped character of that kind.
    """
    try:
        raw = raw or orjson.dumps(data)
    except TypeError:
        return False  # a number beyond 64 bits, half a character: that says nothing
    return raw.count(b"{") + raw.count(b"[") < MAX_DATA_DEPTH and b"\\u0000" not in raw


def _depth(value: Any) -> int:
    """How many levels there are; counted no further than one too many."""
    depth, level = 0, [value]
    while level and depth <= MAX_DATA_DEPTH:
        depth += 1
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return depth


def _has_nul(value: Any) -> bool:
    # PostgreSQL cannot store U+0000 in text; SQLite can, so it is refused before either sees it.
    stack = [value]
    while stack:
        found = stack.pop()
        if isinstance(found, str):
            if "\x00" in found:
                return True
        elif isinstance(found, dict):
            stack.extend(found.keys())
            stack.extend(found.values())
        elif isinstance(found, list):
            stack.extend(found)
    return False
