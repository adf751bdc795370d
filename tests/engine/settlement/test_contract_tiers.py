"""Contracts by tiers: both readings, counted over a campaign, shared by rates and by agencies."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.settlement.entry import figures_of
from engine.settlement.reprice import Move, reprice
from engine.settlement.windows import days_of, local_day
from tests.engine.settlement.shop import (
    NOON,
    Ledger,
    document,
    order,
    refund,
    rule,
    term,
    tiers,
)

DEALER_STEPS = (("0", "at", "0"), ("500000", "at", "3"), ("1000000", "over", "5"))


# 双十一 达 50 万返 3 %，破 100 万返 5 %，按活动累计，周结: orders, and what is due in each week.
WEEKS = [
    (NOON - timedelta(days=7), "499999.99"),
    (NOON, "0.01"),
    (NOON, "500000.00"),
    (NOON + timedelta(days=7), "200000.00"),
]


@pytest.mark.parametrize(
    ("reading", "by_week", "total"),
    [
        # 全额累进: the whole at the tier's rate. 1,000,000.00 is reached, not exceeded: still 3 %.
        ("volume", [0, 3_000_000, 3_000_000], 6_000_000),
        # 超额累进: 500,000 at 3 % and 200,000 at 5 %.
        ("graduated", [0, 1_500_000, 1_000_000], 2_500_000),
    ],
    ids=["whole amount", "part by part"],
)
def test_double_eleven_tiers_counted_by_campaign_and_paid_weekly(reading, by_week, total):
    ledger = Ledger(
        document(
            rule("rebate", tiers(reading, *DEALER_STEPS), layer="campaign"),
            terms=[term(window="campaign", period="week")],
            campaigns=[
                {"key": "double11", "name": "双十一", "starts": "2026-11-01", "ends": "2026-11-20"}
            ],
        )
    )
    for index, (paid_at, amount) in enumerate(WEEKS):
        week = days_of("week", local_day(paid_at, ledger.resolver.zone)).key
        periods = {"earned_in": week, "posted_in": week}
        ledger.take(order(str(index), amount, paid_at=paid_at), more=periods)
    found: dict[str, int] = {}
    for entry in ledger.entries:
        found[entry.posted_in] = found.get(entry.posted_in, 0) + entry.minor
    assert list(found.values()) == by_week
    assert ledger.sum() == total == sum(by_week)
    # One window over three weeks, and one cent decides: 499,999.99 earns nothing.
    assert len(ledger.states) == 1


def test_volume_jump_is_taken_back_by_one_refund():
    ledger = Ledger(document(rule("rebate", tiers("volume", *DEALER_STEPS))))
    ledger.take(order("1", "1000000.00"))
    assert ledger.sum() == 3_000_000
    ledger.take(order("2", "1.00"))
    assert ledger.sum() == 5_000_005  # 20,000 more for one yuan more
    ledger.give_back(refund("2", "1.00"))
    assert ledger.sum() == 3_000_000
    assert ledger.entries[-1].kind == "refund"
    assert ledger.entries[-1].minor == -2_000_005


def test_a_multiplied_volume_rate_shares_the_total_that_picks_the_tier():
    ledger = Ledger(
        document(
            rule("rebate", tiers("volume", ("0", "at", "1"), ("1000", "at", "2"))),
            rule("live", layer="channel", op="multiply", by="1.5", match={"channel": ["直播"]}),
        )
    )
    ledger.take(order("1", "600.00"))
    ledger.take(order("2", "600.00", channel="直播"))
    # 1,200 reached: 600 × 2 % + 600 × 3 %; the first order's jump is an entry of its own.
    assert ledger.sum() == 1_200 + 1_800
    assert [entry.kind for entry in ledger.entries] == ["order", "order", "shared"]
    assert len(ledger.states) == 1


def test_an_agency_with_all_its_creators_reaches_the_tier_together():
    card = document(
        rule("rebate", tiers("volume", ("0", "at", "10"), ("1000", "at", "12"))),
        terms=[term(totals="qualify_parent")],
    )
    ledger = Ledger(card)
    lin = {"promoter": {"key": "pty_lin", "kind": "creator", "parent": "pty_mcn"}}
    zhou = {"promoter": {"key": "pty_zhou", "kind": "creator", "parent": "pty_mcn"}}
    ledger.take(order("1", "600.00"), lin)
    ledger.take(order("2", "400.00"), zhou)
    assert ledger.sum("pty_lin") == 7_200  # 12 % of her own, once both have reached 1,000
    assert ledger.sum("pty_zhou") == 4_800
    ledger.give_back(refund("2", "400.00"))
    assert ledger.sum("pty_lin") == 6_000
    assert ledger.sum("pty_zhou") == 0


def test_an_agency_that_has_the_account_itself():
    ledger = Ledger(
        document(
            rule("rebate", tiers("graduated", ("0", "at", "10"), ("1000", "at", "12"))),
            terms=[term(totals="parent")],
        )
    )
    for id_, party in (("1", "pty_lin"), ("2", "pty_zhou")):
        ledger.take(order(id_, "1000.00"), {"promoter": {"key": party, "parent": "pty_mcn"}})
    assert ledger.sum("pty_mcn") == 10_000 + 12_000


def test_statement_lines_in_order_of_payment_sum_to_the_entries():
    ledger = Ledger(document(rule("rebate", tiers("volume", *DEALER_STEPS))))
    late = order("1", "400000.00", paid_at=NOON - timedelta(days=2))
    early = order("2", "400000.00", paid_at=NOON - timedelta(days=5))
    for record in (late, early):
        ledger.take(record)
    ledger.give_back(refund("1", "100000.00"))
    moves = [
        Move(entry.order, entry.line, figures_of(entry).base, figures_of(entry).units,
             {"tmall/flagship/1": late, "tmall/flagship/2": early}[entry.order]["paid_at"])
        for entry in ledger.entries
    ]  # fmt: skip
    plan = next(iter(ledger.resolver.plans.values()))
    lines, rounding = reprice(plan, moves, posted=ledger.sum())
    # The early order earns nothing yet; the one that crosses the edge brings the whole.
    assert [one.minor for one in lines] == [0, 2_400_000, -300_000]
    assert rounding == 0
    assert sum(one.minor for one in lines) == ledger.sum() == 2_100_000
