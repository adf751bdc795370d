"""A month in bulk: orders are booked first (`take_month`), then posted party by party by jobs.

Each part of the work is some parties' accounts in one transaction (month_part.py). A job may begin
again at any time: what was posted before is left out.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from engine.core.expression import CHINA
from engine.core.ids import lane_of
from engine.core.text import text
from engine.runtime.jobs import Progress, job_kind, start_job
from engine.runtime.principal import Principal
from engine.runtime.settling.month_part import post_accounts
from engine.runtime.settling.orders import BOOK, lane_owner
from engine.runtime.settling.periods_of import demand_period
from engine.runtime.world import World
from engine.settlement.in_force import moment_of
from engine.store import lanes as lane_store
from engine.store import orders as order_store
from engine.store import settlement_month as store
from engine.store.db import DatabaseFault

# In one transaction, and in memory. Each transaction walks over the month's bookings once, so the
# fewer the better; but an order that is booked into one of its accounts meanwhile waits (some
# seconds), and on SQLite everybody who writes.
LINES_AT_ONCE, LINES_ON_SQLITE = 500_000, 40_000
SHARDS = 2
REPEATS = 5


def take_month(world: World, who: Principal, period: str) -> int:
    """Every stored order paid in the month goes through its lane once more and is booked where it
    is not; nothing is posted yet. Returns how many orders.
    """
    days, now = demand_period(period), world.now()
    since, until = moment_of(days.first, CHINA), moment_of(days.last, CHINA, is_end=True)
    with world.db.begin() as conn:
        found = order_store.orders_paid(conn, who.tenant, since, until)
        rows = []
        for row in found:
            order = f"{row.platform}/{row.shop}/{row.external_id}"
            owner = lane_owner(order)
            args = {"order": order, "event": row.event_id, "later": True}
            rows.append(
                {
                    "lane": lane_of(who.tenant, owner, world.lanes),
                    "tenant": who.tenant,
                    "kind": "effect",
                    "ref": owner,
                    "at": now,
                    "payload": {"kind": BOOK, "args": args, "key": f"{BOOK}/{order}"},
                }
            )
        for start in range(0, len(rows), 2_000):
            lane_store.put_work(conn, rows[start : start + 2_000])
        said = {"period": period, "orders": len(rows)}
        who.note(conn, now, "settlement.edit", f"period:{period}", said)
    world.queue.wake("lanes")
    return len(rows)


def settle_month(world: World, who: Principal) -> list[str]:
    """Starts the jobs that post everything that is booked and not posted; their ids."""
    return [
        start_job(world, who.tenant, "settlement.month", {"shard": shard, "of": SHARDS}, by=who.id)
        for shard in range(SHARDS)
    ]


@job_kind("settlement.month")
def post_month(world: World, job: Any, progress: Progress) -> dict[str, Any]:
    """{"shard", "of"}: the parties of one shard; safe to repeat, others may run beside it."""
    tenant, shard, of = job.tenant, int(job.args["shard"]), int(job.args["of"])
    with world.db.reading() as conn:
        waiting = {
            name: lines
            for name, lines in store.unposted(conn, tenant).items()
            if zlib.crc32(name.partition("|")[0].encode()) % of == shard
        }
    count = done = 0
    at_once = LINES_ON_SQLITE if world.db.is_sqlite else LINES_AT_ONCE
    for part in _parts(waiting, at_once):
        progress(done, len(waiting), text(f"已入账 {count} 笔", f"{count} entries posted"))
        count += _repeated(partial(post_accounts, world, tenant, part, at_once))
        done += len(part)
    return {"accounts": len(waiting), "entries": count}


def _parts(waiting: Mapping[str, int], at_once: int) -> Iterator[list[str]]:
    """Accounts that have about so many lines together."""
    part: list[str] = []
    lines = 0
    for name, own in waiting.items():
        if part and lines + own > at_once:
            yield part
            part, lines = [], 0
        part.append(name)
        lines += own
    if part:
        yield part


def _repeated(do: Callable[[], int]) -> int:
    for _ in range(1, REPEATS):
        try:
            return do()
        except DatabaseFault:
            continue
    return do()
