"""The ledger's entry: money from one account to another, and the figures that explain it.

Append only: an entry is never edited and never deleted, only answered by another one. What moves is
its state:

    estimated 预估 ──earn──> pending 待结算 ──settle──> settled 已结算 ──pay──> paid 已付款
        └──void──> void 已作废   │ ▲ freeze / release        (a later refund is an entry of its own)
                                 ▼ │
                               frozen 已冻结 ──void──> void
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from engine.core.errors import Conflict, Problem
from engine.core.ids import derived_id
from engine.core.text import Text, text

MoneyState = Literal["estimated", "pending", "frozen", "settled", "paid", "void"]
EntryKind = Literal[
    "order", "refund", "shared", "opening", "true_up", "moved", "adjustment", "retention",
    "carried", "set_off",
]  # fmt: skip

STATE_NAMES: dict[str, Text] = {
    "estimated": text("预估", "estimated"),
    "pending": text("待结算", "pending"),
    "frozen": text("已冻结", "frozen"),
    "settled": text("已结算", "settled"),
    "paid": text("已付款", "paid"),
    "void": text("已作废", "void"),
}
KIND_NAMES: dict[str, Text] = {
    "order": text("订单", "order"),
    "refund": text("佣金追回", "claw-back"),
    "shared": text("档位变动补差", "tier changed by others' orders"),
    "opening": text("期初", "opening"),
    "true_up": text("期末调整", "true-up"),
    "moved": text("红字冲正", "correction"),
    "adjustment": text("人工调整", "manual adjustment"),
    "retention": text("预留金", "retention"),
    "carried": text("结转", "carried forward"),
    "set_off": text("抵扣", "set off"),
}
_NEXT: dict[str, frozenset[str]] = {
    "estimated": frozenset({"pending", "void"}),
    "pending": frozenset({"frozen", "settled", "void"}),
    "frozen": frozenset({"pending", "void"}),
    "settled": frozenset({"paid"}),
    "paid": frozenset(),
    "void": frozenset(),
}


class Figures(NamedTuple):
    """Why an entry has its amount; in the entry a plain list of these, read by `figures_of`.

    version   of the card the line was priced with
    base, units   what this line counted (minor units, number)
    amount, number   the totals before it
    fine      the exact difference, in fine units; the entry's minor is its rounding
    rest      exact money of the account that earlier entries had not yet paid out in cents
    lines     what the difference is made of (lines.py)
    picks     for a shared tier: the figure that picks it before and after, else ()
    share     for an entry that is one share of an amount: what it was shared by (shares.py)
    """

    version: Any
    base: int
    units: int
    amount: int
    number: int
    fine: int
    rest: int
    lines: tuple[Any, ...]
    picks: tuple[int, ...] = ()
    share: tuple[Any, ...] = ()


class Entry(NamedTuple):
    """One row of the ledger. `minor` may be negative: a claw-back runs the same way with less.

    key       the effect key: unique, sortable, the same for the same cause
    account, sub   whose totals it moved; `sub` begins with the plan's key
    earned_in, posted_in   settlement periods; earned_in is "" while not earned
    """

    key: str
    account: str
    sub: str
    kind: str
    order: str
    line: str
    from_account: str
    to_account: str
    minor: int
    currency: str
    state: str
    earned_in: str
    posted_in: str
    figures: Any


def figures_of(entry: Entry) -> Figures:
    """The figures of an entry by name, also of one that was read back from JSON."""
    return Figures(*entry.figures)


def plan_key(sub: str) -> str:
    """The plan of an account's part."""
    return sub.partition("@")[0]


def amount_key(cause: str, index: int = 0) -> str:
    """The key of an entry of no order: the amount of that place of an effect or an adjustment.

    It begins with when its cause came, as every entry's does: they are listed and summed by day so.
    """
    return f"{derived_id('ent', cause)}.{index:04d}"


def payee_of(account: str, sub: str) -> str:
    """Whom an account's part pays: named in it where it is another one than the account's owner."""
    return sub.partition("@")[2] or account.partition("|")[0]


def change_state(state: str, to: MoneyState, path: str = "/state") -> MoneyState:
    """The next state of money; Conflict when it cannot come to that."""
    if to not in _NEXT.get(state, frozenset()):
        now, then = STATE_NAMES.get(state, text(state, state)), STATE_NAMES[to]
        message = text(
            f"「{now['zh']}」的款项不能变为「{then['zh']}」",
            f"money that is {now['en']} cannot become {then['en']}",
        )
        raise Conflict(message, [Problem(path, message, "money_state")])
    return to
