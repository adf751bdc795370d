"""What the settlement screens ask beside the resources: how cards stand, past orders, schemas."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.runtime.world import World
from tests.api.conftest import Client
from tests.api.helpers import paths
from tests.api.settling import BASE, CARDS, CREATORS, STAR, card, paid, party, publish, take


@pytest.fixture
def maker(client_as: Callable[..., Client]) -> Client:
    return client_as("admin", second_factor=True)


def test_the_list_says_what_is_in_force_and_what_waits(maker: Client, admin: Client) -> None:
    maker.post(CARDS, CREATORS)
    (first,) = maker.get(CARDS).json["items"]
    assert (first["in_force"], first["has_changes"]) == (None, True)
    assert (first["terms"], first["roles"]) == (["达人佣金"], ["promoter"])
    admin.post(f"{CARDS}/creators/publish", {}, headers=STAR)
    (published,) = maker.get(CARDS).json["items"]
    assert (published["in_force"], published["has_changes"]) == (1, False)
    maker.put(f"{CARDS}/creators", card("10"), headers=STAR)
    assert maker.get(CARDS).json["items"][0]["has_changes"] is True
    later = {"effective_from": "2035-01-01T00:00:00+08:00"}
    admin.post(f"{CARDS}/creators/publish", later, headers=STAR)
    (waiting,) = maker.get(CARDS).json["items"]
    assert (waiting["live_version"], waiting["in_force"]) == (2, 1)


def test_a_past_order_is_tried_by_its_number(admin: Client, maker: Client, world: World) -> None:
    lin = party(maker, "林晚秋", "d1001")
    publish(maker, admin)
    take(admin, world, paid("1", "1000.00", "d1001"))
    for number in ("1", "douyin/shop-1/1"):
        found = maker.post(f"{BASE}/quote", {"card": "creators", "number": number})
        assert found.status_code == 200, found.json
        assert found.json["totals"] == [{"party": lin, "amount": "150.00"}]
    assert maker.post(f"{BASE}/quote", {"card": "creators", "number": "nope"}).status_code == 404
    assert maker.post(f"{BASE}/quote", {"card": "creators"}).status_code == 422


def test_a_number_that_two_platforms_have_is_asked_for_in_full(
    admin: Client, maker: Client, world: World
) -> None:
    lin = party(maker, "林晚秋", "d1001")
    publish(maker, admin)
    other = paid("1", "300.00", "d1001")
    other["data"]["order"]["platform"] = "tmall"
    take(admin, world, paid("1", "1000.00", "d1001"), {**other, "id": "tmall/1"})
    found = maker.post(f"{BASE}/quote", {"card": "creators", "number": "1"})
    assert (found.status_code, paths(found)) == (422, ["/number"])
    body = {"card": "creators", "number": "tmall/shop-1/1", "parties": {"promoter": lin}}
    exact = maker.post(f"{BASE}/quote", body)
    assert exact.json["totals"][0]["amount"] == "45.00"


def test_a_party_given_by_its_id_is_priced_with_its_kind(maker: Client) -> None:
    lin = party(maker, "林晚秋", "d1001")
    for_agencies = {**CREATORS["rules"][0], "id": "agency", "match": {"party_kind": ["agency"]}}
    document = card(rules=[for_agencies], campaigns=[])
    order = paid("9", "1000.00", "d1001")["data"]["order"]
    body = {"document": document, "order": order, "parties": {"promoter": lin}}
    assert maker.post(f"{BASE}/quote", body).json["unpriced"][0]["term"] == "commission"
    for_agencies["match"] = {"party_kind": ["creator"]}
    assert maker.post(f"{BASE}/quote", body).json["totals"][0]["amount"] == "120.00"


def test_forms_get_the_cards_schema_and_the_names_conditions_read(maker: Client) -> None:
    found = maker.get(f"{BASE}/rate-card-schemas").json
    assert "Rule" in found["card"]["$defs"]
    assert found["scope"]["properties"]["order"]["title"]
    assert found["language"]["operators"]


def test_one_is_shown_the_change_requests_one_may_answer(
    maker: Client, admin: Client, client_as: Callable[..., Client]
) -> None:
    publish(maker, admin)
    lock = {
        "scope": "rate_card:creators",
        "pointer": "/rules/standard/model/percent",
        "owner_role": "admin",
        "reason": "总部统一",
    }
    assert admin.post(f"{BASE}/locks", lock).status_code == 201
    wish = {name: lock[name] for name in ("scope", "pointer")} | {"new": "13", "reason": "旺季"}
    asked = maker.post(f"{BASE}/change-requests", wish)
    assert asked.status_code == 201, asked.json
    waiting = f"{BASE}/change-requests?for_me=true"
    assert [one["id"] for one in admin.get(waiting).json["items"]] == [asked.json["id"]]
    assert maker.get(waiting).json["items"] == []  # one's own
    assert client_as("finance").get(waiting).json["items"] == []  # not the owner's role
    admin.post(f"{BASE}/change-requests/{asked.json['id']}/approve", {})
    assert admin.get(waiting).json["items"] == []


def test_checking_a_card_points_at_the_cliffs_of_its_tiers(maker: Client) -> None:
    tiers = [{"from": "0", "percent": "3"}, {"from": "1000000", "percent": "5"}]
    rule = {**CREATORS["rules"][0], "model": {"kind": "volume", "tiers": tiers}}
    found = maker.post(f"{CARDS}/check", card(rules=[rule], campaigns=[])).json
    assert found["ok"] is True
    (cliff,) = (one for one in found["problems"] if one["code"] == "cliff")
    assert (cliff["path"], cliff["level"]) == ("/rules/0/model/tiers/1/from", "warning")
    assert "20,000.00" in cliff["message_zh"]
