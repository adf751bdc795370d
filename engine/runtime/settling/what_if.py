"""What a month's orders came to, and what they would have under another card. Nothing is stored.

    was    the sum of the entries that were posted for the month's lines
    would  what would have been posted for them, had the same orders and refunds come in with the
           other card published from the first day on

A line belongs to the month by the date that picks its rate. Both are what orders and refunds come
to: what closing a window adds at its end (minimum, guarantee, coefficients), adjustments and what
budgets hold back are in neither.

1. Terms that mean the same line by line (what_if_sums.py): from sums of what is booked.
2. All others: every stored order and refund once more (what_if_orders.py).
3. What cannot be told is not guessed: InvalidInput names each term and why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.core.cells import zone as read_zone
from engine.core.errors import InvalidInput, Problem
from engine.core.text import Text, text
from engine.runtime.settling.cards import PublishedCard, load_cards, load_plans, resolver_of
from engine.runtime.settling.periods_of import days_named, demand_period
from engine.runtime.settling.what_if_orders import Range, Sums, Trial
from engine.runtime.settling.what_if_sums import (
    came_under_the_card,
    post_sums,
    simple_plans,
    slack_of,
)
from engine.runtime.world import World
from engine.settlement.account import MINOR, AccountState, read_state
from engine.settlement.card import Card, Term
from engine.settlement.entry import payee_of, plan_key
from engine.settlement.in_force import moment_of
from engine.settlement.resolve import Resolver
from engine.settlement.windows import Days, days_of
from engine.store import settlement_month as month_store
from engine.store import settlement_what_if as store
from engine.store.db import Connection

MOST_EVENTS = 200_000  # about a minute
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One party and term of a month: what it came to and what it would have."""

    party: str
    term: str
    currency: str
    was: int
    would: int


def what_if_of(
    world: World, conn: Connection, tenant: str, card: Card, period: str, *, only_booked: bool
) -> list[WhatIf]:
    """By party and term. `only_booked`: of orders that the card has booked, as a recompute takes
    them. InvalidInput names the terms that cannot be told.
    """
    asked = _Asked(world, conn, tenant, card, period, only_booked)
    was, would = asked.answer()
    return [
        WhatIf(party, term, card.currency, was.get((party, term), 0), would.get((party, term), 0))
        for party, term in sorted({*was, *would})
    ]


class _Asked:
    """One question: a card and a month."""

    def __init__(
        self,
        world: World,
        conn: Connection,
        tenant: str,
        card: Card,
        period: str,
        only_booked: bool,
    ) -> None:
        self.world, self.conn, self.tenant, self.card = world, conn, tenant, card
        self.only_booked = only_booked
        self.days: Days = demand_period(period)
        self.zone = read_zone(card.zone)
        self.month = self._between(self.days)
        self.published: PublishedCard | None = next(
            (one for one in load_cards(conn, tenant) if one.key == card.key), None
        )
        ids = [one[2] for one in self.published.versions] if self.published is not None else ()
        self.versions = [resolver_of(conn, tenant, id_).card for id_ in ids]
        self.ranges = {term.key: self._range(term) for term in card.terms}
        self.problems: list[Problem] = []
        self.accounts: list[tuple[Any, AccountState]] | None = None

    def answer(self) -> tuple[Sums, Sums]:
        """(was, would)."""
        self._look_at_terms()
        self._refuse()
        booked = store.booked_sums(
            self.conn, self.tenant, self.card.key, self.month.since, self.month.until
        )
        self._look_at_accounts(booked)
        self._refuse()
        plans = self._simple()
        left = [term for term in self.card.terms if term.key not in plans]
        only = None
        if self.only_booked:
            only = store.booked_orders(
                self.conn, self.tenant, self.card.key, self._terms(), *self._month()
            )
        trial = Trial(
            Resolver(self.card, "trial"), self.month, self.ranges, {one.key for one in left}, only
        )
        if left:
            self._take_orders(trial, left)
            self._refuse()
        post_sums(trial, plans, booked)
        return self._was(set(plans)), trial.would

    # -- what cannot be told -----------------------------------------------------------------------

    def _look_at_terms(self) -> None:
        for version in self.versions:
            if version.currency != self.card.currency:
                self._say(None, _CURRENCY)
                return
        for term in self.card.terms:
            if term.rate_on == "earned" and term.moment.when == "platform_settled":
                self._say(term, _SETTLED)
            elif self.only_booked and self.ranges[term.key] != self.month:
                self._say(term, _WIDER)
            elif self.only_booked and any(
                one.key == term.key and one.rate_on != term.rate_on
                for version in self.versions
                for one in version.terms
            ):
                self._say(term, _OTHER_DATE)

    def _look_at_accounts(self, booked: Iterable[Any]) -> None:
        """Totals of the month that are not those of the booked orders: brought in from an old
        system, or with orders that are booked and not posted yet.
        """
        names = {f"{self.card.key}.{key}": key for key in self._terms()}
        waiting = {
            names[name.split("|", 2)[1]]
            for name in month_store.unposted(self.conn, self.tenant)
            if name.split("|", 2)[1] in names
        }
        for key in sorted(waiting):
            self._say(self._term(key), _UNPOSTED)
        sums: dict[str, list[int]] = {}
        for row in booked:
            held = sums.setdefault(row.account, [0, 0])
            held[0] += int(row.base)
            held[1] += int(row.count)
        wrong = set()
        for row, state in self._accounts(names):
            if [state.amount, state.number] != sums.get(row.key, [0, 0]):
                wrong.add(names[row.term])
        for key in sorted(wrong - waiting):
            self._say(self._term(key), _TOTALS)

    def _say(self, term: Term | None, why: Text) -> None:
        index = self.card.terms.index(term) if term in self.card.terms else None
        path = "" if index is None else f"/terms/{index}"
        name = f"「{term.name}」" if term is not None else ""
        named = f"“{term.name}” " if term is not None else ""
        message = text(f"{name}{why['zh']}", f"{named}{why['en']}")
        self.problems.append(Problem(path, message, "what_if"))

    def _refuse(self) -> None:
        if self.problems:
            raise InvalidInput(self.problems[0].message, self.problems)

    # -- the two sums ------------------------------------------------------------------------------

    def _simple(self) -> dict[str, Any]:
        plans = simple_plans(self.card, self.versions)
        plans = {key: plan for key, plan in plans.items() if self.ranges[key] == self.month}
        if plans and self.published is not None:
            slack = slack_of(self.card.terms)
            if came_under_the_card(self.conn, self.tenant, self.published, self.month, slack):
                return plans
        return {}

    def _take_orders(self, trial: Trial, left: list[Term]) -> None:
        """All that came in since the month, or since the first window that reaches into it, began;
        nobody is told of an order before it is there.
        """
        starts = [self.ranges[one.key].since for one in left]
        known = [one for one in starts if one is not None]
        since = min(known) - slack_of(left) - _DAY if len(known) == len(starts) else _EPOCH
        count = 0
        for rows in store.order_events(self.conn, self.tenant, since):
            count += len(rows)
            if count > MOST_EVENTS:
                for one in left:
                    self._say(one, _TOO_MANY)
                return
            trial.take_page(self.world, self.conn, self.tenant, rows)
        for one in left:
            reach = self.ranges[one.key]
            there = store.booked_orders(
                self.conn, self.tenant, self.card.key, [one.key], reach.since, reach.until
            )
            if there - trial.seen:
                self._say(one, _NO_RECORD)

    def _was(self, simple: set[str]) -> Sums:
        """What was posted; whole accounts where their windows lie in the month. What an open one
        posted stands in its state: no entry of it is read.
        """
        conn, tenant, card = self.conn, self.tenant, self.card.key
        rows: list[Any] = []
        was: Sums = {}
        if simple:
            closed = set()
            for row, state in self._accounts({f"{card}.{key}" for key in simple}):
                if state.coefficients is not None:
                    closed.add(row.key)
                    continue
                for sub, figures in state.subs.items():
                    key = payee_of(row.key, sub), row.term.partition(".")[2]
                    was[key] = was.get(key, 0) + figures[MINOR]
            rows += store.posted_in_accounts(conn, tenant, closed) if closed else []
        others = self._terms() - simple
        if others:
            rows += store.posted_for_orders(conn, tenant, card, others, *self._month())
            rows += [
                row
                for row in store.openings(conn, tenant, card, others, *self._month())
                if self._is_of_month(row)
            ]
        plans = load_plans(conn, tenant, {plan_key(row.sub) for row in rows})
        for row in rows:
            plan = plans[plan_key(row.sub)]
            key = (row.to_account if plan.direction == "pay" else row.from_account), plan.term
            was[key] = was.get(key, 0) + int(row.minor)
        return was

    def _accounts(self, terms: Iterable[str]) -> list[tuple[Any, AccountState]]:
        """The accounts of terms ("card.term") whose windows lie in the month."""
        if self.accounts is None:
            names = [f"{self.card.key}.{key}" for key in self._terms()]
            found = store.accounts_of_terms(self.conn, self.tenant, names)
            self.accounts = [
                (row, read_state(row.state))
                for row in found
                if (days := days_named(row.counted_over)) is not None
                and self.days.first <= days.first
                and days.last <= self.days.last
            ]
        wanted = set(terms)
        return [(row, state) for row, state in self.accounts if row.term in wanted]

    def _is_of_month(self, opening: Any) -> bool:
        """Whether the line that opened an account is one of the month."""
        effect = str(opening.key).partition("~open")[0]
        order = store.order_of_effect(self.conn, self.tenant, opening.account, effect)
        return order is not None and store.is_booked(
            self.conn, self.tenant, order, opening.account, *self._month()
        )

    # -- dates -------------------------------------------------------------------------------------

    def _range(self, term: Term) -> Range:
        """The dates of all lines that may count together with one of the month."""
        if term.window == "order":
            return self.month
        if term.window == "campaign":
            return Range(None, None)
        first, last = days_of(term.window, self.days.first), days_of(term.window, self.days.last)
        return self._between(Days(first.first, last.last, ""))

    def _between(self, days: Days) -> Range:
        return Range(moment_of(days.first, self.zone), moment_of(days.last, self.zone, is_end=True))

    def _month(self) -> tuple[datetime | None, datetime | None]:
        return self.month.since, self.month.until

    def _terms(self) -> set[str]:
        """Those of the card and of all versions there have been."""
        return {term.key for one in (self.card, *self.versions) for term in one.terms}

    def _term(self, key: str) -> Term | None:
        return next(
            (term for one in (self.card, *self.versions) for term in one.terms if term.key == key),
            None,
        )


_CURRENCY = text(
    "换了币种的计费规则不能与原来的账相比", "a card in another currency cannot be compared"
)
_SETTLED = text(
    "以平台结算的日期定费率，订单当时还没有这个日期，算不出按这张规则会是多少",
    "takes its rate from the day the platform settles, which orders did not have when they came "
    "in: what it would have been cannot be told",
)
_WIDER = text(
    "的累计周期超出这个结算周期，重算只动其中一部分，不能预先算出",
    "counts over more than this period, of which a recompute moves only a part: it cannot be told "
    "beforehand",
)
_OTHER_DATE = text(
    "改了定费率的日期，重算的订单不全在同一周期，不能预先算出",
    "takes its rate from another date than before, so the recomputed orders are not all of this "
    "period: it cannot be told beforehand",
)
_UNPOSTED = text(
    "还有已记账、未入账的订单，请先入账再试算",
    "has orders that are booked and not posted yet: post them first",
)
_TOTALS = text(
    "的累计里有不是本系统订单的数（期初累计），或有订单正在入账，算不出按这张规则会是多少",
    "has totals that are not of orders known here (opening totals), or orders that are just being "
    "posted: what it would have been cannot be told",
)
_TOO_MANY = text(
    f"要逐单重算，订单和退款超过 {MOST_EVENTS} 条，一次算不完",
    f"has to be worked out order by order, and there are more than {MOST_EVENTS} events of orders "
    "and refunds",
)
_NO_RECORD = text(
    "有些已记账的订单没有留下原始记录，算不出按这张规则会是多少",
    "has booked orders without their own records: what it would have been cannot be told",
)
