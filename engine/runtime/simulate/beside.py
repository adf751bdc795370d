"""A second process for half of a test run's work: forked, and gone with the first."""

from __future__ import annotations

import os
import pickle
import select
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog

log = structlog.get_logger(__name__)


def can_fork() -> bool:
    """Whether this process may be forked: not with threads, whose locks nobody would open."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return hasattr(os, "fork") and cores > 1 and threading.active_count() == 1


class OtherFailed(Exception):
    """The other process did not come to its end."""


@dataclass(slots=True)
class Other:
    """The forked process and what it will say."""

    pid: int
    pipe: int

    def wait(self, tell: Callable[[], None]) -> Any:
        """What it found; `tell` is called several times a second until then."""
        parts = []
        while True:
            ready, _, _ = select.select([self.pipe], [], [], 0.2)
            tell()
            if ready:
                part = os.read(self.pipe, 1 << 20)
                if not part:
                    break
                parts.append(part)
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        if status or not parts:
            raise OtherFailed
        return pickle.loads(b"".join(parts))

    def end(self) -> None:
        os.close(self.pipe)
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


@contextmanager
def beside(work: Callable[[Callable[[], None]], Any]) -> Iterator[Other]:
    """Does `work` in another process, which ends with this block.

    `work` is given a function that it calls now and then: it ends the process when nobody waits.
    """
    read, write = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if not pid:
        _be_the_other(work, parent, read, write)
    os.close(write)
    other = Other(pid, read)
    try:
        yield other
    finally:
        other.end()


def _be_the_other(
    work: Callable[[Callable[[], None]], Any], parent: int, read: int, write: int
) -> None:
    """Never returns: nothing of the first process's connections may be closed here."""
    status = 1
    try:
        os.close(read)

        def still_wanted() -> None:
            if os.getppid() != parent:
                os._exit(1)

        found = work(still_wanted)
        with os.fdopen(write, "wb") as pipe:
            pickle.dump(found, pipe, protocol=5)
        status = 0
    except Exception as fault:
        log.error("half of a test run failed", exc_info=fault)
    finally:
        os._exit(status)
