"""Terms whose trial follows from sums of what is booked: a million lines are then a few thousand
rows, for f looks at totals alone.

That is so only where another card means the same for every single line: the same base, counts,
refunds, parties and windows, and on both sides one rule for all lines. Every other term goes over
the stored orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from engine.core.errors import EngineError
from engine.runtime.settling.cards import PublishedCard
from engine.runtime.settling.what_if_orders import Range, Trial
from engine.settlement.card import Card, Match, Rule, Term
from engine.settlement.layers import compose
from engine.settlement.models import Chained
from engine.settlement.plan import Plan, make_plans
from engine.settlement.posting import Part
from engine.store import settlement_what_if as store
from engine.store.db import Connection

_DAY = timedelta(days=1)
_BY_DATE = frozenset({"day", "week", "half_month", "month", "quarter", "year"})


def simple_plans(card: Card, versions: Sequence[Card]) -> dict[str, Plan]:
    """The one plan of each term whose lines are all alike under the card and under every version
    there has been.
    """
    found = {}
    for term in card.terms:
        own = _only_rule(card, term)
        if own is None or term.split is not None or term.window not in _BY_DATE:
            continue
        if not versions or not all(_is_same(card, term, one) for one in versions):
            continue
        try:
            plans = make_plans(card, term, compose([own]))
        except EngineError:
            continue
        if len(plans) == 1 and plans[0].grain == "period":
            found[term.key] = plans[0]
    return found


def came_under_the_card(
    conn: Connection, tenant: str, card: PublishedCard, month: Range, slack: timedelta
) -> bool:
    """Whether all that counts came in with the card published, so that what is not booked would
    not have been by any version. `slack` is how long before the month an order may have come in.
    """
    starts = card.versions[-1][1]
    if month.since is None or (starts is not None and starts > month.since):
        return False
    since = month.since - slack - _DAY
    published = store.first_published(conn, tenant, card.key)
    if published is None:
        return False
    return published <= since or not store.has_events_between(
        conn, tenant, since, published + timedelta(milliseconds=1)
    )


def post_sums(trial: Trial, plans: dict[str, Plan], rows: Iterable[Any]) -> None:
    """What is booked in the month, each account part as one part under the other plan."""
    by_account: dict[str, list[Part]] = {}
    for row in rows:
        plan = plans.get(row.term)
        if plan is None:
            continue
        start, _, _ = str(row.account).rpartition("|")
        payee = str(row.sub).partition("@")[2]
        sub = f"{plan.key}@{payee}" if payee else plan.key
        part = Part(
            trial.effect(), sub, int(row.base), int(row.count), "", "", "brand",
            trial.resolver.version,
        )  # fmt: skip
        by_account.setdefault(f"{start}|{plan.family}", []).append(part)
        trial.resolver.plans.setdefault(plan.key, plan)
    for account, parts in by_account.items():
        trial.post(account, parts)


def _is_same(card: Card, term: Term, version: Card) -> bool:
    """Whether a version means the same by a term, rates apart."""
    if (version.currency, version.zone) != (card.currency, card.zone):
        return False
    other = next((one for one in version.terms if one.key == term.key), None)
    if other is None or _only_rule(version, other) is None:
        return False
    blank: dict[str, Any] = {"name": "", "rounding": None, "period": "month"}
    if term.rate_on != "earned":
        blank["moment"] = term.moment
    return term.model_copy(update=blank) == other.model_copy(update=blank)


def _only_rule(card: Card, term: Term) -> Rule | None:
    """The rule of a term that has one for all lines and days."""
    own = [one for one in card.rules if one.term == term.key]
    if len(own) != 1 or own[0].model is None or isinstance(own[0].model, Chained):
        return None
    (one,) = own
    is_for_all = (
        one.layer == "base"
        and one.op == "replace"
        and one.match == Match()
        and one.when is None
        and one.campaign is None
        and one.starts is None
        and one.ends is None
    )
    return one if is_for_all else None


def slack_of(terms: Iterable[Term]) -> timedelta:
    """How long before its date an order may have come in with it: days after the delivery."""
    return timedelta(
        days=max((one.moment.days for one in terms if one.rate_on == "earned"), default=0)
    )
