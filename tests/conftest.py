"""What tests of every room share: a PostgreSQL, a Valkey, a fresh database for each test.

postgres_server     one PostgreSQL for the whole session (and all xdist workers)
postgres_database   the address of an empty PostgreSQL database of this test alone
database_url        the same test twice: on an empty SQLite file and an empty PostgreSQL
valkey_url          the address of a Valkey that is empty when the test begins
store_url, db       the same test twice: a database with the whole schema, empty
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import redis
import structlog
from sqlalchemy import event, make_url

from engine.embedded import EmbeddedValkey
from engine.store.db import Database
from engine.store.schema import create_all
from tests.postgres import Postgres, roomy_memory, shared_server

# Temporary files lie in memory where there is room: a commit of SQLite waits for no disk there.
if (memory := roomy_memory(for_programs=True)) is not None:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", memory)

# A slow machine is no fault of the code: examples are limited by number, never by time.
hypothesis.settings.register_profile(
    "jimu",
    deadline=None,
    derandomize=True,
    suppress_health_check=[
        hypothesis.HealthCheck.too_slow,
        hypothesis.HealthCheck.function_scoped_fixture,
    ],
)
hypothesis.settings.load_profile("jimu")

# Pretty tracebacks render every local variable of every frame: seconds for each that is logged.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """`-m browser` reads the files that name this mark: all of them take seconds in each worker."""
    wanted: str = config.option.markexpr
    if not wanted.isidentifier() or not collection_path.name.startswith("test_"):
        return None
    return f"mark.{wanted}" not in collection_path.read_text("utf-8") or None


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A folder that all xdist workers of this session see."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if hasattr(request.config, "workerinput") else base


@pytest.fixture(scope="session")
def postgres_server(shared_folder: Path) -> Iterator[Postgres]:
    with shared_server(shared_folder) as server:
        yield server


@pytest.fixture
def postgres_database(postgres_server: Postgres) -> Iterator[str]:
    with postgres_server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/jimu.db"
    url: str = request.getfixturevalue("postgres_database")
    return url


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture
def valkey_url(valkey_server: EmbeddedValkey) -> str:
    with redis.Redis.from_url(valkey_server.url) as client:
        client.flushall()
    return valkey_server.url


@pytest.fixture(scope="session")
def blank_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the whole schema, to copy for each test."""
    path = tmp_path_factory.mktemp("blank") / "jimu.db"
    fill(f"sqlite:///{path}")
    return path


def fill(url: str) -> None:
    db = Database(url)
    create_all(db, lanes_wanted=8)
    db.dispose()  # the last connection to close moves everything into the one file of SQLite


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same test twice: a database with the whole schema and nothing in it."""
    yield from copies(request, tmp_path, "jimu_schema", fill)


def copies(
    request: pytest.FixtureRequest, tmp_path: Path, template: str, fill: Callable[[str], None]
) -> Iterator[str]:
    """A copy of `blank_sqlite`, or of a template that `fill` makes: what the parameter says."""
    if request.param == "sqlite":
        blank: Path = request.getfixturevalue("blank_sqlite")
        shutil.copy(blank, tmp_path / "jimu.db")
        yield f"sqlite:///{tmp_path}/jimu.db"
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    with server.database(server.template(template, fill)) as url:
        yield url


@pytest.fixture(scope="session")
def databases() -> dict[str, Database]:
    """By kind, the one object through which all tests reach their own databases."""
    return {}


@pytest.fixture
def db(store_url: str, databases: dict[str, Database]) -> Iterator[Database]:
    """A database with the whole schema; statements that forget the tenant are refused.

    Statements are compiled once per object. Anew for each test, that took a sixth of its time: so
    the object stays, and its connections lead to the database of the test.
    """
    kind = store_url.partition(":")[0]
    if kind not in databases:
        databases[kind] = Database(store_url, guard=True)
        event.listen(databases[kind].engine, "do_connect", partial(_lead, databases[kind]))
    found = databases[kind]
    found.url = make_url(store_url)
    yield found
    found.dispose()


def _lead(db: Database, dialect: Any, _record: Any, args: list[Any], options: Any) -> None:
    """Has a new connection go where `db.url` says now."""
    args[:], place = dialect.create_connect_args(db.url)
    options.update(place)
