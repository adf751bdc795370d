"""One test run from set-up to result.

1. In one snapshot of the installation: find and check the version, read the events, fill a scratch
   world as of the first one. What is wrong with the flow is said here, before anything runs.
2. Let the course run its way (course.py).
3. Count what came of it (harvest.py, tally.py), keep the runs worth looking at, write the report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engine.core.errors import InvalidInput, NotFound, Problem
from engine.core.flow import dump_flow
from engine.core.text import Text, text
from engine.core.working_time import default_calendar, load_calendar
from engine.runtime.simulate.asked import TAIL, Answers, Setup
from engine.runtime.simulate.beside import can_fork
from engine.runtime.simulate.chosen import Chosen, choose
from engine.runtime.simulate.collecting import collecting_seldom
from engine.runtime.simulate.compare import Comparison, compare
from engine.runtime.simulate.concerned import Concerned
from engine.runtime.simulate.course import Course
from engine.runtime.simulate.documents import read_one
from engine.runtime.simulate.feed import Coming, Feed, Tell
from engine.runtime.simulate.filling import fill
from engine.runtime.simulate.fitting import check_setup
from engine.runtime.simulate.harvest import MOST_FAILED, count_rest, runs_of
from engine.runtime.simulate.money import compare_money, read_money
from engine.runtime.simulate.people import People
from engine.runtime.simulate.report import make_report
from engine.runtime.simulate.scratch import Scratch, open_scratch
from engine.runtime.simulate.sharing import (
    SHARED_FROM,
    are_strangers,
    run_shared,
    settles_apart,
    shares_of,
)
from engine.runtime.simulate.sources import read_feed
from engine.runtime.simulate.starts import add_starts
from engine.runtime.simulate.tally import RunSeen, Tally, path_key
from engine.runtime.simulate.turns import Turns
from engine.runtime.simulate.watching import Watching
from engine.runtime.world import World
from engine.store import calendars as calendar_store
from engine.store import connections as connection_store
from engine.store import flows as flow_store
from engine.store.db import Connection
from engine.store.event_types import list_own_types
from engine.store.scratch.seen import Mark, mark_ledger

_EARLIER = timedelta(seconds=1)


@dataclass(slots=True)
class Side:
    """One version's course: its world, still open, and what it came to."""

    chosen: Chosen
    scratch: Scratch
    tally: Tally
    clock: tuple[datetime, datetime]
    unrestored: list[Text]
    mark: Mark
    watching: Watching | None = None  # counts while it goes; None: counted from its rows
    kept: dict[str, RunSeen] = field(default_factory=dict)


@dataclass(slots=True)
class Result:
    """What a test run gives back: the report, and runs with their traces by side."""

    report: dict[str, Any]
    kept: dict[str, list[RunSeen]]  # "new", and "old" when versions were compared
    documents: dict[str, Any]  # {side: {flow, which, number, sub_flows}}: what traces are read by


def no_tell(done: int, total: int | None, said: Text) -> None:
    """For whoever does not want to know how far it is."""


def simulate(world: World, tenant: str, setup: Setup, tell: Tell = no_tell) -> Result:
    """A whole test run. Raises InvalidFlow or InvalidInput before anything runs.

    `tell(done, total, said)` is called several times a second; what it raises ends the test run.
    """
    with collecting_seldom():
        return _simulated(world, tenant, setup, tell)  # all that it made is gone when this ends


def _simulated(world: World, tenant: str, setup: Setup, tell: Tell) -> Result:
    with ExitStack() as stack:
        conn = stack.enter_context(world.db.snapshot())
        chosen = [choose(world, conn, tenant, setup, setup.which)]
        if setup.against is not None:
            chosen.append(choose(world, conn, tenant, setup, setup.against))
        check_setup(world, conn, tenant, setup, chosen)
        feed, said = _feed(world, conn, tenant, setup, chosen[0], tell)
        stack.callback(feed.close)
        names = {row.id: row.key for row in flow_store.live_versions(conn, tenant)}
        sides = [
            stack.enter_context(_filled(world, conn, tenant, setup, one, feed, tell))
            for one in chosen
        ]
        documents = {
            name: _document(conn, tenant, side.chosen)
            for name, side in zip(("new", "old"), sides, strict=False)
        }
        # From here on nothing reads the installation any more.
        conn.rollback()
        for number, side in enumerate(sides):
            # Two versions are compared run by run: then all rows are needed.
            part = _part(tell, number, len(sides))
            _run(side, tenant, setup, feed, part, at_once=len(sides) == 1)
            _count(side, tenant, setup, feed, tell)
        reports = [
            make_report(
                side.tally,
                side.chosen.flow,
                world.registry,
                feed,
                names=names,
                clock=side.clock,
                unrestored=[*side.unrestored, *said],
            )
            for side in sides
        ]
        found = {**reports[0], "flow": named(sides[0].chosen), "against": None, "comparison": None}
        kept = {"new": list(sides[0].kept.values())}
        if len(sides) == 2:
            comparison = compare(sides[0].scratch, sides[1].scratch, chosen[0].flow_id, tell)
            comparison.money = compare_money(
                *((one.scratch, one.mark, one.tally.money) for one in sides)
            )
            found |= {
                "against": {"flow": named(sides[1].chosen), **reports[1]},
                "comparison": comparison.as_json(),
            }
            kept = _with_differing(sides, comparison)
        return Result(found, kept, documents)


def run_side(
    world: World, tenant: str, setup: Setup, tell: Tell = no_tell
) -> tuple[Side, Feed, dict[str, Any]]:
    """One version on some events, without a report: its side, the events, its document."""
    with ExitStack() as stack:
        conn = stack.enter_context(world.db.snapshot())
        chosen = choose(world, conn, tenant, setup, setup.which)
        feed = read_feed(world, conn, tenant, setup, tell)
        stack.callback(feed.close)
        side = stack.enter_context(_filled(world, conn, tenant, setup, chosen, feed, tell))
        document = _document(conn, tenant, chosen)
        conn.rollback()
        _run(side, tenant, setup, feed, tell, at_once=False)
        _count(side, tenant, setup, feed, tell)
        return side, feed, document


def _feed(
    world: World, conn: Connection, tenant: str, setup: Setup, chosen: Chosen, tell: Tell
) -> tuple[Feed, list[Text]]:
    """The events, or those that starts come to; and what of them is not as it was then."""
    said: list[Text] = []
    if setup.starts is None:
        feed = read_feed(world, conn, tenant, setup, tell)
    else:
        feed = Feed(Concerned(world))
        said = add_starts(world, conn, tenant, setup, chosen, feed)
        feed.sort(None)
    if feed.is_cut:
        used = len(feed)
        said.append(
            text(
                f"这段时间的事件太多，只用了最早的 {used} 个",
                f"there are more events in that time: only the first {used} were used",
            )
        )
    late = feed.count_after(setup.until) if setup.until is not None and len(feed) else 0
    if late and late == len(feed):
        message = text("until 早于第一个事件", "until is before the first event")
        raise InvalidInput(message, [Problem("/until", message, "order")])
    if late:
        said.append(
            text(
                f"{late} 个事件晚于 until，没有用到",
                f"{late} events are later than until: they were not used",
            )
        )
    return feed, said


def named(chosen: Chosen) -> dict[str, Any]:
    return {
        "key": chosen.flow.key,
        "name": chosen.flow.name,
        "which": chosen.which,
        "version": chosen.number or None,
    }


def _document(conn: Connection, tenant: str, chosen: Chosen) -> dict[str, Any]:
    held = flow_store.versions_by_id(conn, tenant, chosen.pinned.values())
    return {
        "flow": dump_flow(chosen.flow),
        "which": chosen.which,
        "number": chosen.number,
        "sub_flows": {key: held[id_].document for key, id_ in chosen.pinned.items() if id_ in held},
    }


def _part(tell: Tell, number: int, of: int) -> Tell:
    """Progress over all sides as one."""
    if of == 1:
        return tell

    def told(done: int, total: int | None, said: Text) -> None:
        whole = total or 0
        tell(number * whole + done, of * whole, said)

    return told


@contextmanager
def _filled(
    world: World,
    conn: Connection,
    tenant: str,
    setup: Setup,
    chosen: Chosen,
    feed: Feed,
    tell: Tell,
) -> Iterator[Side]:
    """A scratch world with the version in it, as of the first event."""
    at = feed.first_at if len(feed) else setup.start or world.now()
    answers = Answers(setup.answers)
    there = {row.key: row.connector for row in connection_store.list_connections(conn, tenant)}
    with open_scratch(
        world.registry, world.vault, answers, at, events=len(feed), connections=there
    ) as scratch:
        unrestored = fill(conn, scratch, tenant, setup, chosen, feed, tell)
        with scratch.world.db.reading() as own:
            mark = mark_ledger(own)
        yield Side(chosen, scratch, Tally(), (at, at), unrestored, mark)


def _run(side: Side, tenant: str, setup: Setup, feed: Feed, tell: Tell, *, at_once: bool) -> None:
    scratch, at = side.scratch, side.clock[0]
    if at_once:
        side.watching = Watching(side.tally, side.chosen.flow_id, setup.keep, at)
        scratch.world.entry_of = list
    scratch.db.keep_in_memory(side.watching)
    with scratch.world.db.reading() as conn:
        document = default_calendar()
        if setup.calendar:
            row = calendar_store.find_calendar(conn, tenant, setup.calendar)
            if row is None:
                raise NotFound(
                    text(f"没有工作日历 {setup.calendar}", f"there is no calendar {setup.calendar}")
                )
            document = row.document
        own = {row.type: row.schema for row in list_own_types(conn, tenant)}
    calendar = load_calendar(document)
    people = People(scratch.world, tenant, scratch.answers, calendar, calendar.zone)
    last = feed.last_at if len(feed) else at
    until = setup.until or last + TAIL
    course = Course(
        scratch=scratch,
        tenant=tenant,
        people=people,
        turns=Turns(scratch, tenant, enumerate(feed), until),
        total=len(feed),
        until=until,
        last_event=setup.until or last,
        tell=tell,
    )
    _put_before(course, side, setup, own, at)
    course.prepare()
    strangers = course.is_quick and are_strangers(course.flows, scratch.world.registry)
    if side.watching is not None and strangers:
        scratch.let_events_pass()
    shares = _shares(course, side, tenant, setup, feed) if strangers else None
    feed.forget_names()
    if shares is None or side.watching is None:
        side.clock = (at, course.run())
    else:
        side.clock = (at, run_shared(course, side.watching, feed, shares))
    tally = side.tally
    tally.events = course.done
    tally.stays, tally.desks, tally.refused = people.stays, people.desks, people.refused
    tally.nobody.update(people.nobody)


def _shares(course: Course, side: Side, tenant: str, setup: Setup, feed: Feed) -> bytes | None:
    """Which events another process may take (sharing.py); None: it stays one."""
    scratch = side.scratch
    if side.watching is None or len(feed) < SHARED_FROM:
        return None
    if not settles_apart(course.settling, setup, feed):
        return None
    if not can_fork() or not scratch.db.is_idle():
        return None
    with scratch.db.reading() as conn:
        return shares_of(scratch.world, conn, tenant, feed, setup, course.tell)


def _put_before(
    course: Course, side: Side, setup: Setup, own: dict[str, Any], at: datetime
) -> None:
    """Earlier events of the set-up: through inbox and lanes while nobody listens yet."""
    if not setup.before:
        return
    events = [
        read_one({"id": f"before-{number}", "source": "/test-run/before", **document}, number, own,
                 at - _EARLIER)
        for number, document in enumerate(setup.before, 1)
    ]  # fmt: skip
    scratch = side.scratch
    coming = sorted(
        (Coming(event, min(event.time, at - _EARLIER)) for event in events), key=lambda one: one.at
    )
    with scratch.world.db.begin() as conn:
        flow_store.update_flow(conn, course.tenant, side.chosen.flow_id, {"status": "paused"})
        flow_store.bump(conn, course.tenant)
    scratch.clock.at = coming[-1].at
    course.receive(coming)
    course.drain()
    scratch.clock.at = at
    with scratch.world.db.begin() as conn:
        flow_store.update_flow(conn, course.tenant, side.chosen.flow_id, {"status": "live"})
        flow_store.bump(conn, course.tenant)


def _count(side: Side, tenant: str, setup: Setup, feed: Feed, tell: Tell) -> None:
    """What came of it: what was counted at once, or every run read once."""

    def counted(count: int) -> None:
        tell(len(feed), len(feed), text(f"正在统计：{count}", f"counting: {count}"))

    if side.watching is not None:
        db = side.scratch.db
        assert db.shelves is not None
        with db.reading() as conn:
            for count in side.watching.settle(db.shelves, conn):
                counted(count)
            side.watching.finish()
            side.kept = side.watching.kept(conn)
    else:
        _read(side, setup, counted)
    side.tally.money.merge(read_money(side.scratch, tenant, side.mark, counted))


def _read(side: Side, setup: Setup, counted: Callable[[int], None]) -> None:
    """Reads every run once: counts it, and keeps it where it is worth looking at."""
    failed, count = 0, 0
    for run, entries in runs_of(side.scratch):
        count += 1
        if count % 200 == 0:
            counted(count)
        if run.flow_id != side.chosen.flow_id:
            side.tally.add_other(run)
            continue
        is_new_way = path_key(run) not in side.tally.paths
        side.tally.add(run, entries)
        has_failed = run.status == "failed" and failed < MOST_FAILED
        failed += has_failed
        if is_new_way or has_failed or len(side.kept) < setup.keep:
            side.kept[run.id] = run
    count_rest(side.scratch, side.chosen.flow_id, side.clock[0], side.tally)


def _with_differing(sides: list[Side], comparison: Comparison) -> dict[str, list[RunSeen]]:
    """The kept runs of both sides, and those of the largest differences with them."""
    found = {}
    for name, side in zip(("new", "old"), sides, strict=True):
        wanted = {getattr(one, name).id: getattr(one, name) for one in comparison.largest
                  if getattr(one, name) is not None}  # fmt: skip
        found[name] = list({**side.kept, **wanted}.values())
    return found
