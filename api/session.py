"""Signing in and out, and giving the second factor."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from flask import Response, request
from pydantic import Field, StringConstraints

from api.answers import answer
from api.auth import clear_cookie, set_cookie
from api.context import address, caller, context, options, world
from api.permissions import SECOND_FACTOR_FOR
from api.resource import PERSON, PUBLIC, Model, Resource, Shown
from engine.core.text import Locale, text
from engine.runtime import second_factor, sessions
from engine.runtime.principal import Principal
from engine.runtime.sessions import WrongCode

resource = Resource("auth", text("登录", "Sessions of people: sign in, sign out, second factor"))

Code = Annotated[str, StringConstraints(min_length=6, max_length=40), Field(examples=["492039"])]


class Login(Model):
    """Who signs in."""

    login: str = Field(min_length=1, max_length=120, examples=["boss"])
    password: str = Field(min_length=1, max_length=400, examples=["…"])
    code: Code | None = Field(None, description="Of the second factor, or a recovery code")
    tenant: str | None = Field(
        None, min_length=1, max_length=120, description="Where there are several"
    )


class GivenCode(Model):
    """A code of the second factor, or a recovery code."""

    code: Code


class SessionUser(Shown):
    """Who is signed in."""

    id: str
    tenant: str
    name: str
    locale: Locale


class Session(Shown):
    """A session: who, what they may do, and the token every write needs."""

    user: SessionUser
    acts: list[str] = Field(description="Acts held anywhere in the org tree")
    csrf: str = Field(description="Goes into X-CSRF-Token of every write")
    has_second_factor: bool
    second_factor_until: datetime | None = Field(description="Key acts are open until then")
    must_change_password: bool


def show(who: Principal) -> Session:
    given = who.second_factor_at
    return Session(
        user=SessionUser(id=who.id, tenant=who.tenant, name=who.name, locale=who.locale or "zh"),
        acts=sorted(who.acts),
        csrf=who.csrf or "",
        has_second_factor=who.has_second_factor,
        second_factor_until=given + SECOND_FACTOR_FOR if given else None,
        must_change_password=who.must_change_password,
    )


@resource.post("/auth/login", act=PUBLIC, answers={200: Session}, problems=(401,))
def sign_in(body: Login) -> Response:
    """Signs a person in: sets the session's cookie.

    Who has a second factor and sends no code is refused with `second_factor_needed`: send it all
    again with the code.
    """
    limiter, place = context().limiter, address() or "-"
    tenant = sessions.tenant_of_login(world(), body.tenant)
    name = f"{tenant}/{body.login}"
    limiter.hit("login_address", place)
    limiter.hit("login", f"{name}/{place}")
    limiter.hit("login_name", name)
    found = sessions.sign_in(
        world(),
        tenant,
        body.login,
        body.password,
        body.code,
        address=address(),
        agent=request.headers.get("User-Agent"),
        passwords=options().passwords,
    )
    response = answer(show(found.who))
    set_cookie(response, found.token)
    return response


@resource.get("/auth/session", act=PERSON, answers={200: Session})
def read_session() -> Response:
    """Who is signed in."""
    return answer(show(caller()))


@resource.delete("/auth/session", act=PERSON, answers={204: None})
def sign_out() -> Response:
    """Signs out: this session ends."""
    sessions.sign_out(world(), caller())
    response = answer(status=204)
    clear_cookie(response)
    return response


@resource.post("/auth/second-factor", act=PERSON, answers={204: None})
def give_second_factor(body: GivenCode) -> Response:
    """Gives the second factor once more: key acts are open for the next ten minutes."""
    who = caller()
    context().limiter.hit("code", who.id)
    if not second_factor.give(world(), who, body.code):
        raise WrongCode(text("动态口令不正确", "the code is wrong"))
    return answer(status=204)
