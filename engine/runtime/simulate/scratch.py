"""A scratch world: the same World as a live one, with nothing behind it that could be hurt.

Its store is an in-memory SQLite (a file in a temporary folder above MEMORY_EVENTS), its connectors
answer from samples, its clock stands still until it is wound, its queue only remembers who was to
be woken. The installation's rows come in before the run (filling.py); afterwards nothing in here
knows the live database, Redis or the network.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.core.ids import first_id
from engine.core.registry import Registry
from engine.runtime.memory import Memory
from engine.runtime.queue import Kind, QuietQueue
from engine.runtime.simulate.asked import Answers
from engine.runtime.simulate.samples import Samples
from engine.runtime.world import World
from engine.store import scratch as store
from engine.store.db import Database
from engine.store.schema import create_all
from engine.store.vault import Vault

MEMORY_EVENTS = 20_000


class WoundClock:
    """A clock that goes where it is put."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


class CountedIds:
    """Ids in a row instead of at random: the same test run makes the same ids each time."""

    def __init__(self, part: int = 0) -> None:
        self._next = part * 10**12

    def __call__(self, prefix: str, now: datetime) -> Callable[[], str]:
        start = first_id(prefix, now)[:-16]

        def make() -> str:
            self._next += 1
            return f"{start}{self._next:016d}"

        return make


class NotingQueue(QuietQueue):
    """Remembers who was to be woken, so that only what has work is drained."""

    def __init__(self) -> None:
        self.woken: set[Kind] = set()

    def wake(self, kind: Kind) -> None:
        self.woken.add(kind)


@dataclass(slots=True)
class Scratch:
    """A scratch world with the parts a test run itself turns."""

    world: World
    clock: WoundClock
    queue: NotingQueue
    samples: Samples
    answers: Answers
    lane: dict[int, int]  # {lane: epoch}: the one lane there is, held for good


@contextmanager
def open_scratch(
    registry: Registry,
    vault: Vault,
    answers: Answers,
    at: datetime,
    *,
    events: int,
    part: int = 0,
    connections: dict[str, str] | None = None,
) -> Iterator[Scratch]:
    """An empty scratch world; it is gone afterwards. `connections` are {key: connector type}."""
    with ExitStack() as stack:
        url = "sqlite://"
        if events > MEMORY_EVENTS:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="jimu-test-run-"))
            url = f"sqlite:///{Path(folder) / 'scratch.db'}"
        db = Database(url, durable=False)
        stack.callback(db.dispose)
        create_all(db, lanes_wanted=1)
        with db.begin() as conn:
            store.index_for_reading(conn)
            store.tell_planner(conn)
            lane = store.take_lane(conn, "test-run")
        known = {
            key: registry.connectors[type_]
            for key, type_ in (connections or {}).items()
            if type_ in registry.connectors
        }
        clock, queue, samples = WoundClock(at), NotingQueue(), Samples(known, answers)
        world = World(
            db=db,
            registry=registry,
            clock=clock,
            queue=queue,
            caller=samples,
            vault=vault,
            lanes=1,
            memory=Memory(registry),
            ids=CountedIds(part),
            punctual=True,
        )
        yield Scratch(world, clock, queue, samples, answers, lane)
