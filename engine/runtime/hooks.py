"""Pushes of platforms: verified and translated by the connector, received by the inbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.core.connector import ConnectorType, Reply, Request
from engine.core.errors import InvalidInput, Problem
from engine.core.ids import new_id
from engine.core.text import text
from engine.runtime.connections import kept_link
from engine.runtime.inbox import receive
from engine.runtime.rows import as_json
from engine.runtime.world import World
from engine.store import connections as connection_store
from engine.store.bulk import insert_many


def take_push(
    world: World, row: Any, connector: ConnectorType, request: Request
) -> tuple[Reply, list[Any]]:
    """A platform's push: verified, translated, received once. Returns the reply and receipts.

    `row` is the connection's.
    """
    if connector.receive is None:
        raise InvalidInput(
            text(f"{connector.type} 不接收推送", f"{connector.type} takes no pushes"),
            [Problem("", text("此对接不接收推送", "this connection takes no pushes"))],
        )
    tenant, key = row.tenant, row.key
    reply = connector.receive(kept_link(world, row, connector), request)
    receipts: list[Any] = []
    bad = list(reply.review)
    if reply.events:
        try:
            receipts = receive(world, tenant, list(reply.events), connection=key)
        except InvalidInput:
            # One bad record must not hold up the others of its push.
            for event in reply.events:
                try:
                    receipts += receive(world, tenant, [event], connection=key)
                except InvalidInput as error:
                    bad.append(
                        {
                            "reason": error.problems[0].message
                            if error.problems
                            else error.message,
                            "record": dict(event.data),
                        }
                    )
    if bad and row.on_bad_record != "ignore":
        keep_for_review(world, tenant, key, bad, row.on_bad_record)
    return reply, receipts


def keep_for_review(
    world: World, tenant: str, key: str, bad: Sequence[Mapping[str, Any]], how: str
) -> None:
    """Records that could not be translated: for a person to look at, or parked."""
    now = world.now()
    with world.db.begin() as conn:
        insert_many(
            conn,
            connection_store.review_records,
            [
                {
                    "id": new_id("rev", now),
                    "tenant": tenant,
                    "connection": key,
                    # A column holds no null of JSON's: it would be no record at all.
                    "record": "null" if one["record"] is None else as_json(one["record"]),
                    "reason": one["reason"],
                    "status": "parked" if how == "park" else "open",
                    "received_at": now,
                }
                for one in bad
            ],
        )
