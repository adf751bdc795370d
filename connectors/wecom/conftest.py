"""WeCom on loopback: issues tokens and ends them; and its side of the callbacks, written anew.

The encryption here is not the connector's: the block cipher alone comes from the library, chaining,
padding and framing are done by hand.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from connectors.wecom.forms import WecomCredentials, WecomSettings
from engine.core.connector import Request
from tests.wire import NOW, Answer, Received, Wire

CORP, SECRET, TOKEN = "wwQinghe0001", "qinghe-wecom-secret", "callbackToken"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
AT = int(NOW.timestamp())
CONTACT, ACCOUNT = "wmQingheLinWanqiu0001", "wkQinghe01"


class Platform:
    """Answers as the platform does: `answers` by path, `faults` come before them."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.valid: set[str] = set()
        self.answers: dict[str, Any] = {}
        self.faults: list[dict[str, Any] | Answer] = []
        self.calls: list[tuple[str, str, dict[str, str], Any]] = []

    def __call__(self, got: Received) -> Answer:
        parts = urlsplit(got.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        path = parts.path.removeprefix("/cgi-bin/")
        body = json.loads(got.body) if got.body else None
        if path == "gettoken":
            self.calls.append((got.method, path, {}, None))
            if query.get("corpid") != CORP:
                return said(40013, "invalid corpid")
            if query.get("corpsecret") != SECRET:
                return said(40001, "invalid credential")
            self.tokens.append(f"TOKEN-{len(self.tokens) + 1}")
            self.valid = {self.tokens[-1]}
            return said(0, "ok", access_token=self.tokens[-1], expires_in=7200)
        token = query.pop("access_token", "")
        self.calls.append((got.method, path, query, body))
        if token not in self.valid:
            return said(42001, "access_token expired")
        if self.faults:
            fault = self.faults.pop(0)
            return fault if isinstance(fault, Answer) else Answer(body=json.dumps(fault).encode())
        found = self.answers.get(path, {})
        found = found(query, body) if callable(found) else found
        return said(0, "ok", **found)

    def end_tokens(self) -> None:
        self.valid.clear()

    def paths(self) -> list[str]:
        return [path for _, path, _, _ in self.calls]


def said(code: int, words: str, **more: Any) -> Answer:
    found = {"errcode": code, "errmsg": words, **more}
    return Answer(body=json.dumps(found, ensure_ascii=False).encode())


def seal(
    message: bytes,
    *,
    aes_key: str = AES_KEY,
    receive_id: str = CORP,
    random: bytes = b"0123456789abcdef",
    length: int | None = None,
    padding: bytes | None = None,
) -> str:
    """A message encrypted as the platform does it; the last three break it on purpose."""
    key = base64.b64decode(aes_key + "=")
    size = len(message) if length is None else length
    plain = random + size.to_bytes(4, "big") + message + receive_id.encode()
    missing = 32 - len(plain) % 32
    plain += bytes([missing]) * missing if padding is None else padding
    block = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # one block at a time
    previous, sealed = key[:16], b""
    for at in range(0, len(plain), 16):
        mixed = bytes(a ^ b for a, b in zip(plain[at : at + 16], previous, strict=True))
        previous = block.update(mixed)
        sealed += previous
    return base64.b64encode(sealed).decode()


def signature(token: str, timestamp: str, nonce: str, cipher: str) -> str:
    digest = hashlib.new("sha1", usedforsecurity=False)
    for part in sorted([token, timestamp, nonce, cipher]):
        digest.update(part.encode())
    return digest.hexdigest()


def callback(xml: str, cipher: str | None = None, at: int | None = None, **changed: str) -> Request:
    """A POST of the platform with this message in it."""
    cipher = seal(xml.encode()) if cipher is None else cipher
    moment = str(AT if at is None else at)
    query = {"timestamp": moment, "nonce": "263014780"}
    query["msg_signature"] = signature(TOKEN, moment, query["nonce"], cipher)
    outer = (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName>"
        f"<Encrypt><![CDATA[{cipher}]]></Encrypt><AgentID><![CDATA[]]></AgentID></xml>"
    )
    return Request("POST", "/hooks/wecom/qinghe", query | changed, {}, outer.encode(), NOW)


def told(kind: str, **members: str) -> str:
    """The XML of an event of a company's own app."""
    more = "".join(f"<{name}>{value}</{name}>" for name, value in members.items())
    return (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[sys]]>"
        f"</FromUserName><CreateTime>{AT}</CreateTime><MsgType><![CDATA[event]]>"
        f"</MsgType><Event><![CDATA[{kind}]]></Event>{more}</xml>"
    )


def talk(id_: str, origin: int = 3, at: int = AT, **more: Any) -> dict[str, Any]:
    return {
        "msgid": id_,
        "open_kfid": ACCOUNT,
        "external_userid": CONTACT,
        "send_time": at,
        "origin": origin,
        "msgtype": "text",
        "text": {"content": f"内容 {id_}"},
        **more,
    }


class Talks:
    """The messages of an account; a cursor is the number already read."""

    def __init__(self, platform: Any, size: int = 1000) -> None:
        self.list: list[Any] = []
        self.size = size
        platform.answers["kf/sync_msg"] = self.read

    def read(self, query: Any, body: dict[str, Any]) -> dict[str, Any]:
        assert body["open_kfid"] == ACCOUNT
        at = int(body.get("cursor", 0))
        found = self.list[at : at + self.size]
        more = int(at + len(found) < len(self.list))
        return {"msg_list": found, "next_cursor": str(at + len(found)), "has_more": more}


def rang(token: str = "ENCtoken") -> Request:
    return callback(told("kf_msg_or_event", Token=token, OpenKfId=ACCOUNT))


@pytest.fixture
def platform(wire: Wire) -> Platform:
    found = Platform()
    wire.answer = found
    return found


@pytest.fixture
def link(wire: Wire, make_link: Any) -> Callable[..., Any]:
    """link(credentials={...}, **settings) -> Link to the platform on loopback."""

    def link(credentials: dict[str, Any] | None = None, **settings: Any) -> Any:
        given = {"corp_id": CORP, "secret": SECRET, "token": TOKEN, "aes_key": AES_KEY}
        return make_link(
            WecomCredentials.model_validate({**given, **(credentials or {})}),
            WecomSettings.model_validate({"base_url": wire.url, **settings}),
            key="qinghe",
        )

    return link
