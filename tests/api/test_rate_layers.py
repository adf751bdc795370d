"""The rates of a card, layer by layer, as an order of the same moment would find them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import Client
from tests.api.settling import BASE, CREATORS, paid, party, publish

LAYERS = f"{BASE}/layers?card=creators"
IN = "&at=2026-11-11T02:00:00Z"
AFTER = "&at=2026-11-11T13:00:00Z"


def rule(id_: str, percent: str, **more: Any) -> dict[str, Any]:
    model = {"kind": "percentage", "percent": percent}
    return {"id": id_, "name": id_, "term": "commission", "model": model, **more}


RULES = [
    *CREATORS["rules"],
    rule("eyes", "14", match={"category": ["护肤/眼霜"]}),
    rule("outlet", "8", layer="channel", match={"shop": ["outlet"]}),
    rule("double", "0", match={"party_level": ["S"]}, priority=1),
]
CARD = {**CREATORS, "rules": RULES}


@pytest.fixture
def maker(client_as: Callable[..., Client]) -> Client:
    return client_as("admin", second_factor=True)


def term(client: Client, query: str) -> dict[str, Any]:
    found = client.get(f"{LAYERS}{query}")
    assert found.status_code == 200, found.json
    (one,) = found.json["terms"]
    return one


def shape(one: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    return [(of["layer"], of["rule"], of["op"], of["is_replaced"]) for of in one["layers"]]


def test_each_layer_says_its_rule_its_operation_and_the_sum_up_to_it(
    maker: Client, admin: Client
) -> None:
    publish(maker, admin, CARD)
    one = term(maker, IN)
    assert shape(one) == [
        ("base", "standard", "replace", False),
        ("campaign", "plus", "add", False),
    ]
    base, campaign = one["layers"]
    assert (base["model"]["percent"], base["said"]["zh"]) == ("12", "12%")
    assert (campaign["by"], campaign["model"], campaign["campaign"]) == ("3", None, "double11")
    assert one["result"] == [campaign["said"]]
    assert campaign["said"]["zh"].startswith("12% + 3 个百分点 = 15%")


def test_a_campaign_that_is_over_gives_nothing_any_more(maker: Client, admin: Client) -> None:
    publish(maker, admin, CARD)
    assert shape(term(maker, AFTER)) == [("base", "standard", "replace", False)]


def test_a_layer_that_begins_anew_marks_what_stood_below_it(maker: Client, admin: Client) -> None:
    publish(maker, admin, CARD)
    one = term(maker, f"{IN}&shop=outlet&platform=douyin")
    assert [row[1:] for row in shape(one)] == [
        ("standard", "replace", True),
        ("outlet", "replace", False),
        ("plus", "add", False),
    ]
    assert "11%" in one["result"][0]["zh"]


def test_category_product_and_party_pick_the_more_specific_rule(
    maker: Client, admin: Client
) -> None:
    publish(maker, admin, CARD)
    body = {"sku": "QH-EYE-15", "name": "眼霜", "category": "护肤/眼霜"}
    body["ids"] = [{"platform": "douyin", "shop": "flagship", "external_id": "3500"}]
    made = maker.post("/api/v1/products", body)
    assert made.status_code == 201, made.json
    for query in (
        "&category=护肤/眼霜",
        f"&product={made.json['id']}",
        "&product=QH-EYE-15",
        "&product=3500&platform=douyin&shop=flagship",
    ):
        assert shape(term(maker, AFTER + query))[0][1] == "eyes", query
    elsewhere = term(maker, f"{AFTER}&product=3500&platform=douyin&shop=outlet2")
    assert shape(elsewhere)[0][1] == "standard"
    lin = party(maker, "林晚秋", "d1001", level="S")
    assert shape(term(maker, f"{AFTER}&party={lin}"))[0][1] == "double"


def test_the_quote_of_an_order_says_the_same_sum(maker: Client, admin: Client) -> None:
    publish(maker, admin, CARD)
    lin = party(maker, "林晚秋", "d1001")
    order = paid("9", "1000.00", "d1001", shop="outlet")["data"]["order"]
    (line,) = maker.post(f"{BASE}/quote", {"card": "creators", "order": order}).json["lines"]
    one = term(maker, f"{IN}&party={lin}&platform=douyin&shop=outlet")
    assert one["result"] == [line["layers"]]


def test_locks_are_told_on_the_rule_and_the_term_they_hold(maker: Client, admin: Client) -> None:
    publish(maker, admin, CARD)
    for pointer in ("/rules/standard/model/percent", "/terms/commission", "/rules/outlet"):
        lock = {"scope": "rate_card:creators", "pointer": pointer, "owner_role": "admin"}
        made = maker.post(f"{BASE}/locks", {**lock, "reason": "总部统一"})
        assert made.status_code == 201, made.json
    one = term(maker, IN)
    assert [lock["pointer"] for lock in one["locks"]] == ["/terms/commission"]
    told = [[lock["pointer"] for lock in layer["locks"]] for layer in one["layers"]]
    assert told == [["/rules/standard/model/percent"], []]


def test_no_rate_is_a_problem_and_no_version_is_not_found(maker: Client, admin: Client) -> None:
    only = {**CREATORS, "campaigns": [], "rules": [rule("x", "5", match={"shop": ["outlet"]})]}
    publish(maker, admin, only)
    one = term(maker, IN)
    assert (one["layers"], one["result"], one["problem"]["code"]) == ([], [], "missing_rate")
    assert maker.get(f"{BASE}/layers?card=nobody").status_code == 404
    assert maker.get(f"{LAYERS}&party=pty_nobody").status_code == 404
    assert maker.get(f"{LAYERS}&at=1999-01-01T00:00:00Z").status_code == 422


def test_who_may_not_see_settlement_sees_no_rates(client_as: Callable[..., Client]) -> None:
    assert client_as("business").get(LAYERS).status_code == 403
