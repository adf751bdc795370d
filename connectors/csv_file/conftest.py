"""A mapping, a header, a good row, and reading a text as a file: for all tests of this folder."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.csv_file.mapping import OrderMapping
from connectors.csv_file.reading import LineError, Sums, read_orders
from engine.core.event import Event
from engine.core.records.order import Order

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 11, 0, 3, 12, tzinfo=UTC)
COLUMNS = {
    "external_id": "no",
    "status": "status",
    "amount": "paid",
    "created_at": "at",
    "line.name": "goods",
    "line.quantity": "n",
    "line.price": "price",
}
HEADER = "no,status,paid,at,goods,n,price"
GOOD = "A1,已付款,30.00,2026-11-11 00:00:05,面膜,1,30.00"


def mapping(columns: dict[str, str] | None = None, **more: Any) -> OrderMapping:
    listed = [{"to": to, "column": name} for to, name in (columns or COLUMNS).items()]
    return OrderMapping.model_validate({"columns": [*listed, *more.pop("also", ())], **more})


def read(content: str | bytes, given: OrderMapping | None = None, **more: Any) -> Any:
    """(events, errors, sums) of a file; text stands under the usual header."""
    raw = content if isinstance(content, bytes) else f"{HEADER}\n{content}\n".encode()
    sums = Sums()
    found = list(read_orders(io.BytesIO(raw), given or mapping(), sums=sums, **more))
    events = [one for one in found if isinstance(one, Event)]
    errors = [one for one in found if isinstance(one, LineError)]
    for event in events:
        Order.model_validate(event.data["order"])
    assert sums.events == len(events)
    return events, errors, sums
