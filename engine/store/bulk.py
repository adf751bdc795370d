"""Many rows in one statement, fast on both databases.

On PostgreSQL a whole batch is one JSON parameter: a long VALUES text is parsed
anew each time and takes twice as long. On SQLite a batch is an executemany. U+0000, which only
PostgreSQL cannot store, is refused on both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON as SqlJson
from sqlalchemy import (
    CursorResult,
    Dialect,
    LargeBinary,
    Table,
    TextClause,
    select,
    text,
)
from sqlalchemy.dialects import postgresql

from engine.core.errors import InvalidInput, Problem
from engine.core.text import text as words
from engine.store.among import among
from engine.store.db import Amount, Connection, Moment, all_tenants, dump_json, moment_text
from engine.store.seam import shelf_of

Row = Mapping[str, Any]


def insert_many(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Rows with the same keys, all new; a clash is an error."""
    if not rows:
        return
    names = tuple(rows[0])
    if conn.dialect.name == "postgresql":
        statement = _insert_text(table, names, "", ())
        conn.execute(statement, {"rows": _as_parameter(table, names, rows)})
    elif (shelf := shelf_of(conn, table)) is not None:
        shelf.insert(conn, rows)
    else:
        insert_rows(conn, table, rows)


def insert_new(
    conn: Connection, table: Table, rows: Sequence[Row], key: tuple[str, ...]
) -> list[tuple[Any, ...]]:
    """Rows whose `key` is not there yet; the rest is left alone. Returns the keys inserted.

    The key must be unique in the table, and its columns text or whole numbers.
    """
    if not rows:
        return []
    if conn.dialect.name != "postgresql" and (shelf := shelf_of(conn, table)) is not None:
        kept: list[tuple[Any, ...]] = shelf.insert_new(conn, rows, key)
        return kept
    first: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        first.setdefault(tuple(row[name] for name in key), row)
    names = tuple(rows[0])
    if conn.dialect.name == "postgresql":
        statement = _insert_text(table, names, f"ON CONFLICT ({', '.join(key)}) DO NOTHING", key)
        # In one order everywhere: two that insert the same keys then wait for each other in turn
        # instead of each for the other.
        ordered = [first[each] for each in sorted(first)]
        found = conn.execute(statement, {"rows": _as_parameter(table, names, ordered)})
        # All at once: row by row each goes through four functions.
        return [tuple(row) for row in found.all()]
    # The transaction is IMMEDIATE: nobody can write between this look and the insert.
    there = _keys_there(conn, table, key, list(first))
    fresh = {key_: row for key_, row in first.items() if key_ not in there}
    insert_many(conn, table, list(fresh.values()))
    return list(fresh)


def update_many(conn: Connection, table: Table, rows: Sequence[Row], key: tuple[str, ...]) -> None:
    """Sets the other members of each row where `key` is equal."""
    if not rows:
        return
    if conn.dialect.name == "postgresql":
        _update(conn, table, rows, key)
    elif (shelf := shelf_of(conn, table)) is not None:
        shelf.update(conn, rows, key)
    else:
        update_rows(conn, table, rows, key)


def update_held(
    conn: Connection, table: Table, rows: Sequence[Row], key: str, held: Mapping[str, str]
) -> set[str]:
    """The same where the row's present values are those of `held`; returns the keys of such."""
    if not rows:
        return set()
    if conn.dialect.name == "postgresql":
        return set(_update(conn, table, rows, (key,), held).scalars())
    where = [table.c[name] == value for name, value in held.items()]
    keys = among(table.c[key], [row[key] for row in rows])
    own = set(conn.execute(all_tenants(select(table.c[key]).where(keys, *where))).scalars())
    update_many(conn, table, [row for row in rows if row[key] in own], (key,))
    return own


def delete_many(conn: Connection, table: Table, column: str, values: Sequence[Any]) -> None:
    """Deletes by exact values, for all tenants: the workers' own queues."""
    if values:
        if (shelf := shelf_of(conn, table)) is not None:
            shelf.delete(column, values)
            return
        conn.execute(all_tenants(table.delete().where(among(table.c[column], values))))


def insert_rows(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """New rows into SQLite itself."""
    if rows:
        names = tuple(rows[0])
        marks = ", ".join("?" for _ in names)
        sql = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"
        _executemany(conn, table, names, sql, rows)


def update_rows(conn: Connection, table: Table, rows: Sequence[Row], key: tuple[str, ...]) -> None:
    """Changed rows in SQLite itself."""
    if rows:
        sets = [name for name in rows[0] if name not in key]
        sql = (
            f"UPDATE {table.name} SET {', '.join(f'{name} = ?' for name in sets)} "
            f"WHERE {' AND '.join(f'{name} = ?' for name in key)}"
        )
        _executemany(conn, table, (*sets, *key), sql, rows)


def _executemany(
    conn: Connection, table: Table, names: Sequence[str], sql: str, rows: Sequence[Row]
) -> None:
    convert = [_binder(table, name) for name in names]
    found = [
        tuple(
            turn(row[name]) if turn else row[name]
            for name, turn in zip(names, convert, strict=True)
        )
        for row in rows
    ]
    for values in found:
        for value in values:
            if isinstance(value, str) and ("\x00" in value or "\\u0000" in value):
                refuse_nul(rows)
    conn.exec_driver_sql(sql, found)


def _keys_there(
    conn: Connection, table: Table, key: tuple[str, ...], keys: list[tuple[Any, ...]]
) -> set[tuple[Any, ...]]:
    columns = [table.c[name] for name in key]
    found: set[tuple[Any, ...]] = set()
    # SQLite allows a limited number of parameters in one statement.
    for start in range(0, len(keys), 200):
        part = keys[start : start + 200]
        # Column by column: for a list of pairs SQLite would walk through the whole index.
        where = [
            among(column, sorted({one[index] for one in part}))
            for index, column in enumerate(columns)
        ]
        rows = conn.execute(all_tenants(select(*columns).where(*where)))
        found |= {tuple(row) for row in rows} & set(part)
    return found


@lru_cache(maxsize=1000)
def _binder(table: Table, name: str) -> Callable[[Any], Any] | None:
    kind = table.c[name].type
    if isinstance(kind, Moment):
        return lambda value: None if value is None else moment_text(value)
    if isinstance(kind, Amount):
        return lambda value: None if value is None else format(value, "f")
    if isinstance(kind, SqlJson):
        return lambda value: None if value is None else dump_json(value)
    return None


def _as_parameter(table: Table, names: Sequence[str], rows: Sequence[Row]) -> str:
    for name in names:
        if isinstance(table.c[name].type, Moment):
            for row in rows:
                if row[name] is not None and row[name].tzinfo is None:
                    raise ValueError("a time without zone must not be stored")
    written = dump_json(rows)
    if "\\u0000" in written:
        refuse_nul(rows)
    return written


def refuse_nul(rows: Sequence[Row]) -> None:
    """InvalidInput with the place ("/0/data/name") of a U+0000; a text may just look like one."""
    path = nul_path(rows)
    if path is not None:
        said = words("不能含有空字符（U+0000）", "must not contain the character U+0000")
        raise InvalidInput(said, [Problem(path, said, "nul")])


def nul_path(value: Any) -> str | None:
    """JSON pointer to the first text or name with U+0000 in a value; None when there is none."""
    stack = [("", value)]
    while stack:
        path, found = stack.pop()
        if isinstance(found, str):
            if "\x00" in found:
                return path
        elif isinstance(found, Mapping):
            for name, inner in reversed(list(found.items())):
                if isinstance(name, str) and "\x00" in name:
                    return path
                at = str(name).replace("~", "~0").replace("/", "~1")
                stack.append((f"{path}/{at}", inner))
        elif isinstance(found, list | tuple):
            listed = reversed(list(enumerate(found)))
            stack.extend((f"{path}/{index}", inner) for index, inner in listed)
    return None


@lru_cache(maxsize=1000)
def _insert_text(
    table: Table, names: tuple[str, ...], conflict: str, returning: tuple[str, ...]
) -> TextClause:
    back = f" RETURNING {', '.join(returning)}" if returning else ""
    return text(
        f"INSERT INTO {table.name} ({', '.join(names)}) "
        f"SELECT {', '.join(_picked(table, name) for name in names)} "
        f"FROM json_to_recordset(CAST(:rows AS json)) AS r({_declared(table, names)}) "
        f"{conflict}{back}"
    )


def _update(
    conn: Connection,
    table: Table,
    rows: Sequence[Row],
    key: tuple[str, ...],
    held: Mapping[str, str] | None = None,
) -> CursorResult[Any]:
    """Sends once what all rows set alike: PostgreSQL reads each value of each row out of JSON,
    which is a good part of what the statement costs."""
    names = tuple(rows[0])
    alike = _alike(table, names, rows, key)
    if alike:
        _as_parameter(table, names, rows[:1])  # refuses what cannot be stored
    varying = tuple(name for name in names if name not in alike)
    own = [{name: row[name] for name in varying} for row in rows] if alike else rows
    values = {f"alike_{name}": value for name, value in alike.items()}
    values |= {f"held_{name}": value for name, value in (held or {}).items()}
    values["rows"] = _as_parameter(table, varying, own)
    return conn.execute(_update_text(table, varying, key, tuple(held or ()), tuple(alike)), values)


# What the driver hands over as JSON would: a span, say, is a text of ours.
_AS_THEY_ARE = frozenset((type(None), str, int, bool, bytes, datetime, Decimal))


def _alike(
    table: Table, names: Sequence[str], rows: Sequence[Row], key: Sequence[str]
) -> dict[str, Any]:
    """What all rows set to one value, as the driver takes it, by column."""
    found: dict[str, Any] = {}
    for name in names:
        values = [row[name] for row in rows] if name not in key else [0, 1]
        first = values[0]
        if first is not None and isinstance(table.c[name].type, SqlJson):
            first = dump_json(first)  # as values 1 and True would be equal
            if all(value is not None and dump_json(value) == first for value in values):
                found[name] = first
        elif first.__class__ in _AS_THEY_ARE and values.count(first) == len(values):
            found[name] = first
    return found


@lru_cache(maxsize=1000)
def _update_text(
    table: Table,
    names: tuple[str, ...],
    key: tuple[str, ...],
    held: tuple[str, ...] = (),
    alike: tuple[str, ...] = (),
) -> TextClause:
    sets = ", ".join(
        [f"{name} = {_picked(table, name)}" for name in names if name not in key]
        + [f"{name} = CAST(:alike_{name} AS {_kind(table, name)})" for name in alike]
    )
    # In a CASE the planner cannot begin with what is held: it would think that a row or two, and
    # compare each of the many with all the rows given.
    so_far = " AND ".join(f"t.{name} = :held_{name}" for name in held)
    where = " AND ".join(f"t.{name} = r.{name}" for name in key)
    given = f"FROM json_to_recordset(CAST(:rows AS json)) AS r({_declared(table, names)}) "
    if names == key and len(key) == 1:
        # A list is looked up in the order of the index, and without a join.
        keys = f"SELECT r.{key[0]} {given}"
        given, where = "", f"t.{key[0]} = ANY(ARRAY({keys}))"
    return text(
        f"UPDATE {table.name} AS t SET {sets} {given}WHERE {where}"
        + (f" AND CASE WHEN {so_far} THEN true END RETURNING t.{key[0]}" if held else "")
    )


_POSTGRES: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


def _kind(table: Table, name: str) -> str:
    return str(table.c[name].type.compile(dialect=_POSTGRES))


def _declared(table: Table, names: tuple[str, ...]) -> str:
    def kind(name: str) -> str:
        # JSON carries no bytes: they travel as base64.
        return "text" if isinstance(table.c[name].type, LargeBinary) else _kind(table, name)

    return ", ".join(f"{name} {kind(name)}" for name in names)


def _picked(table: Table, name: str) -> str:
    if isinstance(table.c[name].type, LargeBinary):
        return f"decode(r.{name}, 'base64')"
    return f"r.{name}"
