"""Oneself: name and language, password, second factor, sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import available_timezones

from flask import Response
from pydantic import AfterValidator, Field

from api import etags
from api.answers import answer
from api.context import caller, context, options, world
from api.org import Name
from api.permissions import require_second_factor
from api.resource import PERSON, Model, Resource, Shown
from api.session import Code
from api.users import User, show
from engine.core.text import Locale, text
from engine.core.wording import Wrong
from engine.runtime import second_factor, sessions, users

resource = Resource("me", text("我的账号", "One's own account"))


def _known_zone(value: str) -> str:
    if value not in available_timezones():
        raise Wrong("没有这个时区", "there is no such time zone")
    return value


Zone = Annotated[str, AfterValidator(_known_zone), Field(max_length=60, examples=["Asia/Shanghai"])]


class Self(Model):
    """What one says of oneself."""

    name: Name
    locale: Locale
    zone: Zone | None = None


class NewPassword(Model):
    """A change of password."""

    old: str = Field(min_length=1, max_length=400)
    new: str = Field(min_length=1, max_length=400)


class Confirmation(Model):
    """The password once more."""

    password: str = Field(min_length=1, max_length=400)


class Enrolment(Shown):
    """What an authenticator app needs."""

    secret: str
    uri: str = Field(description="otpauth:// for a QR code")
    ticket: str = Field(description="Comes back with the first code, within 15 minutes")


class FirstCode(Model):
    """The first code of an app, and the ticket of its enrolment."""

    ticket: str = Field(min_length=1, max_length=1000)
    code: Code


class RecoveryCodes(Shown):
    """Codes for when the app is lost; shown once, each works once."""

    recovery_codes: list[str]


class OwnSession(Shown):
    """Where one is signed in."""

    is_this: bool
    created_at: datetime
    seen_at: datetime
    until: datetime
    address: str | None
    agent: str | None


class OwnSessions(Shown):
    """Everywhere one is signed in, the one seen last first."""

    items: list[OwnSession]


class Ended(Shown):
    """How many sessions were ended."""

    ended: int


@resource.get("/me", act=PERSON, answers={200: User}, etag=True)
def read_me() -> Response:
    """Oneself."""
    row, held = users.read_self(world(), caller())
    return answer(show(row, held), etag=etags.tag(row.revision))


@resource.put("/me", act=PERSON, answers={200: User}, if_match=True, etag=True)
def update_me(body: Self) -> Response:
    """Changes one's own name, language and time zone."""
    revision = etags.check(users.read_self(world(), caller())[0].revision)
    users.update_self(world(), caller(), revision, body.model_dump())
    return read_me()


@resource.put("/me/password", act=PERSON, answers={204: None})
def change_password(body: NewPassword) -> Response:
    """Changes one's own password; all other sessions end."""
    context().limiter.hit("code", caller().id)
    users.change_own_password(world(), caller(), body.old, body.new, passwords=options().passwords)
    return answer(status=204)


@resource.post("/me/second-factor", act=PERSON, answers={200: Enrolment})
def begin_second_factor(body: Confirmation) -> Response:
    """Begins to enrol an authenticator app; nothing changes before its first code."""
    if caller().has_second_factor:
        require_second_factor(caller())
    context().limiter.hit("code", caller().id)
    found = second_factor.begin_enrolment(
        world(), caller(), body.password, passwords=options().passwords
    )
    return answer(Enrolment.model_validate(found))


@resource.put("/me/second-factor", act=PERSON, answers={200: RecoveryCodes})
def finish_second_factor(body: FirstCode) -> Response:
    """Takes the app into use, if its first code is right; gives the recovery codes, once."""
    if caller().has_second_factor:
        require_second_factor(caller())
    context().limiter.hit("code", caller().id)
    codes = second_factor.finish_enrolment(world(), caller(), body.ticket, body.code)
    return answer(RecoveryCodes(recovery_codes=codes))


@resource.delete("/me/second-factor", act=PERSON, key_act=True, answers={204: None})
def remove_second_factor() -> Response:
    """Takes one's own second factor away; key acts are closed from then on."""
    second_factor.remove(world(), caller(), caller().id)
    return answer(status=204)


@resource.post("/me/recovery-codes", act=PERSON, key_act=True, answers={200: RecoveryCodes})
def renew_recovery_codes() -> Response:
    """Ten new recovery codes; those from before no longer work."""
    codes = second_factor.new_recovery_codes(world(), caller())
    return answer(RecoveryCodes(recovery_codes=codes))


@resource.get("/me/sessions", act=PERSON, answers={200: OwnSessions})
def list_my_sessions() -> Response:
    """Everywhere one is signed in."""
    who = caller()
    items = [
        OwnSession(
            is_this=row.id == who.session,
            created_at=row.created_at,
            seen_at=row.seen_at,
            until=row.until,
            address=row.address,
            agent=row.agent,
        )
        for row in sessions.list_own(world(), who)
    ]
    return answer(OwnSessions(items=items))


@resource.delete("/me/sessions", act=PERSON, answers={200: Ended})
def end_my_other_sessions() -> Response:
    """Signs out everywhere else; this session stays."""
    ended = sessions.sign_out_everywhere(world(), caller(), caller().id, keep_this=True)
    return answer(Ended(ended=ended))
