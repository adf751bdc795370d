"""Errors as people and programs read them: RFC 9457 problem+json.

`code` is stable and for programs, `detail` a sentence in the caller's language, `problems` one for
each thing to mend. `instance` names this very occurrence; the log has it too.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from flask import Flask, Response, g
from pydantic import BaseModel, Field, ValidationError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from api.arguments import as_problems
from api.context import locale
from engine.core.errors import (
    EngineError,
    InvalidInput,
    Problem,
    Rejected,
    StepError,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from engine.core.text import Text, say, text
from engine.store.db import DatabaseFault

log = structlog.get_logger(__name__)
MEDIA_TYPE = "application/problem+json"

_TITLES: Mapping[int, Text] = {
    400: text("请求有误", "The request is malformed"),
    401: text("需要登录", "Sign in first"),
    403: text("没有权限", "Not allowed"),
    404: text("不存在", "Not found"),
    405: text("不支持这种操作", "The method is not supported here"),
    406: text("无法提供所需格式", "The wanted form is not available"),
    409: text("状态冲突", "The state does not allow it"),
    412: text("内容已被他人修改", "Somebody else has changed it"),
    413: text("内容过大", "Too large"),
    415: text("不支持的内容类型", "The content type is not supported"),
    422: text("提交的内容有误", "The content is not valid"),
    428: text("缺少版本标识", "Say which revision you edit"),
    429: text("请求过于频繁", "Too many requests"),
    500: text("系统内部错误", "An internal fault"),
    503: text("服务暂不可用", "Temporarily unavailable"),
}


class Unsupported(Rejected):
    """The body's content type is not one the endpoint takes."""

    code = "unsupported_media_type"
    status = 415


class IfMatchNeeded(Rejected):
    """An edit must say which revision it was made from."""

    code = "if_match_needed"
    status = 428


class ProblemItem(BaseModel):
    """One thing to mend."""

    path: str = Field(description="JSON pointer into what was sent; empty for the whole")
    message: str = Field(description="In English")
    message_zh: str = Field(description="In Chinese")
    code: str = Field(description="Stable name of the fault")
    level: str = Field(description="error or warning")
    node: str | None = Field(default=None, description="The flow's node it belongs to")


class ProblemDocument(BaseModel):
    """What every error looks like (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable name of the error")
    problems: list[ProblemItem] = []
    instance: str = Field(description="This occurrence; quote it when asking for help")


def problem(
    status: int,
    code: str,
    detail: Text | str,
    problems: Iterable[Problem] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem as a response."""
    language = locale()
    title = _TITLES.get(status) or HTTPStatus(status).phrase
    body = {
        "type": f"urn:jimu:problem:{code}",
        "title": say(title, language),
        "status": status,
        "detail": say(detail, language),
        "code": code,
        "problems": [one.as_json() for one in problems],
        "instance": f"urn:jimu:request:{g.get('request_id', '-')}",
    }
    response = Response(orjson.dumps(body), status=status, mimetype=MEDIA_TYPE)
    response.headers["Content-Language"] = language
    response.headers.extend(headers or {})
    g.problem = code
    return response


def from_error(error: Exception) -> Response:
    """Any exception as a problem; one that was not meant gives an id to look for in the log."""
    if isinstance(error, TooMany):
        seconds = max(1, math.ceil(error.after.total_seconds()))
        return problem(429, error.code, error.message, headers={"Retry-After": str(seconds)})
    if isinstance(error, Unauthenticated):
        return problem(
            401, error.code, error.message, error.problems, {"WWW-Authenticate": "Bearer"}
        )
    if isinstance(error, Rejected):
        return problem(error.status, error.code, error.message, error.problems)
    if isinstance(error, StepError):
        # Asked on the spot (a connection's test): it is the other side that refused.
        return problem(422, error.code, error.message)
    if isinstance(error, (*DatabaseFault, Unavailable)):
        log.warning("a part does not answer", error=str(error)[:300])
        said = error.message if isinstance(error, Unavailable) else _AWAY
        return problem(503, Unavailable.code, said, headers={"Retry-After": "2"})
    if isinstance(error, EngineError):
        return problem(400, error.code, error.message)
    if isinstance(error, ValidationError):
        return from_error(
            InvalidInput(text("提交的内容有误", "what was sent is not valid"), as_problems(error))
        )
    if isinstance(error, HTTPException):
        return _from_http(error)
    found = secrets.token_hex(6)
    log.error("unexpected", fault=found, exc_info=error)
    return problem(
        500, "internal", text(f"系统内部错误，编号 {found}", f"an internal fault, number {found}")
    )


_AWAY = text("数据库暂时没有响应，请稍后再试", "the database does not answer now: try again soon")
_SENTENCES: Mapping[int, tuple[str, Text]] = {
    400: ("malformed", text("请求格式不正确", "the request is malformed")),
    404: ("not_found", text("没有这个地址", "there is nothing at this address")),
    405: ("method_not_allowed", text("这个地址不支持该方法", "this address takes other methods")),
    413: ("too_large", text("请求内容过大", "the body is too large")),
    415: ("unsupported_media_type", text("不支持的内容类型", "the content type is not supported")),
}


def _from_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:  # a redirect that the router asks for
        redirect = error.get_response()
        return Response(redirect.get_data(), status, dict(redirect.headers))
    code, said = _SENTENCES.get(status, ("rejected", text("请求被拒绝", "the request is refused")))
    headers = {}
    allowed = getattr(error, "valid_methods", None)
    if status == 405 and allowed:
        headers["Allow"] = ", ".join(sorted(allowed))
    if isinstance(error, RequestEntityTooLarge):
        headers["Connection"] = "close"
    return problem(status, code, said, headers=headers)


def handle_errors(app: Flask) -> None:
    """Every exception becomes a problem, also in tests."""
    app.register_error_handler(Exception, _handled)


def _handled(error: Any) -> Response:
    return from_error(error)
