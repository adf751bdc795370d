"""A platform's bill against what we expect: matched, differing, missing on either side.

1. Bill lines are typed (which fee, which order) by a mapping when the file is read (`read_bill`).
2. Both sides are summed per order and fee: a bill may hold a fee twice and its refund in a third.
3. A difference within the tolerance counts as matched; a greater one is given its likeliest reason.
What is missing on one side is listed with its age; nothing is left out and nothing counted twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from engine.core.errors import InvalidInput, Problem
from engine.core.text import Text, text
from engine.settlement.money import to_minor

Result = Literal["matched", "differing", "missing_ours", "missing_theirs"]
Reason = Literal["period", "subsidy", "refund", "fee", "fine", "rounding", "unknown"]

RESULT_NAMES: dict[str, Text] = {
    "matched": text("一致", "matched"),
    "differing": text("有差异", "differing"),
    "missing_ours": text("我方没有", "missing on our side"),
    "missing_theirs": text("对方没有", "missing on their side"),
}
REASON_NAMES: dict[str, Text] = {
    "period": text("跨期", "another period"),
    "subsidy": text("补贴", "subsidy"),
    "refund": text("退款", "refund"),
    "fee": text("手续费", "fee"),
    "fine": text("罚款", "fine"),
    "rounding": text("舍入", "rounding"),
    "unknown": text("原因不明", "unknown"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One typed line of either side. `fee` "goods" is the order's own money."""

    order: str
    fee: str
    minor: int
    day: date
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """One order and fee: what both sides say. `age` in days, of what is not settled."""

    order: str
    fee: str
    result: Result
    ours: int
    theirs: int
    reason: Reason | None
    age: int
    our_refs: tuple[str, ...]
    their_refs: tuple[str, ...]

    @property
    def difference(self) -> int:
        """What they charge (or pay) beyond what we expect."""
        return self.theirs - self.ours


@dataclass(frozen=True, slots=True)
class Reconciled:
    """All matches, and the sums that must come out: ours + difference = theirs."""

    matches: tuple[Match, ...]
    ours: int
    theirs: int

    def count(self, result: Result) -> int:
        return sum(1 for one in self.matches if one.result == result)

    def difference(self, result: Result) -> int:
        return sum(one.difference for one in self.matches if one.result == result)


def reconcile(
    ours: Iterable[Figure],
    theirs: Iterable[Figure],
    *,
    today: date,
    tolerance: int = 0,
    subsidies: Mapping[str, int] | None = None,
    refunds: Mapping[str, int] | None = None,
    ends: date | None = None,
) -> Reconciled:
    """Both sides matched per order and fee.

    `tolerance` in minor units. `subsidies` and `refunds` are amounts known by order, and `ends` the
    last day of the bill: they say why two sides differ, never that they do not.
    """
    left, right = _by_key(ours), _by_key(theirs)
    found = []
    for key in sorted(left.keys() | right.keys()):
        mine, yours = left.get(key, ()), right.get(key, ())
        ours_sum, theirs_sum = _sum(mine), _sum(yours)
        result: Result = "matched"
        if not mine:
            result = "missing_ours"
        elif not yours:
            result = "missing_theirs"
        elif abs(theirs_sum - ours_sum) > tolerance:
            result = "differing"
        reason = None
        if result != "matched":
            reason = _reason(
                key, result, theirs_sum - ours_sum, mine, subsidies or {}, refunds or {}, ends
            )
        first = min(one.day for one in (*mine, *yours))
        found.append(
            Match(
                *key,
                result,
                ours_sum,
                theirs_sum,
                reason,
                0 if result == "matched" else max(0, (today - first).days),
                tuple(one.ref for one in mine if one.ref),
                tuple(one.ref for one in yours if one.ref),
            )
        )
    total = sum(one.ours for one in found), sum(one.theirs for one in found)
    return Reconciled(tuple(found), *total)


@dataclass(frozen=True, slots=True)
class BillMapping:
    """Which column of a bill says what. `fees` types the platform's own words ("技术服务费" ->
    "platform_commission"); `sign` -1 where the bill writes what we pay below zero.
    """

    order: str
    fee: str
    amount: str
    day: str
    fees: Mapping[str, str]
    ref: str = ""
    sign: int = 1


def read_bill(
    rows: Sequence[Mapping[str, Any]], mapping: BillMapping, currency: str
) -> tuple[list[Figure], list[Problem]]:
    """The typed lines of a bill, and what is wrong with the others by row ("/rows/12/金额").

    A word the mapping does not know is an error of its line: no fee is guessed or dropped.
    """
    figures: list[Figure] = []
    problems: list[Problem] = []
    for index, row in enumerate(rows):
        at = f"/rows/{index}"
        order, word = str(row.get(mapping.order) or "").strip(), str(row.get(mapping.fee) or "")
        fee = mapping.fees.get(word.strip())
        if not order:
            problems.append(Problem(f"{at}/{mapping.order}", _NO_ORDER, "missing"))
            continue
        if fee is None:
            message = text(f"不认识的费用「{word}」", f"the fee {word!r} is not in the mapping")
            problems.append(Problem(f"{at}/{mapping.fee}", message, "unknown_fee"))
            continue
        try:
            amount = str(row.get(mapping.amount) or "").replace(",", "").strip()
            minor = mapping.sign * to_minor(amount, currency, f"{at}/{mapping.amount}")
            day = date.fromisoformat(str(row.get(mapping.day) or "")[:10].replace("/", "-"))
        except InvalidInput as error:
            problems += error.problems
            continue
        except ValueError:
            problems.append(Problem(f"{at}/{mapping.day}", _NO_DAY, "day"))
            continue
        figures.append(Figure(order, fee, minor, day, str(row.get(mapping.ref) or f"#{index + 1}")))
    return figures, problems


def _by_key(figures: Iterable[Figure]) -> dict[tuple[str, str], list[Figure]]:
    found: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for one in figures:
        found[one.order, one.fee].append(one)
    return found


def _sum(figures: Sequence[Figure]) -> int:
    return sum(one.minor for one in figures)


def _reason(
    key: tuple[str, str],
    result: Result,
    difference: int,
    mine: Sequence[Figure],
    subsidies: Mapping[str, int],
    refunds: Mapping[str, int],
    ends: date | None,
) -> Reason:
    """The likeliest reason, from what is certain to what is only probable."""
    order, fee = key
    if fee in ("fine", "compensation"):
        return "fine"
    if result == "missing_theirs" and ends is not None and all(one.day > ends for one in mine):
        return "period"
    if refunds.get(order) and abs(difference) <= abs(refunds[order]):
        return "refund"
    if subsidies.get(order) and abs(difference) == abs(subsidies[order]):
        return "subsidy"
    if result == "differing" and abs(difference) <= 1:
        return "rounding"
    if fee == "payment_fee" or (result == "missing_ours" and fee != "goods"):
        return "fee"
    return "unknown"


_NO_ORDER = text("没有订单号", "the order number is missing")
_NO_DAY = text("日期读不懂", "the day cannot be read")
