"""A scratch database: one connection, and a transaction only where something speaks SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Dialect, Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.util import LRUCache

from engine.store.db import Connection, Database, taken
from engine.store.scratch.shelves import Shelves, Watch


class ScratchDatabase(Database):
    """SQLite that may be lost, with the busiest tables in memory once `keep_in_memory` is called.

    One thread at a time.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url, durable=False)
        _speak_alike(self.engine)
        self.shelves: Shelves | None = None
        self._conn: Connection | None = None
        self._depth = 0

    def keep_in_memory(self, watch: Watch | None) -> Shelves:
        """From now on rows lie in memory first; `watch` sees every commit."""
        with self.reading() as conn:
            self.shelves = Shelves(conn, watch)
            conn.execution_options(shelves=self.shelves)
        # What a row refers to may lie in memory still. Between transactions: else it is ignored.
        conn.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        return self.shelves

    def is_idle(self) -> bool:
        """Whether nothing is to be done and nobody waits."""
        return self.shelves is None or self.shelves.is_idle()

    def copy(self, folder: Path) -> Callable[[], ScratchDatabase]:
        """Everything as it is, what lies in memory included; how another process opens it."""
        with self.begin() as conn:
            if self.shelves is not None:
                self.shelves.write(conn)
        if self.url.database is None:
            return partial(from_bytes, as_bytes(conn))
        file = folder / "copy.db"
        conn.connection.cursor().execute("VACUUM INTO ?", (str(file),))
        return partial(ScratchDatabase, f"sqlite:///{file}")

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """As of any database; without a statement there is nothing to begin."""
        if self._conn is None:
            self._conn = self.engine.connect()
        conn = self._conn
        self._depth += 1
        try:
            yield conn
        except BaseException as fault:
            self._depth -= 1
            if not self._depth:
                conn.rollback()
                if self.shelves is not None:
                    self.shelves.rollback()
            if isinstance(fault, IntegrityError) and (conflict := taken(fault)) is not None:
                raise conflict from fault
            raise
        self._depth -= 1
        if not self._depth:
            if self.shelves is not None:
                self.shelves.commit(conn)
            if conn.in_transaction():
                conn.commit()

    reading = begin
    snapshot = begin

    def dispose(self) -> None:
        if self.shelves is not None:
            self.shelves.close()
            self.shelves = None
        if self._conn is not None:
            self._conn.close()
            self._conn = None
        super().dispose()


def _speak_alike(engine: Engine) -> None:
    """What one scratch database has compiled of statements the others take from it: else that is
    a good part of a small test run. They are told apart by their dialect, so there is one.
    """
    first = _spoken.setdefault("first", (engine.dialect, LRUCache[Any, Any](500)))
    engine.dialect, compiled = first
    engine.update_execution_options(compiled_cache=compiled)


_spoken: dict[str, tuple[Dialect, LRUCache[Any, Any]]] = {}


def as_bytes(conn: Connection) -> bytes:
    """A database in memory as it lies there."""
    driver: Any = conn.connection.driver_connection
    found: bytes = driver.serialize()
    return found


def from_bytes(raw: bytes) -> ScratchDatabase:
    """A database in memory with what another held."""
    db = ScratchDatabase("sqlite://")
    with db.engine.connect() as conn:
        driver: Any = conn.connection.driver_connection
        driver.deserialize(raw)
    return db
