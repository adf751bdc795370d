"""Accounts and budgets come to their money in the order of the events, also within a wave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from engine.core.event import Event
from engine.settlement.sale import order_key

_SHARED = ("account:", "budget:")


def order_of(event: Event) -> str:
    """The key of the order an event tells of; "" where it tells of none."""
    for name, number in (("order", "external_id"), ("refund", "order_id")):
        record = event.data.get(name)
        if isinstance(record, dict) and record.get("platform") and record.get(number):
            return order_key(record, number)
    return ""


def in_order_of_events(rows: Sequence[Any], places: Mapping[str, int]) -> list[Any]:
    """Work of accounts and budgets in the order of the events it comes from.

    A wave's orders are worked on side by side, so their messages come as each is done: a refund,
    which has less to look up, before an order. One after the other, as live, they come in order.
    What one party is to post may be spread over several messages, each of several orders.
    """
    found = list(rows)
    if not any(row.kind == "effect" and row.ref.startswith(_SHARED) for row in found):
        return found
    _deal(found, places)
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


def _deal(rows: Sequence[Any], places: Mapping[str, int]) -> None:
    """Each party's posts in order through its messages; each keeps how many it has."""
    by_party: dict[str, list[list[Any]]] = {}
    for row in rows:
        if row.kind == "effect" and row.ref.startswith("account:"):
            posts = (row.payload.get("args") or {}).get("posts")
            if posts:
                by_party.setdefault(row.ref, []).append(posts)
    for messages in by_party.values():
        ordered = [one for posts in messages for one in posts]
        ordered.sort(key=lambda one: places.get(_order_of_post(one), -1))
        rest = iter(ordered)
        for posts in messages:
            posts[:] = islice(rest, len(posts))


def _order_of_post(post: Mapping[str, Any]) -> str:
    return str(post["parts"][0]["order"]) if post.get("parts") else ""


def _order_posted(payload: Mapping[str, Any]) -> str:
    posted = (payload.get("args") or {}).get("posts") or ()
    return _order_of_post(posted[0]) if posted else ""
