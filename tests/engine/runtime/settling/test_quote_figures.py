"""A rule tried on bare figures rounds as the entries of its term are rounded."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.errors import InvalidInput
from engine.runtime.settling.quoting import quote_figures
from engine.runtime.world import World
from tests.engine.runtime.conftest import TENANT
from tests.engine.runtime.settling.ledger import card, percentage, rule, tiers

STEPS = tiers("graduated", ("0", "at", "1"), ("100", "over", "3.333"))
# name: (card, figures, minor units)
ROUNDED: dict[str, tuple[dict[str, Any], dict[str, str], int]] = {
    # 33.3 were posted as 33, 66.6 are 67: the second order brings 34.
    "a period rounds what has come together": (
        card(rule("r", percentage("3.33"))), {"amount": "10.00", "before_amount": "10.00"}, 34),
    "a line is rounded by itself": (
        card(rule("r", percentage("3.33")), rounding={"grain": "line"}),
        {"amount": "10.00", "before_amount": "10.00"}, 33),
    "the term's rounding goes before the card's": (
        card(rule("r", percentage("5")), rounding={"mode": "down"},
             term={"rounding": {"mode": "half_up"}}), {"amount": "0.10"}, 1),
    "down": (card(rule("r", percentage("5")), rounding={"mode": "down"}), {"amount": "0.39"}, 1),
    "half to even": (
        card(rule("r", percentage("5")), rounding={"mode": "half_even"}), {"amount": "0.10"}, 0),
    "half up, below zero too": (card(rule("r", percentage("5"))), {"amount": "-0.10"}, -1),
    "no decimals": (card(rule("r", percentage("3")), currency="JPY"), {"amount": "50"}, 2),
    "three decimals": (card(rule("r", percentage("3")), currency="BHD"), {"amount": "0.050"}, 2),
    "over an edge": (card(rule("r", STEPS)), {"amount": "0.50", "before_amount": "99.75"}, 1),
}  # fmt: skip


def test_figures_are_rounded_as_entries_are(world: World) -> None:
    found = {
        name: quote_figures(world, TENANT, document, "r", **figures)[0]
        for name, (document, figures, _) in ROUNDED.items()
    }
    assert found == {name: minor for name, (_, _, minor) in ROUNDED.items()}
    # Each part is said as it is reckoned; rounded is only what is posted.
    _, sentences = quote_figures(
        world, TENANT, card(rule("r", STEPS)), "r", amount="0.50", before_amount="99.75"
    )
    assert [one["en"].rpartition(": ")[2] for one in sentences] == [
        "0.25 × 1% = 0.0025",
        "0.25 × 3.333% = 0.0083325",
    ]
    for figures, path in (({"amount": "0.001"}, "/amount"), ({"amount": "x"}, "/amount")):
        with pytest.raises(InvalidInput) as caught:
            quote_figures(world, TENANT, card(rule("r", STEPS)), "r", **figures)
        assert [one.path for one in caught.value.problems] == [path]
    with pytest.raises(InvalidInput) as caught:
        quote_figures(world, TENANT, card(rule("r", STEPS)), "gone", amount="1")
    assert [one.path for one in caught.value.problems] == ["/rule"]
