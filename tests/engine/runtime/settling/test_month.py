"""Bulk, quotes, what-if, recomputing, opening balances, bills and reports agree with the ledger."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.core.errors import Conflict, InvalidInput
from engine.runtime.jobs import drain_jobs
from engine.runtime.principal import system
from engine.runtime.settling.month import settle_month, take_month
from engine.runtime.settling.opening import apply_opening, preview_opening
from engine.runtime.settling.quoting import quote, quote_figures, split_amount, what_if
from engine.runtime.settling.rate_cards import publish_card, save_card
from engine.runtime.settling.reconciling import reconcile_bill, reconciliation_lines
from engine.runtime.settling.reports import report
from engine.runtime.settling.repricing import reprice_period, try_reprice
from engine.runtime.world import World
from engine.store.settlement_statements import holds_of
from tests.engine.runtime.conftest import TENANT, live, settle
from tests.engine.runtime.settling.ledger import (
    TIERS,
    card,
    creator,
    demand_exact,
    entries,
    ordered,
    percentage,
    publish,
    refunded,
    rule,
    take,
)
from tests.engine.runtime.staging import PAID, flow

WHO = system(TENANT)
NOVEMBER = "2026-11"


def month(world: World) -> None:
    take_month(world, WHO, NOVEMBER)
    settle(world)
    settle_month(world, WHO)
    while drain_jobs(world, "test"):
        continue
    settle(world)


def test_a_month_before_the_card_is_posted_in_bulk_once(world: World) -> None:
    creator(world)
    creator(world, "wan")
    names = ["lin", "wan"]
    take(world, *(ordered(str(n), "99.99", by=names[n % 2]) for n in range(1, 31)))
    publish(world, card(rule("base", TIERS)))
    take(world, ordered("31", "10.00"))
    month(world)
    first = [entry.key for entry in entries(world)]
    assert len(first) == 31
    month(world)
    assert [entry.key for entry in entries(world)] == first
    assert {entry.state for entry in entries(world)} == {"pending"}
    demand_exact(world)
    take(world, refunded("3", "99.99"))
    assert len(entries(world)) == 32
    demand_exact(world)


def test_a_quote_goes_on_from_the_totals_and_stores_nothing(world: World) -> None:
    lin = creator(world)
    publish(world, card(rule("base", TIERS)))
    take(world, ordered("1", "450.00"))
    order = ordered("2", "100.00").data["order"]
    found = quote(world, TENANT, "creators", order)
    assert found.totals == {lin: (5_000 * 3 + 5_000 * 5) // 100}
    assert "3%" in str(found.lines[0].sentences)
    fresh = quote(world, TENANT, card(rule("base", percentage("7"))), order, with_totals=False)
    assert fresh.totals == {lin: 700}
    assert len(entries(world)) == 1
    assert quote_figures(world, TENANT, "creators", "base", amount="600.00")[0] == 2_000
    with pytest.raises(InvalidInput):
        quote(world, TENANT, "creators", {"platform": "douyin"})


def test_a_split_sums_to_its_amount() -> None:
    shares = [{"key": "a", "value": "1"}, {"key": "b", "value": "1"}, {"key": "c", "value": "1"}]
    parts = split_amount("100.00", "CNY", {"shares": shares})
    assert sum(part.minor for part in parts) == 10_000


def test_what_if_says_what_the_month_would_have_come_to(world: World) -> None:
    lin = creator(world)
    publish(world, card(rule("base", TIERS)))
    take(world, ordered("1", "600.00"), ordered("2", "300.00"), refunded("2", "100.00"))
    (found,) = what_if(world, TENANT, card(rule("base", percentage("10"))), NOVEMBER)
    assert (found.party, found.was, found.would) == (lin, 3_000, 8_000)
    assert found.was == sum(entry.minor for entry in entries(world))


def test_repricing_moves_a_month_to_the_newest_version_by_corrections(world: World) -> None:
    lin = creator(world)
    publish(world, card(rule("base", percentage("10"))))
    take(world, ordered("1", "100.00"), ordered("2", "300.00"), refunded("2", "100.00"))
    save_card(world, WHO, "creators", card(rule("base", percentage("12"))), revision=1)
    publish_card(world, WHO, "creators")
    (trial,) = try_reprice(world, TENANT, "creators", NOVEMBER)
    assert (trial.party, trial.was, trial.would) == (lin, 3_000, 3_600)
    for _ in range(2):
        assert reprice_period(world, WHO, "creators", NOVEMBER) == 2
        settle(world)
        assert sum(entry.minor for entry in entries(world)) == 3_600
    assert {entry.kind for entry in entries(world)} == {"order", "refund", "moved"}
    demand_exact(world)
    take(world, refunded("2", "200.00", name="b"))
    assert sum(entry.minor for entry in entries(world)) == 1_200


def test_opening_totals_go_on_where_the_old_system_stopped(world: World) -> None:
    lin = creator(world)
    publish(world, card(rule("base", TIERS)))
    row: dict[str, Any] = {"kind": "total", "party": lin, "term": "commission"}
    row |= {"window": NOVEMBER, "amount": "800.00", "count": "8", "posted": "29.00"}
    balance = {"kind": "statement", "party": lin, "amount": "-5.00", "period": "2026-10"}
    wrong = preview_opening(world, TENANT, "creators", [row], control={"total": "801.00"})
    assert [problem.path for problem in wrong.problems] == ["/control/total"]
    hold = {"kind": "hold", "party": lin, "amount": "30.00"}
    holds = [{**hold, "due_on": f"2026-12-{day}"} for day in ("01", "15")]
    rows = [balance, row, *holds]
    twice = [*rows, {**row, "window": "2026-11-01"}]
    found = preview_opening(world, TENANT, "creators", twice)
    assert [problem.path for problem in found.problems] == ["/rows/4/window"]
    apply_opening(world, WHO, "creators", rows, control={"total": "800.00", "hold": "60.00"})
    with world.db.reading() as conn:
        kept = [(one.due_on, one.minor) for one in holds_of(conn, TENANT, lin, "CNY")]
    assert kept == [("2026-12-01", 3_000), ("2026-12-15", 3_000)]
    take(world, ordered("1", "300.00"))
    due = (50_000 * 3 + 50_000 * 5 + 10_000 * 8) // 100
    assert sum(entry.minor for entry in entries(world)) == due
    demand_exact(world)
    again = preview_opening(world, TENANT, "creators", rows)  # says what the import refuses
    assert {problem.path for problem in again.problems} == {"/rows", "/rows/0", "/rows/1"}
    with pytest.raises(Conflict):
        apply_opening(world, WHO, "creators", rows)


def test_a_bill_is_held_against_orders_and_their_fees(world: World) -> None:
    creator(world)
    publish(world, card(rule("base", percentage("10"))))
    fees = [{"type": "platform_commission", "amount": "5.00"}]
    take(world, ordered("1", "100.00", fees=fees), ordered("2", "50.00"))
    mapping = {"order": "单号", "fee": "费用", "amount": "金额", "day": "日期"}
    rows = [
        {"单号": "1", "费用": "货款", "金额": "100.00", "日期": "2026-11-11"},
        {"单号": "1", "费用": "佣金", "金额": "6.00", "日期": "2026-11-11"},
        {"单号": "9", "费用": "货款", "金额": "8.00", "日期": "2026-11-11"},
        {"单号": "1", "费用": "谜", "金额": "1", "日期": "2026-11-11"},
    ]
    words = {"fees": {"货款": "goods", "佣金": "platform_commission"}}
    row = reconcile_bill(
        world, WHO, platform="douyin", period=NOVEMBER, rows=rows, mapping={**mapping, **words}
    )
    assert row.counts == {"matched": 1, "differing": 1, "missing_ours": 1, "missing_theirs": 1}
    assert [problem["path"] for problem in row.problems] == ["/rows/3/费用"]
    (differing,) = reconciliation_lines(world, TENANT, row.id, result="differing")
    assert (differing.ours, differing.theirs, differing.status) == (500, 600, "open")


@pytest.mark.parametrize("by", ["shop", "party", "tier", "platform", "campaign"])
def test_a_report_sums_to_the_ledger(world: World, by: str) -> None:
    creator(world)
    publish(world, card(rule("base", TIERS)))
    take(world, ordered("1", "600.00"), ordered("2", "300.00"), refunded("2", "100.00"))
    found = report(world, TENANT, by, since=date(2026, 11, 1), until=date(2026, 11, 30))
    assert sum(row.minor for row in found.rows) == sum(entry.minor for entry in entries(world))
    for rule_id, rows in (("base", found.rows), ("off_season", ())):
        only = report(world, TENANT, by, since=date(2026, 11, 1), until=date(2026, 11, 30),
                      filters={"rule": rule_id})  # fmt: skip
        assert only.rows == rows
    with pytest.raises(InvalidInput):
        report(world, TENANT, by, since=date(2026, 11, 1), until=date(2026, 10, 1))


def test_a_flow_prices_splits_posts_and_freezes(world: World) -> None:
    lin, wan = creator(world), creator(world, "wan")
    publish(world, card(rule("base", percentage("10"), match={"platform": ["douyin"]})))
    shares = [{"who": lin, "kind": "percent", "value": "30"}, {"who": wan, "kind": "remaining"}]
    nodes = [
        PAID,
        {"id": "price", "type": "price_order", "config": {"card": "creators", "from_zero": True}},
        {"id": "split", "type": "split_amount",
         "config": {"amount": "steps.price.amount", "shares": shares}},
        {"id": "post", "type": "post_entries",
         "config": {"parts": "steps.split.parts", "term": "service"}},
        {"id": "state", "type": "make_statement",
         "config": {"party": wan, "period": NOVEMBER}},
    ]  # fmt: skip
    live(world, flow("money", nodes, ["t>price", "price>split", "split>post", "post>state"]))
    take(world, ordered("1", "100.00", by="nobody-known"))
    take(world, ordered("2", "100.00"))
    found = {(entry.to_account, entry.minor) for entry in entries(world, state="pending")}
    assert found == {(lin, 1_000), (lin, 300), (wan, 700)}
