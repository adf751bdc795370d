"""Budgets as people write them and as they are stored.

    {"name": "618 大促", "limit": "50000.00", "unit": "money", "currency": "CNY",
     "action": "freeze", "warn_at": "80", "releasers": ["usr_…"],
     "covers": {"campaign": "618", "party": "pty_…", "term": "creators.commission",
                "period": "2026-06", "platform": "douyin", "shop": "…"}}

`covers` says which entries ask the budget by themselves; without it only flows do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from engine.core.errors import InvalidInput
from engine.core.fields import Form
from engine.core.flow import problems_of
from engine.core.text import text
from engine.settlement.budget import Budget, BudgetState, Waiting
from engine.settlement.money import read_number, to_minor

Short = Annotated[str, Field(min_length=1, max_length=200)]


class Covers(Form):
    """All that is said must fit."""

    campaign: Short | None = None
    party: Short | None = None
    term: Short | None = None
    period: Short | None = None
    platform: Short | None = None
    shop: Short | None = None


class BudgetDocument(Form):
    """A budget as a document."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    limit: Annotated[str, Field(max_length=24)]
    unit: Literal["money", "pieces"] = "money"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    action: Literal["warn", "freeze", "ask"] = "freeze"
    warn_at: Annotated[str, Field(max_length=10)] = "80"
    releasers: Annotated[tuple[Short, ...], Field(max_length=100)] = ()
    covers: Covers | None = None


def check_budget(key: str, document: Any) -> dict[str, Any]:
    """The document with plain values; InvalidInput with paths when it is none."""
    try:
        found = BudgetDocument.model_validate(document)
    except ValidationError as error:
        message = text("预算的格式不对", "the budget is malformed")
        raise InvalidInput(message, problems_of(error)) from None
    plain = found.model_dump(mode="json", exclude_none=True)
    read_budget(key, plain)
    return plain


def read_budget(key: str, document: Mapping[str, Any]) -> Budget:
    """The budget of a document; InvalidInput for figures that are none."""
    unit, currency = document.get("unit", "money"), document.get("currency", "CNY")
    written = document["limit"]
    if unit == "money":
        limit = to_minor(written, currency, "/limit")
    else:
        limit = int(read_number(written, "/limit"))
    return Budget(
        key=key,
        limit=limit,
        unit=unit,
        currency=currency,
        action=document.get("action", "freeze"),
        warn_at=Decimal(read_number(document.get("warn_at", "80"), "/warn_at")),
        releasers=frozenset(document.get("releasers") or ()),
    )


def read_budget_state(row: Any) -> BudgetState:
    """What a budget's row says has passed and waits."""
    waiting = tuple(
        Waiting(key, amount, by, datetime.fromisoformat(since))
        for key, amount, by, since in row.waiting
    )
    return BudgetState(row.used, waiting, frozenset(row.told))


def is_covered(covers: Mapping[str, str], facts: Mapping[str, Any]) -> bool:
    """Whether an entry with these facts asks a budget by itself."""
    return bool(covers) and all(facts.get(name) == value for name, value in covers.items())
