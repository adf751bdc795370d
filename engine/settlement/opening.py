"""Opening balances: nobody starts on 1 January.

Three kinds of rows are imported, with a preview, an error for each bad line, and control sums that
the person types in from the old system and that must come out:

    total      party, term, window, amount, count, posted   totals of a running window, and what
                                                            was already paid on them
    hold       party, amount, due_on                        retention money that is still open
    statement  party, amount, period                        an unpaid (below zero: owed) statement
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.core.errors import InvalidInput, Problem
from engine.core.text import Text, text
from engine.settlement.account import AccountState
from engine.settlement.entry import Entry
from engine.settlement.money import UNIT, round_fine, to_major, to_minor
from engine.settlement.plan import Plan
from engine.settlement.retention import Hold

KINDS = ("total", "hold", "statement")


@dataclass(frozen=True, slots=True)
class OpeningTotal:
    """The totals of one account's part on the day we start, in minor units and numbers; `at` is the
    path of its row.
    """

    party: str
    term: str
    window: str
    amount: int
    count: int
    posted: int
    at: str = ""


@dataclass(frozen=True, slots=True)
class OpeningBalance:
    """What is carried into the first statement; below zero the party owes it."""

    party: str
    currency: str
    period: str
    minor: int
    at: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do. It may be applied only when there are no problems."""

    totals: tuple[OpeningTotal, ...]
    holds: tuple[Hold, ...]
    balances: tuple[OpeningBalance, ...]
    sums: Mapping[str, int]
    problems: tuple[Problem, ...]

    @property
    def is_sound(self) -> bool:
        return not self.problems


def read_opening(
    rows: Sequence[Mapping[str, Any]],
    currency: str,
    *,
    parties: frozenset[str],
    terms: frozenset[str],
    control: Mapping[str, Any] | None = None,
) -> Preview:
    """The rows checked one by one; nothing is changed by it.

    1. Each row: known kind, party and term, exact amounts, readable dates.
    2. The same party, term and window (or period) twice is an error of the later row.
    3. `control` has the sums of the old system by name (total, total_count, posted, hold,
       statement), amounts in major units: whatever differs is a problem that names both.
    """
    reader = _Reader(currency, parties, terms)
    for index, row in enumerate(rows):
        reader.read(row, f"/rows/{index}")
    sums = dict(reader.sums)
    problems = [*reader.problems, *_control(sums, control or {}, currency)]
    return Preview(
        tuple(reader.totals), tuple(reader.holds), tuple(reader.balances), sums, tuple(problems)
    )


def hold_period(due_on: date) -> str:
    """What stands where a hold of our own names its period: a party has one for each day."""
    return f"opening:{due_on.isoformat()}"


def open_with(
    account: str, plan: Plan, sub: str, total: OpeningTotal, key: str, other: str, period: str
) -> tuple[list[Entry], AccountState]:
    """An account that begins with totals: its entries from now on are differences to them.

    What the old system paid is an opening entry that is already paid, and what it should have paid
    by our figures, f(totals), is made up for by a second one that is pending: so the account's sum
    is f(totals) from the first day on, and nothing that differs is hidden.
    """
    state = AccountState(account)
    fine = plan.worth(total.amount, total.count)
    due = round_fine(fine, plan.mode)
    state.subs[sub] = [total.amount, total.count, fine, due, 0]
    entries = []
    payee = total.party
    pays = plan.direction == "pay"
    for name, minor, money, at in (
        ("paid", total.posted, "paid", ""),
        ("difference", due - total.posted, "pending", period),
    ):
        if minor:
            figures = ("", 0, 0, total.amount, total.count, minor * UNIT, 0, (), (), [name])
            entries.append(
                Entry(
                    f"{key}~{name}",
                    account,
                    sub,
                    "opening",
                    "",
                    "",
                    other if pays else payee,
                    payee if pays else other,
                    minor,
                    plan.currency,
                    money,
                    at,
                    at,
                    figures,
                )
            )
    return entries, state


class _Reader:
    def __init__(self, currency: str, parties: frozenset[str], terms: frozenset[str]) -> None:
        self.currency, self.parties, self.terms = currency, parties, terms
        self.totals: list[OpeningTotal] = []
        self.holds: list[Hold] = []
        self.balances: list[OpeningBalance] = []
        self.problems: list[Problem] = []
        self.sums: dict[str, int] = defaultdict(int)
        self.seen: set[tuple[str, ...]] = set()

    def read(self, row: Mapping[str, Any], at: str) -> None:
        kind = row.get("kind")
        if kind not in KINDS:
            self._wrong(
                f"{at}/kind", text(f"类型只能是 {KINDS}", f"must be one of {KINDS}"), "kind"
            )
            return
        party = _words(row, "party")
        if party not in self.parties:
            self._wrong(
                f"{at}/party",
                text(f"没有合作方「{party}」", f"there is no party {party!r}"),
                "party",
            )
            return
        before = len(self.problems)
        amount = self._minor(row, "amount", at)
        if kind == "total":
            self._total(row, at, party, amount, before)
        elif kind == "hold":
            due = self._day(row, "due_on", at)
            if due is not None and self._is_new(("hold", party, str(due)), at, before):
                if amount <= 0:
                    self._wrong(f"{at}/amount", _ABOVE_ZERO, "amount")
                    return
                self.holds.append(Hold(party, self.currency, hold_period(due), amount, due))
                self.sums["hold"] += amount
        elif self._is_new(("statement", party, _words(row, "period")), at, before):
            balance = OpeningBalance(party, self.currency, _words(row, "period"), amount, at)
            self.balances.append(balance)
            self.sums["statement"] += amount

    def _total(self, row: Mapping[str, Any], at: str, party: str, amount: int, before: int) -> None:
        term, window = _words(row, "term"), _words(row, "window")
        if term not in self.terms:
            self._wrong(f"{at}/term", text(f"没有结算项「{term}」", f"no term {term!r}"), "term")
        if not window:
            self._wrong(f"{at}/window", text("没有填写累计周期", "the window is missing"), "window")
        posted = self._minor(row, "posted", at)
        written = _words(row, "count") or "0"
        if not (written.isascii() and written.isdigit()) or len(written) > 12:
            self._wrong(f"{at}/count", text("数量应为整数", "must be a whole number"), "count")
            return
        if self._is_new(("total", party, term, window), at, before):
            total = OpeningTotal(party, term, window, amount, int(written), posted, at)
            self.totals.append(total)
            self.sums["total"] += amount
            self.sums["total_count"] += int(written)
            self.sums["posted"] += posted

    def _is_new(self, key: tuple[str, ...], at: str, before: int) -> bool:
        if len(self.problems) > before:
            return False
        if key in self.seen:
            self._wrong(at, text("与前面的行重复", "stands further up already"), "duplicate")
            return False
        self.seen.add(key)
        return True

    def _minor(self, row: Mapping[str, Any], name: str, at: str) -> int:
        written = _words(row, name).replace(",", "")
        try:
            return to_minor(
                written or "0" if name == "posted" else written, self.currency, f"{at}/{name}"
            )
        except InvalidInput as error:
            self.problems += error.problems
            return 0

    def _day(self, row: Mapping[str, Any], name: str, at: str) -> date | None:
        try:
            return date.fromisoformat(_words(row, name)[:10])
        except ValueError:
            self._wrong(f"{at}/{name}", text("日期读不懂", "the day cannot be read"), "day")
            return None

    def _wrong(self, path: str, message: Text, code: str) -> None:
        self.problems.append(Problem(path, message, code))


def _words(row: Mapping[str, Any], name: str) -> str:
    found = row.get(name)
    return "" if found is None else str(found).strip()


def _control(sums: Mapping[str, int], control: Mapping[str, Any], currency: str) -> list[Problem]:
    problems = []
    for name, wanted in control.items():
        is_number = name == "total_count"
        try:
            expected = int(wanted) if is_number else to_minor(wanted, currency, f"/control/{name}")
        except (ValueError, InvalidInput):
            message = text("控制数读不懂", "the control sum cannot be read")
            problems.append(Problem(f"/control/{name}", message, "control"))
            continue
        found = sums.get(name, 0)
        if found != expected:
            sum_ = f"{found:,}" if is_number else f"{to_major(found, currency):,}"
            due = f"{expected:,}" if is_number else f"{to_major(expected, currency):,}"
            message = text(
                f"控制数不符：文件合计 {sum_}，应为 {due}",
                f"the control sum is off: the rows sum to {sum_}, not {due}",
            )
            problems.append(Problem(f"/control/{name}", message, "control"))
    return problems


_ABOVE_ZERO = text("应大于 0", "must be above zero")
