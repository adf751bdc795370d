"""Five ways to prove who we are, and how each becomes headers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal, Self

import httpx
from pydantic import SecretStr, model_validator

from engine.core.connector import Credentials
from engine.core.fields import field
from engine.core.text import text
from engine.core.wording import Wrong

_NAME = r"^[A-Za-z][A-Za-z0-9-]{0,60}$"
_EMPTY = SecretStr("")
# What each kind cannot do without.
_NEEDED = {
    "none": (),
    "basic": ("username",),
    "bearer": ("token",),
    "api_key": ("token", "header"),
    "hmac": ("secret", "header"),
}


class HttpCredentials(Credentials):
    kind: Literal["none", "basic", "bearer", "api_key", "hmac"] = field(
        text("验证方式", "Authentication"),
        widget="select",
        default="none",
        options={
            "none": text("无需验证", "None"),
            "basic": text("用户名和密码（Basic）", "User name and password (Basic)"),
            "bearer": text("令牌（Bearer）", "Token (Bearer)"),
            "api_key": text("密钥放在请求头", "Key in a header"),
            "hmac": text("签名（HMAC-SHA256）", "Signature (HMAC-SHA256)"),
        },
    )
    username: str = field(
        text("用户名", "User name"), default="", max_length=200, pattern=r"^[^:\x00-\x1f]*$"
    )
    password: SecretStr = field(text("密码", "Password"), widget="secret", default=_EMPTY)
    token: SecretStr = field(text("令牌或密钥", "Token or key"), widget="secret", default=_EMPTY)
    secret: SecretStr = field(text("签名密钥", "Signing secret"), widget="secret", default=_EMPTY)
    header: str = field(
        text("请求头名称", "Header name"),
        help=text("密钥或签名放在这个请求头里。", "Where the key or the signature goes."),
        default="X-Signature",
        pattern=_NAME,
    )
    time_header: str = field(
        text("时间戳请求头", "Timestamp header"), default="X-Timestamp", pattern=_NAME
    )
    signed: Literal["body", "time_body", "request"] = field(
        text("签名内容", "What is signed"),
        widget="select",
        default="time_body",
        options={
            "body": text("请求内容", "The body"),
            "time_body": text("时间戳.请求内容", "timestamp.body"),
            "request": text(
                "时间戳、方法、路径、请求内容，各占一行",
                "timestamp, method, path, body, one a line",
            ),
        },
    )
    encoding: Literal["hex", "base64"] = field(
        text("签名编码", "Encoding of the signature"),
        widget="select",
        default="hex",
        options={"hex": text("十六进制", "Hexadecimal"), "base64": text("Base64 编码", "Base64")},
    )
    prefix: str = field(
        text("签名前缀", "Prefix of the signature"),
        help=text("如 sha256=。", "Such as sha256=."),
        default="",
        pattern=r"^[\x21-\x7e]{0,20}$",
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        token = self.token.get_secret_value()
        for name in _NEEDED[self.kind]:
            value = getattr(self, name)
            if not (value.get_secret_value() if isinstance(value, SecretStr) else value):
                hints: Any = type(self).model_fields[name].json_schema_extra
                title = hints["x-title"]
                raise Wrong(
                    f"这种验证方式必须填写“{title['zh']}”",
                    f"{title['en']} is required for this kind of authentication",
                )
        if not re.fullmatch(r"([\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?)?", token):
            raise Wrong(
                "“令牌或密钥”只能是英文字母、数字和符号，前后不留空格",
                "Token or key takes plain characters without spaces around them",
            )
        return self


Sign = Callable[[httpx.Request], Mapping[str, str]]


def signer(credentials: HttpCredentials, now: Callable[[], datetime]) -> Sign | None:
    """What makes the proving headers of a request that is ready to be sent; None without any."""
    if credentials.kind == "none":
        return None
    token = credentials.token.get_secret_value()
    if credentials.kind == "basic":
        pair = f"{credentials.username}:{credentials.password.get_secret_value()}"
        token = base64.b64encode(pair.encode()).decode()
        return lambda request: {"Authorization": f"Basic {token}"}
    if credentials.kind == "bearer":
        return lambda request: {"Authorization": f"Bearer {token}"}
    if credentials.kind == "api_key":
        return lambda request: {credentials.header: token}
    return lambda request: _hmac(credentials, request, now())


def _hmac(credentials: HttpCredentials, request: httpx.Request, at: datetime) -> dict[str, str]:
    """The signature over the very bytes that are sent, and the time it names (UNIX seconds)."""
    moment = str(int(at.timestamp()))
    body = request.read()
    over = {
        "body": body,
        "time_body": f"{moment}.".encode() + body,
        "request": f"{moment}\n{request.method}\n".encode() + request.url.raw_path + b"\n" + body,
    }[credentials.signed]
    made = hmac.new(credentials.secret.get_secret_value().encode(), over, hashlib.sha256)
    value = made.hexdigest()
    if credentials.encoding == "base64":
        value = base64.b64encode(made.digest()).decode()
    found = {credentials.header: credentials.prefix + value}
    if credentials.signed != "body":
        found[credentials.time_header] = moment
    return found
