"""Connections of the pool that the server has closed are noticed before they are used.

To ask the server each time, as SQLAlchemy's `pool_pre_ping` does, is a round trip for each
transaction. A server that ends or restarts says so on the connection's socket, and looking there
costs nothing; only one that rested longer is asked, for a network may drop it without a word.
"""

from __future__ import annotations

import select
import time
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InvalidatePoolError

RESTED = 10.0  # seconds
_SINCE = "rests since"


def notice_the_dead(engine: Engine) -> None:
    """Has each connection of a PostgreSQL pool looked at when it is taken out.

    When one is dead, it and those of its time are made anew; whoever takes it notices nothing.
    """

    def taken_out(connection: Any, record: Any, _proxy: Any) -> None:
        since = record.info.get(_SINCE)
        if since is None:  # it is new
            return
        if time.monotonic() - since < RESTED and not _has_word(connection):
            return
        if not _answers(engine, connection):
            raise InvalidatePoolError

    def put_back(_connection: Any, record: Any) -> None:
        record.info[_SINCE] = time.monotonic()

    event.listen(engine, "checkout", taken_out)
    event.listen(engine, "checkin", put_back)


def _has_word(connection: Any) -> bool:
    """Whether something lies on the socket of a connection that nobody has asked anything."""
    try:
        looked = select.poll()
        looked.register(connection.fileno(), select.POLLIN)
        return bool(looked.poll(0))
    except Exception:  # closed on our side
        return True


def _answers(engine: Engine, connection: Any) -> bool:
    dialect: Any = engine.dialect
    try:
        return bool(dialect.do_ping(connection))
    except dialect.loaded_dbapi.Error as fault:
        if dialect.is_disconnect(fault, connection, None):
            return False
        raise
