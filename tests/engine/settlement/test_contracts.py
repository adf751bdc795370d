"""Contracts as such brands really have them, with the sums a person would reckon by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from engine.settlement.account import AccountState
from engine.settlement.booking import book_order, carry_refunds, move_bookings
from engine.settlement.card_check import validate_card
from engine.settlement.entry import figures_of
from engine.settlement.posting import Part, open_account
from engine.settlement.reprice import Move, reprice
from engine.settlement.retention import Retention, draw
from engine.settlement.sale import sales_of
from engine.settlement.say import say_line
from engine.settlement.statement import make_statement
from engine.settlement.window_end import Advance
from engine.settlement.windows import days_of, local_day
from tests.engine.settlement.shop import (
    CREATOR,
    NOON,
    Ledger,
    document,
    order,
    percentage,
    refund,
    rule,
    term,
    tiers,
)

DEALER_STEPS = (("0", "at", "0"), ("500000", "at", "3"), ("1000000", "over", "5"))
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


CARVED = [
    {"key": "promoter", "percent": "20"},
    {"key": "agency", "percent": "30", "mode": "carved_out"},
    {"key": "leader", "percent": "10", "mode": "carved_out"},
]
ON_TOP = [
    {"key": "promoter", "percent": "20"},
    {"key": "agency", "percent": "6"},
    {"key": "leader", "percent": "4"},
]
MIXED = [
    {"key": "promoter", "percent": "10"},
    {"key": "agency", "percent": "20", "mode": "carved_out"},
    {"key": "leader", "percent": "5"},
]
PAYEES = {
    "promoter": {"key": "pty_lin", "kind": "creator"},
    "agency": {"key": "pty_mcn", "kind": "agency"},
    "leader": {"key": "pty_team", "kind": "leader"},
}


def chained(levels: list[dict[str, str]], ceiling: dict[str, str] | None, **more) -> Ledger:
    """A card whose one rule is a chain."""
    model = {"kind": "chain", "levels": levels, **({"ceiling": ceiling} if ceiling else {})}
    return Ledger(document(rule("chain", model, **more), terms=[term(window="order")]))


# BUSINESS 4: chains 达人 → 机构 → 团长 carved out or on top with a ceiling per order.
@pytest.mark.parametrize(
    ("levels", "ceiling", "expected"),
    [
        # 1,000 × 20 % = 200, of which 30 % = 60 for the agency, of which 10 % = 6 for the leader.
        (CARVED, None, (14_000, 5_400, 600)),
        (ON_TOP, None, (20_000, 6_000, 4_000)),
        # 30 % on top is above 25 %: the leader gives way first, then the agency.
        (ON_TOP, {"percent": "25"}, (20_000, 5_000, 0)),
        (ON_TOP, {"amount": "150", "cut": "proportional"}, (10_000, 3_000, 2_000)),
        (CARVED, {"percent": "10"}, (7_000, 2_700, 300)),
        (MIXED, {"percent": "12"}, (8_000, 2_000, 2_000)),
    ],
    ids=["carved out", "on top", "last gives way", "all give way", "carved and cut", "mixed"],
)
def test_a_chain_of_creator_agency_and_leader_in_a_card(levels, ceiling, expected):
    ledger = chained(levels, ceiling)
    ledger.take(order("1", "1000.00"), PAYEES)
    assert tuple(ledger.sum(one["key"]) for one in PAYEES.values()) == expected
    # Refunded in pieces nothing is left with anybody, and the sum rule holds on the way.
    for amount in ("333.33", "333.33", "333.34"):
        ledger.give_back(refund("1", amount))
    assert [ledger.sum(one["key"]) for one in PAYEES.values()] == [0, 0, 0]


def test_the_ceiling_of_a_chain_holds_for_the_whole_order_and_for_each_by_itself():
    ledger = chained(ON_TOP, {"amount": "10"})
    lines = [
        {"id": "1", "name": "眼霜", "amount": "60.00"},
        {"id": "2", "name": "面膜", "amount": "40.00"},
    ]
    ledger.take(order("1", lines=lines), PAYEES)
    assert ledger.sum() == 1_000  # 30 % of 100.00, cut at 10.00 for the order
    ledger.take(order("2", "20.00"), PAYEES)
    assert ledger.sum() == 1_000 + 600
    ledger.give_back(refund("1", "40.00", lines=[{"line": "2", "amount": "40.00"}]))
    assert ledger.sum() == 1_000 + 600  # 30 % of 60.00 is still above the ceiling


def test_a_level_nobody_is_there_for_leaves_its_part_with_the_one_before():
    ledger = chained(CARVED, None)
    booked = ledger.take(order("1", "1000.00"), CREATOR)
    assert ledger.sum("pty_lin") == 20_000
    assert [one.problem.path for _, one in booked.unpriced] == [
        "/parties/agency",
        "/parties/leader",
    ]


def test_a_chain_says_how_it_was_shared_along():
    ledger = chained(MIXED, {"percent": "12"})
    ledger.take(order("1", "1000.00"), PAYEES)
    said = [say_line(line, "CNY")["zh"] for one in ledger.entries for line in figures_of(one).lines]
    assert said == [
        "1,000.00 × 10% = 100.00，分给下一级 20.00，实得 80.00",
        "从「promoter」的 100.00 中分出 20% = 20.00",
        "1,000.00 × 5% = 50.00，超出封顶扣 30.00，实得 20.00",
    ]
    ledger.give_back(refund("1", "500.00"))
    line = figures_of(ledger.entries[-1]).lines[0]
    assert say_line(line, "CNY")["zh"].endswith("实得 10.00；本笔 -10.00")


@pytest.mark.parametrize(
    ("model", "more", "path"),
    [
        ({"levels": CARVED[1:]}, {}, "/rules/0/model/levels/0/mode"),
        ({"levels": CARVED, "maximum": "9"}, {}, "/rules/0/model/maximum"),
        ({"levels": CARVED, "level": "agency"}, {}, "/rules/0/model/level"),
        ({"levels": CARVED, "ceiling": {}}, {}, "/rules/0/model/ceiling"),
        ({"levels": CARVED}, {"window": "month"}, "/rules/0/model"),
        ({"levels": CARVED}, {"totals": "parent"}, "/rules/0/model"),
        (
            {"levels": [*ON_TOP[:1], {"key": "agency", "percent": "81"}]},
            {},
            "/rules/0/model/levels",
        ),
    ],
    ids=[
        "no seller",
        "maximum",
        "one level",
        "empty ceiling",
        "by month",
        "by parent",
        "above 100",
    ],
)
def test_a_chain_that_could_not_be_reckoned_is_refused(model, more, path):
    card = document(
        rule("chain", {"kind": "chain", **model}), terms=[term(**{"window": "order", **more})]
    )
    assert path in [one.path for one in validate_card(card)]


def test_nothing_is_built_on_a_chain():
    card = document(
        rule("chain", {"kind": "chain", "levels": CARVED}),
        rule("plus", layer="channel", op="add", by="3"),
        terms=[term(window="order")],
    )
    assert [(one.path, one.code) for one in validate_card(card)] == [("/rules/1/op", "not_linear")]


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
    now = carry_refunds(was, booked.bookings)
    new.post(move_bookings(was, now, "recompute"))
    assert new.sum() == 7_200
    assert [entry.minor for entry in new.entries] == [10_000, -4_000, -6_000, 7_200]
    assert {entry.kind for entry in new.entries[2:]} == {"moved"}
