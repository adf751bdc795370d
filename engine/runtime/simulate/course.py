"""The course of a test run: what happens in a scratch world, in the order in which it would.

Time is taken in waves. A wave is what comes next: events, timers, answers, calls that are due; in
order of time, and of each owner at most one. So each owner's own order is kept exactly, and what
does not concern each other is worked on together.

1. Take the wave; put the clock to its last moment.
2. Give it to the functions of the live server: inbox, clock, people's answers.
3. Drain lanes and outbox until nobody is to be woken.
4. Look at what was opened: tasks go to people, prepared events to those who wait for them.

Flows whose runs meet beyond their owner go moment by moment instead; flows in which nothing can
wait take many events at once, since nothing can come between them (pace.py).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.core.coverage import place_of
from engine.core.event import Event
from engine.core.flow import Flow
from engine.core.text import Text, text
from engine.runtime.clock import fire_schedules, fire_timers
from engine.runtime.inbox import take_in
from engine.runtime.outbox import drain_outbox
from engine.runtime.runner import work_batch
from engine.runtime.settling.due import REFUNDS_WAIT, earn_due, tell_lost_refunds
from engine.runtime.simulate.asked import Answers
from engine.runtime.simulate.collecting import collecting_seldom
from engine.runtime.simulate.documents import read_one
from engine.runtime.simulate.feed import Coming, Tell
from engine.runtime.simulate.ordering import in_order_of_events, order_of
from engine.runtime.simulate.pace import (
    NOTHING_SETTLES,
    Pace,
    Settling,
    pace_of,
    settling_in,
)
from engine.runtime.simulate.people import People
from engine.runtime.simulate.scratch import Scratch
from engine.runtime.simulate.turns import SETTLED, WAVE, Turns, Wave
from engine.store import lanes as lane_store
from engine.store import scratch as store
from engine.store.event_types import list_own_types
from engine.store.scratch import Due

WHO = "test-run"
LONG = 3600.0  # a drain never stops by the real clock


@dataclass(slots=True)
class Course:
    """One test run under way."""

    scratch: Scratch
    tenant: str
    people: People
    turns: Turns
    total: int
    until: datetime  # no schedule or timer later than this
    last_event: datetime
    tell: Tell
    done: int = 0
    waves: int = 0
    flows: list[Flow] = field(default_factory=list)
    _prepared: list[tuple[datetime, int, str, Event]] = field(default_factory=list)
    _answered: set[tuple[str, str]] = field(default_factory=set)
    _pace: Pace = field(default_factory=lambda: Pace("waves"))
    settling: Settling = NOTHING_SETTLES
    _places: Mapping[str, int] = field(default_factory=dict)  # {order: its place in the wave}
    _latest: datetime = field(default_factory=lambda: datetime.min.replace(tzinfo=UTC))
    _own: Mapping[str, Any] = field(default_factory=dict)

    def prepare(self) -> None:
        """Looks at the flows: how far they may go at once."""
        world = self.scratch.world
        with world.db.reading() as conn:
            world.memory.refresh(conn)
            self._own = {row.type: row.schema for row in list_own_types(conn, self.tenant)}
        memory = world.memory.tenant(self.tenant)
        flows = self.flows = [live.version.flow for live in memory.flows.values()]
        with world.db.reading() as conn:
            self.settling = settling_in(conn, self.tenant)
        self._pace = pace_of(flows, world.registry, memory.hears, self.settling)

    @property
    def is_quick(self) -> bool:
        """Whether nothing can come between events, whoever they are of."""
        return self._pace.name == "quick"

    def run(self) -> datetime:
        """Runs until nothing is left or the time is over; returns when that was."""
        self._latest = self.scratch.clock.at
        with collecting_seldom() as collect:
            while self._turn():
                self.waves += 1
                collect()
                self._heard()
        return self._latest

    def _heard(self) -> None:
        """Says how far it is, and hears of a cancel: after each wave, and within a slow one."""
        self.tell(self.done, self.total, self._said())

    def _said(self) -> Text:
        at = self.scratch.clock.at.date().isoformat()
        return text(
            f"已试 {self.done} 个事件，走到 {at}", f"{self.done} events tried, it is {at} there"
        )

    # -- waves -------------------------------------------------------------------------------------

    def _turn(self) -> bool:
        """One wave; False when there was nothing to do any more."""
        self.turns.fetch()
        if self._pace.name == "quick" and not self.turns and self.settling.is_on:
            # What time brings to settlement after the last event.
            self._pace = Pace("waves")
        if self._pace.name == "quick":
            wave = self.turns.all_at_once(settles=self.settling.is_on)
        else:
            wave = self.turns.cut(self._dues(), self._pace)
        if wave is not None:
            self._do(wave)
        return wave is not None

    def _dues(self) -> list[Due]:
        """What is due by itself, in order; nothing later than the end, no schedule after events."""
        ahead = self.turns.ahead
        with self.scratch.world.db.reading() as conn:
            found = store.due_next(conn, ahead)
            if self.settling.is_on:
                found += store.due_in_settlement(conn, ahead, REFUNDS_WAIT)
            if self.turns:
                self.turns.name(conn, self._pace)
        found += self.people.next_due(ahead)
        found += [Due(at, owner) for at, _, owner, _ in heapq.nsmallest(ahead, self._prepared)]
        found.sort(key=lambda due: due.at)
        return [
            due for due in found[:ahead] if due.at <= (self.until if due.owner else self.last_event)
        ]

    def _do(self, wave: Wave) -> None:
        clock, world, at = self.scratch.clock, self.scratch.world, wave.at

        def wind(moment: datetime) -> None:
            # Also back: what a wave has opened may be due before the wave's own last moment. Its
            # owner had nothing else in that wave.
            clock.at = moment

        self.people.answer(at, wind)
        self._hand_in(at)
        # Only what is due by then may happen now, also where an earlier wave went further.
        clock.at = at
        self._latest = max(self._latest, at)
        if wave.events:
            if self.settling.is_on:
                self._places = wave.places or {
                    order_of(one.event): at for at, one in enumerate(wave.events)
                }
            self.scratch.ids.coming.extend(self.turns.numbers)
            self.turns.numbers.clear()
            self.receive(wave.events)
            self.done += len(wave.events)
        if self._pace.name != "quick":
            fire_timers(world)
            self._outbox_due()
            if wave.has_schedule:
                fire_schedules(world)
            if self.settling.is_on:
                earn_due(world)
                tell_lost_refunds(world)
        self.drain()

    def receive(self, wave: Iterable[Coming]) -> None:
        """Events through the inbox, each at its own moment."""
        found = list(wave)
        world = self.scratch.world
        with world.db.begin() as conn:
            for connection, part in _by_connection(found):
                take_in(
                    world,
                    conn,
                    self.tenant,
                    [one.event for one in part],
                    connection=connection,
                    at=[one.at for one in part],
                )
        world.queue.wake("lanes")

    def drain(self) -> None:
        """Lanes and outbox until nobody is to be woken; then people and prepared events."""
        woken = self.scratch.queue.woken
        while woken:
            if "lanes" in woken:
                woken.discard("lanes")
                self._drain_lanes()
                if self._pace.name != "quick":
                    self._look()
            elif "outbox" in woken:
                woken.discard("outbox")
                drain_outbox(self.scratch.world, WHO, seconds=LONG)
            else:
                woken.clear()

    def _drain_lanes(self) -> None:
        world, held = self.scratch.world, self.scratch.lane
        size = SETTLED if self.is_quick and self.settling.is_on else WAVE
        most = size * 4 if self.settling.is_on else size
        while True:
            with world.db.reading() as conn:
                rows = lane_store.claim(conn, held, most)
            if not rows:
                return
            if self.settling.is_on:
                rows = in_order_of_events(rows, self._places)
            for start in range(0, len(rows), size):
                work_batch(world, held, rows[start : start + size])
                self._heard()

    def _outbox_due(self) -> None:
        with self.scratch.world.db.reading() as conn:
            if store.has_due_calls(conn, self.scratch.world.now()):
                self.scratch.queue.wake("outbox")

    # -- what was opened ---------------------------------------------------------------------------

    def _look(self) -> None:
        answers = self.scratch.answers
        if answers.has("after") and "outbox" in self.scratch.queue.woken:
            self._delay_calls()
        self.people.look()
        if answers.has("event"):
            self._prepare_events(answers)

    def _delay_calls(self) -> None:
        """A call that takes its time is due that much later."""
        with self.scratch.world.db.begin() as conn:
            rows = []
            for call in store.pending_calls(conn):
                after = self.scratch.samples.given(call).after
                if after and call.next_at == call.made_at:
                    rows.append({"key": call.key, "next_at": call.made_at + after})
            store.delay_calls(conn, rows)

    def _prepare_events(self, answers: Answers) -> None:
        """Events that are to come while a step waits for them."""
        with self.scratch.world.db.reading() as conn:
            waits = store.open_waits(conn)
        for wait in waits:
            slot = (wait.run_id, wait.token)
            if slot in self._answered:
                continue
            self._answered.add(slot)
            given = answers.find(wait.run_id, "event", place_of(wait.token.partition("#")[0]))
            if given is None or given.event is None:
                continue
            number = len(self._answered)
            at = wait.since + (given.after if given.after is not None else timedelta(minutes=1))
            document = {"id": f"answer-{number}", "source": "/test-run/answers", **given.event}
            document.pop("time", None)
            event = read_one(document, number, self._own, at)
            heapq.heappush(self._prepared, (at, number, wait.owner, event))

    def _hand_in(self, at: datetime) -> None:
        while self._prepared and self._prepared[0][0] <= at:
            moment, _, _, event = heapq.heappop(self._prepared)
            self.scratch.clock.at = max(self.scratch.clock.at, moment)
            self.receive([Coming(event, moment)])


def _by_connection(found: list[Coming]) -> Iterator[tuple[str | None, list[Coming]]]:
    """Runs of events that came in by the same connection, in order."""
    part: list[Coming] = []
    for one in found:
        if part and part[-1].event.connection != one.event.connection:
            yield part[-1].event.connection, part
            part = []
        part.append(one)
    if part:
        yield part[-1].event.connection, part
