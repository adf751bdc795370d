"""Setting up: when it works again, and what it says when something is missing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import setup

TOP = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with its lock files and a `.venv` whose Python is this one."""
    for name in ["pyproject.toml", *setup.LOCKS.values()]:
        shutil.copy(TOP / name, tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(setup, "TOP", str(tmp_path))
    monkeypatch.setattr(setup, "PYTHON", str(python))
    monkeypatch.setattr(setup, "STAMP", str(tmp_path / ".venv" / "setup.json"))
    return tmp_path


def test_a_larger_set_counts_for_a_smaller_one(checkout: Path) -> None:
    assert not setup.is_done("run")
    setup.write_stamp("test")
    assert setup.is_done("run")
    assert setup.is_done("test")
    assert not setup.is_done("bench")


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.lock"])
def test_a_changed_file_makes_it_work_again(checkout: Path, name: str) -> None:
    setup.write_stamp("test")
    with open(checkout / name, "a") as file:
        file.write("\n")
    assert not setup.is_done("test")


def test_the_bench_lock_is_no_affair_of_the_tests(checkout: Path) -> None:
    setup.write_stamp("test")
    (checkout / "requirements-bench.lock").write_text("")
    assert setup.is_done("test")


def test_a_moved_checkout_is_set_up_anew(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    setup.write_stamp("test")
    monkeypatch.setattr(setup, "TOP", str(checkout / ".." / checkout.name))
    assert not setup.is_usable()


def test_a_broken_python_is_not_usable(checkout: Path) -> None:
    setup.write_stamp("test")
    (checkout / ".venv" / "bin" / "python").write_text("#!/bin/sh\nexit 127\n")
    assert not setup.is_done("test")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "differs from its"),
        ("Failed to establish a new connection: Name or service not known", "cannot be reached"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "does not trust"),
        ("ERROR: No matching distribution found for x", "make setup PYTHON="),
        ("[Errno 13] Permission denied: '/x'", "belong to somebody else"),
        ("something new", "something new"),
    ],
)
def test_what_pip_says_becomes_advice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], said: str, sentence: str
) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\n[ "$1" = -c ] && exit 0\necho "{said}"\nexit 1\n')
    python.chmod(0o755)
    with pytest.raises(SystemExit):
        setup.pip("install", "x", python=str(python))
    assert sentence in capsys.readouterr().err


def test_an_unknown_set_is_a_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "deploy/setup.py", "all"],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "setup: There is no set 'all'; choose one of: run, test, bench.\n"
