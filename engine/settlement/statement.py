"""A party's statement of one period: what came in, what goes out, what is carried on.

Amounts are the party's: above zero the party gets it, below zero the party owes it. A store that
owes commission and gets a rebate, or a creator who is clawed back, has one net sum per currency
(netting).

    opening     carried over from the statement before (below zero: still owed)
    + entries   posted in the period, by term
    - held      retention of this period (预留金)    + released   of earlier ones
    = net
    below zero, or above zero but under the least payout: carried to the next statement
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from engine.core.errors import Conflict, InvalidInput, Problem
from engine.core.text import Text, text
from engine.settlement.change_request import demand_other_person
from engine.settlement.entry import Entry
from engine.settlement.retention import Hold, Retention, hold_back, released

StatementState = Literal["draft", "released", "confirmed", "disputed", "paid"]
# Entries of these states are on a statement; what is frozen waits, what is void is gone.
LISTED = frozenset({"pending", "settled", "paid"})


@dataclass(frozen=True, slots=True)
class Sum:
    """One term of a statement."""

    term: str
    minor: int
    entries: int


@dataclass(frozen=True, slots=True)
class Statement:
    """`corrections` are the entries earned in an earlier period: shown apart, with their date.

    payable     what is to be paid now; below zero it is never: that is carried
    carried     to the next statement (below zero: the party still owes it)
    frozen      listed for information: held by a budget or a dispute, in no sum
    """

    party: str
    currency: str
    period: str
    opening: int
    sums: tuple[Sum, ...]
    corrections: tuple[Sum, ...]
    held: int
    released: int
    net: int
    payable: int
    carried: int
    frozen: int
    holds: tuple[Hold, ...]
    entries: tuple[Entry, ...] = field(repr=False)
    state: StatementState = "draft"
    number: str = ""
    maker: str = ""

    def reason(self) -> Text:
        """Why nothing, or not all, is paid now."""
        if self.net < 0:
            return text("本期应付为负，结转下期抵扣", "the sum is below zero and carried forward")
        if self.carried:
            return text("未达起付额，结转下期", "below the least payout, carried forward")
        return text("本期结清", "settled in full")


def make_statement(
    party: str,
    currency: str,
    period: str,
    entries: Iterable[Entry],
    *,
    opening: int = 0,
    least_payout: int = 0,
    retention: Retention | None = None,
    holds: Sequence[Hold] = (),
    closes_on: date | None = None,
    maker: str = "",
) -> Statement:
    """The statement of a party in one currency.

    1. List the entries posted in the period that move this party's money, each by its sign.
    2. Sum them by term; those earned in an earlier period are corrections and summed apart.
    3. Hold back the retention of what was earned; release holds that are due by `closes_on`.
    4. Net it with what was carried over; below zero or under the least payout it is carried on.
    """
    own = [one for one in entries if one.posted_in == period and one.currency == currency]
    own = [one for one in own if party in (one.to_account, one.from_account)]
    listed = [one for one in own if one.state in LISTED]
    frozen = sum(signed(one, party) for one in own if one.state == "frozen")
    current = [one for one in listed if one.earned_in in ("", period)]
    earlier = [one for one in listed if one.earned_in not in ("", period)]
    sums, corrections = _sums(current, party), _sums(earlier, party)
    total = sum(one.minor for one in (*sums, *corrections))
    new_hold = None
    if retention is not None and closes_on is not None:
        new_hold = hold_back(retention, party, currency, period, total, closes_on)
    freed = released(holds, closes_on) if closes_on is not None else 0
    held = 0 if new_hold is None else new_hold.minor
    net = opening + total - held + freed
    payable = net if net > 0 and net >= least_payout else 0
    return Statement(
        party=party,
        currency=currency,
        period=period,
        opening=opening,
        sums=sums,
        corrections=corrections,
        held=held,
        released=freed,
        net=net,
        payable=payable,
        carried=net - payable,
        frozen=frozen,
        holds=() if new_hold is None else (new_hold,),
        entries=tuple(sorted(listed, key=lambda one: one.key)),
        maker=maker,
    )


def signed(entry: Entry, party: str) -> int:
    """An entry's amount as this party sees it: what comes in counts up, what goes out down."""
    if entry.to_account == entry.from_account:
        return 0
    return entry.minor if entry.to_account == party else -entry.minor


def term_of(entry: Entry) -> str:
    """The term an entry belongs to: "creators.commission" of its account's name."""
    parts = entry.account.split("|")
    return parts[1] if len(parts) > 1 else entry.kind


_NEXT: Mapping[StatementState, frozenset[StatementState]] = {
    "draft": frozenset({"released"}),
    "released": frozenset({"confirmed", "disputed"}),
    "disputed": frozenset({"released", "confirmed"}),
    "confirmed": frozenset({"paid"}),
    "paid": frozenset(),
}


def release_statement(statement: Statement, *, checker: str, number: str) -> Statement:
    """A reviewed statement with its number, sent by another person than made it."""
    demand_other_person(statement.maker, checker)
    if not number:
        message = text("缺少对账单编号", "a statement needs its number")
        raise InvalidInput(message, [Problem("/number", message, "missing")])
    return replace(move_statement(statement, "released"), number=number)


def move_statement(statement: Statement, to: StatementState) -> Statement:
    """draft → released → confirmed or disputed → paid; Conflict for any other way."""
    if to not in _NEXT[statement.state]:
        message = text(
            f"对账单现在是「{statement.state}」，不能变为「{to}」",
            f"the statement is {statement.state} and cannot become {to}",
        )
        raise Conflict(message, [Problem("/state", message, "statement_state")])
    return replace(statement, state=to)


def _sums(entries: Iterable[Entry], party: str) -> tuple[Sum, ...]:
    minor: dict[str, int] = defaultdict(int)
    count: dict[str, int] = defaultdict(int)
    for entry in entries:
        term = term_of(entry)
        minor[term] += signed(entry, party)
        count[term] += 1
    return tuple(Sum(term, minor[term], count[term]) for term in sorted(minor))
