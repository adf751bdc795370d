"""Entrances for people: forms that start a flow, and flows started by hand."""

from __future__ import annotations

from typing import Any

from flask import Response
from pydantic import Field

from api.answers import answer
from api.context import caller, known_caller, locale, tenant, world
from api.resource import PUBLIC, Model, Resource, Shown
from api.shapes import FlowKey, ReceivedEvent
from api.tenancy import tenant_of
from engine.core.catalog import said
from engine.core.errors import InvalidInput, NotFound, Problem, Unauthenticated
from engine.core.text import text
from engine.runtime.entrances import Door, find_door, hand_in

resource = Resource("forms", text("表单与手动执行", "Forms and flows started by hand"))

_NODE = r"^[A-Za-z][A-Za-z0-9_]{0,63}$"


class FormPath(Model):
    """Which form; with several tenants the flow is `<tenant>.<key>`."""

    flow: str = Field(pattern=r"^([A-Za-z0-9_-]{1,60}\.)?[a-z][a-z0-9_-]{0,63}$")
    node: str = Field(pattern=_NODE)


class StartPath(Model):
    """Which manual trigger of which flow."""

    key: FlowKey
    node: str = Field(pattern=_NODE)


class FormShown(Shown):
    """What a form's page is drawn from."""

    flow: str
    node: str
    title: str
    schema_: dict[str, Any] = Field(alias="schema", description="JSON Schema of what is filled in")


class FormBody(Model):
    """What was filled in."""

    values: dict[str, Any]


class StartBody(Model):
    """What is needed to start, and for whom."""

    values: dict[str, Any] = Field(default_factory=dict)
    customer: str | None = Field(
        None, pattern=r"^cus_[0-9A-Z]{26}$", description="The customer whose run it is"
    )


class Received(Shown):
    """It was received and starts the flow."""

    event: ReceivedEvent


@resource.get("/forms/<flow>/<node>", act=PUBLIC, answers={200: FormShown}, problems=(401,))
def read_form(path: FormPath) -> Response:
    """A form's fields. One that is not public needs a colleague who is signed in."""
    _, door = _door(path)
    schema = said(door.schema, locale())
    title = str(schema.get("title") or door.name)
    return answer({"flow": path.flow, "node": path.node, "title": title, "schema": schema})


@resource.post("/forms/<flow>/<node>", act=PUBLIC, answers={202: Received}, problems=(401,))
def submit_form(path: FormPath, body: FormBody) -> Response:
    """Hands a form in: it starts the flow."""
    tenant_id, door = _door(path)
    who = known_caller()
    return _handed_in(tenant_id, door, body.values, by=who.id if who else None)


@resource.post("/flows/<key>/start/<node>", act="runs.act", answers={202: Received})
def start_flow(path: StartPath, body: StartBody) -> Response:
    """Starts a flow by hand."""
    door = find_door(world(), tenant(), path.key, path.node, "manual")
    return _handed_in(tenant(), door, body.values, by=caller().id, customer=body.customer)


def _door(path: FormPath) -> tuple[str, Door]:
    tenant_id, key = tenant_of(path.flow)
    door = find_door(world(), tenant_id, key, path.node, "form")
    who = known_caller()
    if not door.entrance.public:
        if who is None:
            raise Unauthenticated(text("请先登录再填写", "sign in to fill this in"))
        if who.tenant != tenant_id:
            raise NotFound(text("没有这个表单", "there is no such form"))
    return tenant_id, door


def _handed_in(tenant_id: str, door: Door, values: Any, **more: Any) -> Response:
    try:
        found = hand_in(world(), tenant_id, door, values, **more)
    except InvalidInput as error:
        problems = [
            one if one.path == "/customer" else Problem(f"/values{one.path}", one.message, one.code)
            for one in error.problems
        ]
        raise InvalidInput(error.message, problems) from None
    return answer({"event": ReceivedEvent.model_validate(found)}, 202)
