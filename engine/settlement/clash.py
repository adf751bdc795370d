"""Rules that fit one line and of which none goes first: a problem, never a guess."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.core.errors import Problem
from engine.core.text import Text, text
from engine.settlement.card import Rule
from engine.settlement.in_force import Force
from engine.settlement.rank import Rank


@dataclass(frozen=True, slots=True)
class RankedRule:
    """A rule ready to be asked: how specific it is, its own condition, when it is in force."""

    rule: Rule
    rank: Rank
    when: Callable[..., Any] | None
    force: Force


def clash_of(fitting: Sequence[RankedRule]) -> Problem | None:
    """Two rules of equal rank, or of two campaigns."""
    campaigns = {one.rule.campaign for one in fitting}
    if len(campaigns) > 1:
        return Problem(
            "/campaigns", say_two_campaigns(fitting[0].rule, fitting[1].rule), "campaigns"
        )
    best = sorted(fitting, key=lambda one: one.rank)[-2:]
    if len(best) == 2 and best[0].rank == best[1].rank:
        return Problem(
            f"/rules/{best[1].rule.id}", say_equal_rank(best[0].rule, best[1].rule), "equal_rank"
        )
    return None


def say_equal_rank(one: Rule, other: Rule) -> Text:
    return text(
        f"「{one.name}」与「{other.name}」同级，会同时命中同一订单，请错开条件或设置优先级",
        f"“{one.name}” and “{other.name}” are of equal rank and can both fit one order: "
        "keep them apart or give one a priority",
    )


def say_two_campaigns(one: Rule, other: Rule) -> Text:
    return text(
        f"「{one.name}」与「{other.name}」属于两个活动，却在同一天对同一订单生效，请错开",
        f"“{one.name}” and “{other.name}” belong to two campaigns and hold for one order on the "
        "same day: keep them apart",
    )
