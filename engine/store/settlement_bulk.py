"""Entries of a month on their way into the ledger: runs of an account part as sheets, the rest as
rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy.engine import Connection

from engine.settlement.ladder import Run
from engine.store.settlement_entries import ENTRY_COLUMNS, store_in_bulk
from engine.store.settlement_sheets import KIND, Slot, fold

AT_ONCE = 50_000  # entries held before they are written
# Earned, and nothing waits for its own turn: such money moves with all the rest of its statement.
IN_SHEETS = "pending"


class BulkEntries:
    """`put` takes entries (tuples of entry.py), `put_run` the bare figures of one account part."""

    def __init__(self, conn: Connection, tenant: str, now: datetime) -> None:
        self.conn, self.tenant, self.now = conn, tenant, now
        self.rows: list[dict[str, Any]] = []
        self.sheets: list[dict[str, Any]] = []
        self.count = self.waiting = 0

    def put(self, entries: Sequence[Any], settled: Mapping[str, str]) -> None:
        """`settled` names states other than their own by key."""
        for one in entries:
            row = dict(zip(ENTRY_COLUMNS, (self.tenant, *one, self.now), strict=True))
            row["state"] = settled.get(one[0], row["state"])
            self.rows.append(row)
        self._counted(len(entries))

    def put_run(
        self,
        account: str,
        sub: str,
        prefix: str,
        version: int,
        slots: Sequence[tuple[int, int, Slot]],
        orders: Sequence[str],
        names: Sequence[str],
        dates: Sequence[int],
        run: Run,
    ) -> None:
        """Orders of one account part: what their keys begin with, the account's version after them
        (no other run has it), what neighbours [start, stop) have alike, orders, lines, dates of the
        rate (see `fold`), and what ladder.py says each came to.
        """
        alike = {"tenant": self.tenant, "account": account, "sub": sub, "posted_at": self.now}
        kept = [one for one in slots if one[2].state == IN_SHEETS]
        self.sheets += fold(alike, f"{prefix}{version:08d}/", kept, orders, names, dates, run)
        if len(kept) < len(slots):
            self.rows += _rows(alike, prefix, slots, orders, names, run)
        self._counted(len(orders))

    def write(self) -> None:
        """Stores what was put so far."""
        store_in_bulk(self.conn, self.rows, self.sheets)
        self.rows, self.sheets, self.waiting = [], [], 0

    def _counted(self, entries: int) -> None:
        self.count += entries
        self.waiting += entries
        if self.waiting >= AT_ONCE:
            self.write()


def entry_key(prefix: str, order: str, line: str) -> str:
    """The effect key of an entry of its own: with the order's length, so that no two orders share
    one.
    """
    return f"{prefix}{len(order)}/{order}/{line}"


def _rows(
    alike: Mapping[str, Any],
    prefix: str,
    slots: Sequence[tuple[int, int, Slot]],
    orders: Sequence[str],
    names: Sequence[str],
    run: Run,
) -> Iterator[dict[str, Any]]:
    """Rows of the neighbours that are not in sheets."""
    each = zip(orders, names, run.minors, *run[1:6], run.rests(), run.lines(), strict=False)
    for start, stop, slot in slots:
        own = slot._asdict()
        version = own.pop("version")
        for order, line, minor, *figures in islice(each, stop - start):
            if slot.state != IN_SHEETS:
                yield {
                    **alike,
                    **own,
                    "key": entry_key(prefix, order, line),
                    "kind": KIND,
                    "order_key": order,
                    "line": line,
                    "minor": minor,
                    "figures": (version, *figures),
                }
