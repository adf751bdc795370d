"""Signatures of webhooks, made and checked: HMAC-SHA256 over the bytes that are sent.

Two styles are understood when receiving:

    Standard Webhooks  webhook-id, webhook-timestamp, webhook-signature: "v1,<base64>" one or more
                       over `id.timestamp.body`   (standard-webhooks specification, symmetric keys)
    plain              x-timestamp, x-signature: hexadecimal, with or without "sha256="
                       over `timestamp.body`

Sending always uses Standard Webhooks.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from engine.core.errors import Unauthenticated
from engine.core.text import text

PREFIX = "whsec_"
WINDOW = timedelta(minutes=5)  # how far a timestamp may lie from our clock, either way


def key_of(secret: str) -> bytes:
    """The key behind a secret: base64 after "whsec_", else the text; ValueError if broken."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("what follows whsec_ is not base64") from None


def sign(keys: Sequence[bytes], id_: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks; one signature per key, so that keys can change."""
    moment = str(int(at.timestamp()))
    signatures = [
        base64.b64encode(_digest(key, f"{id_}.{moment}.".encode() + body)) for key in keys
    ]
    return {
        "webhook-id": id_,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(f"v1,{made.decode()}" for made in signatures),
    }


def verify(headers: Mapping[str, str], body: bytes, keys: Sequence[bytes], now: datetime) -> None:
    """Raises Unauthenticated unless one key made one of the signatures within the window.

    Every key is tried against every signature in constant time. `headers` are lower case. The same
    request inside the window passes again: its events are the same ones and are stored once.
    """
    standard = "webhook-signature" in headers
    moment = headers.get("webhook-timestamp" if standard else "x-timestamp", "").strip()
    if not re.fullmatch(r"[0-9]{9,11}|[0-9]{13}", moment):
        raise _refused("时间戳缺失或格式不对", "the timestamp is missing or malformed")
    seconds = int(moment) / 1000 if len(moment) == 13 else int(moment)
    if abs(now - datetime.fromtimestamp(seconds, UTC)) > WINDOW:
        raise _refused("时间戳超出 5 分钟窗口", "the timestamp is more than 5 minutes away")
    before = f"{headers.get('webhook-id', '')}.{moment}." if standard else f"{moment}."
    given = _given(headers, standard)
    matches = 0
    for key in keys:
        made = _digest(key, before.encode("utf-8", "replace") + body)
        for candidate in given:
            matches += hmac.compare_digest(made, candidate)
    if not matches or (standard and not headers.get("webhook-id")):
        raise _refused("签名不匹配", "the signature does not match")


def _given(headers: Mapping[str, str], standard: bool) -> list[bytes]:
    """The signatures of a request, at most ten; what is none is left out."""
    found = []
    written = headers.get("webhook-signature" if standard else "x-signature", "")
    for part in written.split()[:10]:
        try:
            if not standard:
                found.append(bytes.fromhex(part.removeprefix("sha256=")))
            elif part.startswith("v1,"):
                found.append(base64.b64decode(part.removeprefix("v1,"), validate=True))
        except ValueError:  # binascii.Error is one
            continue
    return found


def _digest(key: bytes, over: bytes) -> bytes:
    return hmac.digest(key, over, hashlib.sha256)


def _refused(zh: str, en: str) -> Unauthenticated:
    return Unauthenticated(text(f"签名校验未通过：{zh}", f"The signature is refused: {en}"))
