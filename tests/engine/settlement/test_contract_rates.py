"""Contracts by rate: platforms, own and franchised stores, seasons, points, coupons, campaigns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tests.engine.settlement.shop import (
    NOON,
    Ledger,
    document,
    order,
    percentage,
    rule,
    term,
    tiers,
)

STORE = {"store": {"key": "pty_hz", "kind": "franchise"}}


OWN_STORE = {"store": {"key": "pty_sh", "kind": "own"}}


def test_douyin_5_tmall_3_and_own_shop_an_explicit_nothing():
    ledger = Ledger(
        document(
            rule("douyin", percentage("5"), match={"platform": ["douyin"]}),
            rule("tmall", percentage("3"), match={"platform": ["tmall"]}),
            rule("own", percentage("0"), match={"platform": ["own"]}),
        )
    )
    for platform, expected in (("douyin", 5_000), ("tmall", 3_000), ("own", 0)):
        before = ledger.sum()
        booked = ledger.take(order(platform, "1000.00", platform=platform))
        assert ledger.sum() - before == expected
        assert booked.unpriced == ()
    # 0 is an entry that says so; a platform nobody wrote down is a problem, never 0.
    assert [entry.minor for entry in ledger.entries][-1] == 0
    booked = ledger.take(order("4", "1000.00", platform="kuaishou"))
    assert booked.bookings == ()
    assert booked.unpriced[0][1].problem.code == "missing_rate"
    assert len(ledger.entries) == 3


def test_own_stores_5_franchise_3_and_off_season_by_factor():
    ledger = Ledger(
        document(
            rule("own", percentage("5"), match={"party_kind": ["own"]}),
            rule("franchise", percentage("3"), match={"party_kind": ["franchise"]}),
            rule(
                "off",
                op="multiply",
                by="0.8",
                layer="channel",
                starts="2026-12-01",
                ends="2027-02-28",
            ),
            terms=[term(party={"role": "store"}, direction="charge")],
        )
    )
    ledger.take(order("1", "1000.00"), OWN_STORE)
    ledger.take(order("2", "1000.00"), STORE)
    winter = datetime(2026, 11, 30, 16, tzinfo=UTC)  # 1 December in Shanghai
    ledger.take(order("3", "1000.00", paid_at=winter), STORE)
    ledger.take(order("4", "1000.00", paid_at=winter - timedelta(seconds=1)), STORE)
    # They are stores that owe: the money runs from them to the brand.
    assert ledger.sum("pty_sh") == -5_000
    assert ledger.sum("pty_hz") == -3_000 - 2_400 - 3_000
    plan = ledger.resolver.plans[ledger.entries[2].sub]
    assert plan.say()["zh"] == "3% × 0.8 = 2.4%（3%→2.4%）"


def test_creator_10_percent_with_points_borne_by_the_shop():
    base = {"from": "paid", "plus": [{"type": "points", "bearer": ["shop"]}]}
    ledger = Ledger(document(rule("creator", percentage("10")), terms=[term(base=base)]))
    adjustments = [
        {"type": "points", "amount": Decimal("8.00"), "bearer": "shop"},
        {"type": "shop_coupon", "amount": Decimal("20.00"), "bearer": "shop"},
    ]
    ledger.take(order("1", "100.00", adjustments=adjustments))
    assert ledger.sum("pty_lin") == 1_080  # 10 % of 108.00: the points do not cost the creator
    borne_by_platform = [{"type": "points", "amount": Decimal("8.00"), "bearer": "platform"}]
    ledger.take(order("2", "100.00", adjustments=borne_by_platform))
    assert ledger.sum("pty_lin") == 1_080 + 1_000


def test_a_creators_own_coupon_is_charged_to_the_creator():
    coupon = {"from": "none", "plus": [{"type": "creator_coupon", "bearer": ["promoter"]}]}
    ledger = Ledger(
        document(
            rule("creator", percentage("10")),
            rule("coupon", percentage("100"), term="coupon"),
            terms=[
                term(),
                term(key="coupon", name="达人券", base=coupon, direction="charge"),
            ],
        )
    )
    paid = [{"type": "creator_coupon", "amount": Decimal("3.00"), "bearer": "promoter"}]
    ledger.take(order("1", "97.00", adjustments=paid))
    assert ledger.sum("pty_lin") == 970 - 300


def test_campaign_points_are_added_and_written_out():
    ledger = Ledger(
        document(
            rule("creator", percentage("12")),
            rule("plus", layer="campaign", op="add", by="3"),
            campaigns=[
                {
                    "key": "double11",
                    "name": "双十一",
                    "starts": "2026-11-11",
                    "ends": "2026-11-11T20:00:00+08:00",
                }
            ],
        )
    )
    ledger.take(order("1", "100.00"))
    ledger.take(order("2", "100.00", paid_at=datetime(2026, 11, 11, 12, tzinfo=UTC)))  # 20:00
    assert [entry.minor for entry in ledger.entries] == [1_500, 1_200]
    plan = ledger.resolver.plans[ledger.entries[0].sub]
    assert plan.say()["zh"] == "12% + 3 个百分点 = 15%（12%→15%）"
    assert [(step.layer, step.rule) for step in plan.steps] == [
        ("base", "creator"),
        ("campaign", "plus"),
    ]


def test_points_on_tiers_stand_beside_them_and_leave_the_total_alone():
    ledger = Ledger(
        document(
            rule("rebate", tiers("graduated", ("0", "at", "1"), ("1000", "at", "2"))),
            rule("plus", layer="campaign", op="add", by="3"),
            campaigns=[
                {"key": "double11", "name": "双十一", "starts": "2026-11-11", "ends": "2026-11-11"}
            ],
        )
    )
    ledger.take(order("1", "1000.00"))  # 10 of tiers, 30 of the campaign
    ledger.take(order("2", "1000.00", paid_at=NOON + timedelta(days=1)))  # 20: the total went on
    assert ledger.sum() == 1_000 + 3_000 + 2_000
