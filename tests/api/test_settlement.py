"""Settlement over HTTP with real figures: cards, orders and what they bring, money that waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.runtime.world import World
from tests.api.conftest import Client, Clock
from tests.api.helpers import paths
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


@pytest.fixture
def maker(client_as: Callable[..., Client]) -> Client:
    return client_as("admin", second_factor=True)


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


def priced(model: dict[str, Any]) -> dict[str, Any]:
    """The card with this model alone."""
    return {"rules": [{**CREATORS["rules"][0], "model": model}]}


def stepped(*tiers: dict[str, str]) -> dict[str, Any]:
    return priced({"kind": "graduated", "tiers": [*tiers]})


def shared(*percents: str) -> dict[str, Any]:
    shares = [{"key": f"pty_{n}", "kind": "percent", "value": one}
              for n, one in enumerate(percents)]  # fmt: skip
    return {"terms": [{**CREATORS["terms"][0], "split": {"shares": shares}}]}


RATELESS = {name: value for name, value in CREATORS["rules"][0].items() if name != "model"}
UPPER = {"from": "200", "percent": "2"}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"currency": "XXQ"}, "/currency"),
        ({"terms": []}, "/terms"),
        ({"nonsense": 1}, "/nonsense"),
        (priced({"kind": "percentage", "percent": "-1"}), "/rules/0/model/percent"),
        (stepped({"from": "0", "to": "100", "percent": "1"}, UPPER), "/rules/0/model/tiers/0/to"),
        (stepped({"from": "0", "to": "300", "percent": "1"}, UPPER), "/rules/0/model/tiers/0/to"),
        (stepped(UPPER), "/rules/0/model/tiers/0/from"),
        (stepped({"from": "0"}, UPPER), "/rules/0/model/tiers/0"),
        ({"rules": [RATELESS]}, "/rules/0/model"),
        ({"rules": []}, "/terms/0"),
        (shared("60", "60"), "/terms/0/split/shares"),
    ],
    ids=[
        "no currency",
        "no terms",
        "unknown member",
        "negative rate",
        "a gap",
        "tiers that overlap",
        "nothing below the first tier",
        "a tier without a rate",
        "a rule without a rate",
        "a term without a rate",
        "shares above all",
    ],
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
