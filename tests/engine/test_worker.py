"""A worker knows every kind of job there is, and finds back to a Redis that was away."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from redis.exceptions import ConnectionError as Away
from rq import Queue
from rq.worker import SimpleWorker, base

from engine.runtime.queue import RedisQueue

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


def test_a_worker_asks_again_within_seconds_however_long_redis_was_away(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pauses that double up to a minute would leave a Redis that is back alone for that minute."""
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 8:
            raise SystemExit

    def away(*_: object, **__: object) -> None:
        raise Away("away")

    monkeypatch.setattr(base, "time", SimpleNamespace(**{**vars(time), "sleep": sleep}))
    monkeypatch.setattr(Queue, "dequeue_any", away)
    monkeypatch.setattr(SimpleWorker, "_install_signal_handlers", lambda _: None)
    with pytest.raises(SystemExit):
        RedisQueue(valkey_url).work(["lanes"], "test")
    assert max(pauses) <= 2
