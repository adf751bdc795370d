"""Benchmarks in tests measure on the session's PostgreSQL: starting one each would take longest."""

from __future__ import annotations

import pytest

from benchmarks.database import VARIABLE
from tests.postgres import Postgres


@pytest.fixture
def on_this_server(postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, postgres_server.url("postgres"))
