"""Why an entry has its amount, in sentences made from its stored figures (怎么算的)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.core.text import Text, text
from engine.settlement.entry import KIND_NAMES, Entry, figures_of, plan_key
from engine.settlement.money import to_major
from engine.settlement.plan import Plan
from engine.settlement.say import LAYERS, say_line, say_part
from engine.settlement.split import Part
from engine.settlement.wording import amount_of

SHARE = 5  # kind, value, total, amount, remainder


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
    said = text(f"费率：{rate['zh']}", f"rate: {rate['en']}")
    return (said, *say_lines(plan, figures.lines), *_say_share(entry, figures.share))


def _say_share(entry: Entry, share: Sequence[Any]) -> Iterator[Text]:
    """Which share of the line's amount this is, and what of it this entry brought."""
    if len(share) != SHARE:  # an opening or a manual amount says only what it is for
        return
    kind, value, total, amount, remainder = share
    part = Part(entry.key.rpartition("/")[2], amount, kind, value, remainder)
    said = say_part(part, total, entry.currency)
    if amount == entry.minor:
        yield text(f"分配：{said['zh']}", f"share: {said['en']}")
        return
    step = amount_of(entry.minor, entry.currency)
    yield text(f"分配：{said['zh']}；本笔 {step}", f"share: {said['en']}; this step {step}")


def say_lines(plan: Plan, lines: Sequence[Sequence[int | str]]) -> tuple[Text, ...]:
    """Each line: layer, tier, arithmetic."""
    layer = plan.steps[-1].layer if plan.steps else "base"
    return tuple(
        say_line(line, plan.currency, model=plan.model, layer=layer if layer in LAYERS else None)
        for line in lines
    )
