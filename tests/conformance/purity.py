"""Blocks the outside world, and reads which parts of it a module could reach.

`no_io()` makes every file, socket, process, clock and random source raise while a node runs.
Files, sockets and processes are caught by an audit hook, below any Python name; clocks and random
sources have no audit event, so their functions are replaced, and `faults_of` reads the source for
the ones that cannot be (`datetime.now` is a method of a C type).
"""

from __future__ import annotations

import ast
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

ALLOWED = {
    "engine.core",
    "engine.customers",
    "engine.tickets",
    "engine.settlement",
    "engine.stock",
    "pydantic",
    "jsonschema",
    "croniter",
}
PURE_STDLIB = {
    "__future__",
    "collections",
    "contextlib",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "string",
    "types",
    "typing",
    "unicodedata",
    "zoneinfo",
}
_AUDITED = ("open", "socket.", "subprocess.", "os.", "sqlite3.", "urllib.", "shutil.", "ctypes.")
_CLOCKS = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "sleep")
_blocked = False


class Impure(AssertionError):
    """A node touched the outside world."""


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if _blocked and event.startswith(_AUDITED):
        raise Impure(f"{event} {args!r}")


sys.addaudithook(_audit)


@contextmanager
def no_io() -> Iterator[None]:
    """Inside, whatever is no computation raises Impure."""

    def refuse(*args: Any, **named: Any) -> Any:
        raise Impure("a clock or a random source was read")

    global _blocked
    patches = [patch.object(time, name, refuse) for name in _CLOCKS]
    patches += [patch.object(random.Random, name, refuse) for name in ("random", "getrandbits")]
    # `random.random()` is a bound method; uuid4() and `secrets` reach os.urandom by their own name.
    patches += [patch.object(random, name, refuse) for name in ("random", "getrandbits")]
    patches += [patch.object(os, "urandom", refuse), patch.object(random, "_urandom", refuse)]
    for one in patches:
        one.start()
    _blocked = True
    try:
        yield
    finally:
        _blocked = False
        for one in patches:
            one.stop()


def faults_of(source: Path, node: str) -> list[str]:
    """What a node's module imports or calls that a pure node may not."""
    found = []
    for item in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(item, ast.Import):
            names = [alias.name for alias in item.names]
        elif isinstance(item, ast.ImportFrom):
            if item.level:
                found.append(f"{source.name}:{item.lineno} imports by a relative path")
            names = [item.module or ""]
        elif isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute):
            if item.func.attr in ("now", "utcnow", "today") or (item.func.attr == "import_module"):
                found.append(f"{source.name}:{item.lineno} calls .{item.func.attr}()")
        elif isinstance(item, ast.Name) and item.id in ("open", "__import__", "exec", "eval"):
            found.append(f"{source.name}:{item.lineno} names {item.id}")
        found += [
            f"{source.name}:{item.lineno} imports {name}"
            for name in names
            if not _allowed(name, node)
        ]
    return found


def _allowed(name: str, node: str) -> bool:
    return name.partition(".")[0] in PURE_STDLIB or any(
        name == room or name.startswith(f"{room}.") for room in ALLOWED | {f"nodes.{node}"}
    )
