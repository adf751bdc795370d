"""The database: one engine, two dialects, and the types both keep in the same way.

Every table hangs on `metadata`. Rows of a tenant carry `tenant`; with `guard=True` (in tests) a
statement on such a table that does not name the tenant is refused, unless it says `all_tenants` on
purpose.

A key that is taken already, by a hair, is a Conflict on both. Many rows at once: `bulk.py`; lists
to look for: `among.py`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
from psycopg.adapt import Loader
from sqlalchemy import JSON as SqlJson
from sqlalchemy import (
    BigInteger,
    BinaryExpression,
    Column,
    ColumnElement,
    DateTime,
    Delete,
    Dialect,
    Integer,
    MetaData,
    Numeric,
    Select,
    String,
    Table,
    Text,
    TextClause,
    TypeDecorator,
    Update,
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
from sqlalchemy.sql.visitors import iterate

from engine.core.errors import Conflict
from engine.core.expression import write_duration
from engine.core.text import text as words
from engine.store.alive import notice_the_dead
from engine.store.among import InList

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

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        # Each row that is read has several: by process_result_value it would be two calls more.
        return _from_text if dialect.name == "sqlite" else _in_utc


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _in_utc(value: datetime | None) -> datetime | None:
    return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)


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


Json = SqlJson(none_as_null=True)  # plain JSON: what is only carried, never searched
JsonB = SqlJson(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
# A growing number: SQLite counts up only for its own INTEGER.
Whole = BigInteger().with_variant(Integer(), "sqlite")


def _read_json(written: Any) -> Any:
    # SQLite keeps a text that is a number as a number, whatever the column is called.
    return written if isinstance(written, int | float) else orjson.loads(written)


def moment_text(value: datetime) -> str:
    """`2026-11-21T09:00:00.000000Z`: as SQLite keeps a time; ValueError for one without zone."""
    if value.tzinfo is None:
        raise ValueError("a time without zone must not be stored")
    # The end is "+00:00"; half the price of strftime, and each stored row has several.
    return value.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


class Written(dict[str, Any]):
    """A record that is JSON text already: `text` is what is stored of it."""

    __slots__ = ("text",)

    def __init__(self, record: Mapping[str, Any], text: str) -> None:
        super().__init__(record)
        self.text = text


def dump_json(value: Any) -> str:
    """JSON text of a value; Decimal becomes text, times RFC 3339, spans ISO 8601."""
    if value.__class__ is Written:
        return value.text
    try:
        return orjson.dumps(value, default=_plain).decode()
    except TypeError:  # a key that is no text: to look out for them always doubles the price
        return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, timedelta):
        return write_duration(value)
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
            "json_deserializer": _read_json,
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
            options |= {"pool_size": pool_size, "max_overflow": pool_size}
        self.engine: Engine = create_engine(self.url, **options)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _open_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            if not durable:
                event.listen(self.engine, "connect", _without_sync)
        else:
            event.listen(self.engine, "connect", _open_postgresql)
            notice_the_dead(self.engine)
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
            conflict = taken(fault)
            if conflict is None:
                raise
            raise conflict from fault

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A reading transaction: sees one state, takes no write lock."""
        with self.engine.connect().execution_options(reading=True) as conn, conn.begin():
            yield conn

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """A few reading statements, each as of its own moment: on PostgreSQL that saves the round
        trips that begin and end a transaction.
        """
        if self.is_sqlite:
            with self.reading() as conn:
                yield conn
            return
        options: dict[str, Any] = {"reading": True, "isolation_level": "AUTOCOMMIT"}
        with self.engine.connect().execution_options(**options) as conn:
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


def taken(fault: IntegrityError) -> Conflict | None:
    """A unique key was taken; None: a missing value or reference, a fault of the program."""
    is_taken = getattr(fault.orig, "sqlstate", None) == "23505"
    if not is_taken and not str(fault.orig).startswith("UNIQUE constraint failed"):
        return None
    return Conflict(
        words("刚刚有人做了同样的事，请刷新后再试", "somebody was faster: look at it again")
    )


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
    # Times then come as UTC from the driver.
    connection.execute("SET TIME ZONE 'UTC'")
    connection.commit()
    for name in ("json", "jsonb"):
        connection.adapters.register_loader(name, _JsonLoader)


class _JsonLoader(Loader):
    """JSON straight out of the driver's buffer: its own loader copies each value first."""

    load = staticmethod(orjson.loads)  # type: ignore[assignment]


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


def later_sql(conn: Connection, lasts_for: timedelta) -> TextClause:
    """So much later than now by the database's own clock."""
    seconds = lasts_for.total_seconds()
    if conn.dialect.name == "postgresql":
        return text(f"clock_timestamp() + interval '{seconds} seconds'")
    return text(f"strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', '{seconds:+} seconds')")


def database_now(conn: Connection) -> datetime:
    """What the database's own clock says."""
    found: datetime = conn.execute(select(now_sql())).scalar_one()
    return found


def now_sql() -> ColumnElement[datetime]:
    """The database's own clock: leases must not depend on the clocks of several machines."""
    return DatabaseNow()


class DatabaseNow(ColumnElement[datetime]):
    """The database's clock as a Moment."""

    inherit_cache = True
    type = Moment()
    # Nothing in it varies. Without this a statement that names it would be compiled each time.
    _traverse_internals: list[Any] = []  # noqa: RUF012


@compiles(DatabaseNow, "postgresql")
def _now_postgresql(element: DatabaseNow, compiler: Any, **kw: Any) -> str:
    return "clock_timestamp()"


@compiles(DatabaseNow, "sqlite")
def _now_sqlite(element: DatabaseNow, compiler: Any, **kw: Any) -> str:
    # strftime gives milliseconds; Moment keeps six digits.
    return "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')"
