"""The only place that speaks to Redis: it wakes workers, and remembers what may be forgotten.

Nothing here decides anything. A job means "drain": it carries no work, so a lost, doubled or late
one changes nothing, and an emptied Redis loses nothing (the scheduler's sweep wakes again).

At most one drain of a kind waits in the queue: `wake` first takes a gate key, and the job that
starts opens the gate again before it looks for work. So a thousand events add one job, and each
job that starts lets one more in: as many run as there are free workers.

RQ never ends a job of ours: its timeout is an exception in the middle of anything, which would look
like a fault of the work at hand. A drain hands on by itself when its time is up, and one that hangs
loses its leases, so that others do the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker

from engine.core.errors import Unavailable
from engine.core.text import text

Kind = Literal["lanes", "outbox", "jobs"]
KINDS: tuple[Kind, ...] = ("lanes", "outbox", "jobs")

NO_TIMEOUT = -1  # as RQ says it
# A gate that nobody opens (Redis kept the key, the job was lost) is forgotten after this long.
_GATE_FOR = timedelta(seconds=5)
_BUCKET = """
local now = redis.call('TIME')
local at = now[1] * 1000 + math.floor(now[2] / 1000)
local rate, per, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local had = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(had[1]) or rate
local before = tonumber(had[2]) or at
left = math.min(rate, left + (at - before) * rate / per)
local given = math.min(want, math.floor(left))
left = left - given
redis.call('HSET', KEYS[1], 'left', left, 'at', at)
redis.call('PEXPIRE', KEYS[1], per * 2)
local wait = 0
if given < want then wait = math.ceil((1 - left) * per / rate) end
return {given, wait}
"""


class _Worker(SimpleWorker):
    # RQ doubles its pause up to a minute, in which a Redis that is back would wake nobody.
    max_connection_wait_time = 2.0


class RedisQueue:
    """The live queue. Every call that only wakes swallows a Redis that is away."""

    def __init__(self, url: str) -> None:
        self._redis: Redis = Redis.from_url(
            url,
            socket_timeout=10,
            socket_connect_timeout=3,
            retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), 2),
        )
        self._queues = {
            kind: Queue(f"jimu-{kind}", connection=self._redis, serializer=JSONSerializer)
            for kind in KINDS
        }
        self._bucket = self._redis.register_script(_BUCKET)

    def wake(self, kind: Kind) -> None:
        """One more drain, unless one is waiting to start already."""
        try:
            if self._redis.set(_gate(kind), 1, nx=True, px=int(_GATE_FOR.total_seconds() * 1000)):
                self._queues[kind].enqueue(
                    f"engine.worker.drain_{kind}",
                    job_timeout=NO_TIMEOUT,
                    result_ttl=0,
                    failure_ttl=3600,
                )
        except RedisError:
            # Work is in the database; the next sweep finds it.
            return

    def open_gate(self, kind: Kind) -> None:
        """A drain has started: what comes from now on needs a new one."""
        try:
            self._redis.delete(_gate(kind))
        except RedisError:
            return

    def take(self, name: str, rate: int, per: timedelta, want: int) -> tuple[int, timedelta]:
        """Takes up to `want` of a rate limit: (how many may go now, how long to wait for more).

        Without Redis everything may go: the platform's own limit is the last guard.
        """
        try:
            given, wait = self._bucket(
                keys=[f"jimu:rate:{name}"],
                args=[rate, max(1, int(per.total_seconds() * 1000)), want],
            )
        except RedisError:
            return want, timedelta(0)
        return int(given), timedelta(milliseconds=int(wait))

    def count(self, name: str, lasts_for: timedelta) -> int:
        """How often this name was counted within the time, this one included."""
        try:
            pipe = self._redis.pipeline()
            pipe.incr(f"jimu:count:{name}")
            pipe.pexpire(f"jimu:count:{name}", int(lasts_for.total_seconds() * 1000), nx=True)
            return int(pipe.execute()[0])
        except RedisError:
            return 1

    def is_reachable(self) -> bool:
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False

    def flush(self) -> None:
        """Empties Redis: for tests of what happens then."""
        self._redis.flushdb()

    def work(self, kinds: Sequence[Kind], name: str) -> None:
        """Works on these queues in this process until it is told to stop.

        In-process, not forked: the application is loaded once, and a drain handles thousands.
        """
        try:
            worker = _Worker(
                [self._queues[kind] for kind in kinds],
                name=name,
                connection=self._redis,
                serializer=JSONSerializer,
            )
            worker.work(with_scheduler=False, logging_level="WARNING")
        except RedisError as fault:
            raise Unavailable(
                text(f"连不上 Redis:{fault}", f"Redis does not answer: {fault}")
            ) from fault


class QuietQueue:
    """The queue of a scratch world: nobody is woken, nothing is limited."""

    def wake(self, kind: Kind) -> None:
        """Nothing to wake: a scratch world drains itself."""

    def open_gate(self, kind: Kind) -> None:
        """Nothing to open."""

    def take(self, name: str, rate: int, per: timedelta, want: int) -> tuple[int, timedelta]:
        return want, timedelta(0)

    def count(self, name: str, lasts_for: timedelta) -> int:
        return 1

    def is_reachable(self) -> bool:
        return True


def _gate(kind: Kind) -> str:
    return f"jimu:gate:{kind}"


Wakers = RedisQueue | QuietQueue
__all__: list[Any] = ["KINDS", "Kind", "QuietQueue", "RedisQueue", "Wakers"]
