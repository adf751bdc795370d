"""Within a wave each party's money is posted in the order of the events."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from engine.runtime.simulate.ordering import in_order_of_events


def _told(party: str, *orders: str) -> Any:
    posts = [{"account": f"{party}|", "parts": [{"order": order}]} for order in orders]
    payload = {"kind": "settlement.post", "args": {"posts": posts}}
    return SimpleNamespace(kind="effect", ref=f"account:{party}", payload=payload)


def _said(row: Any) -> tuple[str, list[str]]:
    posts = row.payload["args"]["posts"]
    return row.ref.partition(":")[2], [one["parts"][0]["order"] for one in posts]


def test_posts_spread_over_messages_come_to_their_party_in_the_order_of_the_events() -> None:
    places = {f"o{number}": number for number in range(8)}
    event = SimpleNamespace(kind="event", ref="evt", payload=None)
    rows = [_told("a", "o5", "o2"), event, _told("b", "o4", "o1"), _told("a", "o6", "o0", "o3")]
    found = in_order_of_events(rows, places)
    assert found[1] is event
    assert [_said(row) for row in found if row is not event] == [
        ("a", ["o0", "o2"]),
        ("b", ["o1", "o4"]),
        ("a", ["o3", "o5", "o6"]),
    ]
