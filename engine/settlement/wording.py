"""Figures as people read them: 500,000.00, 3%, the edge of a tier."""

from __future__ import annotations

from decimal import Decimal

from engine.core.text import Text, text
from engine.settlement.models import Graduated, Tier, Volume
from engine.settlement.money import PERCENT, UNIT, exponent, fine_to_major, to_major


def amount_of(minor: int, currency: str) -> str:
    """Minor units with all decimals of the currency: 50000000 -> "500,000.00"."""
    return f"{to_major(minor, currency):,f}"


def worth_of(fine: int, currency: str) -> str:
    """Fine units exactly, with the decimals of the currency at least: "15,000.00", "0.12345"."""
    if fine % UNIT == 0:
        return amount_of(fine // UNIT, currency)
    return f"{fine_to_major(fine, currency):,f}"


def percent_of(rate: int) -> str:
    """A rate in fine units for each minor unit: 3000000 -> "3%"."""
    return f"{number_text(Decimal(rate) / PERCENT)}%"


def number_text(value: Decimal) -> str:
    """A decimal without exponent and without zeros at its end."""
    shown = format(value, "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def number_of(value: int) -> str:
    """A whole number: 12000 -> "12,000"."""
    return f"{value:,}"


def tier_of(model: Graduated | Volume, index: int, currency: str) -> Text:
    """A tier as a person says it: 第 2 档（超过 500,000.00）."""
    tier = model.tiers[index]
    edge = _edge(model, tier, currency)
    if index == 0:
        if len(model.tiers) == 1:
            return text("第 1 档", "tier 1")
        following = model.tiers[1]
        upper = _edge(model, following, currency)
        if following.reach == "at":
            return text(f"第 1 档（不到 {upper}）", f"tier 1 (below {upper})")
        return text(f"第 1 档（不超过 {upper}）", f"tier 1 (up to {upper})")
    word = ("达到", "from") if tier.reach == "at" else ("超过", "over")
    return text(f"第 {index + 1} 档（{word[0]} {edge}）", f"tier {index + 1} ({word[1]} {edge})")


def _edge(model: Graduated | Volume, tier: Tier, currency: str) -> str:
    places = 0 if model.by == "count" else exponent(currency)
    return f"{tier.from_:,.{places}f}"
