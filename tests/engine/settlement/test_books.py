"""A platform's bill against ours, and the balances one starts with."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.settlement.card import load_card
from engine.settlement.layers import compose
from engine.settlement.opening import open_with, read_opening
from engine.settlement.plan import make_plans
from engine.settlement.posting import Part, post
from engine.settlement.reconcile import BillMapping, Figure, read_bill, reconcile
from tests.engine.settlement.shop import document, rule, tiers

DAY = date(2026, 11, 11)
TODAY = date(2026, 11, 21)


def ours(order: str, minor: int, fee: str = "platform_commission", day: date = DAY) -> Figure:
    return Figure(order, fee, minor, day, f"our-{order}")


def theirs(order: str, minor: int, fee: str = "platform_commission", day: date = DAY) -> Figure:
    return Figure(order, fee, minor, day, f"bill-{order}")


def results(found) -> dict[str, tuple[str, str | None, int]]:
    return {one.order: (one.result, one.reason, one.difference) for one in found.matches}


def test_matched_differing_and_missing_on_either_side():
    found = reconcile(
        [ours("1", 500), ours("2", 500), ours("3", 500), ours("5", 500)],
        [theirs("1", 500), theirs("2", 560), theirs("4", 70), theirs("5", 501)],
        today=TODAY,
    )
    assert results(found) == {
        "1": ("matched", None, 0),
        "2": ("differing", "unknown", 60),
        "3": ("missing_theirs", "unknown", -500),
        "4": ("missing_ours", "fee", 70),
        "5": ("differing", "rounding", 1),
    }
    assert found.ours + sum(one.difference for one in found.matches) == found.theirs
    assert [one.age for one in found.matches] == [0, 10, 10, 10, 10]
    assert found.matches[0].our_refs == ("our-1",)


def test_lines_of_one_order_and_fee_are_summed_before_they_are_compared():
    found = reconcile(
        [ours("1", 500)], [theirs("1", 300), theirs("1", 260), theirs("1", -60)], today=TODAY
    )
    assert results(found) == {"1": ("matched", None, 0)}
    other_fee = reconcile([ours("1", 500)], [theirs("1", 500, "payment_fee")], today=TODAY)
    assert [one.result for one in other_fee.matches] == ["missing_ours", "missing_theirs"] or [
        one.result for one in other_fee.matches
    ] == ["missing_theirs", "missing_ours"]


@pytest.mark.parametrize(("tolerance", "result"), [(4, "differing"), (5, "matched")])
def test_the_tolerance_is_met_at_its_edge(tolerance, result):
    found = reconcile([ours("1", 500)], [theirs("1", 505)], today=TODAY, tolerance=tolerance)
    assert found.matches[0].result == result


def test_differences_carry_their_likeliest_reason():
    late = ours("period", 500, day=date(2026, 12, 1))
    found = reconcile(
        [late, ours("refund", 500), ours("subsidy", 500)],
        [theirs("refund", 300), theirs("subsidy", 600), theirs("fined", 900, "fine")],
        today=TODAY,
        refunds={"refund": 4_000},
        subsidies={"subsidy": 100},
        ends=date(2026, 11, 30),
    )
    assert {order: reason for order, (_, reason, _) in results(found).items()} == {
        "period": "period",
        "refund": "refund",
        "subsidy": "subsidy",
        "fined": "fine",
    }


figures = st.lists(
    st.builds(
        Figure,
        order=st.sampled_from("abc"),
        fee=st.sampled_from(["goods", "payment_fee"]),
        minor=st.integers(-500, 500),
        day=st.just(DAY),
    ),
    max_size=12,
)


@given(left=figures, right=figures, tolerance=st.integers(0, 50))
def test_nothing_is_left_out_and_nothing_counted_twice(left, right, tolerance):
    found = reconcile(left, right, today=TODAY, tolerance=tolerance)
    for side, of in ((left, "ours"), (right, "theirs")):
        sums: dict = defaultdict(int)
        for one in side:
            sums[one.order, one.fee] += one.minor
        listed = {(one.order, one.fee): getattr(one, of) for one in found.matches}
        assert {key: listed[key] for key in sums} == dict(sums)
    assert len({(one.order, one.fee) for one in found.matches}) == len(found.matches)


MAPPING = BillMapping(
    order="订单号", fee="费用项", amount="金额", day="结算时间", ref="流水号", sign=-1,
    fees={"技术服务费": "platform_commission", "支付手续费": "payment_fee"},
)  # fmt: skip


def test_a_bill_is_typed_and_bad_lines_are_named_one_by_one():
    good = {
        "订单号": "1",
        "费用项": "技术服务费",
        "金额": "-1,250.50",
        "结算时间": "2026/11/11 20:00:00",
        "流水号": "x",
    }
    rows = [
        good,
        {**good, "费用项": "神秘费"},
        {**good, "金额": "about 5"},
        {**good, "金额": "-1.005"},
        {**good, "结算时间": "yesterday"},
        {**good, "订单号": None},
        {},
    ]
    found, problems = read_bill(rows, MAPPING, "CNY")
    assert found == [Figure("1", "platform_commission", 125_050, DAY, "x")]
    assert [one.path for one in problems] == [
        "/rows/1/费用项",
        "/rows/2/金额",
        "/rows/3/金额",
        "/rows/4/结算时间",
        "/rows/5/订单号",
        "/rows/6/订单号",
    ]


ROWS: list[dict] = [
    {
        "kind": "total",
        "party": "p1",
        "term": "rebate",
        "window": "2026-Q4",
        "amount": "480,000.00",
        "count": "12",
        "posted": "0",
    },
    {"kind": "hold", "party": "p1", "amount": "300.00", "due_on": "2026-12-15"},
    {"kind": "statement", "party": "p2", "amount": "-88.80", "period": "2026-10"},
]
KNOWN = {"parties": frozenset({"p1", "p2"}), "terms": frozenset({"rebate"})}


def test_opening_rows_are_previewed_with_their_control_sums():
    control = {
        "total": "480000.00",
        "total_count": "12",
        "hold": "300.00",
        "statement": "-88.80",
        "posted": "0",
    }
    found = read_opening(ROWS, "CNY", control=control, **KNOWN)
    assert found.is_sound
    assert found.totals[0].amount == 48_000_000
    assert (found.holds[0].minor, found.balances[0].minor) == (30_000, -8_880)
    off = read_opening(
        ROWS, "CNY", control={**control, "hold": "301.00", "statement": "x"}, **KNOWN
    )
    assert [one.path for one in off.problems] == ["/control/hold", "/control/statement"]


BAD_ROWS = {
    "a kind nobody knows": ({"kind": "gift"}, "/kind"),
    "a party nobody knows": ({"party": "p9"}, "/party"),
    "a term nobody knows": ({"term": "else"}, "/term"),
    "no window": ({"window": ""}, "/window"),
    "an amount that is none": ({"amount": "much"}, "/amount"),
    "no amount": ({"amount": None}, "/amount"),
    "too fine an amount": ({"amount": "0.001"}, "/amount"),
    "a part of one": ({"count": "1.5"}, "/count"),
    "a count with other digits": ({"count": "１２"}, "/count"),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_opening_row_is_named_and_takes_no_part(name):
    change, path = BAD_ROWS[name]
    found = read_opening([ROWS[1], {**ROWS[0], **change}], "CNY", **KNOWN)
    assert found.problems[0].path == f"/rows/1{path}"
    assert found.totals == ()
    assert not found.is_sound


def test_the_same_opening_row_twice_is_an_error_of_the_second():
    found = read_opening([*ROWS, ROWS[0]], "CNY", **KNOWN)
    assert [(one.path, one.code) for one in found.problems] == [("/rows/3", "duplicate")]


@pytest.mark.parametrize("kind", ["graduated", "volume"])
def test_tiers_go_on_from_the_opening_totals(kind):
    card = load_card(document(rule("r", tiers(kind, ("0", "at", "0"), ("500000", "at", "3")))))
    plan = make_plans(card, card.terms[0], compose(card.rules))[0]
    total = read_opening(ROWS, "CNY", **KNOWN).totals[0]
    entries, state = open_with("p1|c|w|f", plan, plan.key, total, "opening", "brand", "2026-11")
    assert entries == []
    part = Part("e1", plan.key, 4_000_000, 1, "o1", "1", "brand", 1)
    made, state = post(state, {plan.key: plan}, [part])
    # 480,000 before and 40,000 now: 20,000 of it, or all of 520,000, at 3 %.
    assert sum(one.minor for one in made) == (60_000 if kind == "graduated" else 1_560_000)


def test_what_the_old_system_paid_otherwise_is_shown_and_made_up_for():
    card = load_card(document(rule("r", tiers("graduated", ("0", "at", "1")))))
    plan = make_plans(card, card.terms[0], compose(card.rules))[0]
    total = read_opening([{**ROWS[0], "posted": "4,700.00"}], "CNY", **KNOWN).totals[0]
    entries, state = open_with("p1|c|w|f", plan, plan.key, total, "opening", "brand", "2026-11")
    assert [(one.minor, one.state, one.posted_in) for one in entries] == [
        (470_000, "paid", ""),
        (10_000, "pending", "2026-11"),
    ]
    assert sum(one.minor for one in entries) == state.minor == 480_000
