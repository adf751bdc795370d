"""How often one may call: by person, key and address, in windows of a fixed length.

Counted in this process; what guards secrets (`login`, `code`, `refused`) is counted in Redis too,
so that several web processes share it. A Redis that is away takes nothing away but the sharing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from engine.core.errors import TooMany
from engine.core.text import text
from engine.runtime.queue import Wakers

MINUTE = timedelta(minutes=1)
QUARTER = timedelta(minutes=15)
# kind -> (calls, within)
RATES: Mapping[str, tuple[int, timedelta]] = {
    "person": (1200, MINUTE),
    "key": (60_000, MINUTE),
    "address": (600, MINUTE),  # nobody signed in
    "hook": (60_000, MINUTE),  # pushes of platforms, by address
    "login": (10, QUARTER),  # by login name and address
    "login_name": (100, timedelta(hours=1)),
    "login_address": (100, QUARTER),
    "code": (10, QUARTER),  # codes of the second factor, by person
    "refused": (120, MINUTE),  # sessions and keys that are not valid, by address
}
SHARED = frozenset({"login", "login_name", "login_address", "code", "refused"})
MOST_KEPT = 50_000


class Limiter:
    """Counts calls. `queue` is None where nothing is shared."""

    def __init__(
        self,
        queue: Wakers | None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        rates: Mapping[str, int] | None = None,
    ) -> None:
        self._queue = queue
        self._now = now
        self._rates = {
            kind: ((rates or {}).get(kind, calls), per) for kind, (calls, per) in RATES.items()
        }
        self._counts: dict[tuple[str, str, int], int] = {}
        self._lock = threading.Lock()

    def hit(self, kind: str, who: str) -> None:
        """Counts one call; TooMany when there were more than allowed."""
        most, per = self._rates[kind]
        length = int(per.total_seconds())
        at = self._now().timestamp()
        window = int(at // length)
        with self._lock:
            if len(self._counts) > MOST_KEPT:
                self._counts.clear()
            key = (kind, who, window)
            count = self._counts[key] = self._counts.get(key, 0) + 1
        if kind in SHARED and self._queue is not None:
            count = max(count, self._queue.count(f"{kind}:{who}:{window}", per))
        if count > most:
            raise TooMany(
                text("请求过于频繁，请稍后再试", "too many calls: wait a little"),
                timedelta(seconds=(window + 1) * length - at),
            )
