"""The platform's side of `http_orders`: a process of its own that posts signed batches of orders.

Bodies are made beforehand, since making them is the platform's work; each is signed when it is
sent. What is refused for the moment (no answer, 429, 5xx) is sent again, as platforms do.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.queues import SimpleQueue

from benchmarks.crew import Gate
from benchmarks.installation import SECRET, order
from connectors.webhook.signature import sign
from engine.core.event import CLOUD_EVENTS, write_event

TRIES = 40


@dataclass(frozen=True, slots=True)
class Sent:
    """What the platform saw; times are time.monotonic, `slowest` in seconds."""

    began: float
    ended: float
    requests: int
    tried_again: int
    slowest: float


def sell(
    gate: Gate, port: int, path: str, orders: int, batch: int, twice: bool, told: SimpleQueue[Sent]
) -> None:
    """Posts this many orders; `twice` sends each tenth batch a second time."""
    numbers = list(range(0, orders, batch))
    if twice:
        numbers += numbers[::10]
    bodies = [
        json.dumps([write_event(order(each)) for each in range(start, min(start + batch, orders))],
                   ensure_ascii=False).encode()
        for start in numbers
    ]  # fmt: skip
    client = Client(port, path)
    gate.wait()
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        took = list(pool.map(client.post, range(len(bodies)), bodies))
    told.put(
        Sent(began, time.monotonic(), len(bodies), sum(again for again, _ in took),
             max(seconds for _, seconds in took))
    )  # fmt: skip


class Client:
    """Keep-alive connections, one per thread."""

    def __init__(self, port: int, path: str) -> None:
        self._port, self._path = port, path
        self._own = threading.local()

    def post(self, number: int, body: bytes) -> tuple[int, float]:
        """(how often it had to be sent again, seconds until the answer that counted)."""
        began = time.monotonic()
        for again in range(TRIES):
            status, said = self._try(number, body)
            if 200 <= status < 300:
                return again, time.monotonic() - began
            if status not in (0, 429) and status < 500:
                break
            time.sleep(0.05)
        raise RuntimeError(f"the batch was refused: {status} {said[:500]!r}")

    def _try(self, number: int, body: bytes) -> tuple[int, bytes]:
        connection: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
            self._own.connection = connection
        signed = sign([SECRET.encode()], f"msg_{number}", datetime.now(UTC), body)
        try:
            connection.request("POST", self._path, body, {"Content-Type": CLOUD_EVENTS, **signed})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            self._own.connection = None
            return 0, b"no answer"
