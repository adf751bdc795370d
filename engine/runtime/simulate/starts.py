"""Friendly starts: a trigger by hand, form or call is tried with its input, a schedule at a moment.

The event is made here as the runtime makes it (entrances.py, clock.py), so nobody writes one by
hand. Whatever does not fit is said with its path before anything runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from engine.core.errors import EngineError, InvalidInput, Problem
from engine.core.event import Event
from engine.core.execution.version import compile_version
from engine.core.expression import compile_condition
from engine.core.schema import check_value
from engine.core.text import Text, text
from engine.core.triggers import Entrance, Schedule
from engine.runtime.clock import AUDIENCE_PAGE, next_fire
from engine.runtime.entrances import NO_SCHEMA
from engine.runtime.rows import customer_record
from engine.runtime.simulate.asked import Person, Setup, Start
from engine.runtime.simulate.chosen import Chosen
from engine.runtime.simulate.feed import Feed
from engine.runtime.start import OWN_STARTS
from engine.runtime.world import World
from engine.store import customers as customer_store
from engine.store.db import Connection

MOST_PROBLEMS = 200
_BEFORE = timedelta(microseconds=1)
_NOBODY = text("那时没有这位客户", "there is no such customer at that time")
_OUTSIDE = text("这位客户不在定时触发的对象里", "this customer is not in the schedule's audience")


@dataclass(frozen=True, slots=True)
class Found:
    """A start with the trigger it names, fit to be tried."""

    number: int  # its place in the list
    asked: Start
    node: str
    trigger: Entrance | Schedule
    at: datetime


def find_starts(
    world: World, conn: Connection, tenant: str, setup: Setup, chosen: Chosen
) -> list[Found]:
    """The starts of a set-up; InvalidInput with a path for each that does not fit its trigger."""
    if setup.starts is None:
        return []
    version = compile_version(chosen.flow, world.registry, params=chosen.params)
    ours = {
        node: one for node, one in version.triggers.items() if isinstance(one, Entrance | Schedule)
    }
    now, found, problems = setup.start or world.now(), list[Found](), list[Problem]()
    there = _people(conn, tenant, setup)
    for number, asked in enumerate(setup.starts):
        node = _node(asked, ours)
        if not isinstance(node, str):
            problems.append(Problem(f"/starts/{number}/node", node, "trigger"))
            continue
        trigger = ours[node]
        usual = next_fire(trigger, now - _BEFORE) if isinstance(trigger, Schedule) else now
        found.append(Found(number, asked, node, trigger, (asked.at or usual).astimezone(UTC)))
    first = _first(found)
    problems += [
        Problem(f"/starts/{one.number}{wrong.path}", wrong.message, wrong.code)
        for one in found
        for wrong in _misfits(one, there, first)
    ]
    if problems:
        said = text("填写的内容不合要求", "what is handed in does not fit")
        raise InvalidInput(said, problems[:MOST_PROBLEMS])
    return found


def add_starts(
    world: World, conn: Connection, tenant: str, setup: Setup, chosen: Chosen, feed: Feed
) -> list[Text]:
    """Puts the events of all starts into the feed; returns what is not as it was then, in words."""
    said: list[Text] = []
    found = find_starts(world, conn, tenant, setup, chosen)
    first = _first(found)
    for one in found:
        if isinstance(one.trigger, Entrance):
            feed.add(_handed_in(one, one.trigger, chosen))
        elif one.trigger.audience is None:
            feed.add(_fired(one, chosen, None))
        else:
            for id_ in _audience(conn, tenant, setup, one, one.trigger, feed, first):
                feed.add(_fired(one, chosen, id_))
            if one.at < world.now():
                said = [
                    text(
                        "定时触发的对象按客户现在的资料挑选",
                        "the schedule's audience is chosen by customers as of today",
                    )
                ]
    return said


def _node(asked: Start, ours: Mapping[str, Entrance | Schedule]) -> str | Text:
    """The trigger that is meant, or why that cannot be known."""
    if asked.node:
        if asked.node in ours:
            return asked.node
        return text(
            f"{asked.node} 不是手动、表单、调用或定时触发器；由事件触发的请给事件",
            f"{asked.node} is no trigger by hand, form, call or schedule; one that listens for "
            "events is given events",
        )
    fitting = [
        node for node, one in ours.items() if asked.inputs is None or isinstance(one, Entrance)
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        return text(
            f"有多个触发器，请写明是哪一个：{'、'.join(fitting)}",
            f"there are several triggers, say which: {', '.join(fitting)}",
        )
    return text(
        "流程没有可以这样启动的触发器，请给事件",
        "the flow has no trigger that is started like this: give events",
    )


def _misfits(one: Found, there: Mapping[str, Any], first: datetime) -> Iterator[Problem]:
    asked, trigger = one.asked, one.trigger
    held = there.get(asked.customer or "")
    if asked.customer is not None and (held is None or not _was_there(held, first)):
        yield Problem("/customer", _NOBODY, "unknown")
        return
    if isinstance(trigger, Entrance):
        for wrong in check_value(trigger.schema or NO_SCHEMA, asked.inputs or {}):
            yield Problem(f"/inputs{wrong.path}", wrong.message, wrong.code)
        return
    if asked.inputs:
        said = text("定时触发器没有要填的内容", "a schedule takes no input")
        yield Problem("/inputs", said, "not_allowed")
    if asked.customer is not None and trigger.audience is None:
        said = text("这个定时触发器不针对客户", "this schedule is not for customers")
        yield Problem("/customer", said, "not_allowed")
    elif held is not None and trigger.audience is not None:
        try:
            is_in = compile_condition(trigger.audience).evaluate({"customer": held}, now=one.at)
        except EngineError as fault:
            yield Problem("/customer", fault.message, fault.code)
        else:
            if not is_in:
                yield Problem("/customer", _OUTSIDE, "not_in_audience")


def _people(conn: Connection, tenant: str, setup: Setup) -> dict[str, dict[str, Any]]:
    """The customers starts name, as expressions see them; prepared ones go before stored ones."""
    names = {one.customer for one in setup.starts or () if one.customer is not None}
    rows = customer_store.load_customers(conn, tenant, names)
    handles = customer_store.identities_of(conn, tenant, list(rows))
    stored = {id_: customer_record(row, handles.get(id_, [])) for id_, row in rows.items()}
    return stored | {id_: one for id_, one in _prepared(setup).items() if id_ in names}


def _prepared(setup: Setup) -> dict[str, dict[str, Any]]:
    return {one.id: _record(one) for one in setup.customers if one.id is not None}


def _record(one: Person) -> dict[str, Any]:
    row = SimpleNamespace(**{name: getattr(one, name) for name in Person.model_fields}, phone=None)
    # Who is prepared is there from the first moment on.
    return {**customer_record(row, []), "identities": dict(one.identities), "created_at": None}


def _first(found: Iterable[Found]) -> datetime:
    """The first moment of all starts: the test run's world is as of then."""
    return min((one.at for one in found), default=datetime.max.replace(tzinfo=UTC))


def _was_there(record: Mapping[str, Any], first: datetime) -> bool:
    """A test run holds no customer who came later than its first moment."""
    return record["created_at"] is None or record["created_at"] < first


def _audience(
    conn: Connection,
    tenant: str,
    setup: Setup,
    one: Found,
    schedule: Schedule,
    feed: Feed,
    first: datetime,
) -> Iterator[str]:
    """Ids of the customers a schedule is for, up to its limit; who cannot be judged is put down."""
    if one.asked.customer is not None:
        yield one.asked.customer
        return
    assert schedule.audience is not None
    holds, count = compile_condition(schedule.audience), 0
    for id_, record in _everybody(conn, tenant, setup):
        if not _was_there(record, first):
            continue
        try:
            is_in = holds.evaluate({"customer": record}, now=one.at)
        except EngineError as fault:
            feed.refuse(one.number + 1, fault.message, f"/starts/{one.number}/{id_}")
            continue
        if is_in:
            yield id_
            count += 1
        if count >= schedule.limit:
            return


def _everybody(conn: Connection, tenant: str, setup: Setup) -> Iterator[tuple[str, dict[str, Any]]]:
    prepared, after = _prepared(setup), ""
    yield from prepared.items()
    while page := customer_store.page_of_customers(conn, tenant, after, AUDIENCE_PAGE):
        after = page[-1].id
        handles = customer_store.identities_of(conn, tenant, [row.id for row in page])
        for row in page:
            if row.id not in prepared:
                yield row.id, customer_record(row, handles.get(row.id, []))


def _handed_in(one: Found, entrance: Entrance, chosen: Chosen) -> Event:
    data: dict[str, Any] = {}
    if one.asked.customer is not None:
        data["customer"] = {"id": one.asked.customer}  # first: it says whose run it is
    data["start"] = {"flow": chosen.flow_id, "node": one.node, "by": None}
    data["inputs"] = one.asked.inputs or {}
    return Event(
        id=f"{chosen.flow_id}/{one.node}/start-{one.number + 1}",
        source=OWN_STARTS + entrance.kind,
        type=f"flow.{entrance.kind}",
        time=one.at,
        data=data,
        subject=f"{chosen.flow.key}/{one.node}",
    )


def _fired(one: Found, chosen: Chosen, customer: str | None) -> Event:
    at = one.at.isoformat()
    data: dict[str, Any] = {"start": {"flow": chosen.flow_id, "node": one.node, "at": at}}
    if customer is not None:
        data["customer"] = {"id": customer}
    return Event(
        id="/".join([chosen.flow_id, one.node, at, *([customer] if customer else [])]),
        source=OWN_STARTS + "schedule",
        type="schedule.fired",
        time=one.at,
        data=data,
        subject=f"{chosen.flow_id}/{one.node}",
    )
