"""What comes in: CloudEvents, batches, or plain JSON with a mapping."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from connectors import parse_json
from connectors.webhook.forms import keys_of
from connectors.webhook.mapping import JsonMapping, Unmapped, records_of, translate
from connectors.webhook.signature import verify
from engine.core.connector import Link, Reply, Request
from engine.core.errors import InvalidInput
from engine.core.event import CLOUD_EVENT, CLOUD_EVENTS, Event, read_event, write_event
from engine.core.event_types import matches
from engine.core.text import text

MOST = 1000  # events of one request
# Told by this installation itself; an outsider who could tell them would set off our own flows.
OWN_TYPES = ("ticket.", "settlement.", "stock.", "connector.", "flow.")


def receive(link: Link, request: Request) -> Reply:
    """The events of a signed request.

    1. Check the signature over the raw body.
    2. Read the body; what is no JSON is refused whole.
    3. Translate record by record; what cannot be goes to the review list and stops nothing.

    A single CloudEvent that is malformed is refused, so that its sender learns of it. The source of
    every event is kept apart by the connection's key: nobody can speak for another connection.
    """
    verify(request.headers, request.body, keys_of(link), request.received_at)
    body = _read(request.body)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    mapping: JsonMapping | None = link.settings.mapping
    own = f"webhook:{link.key}"
    if mapping is not None and kind not in (CLOUD_EVENT, CLOUD_EVENTS):
        records = records_of(body, mapping)
        events, review = _each(
            records, lambda one: translate(one, mapping, own, request.received_at)
        )
    elif isinstance(body, list):
        events, review = _each(body, lambda one: _cloud_event(one, own, request.received_at))
    else:
        events, review = [_cloud_event(body, own, request.received_at)], []
    taken = []
    for event in events:
        if _is_allowed(event.type, link.settings.types):
            event.connection = link.key  # made here: nobody else has seen it
            taken.append(event)
        else:
            zh, en = f"不接收 {event.type} 类型", f"the type {event.type} is not taken in"
            review.append({"reason": text(zh, en), "record": write_event(event)})
    said = json.dumps({"accepted": len(taken), "review": len(review)})
    return Reply(body=said.encode(), events=taken, review=review)


def _read(body: bytes) -> Any:
    try:
        return parse_json(body)
    except ValueError:
        raise InvalidInput(text("内容不是 JSON", "The body is not JSON")) from None


def _each(
    records: Sequence[Any], read: Callable[[Any], Event]
) -> tuple[list[Event], list[dict[str, Any]]]:
    if len(records) > MOST:
        raise InvalidInput(
            text(f"一次最多 {MOST} 个事件", f"A request holds at most {MOST} events")
        )
    events: list[Event] = []
    review: list[dict[str, Any]] = []
    for record in records:
        try:
            events.append(read(record))
        except Unmapped as fault:
            review.append({"reason": fault.reason, "record": record})
        except InvalidInput as fault:
            first = fault.problems[0] if fault.problems else None
            reason = fault.message
            if first is not None:
                reason = text(
                    f"{first.path}：{first.message['zh']}", f"{first.path}: {first.message['en']}"
                )
            review.append({"reason": reason, "record": record})
    return events, review


def _cloud_event(document: Any, own: str, now: datetime) -> Event:
    if isinstance(document, dict) and "source" not in document:
        document = {"source": own, **document}
    event = read_event(document, now=now)
    if event.source != own:
        event.source = f"{own}:{event.source}"
        if len(event.source) > 200:
            event.source = f"{own}:{hashlib.sha256(event.source.encode()).hexdigest()}"
    return event


def _is_allowed(type_: str, allowed: Sequence[str]) -> bool:
    if type_.startswith(OWN_TYPES):
        return False
    return not allowed or any(matches(pattern, type_) for pattern in allowed)
