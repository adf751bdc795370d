"""Which of two rules of one layer is the more specific: a stated order, never the order of a list.

1. goods: variant > product > category (a deeper one first) > all
2. shop   3. customer tag   4. member level   5. service type
6. party: the party itself > its level > its kind > all
7. store   8. platform   9. channel
10. priority, the greater first

Compared from the top, the first difference decides. Two rules of equal rank on one line are an
error, when the card is published and when a line is priced.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.settlement.card import Match, Rule

Rank = tuple[int, ...]

# Facts of the line; the party's are prefixed when a line is looked at for one term.
FACTS = (
    "variant", "product", "category", "shop", "customer_tag", "member_level", "service_type",
    "party", "party_level", "party_kind", "store", "platform", "channel",
)  # fmt: skip


def rank_of(rule: Rule) -> Rank:
    """The rule's place in the order above: the greater tuple is the more specific."""
    match = rule.match
    if match.variant:
        goods = (3, 0)
    elif match.product:
        goods = (2, 0)
    elif match.category:
        goods = (1, min(path.count("/") for path in match.category))
    else:
        goods = (0, 0)
    party = 3 if match.party else 2 if match.party_level else 1 if match.party_kind else 0
    return (
        *goods,
        *map(_said, (match.shop, match.customer_tag, match.member_level, match.service_type)),
        party,
        *map(_said, (match.store, match.platform, match.channel)),
        rule.priority,
    )


def fits(match: Match, facts: Mapping[str, Any]) -> bool:
    """Whether a line with these facts is one the rule is for; an unknown fact fits no list."""
    for name in FACTS:
        wanted = getattr(match, name)
        if wanted and not _fits(name, wanted, facts.get(name)):
            return False
    return True


def can_both_fit(one: Match, other: Match) -> bool:
    """Whether some line could fit both: no fact is asked to have two values at once."""
    for name in FACTS:
        left, right = getattr(one, name), getattr(other, name)
        if not left or not right or name == "customer_tag":
            continue  # a customer can have both tags
        if name == "category":
            if not any(_is_under(a, b) or _is_under(b, a) for a in left for b in right):
                return False
        elif not set(left) & set(right):
            return False
    return True


def _said(values: tuple[str, ...]) -> int:
    return 1 if values else 0


def _fits(name: str, wanted: tuple[str, ...], fact: Any) -> bool:
    if fact is None:
        return False
    if name == "customer_tag":
        return any(tag in fact for tag in wanted)
    if name == "category":
        return any(_is_under(fact, path) for path in wanted)
    return fact in wanted


def _is_under(category: str, path: str) -> bool:
    """ "护肤/眼霜" lies under "护肤" and under itself."""
    return category == path or category.startswith(path + "/")
