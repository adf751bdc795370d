"""`jimu up` as it is started for real: an empty folder, children, and no one left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.cli import up as up_module
from engine.cli.sending import Web
from engine.core.errors import Unavailable
from engine.settings import child_environment
from tests.engine.cli.test_demo import free_port

PATIENCE = 120.0

pytestmark = pytest.mark.alone


def wait_until(holds: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.1)


def children_of(pid: int) -> dict[int, str]:
    """{process: command line} of all processes below one, at any depth."""
    listed = subprocess.run(
        ["ps", "-wweo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    found: dict[int, str] = {}
    parents = {pid}
    while parents:
        below = {int(one): args for one, parent, args in rows if int(parent) in parents}
        found |= below
        parents = set(below)
    return found


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.fixture
def up(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Web, Path]]:
    """`jimu up --demo` on an empty folder, once it answers."""
    data, port = tmp_path / "data", free_port()
    log = (tmp_path / "log").open("w+")
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", "up", "--demo"],
        cwd=Path(__file__).parents[3],
        env=child_environment(
            {"JIMU_DATA": str(data), "JIMU_PORT": str(port), "LC_ALL": "C.UTF-8"}, {}
        ),
        stdout=log,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    web = Web(f"http://127.0.0.1:{port}")
    try:
        wait_until(lambda: web.is_up() or process.poll() is not None)
        assert process.poll() is None, (tmp_path / "log").read_text()
        yield process, web, data
    finally:
        below = children_of(process.pid)
        if process.poll() is None:
            process.kill()
        process.wait()
        for pid in below:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        log.close()


def test_up_serves_mends_itself_and_leaves_nobody_behind(
    up: tuple[subprocess.Popen[str], Web, Path], tmp_path: Path
) -> None:
    process, web, data = up
    assert (data / "first-login.txt").exists()

    def is_ready() -> bool:
        try:
            return web.call("GET", "/readyz")[0] == 200
        except Unavailable:
            return False

    wait_until(is_ready)

    def workers() -> set[int]:
        """Those that work, without the one they were forked from."""
        found = {pid for pid, args in children_of(process.pid).items() if "worker" in args}
        return {pid for pid in found if not children_of(pid)}

    # The demo's events become runs; a worker that is killed is there again, and more runs end.
    wait_until(lambda: ended(data) > 0)
    wait_until(lambda: len(workers()) == 3)
    killed = workers()
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: len(workers() - killed) == 3)
    before = ended(data)
    wait_until(lambda: ended(data) > before)

    below = children_of(process.pid)
    assert len(below) >= 6
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=PATIENCE) == 0
    wait_until(lambda: not [pid for pid in below if is_alive(pid)])
    assert "Jimu is running at" in (tmp_path / "log").read_text()


def test_what_is_killed_takes_its_children_along(
    up: tuple[subprocess.Popen[str], Web, Path],
) -> None:
    process, _, _ = up
    below = children_of(process.pid)
    process.kill()
    process.wait()
    wait_until(lambda: not [pid for pid in below if is_alive(pid)])


@pytest.mark.parametrize("ends_first", [True, False], ids=["crashed", "stopped"])
def test_a_server_that_leaves_a_child_behind_does_not_leave_it_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends_first: bool
) -> None:
    """As the HTTP server does whose process is killed: its child would hold the port for ever."""
    monkeypatch.setattr(up_module, "PATIENCE", 0.0)
    said = tmp_path / "pid"
    stays = "trap '' TERM; echo $$ > $0.new; mv $0.new $0; while :; do sleep 1; done"
    parent = "exit" if ends_first else "trap '' TERM; while :; do sleep 1; done"
    script = f'sh -c "$1" "$2" & while [ ! -f "$2" ]; do sleep 0.1; done; {parent}'
    child = up_module.Child("web", ["sh", "-c", script, "sh", stays, str(said)])
    up_module._start(child, dict(os.environ))
    wait_until(said.exists)
    left = int(said.read_text())
    if ends_first:
        process = child.process
        assert process is not None
        wait_until(lambda: process.poll() is not None)
    assert is_alive(left)
    up_module._stop([child])
    wait_until(lambda: not is_alive(left))


def ended(data: Path) -> int:
    """How many runs have succeeded."""
    with contextlib.closing(sqlite3.connect(data / "jimu.db")) as db:
        (found,) = db.execute("SELECT count(*) FROM runs WHERE status = 'succeeded'").fetchone()
    return int(found)
