"""Contracts with a promise: guarantees in three readings, completion, slot fees with a promise."""

from __future__ import annotations

import pytest

from engine.settlement.account import AccountState
from engine.settlement.posting import Part, open_account
from engine.settlement.sale import sales_of
from engine.settlement.window_end import Advance
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


@pytest.mark.parametrize(
    ("mode", "orders", "expected"),
    [
        ("max_of", "400000.00", 5_000_000),  # share 40,000 < 50,000
        ("max_of", "600000.00", 6_000_000),
        ("base_plus", "400000.00", 9_000_000),
        ("advance", "400000.00", 4_000_000),  # paid before: only the share is earned
    ],
    ids=["below", "above", "base and share", "set off"],
)
def test_guarantee_of_50000_in_three_readings(mode, orders, expected):
    model = percentage("10", guarantee={"amount": "50000", "mode": mode})
    ledger = Ledger(document(rule("creator", model)))
    ledger.take(order("1", orders))
    ledger.close()
    assert ledger.sum() == expected


def test_an_advance_is_set_off_until_it_is_earned():
    entry, open_ = Advance(5_000_000).set_off(4_000_000)
    assert (entry, open_.open) == (-4_000_000, 1_000_000)
    entry, open_ = open_.set_off(3_000_000)
    assert (entry, open_.open) == (-1_000_000, 0)
    assert open_.set_off(-500)[0] == 0


def test_completion_factor_known_late_and_priced_again_when_it_changes():
    model = percentage(
        "10", guarantee={"amount": "500", "mode": "max_of"}, coefficient={"key": "completion"}
    )
    ledger = Ledger(document(rule("creator", model)))
    ledger.take(order("1", "10000.00"))
    assert ledger.sum() == 100_000
    ledger.close(completion="0.9")
    assert ledger.sum() == 90_000
    ledger.close(completion="0.95")
    assert ledger.sum() == 95_000
    assert [entry.minor for entry in ledger.entries] == [100_000, -10_000, 5_000]
    ledger.give_back(refund("1", "9600.00"))  # 40.00 × 0.95 < 500 guaranteed
    assert ledger.sum() == 50_000


def test_slot_fee_is_given_back_in_proportion_to_what_was_missed():
    model = {"kind": "flat", "amount": "5000", "promise": {"by": "amount", "target": "20000"}}
    ledger = Ledger(document(rule("slot", model), terms=[term(window="campaign")]))
    ledger.take(order("1", "15000.00", campaign="live_1111"))
    assert ledger.sum() == 500_000
    ledger.close()
    assert ledger.sum() == 375_000


def test_a_slot_fee_without_a_single_order_is_due_all_the_same():
    ledger = Ledger(document(rule("slot", {"kind": "flat", "amount": "5000"})))
    sales = sales_of(order("1"), parties=CREATOR)
    owed = ledger.resolver.resolve(sales[0])[0]
    pattern = Part("open", owed.sub, 0, 0, "", "", owed.other, 1)
    entries, _ = open_account(AccountState(owed.account), owed.plan, owed.sub, pattern)
    assert [(entry.to_account, entry.minor) for entry in entries] == [("pty_lin", 500_000)]
