"""Calls that a worker makes itself, right after the commit that planned them.

By way of the outbox a call is written twice more, and its run is loaded a second time. So:

1. Of what a batch plans, what may go at once is stored as `sending`, claimed by this worker. The
   state of a run that has just begun is not stored: its journal tells the same (loading.py).
2. After the commit it is sent, beside the batches that follow: wave by wave for each connection,
   and of one subject's calls each after the one before is settled.
3. An answer that comes while its run's lane is still held moves the run on from memory: effect, run
   and journal in one transaction (runner.py).
4. All else goes the outbox's way: connections that are paused, at their rate, not sound, or waited
   for already; subjects for which an older call is under way; answers that come later, or whose
   transaction fails.

A worker that is killed leaves what the outbox would leave: `sending`, until its claim is over.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from types import SimpleNamespace, TracebackType
from typing import Any

from engine.core.effect import stricter
from engine.core.event import Event
from engine.runtime.batch import Batch
from engine.runtime.calling import call_all, limits_of
from engine.runtime.circuit import Place
from engine.runtime.connections import not_begun
from engine.runtime.in_hand import RunInHand
from engine.runtime.outbox import CLAIMED_FOR, RENEW_EVERY, THREADS, settle
from engine.runtime.outcomes import Answered, answered
from engine.runtime.world import World
from engine.store import connections as connection_store
from engine.store import effects as effect_store
from engine.store.db import Connection, database_now

Calls = dict[Place, list[dict[str, Any]]]  # rows of effects, by connection


@dataclass(slots=True)
class Kept:
    """A run that waits for its call, as the batch that planned it left it."""

    run: RunInHand
    event: Event | None
    event_row: Any


class Courier:
    """One worker's own calls; a context, at whose end none is under way."""

    def __init__(self, world: World, who: str) -> None:
        self.who = who
        self._world = world
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="call")
        self._busy: dict[Future[list[Any]], tuple[Place, list[Any]]] = {}
        self._waiting: dict[Place, list[Any]] = {}  # for the wave before; in the order made
        self._kept: dict[str, Kept] = {}
        self._renewed = time.monotonic()
        self.is_open = True  # whether calls are begun

    def __enter__(self) -> Courier:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.is_open = False
        try:
            while self.is_busy:
                for came in self.come_back(1.0):
                    settle(self._world, self.who, came)
        finally:
            self._pool.shutdown()

    @property
    def is_busy(self) -> bool:
        return bool(self._busy or self._waiting)

    @property
    def expects(self) -> bool:
        """Whether a call under way has a run that can go on from memory."""
        return bool(self._kept) and self.is_busy

    def take(self, conn: Connection, batch: Batch) -> Calls:
        """Marks what may go at once of the calls a batch will store; returns it."""
        if not self.is_open:
            return {}
        again = [
            one["key"]
            for one in batch.effects
            if (run := batch.runs.get(one["run_id"])) is None or not run.is_new
        ]
        # Asked again after an incident, a call keeps its row and what became of it.
        known = effect_store.known_keys(conn, again) if again else ()
        asked: Calls = {}
        for one in batch.effects:
            if one["key"] not in known:
                asked.setdefault((one["tenant"], one["connection"]), []).append(one)
        if not asked:
            return {}
        until = database_now(conn) + CLAIMED_FOR
        found = {}
        for place, calls in asked.items():
            found[place] = self._within_limits(conn, place, calls, batch)
            for one in found[place]:
                one |= {
                    "status": "sending",
                    "attempts": 1,
                    "claimed_by": self.who,
                    "claimed_until": until,
                }
                if batch.runs[one["run_id"]].is_new:  # its journal is short
                    batch.told.add(one["run_id"])
        return found

    def _within_limits(
        self, conn: Connection, place: Place, calls: list[dict[str, Any]], batch: Batch
    ) -> list[dict[str, Any]]:
        """Those that a sound connection takes now, with the stricter class of step and action."""
        row = connection_store.find_connection(conn, *place)
        connector = self._world.registry.connectors.get(row.connector) if row else None
        if row is None or row.status != "active" or row.open_until is not None:
            return []
        if connector is None or effect_store.has_due_for(conn, *place, batch.now):
            return []
        subjects = {one["subject"] for one in calls if one["subject"] is not None}
        held = effect_store.subjects_under_way(conn, *place, subjects, self.who)
        free = [one for one in calls if one["subject"] not in held]
        if not free:
            return []
        limits, rate, _ = limits_of(row, connector, batch.now)
        given, _ = self._world.queue.take(f"{place[0]}:{place[1]}", rate, limits.per, len(free))
        for one in free[:given]:
            action = connector.action(one["action"])
            if action is not None:
                one["effect_class"] = stricter(one["effect_class"], action.effect_class)
        return free[:given]

    def send(self, batch: Batch, calls: Calls) -> None:
        """Begins what `take` found; the batch is committed."""
        for run_id in batch.changed_runs:
            self._kept.pop(run_id, None)
        for place, effects in calls.items():
            rows = [SimpleNamespace(**one) for one in effects]
            self._waiting.setdefault(place, []).extend(rows)
            self._begin(place)
            for row in rows:
                run = batch.runs[row.run_id]
                run.is_new = False
                self._kept[run.id] = Kept(
                    run, batch.events.get(run.event_id), batch.event_rows.get(run.event_id)
                )

    def come_back(self, seconds: float = 0.0) -> Iterator[Answered]:
        """Calls that have ended, after at most so long a wait for the first."""
        for place in list(self._waiting):
            if self.is_open:
                self._begin(place)  # where the wave before could not be settled
            else:
                yield self._put_back(place, [], [])
        if not self._busy:
            return
        ended, _ = wait(self._busy, timeout=seconds, return_when=FIRST_COMPLETED)
        if time.monotonic() - self._renewed >= RENEW_EVERY:
            self._renewed = time.monotonic()
            with self._world.db.begin() as conn:
                effect_store.renew_claims(conn, self.who, CLAIMED_FOR)
        for future in ended:
            place, rows = self._busy.pop(future)
            came = answered(self._world, place, rows, future.result())
            again = {one["key"] for one in came.outcomes if one["status"] == "pending"}
            if again:
                subjects = {row.subject for row in rows if row.key in again and row.subject}
                came = self._put_back(place, rows, future.result(), subjects)
            yield came
            if self.is_open:
                self._begin(place)  # what came is settled by now: the next of its subjects may go

    def _begin(self, place: Place) -> None:
        """Sends the next wave, unless one is under way: of each subject the oldest."""
        if any(place == other for other, _ in self._busy.values()):
            return
        waiting = self._waiting.pop(place, [])
        wave: list[Any] = []
        later: list[Any] = []
        subjects = set()
        for row in waiting:
            (later if row.subject in subjects else wave).append(row)
            if row.subject is not None:
                subjects.add(row.subject)
        if wave:
            self._busy[self._pool.submit(call_all, self._world, place, wave)] = (place, wave)
        if later:
            self._waiting[place] = later

    def _put_back(
        self,
        place: Place,
        rows: list[Any],
        answers: list[Any],
        subjects: Collection[str] | None = None,
    ) -> Answered:
        """The answers, and what waits behind them (of these subjects, or all) as not begun."""
        waiting = self._waiting.pop(place, [])
        back = [row for row in waiting if subjects is None or row.subject in subjects]
        if len(back) < len(waiting):
            self._waiting[place] = [row for row in waiting if row not in back]
        return answered(
            self._world, place, [*rows, *back], [*answers, *(not_begun() for _ in back)]
        )

    def hand_out(self, batch: Batch, run_ids: Iterable[str]) -> None:
        """Puts runs that are kept into a batch, as they were left: they are not loaded again.

        They are kept no longer: should the batch fail, they are not what is stored.
        """
        for run_id in run_ids:
            kept = self._kept.pop(run_id, None)
            if kept is None or not self._is_current(kept.run):
                continue
            batch.runs[run_id] = kept.run
            if kept.event is not None:
                batch.events[kept.run.event_id] = kept.event
                batch.event_rows[kept.run.event_id] = kept.event_row

    def _is_current(self, run: RunInHand) -> bool:
        """Versions are compiled anew when the tenant's own event types change."""
        return self._world.memory.compiled(run.version_id) is run.version

    def forget(self) -> None:
        """What is stored may differ from now on: the lanes are given back, say."""
        self._kept.clear()
