"""The test server itself: both kinds of programs, one server for many, nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.postgres import Binaries, Postgres, find_binaries, shared_server, start, wheel_binaries

TOP = Path(__file__).parents[1]
USER = """
import sys
from pathlib import Path
from tests.postgres import shared_server
with shared_server(Path(sys.argv[1])) as server:
    print(server.folder, flush=True)
    sys.stdin.read()
"""


def in_other_process(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=TOP,
    )


def wait_for_end(line: psycopg.Connection[Any]) -> None:
    """Returns when the server has closed this connection, as it does when it ends."""
    with pytest.raises(psycopg.OperationalError):
        for _ in line.notifies(timeout=60):
            pass


@pytest.mark.parametrize("binaries", [find_binaries(), wheel_binaries()], ids=["found", "wheel"])
def test_a_server_of_either_kind_takes_connections(binaries: Binaries) -> None:
    server, held = start(binaries)
    try:
        with server.database() as url:
            engine = create_engine(url)
            with engine.connect() as connection:
                assert connection.scalar(text("select '积木' || 1")) == "积木1"
            engine.dispose()
    finally:
        os.close(held)


def test_many_share_one_server_until_the_last_leaves(tmp_path: Path) -> None:
    others = [in_other_process(tmp_path) for _ in range(3)]
    folders = {each.stdout.readline().strip() for each in others if each.stdout}
    assert len(folders) == 1
    server = Postgres(folders.pop())
    others[0].kill()
    others[1].communicate("")
    others[0].communicate()
    server.run("select 1")
    line = psycopg.connect(f"host={server.folder} user=postgres dbname=postgres")
    assert others[2].stdin is not None
    others[2].stdin.close()
    wait_for_end(line)
    others[2].wait()
    with shared_server(tmp_path) as again:
        again.run("select 1")
        assert again.folder != server.folder


def test_a_template_is_filled_once_and_copied(postgres_server: Postgres) -> None:
    filled = []

    def fill(url: str) -> None:
        filled.append(url)
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("create table t (n int)"))
        engine.dispose()

    name = f"template_{os.getpid()}"
    for _ in range(2):
        assert postgres_server.template(name, fill) == name
        with postgres_server.database(name) as url:
            engine = create_engine(url)
            with engine.begin() as connection:
                assert connection.scalar(text("select count(*) from t")) == 0
                connection.execute(text("insert into t values (1)"))
            engine.dispose()
    assert len(filled) == 1


def test_each_test_gets_an_empty_database(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("create table only_mine (n int)"))
    engine.dispose()


def test_it_keeps_its_promises_when_asked_to(tmp_path: Path) -> None:
    with shared_server(tmp_path, durable=True) as server, server.database() as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            assert connection.scalar(text("show fsync")) == "on"
            assert connection.scalar(text("show synchronous_commit")) == "on"
        engine.dispose()
