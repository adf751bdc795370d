"""What a request may reach: the world, the settings, who is calling, in which language."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from flask import current_app, g, has_request_context, request

from api.limits import Limiter
from api.live import Live
from api.meters import Meters
from engine.core.errors import Unauthenticated
from engine.core.text import Locale, text
from engine.runtime.passwords import STRONG, Passwords
from engine.runtime.principal import Principal
from engine.runtime.world import World
from engine.settings import Settings

KEY = "jimu"
DIST = Path(__file__).resolve().parents[1] / "designer" / "dist"


@dataclass(frozen=True, slots=True)
class Options:
    """What tests set otherwise than an installation does."""

    passwords: Passwords = STRONG
    screens: Path = DIST  # the built designer
    check_answers: bool = False  # whether answers are held against their schema
    rates: dict[str, int] = field(default_factory=dict)  # calls a minute, see api/limits.py


@dataclass(slots=True)
class Context:
    """Everything of one application; `world` is None when only the document is wanted."""

    world: World | None
    settings: Settings
    options: Options
    limiter: Limiter
    live: Live
    meters: Meters


def context() -> Context:
    return cast(Context, current_app.extensions[KEY])


def world() -> World:
    """The world this application works on."""
    found = context().world
    if found is None:
        raise RuntimeError("this application only describes itself")
    return found


def settings() -> Settings:
    return context().settings


def options() -> Options:
    return context().options


def caller() -> Principal:
    """Who is calling; Unauthenticated on a public endpoint that nobody signed in to."""
    found = known_caller()
    if found is None:
        raise Unauthenticated(text("请先登录", "sign in first"))
    return found


def known_caller() -> Principal | None:
    """Who is calling, None for nobody."""
    return g.get("principal") if has_request_context() else None


def tenant() -> str:
    """The caller's tenant: what every query names."""
    return caller().tenant


def address() -> str | None:
    """The caller's network address.

    Behind a proxy (the public address is another than the one listened on) the proxy's last word
    in X-Forwarded-For counts, if the connection comes from this machine or a private network.
    """
    return cast("str | None", g.get("address"))


def locale() -> Locale:
    """Accept-Language where it names one of ours, else the caller's own, else Chinese."""
    named = request.accept_languages.best_match(["zh", "en"]) if has_request_context() else None
    if named is not None:
        return "en" if named == "en" else "zh"
    who = known_caller()
    return (who.locale if who else None) or "zh"
