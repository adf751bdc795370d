"""`jimu up`: everything an installation needs, as child processes of this one.

1. Valkey of the data folder (or the one named by JIMU_REDIS_URL).
2. The database to the newest schema; the first admin; demo data where asked for.
3. Web, workers, scheduler, each a process of its own. One that ends is started again, more slowly
   each time; when this process ends, all end.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import structlog

from engine.cli.screen import out, tell
from engine.core.text import text
from engine.embedded import EmbeddedValkey
from engine.log import set_up_log
from engine.settings import Settings
from engine.store.db import Database
from engine.store.schema import migrate

log = structlog.get_logger(__name__)
PATIENCE = 10.0


@dataclass(slots=True)
class Child:
    """One process: how it is started, and when to try again."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    again_at: float = 0.0
    started_at: float = field(default=0.0)


def children(settings: Settings) -> list[Child]:
    """On SQLite one process writes lanes; more would only wait for each other."""
    lanes = 1 if settings.is_sqlite else settings.workers
    jimu = [sys.executable, "-m", "engine"]
    found = [Child("web", [*jimu, "web"]), Child("scheduler", [*jimu, "scheduler"])]
    found += [
        Child(f"worker-{number}", [*jimu, "worker", "--queue", "lanes"])
        for number in range(1, lanes + 1)
    ]
    found.append(Child("outbox", [*jimu, "worker", "--queue", "outbox"]))
    found.append(Child("jobs", [*jimu, "worker", "--queue", "jobs"]))
    return found


def run_everything(settings: Settings, *, demo: bool = False) -> None:
    """Starts all, and stays until it is told to stop."""
    set_up_log(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with _redis(settings):
        migrate(Database(settings.database_url), settings.lanes)
        _first_steps(settings, demo)
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        held = children(settings)
        try:
            for child in held:
                _start(child)
            _greet(settings)
            while not stopped.wait(0.5):
                for child in held:
                    _watch(child)
        finally:
            tell(text("正在停止…", "stopping ..."))
            _stop(held)


@contextlib.contextmanager
def _redis(settings: Settings) -> Iterator[None]:
    if not settings.is_embedded:
        yield
        return
    with EmbeddedValkey(settings.data_dir):
        yield


def _first_steps(settings: Settings, demo: bool) -> None:
    from engine.cli.first import first_steps

    first_steps(settings, demo=demo)


def _greet(settings: Settings) -> None:
    out.print()
    tell(text(f"积木已启动:{settings.public_url}", f"Jimu is running at {settings.public_url}"))
    tell(text("按 Ctrl-C 停止", "Ctrl-C stops it"))


def _start(child: Child) -> None:
    child.started_at = time.monotonic()
    child.process = subprocess.Popen(child.command, env=os.environ | {"JIMU_CHILD": child.name})


def _watch(child: Child) -> None:
    """Starts a child again that has ended: at once the first time, later with patience."""
    process = child.process
    if process is not None and process.poll() is None:
        if child.failures and time.monotonic() - child.started_at > 60:
            child.failures = 0
        return
    now = time.monotonic()
    if process is not None:
        log.warning("process ended, started again", process=child.name, code=process.returncode)
        child.process = None
        child.again_at = now + min(30.0, 0.5 * 2**child.failures)
        child.failures += 1
    if now >= child.again_at:
        _start(child)


def _stop(held: list[Child]) -> None:
    alive = [child.process for child in held if child.process and child.process.poll() is None]
    for process in alive:
        process.terminate()
    over = time.monotonic() + PATIENCE
    for process in alive:
        try:
            process.wait(max(0.1, over - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
