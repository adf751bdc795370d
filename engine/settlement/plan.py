"""A plan: one complete set of parameters an order line can be priced with.

Plans are found again by their key, which follows from the parameters alone: two versions of a card
with the same figures share it, so an account goes on over a change that does not touch it. A plan
is kept as a document beside the entries, so that a refund years later is priced by the same one.

Accounts whose volume tier is picked by one common total are a *family*: each plan has its own
amount and number there, and all share the figure that picks the tier.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.core.text import Text
from engine.settlement.card import Card, Grain, RoundingRule, Term
from engine.settlement.check import read_model
from engine.settlement.layers import Composed, Step, can_share, say_layers
from engine.settlement.models import Chained, Model, Volume
from engine.settlement.money import Rounding, exponent
from engine.settlement.pricing import Pricer, compile_model
from engine.settlement.split import SplitPlan, Splitter, read_split


@dataclass(frozen=True, slots=True)
class Plan:
    """`root` is the rule the model came from, `first` its model before layers worked on it.

    family  what the totals are kept under: the plan's own key, or one for all plans of a root
    shared  prices by (amount, number, picking figure) where the family shares a total
    scale   what a count is multiplied by to be such a figure (tiers by number)
    splitter  each entry is shared out by it (shares.py)
    """

    key: str
    card: str
    term: str
    root: str
    family: str
    model: Model
    first: Model
    steps: tuple[Step, ...]
    currency: str
    mode: Rounding
    grain: Grain
    direction: Literal["pay", "charge"]
    pricer: Pricer = field(compare=False, repr=False)
    shared: Pricer | None = field(compare=False, repr=False)
    scale: int = 1
    splitter: Splitter | None = None

    @property
    def needs_picks(self) -> bool:
        """Whether the tier is picked by a figure counted apart even when nobody shares it."""
        return isinstance(self.model, Volume) and self.model.by == "qualifying"

    @property
    def picks_by_number(self) -> bool:
        """Whether a number, not an amount, picks the tier."""
        return isinstance(self.model, Volume) and self.model.by == "count"

    @property
    def level(self) -> str | None:
        """The role that is paid where it is not the term's own party: a later level of a chain."""
        model = self.model
        if not isinstance(model, Chained) or model.level == model.levels[0].key:
            return None
        return model.level

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of the later levels, also of those that an order did not bring."""
        levels = self.first.levels[1:] if isinstance(self.first, Chained) else ()
        return tuple(level.key for level in levels)

    def worth(self, amount: int, number: int) -> int:
        """f(totals) in fine units of an account's part that shares its total with nobody."""
        picks = number * self.scale if self.picks_by_number else amount
        return self.pricer.at(amount, number, picks)

    def say(self) -> Text:
        """The rate written out: 12% + 3 个百分点 = 15%."""
        return say_layers(self.steps, self.first)


def make_plans(
    card: Card, term: Term, composed: Composed, roles: Collection[str] = ()
) -> tuple[Plan, ...]:
    """The plan of a line, and one more for each percentage beside tiers.

    A chain has one for each level whose role is among `roles`, its first level always.
    """
    first = next(rule.model for rule in card.rules if rule.id == composed.base)
    rounding = term.rounding or card.rounding
    if isinstance(composed.model, Chained):
        seller, *others = composed.model.levels
        there = (seller, *(level for level in others if level.key in roles))
        return tuple(
            _make(
                card, term, rounding, composed.base,
                composed.model.model_copy(update={"levels": there, "level": level.key}),
                first, composed.steps,
            )
            for level in there
        )  # fmt: skip
    made = [_make(card, term, rounding, composed.base, composed.model, first, composed.steps)]
    for root, model, steps in composed.beside:
        own = (Step(steps[0].layer, root, "replace"), *steps[1:])
        made.append(_make(card, term, rounding, root, model, model, own))
    return tuple(made)


def dump_plan(plan: Plan) -> dict[str, Any]:
    """The plan as JSON values; `read_plan` makes the same one of it."""
    return {
        "key": plan.key,
        "card": plan.card,
        "term": plan.term,
        "root": plan.root,
        "family": plan.family,
        "model": _model_json(plan.model),
        "first": _model_json(plan.first),
        "steps": [[step.layer, step.rule, step.op, step.value] for step in plan.steps],
        "currency": plan.currency,
        "mode": plan.mode,
        "grain": plan.grain,
        "direction": plan.direction,
        **_split_json(plan.splitter.plan if plan.splitter is not None else None),
    }


def read_plan(kept: dict[str, Any]) -> Plan:
    """A kept plan, compiled."""
    currency = kept["currency"]
    model = read_model(kept["model"], currency)
    shares = kept["family"] != kept["key"]
    return Plan(
        key=kept["key"],
        card=kept["card"],
        term=kept["term"],
        root=kept["root"],
        family=kept["family"],
        model=model,
        first=read_model(kept["first"], currency),
        steps=tuple(Step(*step) for step in kept["steps"]),
        currency=currency,
        mode=kept["mode"],
        grain=kept["grain"],
        direction=kept["direction"],
        pricer=compile_model(model, currency, kept["mode"]),
        shared=_shared(model, currency) if shares else None,
        scale=_scale(currency),
        splitter=read_split(kept["split"], currency) if kept.get("split") else None,
    )


def _make(
    card: Card,
    term: Term,
    rounding: RoundingRule,
    root: str,
    model: Model,
    first: Model | None,
    steps: tuple[Step, ...],
) -> Plan:
    kept = {
        "card": card.key,
        "term": term.key,
        "root": root,
        "model": _model_json(model),
        "first": _model_json(first or model),
        "steps": [[step.layer, step.rule, step.op, step.value] for step in steps],
        "currency": card.currency,
        "mode": rounding.mode,
        "grain": rounding.grain,
        "direction": term.direction,
        **_split_json(term.split),
    }
    written = json.dumps(kept, sort_keys=True, ensure_ascii=False).encode()
    key = hashlib.blake2b(written, digest_size=8).hexdigest()
    shares = can_share(model)
    family = f"{card.key}.{term.key}.{root}.{card.currency}" if shares else key
    return read_plan({**kept, "key": key, "family": family})


def _split_json(split: SplitPlan | None) -> dict[str, Any]:
    """Nothing for a plan without one, so that its key is what it was."""
    if split is None:
        return {}
    return {"split": split.model_dump(mode="json", exclude_defaults=True)}


def _model_json(model: Model) -> dict[str, Any]:
    found = model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"kind": model.kind, **found}


def _shared(model: Model, currency: str) -> Pricer | None:
    """The same volume tiers, picked by a figure that is handed in."""
    if not isinstance(model, Volume):
        return None
    tiers = tuple(tier.model_copy(update={"to": None}) for tier in model.tiers)
    picked = {"by": "qualifying", "tiers": tiers, "allow_fall": True}
    return compile_model(model.model_copy(update=picked), currency)


def _scale(currency: str) -> int:
    return int(10 ** exponent(currency))
