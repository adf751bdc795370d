"""A whole installation with its own data folder, queue and database, as worker processes see it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.runtime.installation import live_world
from engine.runtime.world import World
from engine.settings import load_settings
from engine.store.db import Database
from engine.store.schema import migrate


@pytest.fixture
def world(
    database_url: str, valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> World:
    monkeypatch.setenv("JIMU_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("JIMU_DATABASE_URL", database_url)
    monkeypatch.setenv("JIMU_REDIS_URL", valkey_url)
    monkeypatch.setenv("JIMU_ALLOW_PRIVATE", "127.0.0.1")
    monkeypatch.setenv("JIMU_LOG_LEVEL", "error")
    settings = load_settings(os.environ)
    db = Database(settings.database_url)
    migrate(db, lanes_wanted=8)
    db.dispose()
    return live_world(settings)
