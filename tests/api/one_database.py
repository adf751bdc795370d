"""For tests in which the store does not matter: `store_url` is SQLite alone.

A test file says `from tests.api.one_database import store_url  # noqa: F401`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def store_url(blank_sqlite: Path, tmp_path: Path) -> str:
    shutil.copy(blank_sqlite, tmp_path / "jimu.db")
    return f"sqlite:///{tmp_path}/jimu.db"
