from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path

import pytest

from engine.runtime.simulate.folder import open_folder


def left(place: Path, name: str) -> Path:
    """A folder of a test run with something in it, from long ago."""
    folder = place / f"jimu-test-run-{name}"
    folder.mkdir()
    (folder / "scratch.db").write_text("customers")
    os.utime(folder, (0, 0))
    return folder


def test_what_a_killed_test_run_left_goes_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    abandoned, used, elsewhere = left(tmp_path, "a"), left(tmp_path, "b"), tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = tmp_path / "jimu-test-run-link"
    link.symlink_to(elsewhere)
    held = os.open(used, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    with open_folder() as own:
        assert own.parent == tmp_path
        os.utime(own, (0, 0))
        with open_folder() as other:  # does not take the first one away
            assert {one.name for one in tmp_path.iterdir()} == {
                own.name, other.name, used.name, link.name, elsewhere.name,
            }  # fmt: skip
    os.close(held)
    assert not abandoned.exists()
    assert not own.exists()
    assert used.exists()
