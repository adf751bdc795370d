"""Which rate an order line has, by whom and from which layer, and why when it has none.

`Resolver(card, version)` compiles a card once. For a line and a term:

1. Leave it out when the term is not about it; name the exclusion that takes it out.
2. Find the party whose account it is, and the moment that picks the rate.
3. In each layer take the most specific rule that fits and is in force (rank.py). Two of equal rank,
   or rules of two campaigns, are a problem.
4. Build the layers on each other (layers.py). No rate is a problem too: it never counts as 0.

Steps 3 and 4 are remembered per shape of line: the facts, conditions and dates that the term's
rules look at, nothing else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import partial
from operator import attrgetter
from typing import Any

from engine.core.cells import zone as read_zone
from engine.core.errors import EngineError, InvalidInput, Problem
from engine.core.expression import compile_condition
from engine.core.fields import Condition
from engine.core.text import text
from engine.settlement.card import LAYERS, Card, Exclusion, Rule, Term
from engine.settlement.card_scope import card_scope
from engine.settlement.clash import RankedRule, clash_of
from engine.settlement.in_force import force_of
from engine.settlement.layers import compose
from engine.settlement.models import Chained
from engine.settlement.moments import earned_at, rate_at
from engine.settlement.order_base import BaseOf, compile_base
from engine.settlement.outcome import Excluded, Outcome, Owed, Unpriced
from engine.settlement.plan import Plan, make_plans
from engine.settlement.rank import FACTS, fits, rank_of
from engine.settlement.sale import Sale
from engine.settlement.shares import is_party
from engine.settlement.source import compile_source, nobody
from engine.settlement.split import SplitPlan
from engine.settlement.windows import Window, local_day, window_finder, window_key

REMEMBERED = 50_000  # shapes per term; beyond it everything is forgotten and found anew

Found = tuple[Plan, ...] | Problem
Test = Callable[..., Any]
# What rules match on of a party, by its name in the party.
_PARTY_FACTS = {"party": "key", "party_kind": "kind", "party_level": "level"}


class Resolver:
    """One version of a card, compiled; InvalidInput when it cannot be.

    `plans` has every plan that was ever resolved, by key. Of a card that does not look at the buyer
    (`looks_at_customer`) a line may be resolved without.
    """

    def __init__(self, card: Card, version: int | str) -> None:
        self.card = card
        self.version = version
        self.zone = read_zone(card.zone)
        self.plans: dict[str, Plan] = {}
        self.term_of = {term.key: term for term in card.terms}
        self._campaigns: dict[str, str | None] = {}
        self.terms = tuple(_Rates(self, index, term) for index, term in enumerate(card.terms))
        self.looks_at_customer = any(term.looks_at_customer for term in self.terms)

    def resolve(self, sale: Sale) -> list[Outcome]:
        """What a line means for every term; [] when no term is about it."""
        found: list[Outcome] = []
        for term in self.terms:
            found += term.outcomes(sale)
        return found

    def campaign_of(self, plan: str) -> str | None:
        """The campaign whose rule worked on a plan that was resolved, if one did."""
        if plan not in self._campaigns:
            rules = {step.rule for step in self.plans[plan].steps}
            self._campaigns[plan] = next(
                (rule.campaign for rule in self.card.rules if rule.campaign and rule.id in rules),
                None,
            )
        return self._campaigns[plan]


class _Rates:
    """The rules of one term."""

    def __init__(self, of: Resolver, index: int, term: Term) -> None:
        self.of, self.term, self.at = of, term, f"/terms/{index}"
        self.base_of: BaseOf = compile_base(term.base)
        self.party_of = compile_source(term.party)
        self.other_of = compile_source(term.bearer)
        self.applies = _test(term.applies, of.zone)
        self.exclusions: tuple[tuple[Exclusion, Test | None], ...] = tuple(
            (one, _test(one.when, of.zone)) for one in term.exclusions
        )
        self.rules = [
            RankedRule(
                rule, rank_of(rule), _test(rule.when, of.zone), force_of(of.card, rule, of.zone)
            )
            for rule in of.card.rules
            if rule.term == term.key
        ]
        self.edges = sorted({edge for one in self.rules for edge in one.force.edges})
        self.conditions = tuple({id(one.when): one.when for one in self.rules if one.when}.values())
        said = [one.rule.match for one in self.rules]
        names = [name for name in FACTS if any(getattr(match, name) for match in said)]
        self.party_names = tuple(_PARTY_FACTS[name] for name in names if name in _PARTY_FACTS)
        self.line_names = tuple(
            name for name in names if name not in _PARTY_FACTS and name != "customer_tag"
        )
        self.tags = frozenset(tag for match in said for tag in match.customer_tag)
        tested = [term.applies, *(one.when for one in term.exclusions)]
        tested += [one.rule.when for one in self.rules]
        self.looks_at_customer = (
            bool(self.tags)
            or "member_level" in self.line_names
            or any(_looks_at_customer(condition, of.zone) for condition in tested)
            or any("customer" in (one.expression or "") for one in (term.party, term.bearer))
        )
        self.chain_roles = tuple(
            dict.fromkeys(
                level.key
                for one in self.rules
                if isinstance(one.rule.model, Chained)
                for level in one.rule.model.levels[1:]
            )
        )
        self.window: Window = term.window
        self.find_window = (
            None if term.window in ("order", "campaign") else window_finder(term.window, of.zone)
        )
        self.rate_of: Callable[[Sale], datetime | None] = attrgetter(
            "created_at" if term.rate_on == "created" else "paid_at"
        )
        if term.rate_on == "earned":
            self.rate_of = partial(earned_at, moment=term.moment)
        self.is_own, self.is_parents = term.totals == "party", term.totals == "parent"
        self.is_pieces, self.moment = term.counts == "pieces", term.moment
        self.earned_when_paid = term.moment.when == "paid"
        self.account = f"|{of.card.key}.{term.key}|"
        self.known: dict[tuple[Any, ...], Found] = {}

    def is_about(self, sale: Sale) -> bool:
        """Whether the term is about a line."""
        return self.applies is None or bool(self.applies(sale.scope))

    def exclusion_of(self, sale: Sale) -> Exclusion | None:
        """The exclusion that takes a line out, if one does."""
        tests = self.exclusions
        return next((one for one, test in tests if test is not None and test(sale.scope)), None)

    def outcomes(self, sale: Sale) -> list[Outcome]:
        term = self.term
        scope = sale.scope
        try:
            if not self.is_about(sale):
                return []
            excluded = self.exclusion_of(sale) if self.exclusions else None
            if excluded is not None:
                return [Excluded(term.key, excluded.id)]
            party = self.party_of(sale)
            scope["party"] = party
            at = self.rate_of(sale) or rate_at(sale, term)  # the latter says what is missing
            found = self._find(sale, party, at)
            if isinstance(found, Problem):
                return [Unpriced(term.key, found)]
            return [*self._owed(sale, party, found, at), *self._absent(sale, found)]
        except EngineError as error:
            first = getattr(error, "problems", ())
            path = first[0].path if first else self.at
            code = first[0].code if first else error.code
            return [Unpriced(term.key, Problem(path, error.message, code))]

    def _owed(
        self, sale: Sale, party: Mapping[str, Any], plans: tuple[Plan, ...], at: datetime
    ) -> list[Outcome]:
        payee = owner = party["key"]
        if not self.is_own:
            owner = party.get("parent") or payee
            payee = owner if self.is_parents else payee
        if self.find_window is not None:
            window = self.find_window(at)
        else:
            campaign = _campaign_of(self.of.card, plans, sale.facts)
            day = local_day(at, self.of.zone)
            window = window_key(self.window, day, order=sale.order, campaign=campaign)
        count = 1
        if self.is_pieces:
            count = int(sale.pieces)
            if count != sale.pieces:
                raise InvalidInput(_PIECES, [Problem("/line/quantity", _PIECES, "pieces")])
        base = self.base_of(sale)
        earned = sale.paid_at if self.earned_when_paid else earned_at(sale, self.moment)
        other = self.other_of(sale)["key"]
        start = f"{owner}{self.account}{window}|"
        payees = None if self.term.split is None else self._payees(sale, self.term.split)
        found: list[Outcome] = []
        for plan in plans:
            if plan.level is not None:
                own = str(sale.parties[plan.level]["key"])
                account = f"{own}{self.account}{window}|{plan.family}"
                found.append(
                    Owed(
                        self.term, plan, own, own, other, account, plan.key, base, count,
                        at, earned,
                    )
                )  # fmt: skip
                continue
            account = start + plan.family
            sub = plan.key if payee == owner else f"{plan.key}@{payee}"
            found.append(
                Owed(
                    self.term, plan, owner, payee, other, account, sub, base, count, at, earned,
                    payees,
                )
            )  # fmt: skip
        return found

    def _payees(self, sale: Sale, split: SplitPlan) -> dict[str, str]:
        """The party of each share: a role of the order, or the party that the key itself is."""
        found = {}
        for share in split.shares:
            party = sale.parties.get(share.key)
            if party is None and not is_party(share.key):
                message = text(
                    f"订单没有带来「{share.key}」，这一份不知道分给谁",
                    f"the order brings nobody as {share.key!r}: that share has nobody",
                )
                problem = Problem(f"/parties/{share.key}", message, "no_share_party")
                raise InvalidInput(message, [problem])
            found[share.key] = party["key"] if party is not None else share.key
        return found

    def _absent(self, sale: Sale, plans: tuple[Plan, ...]) -> list[Outcome]:
        """Levels of a chain that the order has nobody for; the others share as if there were none.
        Whoever books knows whether the order names somebody that is only not known here.
        """
        roles = plans[0].roles if self.chain_roles else ()
        return [
            Unpriced(self.term.key, nobody(role).problems[0])
            for role in roles
            if role not in sale.parties
        ]

    def _find(self, sale: Sale, party: Mapping[str, Any], at: datetime) -> Found:
        scope, facts = sale.scope, sale.facts
        shape: list[Any] = [bisect_right(self.edges, at) if self.edges else 0]
        shape += map(facts.get, self.line_names)
        roles = [role for role in self.chain_roles if role in sale.parties]
        if self.chain_roles:
            shape.append(tuple(roles))
        if self.party_names:
            shape += map(party.get, self.party_names)
        if self.tags:
            shape.append(self.tags & facts["customer_tag"])
        for test in self.conditions:
            shape.append(bool(test(scope)))
        key = tuple(shape)
        found = self.known.get(key)
        if found is None:
            if len(self.known) >= REMEMBERED:
                self.known.clear()
            found = self.known[key] = self._choose(sale, party, at, roles)
        return found

    def chain(self, sale: Sale, party: Mapping[str, Any], at: datetime) -> list[Rule] | Problem:
        """The rule of each layer that has one, lowest first; a Problem where two stand equal."""
        facts = {**sale.facts, **{name: party.get(of) for name, of in _PARTY_FACTS.items()}}
        scope = sale.scope
        chain: list[Rule] = []
        for layer in LAYERS:
            fitting = [
                one
                for one in self.rules
                if one.rule.layer == layer
                and one.force.holds(at)
                and fits(one.rule.match, facts)
                and (one.when is None or one.when(scope))
            ]
            if not fitting:
                continue
            clash = clash_of(fitting)
            if clash is not None:
                return clash
            chain.append(max(fitting, key=lambda one: one.rank).rule)
        return chain

    def _choose(
        self, sale: Sale, party: Mapping[str, Any], at: datetime, roles: Sequence[str]
    ) -> Found:
        chain = self.chain(sale, party, at)
        found = chain if isinstance(chain, Problem) else self.build(chain, roles)
        if isinstance(found, Problem):
            return found
        return tuple(self.of.plans.setdefault(plan.key, plan) for plan in found)

    def build(self, chain: Sequence[Rule], roles: Sequence[str]) -> Found:
        """The layers built on each other; a Problem where there is none, or where one cannot work
        on what is below.
        """
        if not chain:
            message = text(
                f"「{self.term.name}」没有适用的费率；不收不付请明确填 0",
                f"“{self.term.name}” has no rate for this line: write 0 where nothing is due",
            )
            return Problem(self.at, message, "missing_rate")
        try:
            return make_plans(self.of.card, self.term, compose(chain), roles)
        except InvalidInput as error:
            return error.problems[0] if error.problems else Problem(self.at, error.message)


def _campaign_of(card: Card, plans: tuple[Plan, ...], facts: Mapping[str, Any]) -> str:
    """The campaign whose rule worked on the plan, else the one the order itself names."""
    rules = {step.rule for plan in plans for step in plan.steps}
    own = next((rule.campaign for rule in card.rules if rule.id in rules and rule.campaign), None)
    return own or facts.get("campaign") or ""


def _test(condition: Condition | None, zone: tzinfo) -> Test | None:
    if condition is None:
        return None
    return compile_condition(condition, schema=card_scope(), zone=zone).evaluate


def _looks_at_customer(condition: Condition | None, zone: tzinfo) -> bool:
    if condition is None:
        return False
    paths = compile_condition(condition, schema=card_scope(), zone=zone).paths
    return any(path[0] == "customer" for path in paths)


_PIECES = text("按件计价时数量应为整数", "counted by the piece, a quantity must be a whole number")
