"""What is wrong with a plan for splitting, before any money flows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Protocol

from engine.core.errors import InvalidInput, Problem
from engine.core.text import text
from engine.settlement.money import exponent, to_minor


class ShareLike(Protocol):
    """What is looked at of a share (split.py)."""

    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def value(self) -> Decimal | None: ...
    @property
    def cap(self) -> Decimal | None: ...


def split_problems(
    shares: Sequence[ShareLike], remainder: str, currency: str, path: str = ""
) -> list[Problem]:
    """Everything wrong with the shares, the remainder rule and the currency.

    1. each share by itself: value given, not negative, exact in the currency; keys differ
    2. percentages sum to 100 at most, to 100 exactly when nothing else takes the rest
    3. one way only to take the rest (weights or one `remaining`), and one taker without a cap
    4. the remainder rule names somebody who is there
    """
    try:
        exponent(currency)
    except InvalidInput as error:
        return list(error.problems)
    problems = list(_each(shares, currency, f"{path}/shares"))
    if not problems:
        problems = [*_together(shares, f"{path}/shares")]
    return [*problems, *_remainder(shares, remainder, f"{path}/remainder")]


def _each(shares: Sequence[ShareLike], currency: str, path: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, share in enumerate(shares):
        at = f"{path}/{index}"
        if share.key in seen:
            message = text(f"「{share.key}」出现了两次", f"{share.key!r} stands there twice")
            yield Problem(f"{at}/key", message, "doubled")
        seen.add(share.key)
        if (share.value is None) != (share.kind == "remaining"):
            message = (
                text("「其余全部」不用填数值", "what remains has no value")
                if share.kind == "remaining"
                else text("必填", "is required")
            )
            yield Problem(f"{at}/value", message, "missing_rate")
        for name, value in (("value", share.value), ("cap", share.cap)):
            if value is None:
                continue
            if value < 0:
                yield Problem(
                    f"{at}/{name}", text("不能为负数", "must not be negative"), "negative"
                )
            elif name == "cap" or share.kind == "fixed":
                try:
                    to_minor(value, currency, f"{at}/{name}")
                except InvalidInput as error:
                    yield from error.problems
        if share.cap is not None and share.kind in ("fixed", "remaining"):
            message = text("这种分法不能设上限", "this kind of share has no cap")
            yield Problem(f"{at}/cap", message, "cap")


def _together(shares: Sequence[ShareLike], path: str) -> Iterator[Problem]:
    percent = sum(
        (share.value or Decimal(0) for share in shares if share.kind == "percent"), Decimal(0)
    )
    kinds = [share.kind for share in shares]
    if percent > 100:
        message = text(
            f"比例合计 {percent}%，超过 100%", f"percentages sum to {percent}, above 100"
        )
        yield Problem(path, message, "above_hundred")
    if kinds.count("remaining") > 1 or ("remaining" in kinds and "weight" in kinds):
        message = text(
            "剩余部分只能有一种去向：权重，或一项「其余全部」",
            "what is left goes one way only: to weights, or to one that takes all that remains",
        )
        yield Problem(path, message, "split_twice")
        return
    takers = [
        share
        for share in shares
        if share.kind == "remaining" or (share.kind == "weight" and share.value)
    ]
    if takers:
        if all(share.cap is not None for share in takers):
            message = text(
                "至少要有一项不设上限，否则可能有钱没有归属",
                "one share must have no cap, else money may be left to nobody",
            )
            yield Problem(path, message, "split_not_whole")
        return
    is_fixed_only = all(kind == "fixed" for kind in kinds)
    capped = any(share.cap is not None for share in shares)
    if not is_fixed_only and (percent != 100 or capped or "fixed" in kinds):
        message = text(
            "分配之后可能有剩余，请加一项「其余全部」，或改用权重",
            "something may be left to nobody: add a share that takes what remains, or use weights",
        )
        yield Problem(path, message, "split_not_whole")


def _remainder(shares: Sequence[ShareLike], remainder: str, path: str) -> Iterator[Problem]:
    if remainder in ("largest", "first", "last"):
        return
    named = remainder.removeprefix("party:")
    found = next((share for share in shares if share.key == named), None)
    if named == remainder or found is None or found.kind == "fixed":
        message = text(
            "尾差只能归：小数部分最大者、第一项、最后一项，或方案中一个非固定金额的合作方",
            "cents left over go to the largest remainder, the first, the last, or to a party of "
            "this split that has no fixed amount",
        )
        yield Problem(path, message, "remainder")
