"""Makes `.venv` and installs what the lock files name: `python3 deploy/setup.py [test|bench]`.

Needs only a Python of 3.11 or newer: standard library, no installed package. `.venv` is made of the
quickest one this machine has, or of the one that the variable PYTHON names. Run again it does
nothing until a lock file, pyproject.toml or the Python changes. Where packages come from is pip's
own configuration; every file is checked against the hash in the lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any, NoReturn

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(TOP, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "setup.json")
QUICKEST = os.path.join(TOP, "deploy", "quickest.py")
OLDEST = (3, 11)
ROOM = 700 * 2**20  # bytes; the largest of the sets with its bytecode
# Each holds all of the one before it, in the same versions.
LOCKS = {
    "run": "requirements.lock",
    "test": "requirements-test.lock",
    "bench": "requirements-bench.lock",
}
# What pip says, and what a person can do about it.
CAUSES = (
    (r"No space left on device|Disk quota exceeded", "The disk is full. Free some room."),
    (r"DO NOT MATCH THE HASHES", "A package differs from its lock file. Is the index trustworthy?"),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError",
        "This machine does not trust the package index's certificate (see `pip config list`).",
    ),
    (
        r"(?i)name resolution|name or service not known|getaddrinfo|unreachable|ConnectionError|"
        r"connection (refused|broken|reset)|timed? ?out|ProxyError|Max retries",
        "The package index cannot be reached. Check the network, or the proxy or index in pip's "
        "own settings (`pip config list`).",
    ),
    (
        r"No matching distribution|Could not find a version",
        "The package index does not answer, or has no ready-built package for this machine and "
        "Python {version}. Check the network and pip's own settings (`pip config list`); Python "
        "3.11 to 3.13 on Linux (glibc) or macOS are known to work, as in "
        "`make setup PYTHON=python3.12`.",
    ),
    (r"Permission denied", "Files of .venv belong to somebody else. Remove .venv and try again."),
)


def main(arguments: list[str]) -> None:
    wanted = arguments[0] if arguments else "run"
    if sys.version_info < OLDEST:
        stop(
            "This is Python {}.{}; Jimu needs 3.11 or newer. Install one, or name it: "
            "make setup PYTHON=/path/to/python3.12".format(*sys.version_info)
        )
    if wanted not in LOCKS:
        stop(f"There is no set {wanted!r}; choose one of: {', '.join(LOCKS)}.")
    with alone():
        if is_done(wanted):
            say(f"setup: everything for `{wanted}` is installed in .venv")
            return
        began = time.monotonic()
        if shutil.disk_usage(TOP).free < ROOM:
            stop(f"Less than {ROOM >> 20} MB are free on this disk, and the packages need them.")
        if not is_usable():
            go_on_in_the_quickest()
            make_venv()
        install(wanted)
        write_stamp(wanted)
        say(f"setup: done in {time.monotonic() - began:.0f} s")


def go_on_in_the_quickest() -> None:
    """Starts this again in the quickest Python here, unless somebody named one."""
    if os.environ.get("PYTHON"):
        return
    asked = subprocess.run([sys.executable, QUICKEST], capture_output=True, text=True, check=False)
    quickest = asked.stdout.strip()
    if asked.returncode == 0 and quickest != sys.executable:
        say(f"setup: {quickest} is clearly quicker than {sys.executable}; taking it")
        os.environ["PYTHON"] = quickest
        os.execv(quickest, [quickest, *sys.argv])


def make_venv() -> None:
    """Makes .venv, whatever this Python brings.

    1. venv with pip: the usual case.
    2. virtualenv, if it is installed.
    3. venv without pip (Debian splits ensurepip off), filled by this Python's own pip.
    4. virtualenv, fetched by this Python's own pip into a temporary folder.
    """
    say(f"setup: making .venv with Python {version()} ({sys.executable})")
    shutil.rmtree(VENV, ignore_errors=True)
    has = {each for each in ("venv", "ensurepip", "virtualenv", "pip") if has_module(each)}
    if {"venv", "ensurepip"} <= has and run(sys.executable, "-m", "venv", VENV):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if "virtualenv" in has and run(sys.executable, "-m", "virtualenv", "-q", VENV):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if {"venv", "pip"} <= has and run(sys.executable, "-m", "venv", "--without-pip", VENV):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if "pip" in has:
        with tempfile.TemporaryDirectory() as folder:
            pip("install", "--target", folder, "virtualenv", python=sys.executable)
            if run(sys.executable, "-m", "virtualenv", "-q", VENV, env={"PYTHONPATH": folder}):
                return
    stop(
        "This Python can make no virtual environment: it has neither venv with ensurepip nor pip. "
        "On Debian and Ubuntu: apt-get install python3-venv"
    )


def install(wanted: str) -> None:
    lock = os.path.join(TOP, LOCKS[wanted])
    with open(lock, encoding="utf-8") as file:
        count = sum(line[:1].isalnum() for line in file)
    say(f"setup: installing {count} packages of {LOCKS[wanted]}, about a minute the first time")
    # The lock is complete, so nothing has to be solved; and nothing foreign is built here.
    only = ("--require-hashes", "--no-deps", "--only-binary", ":all:")
    # Bytecode is written as modules are used; all of it at once takes a third of the time.
    pip("install", "--no-compile", *only, "-r", lock, count=count)
    say("setup: installing jimu itself, editable")
    pip("install", "--no-deps", "--no-build-isolation", "-e", TOP)
    pip("check")


def pip(*arguments: str, python: str = PYTHON, count: int = 0) -> None:
    """Runs pip for .venv (its own, else this Python's); stops with the cause when it fails."""
    command = [python, "-m", "pip"]
    if not has_module("pip", python):
        command = [sys.executable, "-m", "pip", "--python", python]
    command += ["--disable-pip-version-check", "--no-input", *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    lines: list[str] = []
    with process:
        for line in process.stdout or ():
            lines.append(line)
            if count and sys.stdout.isatty():
                seen = sum(each.startswith(("Collecting", "Requirement already")) for each in lines)
                print(f"\r  {min(seen, count)} of {count}", end="\r", flush=True)
    if process.returncode:
        said = "".join(lines)
        for pattern, advice in CAUSES:
            if re.search(pattern, said):
                stop(f"pip failed:\n{tail(said)}\n{advice.format(version=version())}")
        stop(f"pip failed:\n{tail(said)}")


def is_done(wanted: str) -> bool:
    sets = list(LOCKS)
    done = read_stamp().get("sets", {})
    larger = sets[sets.index(wanted) :]
    return is_usable() and any(done.get(each) == digest(each) for each in larger)


def is_usable() -> bool:
    """Whether .venv has a working Python, new enough, made at this place."""
    if read_stamp().get("top", TOP) != TOP:  # a copied or moved checkout: its scripts point away
        return False
    asked = "import sys; sys.exit(sys.version_info < (3, 11))"
    return os.path.exists(PYTHON) and run(PYTHON, "-c", asked)


def digest(wanted: str) -> str:
    """Changes whenever something `wanted` was installed from does."""
    sets = list(LOCKS)
    names = ["pyproject.toml", *(LOCKS[each] for each in sets[: sets.index(wanted) + 1])]
    found = hashlib.sha256()
    for name in names:
        with open(os.path.join(TOP, name), "rb") as file:
            found.update(hashlib.sha256(file.read()).digest())
    return found.hexdigest()


def read_stamp() -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError), open(STAMP, encoding="utf-8") as file:
        return dict(json.load(file))
    return {}


def write_stamp(wanted: str) -> None:
    sets = {**read_stamp().get("sets", {}), wanted: digest(wanted)}
    with open(STAMP, "w", encoding="utf-8") as file:
        json.dump({"top": TOP, "sets": sets}, file)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Two `make` at once: the second waits and then finds everything done."""
    with open(__file__, "rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("setup: another setup of this checkout is under way; waiting for it")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def has_module(name: str, python: str = sys.executable) -> bool:
    return run(python, "-c", f"import {name}")


def run(*command: str, env: dict[str, str] | None = None) -> bool:
    try:
        done = subprocess.run(
            command, capture_output=True, env={**os.environ, **(env or {})}, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def tail(said: str) -> str:
    noise = ("Ignoring ", "WARNING: Retrying ")
    lines = [line for line in said.strip().splitlines() if not line.startswith(noise)]
    return "\n".join(f"  {line}" for line in lines[-8:])


def version() -> str:
    return "{}.{}.{}".format(*sys.version_info)


def say(line: str) -> None:
    print(line, flush=True)


def stop(sentence: str) -> NoReturn:
    print(f"setup: {sentence}", file=sys.stderr, flush=True)
    raise SystemExit(1)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except OSError as fault:
        stop(f"{fault.strerror or fault}: {fault.filename or ''}".rstrip(": "))
