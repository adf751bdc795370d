"""Accounts and budgets come to their money in the order of the events, also within a wave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.core.event import Event
from engine.settlement.sale import order_key


def order_of(event: Event) -> str:
    """The key of the order an event tells of; "" where it tells of none."""
    for name, number in (("order", "external_id"), ("refund", "order_id")):
        record = event.data.get(name)
        if isinstance(record, Mapping) and record.get("platform") and record.get(number):
            return order_key(record, number)
    return ""


def in_order_of_events(rows: Sequence[Any], places: Mapping[str, int]) -> list[Any]:
    """Work of accounts and budgets in the order of the events it comes from.

    A wave's orders are worked on side by side, so their messages come as each is done: a refund,
    which has less to look up, before an order. One after the other, as live, they come in order.
    """
    found = list(rows)
    posts = {
        at: places.get(_order_posted(row.payload), -1)
        for at, row in enumerate(found)
        if row.kind == "effect" and row.ref.startswith("account:")
    }
    asks = {
        at: str((row.payload.get("args") or {}).get("key") or "")
        for at, row in enumerate(found)
        if row.kind == "effect" and row.ref.startswith("budget:")
    }
    for ranks in (posts, asks):
        ordered = [found[at] for at in sorted(ranks, key=lambda at: (ranks[at], at))]
        for at, row in zip(sorted(ranks), ordered, strict=True):
            found[at] = row
    return found


def _order_posted(payload: Mapping[str, Any]) -> str:
    posted = (payload.get("args") or {}).get("posts") or ()
    return str(posted[0]["parts"][0]["order"]) if posted and posted[0].get("parts") else ""
