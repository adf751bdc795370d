"""Who is calling: a session's cookie for people, a bearer key for machines.

A person's unsafe call needs the session's CSRF token in X-CSRF-Token, and an Origin, where the
browser sends one, that is ours.
"""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from flask import Request, Response

from api.context import settings, world
from engine.core.errors import Forbidden, Unauthenticated
from engine.core.text import text
from engine.runtime.api_keys import by_key
from engine.runtime.principal import Principal
from engine.runtime.sessions import LASTS_FOR, by_session

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class CsrfFailed(Forbidden):
    """The call did not come from our own page."""

    code = "csrf"


def identify(request: Request, address: str | None) -> Principal | None:
    """Who is calling; None when nothing was shown, Unauthenticated when it is not valid."""
    shown = request.headers.get("Authorization")
    if shown is not None:
        scheme, _, value = shown.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated(text("只支持 Bearer 接口密钥", "only Bearer keys are taken here"))
        return by_key(world(), value.strip(), address)
    token = request.cookies.get(cookie_name())
    return None if token is None else by_session(world(), token, address)


def check_origin(request: Request, who: Principal | None) -> None:
    """CsrfFailed for an unsafe call that a foreign page may have made."""
    if request.method in SAFE or (who is not None and not who.is_person):
        return
    origin = request.headers.get("Origin")
    own = {_origin(settings().public_url), _origin(request.host_url)}
    if origin is not None and origin not in own:
        raise CsrfFailed(text("请求来自其他网站", "the call comes from another site"))
    if who is None:
        return
    sent = request.headers.get("X-CSRF-Token", "")
    if not who.csrf or not hmac.compare_digest(sent.encode(), who.csrf.encode()):
        raise CsrfFailed(
            text("缺少或错误的 X-CSRF-Token", "X-CSRF-Token is missing or wrong: read it anew")
        )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_secure() -> bool:
    return settings().public_url.startswith("https:")


def cookie_name() -> str:
    """`__Host-` binds the cookie to this very host, where HTTPS allows it."""
    return "__Host-jimu" if _is_secure() else "jimu"


def set_cookie(response: Response, token: str) -> None:
    response.set_cookie(
        cookie_name(),
        token,
        max_age=int(LASTS_FOR.total_seconds()),
        httponly=True,
        secure=_is_secure(),
        samesite="Lax",
        path="/",
    )


def clear_cookie(response: Response) -> None:
    response.set_cookie(
        cookie_name(),
        "",
        max_age=0,
        httponly=True,
        secure=_is_secure(),
        samesite="Lax",
        path="/",
    )


def address_of(request: Request) -> str | None:
    """The caller's address; see context.address."""
    direct = request.remote_addr
    said = request.headers.get("X-Forwarded-For")
    if direct is None or not said or not _is_behind_proxy():
        return direct
    try:
        near = ipaddress.ip_address(direct)
        last = ipaddress.ip_address(said.rpartition(",")[2].strip())
    except ValueError:
        return direct
    return str(last) if near.is_loopback or near.is_private else direct


def _is_behind_proxy() -> bool:
    own = settings()
    public = urlsplit(own.public_url)
    return public.hostname != own.host or public.port != own.port


def is_on_this_machine(request: Request) -> bool:
    """Whether the call comes from this machine itself, and not through a proxy on it."""
    public = urlsplit(settings().public_url).hostname or ""
    try:
        here = ipaddress.ip_address(request.remote_addr or "").is_loopback
        local = public == "localhost" or ipaddress.ip_address(public).is_loopback
    except ValueError:
        return False
    return here and local and "X-Forwarded-For" not in request.headers
