"""A period that closes takes in what was on its way: nothing slips into the next one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.core.errors import PeriodLocked
from engine.runtime import draining
from engine.runtime.inbox import receive
from engine.runtime.jobs import drain_jobs
from engine.runtime.period_end import close_period, reopen_period
from engine.runtime.principal import system
from engine.runtime.settling.periods import list_periods
from engine.runtime.settling.statements import list_statements
from engine.runtime.world import World
from tests.engine.runtime.conftest import START, TENANT, Clock, settle
from tests.engine.runtime.settling.ledger import (
    card,
    creator,
    demand_exact,
    entries,
    ordered,
    percentage,
    publish,
    rule,
    take,
)

WHO = system(TENANT)
NOVEMBER = "2026-11"


def row(world: World) -> Any:
    return {one.key: one for one in list_periods(world, TENANT)}[NOVEMBER]


def test_orders_received_and_not_yet_worked_on_belong_to_the_closed_month(
    world: World, clock: Clock
) -> None:
    lin = creator(world)
    publish(world, card(rule("base", percentage("10"))))
    take(world, ordered("1"))
    clock.wind(timedelta(days=25))
    receive(world, TENANT, [ordered(str(number)) for number in range(2, 12)])
    close_period(world, WHO, NOVEMBER)
    drain_jobs(world, "test")
    assert row(world).status == "locked"
    assert {entry.posted_in for entry in entries(world)} == {NOVEMBER}
    (statement,) = list_statements(world, WHO)
    assert (statement.party, statement.net) == (lin, 11_000)
    demand_exact(world)


def test_lines_that_become_due_at_the_close_are_in_it(world: World, clock: Clock) -> None:
    lin = creator(world)
    moment = {"moment": {"when": "after_sales", "days": 7}}
    publish(world, card(rule("base", percentage("10")), term=moment))
    delivered = {"delivered_at": (START + timedelta(days=3)).isoformat()}
    take(world, *(ordered(str(number), **delivered) for number in range(1, 6)))
    assert {entry.state for entry in entries(world)} == {"estimated"}
    clock.wind(timedelta(days=25))
    close_period(world, WHO, NOVEMBER)  # nobody has looked since: the sweep did not run
    drain_jobs(world, "test")
    assert {(one.state, one.posted_in) for one in entries(world)} == {("pending", NOVEMBER)}
    (statement,) = list_statements(world, WHO)
    assert (statement.party, statement.net) == (lin, 5_000)


def test_what_comes_after_the_marks_is_a_correction_as_ever(world: World, clock: Clock) -> None:
    creator(world)
    publish(world, card(rule("base", percentage("10"))))
    clock.wind(timedelta(days=25))
    receive(world, TENANT, [ordered("1")])
    close_period(world, WHO, NOVEMBER)
    drain_jobs(world, "test")
    take(world, ordered("2"))
    found = {one.order_key[-1]: (one.earned_in, one.posted_in) for one in entries(world)}
    assert found == {"1": (NOVEMBER, NOVEMBER), "2": (NOVEMBER, "2026-12")}


def test_work_that_does_not_end_keeps_the_period_closing_and_says_so(
    world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    creator(world)
    publish(world, card(rule("base", percentage("10"))))
    clock.wind(timedelta(days=25))
    receive(world, TENANT, [ordered("1"), ordered("2")])
    # Somebody else holds the lanes and does not get on.
    monkeypatch.setattr(draining, "PATIENCE", 0.0)
    monkeypatch.setattr(draining, "drain_lanes", lambda *_, **__: 0)
    close_period(world, WHO, NOVEMBER)
    drain_jobs(world, "test")
    found = row(world)
    assert (found.status, found.drained_at, found.faults[0]["waiting"]) == ("closing", None, 2)
    # It still takes in what belongs to it; closed again it goes on to the end.
    settle(world)
    assert {entry.posted_in for entry in entries(world)} == {NOVEMBER}
    monkeypatch.undo()
    close_period(world, WHO, NOVEMBER)
    drain_jobs(world, "test")
    assert row(world).status == "locked"
    with pytest.raises(PeriodLocked):
        reopen_period(world, WHO, NOVEMBER)
