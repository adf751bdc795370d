"""Processes that belong together: forked from one that has loaded everything, ended with it.

Loading takes seconds and forking milliseconds, so a worker that was killed is back at once, and
what is loaded lies in memory once for all of them.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)
PR_SET_PDEATHSIG = 1
# Seconds. A process that ran this long did not fail because of how it starts.
FINE_AFTER = 1.0
LONGEST_PAUSE = 30.0
STOP = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_HEARD = {*STOP, signal.SIGCHLD, signal.SIGALRM}


@dataclass(slots=True)
class _Place:
    """What one process does, and how often it has ended unasked."""

    name: str
    work: Callable[[int], None]
    pid: int = 0
    ended: int = 0
    failures: int = 0
    started_at: float = 0.0
    again_at: float = 0.0


def keep_what_is_loaded() -> None:
    """Spares the collector what stays for good, and looks less often at what work makes.

    A batch, of a worker or in a request, makes thousands of objects that die with it; with the
    collector's usual haste it looks through all the libraries' objects again and again, an eighth
    of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def keep_forked(works: Sequence[tuple[str, Callable[[int], None]]]) -> None:
    """Runs each (name, work) in a process of its own until this one is told to stop.

    A work is given the number of the process whose place it takes, which has ended; the first, 0.

    Before it is called, this process has loaded what the works need and opened nothing that a fork
    must not share: no connection, no thread.

    1. Each work is forked. One that ends unasked is forked again: at once the first time, then
       after 0.5, 1, 2 ... up to 30 seconds; a second of work makes it a first time again.
    2. Told to stop (SIGTERM, SIGINT, SIGHUP), it tells each of them once (SIGTERM) and waits for
       all. They are in groups of their own: Ctrl-C in the terminal reaches this process alone.
    3. When this process is killed, the kernel kills them (Linux).
    """
    # Signals are waited for, not handled: nothing happens between two lines of this loop.
    signal.signal(signal.SIGCHLD, lambda *_: None)  # else its waiting one may be thrown away
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
    places = [_Place(name, work) for name, work in works]
    try:
        while True:
            for place in places:
                if not place.pid and time.monotonic() >= place.again_at:
                    _fork(place, before)
            _wake_when(places)
            heard = signal.sigwait(_HEARD)
            _take_leave(places)
            if heard in STOP:
                return
    finally:
        _stop(places)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def die_with_parent(how: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """What a child does first on Linux: ask the kernel to end it with us."""
    parent = os.getpid()
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, how)
        if os.getppid() != parent:  # it was gone before we asked
            os._exit(1)

    return ask


def _fork(place: _Place, mask: set[signal.Signals] | set[int]) -> None:
    ask = die_with_parent(signal.SIGKILL) if sys.platform == "linux" else None
    place.started_at = time.monotonic()
    sys.stdout.flush()
    sys.stderr.flush()
    place.pid = os.fork()
    if place.pid:
        return
    code = 1
    try:
        if ask is not None:
            ask()
        os.setpgid(0, 0)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        place.work(place.ended)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException as fault:
        log.error("process failed", process=place.name, exc_info=fault)
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        # Not sys.exit: what the first process has to clean up is not this one's.
        os._exit(code)


def _take_leave(places: Sequence[_Place]) -> None:
    """Notes who has ended; several ends may come as one signal."""
    for place in places:
        if not place.pid:
            continue
        gone, status = os.waitpid(place.pid, os.WNOHANG)
        if not gone:
            continue
        now = time.monotonic()
        code = os.waitstatus_to_exitcode(status)
        log.warning("process ended, started again", process=place.name, code=code)
        if now - place.started_at > FINE_AFTER:
            place.failures = 0
        pause = 0.25 * 2**place.failures if place.failures else 0.0
        place.pid, place.ended = 0, place.pid
        place.again_at = now + min(LONGEST_PAUSE, pause)
        place.failures += 1


def _wake_when(places: Sequence[_Place]) -> None:
    """Asks for a signal at the moment when the next is to be started again."""
    waiting = [place.again_at for place in places if not place.pid]
    pause = max(0.001, min(waiting) - time.monotonic()) if waiting else 0.0
    signal.setitimer(signal.ITIMER_REAL, pause)


def _stop(places: Sequence[_Place]) -> None:
    alive = [place.pid for place in places if place.pid]
    for pid in alive:
        os.kill(pid, signal.SIGTERM)
    for pid in alive:
        os.waitpid(pid, 0)
