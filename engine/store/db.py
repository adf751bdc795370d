"""The database: one engine, two dialects, and the few statements that must be fast on both.

Every table hangs on `metadata`. Rows of a tenant carry `tenant`; with `guard=True` (in tests) a
statement on such a table that does not name the tenant is refused, unless it says `all_tenants` on
purpose.

A key that is taken already, by a hair, is a Conflict on both; U+0000, which only PostgreSQL cannot
store, is refused on both.

Bulk writes go through `insert_many`, `insert_new`, `update_many`: on PostgreSQL the whole batch is
one JSON parameter (a long VALUES text is parsed anew each time and takes twice as long); on SQLite
it is an executemany.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import JSON as SqlJson
from sqlalchemy import (
    BigInteger,
    BinaryExpression,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Delete,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Select,
    String,
    Table,
    Text,
    TextClause,
    TypeDecorator,
    Update,
    bindparam,
    create_engine,
    event,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.engine import Connection as Connection  # rooms above name it, not SQLAlchemy
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import StaticPool
from sqlalchemy.sql.visitors import InternalTraversal, iterate

from engine.core.errors import Conflict, InvalidInput, Problem
from engine.core.text import text as words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# A fault of the database itself (gone, locked too long, serialisation): the batch is repeated.
DatabaseFault = (OperationalError, InterfaceError, PoolTimeout)


class Moment(TypeDecorator[datetime]):
    """An aware UTC time. SQLite keeps it as fixed-width text, so that it sorts."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(27))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone must not be stored")
        return moment_text(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        found: datetime = value
        return found.astimezone(UTC)


class Amount(TypeDecorator[Decimal]):
    """An exact number. SQLite would keep a float, so there it is text."""

    impl = Numeric(24, 8)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(40))
        return dialect.type_descriptor(Numeric(24, 8))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return format(value, "f") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class _List(TypeDecorator[Any]):
    """A list as one parameter of JSON text: the driver would write an array item by item."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return orjson.dumps(list(value)).decode()


Json = SqlJson(none_as_null=True)  # plain JSON: what is only carried, never searched
JsonB = SqlJson(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
# A growing number: SQLite counts up only for its own INTEGER.
Whole = BigInteger().with_variant(Integer(), "sqlite")


def moment_text(value: datetime) -> str:
    """`2026-11-21T09:00:00.000000Z`: as SQLite keeps a time; ValueError for one without zone."""
    if value.tzinfo is None:
        raise ValueError("a time without zone must not be stored")
    # The end is "+00:00"; half the price of strftime, and each stored row has several.
    return value.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def dump_json(value: Any) -> str:
    """JSON text of a value; Decimal becomes text, times RFC 3339."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be stored as JSON")


def tenant_column() -> Column[str]:
    """The tenant a row belongs to."""
    return Column("tenant", Text, nullable=False)


class Database:
    """One database and how to open a transaction on it.

    `url` is SQLAlchemy's: `sqlite:///file`, `sqlite://` (memory, one connection) or
    `postgresql+psycopg://...`. A SQLite file that is not `durable` may be lost with the machine.
    """

    def __init__(
        self, url: str, *, pool_size: int = 8, guard: bool = False, durable: bool = True
    ) -> None:
        self.url: URL = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {
            "json_serializer": dump_json,
            "json_deserializer": orjson.loads,
            # A fault is logged with its statement; the values are people's data.
            "hide_parameters": True,
        }
        if self.is_sqlite:
            options["connect_args"] = {"timeout": 10.0, "check_same_thread": False}
            if self.url.database in (None, "", ":memory:"):
                options["poolclass"] = StaticPool
            else:
                options["pool_size"] = pool_size
                options["max_overflow"] = pool_size
        else:
            options |= {"pool_size": pool_size, "max_overflow": pool_size, "pool_pre_ping": True}
        self.engine: Engine = create_engine(self.url, **options)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _open_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            if not durable:
                event.listen(self.engine, "connect", _without_sync)
        else:
            event.listen(self.engine, "connect", _open_postgresql)
        if guard:
            event.listen(self.engine, "before_execute", _guard_tenants, retval=False)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A writing transaction: committed at the end, rolled back on any exception.

        Conflict when a row with the same key was stored meanwhile by somebody who was faster.
        """
        try:
            with self.engine.begin() as conn:
                yield conn
        except IntegrityError as fault:
            if not _is_taken(fault):
                raise
            raise Conflict(
                words("刚刚有人做了同样的事，请刷新后再试", "somebody was faster: look at it again")
            ) from fault

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A reading transaction: sees one state, takes no write lock."""
        with self.engine.connect().execution_options(reading=True) as conn, conn.begin():
            yield conn

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A reading transaction that sees one and the same state, however long it lasts."""
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with (
            self.engine.connect().execution_options(reading=True, **level) as conn,
            conn.begin(),
        ):
            yield conn

    def dispose(self) -> None:
        self.engine.dispose()

    def is_reachable(self) -> bool:
        try:
            with self.reading() as conn:
                conn.execute(select(1))
        except DBAPIError:
            return False
        return True


def _is_taken(fault: IntegrityError) -> bool:
    """Whether a unique key was taken; a missing value or reference is a fault of the program."""
    if getattr(fault.orig, "sqlstate", None) == "23505":
        return True
    return str(fault.orig).startswith("UNIQUE constraint failed")


def _open_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN is deferred: two readers that both want to write then fail at once.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=10000",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-65536",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _without_sync(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF").close()


def _open_postgresql(connection: Any, _record: Any) -> None:
    # A plan kept from when a table was small reads all of it ever after; planning anew costs
    # a batch next to nothing.
    connection.execute("SET plan_cache_mode = force_custom_plan")
    connection.commit()


def _begin_sqlite(conn: Connection) -> None:
    reading = conn.get_execution_options().get("reading")
    conn.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


# -- the tenant guard ------------------------------------------------------------------------------


def _guard_tenants(
    conn: Connection, statement: Any, multiparams: Any, params: Any, options: Mapping[str, Any]
) -> None:
    if options.get("all_tenants") or conn.get_execution_options().get("all_tenants"):
        return
    if not isinstance(statement, Select | Update | Delete):
        return
    if statement.get_execution_options().get("all_tenants"):
        return
    owned: set[str] = set()
    named: set[str] = set()
    for item in iterate(statement):
        if isinstance(item, Table) and "tenant" in item.c:
            owned.add(item.name)
        elif isinstance(item, BinaryExpression | InList):
            named |= {
                side.table.name
                for side in iterate(item)
                if isinstance(side, Column) and side.name == "tenant" and side.table is not None
            }
    if owned - named:
        raise RuntimeError(f"a statement on {sorted(owned - named)} does not name the tenant")


def all_tenants(statement: Any) -> Any:
    """Says that this statement is meant for all tenants: the workers' own queues."""
    return statement.execution_options(all_tenants=True)


# -- many rows at once -----------------------------------------------------------------------------


class InList(ColumnElement[bool]):
    """`column` is one of a list that travels as one parameter, whatever its length."""

    inherit_cache = True
    type = Boolean()
    # Else SQLite is asked for `... IN (...) = 1`, for which it uses no index.
    _is_implicitly_boolean = True
    _traverse_internals = [  # noqa: RUF012
        ("column", InternalTraversal.dp_clauseelement),
        ("values", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: ColumnElement[Any], values: ColumnElement[Any]) -> None:
        self.column = column
        self.values = values


@compiles(InList)
def _compile_in_list(element: InList, compiler: Any, **kw: Any) -> str:
    left = compiler.process(element.column, **kw)
    right = compiler.process(element.values, **kw)
    if compiler.dialect.name == "postgresql":
        kind = "bigint[]" if isinstance(element.column.type, Integer) else "text[]"
        items = f"ARRAY(SELECT json_array_elements_text(CAST({right} AS json)))"
        return f"{left} = ANY(CAST({items} AS {kind}))"
    return f"{left} IN (SELECT value FROM json_each({right}))"


def among(column: ColumnElement[Any], values: Iterable[Any]) -> InList:
    """`column` is one of `values`."""
    return InList(column, bindparam(None, list(values), type_=_List()))


class InPairs(ColumnElement[bool]):
    """Two text columns are one of a list of pairs that travels as one parameter."""

    inherit_cache = True
    type = Boolean()
    _is_implicitly_boolean = True
    _traverse_internals = [  # noqa: RUF012
        ("first", InternalTraversal.dp_clauseelement),
        ("second", InternalTraversal.dp_clauseelement),
        ("values", InternalTraversal.dp_clauseelement),
    ]

    def __init__(
        self, first: ColumnElement[str], second: ColumnElement[str], values: ColumnElement[Any]
    ) -> None:
        self.first = first
        self.second = second
        self.values = values


@compiles(InPairs)
def _compile_in_pairs(element: InPairs, compiler: Any, **kw: Any) -> str:
    first, second, right = (
        compiler.process(part, **kw) for part in (element.first, element.second, element.values)
    )
    if compiler.dialect.name == "postgresql":
        items = f"SELECT p->>0, p->>1 FROM json_array_elements(CAST({right} AS json)) AS p"
    else:
        items = f"SELECT value->>0, value->>1 FROM json_each({right})"
    return f"({first}, {second}) IN ({items})"


def among_pairs(
    first: ColumnElement[str], second: ColumnElement[str], pairs: Iterable[tuple[str, str]]
) -> InPairs:
    """(`first`, `second`) is one of `pairs`. With two lists an index would be read far too wide."""
    return InPairs(first, second, bindparam(None, list(pairs), type_=_List()))


Row = Mapping[str, Any]


def insert_many(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Rows with the same keys, all new; a clash is an error."""
    if not rows:
        return
    names = tuple(rows[0])
    if conn.dialect.name == "postgresql":
        statement = _insert_text(table, names, "", ())
        conn.execute(statement, {"rows": _as_parameter(table, names, rows)})
    else:
        sql = (
            f"INSERT INTO {table.name} ({', '.join(names)}) "
            f"VALUES ({', '.join('?' for _ in names)})"
        )
        _executemany(conn, table, names, sql, rows)


def insert_new(
    conn: Connection, table: Table, rows: Sequence[Row], key: tuple[str, ...]
) -> list[tuple[Any, ...]]:
    """Rows whose `key` is not there yet; the rest is left alone. Returns the keys inserted.

    The key must be unique in the table, and its columns text or whole numbers.
    """
    if not rows:
        return []
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
        return [tuple(row) for row in found]
    # The transaction is IMMEDIATE: nobody can write between this look and the insert.
    there = _keys_there(conn, table, key, list(first))
    fresh = {key_: row for key_, row in first.items() if key_ not in there}
    insert_many(conn, table, list(fresh.values()))
    return list(fresh)


def update_many(conn: Connection, table: Table, rows: Sequence[Row], key: tuple[str, ...]) -> None:
    """Sets the other members of each row where `key` is equal."""
    if not rows:
        return
    names = tuple(rows[0])
    sets = [name for name in names if name not in key]
    if conn.dialect.name == "postgresql":
        conn.execute(_update_text(table, names, key), {"rows": _as_parameter(table, names, rows)})
    else:
        order = (*sets, *key)
        sql = (
            f"UPDATE {table.name} SET {', '.join(f'{name} = ?' for name in sets)} "
            f"WHERE {' AND '.join(f'{name} = ?' for name in key)}"
        )
        _executemany(conn, table, order, sql, rows)


def delete_many(conn: Connection, table: Table, column: str, values: Sequence[Any]) -> None:
    """Deletes by exact values, for all tenants: the workers' own queues."""
    if values:
        conn.execute(all_tenants(table.delete().where(among(table.c[column], values))))


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
                _refuse_nul(rows)
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
        _refuse_nul(rows)
    return written


def _refuse_nul(rows: Sequence[Row]) -> None:
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


@lru_cache(maxsize=1000)
def _update_text(table: Table, names: tuple[str, ...], key: tuple[str, ...]) -> TextClause:
    sets = ", ".join(f"{name} = {_picked(table, name)}" for name in names if name not in key)
    return text(
        f"UPDATE {table.name} AS t SET {sets} "
        f"FROM json_to_recordset(CAST(:rows AS json)) AS r({_declared(table, names)}) "
        f"WHERE {' AND '.join(f't.{name} = r.{name}' for name in key)}"
    )


_POSTGRES: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


def _declared(table: Table, names: Sequence[str]) -> str:
    def kind(name: str) -> str:
        found = table.c[name].type
        # JSON carries no bytes: they travel as base64.
        return "text" if isinstance(found, LargeBinary) else str(found.compile(dialect=_POSTGRES))

    return ", ".join(f"{name} {kind(name)}" for name in names)


def _picked(table: Table, name: str) -> str:
    if isinstance(table.c[name].type, LargeBinary):
        return f"decode(r.{name}, 'base64')"
    return f"r.{name}"


def later_sql(conn: Connection, lasts_for: timedelta) -> TextClause:
    """So much later than now by the database's own clock."""
    seconds = lasts_for.total_seconds()
    if conn.dialect.name == "postgresql":
        return text(f"clock_timestamp() + interval '{seconds} seconds'")
    return text(f"strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', '{seconds:+} seconds')")


def now_sql() -> ColumnElement[datetime]:
    """The database's own clock: leases must not depend on the clocks of several machines."""
    return DatabaseNow()


class DatabaseNow(ColumnElement[datetime]):
    """The database's clock as a Moment."""

    inherit_cache = True
    type = Moment()


@compiles(DatabaseNow, "postgresql")
def _now_postgresql(element: DatabaseNow, compiler: Any, **kw: Any) -> str:
    return "clock_timestamp()"


@compiles(DatabaseNow, "sqlite")
def _now_sqlite(element: DatabaseNow, compiler: Any, **kw: Any) -> str:
    # strftime gives milliseconds; Moment keeps six digits.
    return "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')"
