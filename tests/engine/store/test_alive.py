"""Connections that died while they rested: whoever takes the next one notices nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from engine.store import alive
from engine.store.db import Database


@pytest.fixture
def two(postgres_database: str) -> Iterator[tuple[Database, Database]]:
    """A pool of one connection, and somebody else on the same database."""
    pair = Database(postgres_database, pool_size=1), Database(postgres_database, pool_size=1)
    yield pair
    for each in pair:
        each.dispose()


def number(db: Database) -> int:
    with db.reading() as conn:
        return int(conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def end(db: Database, pid: int) -> None:
    with db.begin() as conn:
        ended = conn.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 10000)")
        assert ended.scalar_one()


def pings(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Each time the server is asked whether it is there."""
    asked: list[Any] = []
    whole = alive._answers
    monkeypatch.setattr(alive, "_answers", lambda *of: asked.append(of) or whole(*of))
    return asked


def test_a_connection_the_server_has_ended_is_made_anew(
    two: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    db, other = two
    asked = pings(monkeypatch)
    before = number(db)
    assert number(db) == before
    assert asked == []  # it was used a moment ago, and the server has said nothing
    end(other, before)
    assert number(db) != before
    assert len(asked) == 1


def test_one_that_rested_long_is_asked_though_its_socket_is_quiet(
    two: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    db, other = two
    asked = pings(monkeypatch)
    monkeypatch.setattr(alive, "RESTED", -1.0)
    monkeypatch.setattr(alive, "_has_word", lambda connection: False)
    before = number(db)
    assert number(db) == before
    assert len(asked) == 1
    end(other, before)
    assert number(db) != before


def test_all_connections_of_a_server_that_restarted_are_made_anew_at_once(
    postgres_database: str, two: tuple[Database, Database]
) -> None:
    db, other = Database(postgres_database, pool_size=3), two[1]
    made: list[Any] = []
    event.listen(db.engine, "connect", lambda *of: made.append(of))
    with db.reading() as one, db.reading() as two_, db.reading() as three:
        held = [
            conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            for conn in (one, two_, three)
        ]
    for pid in held:
        end(other, pid)
    with db.reading() as one, db.reading() as two_, db.reading() as three:
        now = {
            conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            for conn in (one, two_, three)
        }
    db.dispose()
    assert now.isdisjoint(held)
    assert len(made) == 6
