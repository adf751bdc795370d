"""What an order line means for a term: owed with a rate, without one, or taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.core.errors import Problem
from engine.settlement.card import Term
from engine.settlement.plan import Plan


@dataclass(slots=True)
class Owed:
    """What one line means for one plan: the account it goes into and with how much.

    account  names the totals (party | card.term | window | family), `sub` the plan's part of it
    count    what the term counts for this line; for "orders" see `booking.book_order`
    payees   who has which share, where the term is shared out
    other    the account of the other side
    """

    term: Term
    plan: Plan
    party: str
    payee: str
    other: str
    account: str
    sub: str
    base: int
    count: int
    rate_at: datetime
    earned_at: datetime | None
    payees: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A line that a term is about and that has no rate; never paid in silence."""

    term: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Excluded:
    """A line that an exclusion takes out of a term: counted in the report."""

    term: str
    exclusion: str


Outcome = Owed | Unpriced | Excluded
