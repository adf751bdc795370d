"""Budgets: how much a campaign, a party, a platform or a coupon may cost, in money or in pieces.

    guard(budget, state, demand) -> (verdict, state after)

One writer per budget. A demand either passes whole or waits whole, so what has passed never exceeds
the limit with `freeze` or `ask` but for what a person released; with `warn` it passes and is told.
Claw-backs give room back.

    freeze   what would exceed the limit is frozen; it passes by itself once there is room (`retry`)
    ask      what would exceed the limit waits for a named person: release or reject
    warn     everything passes
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from engine.core.errors import Conflict, Forbidden, InvalidInput, Problem
from engine.core.text import text

Action = Literal["warn", "freeze", "ask"]
Outcome = Literal["pass", "frozen", "asked", "rejected"]
# Event types the caller sends; each is sent once until it is no longer so.
WARNED, EXCEEDED = "settlement.budget_warned", "settlement.budget_exceeded"


@dataclass(frozen=True, slots=True)
class Budget:
    """`limit` in minor units, or in pieces (前 100 名, 张, 件) with `unit` "pieces".

    key       what it is counted for: "campaign:618", "party:pty_1|2026-11", "coupon:tmall:c1"
    warn_at   percent of the limit from which people are told
    releasers people who may answer; nobody releases what they asked for themselves
    """

    key: str
    limit: int
    unit: Literal["money", "pieces"] = "money"
    currency: str = "CNY"
    action: Action = "freeze"
    warn_at: Decimal = Decimal(80)
    releasers: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.limit < 0:
            message = text("预算不能为负数", "a budget must not be negative")
            raise InvalidInput(message, [Problem("/limit", message, "negative")])
        if not 0 < self.warn_at <= 100:
            message = text("预警比例应在 0 到 100 之间", "warn at 0 to 100 percent")
            raise InvalidInput(message, [Problem("/warn_at", message, "percent")])


@dataclass(frozen=True, slots=True)
class Waiting:
    """A demand that waits for room or for somebody."""

    key: str
    amount: int
    asked_by: str
    since: datetime


@dataclass(frozen=True, slots=True)
class BudgetState:
    """What has passed, what waits, and what people were told."""

    used: int = 0
    waiting: tuple[Waiting, ...] = ()
    told: frozenset[str] = frozenset()

    @property
    def held(self) -> int:
        return sum(one.amount for one in self.waiting)


@dataclass(frozen=True, slots=True)
class Demand:
    """Something that will cost: `key` is its effect key; `amount` below zero gives room back."""

    key: str
    amount: int
    asked_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a demand, and the event types to tell."""

    key: str
    outcome: Outcome
    events: tuple[str, ...] = ()
    used: int = 0
    limit: int = 0


def guard(budget: Budget, state: BudgetState, demand: Demand) -> tuple[Verdict, BudgetState]:
    """Whether a demand passes. Asked again with the same key while it waits, it still waits."""
    if any(one.key == demand.key for one in state.waiting):
        return _verdict(budget, state, demand.key, _waits(budget)), state
    fits = state.used + demand.amount <= budget.limit
    if fits or demand.amount <= 0 or budget.action == "warn":
        return _told(budget, replace(state, used=state.used + demand.amount), demand.key, "pass")
    waiting = Waiting(demand.key, demand.amount, demand.asked_by, demand.at)
    after = replace(state, waiting=(*state.waiting, waiting))
    return _told(budget, after, demand.key, _waits(budget), exceeded=True)


def retry(budget: Budget, state: BudgetState) -> tuple[list[Verdict], BudgetState]:
    """What may pass after room was given back or the limit raised: oldest first, none overtakes.

    With `ask` nothing passes without a person.
    """
    passed: list[Verdict] = []
    while budget.action == "freeze" and state.waiting:
        first = state.waiting[0]
        if state.used + first.amount > budget.limit:
            break
        state = replace(state, used=state.used + first.amount, waiting=state.waiting[1:])
        verdict, state = _told(budget, state, first.key, "pass")
        passed.append(verdict)
    return passed, state


def release(
    budget: Budget, state: BudgetState, key: str, *, by: str
) -> tuple[Verdict, BudgetState]:
    """A named person lets a waiting demand pass, above the limit too."""
    waiting = _waiting(budget, state, key, by)
    after = replace(
        state,
        used=state.used + waiting.amount,
        waiting=tuple(one for one in state.waiting if one.key != key),
    )
    return _told(budget, after, key, "pass")


def reject(budget: Budget, state: BudgetState, key: str, *, by: str) -> tuple[Verdict, BudgetState]:
    """A named person declines a waiting demand: its money is void."""
    _waiting(budget, state, key, by)
    after = replace(state, waiting=tuple(one for one in state.waiting if one.key != key))
    return _verdict(budget, after, key, "rejected"), after


def _waiting(budget: Budget, state: BudgetState, key: str, by: str) -> Waiting:
    found = next((one for one in state.waiting if one.key == key), None)
    if found is None:
        message = text("这笔款项不在等待中", "nothing with this key is waiting")
        raise Conflict(message, [Problem("/key", message, "not_waiting")])
    if by not in budget.releasers:
        raise Forbidden(text("你不能放行这个预算", "you may not release from this budget"))
    if by == found.asked_by:
        raise Forbidden(text("不能放行自己提交的款项", "nobody releases what they asked for"))
    return found


def _waits(budget: Budget) -> Outcome:
    return "asked" if budget.action == "ask" else "frozen"


def _told(
    budget: Budget, state: BudgetState, key: str, outcome: Outcome, *, exceeded: bool = False
) -> tuple[Verdict, BudgetState]:
    """The verdict with events nobody was told of yet; what is over may be told again."""
    now = set()
    if state.used * 100 >= budget.limit * budget.warn_at:
        now.add(WARNED)
    if exceeded or state.waiting or state.used > budget.limit:
        now.add(EXCEEDED)
    events = tuple(sorted(now - state.told))
    after = replace(state, told=frozenset(now))
    return _verdict(budget, after, key, outcome, events), after


def _verdict(
    budget: Budget, state: BudgetState, key: str, outcome: Outcome, events: Collection[str] = ()
) -> Verdict:
    return Verdict(key, outcome, tuple(events), state.used, budget.limit)
