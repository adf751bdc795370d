"""The people of a test run: they answer tasks, one after the other, in their working hours.

A task goes to the one of its people who will be at it first. They begin when they are free and at
work, and answer after the time the work takes: what is between opening and beginning is the queue.
A task whose time is over before somebody could begin costs nobody anything and times out. Where
nobody holds the role, a stand-in answers, and the report says so.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from engine.core.coverage import place_of
from engine.core.errors import EngineError
from engine.core.ids import derived_id
from engine.core.schema import follow
from engine.core.working_time import Calendar, add_working, next_open
from engine.runtime.principal import Principal
from engine.runtime.simulate.asked import WORK, Answers, Given
from engine.runtime.steering import answer_task
from engine.runtime.world import World
from engine.store import scratch as store
from engine.store import tasks as task_store

log = structlog.get_logger(__name__)
_DEFAULT = Given()


@dataclass(slots=True)
class Held:
    """A task on somebody's desk."""

    id: str
    place: str
    owner: str
    opened: datetime
    given: Given
    ports: tuple[str, ...]
    form: Mapping[str, Any] | None
    due: datetime | None = None
    person: str = ""
    began: datetime | None = None


@dataclass(slots=True)
class Desk:
    """One person: what lies there, and figures of their working day."""

    id: str
    name: str
    free: datetime | None = None  # when the last work on it ends
    ends: deque[datetime] = field(default_factory=deque)  # of what lies there, in order
    given: int = 0
    tasks: int = 0
    busy: timedelta = timedelta(0)
    longest: int = 0
    longest_at: datetime | None = None
    by_day: dict[str, int] = field(default_factory=dict)  # {date: longest queue}


@dataclass(slots=True)
class Stay:
    """How long tasks of one step lay, and were worked on in working hours."""

    count: int = 0
    queued: timedelta = timedelta(0)
    worked: timedelta = timedelta(0)
    longest: timedelta = timedelta(0)


class People:
    """Everybody who answers tasks in one scratch world."""

    def __init__(
        self, world: World, tenant: str, answers: Answers, calendar: Calendar, zone: Any
    ) -> None:
        self._world, self._tenant, self._answers = world, tenant, answers
        self._calendar, self._zone = calendar, zone
        self._last = 0  # the row of the newest task seen
        # What will be answered: (when, number, task). Numbers keep the order of equal times.
        self._ends: list[tuple[datetime, int, Held]] = []
        self._number = 0
        self.desks: dict[str, Desk] = {}
        self.stays: dict[str, Stay] = {}
        self.nobody: dict[str, int] = {}  # {whom a task asked for in vain: how often}
        self.missed = 0
        self.refused: list[dict[str, Any]] = []

    def next_due(self, limit: int) -> list[store.Due]:
        """When the next answers come, in order."""
        return [store.Due(at, held.owner) for at, _, held in heapq.nsmallest(limit, self._ends)]

    def look(self) -> None:
        """Takes up the tasks that were opened since."""
        with self._world.db.reading() as conn:
            fresh = store.new_tasks(conn, self._last)
            people = {
                row.id: sorted(task_store.people_of_task(conn, self._tenant, row.id))
                for row in fresh
            }
        for row in sorted(fresh, key=lambda row: (row.opened_at, row.number)):
            place = place_of(row.token.partition("#")[0])
            given = self._answers.find(row.run_id, "task", place, "*") or _DEFAULT
            if not given.never:
                held = Held(
                    row.id,
                    place,
                    row.owner,
                    row.opened_at,
                    given,
                    tuple(row.ports),
                    row.form,
                    row.due_at,
                )
                self._put(held, people[row.id] or [self._stand_in(row)])
        self._last = max((row.number for row in fresh), default=self._last)

    def answer(self, until: datetime, wind: Any) -> None:
        """Gives the answers that are due; `wind` puts the clock."""
        while self._ends and self._ends[0][0] <= until:
            at, _, held = heapq.heappop(self._ends)
            wind(at)
            self._answer(held)

    # -- desks -------------------------------------------------------------------------------------

    def _put(self, held: Held, people: list[str]) -> None:
        if held.given.after is not None:
            # So it was chosen: no matter who, nor when they work.
            held.person, held.began = people[0], held.opened
            self._end(held, held.opened + held.given.after)
            return
        desks = [self._desk(id_) for id_ in people]
        desk = min(
            desks, key=lambda one: (max(one.free or held.opened, held.opened), one.given, one.id)
        )
        desk.given += 1
        began = next_open(max(desk.free or held.opened, held.opened), self._calendar)
        if held.due is not None and began >= held.due:
            self.missed += 1  # its time is over before anybody gets to it
            return
        held.person, held.began = desk.id, began
        ends = add_working(began, held.given.work or WORK, self._calendar)
        while desk.ends and desk.ends[0] <= held.opened:
            desk.ends.popleft()
        # Who is at work on one has the others waiting.
        self._note_queue(desk, held.opened, len(desk.ends))
        desk.ends.append(ends)
        desk.free = ends
        self._end(held, ends)

    def _note_queue(self, desk: Desk, at: datetime, lying: int) -> None:
        day = at.astimezone(self._zone).date().isoformat()
        desk.by_day[day] = max(desk.by_day.get(day, 0), lying)
        if lying > desk.longest:
            desk.longest, desk.longest_at = lying, at

    def _end(self, held: Held, at: datetime) -> None:
        self._number += 1
        heapq.heappush(self._ends, (at, self._number, held))

    def _desk(self, id_: str) -> Desk:
        if id_ not in self.desks:
            with self._world.db.reading() as conn:
                name = store.name_of_user(conn, self._tenant, id_)
            self.desks[id_] = Desk(id_, name or id_)
        return self.desks[id_]

    def _is_open(self, held: Held) -> bool:
        with self._world.db.reading() as conn:
            row = task_store.find_task(conn, self._tenant, held.id)
        return row is not None and row.status == "open"

    # -- answers -----------------------------------------------------------------------------------

    def _answer(self, held: Held) -> None:
        if not self._is_open(held):
            return
        who = Principal(held.person, self._tenant, held.person, {})
        port = self._port(held)
        given = held.given.value
        values = given if isinstance(given, Mapping) else _filled(held.form)
        try:
            answer_task(self._world, who, held.id, port, values)
        except EngineError as error:
            # A chosen answer that no form would take: the task then stays, as it would live.
            self.refused.append({"place": held.place, "reason": error.message})
            return
        at = self._world.now()
        desk = self._desk(held.person)
        stay = self.stays.setdefault(held.place, Stay())
        began = held.began or at
        stay.count += 1
        stay.queued += began - held.opened
        # Of what was begun before the door closed the night is no work.
        worked = at - began if held.given.after is not None else held.given.work or WORK
        stay.worked += worked
        stay.longest = max(stay.longest, at - held.opened)
        desk.tasks += 1
        if held.given.after is None:
            desk.busy += worked

    def _port(self, held: Held) -> str:
        wanted = held.given.port
        if isinstance(wanted, str):
            return wanted or (held.ports[0] if held.ports else "")
        # By share, and for the same task always the same.
        total = sum(wanted.values())
        drawn = int.from_bytes(hashlib.blake2b(held.id.encode(), digest_size=6).digest(), "big")
        left = drawn / 2**48 * total
        for port, share in wanted.items():
            left -= share
            if left < 0:
                return port
        return next(iter(wanted), "")

    def _stand_in(self, row: Any) -> str:
        """Somebody who is there although nobody is: the task says whom it asked for."""
        who = row.who or {}
        asked = [*(who.get("roles") or ()), *(who.get("users") or ())]
        if who.get("relative"):
            asked.append(str(who["relative"]))
        name = ", ".join(str(one) for one in asked) or "?"
        self.nobody[name] = self.nobody.get(name, 0) + 1
        id_ = derived_id("usr", "stand-in", name)
        with self._world.db.begin() as conn:
            store.put_stand_in(conn, self._tenant, id_, name, row.id, self._world.now())
        return id_


def _filled(form: Mapping[str, Any] | None) -> dict[str, Any]:
    """Something the form takes, field by field: its defaults, first choices, least values."""
    found = {}
    for name, shape in ((form or {}).get("properties") or {}).items():
        if name in (form or {}).get("required", ()):
            found[name] = _any(follow(shape, form))
    return found


_FIRST: Mapping[str, Any] = {"string": "…", "boolean": True, "array": [], "object": {}}


def _any(shape: Any) -> Any:
    if not isinstance(shape, Mapping):
        return None
    for key in ("default", "const"):
        if key in shape:
            return shape[key]
    if shape.get("enum"):
        return shape["enum"][0]
    if shape.get("examples"):
        return shape["examples"][0]
    kind = shape.get("type")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind in ("number", "integer"):
        return shape.get("minimum", max(0, shape.get("exclusiveMinimum", -1) + 1))
    if kind == "string":
        usual = {"date": "2026-01-01", "date-time": "2026-01-01T00:00:00Z", "time": "09:00:00Z"}
        written = usual.get(str(shape.get("format", "")), "…")
        return written.ljust(int(shape.get("minLength", 0)), "…")
    return _FIRST.get(str(kind))
