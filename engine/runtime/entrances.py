"""Entrances: a flow is started by hand, by a form, or by another system's call to its address.

What is handed in becomes one event with the source `/jimu/starts/<kind>`. It names the flow and the
trigger (`data.start`) and holds what was handed in (`data.inputs`). From there on it is an event
like any other: received once, started once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from connectors.webhook.signature import key_of, verify
from engine.core.connector import Request
from engine.core.errors import Conflict, InvalidInput, NotFound, Problem, Unauthenticated
from engine.core.event import Event
from engine.core.ids import new_id
from engine.core.schema import check_value
from engine.core.text import text
from engine.core.triggers import Entrance
from engine.runtime.carrying import open_secret
from engine.runtime.inbox import Received, receive
from engine.runtime.memory import LiveFlow
from engine.runtime.start import OWN_STARTS
from engine.runtime.world import World
from engine.store import customers as customer_store

Kind = Literal["manual", "form", "webhook"]
NO_SCHEMA: Mapping[str, Any] = {"type": "object"}


@dataclass(frozen=True, slots=True)
class Door:
    """One entrance of a live flow."""

    flow: LiveFlow
    node: str
    name: str  # the flow's, for people
    entrance: Entrance

    @property
    def schema(self) -> Mapping[str, Any]:
        """JSON Schema of what is handed in."""
        return self.entrance.schema or NO_SCHEMA


def find_door(world: World, tenant: str, flow_key: str, node: str, kind: Kind) -> Door:
    """An entrance by flow and node; NotFound when the flow is not live or has no such trigger."""
    with world.db.reading() as conn:
        world.memory.refresh(conn)
    flow = world.memory.tenant(tenant).by_key.get(flow_key)
    found = flow.version.triggers.get(node) if flow else None
    if flow is None or not isinstance(found, Entrance) or found.kind != kind:
        raise NotFound(
            text(
                f"没有这个入口：流程 {flow_key} 的 {node}",
                f"there is no such entrance: {node} of flow {flow_key}",
            )
        )
    return Door(flow, node, flow.version.flow.name, found)


def hand_in(
    world: World,
    tenant: str,
    door: Door,
    inputs: Any,
    *,
    by: str | None = None,
    customer: str | None = None,
    name: str | None = None,
) -> Received:
    """Starts the flow with what was handed in; InvalidInput with paths when it does not fit.

    `customer` says whose run it is. `name` names the call: the same name again is the same start.
    """
    problems = check_value(door.schema, inputs)
    if not problems and not isinstance(inputs, dict):
        problems = [Problem("", text("应为对象", "must be an object"), "type")]
    if problems:
        raise InvalidInput(text("填写的内容不合要求", "what is handed in does not fit"), problems)
    now, kind = world.now(), door.entrance.kind
    data: dict[str, Any] = {}
    if customer is not None:
        _check_customer(world, tenant, customer)
        data["customer"] = {"id": customer}  # first: the inbox takes the first record as owner
    data["start"] = {"flow": door.flow.flow_id, "node": door.node, "by": by}
    data["inputs"] = inputs
    event = Event(
        id=f"{door.flow.flow_id}/{door.node}/{name or new_id('call', now)}",
        source=OWN_STARTS + kind,
        type=f"flow.{kind}",
        time=now,
        data=data,
        subject=f"{door.flow.key}/{door.node}",
    )
    (received,) = receive(world, tenant, [event])
    return received


def take_call(
    world: World, tenant: str, door: Door, request: Request, parse: Callable[[bytes], Any]
) -> Received:
    """Another system's call: verified, then handed in. The same signed call again starts nothing.

    Signed as the webhook connector understands it (Standard Webhooks, or x-timestamp and
    x-signature). A trigger without a secret takes every call.
    """
    secret = door.entrance.secret
    name = None
    if secret:
        try:
            key = key_of(open_secret(world, tenant, secret))
        except (ValueError, InvalidInput):
            raise Conflict(
                text("这个入口的签名密钥不可用", "the entrance's signing secret cannot be used")
            ) from None
        verify(request.headers, request.body, [key], request.received_at)
        name = _name_of(request)
    elif any(one in request.headers for one in ("webhook-signature", "x-signature")):
        raise Unauthenticated(
            text(
                "这个入口没有签名密钥，不能验签",
                "this entrance has no secret: the signature cannot be verified",
            )
        )
    return hand_in(world, tenant, door, parse(request.body), name=name)


def _name_of(request: Request) -> str:
    """The call's own name: what its signature covers."""
    headers = request.headers
    if "webhook-signature" in headers:
        said = f"id:{headers['webhook-id']}".encode()
    else:
        said = f"at:{headers['x-timestamp']}.".encode() + request.body
    return hashlib.sha256(said).hexdigest()[:32]


def _check_customer(world: World, tenant: str, customer: str) -> None:
    with world.db.reading() as conn:
        found = customer_store.load_customers(conn, tenant, [customer])
    if customer not in found:
        raise InvalidInput(
            text("没有这位客户", "there is no such customer"),
            [Problem("/customer", text("没有这位客户", "there is no such customer"), "unknown")],
        )
