"""Files of settlement over HTTP: opening balances and platforms' bills, CSV and XLSX."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from engine.runtime.world import World
from tests.api.conftest import Client
from tests.api.helpers import paths
from tests.api.settling import BASE, paid, party, publish, take, work
from tests.api.test_spreadsheets import book

HEAD = ["类型", "合作方", "结算项", "累计周期", "金额", "数量", "已付", "到期日", "结算周期"]
OPTIONS = {"card": "creators"}
MAPPING = {
    "order": "订单号",
    "fee": "费用类型",
    "amount": "金额",
    "day": "日期",
    "fees": {"达人佣金": "creator_commission", "货款": "goods"},
}


@pytest.fixture
def maker(client_as: Callable[..., Client]) -> Client:
    return client_as("admin", second_factor=True)


def send(client: Client, path: str, raw: bytes, options: Any, name: str = "x.csv") -> Any:
    parts = {"file": (io.BytesIO(raw), name), "options": json.dumps(options)}
    return client.open("POST", f"{BASE}/{path}", data=parts)


def csv(*rows: list[str]) -> bytes:
    return "\n".join(",".join(row) for row in rows).encode("gb18030")


def opening(lin: str, amount: str = "620000.00") -> list[list[str]]:
    return [
        HEAD,
        ["累计", lin, "commission", "2026-11", amount, "310", "74400.00", "", ""],
        ["预留金", lin, "", "", "500.00", "", "", "2026-12-31", ""],
        ["对账单", lin, "", "", "-120.00", "", "", "", "2026-10"],
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_opening_balances_are_previewed_then_applied(
    admin: Client, maker: Client, world: World, kind: str
) -> None:
    lin = party(maker, "林晚秋", "d1001")
    publish(maker, admin)
    rows = opening(lin)
    raw = csv(*rows) if kind == "csv" else book(*rows)
    control = {"total": "620000.00", "hold": "500.00", "statement": "-120.00", "posted": "74400"}
    options = {**OPTIONS, "control": control}
    seen = send(maker, "opening/preview", raw, options)
    assert seen.status_code == 200, seen.json
    assert (seen.json["is_sound"], seen.json["is_applied"]) == (True, False)
    assert seen.json["totals"][0]["amount"] == "620000.00"
    assert admin.get(f"{BASE}/entries?party={lin}").json["items"] == []
    done = send(maker, "opening", raw, options)
    assert done.status_code == 200, done.json
    assert done.json["is_applied"] is True
    work(world)
    # 620,000.00 × 12 % = 74,400.00: what was paid before is all that was owed.
    entries = admin.get(f"{BASE}/entries?party={lin}").json["items"]
    assert ("74400.00", "paid") in [(one["amount"], one["state"]) for one in entries]
    take(admin, world, paid("1", "1000.00", "d1001"))
    accounts = admin.get(f"{BASE}/accounts?party={lin}").json["items"]
    assert any(one["window"] == "2026-11" for one in accounts)


def test_bad_lines_and_control_sums_are_named_and_nothing_is_applied(
    admin: Client, maker: Client
) -> None:
    lin = party(maker, "林晚秋", "d1001")
    publish(maker, admin)
    rows = opening(lin, "62万")
    rows[2][1] = "pty_nobody"
    options = {**OPTIONS, "control": {"statement": "-100.00"}}
    seen = send(maker, "opening/preview", csv(*rows), options).json
    assert seen["is_sound"] is False
    assert [one["path"] for one in seen["problems"]] == [
        "/rows/0/amount",
        "/rows/1/party",
        "/control/statement",
    ]
    refused = send(maker, "opening", csv(*rows), options)
    assert refused.status_code == 422
    assert "/rows/0/amount" in paths(refused)
    assert admin.get(f"{BASE}/entries?party={lin}").json["items"] == []


def test_an_upload_without_file_or_with_wrong_options_is_refused(maker: Client) -> None:
    empty = maker.open("POST", f"{BASE}/opening", data={"options": "{}"},
                       content_type="multipart/form-data")  # fmt: skip
    assert (empty.status_code, paths(empty)) == (422, ["/file"])
    wrong = send(maker, "opening", csv(HEAD), {"card": 7, "colour": "red"})
    assert sorted(paths(wrong)) == ["/options/card", "/options/colour"]
    assert send(maker, "opening", csv(HEAD), OPTIONS).status_code == 422
    broken = maker.open(
        "POST",
        f"{BASE}/opening",
        data={"file": (io.BytesIO(b"a,b\n1,2"), "x.csv"), "options": "{"},
    )
    assert broken.status_code == 400


def test_amounts_no_account_could_hold_are_refused_by_their_row(
    admin: Client, maker: Client
) -> None:
    lin = party(maker, "林晚秋", "d1001")
    publish(maker, admin)
    refused = send(maker, "opening", csv(*opening(lin, "9" * 14)), OPTIONS)
    assert (refused.status_code, paths(refused)) == (422, ["/rows/0/amount"])


def test_a_bill_is_read_by_a_mapping_and_held_against_ours(
    admin: Client, maker: Client, world: World
) -> None:
    party(maker, "林晚秋", "d1001")
    publish(maker, admin)
    fees = [{"type": "creator_commission", "amount": "150.00"}]
    take(
        admin,
        world,
        paid("1", "1000.00", "d1001", fees=fees),
        paid("2", "1000.00", "d1001", fees=fees),
    )
    rows = [
        ["订单号", "费用类型", "金额", "日期"],
        ["1", "达人佣金", "150.00", "2026-11-11"],
        ["2", "达人佣金", "148.00", "2026-11-11"],
        ["3", "达人佣金", "9.00", "2026-11-11"],
        ["4", "天知道", "9.00", "2026-11-11"],
    ]
    seen = send(maker, "reconcile/preview", book(*rows), {"mapping": MAPPING}, "x.xlsx").json
    assert (seen["lines"], seen["sums"]) == (4, {"creator_commission": "307.00"})
    assert [one["path"] for one in seen["problems"]] == ["/rows/3/费用类型"]
    options = {"platform": "douyin", "period": "2026-11", "mapping": MAPPING}
    made = send(maker, "reconcile", csv(*rows), options)
    assert made.status_code == 201, made.json
    path = f"{BASE}/reconcile/{made.json['id']}"
    assert admin.get(path).json == made.json
    lines = {
        one["order"].rpartition("/")[2]: one
        for one in admin.get(f"{path}/lines").json["items"]
        if one["fee"] == "creator_commission"
    }
    assert {order: one["result"] for order, one in lines.items()} == {
        "1": "matched",
        "2": "differing",
        "3": "missing_ours",
    }
    assert lines["2"]["difference"] == "-2.00"
    road = f"{path}/lines/{lines['2']['line']}/resolve"
    assert maker.post(road, {"how": "carried", "note": "下期"}).status_code == 204
    again = admin.get(f"{path}/lines?result=differing").json["items"]
    assert [(one["status"], one["note"]) for one in again] == [("carried", "下期")]
