"""The addresses platforms and other systems push to. Nobody signs in here: signatures count.

    /hooks/<connector>/<connection>      a platform's push, verified by its connector
    /hooks/flows/<flow>/<node>           a call that starts one flow

With several tenants the connection or flow is qualified: `<tenant>.<key>`.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request
from pydantic import Field

from api.answers import answer
from api.context import context, world
from api.events import parse
from api.resource import PUBLIC, Model, Resource, Shown
from api.shapes import ReceivedEvent
from api.tenancy import place_of, tenant_of
from engine.core.connector import Request
from engine.core.errors import NotFound, Unavailable
from engine.core.text import text
from engine.runtime.connections import kept_connection
from engine.runtime.entrances import find_door, take_call
from engine.runtime.hooks import take_push

resource = Resource("hooks", text("推送地址", "Addresses that platforms push to"), prefix="/hooks")

_KEY = r"^([A-Za-z0-9_-]{1,60}\.)?[a-z][a-z0-9_-]{0,63}$"
_ANY: dict[str, Any] = {
    "required": False,
    "description": "As the platform sends it, signed as the platform signs.",
    "content": {"*/*": {"schema": {}}},
}


class HookPath(Model):
    """Which connection."""

    connector: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", examples=["douyin"])
    connection: str = Field(pattern=_KEY, examples=["douyin-shop"])


class FlowHookPath(Model):
    """Which trigger of which flow."""

    flow: str = Field(pattern=_KEY)
    node: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")


class Started(Shown):
    """The call was received."""

    event: ReceivedEvent


def take(path: HookPath) -> Response:
    """One push: verified and translated by the connector, received once, answered as it says."""
    row, connector = kept_connection(world(), *place_of(path.connection))
    if connector.type != path.connector:
        raise NotFound(text("没有这个地址", "there is nothing at this address"))
    if row.status == "paused":
        # 503: platforms send it again later.
        raise Unavailable(text("对接已暂停", "the connection is paused"))
    reply, receipts = take_push(world(), row, connector, asked())
    context().meters.count_events(receipts)
    return Response(reply.body, status=reply.status, content_type=reply.content_type)


def asked() -> Request:
    """The request as connectors see it."""
    return Request(
        method=request.method,
        path=request.path,
        query=dict(request.args),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.get_data(),
        received_at=world().now(),
    )


_SAID: dict[str, Any] = {
    "act": PUBLIC,
    "answers": dict.fromkeys((200, 201, 202), "*/*") | {204: None},
    "limit": "hook",
    "problems": (401, 403, 404, 409),
}
_TAKEN: dict[str, Any] = {
    **_SAID,
    "content": ("*/*",),
    "document": {"requestBody": _ANY},
}


@resource.get("/<connector>/<connection>", **_SAID)
def hook_get(path: HookPath) -> Response:
    """A platform verifies the address, or pushes by GET."""
    return take(path)


@resource.post("/<connector>/<connection>", **_TAKEN)
def hook_post(path: HookPath) -> Response:
    """A platform's push."""
    return take(path)


@resource.put("/<connector>/<connection>", **_TAKEN)
def hook_put(path: HookPath) -> Response:
    """A push by PUT."""
    return take(path)


@resource.patch("/<connector>/<connection>", **_TAKEN)
def hook_patch(path: HookPath) -> Response:
    """A push by PATCH."""
    return take(path)


@resource.delete("/<connector>/<connection>", **_TAKEN)
def hook_delete(path: HookPath) -> Response:
    """A push by DELETE."""
    return take(path)


@resource.post(
    "/flows/<flow>/<node>",
    act=PUBLIC,
    answers={202: Started},
    content=("application/json", "*/*"),
    limit="hook",
    problems=(401,),
    document={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    },
)
def call_flow(path: FlowHookPath) -> Response:
    """Starts a flow by its webhook trigger.

    Signed by HMAC-SHA256 with the trigger's secret: Standard Webhooks (`webhook-id`,
    `webhook-timestamp`, `webhook-signature`), or `x-timestamp` and `x-signature` over
    `timestamp.body`. The same signed call again starts nothing.
    """
    tenant, key = tenant_of(path.flow)
    door = find_door(world(), tenant, key, path.node, "webhook")
    found = take_call(world(), tenant, door, asked(), parse)
    return answer({"event": ReceivedEvent.model_validate(found)}, 202)
