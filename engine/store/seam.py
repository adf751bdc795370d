"""Where a test run's store answers out of memory instead of by SQL.

A scratch database (scratch/) keeps its busiest tables as rows in memory. A function marked
`kept_in_memory` is then answered by the method of its name there, and bulk.py puts rows there. Any
other statement on such a table finds everything in SQLite: it is written first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Table
from sqlalchemy.engine import Connection

P = ParamSpec("P")
R = TypeVar("R")


def shelf_of(conn: Connection, table: Table) -> Any | None:
    """Where the rows of a table are kept in memory; None when they are in the database only."""
    shelves = conn.get_execution_options().get("shelves")
    return shelves.of(table) if shelves is not None else None


def in_database(function: Callable[P, R]) -> Callable[P, R]:
    """A function marked `kept_in_memory` as it answers out of the database, for the shelves."""
    found: Callable[P, R] = function.__wrapped__  # type: ignore[attr-defined]
    return found


def kept_in_memory(
    function: Callable[Concatenate[Connection, P], R],
) -> Callable[Concatenate[Connection, P], R]:
    """A query that a scratch database can answer from its shelves."""
    name = function.__name__

    @wraps(function)
    def called(conn: Connection, /, *args: P.args, **kwargs: P.kwargs) -> R:
        shelves = conn.get_execution_options().get("shelves")
        if shelves is None:
            return function(conn, *args, **kwargs)
        found: R = getattr(shelves, name)(conn, *args, **kwargs)
        return found

    return called
