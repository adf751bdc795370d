"""What goes out: CloudEvents, signed, one at a time or many in one request."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from connectors import HTTP_ERRORS, exchange, secret_values
from connectors.webhook.forms import Send, keys_of
from connectors.webhook.signature import sign
from engine.core.connector import Call, Link
from engine.core.errors import GiveUp, StepError
from engine.core.event import CLOUD_EVENT, CLOUD_EVENTS
from engine.core.text import Text, text

ERRORS: Mapping[str, Text] = {
    **HTTP_ERRORS,
    "no_address": text("连接没有填写推送地址", "the connection has no address to send to"),
}


def send(link: Link, call: Call) -> dict[str, Any]:
    return _deliver(link, _document(link, call), CLOUD_EVENT, call.key) | {"id": call.key}


def send_many(link: Link, calls: Sequence[Call]) -> list[Any]:
    """All calls in one batch. A batch refused for its content is halved until the bad one is alone.

    The batch's `webhook-id` comes from its keys, and every event in it carries its own key as id.
    """
    if len(calls) == 1:
        try:
            return [send(link, calls[0])]
        except StepError as fault:
            return [fault]
    joined = "\n".join(call.key for call in calls).encode()
    id_ = f"batch_{hashlib.blake2b(joined, digest_size=16).hexdigest()}"
    try:
        found = _deliver(link, [_document(link, call) for call in calls], CLOUD_EVENTS, id_)
    except GiveUp as fault:
        if fault.code not in ("invalid", "too_large"):
            return [fault] * len(calls)
        middle = len(calls) // 2
        return send_many(link, calls[:middle]) + send_many(link, calls[middle:])
    except StepError as fault:
        return [fault] * len(calls)
    return [found | {"id": call.key} for call in calls]


def test(link: Link) -> Text:
    """Sends a signed `webhook.test` event where there is an address."""
    if not link.settings.url:
        return text("只接收事件，签名密钥可用。", "Events only come in; the secret is usable.")
    # Every press of the button is a message of its own.
    key = f"test_{link.now().strftime('%Y%m%dT%H%M%S%f')}"
    status = send(link, Call(Send(type="webhook.test"), key))["status"]
    return text(
        f"对方已收到测试事件，返回 {status}。", f"The test event arrived; it answered {status}."
    )


def _document(link: Link, call: Call) -> dict[str, Any]:
    """The CloudEvent of a call; the same call always makes the same bytes."""
    args: Send = call.args
    found: dict[str, Any] = {
        "specversion": "1.0",
        "id": call.key,
        "source": f"jimu:{link.key}",
        "type": args.type,
        "datacontenttype": "application/json",
        "data": args.data,
    }
    if args.subject:
        found["subject"] = args.subject
    if args.time is not None:
        found["time"] = args.time.isoformat()
    return found


def _deliver(link: Link, document: Any, kind: str, id_: str) -> dict[str, Any]:
    if not link.settings.url:
        raise GiveUp(ERRORS["no_address"], code="no_address")
    body = _body(document)
    keys = keys_of(link)
    response = exchange(
        link.client,
        "POST",
        link.settings.url,
        headers={"Content-Type": f"{kind}; charset=utf-8"},
        content=body,
        sign=lambda request: sign(keys, id_, link.now(), request.read()),
        secrets=secret_values(link.credentials),
    )
    return {"status": response.status_code}


def _body(document: Any) -> bytes:
    """A document as JSON; GiveUp "invalid" for what is none."""
    try:
        body = orjson.dumps(document)
        if b"null" not in body:  # which a number beyond all bounds would become
            return body
    except TypeError:
        pass  # a number beyond 64 bits, a Decimal: the slower one knows
    try:
        return json.dumps(
            document, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str
        ).encode()
    except (ValueError, TypeError, RecursionError):
        raise GiveUp(HTTP_ERRORS["invalid"], code="invalid") from None
