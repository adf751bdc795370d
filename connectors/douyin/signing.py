"""Signatures of the Douyin shop platform, both ways.

Requests (platform document "API 签名算法", version 2). With `param_json` as sent:

    pattern = app_key<..>method<..>param_json<..>timestamp<..>v2       names in this order: sorted
    sign    = HMAC-SHA256(app_secret, app_secret + pattern + app_secret), hexadecimal, lower case

`access_token` and `sign_method` are sent and not signed. `timestamp` is `yyyy-MM-dd HH:mm:ss` in
GMT+8 and may be ten minutes off.

Pushes (platform document "消息推送服务"): the header `event-sign` is MD5, or HMAC-SHA256 with the
app secret as key, of app id + raw body + app secret; which of them shows in its length.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

SIGN_METHOD = "hmac-sha256"
VERSION = "2"
GMT8 = timezone(timedelta(hours=8))


def write_params(params: Mapping[str, Any]) -> str:
    """Business parameters as the platform wants them signed and sent.

    Keys sorted at every level, no spaces, nothing escaped that JSON does not ask for (no \\uXXXX,
    no HTML escapes), whole numbers without a decimal point.
    """
    return json.dumps(
        _plain(params), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def write_timestamp(at: datetime) -> str:
    return at.astimezone(GMT8).strftime("%Y-%m-%d %H:%M:%S")


def sign(app_key: str, app_secret: str, method: str, param_json: str, timestamp: str) -> str:
    """The signature of one request; `method` is dotted ("order.searchList")."""
    signed = {
        "app_key": app_key,
        "method": method,
        "param_json": param_json,
        "timestamp": timestamp,
        "v": VERSION,
    }
    pattern = "".join(name + signed[name] for name in sorted(signed))
    over = f"{app_secret}{pattern}{app_secret}"
    return hmac.new(app_secret.encode(), over.encode(), hashlib.sha256).hexdigest()


def is_signed(app_key: str, app_secret: str, body: bytes, given: str) -> bool:
    """Whether a push carries the right `event-sign`, by either method."""
    over = app_key.encode() + body + app_secret.encode()
    if len(given) == 32:
        # The platform's own choice; the secret stands at the end, so nothing can be appended.
        made = hashlib.md5(over, usedforsecurity=False).hexdigest()
    else:
        made = hmac.new(app_secret.encode(), over, hashlib.sha256).hexdigest()
    return hmac.compare_digest(made.encode(), given.lower().encode("utf-8", "replace"))


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
