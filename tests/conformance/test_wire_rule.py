"""The wire rule: what is signed is what is sent, less the signature.

Seven of eight clients of such platforms were once found wrong because their tests looked above the
wire. Here every connector that signs makes a real request to a server on loopback, and whoever
verifies has nothing but the bytes that came and the secret. A value that was signed and not sent,
or sent and not signed, makes another signature.

`UNSIGNED` names what a platform itself leaves out of its signature. Each other value of a request
is then changed in turn: none may pass.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from connectors import http_client
from connectors.douyin.connector import CONNECTOR as DOUYIN
from connectors.http.connector import CONNECTOR as HTTP
from connectors.webhook.connector import CONNECTOR as WEBHOOK
from connectors.wecom.conftest import AES_KEY, CORP, TOKEN, seal, told
from connectors.wecom.connector import CONNECTOR as WECOM
from engine.core.connector import Call, ConnectorType, Link, Request
from engine.core.errors import Unauthenticated
from tests.wire import NOW, Answer, Received, Tokens, Wire

CONNECTORS = Path(__file__).parents[2] / "connectors"
MAKES_A_SIGNATURE = re.compile(r"hmac\.(new|digest)\(|hashlib\.(md5|sha1)\(")
SECRET = "a-secret-of-twenty-characters"
Sent = dict[str, str]  # every value of a request that means something, the body as "body"


def as_query(got: Received) -> Sent:
    return {**dict(parse_qsl(urlsplit(got.path).query)), "body": got.body.decode()}


def as_headers(*names: str) -> Callable[[Received], Sent]:
    def read(got: Received) -> Sent:
        named = {name: got.headers[name] for name in names}
        return {**named, "method": got.method, "path": got.path, "body": got.body.decode()}

    return read


def douyin_signature(sent: Sent) -> bool:
    """All parameters by name, the body as `param_json`, between the secret."""
    signed = {**sent, "param_json": sent["body"]}
    for name in ("sign", "body", *UNSIGNED["douyin"]):
        signed.pop(name, None)
    over = SECRET + "".join(name + signed[name] for name in sorted(signed)) + SECRET
    made = hmac.digest(SECRET.encode(), over.encode(), hashlib.sha256).hex()
    return hmac.compare_digest(made, sent["sign"])


def http_signature(sent: Sent) -> bool:
    over = "\n".join(sent[name] for name in ("x-timestamp", "method", "path", "body"))
    made = hmac.digest(SECRET.encode(), over.encode(), hashlib.sha256).hex()
    return hmac.compare_digest(made, sent["x-signature"])


def webhook_signature(sent: Sent) -> bool:
    over = ".".join(sent[name] for name in ("webhook-id", "webhook-timestamp", "body"))
    made = base64.b64encode(hmac.digest(SECRET.encode(), over.encode(), hashlib.sha256)).decode()
    return f"v1,{made}" in sent["webhook-signature"].split()


# connector -> what its platform leaves out of the signature
UNSIGNED = {
    "douyin": ("access_token", "sign_method"),  # platform document "API 签名算法"
    "http": (),
    "webhook": ("method", "path"),  # standard-webhooks specification: id, time and body
}
# connector -> (connector, credentials, settings, action, args, what was sent, who verifies, the
# signature's name)
Case = tuple[
    ConnectorType,
    Mapping[str, Any],
    Mapping[str, Any],
    str,
    Mapping[str, Any],
    Callable[[Received], Sent],
    Callable[[Sent], bool],
    str,
]
OUTGOING: dict[str, Case] = {
    "douyin": (
        DOUYIN,
        {"app_key": "7100000000000000001", "app_secret": SECRET, "shop_id": "4463798"},
        {"base_url": "{url}"},
        "add_remark",
        {"order_id": "6921001100230045", "remark": "加急 <b>&'\"😀", "star": 3},
        as_query,
        douyin_signature,
        "sign",
    ),
    "http": (
        HTTP,
        {"kind": "hmac", "secret": SECRET, "signed": "request"},
        {"base_url": "{url}/api"},
        "post",
        {"url": "会员?x=1", "query": {"b": "é&"}, "body": {"名": "值"}},
        as_headers("x-timestamp", "x-signature"),
        http_signature,
        "x-signature",
    ),
    "webhook": (
        WEBHOOK,
        {"secret": SECRET},
        {"url": "{url}/in"},
        "send",
        {"type": "order.paid", "data": {"名": "值"}},
        as_headers("webhook-id", "webhook-timestamp", "webhook-signature"),
        webhook_signature,
        "webhook-signature",
    ),
}
# Connectors that only verify what comes in, or sign nothing that is sent over HTTP.
INCOMING = {"wecom"}


@pytest.fixture
def wire() -> Iterator[Wire]:
    server = Wire()
    yield server
    server.close()


def open_link(
    connector: ConnectorType, credentials: Mapping[str, Any], settings: Mapping[str, Any]
) -> Link:
    allowed = frozenset({"127.0.0.1"})
    return Link(
        "shop",
        connector.credentials.model_validate(credentials),
        connector.settings.model_validate(settings),
        Tokens(),
        http_client(connector.limits, allowed),
        lambda: NOW,
        allowed,
    )


def test_every_connector_that_signs_is_here() -> None:
    signing = {
        path.relative_to(CONNECTORS).parts[0]
        for path in CONNECTORS.glob("*/*.py")
        if not path.name.startswith("test_") and path.name != "conftest.py"
        if MAKES_A_SIGNATURE.search(path.read_text(encoding="utf-8"))
    }
    assert signing == set(OUTGOING) | INCOMING


@pytest.mark.parametrize("name", sorted(OUTGOING))
def test_what_is_signed_is_what_is_sent(name: str, wire: Wire) -> None:
    connector, credentials, settings, action, args, read, verify, signature = OUTGOING[name]
    wire.answer = Answer(
        body=b'{"code":10000,"err_no":0,"data":{"access_token":"AT","expires_in":604800}}'
    )
    filled = {key: value.format(url=wire.url) for key, value in settings.items()}
    link = open_link(connector, credentials, filled)
    try:
        found = connector.action(action)
        assert found is not None
        found.run(link, Call(found.input.model_validate(args), "eff_1_abc"))
    finally:
        link.client.close()
    sent = read(wire.last)
    assert verify(sent)
    for value in sorted(sent):
        changed = {**sent, value: sent[value] + "0"}
        passes = value in UNSIGNED[name]
        assert verify(changed) == passes, f"{value} is {'not ' if not passes else ''}left out"
    missing = {value for value in UNSIGNED[name] if value not in sent}
    assert missing == set(), "named as left out, but not sent at all"
    assert signature in sent


@pytest.mark.parametrize("part", ["token", "timestamp", "nonce", "cipher", "signature"])
def test_every_part_of_a_wecom_callback_counts(part: str) -> None:
    parts = {
        "token": TOKEN,
        "timestamp": str(int(NOW.timestamp())),
        "nonce": "263014780",
        "cipher": seal(told("change_external_tag", Id="et01", ChangeType="create").encode()),
    }
    digest = hashlib.new("sha1", "".join(sorted(parts.values())).encode(), usedforsecurity=False)
    parts["signature"] = digest.hexdigest()

    def take(parts: Mapping[str, str]) -> int:
        credentials = {"corp_id": CORP, "secret": "s", "aes_key": AES_KEY, "token": parts["token"]}
        link = open_link(WECOM, credentials, {"enrich": False})
        query = {name: parts[name] for name in ("timestamp", "nonce")}
        body = f"<xml><Encrypt>{parts['cipher']}</Encrypt></xml>".encode()
        query["msg_signature"] = parts["signature"]
        assert WECOM.receive is not None
        try:
            return len(WECOM.receive(link, Request("POST", "/", query, {}, body, NOW)).events)
        finally:
            link.client.close()

    assert take(parts) == 1
    with pytest.raises(Unauthenticated):
        take({**parts, part: parts[part][:-1] + ("0" if parts[part][-1] != "0" else "1")})
