"""`jimu up`: everything an installation needs, as child processes of this one.

1. Valkey of the data folder (or the one named by JIMU_REDIS_URL).
2. The database to the newest schema; the first admin; demo data where asked for.
3. Web, workers, scheduler, each a process of its own. One that ends is started again, more slowly
   each time; when this process ends, all end: at its word, and on Linux even if it is killed.
4. Asked for, the screens, built beside the server where their sources have changed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from engine.cli.place import check_address, make_data_folder
from engine.cli.screen import out, tell
from engine.cli.sending import Web
from engine.core.text import text
from engine.embedded import EmbeddedValkey
from engine.log import set_up_log
from engine.processes import LONGEST_PAUSE, die_with_parent
from engine.settings import Settings, child_environment
from engine.store.db import Database
from engine.store.schema import migrate

log = structlog.get_logger(__name__)
PATIENCE = 10.0
FINE_AFTER = 60.0
# On top of what is allowed anyway: the demo's own platforms listen here.
DEMO_HOST = "127.0.0.1"
# Builds the screens. Only a checkout has it: an installed package brings them built.
BUILD = Path(__file__).resolve().parents[2] / "deploy" / "node.py"
# A line per request would bury what is told here; whoever wants them sets the level.
QUIET = {"JIMU_LOG_LEVEL": "warning"}


@dataclass(slots=True)
class Child:
    """One process: how it is started, and when to try again."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    again_at: float = 0.0
    started_at: float = field(default=0.0)


def children(settings: Settings, *, demo: bool = False) -> list[Child]:
    """On SQLite one process writes lanes; more would only wait for each other."""
    lanes = 1 if settings.is_sqlite else settings.workers
    queues = [*["lanes"] * lanes, "outbox", "jobs"]
    jimu = [sys.executable, "-m", "engine"]
    found = [
        Child("web", [*jimu, "web"]),
        Child("scheduler", [*jimu, "scheduler"]),
        Child("workers", [*jimu, "worker", "--each", *(f"--queue={name}" for name in queues)]),
    ]
    if demo:
        stream = ["demo", "--forever", "--rate", "2", "--lines", "--wait", "120"]
        found.append(Child("demo", [*jimu, *stream]))
    return found


def run_everything(settings: Settings, *, demo: bool = False, screens: bool = False) -> None:
    """Starts all, and stays until it is told to stop."""
    set_up_log(settings)
    make_data_folder(settings)
    check_address(settings)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stopped.set())
    with _redis(settings):
        tell(text(f"数据目录 {settings.data_dir}", f"data folder {settings.data_dir}"))
        migrate(Database(settings.database_url), settings.lanes)
        _first_steps(settings, demo)
        held = children(settings, demo=demo)
        environment = child_environment(_changes(settings, demo), QUIET)
        build: Child | None = None
        try:
            for child in held:
                _start(child, environment)
            if screens and BUILD.exists():
                build = Child("screens", [sys.executable, str(BUILD), "build"])
                _start(build, environment)
            tell(text("正在启动…", "starting ..."))
            is_greeted = False
            while not stopped.wait(0.5):
                for child in held:
                    _watch(child, environment)
                if not is_greeted and _answers(settings):
                    is_greeted = True
                    _greet(settings)
                if build is not None and _is_over(build):
                    build = None
        finally:
            tell(text("正在停止…", "stopping ..."))
            _stop(held if build is None else [*held, build])
    tell(text("已停止", "stopped"))


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


def _changes(settings: Settings, demo: bool) -> dict[str, str]:
    """What the children's environment has besides ours."""
    if not demo:
        return {}
    hosts = dict.fromkeys((*settings.allowed_private_hosts, DEMO_HOST))
    return {"JIMU_ALLOW_PRIVATE": ",".join(hosts)}


def _answers(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    shown = f"[{host}]" if ":" in host else host
    return Web(f"http://{shown}:{settings.port}", timeout=0.5).is_up()


def _greet(settings: Settings) -> None:
    out.print()
    tell(text(f"积木已启动：{settings.public_url}", f"Jimu is running at {settings.public_url}"))
    tell(
        text(
            f"接口文档：{settings.public_url}/api/docs",
            f"API documents: {settings.public_url}/api/docs",
        )
    )
    tell(text("按 Ctrl-C 停止", "Ctrl-C stops it"))
    out.print()


def _start(child: Child, environment: dict[str, str]) -> None:
    preexec: Callable[[], None] | None = die_with_parent() if sys.platform == "linux" else None
    child.started_at = time.monotonic()
    child.process = subprocess.Popen(
        child.command,
        env=environment,
        stdin=subprocess.DEVNULL,
        preexec_fn=preexec,
        # Ctrl-C in the terminal is for this process, which then tells each child once: a worker
        # that hears it twice gives up its work half done.
        start_new_session=True,
    )


def _watch(child: Child, environment: dict[str, str]) -> None:
    """Starts a child again that has ended: at once the first time, later with patience."""
    process = child.process
    if process is not None and process.poll() is None:
        if child.failures and time.monotonic() - child.started_at > FINE_AFTER:
            child.failures = 0
        return
    now = time.monotonic()
    if process is not None:
        log.warning("process ended, started again", process=child.name, code=process.returncode)
        _end_group(process)
        child.process = None
        pause = 0.5 * 2**child.failures if child.failures else 0.0
        child.again_at = now + min(LONGEST_PAUSE, pause)
        child.failures += 1
    if now >= child.again_at:
        _start(child, environment)


def _is_over(build: Child) -> bool:
    """Whether the building of the screens has ended; a failure is told, the server goes on."""
    code = build.process.poll() if build.process is not None else None
    if code:
        tell(
            text(
                "网页界面构建失败，原因见上；接口照常可用。排除后执行 make setup。",
                "the screens could not be built, see above; the API works all the same. "
                "Put it right, then run make setup.",
            )
        )
    return code is not None


def _stop(held: list[Child]) -> None:
    started = [child.process for child in held if child.process]
    for process in started:
        process.terminate()  # of one that has ended, nothing
    over = time.monotonic() + PATIENCE
    for process in started:
        try:
            process.wait(max(0.1, over - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _end_group(process)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Ends what an ended process left of its own: a server's child would go on holding the port."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
