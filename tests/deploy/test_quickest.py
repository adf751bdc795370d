"""Which of several Pythons is taken."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy import quickest

SLOW = {"base": "/slow", "version": [3, 11], "venv": True, "seconds": 0.02}


def taken(monkeypatch: pytest.MonkeyPatch, **others: dict[str, Any]) -> str:
    """What is taken where these stand beside the one that asks, /slow."""
    said = {sys.executable: SLOW, **{f"/{name}": each for name, each in others.items()}}
    monkeypatch.setattr(quickest, "candidates", lambda: list(said))
    monkeypatch.setattr(quickest, "ask", said.get)
    return quickest.main()


def test_a_clearly_quicker_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {**SLOW, "base": "/quick", "seconds": 0.01}
    quicker = {**SLOW, "base": "/quicker", "seconds": 0.008}
    assert taken(monkeypatch, quick=quick, quicker=quicker) == "/quicker"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"seconds": 0.018}, id="hardly quicker"),
        pytest.param({"seconds": 0.01, "venv": False}, id="makes no environments"),
        pytest.param({"seconds": 0.01, "version": [3, 99]}, id="not known to work"),
        pytest.param({"seconds": 0.01, "version": [3, 10]}, id="too old"),
        pytest.param({"seconds": 0.01, "base": "/slow"}, id="a link to the same"),
    ],
)
def test_the_usual_one_stays(monkeypatch: pytest.MonkeyPatch, other: dict[str, Any]) -> None:
    assert taken(monkeypatch, other={**SLOW, "base": "/other", **other}) == sys.executable


def test_one_that_does_not_run_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "python3"
    broken.write_text("#!/bin/sh\necho 'command not found' >&2\nexit 127\n")
    broken.chmod(0o755)
    monkeypatch.setattr(quickest, "PLACES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert quickest.candidates() == [str(broken)]
    assert quickest.main() == sys.executable


def test_it_tells_a_path_that_runs() -> None:
    done = subprocess.run(
        [sys.executable, quickest.__file__], capture_output=True, text=True, check=True
    )
    probed = subprocess.run(
        [done.stdout.strip(), quickest.__file__, "--probe"], capture_output=True, check=True
    )
    assert json.loads(probed.stdout)["version"] >= [3, 11]
