"""Refunds that came in before the tenant had a rate card.

Nobody kept them then, for nothing was settled; an order that is booked later has to know of them.
So the first publication starts a job that hands every stored refund to its order's lane: applied
where the order is booked by then, else kept until it is.

None is missed: a batch of workers that did not yet know of the card worked on refunds stored before
it was published, and those the job finds. One that both take counts once, by its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from engine.core.text import text
from engine.runtime.jobs import Progress, job_kind
from engine.runtime.settling.orders import REFUND, REFUNDED, order_of, work_row
from engine.runtime.world import World
from engine.store import events as event_store
from engine.store import lanes as lane_store

EARLY_REFUNDS = "settlement.early_refunds"
AT_ONCE = 1_000
_EVER = datetime(1970, 1, 2, tzinfo=UTC)


@job_kind(EARLY_REFUNDS)
def take_early_refunds(world: World, job: Any, progress: Progress) -> dict[str, Any]:
    """{"refunds": how many were handed on}; safe to repeat."""
    tenant, count = job.tenant, 0
    with world.db.reading() as conn:
        found = event_store.events_since(conn, tenant, None, REFUNDED, _EVER, AT_ONCE)
        for page in _pages(found):
            now = world.now()
            named = [(order_of(row.type, row.data), row.id) for row in page]
            rows = [
                work_row(world, tenant, REFUND, order, {"event": id_}, now)
                for order, id_ in named
                if order is not None
            ]
            with world.db.begin() as writing:
                lane_store.put_work(writing, rows)
            world.queue.wake("lanes")
            count += len(rows)
            progress(count, None, text(f"已交出 {count} 笔退款", f"{count} refunds handed on"))
    return {"refunds": count}


def _pages(rows: Iterable[Any]) -> Iterator[list[Any]]:
    each = iter(rows)
    while page := list(islice(each, AT_ONCE)):
        yield page
