"""A gap is a problem that somebody sees, whatever the model; 0 is paid only where it is written."""

from __future__ import annotations

import pytest

from engine.settlement.card_check import validate_card
from engine.settlement.models import MODELS
from tests.engine.settlement.shop import Ledger, document, order, rule, term

TIER = {"from": "0", "percent": "3"}
# What each model asks for at the least.
LEAST = {
    "percentage": {"percent": "5"},
    "flat": {"amount": "88"},
    "per_unit": {"amount": "2"},
    "package": {"size": "5", "amount": "10"},
    "blocks": {"size": "100", "amount": "2"},
    "graduated": {"tiers": [TIER]},
    "volume": {"tiers": [TIER]},
    "chain": {"levels": [{"key": "promoter", "percent": "10"}]},
}
BY_ORDER = {"terms": [term(window="order")]}


def problems(model, **more):
    found = validate_card(document(rule("base", model), **BY_ORDER, **more))
    return {one.path: one.code for one in found if one.level == "error"}


def test_every_model_is_looked_at_here():
    assert LEAST.keys() == MODELS.keys()


@pytest.mark.parametrize("kind", LEAST)
def test_an_order_that_no_rule_is_for_waits_for_somebody(kind):
    only = rule("base", {"kind": kind, **LEAST[kind]}, match={"platform": ["douyin"]})
    card = document(only, **BY_ORDER)
    remarks = {one.path: (one.code, one.level) for one in validate_card(card)}
    assert remarks["/terms/0"] == ("rate_gap", "warning")
    ledger = Ledger(card)
    booked = ledger.take(order("1"))
    (unpriced,) = [one for _, one in booked.unpriced]
    assert (unpriced.problem.code, booked.bookings, ledger.entries) == ("missing_rate", (), [])


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, least in LEAST.items() for name in least]
)
def test_a_figure_that_is_left_out_is_no_0(kind, name):
    assert problems({"kind": kind, **LEAST[kind]}) == {}
    left = {key: value for key, value in LEAST[kind].items() if key != name}
    (path,) = problems({"kind": kind, **left})
    assert path.startswith(f"/rules/0/model/{name}")


@pytest.mark.parametrize("kind", ["graduated", "volume"])
@pytest.mark.parametrize(
    ("tiers", "path"),
    [
        ([], "/tiers"),
        ([{"from": "100", "percent": "3"}], "/tiers/0/from"),
        ([{"from": "0", "to": "100", "percent": "1"}, {"from": "200", "percent": "2"}],
         "/tiers/0/to"),
        ([{"from": "0", "to": "300", "percent": "1"}, {"from": "200", "percent": "2"}],
         "/tiers/0/to"),
        ([{"from": "0", "to": "100", "percent": "1"}], "/tiers/0/to"),
        ([{"from": "0"}, {"from": "200", "percent": "2"}], "/tiers/0"),
    ],
    ids=["no tiers", "below the first", "gap", "overlap", "above the last", "no rate"],
)  # fmt: skip
def test_tiers_pay_for_every_total(kind, tiers, path):
    found = problems({"kind": kind, "tiers": tiers})
    assert any(one.startswith(f"/rules/0/model{path}") for one in found), found


SPLIT = {"shares": [{"key": "promoter", "value": "1"}, {"key": "agency", "value": "1"}]}


@pytest.mark.parametrize(
    ("kind", "more", "name"),
    [
        ("percentage", {"minimum": "100"}, "minimum"),
        ("percentage", {"guarantee": {"amount": "100"}}, "guarantee"),
        ("volume", {"coefficient": {"key": "completion"}}, "coefficient"),
        ("flat", {"promise": {"target": "10"}}, "promise"),
    ],
    ids=["minimum", "guarantee", "late factor", "promise"],
)
def test_what_a_window_adds_at_its_end_cannot_be_shared_out(kind, more, name):
    model = {"kind": kind, **LEAST[kind], **more}
    assert validate_card(document(rule("base", model))) == []
    card = document(rule("base", model), terms=[term(split=SPLIT)])
    assert {one.path: one.code for one in validate_card(card)} == {
        f"/rules/0/model/{name}": "split_at_end"
    }
    fixed = {**model, "coefficient": {"value": "0.8"}, "maximum": "1000"}
    del fixed[name if name != "coefficient" else "maximum"]
    assert validate_card(document(rule("base", fixed), terms=[term(split=SPLIT)])) == []
