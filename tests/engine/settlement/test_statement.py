"""Statements, states of money, retention and manual adjustments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import Conflict, Forbidden, InvalidInput
from engine.settlement.adjustment import (
    Adjustment,
    adjustment_entry,
    approve_adjustment,
    reject_adjustment,
)
from engine.settlement.card import load_card
from engine.settlement.entry import Entry, change_state
from engine.settlement.layers import compose
from engine.settlement.plan import make_plans
from engine.settlement.reprice import Move, reprice
from engine.settlement.retention import Hold, Retention, draw, hold_back, released
from engine.settlement.statement import (
    make_statement,
    move_statement,
    release_statement,
)
from tests.engine.settlement.shop import NOON, document, percentage, rule, tiers

FIGURES = (1, 0, 0, 0, 0, 0, 0, (), ())


def entry(key: str, minor: int, **more: str) -> Entry:
    values = {
        "state": "pending",
        "earned_in": "2026-11",
        "posted_in": "2026-11",
        "from_account": "brand",
        "to_account": "pty_lin",
        "currency": "CNY",
        **more,
    }
    return Entry(
        key, "pty_lin|creators.commission|2026-11|f", "f", "order", "o1", "1",
        values["from_account"], values["to_account"], minor, values["currency"],
        values["state"], values["earned_in"], values["posted_in"], FIGURES,
    )  # fmt: skip


def made(entries: list[Entry], **more):
    return make_statement("pty_lin", "CNY", "2026-11", entries, **more)


def test_a_statement_lists_what_was_posted_in_its_period():
    found = made(
        [
            entry("1", 1_000),
            entry("2", 500, posted_in="2026-12"),
            entry("3", 70, state="estimated"),
            entry("4", 40, state="frozen"),
            entry("5", 20, state="void"),
            entry("6", 9, currency="USD"),
            entry("7", 3, to_account="pty_zhou"),
            entry("8", -200, earned_in="2026-10"),
        ]
    )
    assert [(one.term, one.minor) for one in found.sums] == [("creators.commission", 1_000)]
    assert [one.minor for one in found.corrections] == [-200]
    assert (found.net, found.payable, found.frozen) == (800, 800, 40)
    assert [one.key for one in found.entries] == ["1", "8"]


def test_a_negative_sum_is_carried_forward_until_it_is_earned():
    november = made([entry("1", -700)], opening=100)
    assert (november.net, november.payable, november.carried) == (-600, 0, -600)
    assert november.reason()["zh"] == "本期应付为负，结转下期抵扣"
    december = make_statement(
        "pty_lin",
        "CNY",
        "2026-12",
        [entry("2", 900, posted_in="2026-12")],
        opening=november.carried,
    )
    assert (december.payable, december.carried) == (300, 0)


def test_a_sum_at_the_least_payout_is_paid_and_one_cent_less_is_not():
    assert made([entry("1", 10_000)], least_payout=10_000).payable == 10_000
    below = made([entry("1", 9_999)], least_payout=10_000)
    assert (below.payable, below.carried) == (0, 9_999)
    assert below.reason()["zh"] == "未达起付额，结转下期"


@given(
    amounts=st.lists(st.tuples(st.integers(-90_000, 90_000), st.integers(1, 12)), max_size=30),
    least=st.integers(0, 50_000),
)
def test_over_the_months_what_was_paid_held_and_carried_is_what_was_earned(amounts, least):
    entries = [
        entry(str(index), minor, posted_in=f"2026-{month:02d}", earned_in=f"2026-{month:02d}")
        for index, (minor, month) in enumerate(amounts)
    ]
    carried, paid, open_holds = 0, 0, []
    for month in range(1, 13):
        closes = date(2026, month, 28)
        found = make_statement(
            "pty_lin", "CNY", f"2026-{month:02d}", entries, opening=carried, least_payout=least,
            retention=Retention(Decimal(20), 45), holds=open_holds, closes_on=closes,
        )  # fmt: skip
        open_holds = [one for one in open_holds if one.due_on > closes] + list(found.holds)
        carried, paid = found.carried, paid + found.payable
        assert found.payable >= 0
    assert paid + carried + sum(one.left for one in open_holds) == sum(one.minor for one in entries)


def test_retention_is_held_to_the_cent_released_on_its_day_and_drawn_on():
    rule_ = Retention(Decimal("12.5"), 30, most=5_000)
    hold = hold_back(rule_, "p", "CNY", "2026-11", 10_001, date(2026, 11, 30))
    assert (hold.minor, hold.due_on) == (1_250, date(2026, 12, 30))
    assert hold_back(rule_, "p", "CNY", "2026-11", 900_000, date(2026, 11, 30)).minor == 5_000
    assert hold_back(rule_, "p", "CNY", "2026-11", -5, date(2026, 11, 30)) is None
    assert released([hold], date(2026, 12, 29)) == 0
    assert released([hold], date(2026, 12, 30)) == 1_250
    older = Hold("p", "CNY", "2026-10", 500, date(2026, 11, 30))
    taken, after = draw([hold, older], 800)
    assert (taken, [one.left for one in after]) == (800, [0, 950])
    assert draw([hold], 9_999)[0] == 1_250
    for bad in ({"percent": Decimal(101), "days": 1}, {"percent": Decimal(5), "days": 0}):
        with pytest.raises(InvalidInput):
            Retention(**bad)


def test_a_statement_is_released_by_another_person_and_moves_one_way():
    draft = made([entry("1", 100)], maker="zhou")
    with pytest.raises(Forbidden):
        release_statement(draft, checker="zhou", number="S1")
    with pytest.raises(InvalidInput):
        release_statement(draft, checker="lin", number="")
    released_ = release_statement(draft, checker="lin", number="S1")
    disputed = move_statement(released_, "disputed")
    assert move_statement(move_statement(disputed, "confirmed"), "paid").state == "paid"
    for state, to in (
        (draft, "confirmed"),
        (released_, "paid"),
        (move_statement(released_, "confirmed"), "disputed"),
    ):
        with pytest.raises(Conflict):
            move_statement(state, to)


@pytest.mark.parametrize(
    "road",
    [
        "estimated pending settled paid",
        "estimated void",
        "pending frozen pending settled",
        "frozen void",
    ],
)
def test_money_moves_along(road):
    state, *others = road.split()
    for to in others:
        state = change_state(state, to)
    assert state == others[-1]


@pytest.mark.parametrize(
    "road", ["estimated settled", "frozen paid", "settled void", "paid pending", "void pending"]
)
def test_money_never_moves_like_this(road):
    with pytest.raises(Conflict) as caught:
        change_state(*road.split())
    assert caught.value.problems[0].code == "money_state"


def adjustment(**more):
    values = {"minor": -500, "reason": "漏发样品", "paper": "合同附件 3", **more}
    return Adjustment(
        "adj_1", "pty_lin", "brand", "adjust", currency="CNY", maker="zhou", made_at=NOON, **values
    )


def test_an_adjustment_needs_reason_paper_and_a_second_person():
    with pytest.raises(InvalidInput) as caught:
        adjustment(reason=" ", paper="", minor=0)
    assert [one.path for one in caught.value.problems] == ["/reason", "/paper", "/minor"]
    with pytest.raises(Forbidden):
        approve_adjustment(adjustment(), checker="zhou")
    with pytest.raises(Conflict):
        adjustment_entry(adjustment(), "e1", "2026-11")
    agreed = approve_adjustment(adjustment(), checker="lin")
    made_ = adjustment_entry(agreed, "e1", "2026-11")
    assert made([made_, entry("1", 800)]).net == 300
    with pytest.raises(Conflict):
        reject_adjustment(agreed, checker="lin")


@given(
    rows=st.lists(st.tuples(st.integers(1, 900_000), st.booleans()), min_size=1, max_size=20),
    start=st.integers(0, 800_000),
)
@pytest.mark.parametrize("kind", ["graduated", "volume"])
def test_repriced_lines_sum_to_the_entries_and_do_not_depend_on_arrival(kind, rows, start):
    card = load_card(
        document(
            rule("r", tiers(kind, ("0", "at", "1"), ("3000", "at", "3.33"), ("9000", "over", "5")))
        )
    )
    plan = make_plans(card, card.terms[0], compose(card.rules))[0]
    moves = [
        Move(f"o{index}", "1", -base // 2 if is_refund else base, 1, NOON)
        for index, (base, is_refund) in enumerate(rows)
    ]
    from_start, _ = reprice(plan, moves, start=(start, 3))
    again, _ = reprice(plan, moves[::-1], start=(start, 3))
    assert from_start == again
    total = start + sum(move.base for move in moves)
    assert sum(one.fine for one in from_start) == plan.worth(total, 0) - plan.worth(start, 0)


def test_lines_rounded_one_by_one_show_what_rounding_makes():
    card = load_card(document(rule("r", percentage("3.333")), rounding={"grain": "line"}))
    plan = make_plans(card, card.terms[0], compose(card.rules))[0]
    moves = [Move(f"o{index}", "1", 1_001, 1, NOON) for index in range(3)]
    lines, rounding = reprice(plan, moves, posted=100)
    assert [one.minor for one in lines] == [33, 33, 33]
    assert rounding == 1
