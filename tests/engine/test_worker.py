"""A worker's process knows every kind of job there is, whatever else is loaded elsewhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ENGINE = Path(__file__).resolve().parents[2] / "engine"
ASK = (
    "import engine.worker, json; from engine.runtime.jobs import KINDS; print(json.dumps([*KINDS]))"
)


def test_a_worker_can_do_every_kind_of_job() -> None:
    found = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ENGINE.parent, capture_output=True, text=True, check=True
    )
    marked = [
        name
        for file in ENGINE.rglob("*.py")
        for name in re.findall(r"^@job_kind\((.+)\)$", file.read_text(), re.MULTILINE)
    ]
    assert len(json.loads(found.stdout)) == len(marked) >= 5
