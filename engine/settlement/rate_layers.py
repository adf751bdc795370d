"""What each layer gives for one line, term by term, with the sum written out layer by layer.

    基础  12%
    活动  12% + 3 个百分点 = 15%

It asks the very functions a line is priced with (resolve.py); the answer is told in more words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.core.errors import EngineError, InvalidInput, Problem
from engine.core.text import Text
from engine.settlement.card import Exclusion, Rule, Term
from engine.settlement.resolve import Resolver
from engine.settlement.sale import Sale


@dataclass(frozen=True, slots=True)
class LayerRate:
    """What one layer gave: `said` is the sum up to it; `is_replaced`: a layer above begins anew."""

    rule: Rule
    said: Text
    is_replaced: bool


@dataclass(frozen=True, slots=True)
class TermRate:
    """One term: its layers, lowest first, and what they come to.

    is_about   whether the term is about such a line; exclusion: what takes the line out
    result     the rate written out; a second one stands beside tiers where points were added
    problem    why there is no rate, or none that can be told
    """

    term: Term
    is_about: bool
    exclusion: Exclusion | None
    layers: tuple[LayerRate, ...] = ()
    result: tuple[Text, ...] = ()
    problem: Problem | None = None


def rates_of(
    resolver: Resolver, sale: Sale, at: datetime, stand_in: Mapping[str, Any]
) -> list[TermRate]:
    """Every term of the card for one line at one moment; `stand_in` is the party of a term that
    the line brings nobody for ({}: nobody in particular, so rules for all parties count).
    """
    return [_rate(rates, sale, at, stand_in) for rates in resolver.terms]


def _rate(rates: Any, sale: Sale, at: datetime, stand_in: Mapping[str, Any]) -> TermRate:
    term: Term = rates.term
    try:
        party = rates.party_of(sale)
    except InvalidInput:
        party = stand_in
    sale.scope["party"] = party
    is_about, exclusion = True, None
    try:
        is_about, exclusion = rates.is_about(sale), rates.exclusion_of(sale)
        chain = rates.chain(sale, party, at)
    except EngineError as error:
        problems = getattr(error, "problems", ())
        problem = problems[0] if problems else Problem(rates.at, error.message, error.code)
        return TermRate(term, is_about, exclusion, problem=problem)
    if isinstance(chain, Problem):
        return TermRate(term, is_about, exclusion, problem=chain)
    last = max((index for index, rule in enumerate(chain) if rule.op == "replace"), default=0)
    layers: list[LayerRate] = []
    built = rates.build([], rates.chain_roles)
    for index, rule in enumerate(chain):
        built = rates.build(chain[: index + 1], rates.chain_roles)
        if isinstance(built, Problem):
            break
        layers.append(LayerRate(rule, built[0].say(), index < last))
    if isinstance(built, Problem):
        return TermRate(term, is_about, exclusion, tuple(layers), problem=built)
    said = [plan.say() for plan in built]
    once = tuple(one for index, one in enumerate(said) if one not in said[:index])
    return TermRate(term, is_about, exclusion, tuple(layers), once)
