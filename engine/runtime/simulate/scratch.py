"""A scratch world: the same World as a live one, with nothing behind it that could be hurt.

Its store is an in-memory SQLite (a file in a temporary folder above MEMORY_EVENTS), its connectors
answer from samples, its clock stands still until it is wound, its queue only remembers who was to
be woken. The installation's rows come in before the run (filling.py); afterwards nothing in here
knows the live database, Redis or the network.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime

from engine.core.ids import first_id
from engine.core.registry import Registry
from engine.runtime.memory import Memory
from engine.runtime.queue import Kind, QuietQueue
from engine.runtime.simulate.asked import Answers
from engine.runtime.simulate.folder import open_folder
from engine.runtime.simulate.samples import Samples
from engine.runtime.world import World
from engine.store import scratch as store
from engine.store.scratch.database import ScratchDatabase
from engine.store.scratch.shelves import Watch
from engine.store.vault import Vault

MEMORY_EVENTS = 20_000


class WoundClock:
    """A clock that goes where it is put."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


class CountedIds:
    """Ids in a row instead of at random: the same test run makes the same ids each time.

    Events of its feed are numbered there (`coming`): they have one id, whoever takes them in.
    """

    def __init__(self, part: int = 0) -> None:
        self._next = part * 10**12
        self._starts: dict[str, tuple[datetime, str]] = {}  # {prefix: of the newest moment}
        self.coming: deque[int] = deque()

    def __call__(self, prefix: str, now: datetime) -> Callable[[], str]:
        at, start = self._starts.get(prefix, (None, ""))
        if at != now:
            start = first_id(prefix, now)[:-16]
            self._starts[prefix] = (now, start)

        def make() -> str:
            if prefix == "evt" and self.coming:
                return f"{start}{_FEED + self.coming.popleft():016d}"
            self._next += 1
            return f"{start}{self._next:016d}"

        return make


_FEED = 10**15  # where the numbers of the feed begin


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
    db: ScratchDatabase  # of that world
    clock: WoundClock
    queue: NotingQueue
    samples: Samples
    answers: Answers
    lane: dict[int, int]  # {lane: epoch}: the one lane there is, held for good
    ids: CountedIds
    passing: bool = False  # whether events are let go when they are over

    def let_events_pass(self) -> None:
        """Nobody will look back at an event when its runs are over: it need not be kept.

        Those there are by now stay: one that comes again must be known.
        """
        assert self.db.shelves is not None
        with self.db.begin() as conn:
            self.db.shelves.events.write(conn)
        self.passing = self.db.shelves.events.passing = True

    def move_to(self, db: ScratchDatabase, watch: Watch) -> None:
        """Goes on in a copy of its database, in another process: with new ids of its own."""
        self.db = self.world.db = db
        self.db.keep_in_memory(watch).events.passing = self.passing
        self.world.ids = self.ids = CountedIds(1)


@contextmanager
def open_scratch(
    registry: Registry,
    vault: Vault,
    answers: Answers,
    at: datetime,
    *,
    events: int,
    connections: dict[str, str] | None = None,
) -> Iterator[Scratch]:
    """An empty scratch world; it is gone afterwards. `connections` are {key: connector type}."""
    with ExitStack() as stack:
        folder = None
        if events > MEMORY_EVENTS:
            folder = stack.enter_context(open_folder())
        db = store.open_empty(folder)
        stack.callback(db.dispose)
        with db.begin() as conn:
            lane = store.take_lane(conn, "test-run")
        known = {
            key: registry.connectors[type_]
            for key, type_ in (connections or {}).items()
            if type_ in registry.connectors
        }
        clock, queue, samples = WoundClock(at), NotingQueue(), Samples(known, answers)
        ids = CountedIds()
        world = World(
            db=db,
            registry=registry,
            clock=clock,
            queue=queue,
            caller=samples,
            vault=vault,
            lanes=1,
            memory=Memory(registry),
            ids=ids,
            punctual=True,
        )
        yield Scratch(world, db, clock, queue, samples, answers, lane, ids)
