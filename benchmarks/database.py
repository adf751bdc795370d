"""An empty PostgreSQL database that is gone afterwards, with fsync as in production."""

from __future__ import annotations

import contextlib
import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from tests.postgres import shared_server

VARIABLE = "BENCH_DATABASE_URL"


@contextlib.contextmanager
def database() -> Iterator[str]:
    """SQLAlchemy's address of a new database: on the server named, else on one of our own."""
    given = os.environ.get(VARIABLE)
    if given:
        with _database_of(given) as url:
            yield url
        return
    with (
        tempfile.TemporaryDirectory(prefix="jimu-bench-") as folder,
        shared_server(Path(folder), durable=True) as server,
        server.database() as url,
    ):
        yield url


def plain_url(url: str) -> str:
    """The address as psycopg and libpq take it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def server_version() -> str:
    """What the server says it is, such as "16.4"."""
    with database() as url, psycopg.connect(plain_url(url)) as connection:
        (found,) = connection.execute("SHOW server_version").fetchone() or ("?",)
        return str(found).split(" ")[0]


@contextlib.contextmanager
def _database_of(given: str) -> Iterator[str]:
    at = make_url(given).set(drivername="postgresql+psycopg")
    name = f"jimu_bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(
        plain_url(at.render_as_string(hide_password=False)), autocommit=True
    ) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield at.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
