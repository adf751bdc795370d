"""A test run's folder, for what is too much for memory: customers and orders, for a while.

It goes with the test run. Whoever is killed leaves one behind; the next test run of this machine
takes it away, known by its lock, which the system lets go of with the process.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "jimu-test-run-"
_YOUNG = 60.0  # seconds in which a folder may not have been locked yet


@contextmanager
def open_folder() -> Iterator[Path]:
    """An empty folder, gone afterwards."""
    _clear_abandoned()
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as name:
        held = os.open(name, os.O_RDONLY)  # a process forked from this one holds it too
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield Path(name)
        finally:
            os.close(held)


def _clear_abandoned() -> None:
    for each in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            held = os.open(each, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            continue  # gone meanwhile, or somebody else's
        try:
            if time.time() - os.fstat(held).st_mtime > _YOUNG:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(each, ignore_errors=True)
        except BlockingIOError:
            pass  # in use
        finally:
            os.close(held)
