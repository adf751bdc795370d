"""Canonical orders -> a file with the mapping's columns, one row for each line of an order.

What is written can be read again with the same mapping and gives the same figures.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import IO, Any
from zoneinfo import ZoneInfo

from connectors.csv_file.cells import safe_text, write_money, write_time
from connectors.csv_file.mapping import OrderMapping, kind_of
from connectors.csv_file.reading import Sums
from engine.core.errors import InvalidInput
from engine.core.event import Event
from engine.core.records.order import STATUS_NAMES
from engine.core.text import text

# A field of an order and, where it has one, of the row's line -> the cell.
_Cell = Callable[[Mapping[str, Any], Mapping[str, Any]], Any]


def write_orders(events: Iterable[Event], mapping: OrderMapping, stream: IO[bytes]) -> Sums:
    """Writes the orders of the events to a stream, row by row, and returns the control sums.

    Order fields stand in every row of an order; amounts that are the sum of their rows stand in the
    first. A text that a spreadsheet would take for a formula gets an apostrophe in front. Raises
    InvalidInput for an event without an order.
    """
    sums = Sums()
    encoding = {"auto": "utf-8-sig"}.get(mapping.encoding, mapping.encoding)
    lines = io.TextIOWrapper(stream, encoding, errors="replace", newline="")
    try:
        delimiter = "," if mapping.delimiter == "auto" else mapping.delimiter
        writer = csv.writer(lines, delimiter=delimiter, lineterminator="\r\n")
        columns = _columns(mapping)
        writer.writerow([safe_text(name) for name, _, _ in columns])
        for event in events:
            try:
                rows = _rows(event.data["order"], columns)
                sums.take(event.data["order"])
            except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError):
                raise InvalidInput(
                    text(
                        f"事件 {event.id} 里没有完整的订单",
                        f"The event {event.id} holds no whole order",
                    )
                ) from None
            writer.writerows(rows)
            sums.rows += len(rows)
            sums.events += 1
    finally:
        lines.detach()  # flushes, and leaves the caller's stream open
    return sums


def _rows(order: Mapping[str, Any], columns: Sequence[tuple[str, _Cell, bool]]) -> list[list[Any]]:
    return [
        [cell(order, line) if index == 0 or not once else "" for _, cell, once in columns]
        for index, line in enumerate(order.get("lines") or [{}])
    ]


def _columns(mapping: OrderMapping) -> list[tuple[str, _Cell, bool]]:
    """(name, how to fill it, only in the first row); the first mapping of a name fills it."""
    zone = ZoneInfo(mapping.zone)
    words = {status: word for word, status in reversed(mapping.statuses.items())}

    def shown(to: str) -> Callable[[Any], str]:
        kind = kind_of(to)
        if kind == "money":
            return lambda value: write_money(value, mapping.unit, mapping.decimal)
        if kind == "time":
            return lambda value: write_time(value, zone, mapping.time_format)
        if kind == "status":
            return lambda value: words.get(value) or STATUS_NAMES[value]["zh"]
        if kind == "yes_no":
            return lambda value: "是" if value else "否"
        if kind == "number":
            return lambda value: str(value).replace(".", mapping.decimal)
        return lambda value: safe_text(str(value))

    found: dict[str, tuple[str, _Cell, bool]] = {}
    for column in mapping.columns:
        if column.column not in found:
            cell = _cell(column.to, shown(column.to))
            found[column.column] = (column.column, cell, column.join == "sum")
    return list(found.values())


def _cell(to: str, shown: Callable[[Any], str]) -> _Cell:
    group, _, name = to.partition(".")

    def fill(order: Mapping[str, Any], line: Mapping[str, Any]) -> str:
        value: Any
        if not name:
            value = order.get(to)
        elif group == "line":
            value = line.get(name)
        elif group in ("adjustment", "fee"):
            entries = order.get(f"{group}s") or ()
            amounts = [Decimal(one["amount"]) for one in entries if one["type"] == name]
            value = format(sum(amounts, Decimal(0)), "f") if amounts else None
        elif group == "identity":
            known = order.get("identities") or ()
            value = next((one["value"] for one in known if one["kind"] == name), None)
        else:
            value = (order.get(group) or {}).get(name)
        return "" if value is None else shown(value)

    return fill
