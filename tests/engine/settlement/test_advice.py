"""Advice on tiers: cliffs, totals that fall, one reading against the other."""

import pytest

from engine.core.errors import InvalidInput
from engine.settlement.advice import advise, cliffs, compare_readings
from engine.settlement.check import read_model
from tests.engine.settlement.price_models import cents, tiers

DEALER = tiers(("0", "0"), ("500000", "3"), ("1000000", "5"))


def model(kind, rows=DEALER, **more):
    return read_model({"kind": kind, "tiers": rows, **more}, "CNY")


def test_volume_tiers_have_a_cliff_of_20_000_at_a_million():
    found = cliffs(model("volume"), "CNY")
    assert [(cliff.tier, cliff.at, cliff.jump) for cliff in found] == [
        (1, 50_000_000, cents(1_500_000)),
        (2, 100_000_000, cents(2_000_000)),
    ]


def test_the_card_says_what_one_cent_more_pays():
    warnings = advise(model("volume"), "CNY", "/rules/0/model")
    assert [(found.path, found.code, found.level) for found in warnings] == [
        ("/rules/0/model/tiers/1/from", "cliff", "warning"),
        ("/rules/0/model/tiers/2/from", "cliff", "warning"),
    ]
    assert warnings[1].message["zh"] == (
        "到第 3 档（超过 1,000,000.00）时一次多付 20,000.00：差 0.01 就没有，一笔退款也会全部扣回"
    )


def test_graduated_tiers_have_no_cliff_but_for_their_flat_parts():
    assert advise(model("graduated"), "CNY") == []
    rows = [{"from": "0", "percent": "1"}, {"from": "100", "percent": "2", "flat": "50"}]
    assert [found.jump for found in cliffs(model("graduated", rows), "CNY")] == [cents(5_000)]


def test_a_fall_that_was_confirmed_is_still_shown():
    rows = tiers(("0", "5"), ("100", "3"))
    warnings = advise(model("volume", rows, allow_fall=True), "CNY")
    assert [found.code for found in warnings] == ["total_falls"]


def test_tiers_by_a_figure_counted_apart_have_no_edge_to_warn_of():
    assert cliffs(model("volume", by="qualifying"), "CNY") == []


def test_models_without_tiers_need_no_advice():
    assert advise(read_model({"kind": "percentage", "percent": "5"}, "CNY"), "CNY") == []


@pytest.mark.parametrize("kind", ["graduated", "volume"])
def test_both_readings_of_the_same_tiers_on_last_months_accounts(kind):
    accounts = [(40_000_000, 9), (80_000_000, 9), (120_000_000, 9)]
    found = compare_readings(model(kind), "CNY", accounts)
    assert [(row.graduated, row.volume) for row in found.rows] == [
        (0, 0),
        (cents(900_000), cents(2_400_000)),
        (cents(2_500_000), cents(6_000_000)),
    ]
    assert (found.graduated, found.volume) == (cents(3_400_000), cents(8_400_000))


def test_tiers_that_are_volume_tiers_only_cannot_be_compared():
    with pytest.raises(InvalidInput):
        compare_readings(model("volume", by="qualifying"), "CNY", [])
    units = [{"from": "0", "amount_per_unit": "1"}]
    with pytest.raises(InvalidInput):
        compare_readings(model("volume", units), "CNY", [])
