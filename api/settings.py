"""The tenant's own settings: name, zone, currency, rules for every message."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response
from pydantic import Field, StringConstraints

from api import etags
from api.answers import answer
from api.context import caller, tenant, world
from api.me import Zone
from api.org import Name
from api.resource import SIGNED_IN, Model, Resource, Shown
from engine.core.text import text
from engine.runtime import tenant as own

resource = Resource("settings", text("企业设置", "The tenant's settings"))

TimeOfDay = Annotated[
    str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), Field(examples=["22:00"])
]
Span = Annotated[
    str,
    StringConstraints(pattern=r"^P([1-9][0-9]{0,2}D|T[1-9][0-9]{0,3}[HM])$"),
    Field(description="ISO 8601: days, hours or minutes", examples=["P1D"]),
]


class Quiet(Model):
    """Hours in which no marketing message goes out."""

    from_: TimeOfDay = Field(alias="from")
    until: TimeOfDay


class Cap(Model):
    """How many marketing messages one person gets."""

    limit: int = Field(ge=1, le=1000)
    within: Span


class Messages(Model):
    """Rules for every message; service messages are not held back."""

    quiet: Quiet | None = None
    cap: Cap | None = None


class SettingsBody(Model):
    """What a tenant is set to."""

    name: Name
    zone: Zone = "Asia/Shanghai"
    currency: str = Field("CNY", pattern=r"^[A-Z]{3}$")
    messages: Messages = Field(default_factory=Messages)


class SettingsShown(Shown):
    """The tenant's settings."""

    name: str
    zone: str
    currency: str
    messages: dict[str, Any]


def shown(found: dict[str, Any]) -> Response:
    return answer(SettingsShown(**found), etag=etags.tag(own.fingerprint(found)))


@resource.get("/settings", act=SIGNED_IN, answers={200: SettingsShown}, etag=True)
def read_settings() -> Response:
    """The tenant's settings."""
    return shown(own.read_settings(world(), tenant()))


@resource.put(
    "/settings", act="settings.edit", answers={200: SettingsShown}, if_match=True, etag=True
)
def update_settings(body: SettingsBody) -> Response:
    """Changes the tenant's settings."""
    revision = etags.check(own.fingerprint(own.read_settings(world(), tenant())))
    values = body.model_dump(by_alias=True)
    values["messages"] = {
        name: found for name, found in values["messages"].items() if found is not None
    }
    # The guard of messages keeps its hours in the tenant's own zone.
    if values["messages"]:
        values["messages"]["zone"] = values["zone"]
    return shown(own.update_settings(world(), caller(), revision, values))
