"""Contracts of service: merit of the nodes, stages of a repair, stores netted, money held back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from engine.settlement.booking import back_before, book_order, carry_refunds, move_bookings
from engine.settlement.retention import Retention, draw
from engine.settlement.sale import sales_of
from engine.settlement.statement import make_statement
from tests.engine.settlement.shop import (
    CREATOR,
    Ledger,
    document,
    order,
    percentage,
    refund,
    rule,
    term,
)

STORE = {"store": {"key": "pty_hz", "kind": "franchise"}}


SERVICE = {
    "shares": [
        {"key": "consult", "kind": "weight", "value": "3"},
        {"key": "convert", "kind": "weight", "value": "5"},
        {"key": "after_sales", "kind": "weight", "value": "2"},
    ]
}


DESK = {
    **CREATOR,
    "consult": {"key": "pty_a"},
    "convert": {"key": "pty_b"},
    "after_sales": {"key": "pty_c"},
}


def test_service_nodes_share_what_an_order_brings_to_the_cent():
    ledger = Ledger(document(rule("service", percentage("10")), terms=[term(split=SERVICE)]))
    ledger.take(order("1", "33.33"), DESK)
    assert [ledger.sum(f"pty_{one}") for one in "abc"] == [100, 166, 67]
    # In pieces: the shares of what is left are the shares of it, and at last nothing is.
    ledger.give_back(refund("1", "11.11"))
    assert [ledger.sum(f"pty_{one}") for one in "abc"] == [67, 111, 44]
    ledger.give_back(refund("1", "22.22"))
    assert [ledger.sum(f"pty_{one}") for one in "abc"] == [0, 0, 0]
    assert ledger.sum("pty_lin") == 0
    # The account is the creator's all the same: its entries sum to its totals.
    (state,) = ledger.states.values()
    assert sum(one.minor for one in ledger.entries) == state.minor == 0


def test_an_order_that_brings_nobody_for_a_share_is_a_problem_and_no_share_is_paid():
    ledger = Ledger(document(rule("service", percentage("10")), terms=[term(split=SERVICE)]))
    booked = ledger.take(order("1", "33.33"))
    assert booked.bookings == ()
    assert booked.unpriced[0][1].problem.code == "no_share_party"


def test_stages_of_a_repair_each_settle_themselves():
    fee = {"kind": "per_unit", "amount": "30"}
    ledger = Ledger(
        document(
            rule("visit", fee, match={"service_type": ["visit"]}),
            rule("part", percentage("100"), match={"service_type": ["part"]}),
            rule("labour", percentage("100"), match={"service_type": ["labour"]}),
        )
    )
    for id_, amount, stage in (
        ("1", "0.00", "visit"),
        ("2", "150.00", "part"),
        ("3", "80.00", "labour"),
    ):
        ledger.take(order(id_, amount), service_type=stage)
    assert ledger.sum() == 3_000 + 15_000 + 8_000


def test_a_store_that_owes_and_a_creator_who_is_owed_are_netted_per_party():
    ledger = Ledger(
        document(
            rule("fee", percentage("3"), term="fee"),
            rule("rebate", percentage("10"), term="rebate"),
            terms=[
                term(key="fee", name="加盟费", party={"role": "store"}, direction="charge"),
                term(key="rebate", name="返利", party={"role": "store"}),
            ],
        )
    )
    month = {"earned_in": "2026-11", "posted_in": "2026-11"}
    ledger.take(order("1", "1000.00"), STORE, more=month)
    statement = make_statement("pty_hz", "CNY", "2026-11", ledger.entries)
    assert {one.term: one.minor for one in statement.sums} == {
        "creators.fee": -3_000,
        "creators.rebate": 10_000,
    }
    assert statement.payable == 7_000
    brand = make_statement("brand", "CNY", "2026-11", ledger.entries)
    assert brand.net == -7_000


def test_retention_least_payout_and_a_negative_balance_carried_forward():
    ledger = Ledger(document(rule("creator", percentage("10"))))
    rules = {"retention": Retention(Decimal("20"), 30), "least_payout": 10_000}
    for period, take, back in (
        ("2026-09", "1000.00", None),
        ("2026-10", "200.00", "1"),
        ("2026-11", "2000.00", None),
    ):
        more = {"earned_in": period, "posted_in": period}
        ledger.take(order(period, take), more=more)
        if back is not None:
            ledger.give_back(refund("2026-09", "1000.00"), **more)
    september = make_statement(
        "pty_lin", "CNY", "2026-09", ledger.entries, closes_on=date(2026, 9, 30), **rules
    )
    # 100.00 earned, 20.00 held: 80.00 is under the least payout and goes on.
    assert (september.held, september.payable, september.carried) == (2_000, 0, 8_000)
    october = make_statement(
        "pty_lin",
        "CNY",
        "2026-10",
        ledger.entries,
        opening=september.carried,
        holds=september.holds,
        closes_on=date(2026, 10, 31),
        **rules,
    )
    # 20.00 earned, 100.00 clawed back, the hold falls free: 80 - 80 + 20 = 20.
    assert (october.held, october.released, october.carried) == (0, 2_000, 2_000)
    november = make_statement(
        "pty_lin",
        "CNY",
        "2026-11",
        ledger.entries,
        opening=october.carried,
        closes_on=date(2026, 11, 30),
        **rules,
    )
    assert (november.held, november.payable, november.carried) == (4_000, 18_000, 0)
    assert november.reason()["zh"] == "本期结清"
    assert draw(november.holds, 5_000)[0] == 4_000


def test_a_card_recomputed_in_an_open_period_moves_orders_by_correction_entries():
    old = Ledger(document(rule("creator", percentage("10"))))
    record = order("1", "1000.00")
    old.take(record)
    old.give_back(refund("1", "400.00"))
    new = Ledger(document(rule("creator", percentage("12"))), version=2)
    new.states, new.entries = old.states, old.entries
    new.resolver.plans.update(old.resolver.plans)
    was = old.bookings["tmall/flagship/1"]
    booked = book_order(new.resolver, sales_of(record, parties=CREATOR))
    now = carry_refunds(booked.bookings, back_before(was))
    new.post(move_bookings(was, now, "recompute"))
    assert new.sum() == 7_200
    assert [entry.minor for entry in new.entries] == [10_000, -4_000, -6_000, 7_200]
    assert {entry.kind for entry in new.entries[2:]} == {"moved"}
