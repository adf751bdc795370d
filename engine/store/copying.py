"""New rows by PostgreSQL's COPY in binary: half of what an INSERT of them costs the server.

For the tables of which each event or run makes rows. COPY knows no "unless it is there": a key that
is taken fails the transaction. Values must be of their column's own type: nothing converts them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import psycopg
from sqlalchemy import JSON as SqlJson
from sqlalchemy import BigInteger, Integer, LargeBinary, SmallInteger, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, IntegrityError

from engine.store.bulk import insert_many, insert_new, refuse_nul
from engine.store.db import Amount, Connection, Moment, dump_json

# For fewer, one round trip more costs what COPY saves.
WORTH_IT = 8


class IsThere(Exception):
    """A row that was thought to be new is there: nothing of this transaction may be kept."""


Turn = Callable[[Any], str]
_POSTGRES = postgresql.dialect()  # type: ignore[no-untyped-call]


def copy_many(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows with the same keys, all new; a clash is an error, U+0000 an InvalidInput."""
    if len(rows) < WORTH_IT or conn.dialect.name != "postgresql":
        insert_many(conn, table, rows)
        return
    names = tuple(rows[0])
    sql, kinds, turns, moments = _columns(table, names)
    pick: Callable[[Any], tuple[Any, ...]] = itemgetter(*names)
    raw: Any = conn.connection.driver_connection
    try:
        with raw.cursor() as cursor, cursor.copy(sql) as copy:
            copy.set_types(kinds)
            for row in rows:
                values = list(pick(row))
                for at in moments:
                    if values[at] is not None and values[at].tzinfo is None:
                        raise ValueError("a time without zone must not be stored")
                for at, turn in turns:
                    if values[at] is not None:
                        written = turn(values[at])
                        if "\\u0000" in written:
                            refuse_nul(rows)
                        values[at] = written
                copy.write_row(values)
    except psycopg.Error as fault:
        if isinstance(fault, psycopg.DataError):
            refuse_nul(rows)
        raise _as_sqlalchemy(conn, sql, fault) from fault


def copy_new(
    conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], key: tuple[str, ...]
) -> set[tuple[Any, ...]]:
    """Rows whose `key` nobody has: all of them, or IsThere. Returns the keys.

    Of rows with the same key the first is taken. IsThere leaves nothing of this transaction.
    """
    keyed: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for row in rows:
        keyed.setdefault(tuple(map(row.__getitem__, key)), row)
    if len(keyed) < WORTH_IT or conn.dialect.name != "postgresql":
        if len(insert_new(conn, table, list(keyed.values()), key)) < len(keyed):
            raise IsThere
        return set(keyed)
    try:
        # In one order everywhere, so that two who insert the same keys do not wait for each other.
        copy_many(conn, table, [keyed[each] for each in sorted(keyed)])
    except IntegrityError as fault:
        raise IsThere from fault
    return set(keyed)


def _as_sqlalchemy(conn: Connection, sql: str, fault: psycopg.Error) -> Exception:
    """The exception SQLAlchemy would have raised: callers know no driver."""
    raw: Any = conn.connection.driver_connection
    is_gone = raw is None or raw.closed
    found = DBAPIError.instance(
        sql,
        None,
        fault,
        psycopg.Error,
        hide_parameters=True,
        connection_invalidated=is_gone,
        dialect=conn.dialect,
    )
    if is_gone:
        conn.invalidate(fault)
    return found


def _jsonb(value: Any) -> str:
    return "\x01" + dump_json(value)  # its binary form begins with a version


@lru_cache(maxsize=100)
def _columns(
    table: Table, names: tuple[str, ...]
) -> tuple[str, tuple[str, ...], tuple[tuple[int, Turn], ...], tuple[int, ...]]:
    """The statement, the types on the wire, which values are turned into text, which are times."""
    kinds: list[str] = []
    turns: list[tuple[int, Turn]] = []
    moments: list[int] = []
    for at, name in enumerate(names):
        column = table.c[name].type
        kind = "text"
        if isinstance(column, Moment):
            kind = "timestamptz"
            moments.append(at)
        elif isinstance(column, SqlJson):
            # Both kinds travel as the bytes of a text.
            is_b = isinstance(column.dialect_impl(_POSTGRES), postgresql.JSONB)
            turns.append((at, _jsonb if is_b else dump_json))
        elif isinstance(column, SmallInteger):
            kind = "int2"
        elif isinstance(column, BigInteger):
            kind = "int8"
        elif isinstance(column, Integer):
            kind = "int4"
        elif isinstance(column, LargeBinary):
            kind = "bytea"
        elif isinstance(column, Amount):
            kind = "numeric"
        kinds.append(kind)
    sql = f"COPY {table.name} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)"
    return sql, tuple(kinds), tuple(turns), tuple(moments)
