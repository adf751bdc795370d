"""Why an entry has its amount, in sentences made from its stored figures (怎么算的)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.core.text import Text, text
from engine.settlement.entry import KIND_NAMES, Entry, figures_of, plan_key
from engine.settlement.money import to_major
from engine.settlement.plan import Plan
from engine.settlement.say import LAYERS, say_line


def say_entry(entry: Entry, plans: Mapping[str, Plan]) -> tuple[Text, ...]:
    """The rate with its layers, then each line with its arithmetic; for an amount that was given,
    what kind it is and what for.
    """
    figures = figures_of(entry)
    plan = plans.get(plan_key(entry.sub)) if entry.sub else None
    if plan is None:
        name = KIND_NAMES.get(entry.kind, text(entry.kind, entry.kind))
        amount = f"{to_major(entry.minor, entry.currency):,} {entry.currency}"
        why = "，".join(str(one) for one in figures.share)
        zh = f"{name['zh']} {amount}" + (f"（{why}）" if why else "")
        en = f"{name['en']} {amount}" + (f" ({why})" if why else "")
        return (text(zh, en),)
    rate = plan.say()
    return (text(f"费率：{rate['zh']}", f"rate: {rate['en']}"), *say_lines(plan, figures.lines))


def say_lines(plan: Plan, lines: Sequence[Sequence[int | str]]) -> tuple[Text, ...]:
    """Each line: layer, tier, arithmetic."""
    layer = plan.steps[-1].layer if plan.steps else "base"
    return tuple(
        say_line(line, plan.currency, model=plan.model, layer=layer if layer in LAYERS else None)
        for line in lines
    )
