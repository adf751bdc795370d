"""The gate every call goes through, before its endpoint and after.

1. Give the call an id; refuse addresses that no database takes and bodies that are too long.
2. Find the endpoint's access. One that declares none is never called.
3. Say who is calling; count the call.
4. Check origin and CSRF token, the act, and for key acts the second factor.
5. Check the content type; answer a repeated write from what was kept.
Afterwards: keep the answer of a write, set the headers every answer has, read what is left of the
body, measure, log.
"""

from __future__ import annotations

import re
import secrets
import time
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import NotFound, RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from api import idempotency, screens
from api.auth import address_of, check_origin, identify
from api.context import address, context, known_caller, settings
from api.errors import Unsupported
from api.headers import set_headers
from api.permissions import check_access
from api.resource import PUBLIC, Access
from api.strict_json import check_text
from api.unread import finish_body
from engine.core.errors import Unauthenticated
from engine.core.text import text
from engine.runtime.principal import Principal

log = structlog.get_logger("api")
_OWN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def put_gate(app: Flask) -> None:
    app.before_request(enter)
    app.after_request(leave)


def enter() -> AnyResponse | None:
    """Everything before the endpoint; a response here is the answer."""
    structlog.contextvars.clear_contextvars()
    g.begun = time.perf_counter()
    sent = request.headers.get("X-Request-Id", "")
    g.request_id = sent if _OWN_ID.fullmatch(sent) else secrets.token_hex(8)
    g.address = address_of(request)
    structlog.contextvars.bind_contextvars(request=g.request_id)
    check_text(request.path)
    for name, value in request.args.items(multi=True):
        check_text(name + value)
    access = _access()
    _check_length(access)
    if access is None:
        if isinstance(request.routing_exception, NotFound):
            return screens.serve(request)
        return None
    if request.method == "OPTIONS":
        return None
    who = g.principal = _identify(access)
    _count(access)
    # What is open to anybody needs no token of a session that happens to be there.
    check_origin(request, None if access.act == PUBLIC else who)
    if who is not None:
        structlog.contextvars.bind_contextvars(tenant=who.tenant, who=who.id)
        check_access(access, who)
    if access.is_write:
        _check_content(access)
        _check_unsaid_length()
        if who is not None and access.act != PUBLIC:
            return idempotency.begin(request, who)
    return None


def _identify(access: Access) -> Principal | None:
    """Who is calling. Where anybody may, a session that has ended or a foreign header is nobody."""
    try:
        who = identify(request, address())
    except Unauthenticated:
        if access.act == PUBLIC:
            return None
        context().limiter.hit("refused", address() or "-")
        raise
    if who is None and access.act != PUBLIC:
        raise Unauthenticated(text("请先登录", "sign in first"))
    return who


def _access() -> Access | None:
    if request.endpoint is None:
        return None
    found: Access | None = getattr(current_app.view_functions[request.endpoint], "access", None)
    if found is None:
        raise RuntimeError(f"the endpoint {request.endpoint} declares no act")
    return found


def _check_length(access: Access | None) -> None:
    most = (access.max_bytes if access else None) or settings().max_body_bytes
    # One more than allowed: a body that does not say its length is cut there, and then known.
    request.max_content_length = most + 1
    if request.content_length is not None and request.content_length > most:
        raise RequestEntityTooLarge


def _check_unsaid_length() -> None:
    most = request.max_content_length
    if not request.content_length and most is not None and len(request.get_data()) >= most:
        raise RequestEntityTooLarge


def _count(access: Access) -> None:
    limiter, who = context().limiter, known_caller()
    if access.limit is not None:
        limiter.hit(access.limit, address() or "-")
    elif who is None:
        limiter.hit("address", address() or "-")
    else:
        limiter.hit("person" if who.is_person else "key", who.id)


def _check_content(access: Access) -> None:
    # A page of another site can send these without asking: nothing that writes takes them.
    if "body" not in access.models and access.content == ("application/json",):
        return
    if "*/*" in access.content or request.mimetype in access.content:
        return
    wanted = ", ".join(access.content)
    raise Unsupported(text(f"Content-Type 应为 {wanted}", f"Content-Type must be {wanted}"))


def leave(response: Response) -> Response:
    """Everything after the endpoint, also after an error."""
    if "begun" not in g:  # the request was too broken for the gate
        g.begun, g.request_id = time.perf_counter(), secrets.token_hex(8)
    response = idempotency.end(response)
    if request.method == "GET" and response.status_code == 200 and "ETag" in response.headers:
        response.make_conditional(request)
    set_headers(response)
    finish_body(request, response)
    _log(response)
    return response


def _log(response: Response) -> None:
    took = time.perf_counter() - g.begun
    # The rule, not the address: some addresses hold a token.
    route = request.url_rule.rule if request.url_rule is not None else "-"
    context().meters.observe(request.method, route, response.status_code, took)
    said: dict[str, Any] = {
        "method": request.method,
        "route": route,
        "status": response.status_code,
        "ms": round(took * 1000, 1),
    }
    if "problem" in g:
        said["problem"] = g.problem
    level = log.warning if response.status_code >= 500 else log.info
    level("request", **said)
