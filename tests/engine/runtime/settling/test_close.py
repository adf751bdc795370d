"""Periods close, windows are trued up, statements say what the ledger says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.core.errors import Conflict, Forbidden, NotFound, PeriodLocked
from engine.runtime.jobs import drain_jobs
from engine.runtime.period_end import close_period, reopen_period
from engine.runtime.principal import OwnWork, system
from engine.runtime.settling.adjustments import (
    approve_adjustment,
    move_entries,
    propose_adjustment,
)
from engine.runtime.settling.parties import bind_user
from engine.runtime.settling.periods import list_coefficients, list_periods, set_coefficient
from engine.runtime.settling.statements import (
    confirm_statement,
    dispute_statement,
    list_statements,
    make_statement,
    mark_paid,
    read_statement,
    release_statement,
    repriced_lines,
    statement_lines,
)
from engine.runtime.world import World
from engine.store import settlement_entries as entry_store
from engine.store.days import sum_entries
from tests.engine.runtime.conftest import START, TENANT, Clock, settle
from tests.engine.runtime.settling.ledger import (
    TIERS,
    card,
    creator,
    demand_exact,
    entries,
    ordered,
    percentage,
    person,
    publish,
    refunded,
    rule,
    take,
)

WHO = system(TENANT)
NOVEMBER = "2026-11"


def close(world: World, clock: Clock, *, days: int = 25) -> None:
    clock.wind(timedelta(days=days))
    close_period(world, WHO, NOVEMBER)
    drain_jobs(world, "test")


def status(world: World, key: str = NOVEMBER) -> Any:
    return {row.key: row for row in list_periods(world, TENANT)}[key]


def test_a_closed_month_is_locked_with_a_statement_for_everybody(
    world: World, clock: Clock
) -> None:
    lin = creator(world)
    publish(world, card(rule("base", TIERS)))
    take(world, ordered("1", "600.00"), ordered("2", "100.00"), refunded("2", "50.00"))
    close(world, clock)
    assert status(world).status == "locked"
    (row,) = list_statements(world, WHO)
    due = (50_000 * 3 + 15_000 * 5) // 100
    assert (row.party, row.net, row.payable, row.state) == (lin, due, due, "draft")
    assert row.sums == [["creators.commission", due, 3]]
    lines = statement_lines(world, WHO, row.id)
    assert sum(line.entry.minor for line in lines) == due
    assert all(line.sentences for line in lines)
    assert sum(line.minor for line in repriced_lines(world, WHO, row.id)) == due


def test_what_comes_after_the_close_is_a_correction_in_the_open_period(
    world: World, clock: Clock
) -> None:
    creator(world)
    publish(world, card(rule("base", TIERS)))
    take(world, ordered("1", "600.00"))
    close(world, clock)
    take(world, refunded("1", "600.00"), ordered("2", "100.00"))
    late = [entry for entry in entries(world) if entry.posted_in != NOVEMBER]
    assert {(entry.earned_in, entry.posted_in) for entry in late} == {(NOVEMBER, "2026-12")}
    assert len(late) == 2
    demand_exact(world)
    (row,) = list_statements(world, WHO, period=NOVEMBER)
    assert row.net == (50_000 * 3 + 10_000 * 5) // 100


def test_a_guarantee_is_trued_up_once_at_the_close_and_follows_late_refunds(
    world: World, clock: Clock
) -> None:
    creator(world)
    model = percentage("10", guarantee={"amount": "500.00", "mode": "max_of"})
    publish(world, card(rule("base", model)))
    take(world, ordered("1", "1000.00"))
    close(world, clock)
    found = entries(world)
    assert [(entry.kind, entry.minor) for entry in found] == [
        ("order", 10_000),
        ("true_up", 40_000),
    ]
    take(world, refunded("1", "1000.00"))
    assert sum(entry.minor for entry in entries(world)) == 50_000
    demand_exact(world)


def test_what_is_trued_up_or_adjusted_is_of_the_day_it_came(world: World, clock: Clock) -> None:
    lin = creator(world)
    model = percentage("10", guarantee={"amount": "500.00", "mode": "max_of"})
    publish(world, card(rule("base", model)))
    take(world, ordered("1", "1000.00"))
    close(world, clock)
    clock.wind(timedelta(days=2))
    asked: Any = {"party": lin, "amount": "-7.00", "reason": "重复计算", "paper": "工单 18"}
    one = propose_adjustment(world, person("fin", world), **asked)
    approve_adjustment(world, person("boss", world), one.id)
    settle(world)
    days = [START + timedelta(days=at) for at in (0, 25, 27)]
    with world.db.reading() as conn:
        spans = [(day, day + timedelta(days=1)) for day in days]
        found = sum_entries(conn, TENANT, spans, None)
    assert sorted((row.span, row.accrued) for row in found) == [(0, 10_000), (1, 40_000), (2, -700)]
    assert [entry.kind for entry in entries(world)] == ["order", "true_up", "adjustment"]


def test_a_missing_coefficient_keeps_the_period_closing_until_it_is_given(
    world: World, clock: Clock
) -> None:
    lin = creator(world)
    model = percentage("10", coefficient={"key": "completion", "on": "share"})
    publish(world, card(rule("base", model)))
    take(world, ordered("1", "1000.00"))
    close(world, clock)
    row = status(world)
    assert (row.status, row.faults[0]["party"]) == ("closing", lin)
    set_coefficient(world, WHO, lin, "completion", NOVEMBER, "0.8")
    close_period(world, WHO, NOVEMBER)
    drain_jobs(world, "test")
    assert status(world).status == "locked"
    assert sum(entry.minor for entry in entries(world)) == 8_000


def test_coefficients_are_a_table_by_party_and_period_and_a_changed_one_prices_anew(
    world: World, clock: Clock
) -> None:
    lin, wan = creator(world), creator(world, "wan")
    model = percentage("10", coefficient={"key": "completion"})
    publish(world, card(rule("base", model)))
    take(world, ordered("1", "1000.00"), ordered("2", "500.00", by="wan"))
    finance = person("finance", world, "settlement.edit")
    set_coefficient(world, finance, "*", "completion", NOVEMBER, "0.9")
    set_coefficient(world, finance, lin, "completion", NOVEMBER, "0.8", note="完成 8 成")
    close(world, clock)

    def sums() -> dict[str, int]:
        found: dict[str, int] = {}
        for entry in entries(world):
            found[entry.to_account] = found.get(entry.to_account, 0) + entry.minor
        return found

    assert sums() == {lin: 8_000, wan: 4_500}
    boss = person("boss", world, "settlement.edit")
    set_coefficient(world, boss, lin, "completion", NOVEMBER, "0.85")
    table = {one.party: one for one in list_coefficients(world, TENANT, period=NOVEMBER)}
    assert (table[lin].value, table[lin].confirmed_by) == ("0.85", "usr_boss")
    assert (table["*"].value, table["*"].confirmed_by) == ("0.9", "usr_finance")
    drain_jobs(world, "test")
    assert sums() == {lin: 8_500, wan: 4_500}
    (late,) = (one for one in entries(world) if one.posted_in != NOVEMBER)
    assert (late.minor, late.kind, late.to_account) == (500, "true_up", lin)
    assert (late.earned_in, late.posted_in) == (NOVEMBER, "2026-12")
    # For all: only who has no factor of their own. The same once more changes nothing.
    for _ in range(2):
        set_coefficient(world, boss, "*", "completion", NOVEMBER, "1")
        drain_jobs(world, "test")
        assert sums() == {lin: 8_500, wan: 5_000}
    take(world, refunded("1", "500.00"))
    assert sums() == {lin: 4_250, wan: 5_000}
    demand_exact(world)


def test_a_period_that_is_not_over_or_locked_is_not_closed_again(
    world: World, clock: Clock
) -> None:
    creator(world)
    publish(world, card(rule("base", percentage("10"))))
    take(world, ordered("1"))
    with pytest.raises(PeriodLocked):
        close_period(world, WHO, NOVEMBER)
    close(world, clock)
    for refused in (close_period, reopen_period):
        with pytest.raises(PeriodLocked):
            refused(world, WHO, NOVEMBER)


def test_a_statement_is_released_as_the_books_are_once_its_period_is_closed(
    world: World, clock: Clock
) -> None:
    """What came later would stand on no statement, and be settled with it all the same."""
    lin = creator(world)
    publish(world, card(rule("base", percentage("10"))))
    take(world, ordered("1"))
    maker = person("maker", world, "settlement.read")
    boss = person("boss", world, "settlement.read")
    early = make_statement(world, maker, lin, NOVEMBER)
    with pytest.raises(Conflict) as refused:
        release_statement(world, boss, early.id)
    assert refused.value.problems[0].code == "period_open"
    take(world, ordered("2"))
    clock.wind(timedelta(days=25))
    close_period(world, maker, NOVEMBER)
    drain_jobs(world, "test")
    with world.db.begin() as conn:
        entry_store.settle_entries(conn, TENANT, lin, NOVEMBER, "pending", "frozen")
    with pytest.raises(Conflict) as refused:
        release_statement(world, boss, early.id)
    assert refused.value.problems[0].code == "statement_outdated"
    again = make_statement(world, maker, lin, NOVEMBER)
    assert (again.id, again.net) == (early.id, 0)
    assert again.frozen == 2 * early.net
    assert release_statement(world, boss, early.id).state == "released"


def test_a_statement_is_numbered_released_confirmed_paid_by_different_people(
    world: World, clock: Clock
) -> None:
    lin = creator(world)
    publish(world, card(rule("base", percentage("10"))))
    take(world, ordered("1"))
    clock.wind(timedelta(days=25))
    maker = person("maker", world, "settlement.read")
    boss = person("boss", world, "settlement.read")
    close_period(world, maker, NOVEMBER)
    drain_jobs(world, "test")
    (row,) = list_statements(world, boss)
    with pytest.raises(OwnWork):
        release_statement(world, maker, row.id)
    assert release_statement(world, boss, row.id).number == "2026-11-00001"
    partner = person("lin", world, "settlement.own")
    with pytest.raises(NotFound):
        read_statement(world, partner, row.id)
    assert list_statements(world, partner) == []
    with world.db.begin() as conn:
        from engine.store.parties import update_party

        update_party(conn, TENANT, lin, {"user_id": partner.id})
    assert [one.id for one in list_statements(world, partner)] == [row.id]
    dispute_statement(world, partner, row.id, reason="少算一单")
    assert confirm_statement(world, partner, row.id).state == "confirmed"
    assert [entry.state for entry in entries(world)] == ["settled"]
    with pytest.raises(OwnWork):
        mark_paid(world, boss, row.id)
    mark_paid(world, maker, row.id)
    assert [entry.state for entry in entries(world)] == ["paid"]
    with pytest.raises(Conflict):
        dispute_statement(world, partner, row.id, reason="再看看")
    with pytest.raises(NotFound):
        bind_user(world, WHO, lin, "usr_nobody")


def test_a_debt_is_carried_and_a_retention_held_and_released(world: World, clock: Clock) -> None:
    terms = {"retention": {"percent": "10", "days": 20}, "least_payout": "1.00"}
    creator(world, fields=terms)
    publish(world, card(rule("base", percentage("10"))))
    take(world, ordered("1", "1000.00"))
    close(world, clock)
    (row,) = list_statements(world, WHO)
    assert (row.held, row.net, row.payable) == (1_000, 9_000, 9_000)
    take(world, refunded("1", "1000.00"))
    clock.wind(timedelta(days=40))
    close_period(world, WHO, "2026-12")
    drain_jobs(world, "test")
    (next_one,) = list_statements(world, WHO, period="2026-12")
    assert (next_one.released, next_one.net) == (1_000, -9_000)
    assert (next_one.payable, next_one.carried) == (0, -9_000)


def test_an_adjustment_needs_two_people_and_is_one_entry(world: World) -> None:
    lin = creator(world)
    maker, boss = person("maker", world), person("boss", world)
    row = propose_adjustment(
        world, maker, party=lin, amount="-12.50", reason="多付", paper="邮件 3 号"
    )
    with pytest.raises(Forbidden):
        approve_adjustment(world, maker, row.id)
    approve_adjustment(world, boss, row.id)
    with pytest.raises(Conflict):
        approve_adjustment(world, boss, row.id)
    settle(world)
    (entry,) = entries(world)
    assert (entry.kind, entry.minor, entry.to_account) == ("adjustment", -1250, lin)


def test_frozen_entries_are_on_no_statement_until_released(world: World, clock: Clock) -> None:
    lin = creator(world)
    publish(world, card(rule("base", percentage("10"))))
    take(world, ordered("1"), ordered("2"))
    move_entries(world, WHO, lin, "freeze", order="douyin/flagship/1", reason="投诉")
    settle(world)
    close(world, clock)
    (row,) = list_statements(world, WHO)
    assert (row.net, row.frozen) == (1_000, 1_000)
    move_entries(world, WHO, lin, "release", order="douyin/flagship/1", reason="已处理")
    settle(world)
    (entry,) = entries(world, order="douyin/flagship/1")
    assert (entry.state, entry.earned_in, entry.posted_in) == ("pending", NOVEMBER, "2026-12")
