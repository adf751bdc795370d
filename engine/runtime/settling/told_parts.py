"""What an order's lane tells the lane of an account about a part of it."""

from __future__ import annotations

from typing import Any

from engine.runtime.settling.books import HeldBooking
from engine.settlement.posting import Part


def written(part: Part, one: HeldBooking) -> dict[str, Any]:
    """A part as the account's lane reads it."""
    return {
        "key": part.key,
        "sub": part.sub,
        "base": part.base,
        "units": part.units,
        "order": part.order,
        "line": part.line,
        "other": part.other,
        "version": part.version,
        "kind": part.kind,
        "payees": one.booking.payees,
        **beside_part(one),
    }


def beside_part(one: HeldBooking) -> dict[str, Any]:
    """When it is earned, which period kind that means, and the facts budgets look at."""
    at = one.booking.earned_at
    beside = one.beside
    return {
        "earned_at": at.isoformat() if at is not None and one.is_earned else None,
        "period_kind": beside["period_kind"],
        "zone": beside["zone"],
        "campaign": beside["campaign"],
        "platform": beside["platform"],
        "shop": beside["shop"],
    }
