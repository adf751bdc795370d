"""Budgets: what passes, what waits, who may answer, and what people are told."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import Conflict, Forbidden, InvalidInput
from engine.settlement.budget import (
    EXCEEDED,
    WARNED,
    Budget,
    BudgetState,
    Demand,
    guard,
    reject,
    release,
    retry,
)
from tests.engine.settlement.shop import NOON

FREEZE = Budget("campaign:double11", 10_000, releasers=frozenset({"lin", "zhou"}))
ASK = Budget("party:pty_1|2026-11", 10_000, action="ask", releasers=frozenset({"lin", "zhou"}))
WARN = Budget("campaign:618", 10_000, action="warn")


def ask(key: str, amount: int, by: str = "flow") -> Demand:
    return Demand(key, amount, by, NOON + timedelta(seconds=len(key)))


def spend(budget: Budget, *amounts: int) -> tuple[list, BudgetState]:
    state, verdicts = BudgetState(), []
    for index, amount in enumerate(amounts):
        verdict, state = guard(budget, state, ask(f"e{index}", amount))
        verdicts.append(verdict)
    return verdicts, state


def test_what_would_exceed_the_limit_is_frozen_whole_and_smaller_ones_go_on():
    verdicts, state = spend(FREEZE, 7_000, 4_000, 3_000, 1)
    assert [one.outcome for one in verdicts] == ["pass", "frozen", "pass", "frozen"]
    assert (state.used, state.held) == (10_000, 4_001)


def test_each_event_is_told_once_and_again_after_it_was_over():
    verdicts, state = spend(FREEZE, 7_999, 1, 500, 5_000, 5_000)
    assert [one.events for one in verdicts] == [(), (WARNED,), (), (EXCEEDED,), ()]
    _, state = guard(FREEZE, state, ask("back", -8_500))
    _, state = retry(FREEZE, state)
    assert state.waiting == ()
    verdict, _ = guard(FREEZE, state, ask("more", 1_000))
    assert verdict.outcome == "frozen"
    assert EXCEEDED in verdict.events


def test_warn_lets_everything_pass_and_says_so():
    verdicts, state = spend(WARN, 9_000, 5_000)
    assert [(one.outcome, one.events) for one in verdicts] == [
        ("pass", (WARNED,)),
        ("pass", (EXCEEDED,)),
    ]
    assert state.used == 14_000


def test_room_given_back_lets_the_oldest_pass_first_and_none_overtakes():
    _, state = spend(FREEZE, 9_000, 5_000, 2_000)
    _, state = guard(FREEZE, state, ask("refund", -3_000))
    verdicts, state = retry(FREEZE, state)
    assert verdicts == []  # 6,000 + 5,000: the oldest does not fit, and 2,000 waits behind it
    _, state = guard(FREEZE, state, ask("refund2", -1_000))
    verdicts, state = retry(FREEZE, state)
    assert [one.key for one in verdicts] == ["e1"]
    assert (state.used, state.held) == (10_000, 2_000)


def test_asked_money_waits_for_a_person_whatever_room_there_is():
    verdicts, state = spend(ASK, 9_000, 5_000)
    assert verdicts[1].outcome == "asked"
    _, state = guard(ASK, state, ask("refund", -9_000))
    assert retry(ASK, state)[0] == []
    verdict, state = release(ASK, state, "e1", by="lin")
    assert (verdict.outcome, state.used, state.waiting) == ("pass", 5_000, ())


def test_a_release_goes_above_the_limit_and_gives_nobody_else_room():
    _, state = spend(ASK, 9_000, 5_000)
    verdict, state = release(ASK, state, "e1", by="lin")
    assert (verdict.outcome, state.used) == ("pass", 14_000)
    _, state = guard(ASK, state, ask("refund", -3_000))
    assert guard(ASK, state, ask("next", 1))[0].outcome == "asked"


def test_only_named_people_answer_and_nobody_for_themselves():
    _, state = spend(ASK, 10_000)
    _, state = guard(ASK, state, ask("mine", 5, by="zhou"))
    with pytest.raises(Forbidden):
        release(ASK, state, "mine", by="zhou")
    with pytest.raises(Forbidden):
        reject(ASK, state, "mine", by="guest")
    with pytest.raises(Conflict):
        release(ASK, state, "nothing", by="lin")
    verdict, state = reject(ASK, state, "mine", by="lin")
    assert (verdict.outcome, state.waiting, state.used) == ("rejected", (), 10_000)


def test_the_same_demand_again_waits_once():
    _, state = spend(FREEZE, 10_000)
    _, state = guard(FREEZE, state, ask("again", 5))
    verdict, after = guard(FREEZE, state, ask("again", 5))
    assert verdict.outcome == "frozen"
    assert after == state


def test_pieces_are_counted_like_money():
    first_hundred = Budget("coupon:tmall:c1", 100, unit="pieces")
    state = BudgetState()
    for index in range(120):
        verdict, state = guard(first_hundred, state, ask(str(index), 1))
        assert verdict.outcome == ("pass" if index < 100 else "frozen")
    assert state.used == 100


@given(amounts=st.lists(st.integers(-5_000, 8_000).filter(bool), max_size=40))
def test_what_passed_is_never_above_the_limit(amounts):
    state = BudgetState()
    for index, amount in enumerate(amounts):
        _, state = guard(FREEZE, state, ask(f"k{index}", amount))
        _, state = retry(FREEZE, state)
        assert state.used <= FREEZE.limit


@pytest.mark.parametrize(
    "bad", [{"limit": -1}, {"limit": 5, "warn_at": Decimal(0)}], ids=["limit", "warning"]
)
def test_a_budget_that_is_none(bad):
    with pytest.raises(InvalidInput) as caught:
        Budget("k", **bad)
    assert caught.value.problems[0].path in ("/limit", "/warn_at")
