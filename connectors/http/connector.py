"""Any system that speaks HTTP: read, write, or any request.

Credentials belong to the connection's base address: they are never sent to another origin.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx

from connectors import HTTP_ERRORS, clean, exchange, read_json, secret_values
from connectors.http.credentials import HttpCredentials, signer
from connectors.http.forms import AnyRequest, Get, HttpSettings, Post
from engine.core.connector import Action, Call, ConnectorType, Limits, Link, Sample
from engine.core.errors import GiveUp
from engine.core.text import Text, text

REDIRECTS = 5
MAX_OUTPUT = 256 * 1024  # bytes of an answer; it is stored with the step
_KINDS = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "text": "text/plain; charset=utf-8",
}


def get(link: Link, call: Call) -> dict[str, Any]:
    return _send(link, "GET", call.args, None, None)


def post(link: Link, call: Call) -> dict[str, Any]:
    return _send(link, "POST", call.args, call.args, call.key)


def request(link: Link, call: Call) -> dict[str, Any]:
    reads = call.args.method in ("GET", "HEAD")
    return _send(link, call.args.method, call.args, call.args, None if reads else call.key)


def test(link: Link) -> Text:
    """Reads the test path with the credentials; any answer but a refusal of them will do."""
    base = link.settings.base_url
    if not base:
        return text(
            "没有填写基础地址，步骤里要写完整网址。",
            "There is no base address; steps name full addresses.",
        )
    tried = Get(url=link.settings.test_path or "/", expected="200-399,404-405")
    status = _send(link, "GET", tried, None, None)["status"]
    return text(f"已连通，返回 {status}。", f"Connected; it answered {status}.")


def _send(link: Link, method: str, args: Get, body: Post | None, key: str | None) -> dict[str, Any]:
    headers = dict(args.headers)
    content = None
    if body is not None and body.body is not None:
        content = _content(body.body, body.body_kind)
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = _KINDS[body.body_kind]
    if key is not None:
        headers["Idempotency-Key"] = key
    response = exchange(
        link.client,
        method,
        _address(link, args.url),
        params={name: value for name, value in args.query.items() if value is not None} or None,
        headers=headers,
        content=content,
        expected=_statuses(args.expected),
        sign=signer(link.credentials, link.now),
        secrets=secret_values(link.credentials),
        redirects=REDIRECTS,
    )
    return {
        "status": response.status_code,
        # A session of the other side is nobody's business in a trace.
        "headers": {
            name: clean(value) for name, value in response.headers.items() if name != "set-cookie"
        },
        "body": _body(response),
    }


def _address(link: Link, url: str) -> httpx.URL:
    """Where a step's address leads; GiveUp where the credentials must not go."""
    base: str = link.settings.base_url
    absolute = re.match(r"https?://", url, re.IGNORECASE) is not None
    if not absolute and not base:
        message = text(
            "地址不完整，而连接没有填写基础地址。",
            "The address is not a full one and the connection has no base address.",
        )
        raise GiveUp(message, code="invalid")
    try:
        found = httpx.URL(url if absolute else f"{base.rstrip('/')}/{url.lstrip('/')}")
        home = httpx.URL(base) if base else None
    except (httpx.InvalidURL, ValueError, TypeError):
        raise GiveUp(HTTP_ERRORS["invalid"], code="invalid") from None
    if link.credentials.kind != "none" and (home is None or _origin(home) != _origin(found)):
        raise GiveUp(ERRORS["other_host"], code="other_host")
    return found


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _content(body: Any, kind: str) -> bytes:
    try:
        if kind == "json":
            return json.dumps(body, ensure_ascii=False, allow_nan=False, default=str).encode()
        if kind == "text":
            return (body if isinstance(body, str) else json.dumps(body, default=str)).encode()
        if isinstance(body, Mapping):
            return urlencode(body, doseq=True).encode()
    except (ValueError, TypeError, RecursionError):
        pass
    raise GiveUp(
        text(f"内容不能按{kind}格式发送。", f"The body cannot be sent as {kind}."), code="invalid"
    )


def _statuses(expected: str) -> Any:
    ranges = [part.strip().partition("-") for part in expected.split(",")]
    return lambda status: any(
        int(first) <= status <= int(last or first) for first, _, last in ranges
    )


def _body(response: httpx.Response) -> Any:
    """JSON where it is JSON, whatever the platform calls it; else text; null when empty."""
    if len(response.content) > MAX_OUTPUT:
        raise GiveUp(HTTP_ERRORS["answer_too_large"], code="answer_too_large")
    if not response.content.strip():
        return None
    looks = response.content.lstrip()[:1] in (b"{", b"[")
    if looks or "json" in response.headers.get("content-type", ""):
        try:
            return read_json(response)
        except GiveUp:
            pass
    return clean(response.text)


ERRORS: Mapping[str, Text] = {
    **HTTP_ERRORS,
    "other_host": text(
        "这个连接带有凭证，只能访问它的基础地址",
        "this connection has credentials and may only reach its base address",
    ),
}
OUTPUT = {
    "type": "object",
    "properties": {
        "status": {"type": "integer", "title": "status"},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        "body": {},
    },
    "required": ["status", "headers", "body"],
}
_JSON = {"content-type": "application/json"}
SAMPLES = {
    "ok": Sample(
        text("成功", "Success"),
        output={"status": 200, "headers": _JSON, "body": {"id": "A1001", "stock": 12}},
    ),
    "empty": Sample(
        text("成功，无内容", "Success, empty"), output={"status": 204, "headers": {}, "body": None}
    ),
    "error": Sample(
        text("对方没有这条记录", "No such record"),
        error="not_found",
        message=text("erp.example.com 返回 404", "erp.example.com answered 404"),
    ),
}

CONNECTOR = ConnectorType(
    label=text("HTTP 接口", "HTTP"),
    summary=text("调用任何提供 HTTP 接口的系统", "Calls any system that has an HTTP interface"),
    credentials=HttpCredentials,
    settings=HttpSettings,
    test=test,
    limits=Limits(),
    group="general",
    actions=(
        Action(
            key="get",
            label=text("读取", "Read"),
            summary=text("读取一个地址的内容", "Reads what an address holds"),
            effect_class="read",
            input=Get,
            output=OUTPUT,
            run=get,
            samples=SAMPLES,
            errors=ERRORS,
        ),
        Action(
            key="post",
            label=text("提交", "Submit"),
            summary=text("把内容提交到一个地址", "Posts content to an address"),
            effect_class="write",
            input=Post,
            output=OUTPUT,
            run=post,
            samples=SAMPLES,
            errors=ERRORS,
        ),
        Action(
            key="request",
            label=text("自定义请求", "Any request"),
            summary=text("用任意方法发出请求", "Sends a request with any method"),
            effect_class="write",
            input=AnyRequest,
            output=OUTPUT,
            run=request,
            samples=SAMPLES,
            errors=ERRORS,
        ),
    ),
)
