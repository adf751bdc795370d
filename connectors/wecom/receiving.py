"""Callbacks: the address is tried by GET, everything else comes by POST, encrypted.

Source: platform document "接收消息与事件 - 回调配置". The platform waits five seconds, tries three
times, and is content with an empty answer.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors import http_client
from connectors.wecom.callbacks import (
    ADDED,
    Callback,
    chat_events,
    contact_event,
    staff_event,
    tag_event,
)
from connectors.wecom.crypto import decrypt, is_signed, refused
from connectors.wecom.fetching import fetch_contact
from connectors.wecom.messages import KEPT_FOR, sync_messages
from connectors.wecom.xml import read_xml
from engine.core.connector import Limits, Link, Reply, Request
from engine.core.errors import InvalidInput, StepError, Unauthenticated
from engine.core.event import Event
from engine.core.text import text

_TEXT = "text/plain; charset=utf-8"
WINDOW = timedelta(minutes=10)  # how far a timestamp may lie from our clock, either way
QUICK = Limits(timeout=timedelta(seconds=1.5))
BUDGET = 2.5  # seconds after which no further page of messages is read in one callback
LOOKED_UP = {*ADDED, "edit_external_contact"}
# A message without an end that was read before: how old the first one taken in may be.
FIRST = timedelta(minutes=10)

_UNREAD = text(
    "没能及时读取客服消息，定时拉取会补上",
    "the messages could not be read in time; the next pull brings them",
)


def receive(link: Link, request: Request) -> Reply:
    """The events of a callback, or the word that proves the address is ours.

    1. Check the signature over token, timestamp, nonce and cipher text, and the time.
    2. Decrypt; the receive id must be our corp id.
    3. Translate; a kind nobody knows is acknowledged and makes no event.
    """
    if request.method == "GET":
        return Reply(
            body=_open(link, request, request.query.get("echostr", "")), content_type=_TEXT
        )
    sealed = read_xml(request.body).get("Encrypt")
    message = _open(link, request, sealed if isinstance(sealed, str) else "")
    told = read_xml(message)
    callback = Callback(told, f"callback:{hashlib.sha256(message).hexdigest()}", _seconds(told))
    client = http_client(QUICK, link.allowed_private_hosts)
    try:
        events, review = _translate(replace(link, client=client), callback, request.received_at)
    finally:
        client.close()
    return Reply(body=b"success", content_type=_TEXT, events=events, review=review)


def _open(link: Link, request: Request, cipher_text: str) -> bytes:
    """What is in a cipher text whose signature and time are right; Unauthenticated otherwise."""
    token, aes_key = link.credentials.token, link.credentials.aes_key
    if token is None or aes_key is None:
        raise Unauthenticated(
            text("这个对接没有填写回调 Token 和 AESKey", "This connection takes no callbacks")
        )
    timestamp, nonce = request.query.get("timestamp", ""), request.query.get("nonce", "")
    given = request.query.get("msg_signature", "")
    if not is_signed(token.get_secret_value(), timestamp, nonce, cipher_text, given):
        raise refused()
    if not re.fullmatch(r"[0-9]{9,10}", timestamp):
        raise refused()
    if abs(request.received_at - datetime.fromtimestamp(int(timestamp), UTC)) > WINDOW:
        raise refused()
    return decrypt(aes_key.get_secret_value(), cipher_text, link.credentials.corp_id)


def _seconds(told: Mapping[str, Any]) -> int:
    value = told.get("CreateTime") or told.get("TimeStamp")
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{9,10}", value):
        raise InvalidInput(text("回调没有时间", "The callback has no time"))
    return int(value)


def _translate(
    link: Link, callback: Callback, now: datetime
) -> tuple[list[Event], list[dict[str, Any]]]:
    found: list[Event | None] = []
    if callback.kind == "change_external_contact":
        found = [contact_event(link, callback, _known(link, callback))]
    elif callback.kind == "change_external_chat":
        found = list(chat_events(link, callback))
    elif callback.kind == "change_external_tag":
        found = [tag_event(link, callback)]
    elif callback.kind == "change_contact":
        found = [staff_event(link, callback)]
    elif callback.kind == "kf_msg_or_event":
        return _messages(link, callback, now)
    return [one for one in found if one is not None], []


def _known(link: Link, callback: Callback) -> Mapping[str, Any] | None:
    """The contact the callback names, where it is wanted and the platform answers in time."""
    person = callback.word("ExternalUserID")
    if not link.settings.enrich or callback.change not in LOOKED_UP or not person:
        return None
    try:
        return fetch_contact(link, person, callback.word("UserID"))[0]
    except StepError:
        return None


def _messages(
    link: Link, callback: Callback, now: datetime
) -> tuple[list[Event], list[dict[str, Any]]]:
    """New messages of a customer service account.

    The place is kept among the tokens, with the time of the first callback: without a place the
    platform gives the last three days, which are history and no news. Should what is read here be
    lost afterwards, the next pull reads it again from a place of its own.
    """
    account = callback.word("OpenKfId")
    if not account:
        return [], []
    name = f"kf:{account}"
    cursor, since = _place(link.tokens.get(name), now)
    events: list[Event] = []
    review: list[dict[str, Any]] = []
    until, more = time.monotonic() + BUDGET, True
    try:
        while more and time.monotonic() < until:
            found, bad, cursor, more = sync_messages(
                link, account, cursor, callback.word("Token", 200), pages=1
            )
            events += [one for one in found if one.time.timestamp() >= since]
            review += bad
            link.tokens.put(name, json.dumps({"cursor": cursor, "since": since}), KEPT_FOR)
    except StepError:
        review.append({"reason": _UNREAD, "record": {"kf_account": account}})
    return events, review


def _place(kept: str | None, now: datetime) -> tuple[str, int]:
    try:
        found = json.loads(kept or "{}")
        return str(found["cursor"]), int(found["since"])
    except (ValueError, KeyError, TypeError):
        return "", int((now - FIRST).timestamp())
