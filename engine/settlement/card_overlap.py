"""Rules that would both want one order line: refused before they can meet on one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import tzinfo

from engine.core.errors import Problem
from engine.core.reach import Reach, Spans, Values
from engine.core.validate.choices import Box, boxes_of
from engine.settlement.card import Card, Rule
from engine.settlement.clash import say_equal_rank, say_two_campaigns
from engine.settlement.in_force import Force, force_of
from engine.settlement.rank import Rank, can_both_fit, rank_of

MOST = 50  # problems; a card with more needs another look, not a longer list


def overlaps(card: Card, zone: tzinfo) -> list[Problem]:
    """Pairs of rules of one term and layer that can fit one line at one moment.

    - of equal rank: nobody could say which one counts
    - of two campaigns: two campaigns on one day
    What conditions mean is judged as far as it can be: `order.amount > 500` and
    `order.amount <= 500` are apart; what cannot be told counts as overlapping, and a priority
    settles it.
    """
    found: list[Problem] = []
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, rule in enumerate(card.rules):
        groups[rule.term, rule.layer].append(index)
    forces = [force_of(card, rule, zone) for rule in card.rules]
    boxes: list[list[Box]] = [boxes_of(rule.when) if rule.when else [{}] for rule in card.rules]
    for places in groups.values():
        for one, other, is_campaign in _candidates(card.rules, places):
            if _are_apart(card.rules, forces, boxes, one, other):
                continue
            first, second = card.rules[one], card.rules[other]
            if is_campaign:
                message, code = say_two_campaigns(first, second), "campaigns"
            else:
                message, code = say_equal_rank(first, second), "equal_rank"
            found.append(Problem(f"/rules/{other}", message, code))
            if len(found) >= MOST:
                return found
    return found


def can_meet(
    rules: tuple[Rule, ...], forces: Mapping[int, Force] | list[Force], one: int, other: int
) -> bool:
    """Whether some line at some moment could fit both rules, their conditions left aside."""
    return forces[one].meets(forces[other]) and can_both_fit(rules[one].match, rules[other].match)


def _candidates(rules: tuple[Rule, ...], places: list[int]) -> Iterator[tuple[int, int, bool]]:
    by_rank: dict[Rank, list[int]] = defaultdict(list)
    for place in places:
        by_rank[rank_of(rules[place])].append(place)
    for same in by_rank.values():
        for at, one in enumerate(same):
            for other in same[at + 1 :]:
                if rules[one].campaign == rules[other].campaign:
                    yield one, other, False
    campaigns = {rules[place].campaign for place in places}
    if len(campaigns) > 1:
        for at, one in enumerate(places):
            for other in places[at + 1 :]:
                if rules[one].campaign != rules[other].campaign:
                    yield one, other, True


def _are_apart(
    rules: tuple[Rule, ...],
    forces: list[Force],
    boxes: list[list[Box]],
    one: int,
    other: int,
) -> bool:
    if not can_meet(rules, forces, one, other):
        return True
    return all(_boxes_apart(a, b) for a in boxes[one] for b in boxes[other])


def _boxes_apart(one: Box, other: Box) -> bool:
    return any(name in other and _reaches_apart(reach, other[name]) for name, reach in one.items())


def _reaches_apart(one: Reach, other: Reach) -> bool:
    if isinstance(one, Spans) and isinstance(other, Spans):
        return all(a.both(b).is_empty for a in one.spans for b in other.spans)
    if isinstance(one, Values) and isinstance(other, Values):
        if one.negated and other.negated:
            return False
        if one.negated:
            return other.values <= one.values
        if other.negated:
            return one.values <= other.values
        return not one.values & other.values
    return False
