"""Settlement over HTTP with real figures: from a card's draft to a statement that is confirmed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from api.xlsx_rows import read_xlsx
from engine.runtime.world import World
from tests.api.conftest import Client, Clock
from tests.api.helpers import paths, settle
from tests.api.settling import (
    BASE,
    CARDS,
    CREATORS,
    STAR,
    card,
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


def test_a_quote_says_layer_rule_tier_and_arithmetic(maker: Client) -> None:
    parties = {"promoter": {"key": "pty_lin", "kind": "creator"}}
    order = paid("9", "1000.00", "d1001")["data"]["order"]
    found = maker.post(f"{BASE}/quote", {"document": CREATORS, "order": order, "parties": parties})
    assert found.status_code == 200, found.json
    (line,) = found.json["lines"]
    assert (line["amount"], line["party"], line["base"]) == ("150.00", "pty_lin", "1000.00")
    assert line["layers"]["zh"] == "12% + 3 个百分点 = 15%（12%→15%）"
    assert "1,000.00 × 15% = 150.00" in line["sentences"][-1]["zh"]
    assert found.json["totals"] == [{"party": "pty_lin", "amount": "150.00"}]


def test_a_card_is_drafted_advised_on_and_published_by_another_person(
    maker: Client, admin: Client
) -> None:
    made = maker.post(CARDS, CREATORS)
    assert (made.status_code, made.headers["Location"]) == (201, f"{CARDS}/creators")
    assert maker.post(CARDS, CREATORS).status_code == 409
    steps = {
        "kind": "volume",
        "tiers": [{"from": "0", "percent": "3"}, {"from": "1000000", "percent": "5"}],
    }
    tiered = card(rules=[{**CREATORS["rules"][0], "model": steps}], campaigns=[])
    advice = maker.post(f"{CARDS}/check", tiered).json
    assert advice["ok"] is True
    saved = maker.put(f"{CARDS}/creators", card("10"), headers={"If-Match": made.headers["ETag"]})
    assert saved.json == {"revision": 2}
    stale = maker.put(f"{CARDS}/creators", card("11"), headers={"If-Match": made.headers["ETag"]})
    assert stale.status_code == 412
    assert maker.put(f"{CARDS}/creators", card("11")).status_code == 428
    own = maker.post(f"{CARDS}/creators/publish", {}, headers=STAR)
    assert (own.status_code, own.json["code"]) == (403, "own_work")
    done = admin.post(
        f"{CARDS}/creators/publish", {"note": "第一版"}, headers={"If-Match": saved.headers["ETag"]}
    )
    assert (done.status_code, done.json["number"]) == (201, 1)
    (version,) = maker.get(f"{CARDS}/creators/versions").json["items"]
    assert (version["number"], version["note"]) == (1, "第一版")
    document = maker.get(f"{CARDS}/creators/versions/1").json["document"]
    assert document["rules"][0]["model"]["percent"] == "10"
    (listed,) = maker.get(CARDS).json["items"]
    assert (listed["key"], listed["live_version"]) == ("creators", 1)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"currency": "XXQ"}, "/currency"),
        ({"terms": []}, "/terms"),
        ({"nonsense": 1}, "/nonsense"),
        (
            {"rules": [{**CREATORS["rules"][0], "model": {"kind": "percentage", "percent": "-1"}}]},
            "/rules/0/model/percent",
        ),
        (
            {
                "rules": [
                    {
                        **CREATORS["rules"][0],
                        "model": {
                            "kind": "graduated",
                            "tiers": [
                                {"from": "0", "to": "100", "percent": "1"},
                                {"from": "200", "percent": "2"},
                            ],
                        },
                    }
                ]
            },
            "/rules/0/model/tiers/0/to",
        ),
    ],
    ids=["no currency", "no terms", "unknown member", "negative rate", "a gap"],
)
def test_a_card_that_cannot_be_is_refused_with_its_path(
    maker: Client, admin: Client, change: dict[str, Any], path: str
) -> None:
    document = {**CREATORS, **change}
    made = maker.post(CARDS, document)
    if made.status_code == 201:  # the shape is right: publishing says what is wrong
        checked = maker.post(f"{CARDS}/check", document).json
        assert checked["ok"] is False
        assert path in [one["path"] for one in checked["problems"]]
        made = admin.post(f"{CARDS}/creators/publish", {}, headers=STAR)
    assert made.status_code == 422
    assert path in paths(made)


def test_an_order_becomes_an_entry_that_explains_itself_and_a_refund_takes_it_back(
    admin: Client, maker: Client, world: World, clock: Clock
) -> None:
    lin = party(maker, "林晚秋", "d1001")
    publish(maker, admin)
    take(admin, world, paid("1", "1000.00", "d1001"))
    (entry,) = admin.get(f"{BASE}/entries?party={lin}").json["items"]
    assert (entry["amount"], entry["state"], entry["to_account"]) == ("150.00", "pending", lin)
    assert entry["order"] == "douyin/shop-1/1"
    said = " ".join(one["zh"] for one in entry["sentences"])
    assert "12% + 3 个百分点 = 15%" in said
    assert "1,000.00 × 15% = 150.00" in said
    clock.wind(timedelta(minutes=1))
    back = {
        "platform": "douyin",
        "shop": "shop-1",
        "external_id": "r1",
        "order_id": "1",
        "status": "completed",
        "amount": "400.00",
        "requested_at": "2026-11-11T02:00:00Z",
        "completed_at": "2026-11-11T02:00:00Z",
    }
    event = {**paid("1", "1000.00", "d1001"), "id": "refund.completed/r1"}
    event |= {"type": "refund.completed", "subject": "r1", "data": {"refund": back}}
    take(admin, world, event)
    newest, _ = admin.get(f"{BASE}/entries?party={lin}").json["items"]
    assert (newest["amount"], newest["kind"]) == ("-60.00", "refund")
    found = admin.get(f"{BASE}/accounts?party={lin}")
    assert found.status_code == 200, found.json
    (account,) = found.json["items"]
    assert (account["amount"], account["posted"]) == ("600.00", "90.00")
    one = admin.get(f"{BASE}/accounts/{account['key']}")
    assert one.json == account


def test_an_order_without_a_rate_is_no_entry_of_nothing(
    admin: Client, maker: Client, world: World
) -> None:
    lin = party(maker, "林晚秋", "d1001")
    only = {**CREATORS["rules"][0], "match": {"platform": ["tmall"]}}
    publish(maker, admin, card(rules=[only], campaigns=[]))
    take(admin, world, paid("1", "1000.00", "d1001"))
    assert admin.get(f"{BASE}/entries?party={lin}").json["items"] == []


def test_a_month_is_closed_and_its_statements_are_released_by_another_person(
    closed: dict[str, Any],
) -> None:
    first, second = closed["closer"], closed["checker"]
    (period,) = [
        one for one in first.get(f"{BASE}/periods").json["items"] if one["key"] == "2026-11"
    ]
    assert period["status"] == "locked"
    assert second.post(f"{BASE}/periods/2026-11/reopen").status_code == 409
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


def test_an_adjustment_needs_a_reason_a_paper_and_another_person(
    admin: Client, maker: Client, world: World
) -> None:
    lin = party(maker, "林晚秋", "d1001")
    publish(maker, admin)
    body = {
        "party": lin,
        "term": "creators.commission",
        "amount": "-20.00",
        "reason": "样品损耗",
        "paper": "QH-118",
    }
    assert paths(maker.post(f"{BASE}/adjustments", {**body, "paper": ""})) == ["/paper"]
    made = maker.post(f"{BASE}/adjustments", body)
    assert made.status_code == 201, made.json
    path = f"{BASE}/adjustments/{made.json['id']}"
    assert maker.post(f"{path}/approve").status_code == 403
    assert admin.post(f"{path}/approve").json["state"] == "approved"
    work(world)
    (entry,) = admin.get(f"{BASE}/entries?party={lin}").json["items"]
    assert (entry["amount"], entry["kind"]) == ("-20.00", "adjustment")
    assert admin.post(f"{path}/reject").status_code == 409


def test_a_split_sums_to_the_cent(maker: Client) -> None:
    plan = {"shares": [{"key": key, "kind": "weight", "value": "1"} for key in "abc"]}
    found = maker.post(f"{BASE}/split", {"amount": "100.00", "plan": plan}).json
    assert [one["amount"] for one in found["parts"]] == ["33.34", "33.33", "33.33"]
    plan["shares"] = [{"key": key, "kind": "percent", "value": "60"} for key in "ab"]
    wrong = maker.post(f"{BASE}/split", {"amount": "100.00", "plan": plan})
    assert wrong.status_code == 422
    assert all(path.startswith("/plan") for path in paths(wrong))


def test_a_budget_freezes_what_is_over_it_and_a_named_person_lets_it_pass(
    admin: Client, maker: Client, world: World
) -> None:
    lin = party(maker, "林晚秋", "d1001")
    publish(maker, admin)
    body = {
        "name": "双十一达人",
        "limit": "200.00",
        "action": "ask",
        "releasers": [admin.user_id],
        "covers": {"party": lin},
    }
    path = f"{BASE}/budgets/party:lin"
    assert maker.put(path, body).status_code == 428
    assert maker.put(path, body, headers=STAR).status_code == 201
    take(admin, world, paid("1", "1000.00", "d1001"), paid("2", "1000.00", "d1001"))
    states = [one["state"] for one in admin.get(f"{BASE}/entries?party={lin}").json["items"]]
    assert sorted(states) == ["frozen", "pending"]
    assert admin.get(path).json["used"] == 15_000
    (waiting,) = admin.get(f"{path}/waiting").json["items"]
    assert (waiting["amount"], waiting["party"]) == ("150.00", lin)
    road = f"{path}/waiting/{waiting['key']}"
    assert maker.post(road, {"release": True}).status_code == 403
    assert admin.post(road, {"release": True}).status_code == 202
    work(world)
    states = [one["state"] for one in admin.get(f"{BASE}/entries?party={lin}").json["items"]]
    assert states == ["pending", "pending"]
    tag = admin.get(path).headers["ETag"]
    changed = {**body, "limit": "500.00"}
    assert maker.put(path, changed, headers={"If-Match": tag}).status_code == 200
    assert maker.put(path, body, headers={"If-Match": tag}).status_code == 412


def test_bank_data_needs_a_second_person_and_is_never_shown(admin: Client, maker: Client) -> None:
    lin = party(maker, "林晚秋", "d1001")
    bank = {"holder": "林晚秋", "bank": "某某银行", "number": "6222 0000 0000 1234"}
    made = maker.post(f"/api/v1/parties/{lin}/bank", bank)
    assert made.json["waits_for_bank"] is True
    assert maker.post(f"/api/v1/parties/{lin}/bank/approve").json["code"] == "own_work"
    done = admin.post(f"/api/v1/parties/{lin}/bank/approve")
    assert (done.json["has_bank"], done.json["waits_for_bank"]) == (True, False)
    assert done.json["bank_changed_at"] is not None
    assert "1234" not in done.get_data(as_text=True)


def test_parties_hang_on_the_org_tree(
    admin: Client, maker: Client, client_as: Callable[..., Client]
) -> None:
    root = admin.get("/api/v1/org-units").json["items"][0]["id"]
    units = [
        admin.post("/api/v1/org-units", {"kind": "store", "name": name, "parent_id": root}).json[
            "id"
        ]
        for name in ("西湖店", "滨江店")
    ]
    lin = party(maker, "林晚秋", "d1001", org_unit_id=units[0])
    zhou = party(maker, "周知夏", "d1002", org_unit_id=units[1])
    local = client_as("finance", unit=units[0])
    assert [one["id"] for one in local.get("/api/v1/parties").json["items"]] == [lin]
    assert local.get(f"/api/v1/parties/{zhou}").status_code == 404
    assert local.get(f"{BASE}/entries?party={zhou}").status_code == 404
    assert local.get(f"{BASE}/entries").status_code == 422
    assert local.get(f"{BASE}/entries?party={lin}").status_code == 200


def test_a_month_is_tried_and_recomputed_by_another_version(
    admin: Client, maker: Client, world: World, clock: Clock, client_as: Callable[..., Client]
) -> None:
    lin = party(maker, "林晚秋", "d1001")
    publish(maker, admin)
    take(admin, world, paid("1", "1000.00", "d1001"))
    assert maker.put(f"{CARDS}/creators", card("10"), headers=STAR).status_code == 200
    assert admin.post(f"{CARDS}/creators/publish", {}, headers=STAR).status_code == 201
    road = f"{CARDS}/creators/recompute"
    tried = admin.post(f"{road}/preview", {"period": "2026-11"})
    assert tried.status_code == 200, tried.json
    (row,) = tried.json["rows"]
    assert (row["party"], row["was"], row["would"], row["difference"]) == (
        lin,
        "150.00",
        "130.00",
        "-20.00",
    )
    own = admin.post(road, {"period": "2026-11"})
    assert (own.status_code, own.json["code"]) == (403, "own_work")
    clock.wind(timedelta(minutes=1))
    assert maker.post(road, {"period": "2026-11"}).json == {"orders": 1}
    work(world)
    entries = admin.get(f"{BASE}/entries?party={lin}").json["items"]
    assert sum(Decimal(one["amount"]) for one in entries) == 130
