"""A scratch database itself: its one lane, its indexes, what its planner must know."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy.engine import Connection

from engine.store.db import metadata
from engine.store.lanes import lanes
from engine.store.schema import create_all
from engine.store.scratch.database import ScratchDatabase, as_bytes, from_bytes


def open_empty(folder: Path | None) -> ScratchDatabase:
    """A scratch database with nothing in it: in memory, or a file in a folder."""
    if folder is None:
        return from_bytes(_empty())
    file = folder / "scratch.db"
    file.write_bytes(_empty())
    return ScratchDatabase(f"sqlite:///{file}")


@cache
def _empty() -> bytes:
    """The bytes of an empty one: made once, since its tables take as long as a thousand orders."""
    db = ScratchDatabase("sqlite://")
    create_all(db, lanes_wanted=1)
    with db.begin() as conn:
        _index_for_reading(conn)
        _tell_planner(conn)
    found = as_bytes(conn)
    db.dispose()
    return found


def take_lane(conn: Connection, who: str) -> dict[int, int]:
    """The one lane of a scratch database, for good: {lane: epoch}."""
    row = conn.execute(
        lanes.update().values(owner=who, epoch=lanes.c.epoch + 1).returning(lanes)
    ).one()
    return {row.lane: row.epoch}


def _index_for_reading(conn: Connection) -> None:
    """What a live installation never asks for and the reading of a test run does."""
    conn.exec_driver_sql('CREATE INDEX ix_scratch_history_by ON customer_history ("by")')
    conn.exec_driver_sql("CREATE INDEX ix_scratch_events_external ON events (external_id)")
    conn.exec_driver_sql("CREATE INDEX ix_scratch_runs_event ON runs (event_id)")


_ROWS = 100_000

_COARSE = frozenset({"platform", "kind", "status", "source", "type", "trigger"})


def _tell_planner(conn: Connection) -> None:
    """What the planner would learn by looking: that a tenant's rows are nearly all rows.

    Without it SQLite takes `tenant = ?` for a narrow search and walks whole tables. The figures are
    rough: how many rows one value of the first columns of each index leaves.
    """
    conn.exec_driver_sql("ANALYZE")
    conn.exec_driver_sql("DELETE FROM sqlite_stat1")
    for table in metadata.tables:
        for index in conn.exec_driver_sql(f"PRAGMA index_list({table})").all():
            left, figures = _ROWS, [_ROWS]
            columns = [row[2] for row in conn.exec_driver_sql(f"PRAGMA index_info({index[1]})")]
            for name in columns:
                if name != "tenant":
                    left = max(2, left // 5) if name in _COARSE else 2
                figures.append(left)
            if index[2]:
                figures[-1] = 1
            written = " ".join(str(figure) for figure in figures)
            conn.exec_driver_sql(
                "INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", (table, index[1], written)
            )
    conn.exec_driver_sql("ANALYZE sqlite_schema")
