"""A quote in process: one order by a published card, with the account's totals from PostgreSQL."""

from __future__ import annotations

import time

from benchmarks.figure import Figure
from benchmarks.installation import TENANT, installation
from benchmarks.settle_month import card
from engine.runtime.principal import system
from engine.runtime.settling.parties import create_party, set_accounts
from engine.runtime.settling.quoting import quote
from engine.runtime.settling.rate_cards import create_card, publish_card

QUOTES = 1_000


def measure(quotes: int = QUOTES) -> Figure:
    """The time that 95 of 100 quotes stay under."""
    with installation() as world:
        create_card(world, system(TENANT), card())
        publish_card(world, system(TENANT), "creators")
        row = create_party(world, system(TENANT), {"kind": "creator", "name": "晚晚"})
        set_accounts(world, system(TENANT), row.id, [("douyin", "wanwan")])
        times = []
        for number in range(quotes):
            order = _order(number)
            began = time.perf_counter()
            found = quote(world, TENANT, "creators", order)
            times.append(time.perf_counter() - began)
            if len(found.lines) != 2:
                raise RuntimeError(f"{len(found.lines)} lines instead of 2")
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)] * 1_000
    detail = {"median_ms": round(ordered[len(ordered) // 2] * 1_000, 2), "quotes": quotes}
    return Figure("quote", "an order of two lines by a card with tiers, 95 of 100 under",
                  round(p95, 2), "ms", 5.0, is_better_high=False, detail=detail)  # fmt: skip


def _order(number: int) -> dict[str, object]:
    lines = [
        {"id": str(index), "name": "眼霜", "sku": "EYE-15", "amount": f"{index + 1}28.50"}
        for index in range(2)
    ]
    return {
        "platform": "douyin",
        "shop": "flagship",
        "external_id": str(number),
        "status": "paid",
        "amount": "357.00",
        "created_at": "2026-10-11T02:00:00Z",
        "paid_at": "2026-10-11T02:01:00Z",
        "promoter": {"id": "wanwan", "kind": "creator"},
        "lines": lines,
    }
