"""The internal effects of settlement, by kind; apply.py does them with all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.runtime.desk import Handler
from engine.runtime.settling import asking, guarding, order_work, posting, recomputing, stating
from engine.runtime.settling.orders import BOOK, DUE, MOVE, REFUND, SETTLED

# Loading `asking` is what registers the loaders these effects need.
LOADED = (asking.__name__,)
HANDLERS: dict[str, Handler] = {
    BOOK: order_work.book,
    REFUND: order_work.refund,
    DUE: order_work.due,
    SETTLED: order_work.settled,
    MOVE: recomputing.move,
    "settlement.post": posting.post,
    "settlement.earn": posting.earn,
    "settlement.freeze": posting.freeze,
    "settlement.release": posting.release,
    "settlement.void": posting.void,
    "settlement.statement": stating.make,
    "budget.guard": guarding.ask,
}


def owner_of(kind: str, args: Mapping[str, Any]) -> str | None:
    """Whose lane does it, where the arguments say so."""
    if kind == "budget.guard" and args.get("budget"):
        return f"budget:{args['budget']}"
    if kind.startswith("settlement.") and args.get("party"):
        return f"account:{args['party']}"
    return None
