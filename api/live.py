"""Live progress: a stream of server-sent events, bounded in time and number.

`Live.follow` reads a state again and again and sends it when it has changed, with heartbeats in
between. It closes when the state is final, after `lasts_for`, or at once when too many are open:
each stream holds a thread. A browser's EventSource then comes back by itself; a program may as well
poll.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Response

from api.answers import dump
from engine.store.db import DatabaseFault

MOST_OPEN = 4  # of the eight threads of a web process


@dataclass(slots=True)
class Live:
    """How streams keep time, and how many are open. Seconds; tests bring their own clock."""

    every: float = 0.5
    heartbeat: float = 10.0
    lasts_for: float = 55.0
    wait: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    slots: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MOST_OPEN))

    def follow(self, read: Callable[[], Any], is_over: Callable[[Any], bool]) -> Response:
        """A `text/event-stream` of what `read` gives: `event: progress`, at last `event: end`.

        `read` must open its own transaction each time; what it raises before the first event
        becomes a problem as usual. `is_over` says whether a state is final.
        """
        first = read()
        response = Response(self._events(read, is_over, first), mimetype="text/event-stream")
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"  # a proxy shall not hold it back
        return response

    def _events(
        self, read: Callable[[], Any], is_over: Callable[[Any], bool], state: Any
    ) -> Iterator[bytes]:
        yield b"retry: 2000\n\n"
        sent = dump(state)
        if is_over(state):
            yield _event("end", sent)
            return
        yield _event("progress", sent)
        if not self.slots.acquire(blocking=False):
            return
        try:
            began = said = self.clock()
            while self.clock() - began < self.lasts_for:
                self.wait(self.every)
                try:
                    state = read()
                except DatabaseFault:
                    return
                body = dump(state)
                if is_over(state):
                    yield _event("end", body)
                    return
                if body != sent:
                    sent, said = body, self.clock()
                    yield _event("progress", body)
                elif self.clock() - said >= self.heartbeat:
                    said = self.clock()
                    yield b":\n\n"
        finally:
            self.slots.release()


def _event(name: str, body: bytes) -> bytes:
    # JSON has no line breaks of its own, so one data line is enough.
    return b"event: " + name.encode() + b"\ndata: " + body + b"\n\n"
