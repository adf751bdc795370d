"""A month over HTTP: closed, its statements released, read by partners, downloaded, reported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from api.xlsx_rows import read_xlsx
from engine.runtime.world import World
from tests.api.conftest import Client, Clock
from tests.api.helpers import paths, settle
from tests.api.settling import (
    BASE,
    paid,
    party,
    publish,
    take,
    work,
)

DECEMBER = datetime(2026, 12, 2, 1, tzinfo=UTC)


@pytest.fixture
def maker(client_as: Callable[..., Client]) -> Client:
    return client_as("admin", second_factor=True)


@pytest.fixture
def closed(
    admin: Client, maker: Client, world: World, clock: Clock, client_as: Callable[..., Client]
) -> dict[str, Any]:
    """Two creators, three orders and a refund in November, closed in December."""
    lin, zhou = party(maker, "林晚秋", "d1001"), party(maker, "周知夏", "d1002")
    publish(maker, admin)
    take(
        admin,
        world,
        paid("1", "1000.00", "d1001"),
        paid("2", "300.00", "d1001", paid_at="2026-11-11T13:00:00Z"),
        paid("3", "200.00", "d1002"),
    )
    clock.at = DECEMBER
    settle(world)  # what is earned by now
    first = client_as("admin", second_factor=True)
    done = first.post(f"{BASE}/periods/2026-11/close")
    assert done.status_code == 202, done.json
    work(world)
    job = first.get(f"/api/v1/jobs/{done.json['job_id']}").json
    assert job["status"] == "succeeded", job
    return {
        "lin": lin,
        "zhou": zhou,
        "closer": first,
        "checker": client_as("admin", second_factor=True),
    }


def test_a_month_is_closed_and_its_statements_are_released_by_another_person(
    closed: dict[str, Any],
) -> None:
    first, second = closed["closer"], closed["checker"]
    (period,) = [
        one for one in first.get(f"{BASE}/periods").json["items"] if one["key"] == "2026-11"
    ]
    assert period["status"] == "locked"
    for road in ("close", "reopen"):
        refused = second.post(f"{BASE}/periods/2026-11/{road}")
        assert (refused.status_code, refused.json["code"]) == (409, "period_locked")
        assert paths(refused) == ["/status"]
    listed = first.get(f"{BASE}/statements?period=2026-11").json["items"]
    by_party = {one["party"]: one for one in listed}
    # 1,000.00 × 15 % until eight, 300.00 × 12 % after it; 200.00 × 15 %.
    assert by_party[closed["lin"]]["net"] == "186.00"
    assert by_party[closed["zhou"]]["net"] == "30.00"
    path = f"{BASE}/statements/{by_party[closed['lin']]['id']}"
    own = first.post(f"{path}/release")
    assert (own.status_code, own.json["code"]) == (403, "own_work")
    released = second.post(f"{path}/release")
    assert (released.status_code, released.json["state"]) == (200, "released")
    assert released.json["number"]
    assert second.post(f"{path}/release").status_code == 409
    lines = first.get(f"{path}/lines").json["items"]
    assert sorted(one["amount"] for one in lines) == ["150.00", "36.00"]
    repriced = first.get(f"{path}/repriced").json["items"]
    assert [one["amount"] for one in repriced] == ["150.00", "36.00"]


def test_a_partner_reads_and_answers_only_what_is_theirs(
    closed: dict[str, Any], client_as: Callable[..., Client]
) -> None:
    partner = client_as("partner")
    bound = {"user_id": partner.user_id}
    assert closed["checker"].put(f"/api/v1/parties/{closed['lin']}/user", bound).status_code == 200
    assert partner.get(f"{BASE}/statements").json["items"] == []  # drafts are nobody's yet
    found = closed["checker"].get(f"{BASE}/statements").json["items"]
    ids = {one["party"]: one["id"] for one in found}
    for id_ in ids.values():
        assert partner.get(f"{BASE}/statements/{id_}").status_code == 404
        assert closed["checker"].post(f"{BASE}/statements/{id_}/release").status_code == 200
    (own,) = partner.get(f"{BASE}/statements").json["items"]
    assert (own["party"], own["payable"]) == (closed["lin"], "186.00")
    theirs = f"{BASE}/statements/{ids[closed['zhou']]}"
    for road in ("", "/lines", "/repriced", "/csv", "/xlsx"):
        assert partner.get(f"{theirs}{road}").status_code == 404
    assert partner.get(f"{BASE}/statements?party={closed['zhou']}").json["items"] == []
    assert partner.post(f"{theirs}/confirm", {}).status_code == 404
    for road in ("entries", "accounts", "rate-cards", "reports/party?month=2026-11"):
        assert partner.get(f"{BASE}/{road}").status_code == 403
    mine = f"{BASE}/statements/{own['id']}"
    disputed = partner.post(f"{mine}/dispute", {"reason": "少算了一单"})
    assert (disputed.json["state"], disputed.json["answer"]) == ("disputed", "少算了一单")
    confirmed = partner.post(f"{mine}/confirm", {"note": "已核对"})
    assert (confirmed.json["state"], confirmed.json["answered_by"]) == (
        "confirmed",
        partner.user_id,
    )
    assert partner.post(f"{mine}/confirm", {}).status_code == 409
    assert partner.post(f"{mine}/paid", {"note": "x"}).status_code == 403


def test_a_statement_is_downloaded_as_csv_and_xlsx(closed: dict[str, Any]) -> None:
    client = closed["closer"]
    found = client.get(f"{BASE}/statements?party={closed['lin']}").json["items"]
    path = f"{BASE}/statements/{found[0]['id']}"
    rows = client.get(f"{path}/csv").get_data().decode("utf-8-sig").split("\r\n")
    assert rows[0].startswith("Posted at,Order,Line,Term")
    assert sorted(row.split(",")[5] for row in rows[1:-1]) == ["150.00", "36.00"]
    book = client.get(f"{path}/xlsx")
    assert book.mimetype.endswith("spreadsheetml.sheet")
    sums = {row[0]: row[1] for row in read_xlsx(book.get_data())[1:]}
    assert (sums["达人佣金"], sums["Payable now"]) == ("186", "186")


def test_reports_by_party_sum_to_what_was_earned(closed: dict[str, Any]) -> None:
    client = closed["closer"]
    found = client.get(f"{BASE}/reports/party?month=2026-11").json
    amounts = {row["key"]: row["amount"] for row in found["rows"]}
    assert amounts == {closed["lin"]: "186.00", closed["zhou"]: "30.00"}
    ranged = client.get(
        f"{BASE}/reports/shop?since=2026-11-11&until=2026-11-11&platform=douyin"
    ).json
    (shop,) = ranged["rows"]
    assert (shop["amount"], shop["orders"], shop["base"]) == ("216.00", 3, "1500.00")
    assert shop["rate"] == "14.40"
    lines = client.get(f"{BASE}/reports/shop/csv?month=2026-11").get_data().decode("utf-8-sig")
    assert "216.00" in lines
    assert client.get(f"{BASE}/reports/tier/xlsx?month=2026-11").status_code == 200
    for wrong in ("", "?month=2026-13", "?since=2026-11-11"):
        assert client.get(f"{BASE}/reports/party{wrong}").status_code == 422


def test_what_comes_after_a_close_is_a_dated_correction_in_the_open_period(
    closed: dict[str, Any], world: World
) -> None:
    client = closed["closer"]
    take(client, world, paid("4", "100.00", "d1001"))
    newest = client.get(f"{BASE}/entries?party={closed['lin']}").json["items"][0]
    assert (newest["amount"], newest["earned_in"], newest["posted_in"]) == (
        "15.00",
        "2026-11",
        "2026-12",
    )


def test_closing_needs_a_fresh_second_factor_and_the_period_to_be_over(
    admin: Client, client_as: Callable[..., Client], machine: Callable[..., Client]
) -> None:
    path = f"{BASE}/periods/2026-11/close"
    early = admin.post(path)
    assert (early.status_code, early.json["code"]) == (409, "period_locked")
    assert client_as("admin").post(path).json["code"] == "second_factor_missing"
    assert machine("settlement.publish").post(path).json["code"] == "people_only"
    assert admin.post(f"{BASE}/periods/nonsense/close").status_code == 422
