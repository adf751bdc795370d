"""Splitting an amount over parties, departments or service nodes: the parts sum to it exactly.

1. Work on the absolute amount; the parts get its sign in the end, so a refund mirrors its order.
2. Fixed shares, then percentages of the whole amount, each at most what is left, in their order.
3. What is left goes to `remaining`, or to the weights; a weight that reaches its cap hands the rest
   to the others.
4. Exact parts are cut to whole minor units. Those left over follow the remainder rule: one each to
   those that lost most ("largest", the earlier first on a tie), or all to the first, the last or a
   named one. None goes to a fixed share, nor above a cap.
A plan that could leave something to nobody is refused when it is read, not when money flows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from pydantic import Field, ValidationError

from engine.core.errors import InvalidInput, Problem
from engine.core.fields import Form, field
from engine.core.flow import problems_of
from engine.core.text import Text, text
from engine.settlement.models import Figure, Key
from engine.settlement.money import to_major, to_minor
from engine.settlement.split_check import split_problems

Kind = Literal["weight", "fixed", "percent", "remaining"]
KINDS: dict[str, Text] = {
    "weight": text("按权重", "by weight"),
    "fixed": text("固定金额", "fixed amount"),
    "percent": text("按比例（%）", "percent of the whole"),
    "remaining": text("其余全部", "all that remains"),
}


class Share(Form):
    """One taker: `value` is a weight, an amount in major units or a percentage."""

    key: Key = field(text("谁", "who"))
    kind: Kind = field(text("怎么分", "how"), widget="select", default="weight", options=KINDS)
    value: Figure | None = field(text("数值", "value"), widget="number", default=None)
    cap: Figure | None = field(text("最多", "at most"), widget="number", default=None)


class SplitPlan(Form):
    """Shares and who gets the cents left over: "largest", "first", "last" or "party:<key>"."""

    shares: tuple[Share, ...] = Field(min_length=1, max_length=200)
    remainder: str = field(text("尾差归属", "remainder"), default="largest", max_length=100)


@dataclass(frozen=True, slots=True)
class Part:
    """What one share gets, in minor units. `remainder` of them are cents left over by rounding."""

    key: str
    amount: int
    kind: str
    value: str
    remainder: int = 0
    is_capped: bool = False


@dataclass(frozen=True, slots=True)
class _Taker:
    share: Share
    kind: Kind
    value: Fraction  # minor units, a fraction of the whole, or a weight
    cap: int | None


@dataclass(frozen=True, slots=True)
class Splitter:
    """A checked plan in one currency, ready for many amounts."""

    currency: str
    takers: tuple[_Taker, ...]
    remainder: str
    plan: SplitPlan

    def parts(self, amount: int) -> tuple[Part, ...]:
        """The parts of an amount in minor units, in the order of the shares.

        InvalidInput: fixed shares alone do not sum to the amount.
        """
        size = abs(amount)
        exact = self._exact(size)
        whole = [part.numerator // part.denominator for part in exact]
        extra = self._extra(exact, whole, size - sum(whole))
        sign = -1 if amount < 0 else 1
        return tuple(
            Part(
                key=taker.share.key,
                amount=sign * (whole[index] + extra[index]),
                kind=taker.kind,
                value=_shown(taker.share),
                remainder=sign * extra[index],
                is_capped=taker.cap is not None and exact[index] == taker.cap,
            )
            for index, taker in enumerate(self.takers)
        )

    def _exact(self, size: int) -> list[Fraction]:
        left = Fraction(size)
        found = [Fraction(0)] * len(self.takers)
        for kind in ("fixed", "percent"):
            for index, taker in enumerate(self.takers):
                if taker.kind == kind:
                    wanted = taker.value if kind == "fixed" else taker.value * size
                    if taker.cap is not None:
                        wanted = min(wanted, Fraction(taker.cap))
                    found[index] = min(wanted, left)
                    left -= found[index]
        self._share_out(left, found)
        return found

    def _share_out(self, left: Fraction, found: list[Fraction]) -> None:
        """What is left to `remaining` or by weight, caps filled one round after the other."""
        open_ = [
            index
            for index, taker in enumerate(self.takers)
            if taker.kind == "remaining" or (taker.kind == "weight" and taker.value)
        ]
        while left:
            if not open_:
                raise _not_whole(left, self.currency)
            weights = sum(self.takers[index].value for index in open_)
            each = left / weights
            full = [
                index
                for index in open_
                if (cap := self.takers[index].cap) is not None
                and each * self.takers[index].value >= cap
            ]
            for index in full or open_:
                cap = self.takers[index].cap if full else None
                found[index] = each * self.takers[index].value if cap is None else Fraction(cap)
                left -= found[index]
            open_ = [index for index in open_ if index not in full] if full else []

    def _extra(self, exact: Sequence[Fraction], whole: Sequence[int], left: int) -> list[int]:
        extra = [0] * len(exact)
        if self.remainder == "largest":
            by_loss = sorted(range(len(exact)), key=lambda index: whole[index] - exact[index])
            for index in by_loss[:left]:
                extra[index] = 1
            return extra
        for index in self._in_turn(exact):
            cap = self.takers[index].cap
            extra[index] = left if cap is None else min(left, cap - whole[index])
            left -= extra[index]
        return extra

    def _in_turn(self, exact: Sequence[Fraction]) -> list[int]:
        turn = [
            index
            for index, taker in enumerate(self.takers)
            if taker.kind != "fixed" and exact[index]
        ]
        if self.remainder == "last":
            turn.reverse()
        named = self.remainder.removeprefix("party:")
        if named != self.remainder:
            chosen = next(i for i, taker in enumerate(self.takers) if taker.share.key == named)
            turn = [chosen, *(index for index in turn if index != chosen)]
        return turn


def read_split(document: Any, currency: str, path: str = "") -> Splitter:
    """A plan from its document; InvalidInput with problems whose paths begin with `path`."""
    try:
        plan = document if isinstance(document, SplitPlan) else SplitPlan.model_validate(document)
    except ValidationError as error:
        message = text("分配方案的格式不对", "the split is malformed")
        raise InvalidInput(message, problems_of(error, path)) from None
    problems = split_problems(plan.shares, plan.remainder, currency, path)
    if problems:
        raise InvalidInput(text("分配方案有误", "the split is not right"), problems)
    takers = tuple(_taker(share, currency) for share in plan.shares)
    return Splitter(currency, takers, plan.remainder, plan)


def split(
    amount: int, shares: Sequence[Share], remainder: str = "largest", currency: str = "CNY"
) -> tuple[Part, ...]:
    """An amount in minor units over shares, once; `read_split(...).parts` for many amounts."""
    plan = SplitPlan.model_construct(shares=tuple(shares), remainder=remainder)
    return read_split(plan, currency).parts(amount)


def _taker(share: Share, currency: str) -> _Taker:
    value = Fraction(share.value if share.value is not None else 1)
    if share.kind == "fixed":
        value = Fraction(to_minor(share.value or 0, currency))
    elif share.kind == "percent":
        value /= 100
    cap = to_minor(share.cap, currency) if share.cap is not None else None
    return _Taker(share, share.kind, value, cap)


def _shown(share: Share) -> str:
    return "" if share.value is None else format(share.value, "f")


def _not_whole(left: Fraction, currency: str) -> InvalidInput:
    amount = to_major(int(left), currency)
    message = text(
        f"固定金额合计少于总额，还有 {amount} {currency} 没有归属，请加一项「其余全部」",
        f"the fixed shares leave {amount} {currency} to nobody: add one that takes what remains",
    )
    return InvalidInput(message, [Problem("/shares", message, "split_not_whole")])
