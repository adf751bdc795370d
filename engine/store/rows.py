"""Rows for those who read each member many times: SQLAlchemy's own take ten times as long."""

from __future__ import annotations

from collections import namedtuple
from functools import lru_cache
from typing import Any

from sqlalchemy import Result


def plain_rows(found: Result[Any]) -> list[Any]:
    """What a statement found, as named tuples that also have SQLAlchemy's `_mapping`."""
    return list(map(_kind(tuple(found.keys()))._make, found.all()))


@lru_cache(maxsize=200)
def _kind(names: tuple[str, ...]) -> Any:
    make: Any = namedtuple  # the names are a statement's
    fields: type[Any] = make("Fields", names)
    shown = property(lambda row: dict(zip(names, row, strict=True)))
    return type("Row", (fields,), {"__slots__": (), "_mapping": shown})
