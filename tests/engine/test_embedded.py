"""The embedded Valkey, started for real: what it keeps, when it ends, and what it refuses."""

from __future__ import annotations

import os
import select
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from engine import embedded
from engine.core.errors import Conflict, Unavailable
from engine.embedded import EmbeddedValkey, find_server, ping, socket_path, socket_url

STARTER = """
import sys, threading
from pathlib import Path
from engine.embedded import EmbeddedValkey
server = EmbeddedValkey(Path(sys.argv[1]))
server._kernel_watches = server._kernel_watches and sys.argv[2] == "kernel"
server.start()
print(server.pid, flush=True)
threading.Event().wait()
"""


@pytest.fixture
def starter(tmp_path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for each in started:
        each.kill()
        each.communicate()


def start_elsewhere(
    started: list[subprocess.Popen[str]], folder: Path, how: str = "kernel"
) -> tuple[subprocess.Popen[str], int]:
    """Another process that runs the server of this folder, and the server's own process id."""
    other = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(folder), how],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    started.append(other)
    assert other.stdout is not None
    return other, int(other.stdout.readline())


def test_it_answers_and_leaves_nothing_running(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as server:
        assert server.url == socket_url(tmp_path)
        assert server.is_running()
        pid = server.pid
        assert pid is not None
        with redis.Redis.from_url(server.url) as client:
            assert client.ping()
            assert client.config_get("port") == {"port": "0"}
        assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
        assert stat.S_IMODE(server.folder.stat().st_mode) == 0o700
    assert not ping(server.socket)
    assert not server.socket.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_was_queued_is_there_after_a_restart(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path)
    for expected in (None, b"1"):
        with server, redis.Redis.from_url(server.url) as client:
            assert client.get("key") == expected
            client.set("key", "1")


def test_starting_a_running_one_again_changes_nothing(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as server:
        pid = server.pid
        server.start()
        assert server.pid == pid


@pytest.mark.parametrize("how", ["kernel", "pipe"])
def test_it_does_not_outlive_a_killed_parent(
    tmp_path: Path, starter: list[subprocess.Popen[str]], how: str
) -> None:
    other, _ = start_elsewhere(starter, tmp_path, how)
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(socket_path(tmp_path)))
        other.send_signal(signal.SIGKILL)
        # The end of our connection is the end of the server.
        assert select.select([line], [], [], 30)[0]
        assert line.recv(1) == b""


@pytest.mark.parametrize("how", ["kernel", "pipe"])
def test_a_restart_right_after_a_kill_waits_for_the_old_server(
    tmp_path: Path, starter: list[subprocess.Popen[str]], how: str
) -> None:
    other, old = start_elsewhere(starter, tmp_path, how)
    other.kill()
    other.wait()
    with EmbeddedValkey(tmp_path) as server:
        assert server.pid != old
        assert ping(server.socket)


def test_the_pipe_ends_it_when_asked_too(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path)
    server._kernel_watches = False
    with server:
        assert ping(server.socket)
    assert not ping(server.socket)
    with server:
        assert ping(server.socket)


def test_two_on_one_folder_are_refused_with_a_sentence(
    tmp_path: Path, starter: list[subprocess.Popen[str]]
) -> None:
    other, _ = start_elsewhere(starter, tmp_path)
    with pytest.raises(Conflict, match=f"process {other.pid}"):
        EmbeddedValkey(tmp_path).start()
    assert ping(socket_path(tmp_path))


def test_a_socket_left_behind_is_no_obstacle(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as old:
        old.bind(str(socket_path(tmp_path)))
    assert not ping(socket_path(tmp_path))
    with EmbeddedValkey(tmp_path) as server:
        assert ping(server.socket)


def test_a_long_folder_gets_a_short_socket_that_others_find(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ("a" * 60) / "数据 与 空格" / ("b" * 60)
    with EmbeddedValkey(folder) as server:
        assert len(os.fsencode(server.socket)) <= embedded.LONGEST_PATH
        # Another process may have another temporary folder: what was written down counts.
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        assert socket_path(folder) == server.socket
        assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
        with redis.Redis.from_url(socket_url(folder)) as client:
            assert client.ping()


def test_odd_characters_in_the_folder_survive_the_address(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path / "50% a#b 店")
    with server, redis.Redis.from_url(server.url) as client:
        assert client.ping()


def test_a_shared_socket_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path / ("c" * 120))
    server.socket.parent.mkdir(mode=0o755)
    server.socket.parent.chmod(0o755)
    try:
        with pytest.raises(Unavailable, match="open to others"):
            server.start()
    finally:
        server.socket.parent.rmdir()


def test_a_damaged_file_is_put_aside(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path)
    with server, redis.Redis.from_url(server.url) as client:
        client.set("key", "1")
    files = [each for each in server.folder.rglob("appendonly*") if each.is_file()]
    for each in files:
        each.write_bytes(b"nonsense\r\n" * 100)
    with server, redis.Redis.from_url(server.url) as client:
        assert client.get("key") is None
    assert list(server.folder.glob("damaged-*/appendonly*"))


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "server"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(Unavailable, match="did not start"):
        EmbeddedValkey(tmp_path / "data", server=broken).start()


def test_a_folder_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(Unavailable, match="cannot start"):
        EmbeddedValkey(tmp_path / "data").start()


@pytest.mark.parametrize(
    ("name", "line", "chosen"),
    [
        ("valkey-server", "Valkey server v=8.0.1 sha=00000000:1 malloc=libc bits=64", True),
        ("redis-server", "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc", True),
        ("redis-server", "Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc", False),
        ("valkey-server", "command not set up", False),
    ],
)
def test_the_machines_own_server_comes_first_when_it_is_new_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, line: str, chosen: bool
) -> None:
    program = tmp_path / name
    program.write_text(f"#!/bin/sh\necho '{line}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (find_server() == program) is chosen


def test_no_server_at_all_is_a_sentence_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Unavailable, match="JIMU_REDIS_URL"):
        EmbeddedValkey(tmp_path).start()
