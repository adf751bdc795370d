"""Whether a set-up fits the flow and the installation: asked before there is a job or a world.

answers   each names something that can ask: a step, or an action of a connection. One that nobody
          would ever ask for is a slip of the pen, and a report made with the usual answer in its
          place would tell its reader something else than what was meant
events    those that came before, or are to come while a step waits, are fit to be received
params    the flow takes them; calendar: there is one; a table has a mapping
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.core.connector import Action, ConnectorType
from engine.core.coverage import places
from engine.core.errors import InvalidInput, NotFound, Problem
from engine.core.flow import load_flow
from engine.core.schema_walk import escape
from engine.core.text import Text, text
from engine.runtime.flow_params import check_params
from engine.runtime.simulate.asked import Given, Setup, listed
from engine.runtime.simulate.chosen import Chosen, all_called
from engine.runtime.simulate.documents import read_one
from engine.runtime.simulate.sources import read_mapping
from engine.runtime.world import World
from engine.store import calendars as calendar_store
from engine.store import connections as connection_store
from engine.store import flows as flow_store
from engine.store.db import Connection
from engine.store.event_types import list_own_types

_ANY = frozenset({"*", "calls"})  # all tasks, all calls


def check_setup(
    world: World, conn: Connection, tenant: str, setup: Setup, chosen: Sequence[Chosen]
) -> None:
    """InvalidInput with a path for each part that does not fit; NotFound for a calendar."""
    if setup.params is not None:
        check_params(chosen[0].flow.params, setup.params, "/params")
    if setup.file is not None and setup.file.format == "csv":
        read_mapping(world, tenant, setup.file)
    calendar = setup.calendar
    if calendar and calendar_store.find_calendar(conn, tenant, calendar) is None:
        raise NotFound(text(f"没有工作日历 {calendar}", f"there is no calendar {calendar}"))
    check_answers(world, conn, tenant, setup, chosen)
    _check_events(world, conn, tenant, setup)


def _check_events(world: World, conn: Connection, tenant: str, setup: Setup) -> None:
    given = [(f"/before/{index}", event) for index, event in enumerate(setup.before)]
    for name, answers in setup.answers.items():
        one_only = isinstance(answers, Given)
        for index, one in enumerate(listed(answers)):
            if one.event is not None:
                at = f"/answers/{escape(name)}" + ("" if one_only else f"/{index}")
                given.append((f"{at}/event", one.event))
    if not given:
        return
    own = {row.type: row.schema for row in list_own_types(conn, tenant)}
    problems = []
    for at, document in given:
        try:
            read_one(document, 1, own, world.now())
        except InvalidInput as error:
            found = error.problems or [Problem("", error.message)]
            problems += [Problem(at + one.path, one.message, one.code) for one in found]
    if problems:
        said = text("预置的事件不符合格式", "prepared events do not fit their types")
        raise InvalidInput(said, problems)


def check_answers(
    world: World, conn: Connection, tenant: str, setup: Setup, chosen: Sequence[Chosen]
) -> None:
    """InvalidInput with a path for each answer that nothing in this test run could ask for."""
    named = [name for name in setup.answers if name not in _ANY]
    if not named:
        return
    steps = _steps(world, conn, tenant, setup, chosen)
    there = {row.key: row.connector for row in connection_store.list_connections(conn, tenant)}
    problems = []
    for name in named:
        if name in steps:
            continue
        at = f"/answers/{escape(name)}"
        key, _, asked = name.partition(".")
        connector = world.registry.connectors.get(there.get(key, key))
        action = connector.action(asked) if connector is not None else None
        if action is None:
            problems.append(Problem(at, _nobody(name, connector), "unknown"))
            continue
        samples = {one.sample for one in listed(setup.answers[name]) if one.sample}
        problems += [
            Problem(at, _no_sample(sample, action), "no_sample")
            for sample in sorted(samples - set(action.samples))
        ]
    if problems:
        raise InvalidInput(
            text("准备的返回里有用不上的", "some prepared answers answer nothing"), problems
        )


def _steps(
    world: World, conn: Connection, tenant: str, setup: Setup, chosen: Sequence[Chosen]
) -> set[str]:
    """Where the steps of all flows stand that may run."""
    keys = {key for one in chosen for key in all_called(conn, tenant, one, world.registry)}
    rows = flow_store.live_versions(conn, tenant)
    ids = [row.live_version for row in rows if row.key in keys or setup.others == "all"]
    held = flow_store.versions_by_id(conn, tenant, ids)
    flows = [*(one.flow for one in chosen), *(load_flow(row.document) for row in held.values())]
    return {place for flow in flows for place in places(flow)}


def _nobody(name: str, connector: ConnectorType | None) -> Text:
    zh, en = f"没有名为 {name} 的步骤或对接操作", f"no step and no action is called {name}"
    if connector is not None and connector.actions:
        offered = [action.key for action in connector.actions]
        zh += f"；它的操作有：{'、'.join(offered)}"
        en += f"; its actions are: {', '.join(offered)}"
    return text(zh, en)


def _no_sample(sample: str, action: Action) -> Text:
    offered: Iterable[str] = action.samples
    return text(
        f"没有名为 {sample} 的示例，可用的有：{'、'.join(offered)}",
        f"there is no sample {sample}; there are: {', '.join(offered)}",
    )
