"""Manual adjustments: an entry like all others, with a reason, a paper and a second person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from engine.core.errors import Conflict, InvalidInput, Problem
from engine.core.text import Text, text
from engine.settlement.change_request import demand_other_person
from engine.settlement.entry import Entry


@dataclass(frozen=True, slots=True)
class Adjustment:
    """`minor` above zero is for the party, below zero against it. `paper` names the evidence."""

    id: str
    party: str
    other: str
    term: str
    minor: int
    currency: str
    reason: str
    paper: str
    maker: str
    made_at: datetime
    order: str = ""
    state: Literal["proposed", "approved", "rejected"] = "proposed"
    checker: str = ""

    def __post_init__(self) -> None:
        problems = [
            Problem(f"/{name}", message, "missing")
            for name, value, message in (
                ("reason", self.reason.strip(), _REASON),
                ("paper", self.paper.strip(), _PAPER),
                ("minor", self.minor, _AMOUNT),
            )
            if not value
        ]
        if problems:
            raise InvalidInput(text("调整单不完整", "the adjustment is not complete"), problems)


def approve_adjustment(adjustment: Adjustment, *, checker: str) -> Adjustment:
    """Another person agrees."""
    _demand_proposed(adjustment)
    demand_other_person(adjustment.maker, checker)
    return replace(adjustment, state="approved", checker=checker)


def reject_adjustment(adjustment: Adjustment, *, checker: str) -> Adjustment:
    """Another person declines."""
    _demand_proposed(adjustment)
    demand_other_person(adjustment.maker, checker)
    return replace(adjustment, state="rejected", checker=checker)


def adjustment_entry(adjustment: Adjustment, key: str, period: str) -> Entry:
    """The entry of an approved adjustment, posted in an open period."""
    if adjustment.state != "approved":
        raise Conflict(text("调整单还没有复核", "the adjustment is not approved"))
    return Entry(
        key, f"{adjustment.party}|{adjustment.term}||", "", "adjustment", adjustment.order, "",
        adjustment.other, adjustment.party, adjustment.minor, adjustment.currency, "pending",
        period, period,
        ("", 0, 0, 0, 0, 0, 0, (), (), [adjustment.id, adjustment.reason, adjustment.paper]),
    )  # fmt: skip


def _demand_proposed(adjustment: Adjustment) -> None:
    if adjustment.state != "proposed":
        raise Conflict(text("调整单已有结论", "the adjustment has been answered already"))


_REASON: Text = text("请填写调整原因", "say why")
_PAPER: Text = text("请附上凭证", "name the evidence")
_AMOUNT: Text = text("调整金额不能为 0", "an adjustment of nothing is none")
