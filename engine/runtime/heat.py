"""The heat map of the live flow over any range: counts, time per step, lines nobody takes.

Counted from the journals of its runs, the newest first and MOST at most; the answer says how far
back it reaches then.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from engine.core.coverage import report as coverage_report
from engine.core.errors import InvalidInput, NotFound, Problem
from engine.core.flow import load_flow
from engine.core.ids import first_id
from engine.core.text import text
from engine.runtime.simulate.harvest import read_journal
from engine.runtime.simulate.report import steps_of
from engine.runtime.simulate.tally import Tally
from engine.runtime.versions import read_flow
from engine.runtime.world import World
from engine.store import flows as flow_store
from engine.store import heat as store

MOST = 20_000
PAGE = 200
SECONDS = 20.0


def read_heat(
    world: World,
    tenant: str,
    key: str,
    since: datetime,
    until: datetime,
    *,
    number: int | None = None,
) -> dict[str, Any]:
    """Runs started in [since, until): {version, since, until, complete, runs, coverage, steps}.

    With `number` only runs of that version; else all, laid over the live version's document.
    `complete` is False when there were too many runs: `since` then says how far back was counted.
    """
    if until <= since:
        said = text("结束时间应晚于开始时间", "until must be after since")
        raise InvalidInput(said, [Problem("/query/until", said, "order")])
    row = read_flow(world, tenant, key)
    with world.db.reading() as conn:
        version = (
            flow_store.find_version(conn, tenant, row.id, number)
            if number is not None
            else flow_store.versions_by_id(conn, tenant, [row.live_version or ""]).get(
                row.live_version
            )
        )
    if version is None:
        raise NotFound(
            text("流程还没有发布", "the flow is not live yet")
            if number is None
            else text("流程没有这个版本", "the flow has no such version")
        )
    tally, complete, reached = Tally(), True, since
    before, over = first_id("run", until), time.monotonic() + SECONDS
    while True:
        with world.db.reading() as conn:
            rows = store.runs_between(
                conn,
                tenant,
                row.id,
                before,
                first_id("run", since),
                version_id=version.id if number is not None else None,
                limit=PAGE,
            )
            journals = store.journals_of(conn, tenant, [one.id for one in rows])
        for one in rows:
            _add(tally, one, journals.get(one.id, []))
        if len(rows) < PAGE:
            break
        before = rows[-1].id
        if tally.coverage.runs >= MOST or time.monotonic() > over:
            complete, reached = False, rows[-1].started_at
            break
    flow = load_flow(version.document)
    return {
        "flow": key,
        "version": version.number,
        "since": reached,
        "until": until,
        "complete": complete,
        "runs": {
            "started": sum(tally.by_status.values()),
            "by_status": dict(sorted(tally.by_status.items())),
            "lasting": tally.lasting.as_json(),
        },
        "coverage": coverage_report(tally.coverage, flow, world.registry),
        "steps": steps_of(tally, flow),
    }


def _add(tally: Tally, row: Any, journal: list[bytes]) -> None:
    entries = read_journal(journal)
    tally.by_status[row.status] += 1
    if row.ended_at is not None:
        tally.lasting.add((row.ended_at - row.started_at).total_seconds())
    tally.coverage.add(record for _, _, records in entries for record in records)
    tally.add_waits(entries)
