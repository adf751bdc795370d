"""What people who settle every day look at: names, filters, a look before closing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine.runtime.world import World
from tests.api.conftest import Client, Clock
from tests.api.helpers import paths, settle
from tests.api.settling import BASE, CREATORS, paid, party, publish, take, work
from tests.api.test_settlement_close import DECEMBER
from tests.api.test_settlement_files import OPTIONS, csv, opening, send
from tests.api.test_spreadsheets import book

# 10 %, times a factor that finance confirms at the end of the month.
FACTORED: dict[str, Any] = {
    **CREATORS,
    "campaigns": [],
    "rules": [
        {
            "id": "standard",
            "name": "标准佣金",
            "term": "commission",
            "model": {"kind": "percentage", "percent": "10", "coefficient": {"key": "completion"}},
        }
    ],
}


OWNERS = ("direct", "franchise")


@pytest.fixture
def maker(client_as: Callable[..., Client]) -> Client:
    return client_as("admin", second_factor=True)


def test_money_says_whose_it_is_and_what_for_by_name(
    admin: Client, maker: Client, world: World
) -> None:
    lin = party(maker, "林晚秋", "d1001")
    publish(maker, admin)
    take(admin, world, paid("1", "1000.00", "d1001"))
    (entry,) = admin.get(f"{BASE}/entries?party={lin}").json["items"]
    assert (entry["to_name"]["zh"], entry["from_name"]["en"]) == ("林晚秋", "the brand")
    assert (entry["term"], entry["term_name"]) == ("creators.commission", "达人佣金")
    (account,) = admin.get(f"{BASE}/accounts?party={lin}").json["items"]
    assert (account["party_name"], account["term_name"]) == ("林晚秋", "达人佣金")
    body = {"party": lin, "term": "creators.commission", "amount": "-20.00"}
    body |= {"reason": "样品损耗", "paper": "QH-118"}
    made = maker.post(f"{BASE}/adjustments", body).json
    assert (made["party_name"], made["other_name"]["zh"]) == ("林晚秋", "品牌方")
    assert admin.get(f"{BASE}/adjustments").json["items"] == [made]
    (row,) = admin.get(f"{BASE}/reports/party?month=2026-11").json["rows"]
    assert (row["key"], row["name"]) == (lin, "林晚秋")
    lines = admin.get(f"{BASE}/reports/party/csv?month=2026-11").get_data().decode("utf-8-sig")
    assert "林晚秋,1,1000.00,150.00" in lines
    made = maker.post(f"{BASE}/statements", {"party": lin, "period": "2026-11"}).json
    assert (made["party_name"], made["sums"][0]["name"]) == ("林晚秋", "达人佣金")


def test_entries_are_found_by_card_and_by_when_they_were_earned(
    admin: Client, maker: Client, world: World
) -> None:
    party(maker, "林晚秋", "d1001")
    publish(maker, admin)
    take(admin, world, paid("1", "1000.00", "d1001"))

    def count(query: str) -> int:
        return len(admin.get(f"{BASE}/entries?{query}").json["items"])

    assert [count("card=creators"), count("card=creator_"), count("card=creator")] == [1, 0, 0]
    assert [count("earned=2026-11"), count("earned=2026-10")] == [1, 0]
    assert count("period=2026-11&card=creators&state=pending") == 1


def test_a_period_tells_what_closing_it_would_do_and_what_it_waits_for(
    admin: Client,
    maker: Client,
    world: World,
    clock: Clock,
    client_as: Callable[..., Client],
) -> None:
    lin = party(maker, "林晚秋", "d1001")
    publish(maker, admin, FACTORED)
    take(admin, world, paid("1", "1000.00", "d1001"), paid("2", "500.00", "d1001"))
    path = f"{BASE}/periods/2026-11"
    before = admin.get(path).json
    assert (before["status"], before["is_over"]) == ("open", False)
    clock.at = DECEMBER
    settle(world)
    admin, maker = client_as("admin", second_factor=True), client_as("admin", second_factor=True)
    found = admin.get(path)
    assert found.status_code == 200, found.json
    period = found.json
    assert (period["first_on"], period["last_on"], period["is_over"]) == (
        "2026-11-01",
        "2026-11-30",
        True,
    )
    assert (period["windows"], period["accounts"], period["true_ups"]) == (["2026-11"], 1, 1)
    waits = {"party": lin, "party_name": "林晚秋", "window": "2026-11", "key": "completion"}
    assert period["missing"] == [waits]
    (largest,) = period["largest"]
    assert (period["parties"], largest["amount"], largest["entries"]) == (1, "150.00", 2)
    assert [(one["state"], one["amount"]) for one in period["sums"]] == [("pending", "150.00")]
    factor = {"party": lin, "key": "completion", "period": "2026-11", "value": "0.8"}
    assert maker.put(f"{BASE}/coefficients", factor).status_code == 204
    assert admin.get(path).json["missing"] == []
    (kept,) = admin.get(f"{BASE}/coefficients").json["items"]
    assert (kept["party_name"], kept["value"]) == ("林晚秋", "0.8")
    assert maker.post(f"{path}/close").status_code == 202
    work(world)
    after = admin.get(path).json
    assert (after["status"], after["accounts"], after["statements"]) == ("locked", 0, {"draft": 1})
    # What a refund or an order of November brings now, stands in December.
    clock.wind(timedelta(minutes=1))
    take(admin, world, paid("3", "100.00", "d1001"))
    assert admin.get(f"{BASE}/periods/2026-12").json["parties"] == 1


def test_a_key_that_names_no_period_is_refused(admin: Client) -> None:
    found = admin.get(f"{BASE}/periods/2026-13")
    assert (found.status_code, paths(found)) == (422, ["/period"])


def test_finance_finds_people_to_name_in_a_budget(client_as: Callable[..., Client]) -> None:
    finance = client_as("finance")
    assert finance.get("/api/v1/users").status_code == 200
    assert finance.post("/api/v1/users", {"login": "x", "name": "x"}).status_code == 403


@pytest.mark.parametrize("form", [csv, book], ids=["csv", "xlsx"])
def test_a_bill_shows_its_columns_before_anybody_maps_them(
    maker: Client, form: Callable[..., bytes]
) -> None:
    rows = [["订单号", "费用类型", "金额"]]
    rows += [
        [f"A{index}", "达人佣金" if index % 2 else "技术服务费", "1.50"] for index in range(80)
    ]
    seen = send(maker, "reconcile/columns", form(*rows), {})
    assert seen.status_code == 200, seen.json
    order, fee, amount = seen.json["columns"]
    assert (seen.json["rows"], order["name"], order["examples"][0]) == (80, "订单号", "A0")
    assert (order["words"], fee["words"]) == ([], ["技术服务费", "达人佣金"])
    assert amount["examples"] == ["1.50"] * 5
    assert send(maker, "reconcile/columns", b"", {}).status_code == 422


def test_an_order_of_several_terms_is_one_order_in_a_report(
    admin: Client, maker: Client, world: World
) -> None:
    party(maker, "林晚秋", "d1001")
    first = CREATORS["terms"][0]
    service = {"key": "service", "name": "服务费", "party": {"role": "promoter"}}
    rule = {"id": "service", "name": "服务费", "term": "service"}
    rule["model"] = {"kind": "percentage", "percent": "1"}
    rules = [*CREATORS["rules"], rule]
    publish(maker, admin, {**CREATORS, "terms": [first, service], "rules": rules})
    take(admin, world, paid("1", "1000.00", "d1001"), paid("2", "1000.00", "d1001"))
    (shop,) = admin.get(f"{BASE}/reports/shop?month=2026-11").json["rows"]
    assert (shop["orders"], shop["amount"]) == (2, "320.00")
    assert shop["name"] == shop["key"]
    of = {owner: f"{BASE}/reports/shop?month=2026-11&owner={owner}" for owner in OWNERS}
    assert admin.get(of["direct"]).json["rows"] == [shop]
    assert admin.get(of["franchise"]).json["rows"] == []
    store = maker.post("/api/v1/parties", {"kind": "franchisee", "name": "锦绣路店"}).json["id"]
    accounts = [{"platform": "douyin", "external_id": shop["key"]}]
    assert maker.put(f"/api/v1/parties/{store}/accounts", {"accounts": accounts}).status_code < 300
    (found,) = admin.get(of["franchise"]).json["rows"]
    assert (found["name"], found["amount"]) == (f"锦绣路店（{shop['key']}）", "320.00")
    assert admin.get(of["direct"]).json["rows"] == []


def test_opening_balances_name_parties_as_people_do(maker: Client, admin: Client) -> None:
    lin = party(maker, "林晚秋", "d1001")
    publish(maker, admin)
    seen = send(maker, "opening/preview", csv(*opening("林晚秋")), OPTIONS).json
    assert (seen["is_sound"], seen["totals"][0]["party"]) == (True, lin)
    off = {**OPTIONS, "control": {"total": "1.00"}}
    (problem,) = send(maker, "opening/preview", csv(*opening(lin)), off).json["problems"]
    assert problem["message_zh"] == "控制数不符：文件合计 620,000.00，应为 1.00"
    party(maker, "林晚秋", "d1002")
    twice = send(maker, "opening/preview", csv(*opening("林晚秋")), OPTIONS).json
    assert [one["path"] for one in twice["problems"]] == [f"/rows/{row}/party" for row in range(3)]
