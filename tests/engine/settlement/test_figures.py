"""Sentences and bare figures: no empty parts, rounded as the rule says."""

from __future__ import annotations

import pytest

from engine.settlement.money import to_minor
from tests.engine.settlement.price_models import pricer, tiers

STEPS = {"kind": "volume", "tiers": tiers(("0", "1"), ("1000", "2"), reach="at")}


@pytest.mark.parametrize(
    ("before", "codes"), [("0", ["rate"]), ("900", ["rate", "jump"])], ids=["nothing", "something"]
)
def test_a_jump_is_told_only_where_something_was_counted_before(before, codes):
    old, new = to_minor(before, "CNY"), to_minor("1100", "CNY")
    fine, lines = pricer(STEPS).difference((old, 1), (new, 2))
    assert [line[0] for line in lines] == codes
    assert fine == sum(line[2] * line[3] for line in lines)
