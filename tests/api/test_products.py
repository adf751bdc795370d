"""Products over HTTP: kept, searched, changed under If-Match, never two under one name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.runtime.world import World
from tests.api.conftest import Client
from tests.api.helpers import paths
from tests.api.settling import CARDS, STAR, card, paid, party, publish, take

BASE = "/api/v1/products"
CREAM: dict[str, Any] = {
    "sku": "QH-EYE-15",
    "name": "青禾紧致眼霜 15g",
    "category": "护肤/眼霜",
    "cost": "46.50",
    "currency": "CNY",
    "consumed_in_days": 45,
    "attributes": {"规格": "15g"},
    "ids": [
        {"platform": "tmall", "shop": "青禾旗舰店", "external_id": "8801"},
        {"platform": "douyin", "shop": None, "external_id": "3500010001"},
    ],
}
MASK = {"sku": "QH-MASK-10", "name": "青禾补水面膜 10 片", "category": "护肤/面膜"}
TEA = {"sku": "QH_TEA", "name": "护肤人的茶", "category": "护肤茶"}


@pytest.fixture
def finance(client_as: Callable[..., Client]) -> Client:
    return client_as("finance")


def add(client: Client, *bodies: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for body in bodies:
        made = client.post(BASE, body)
        assert made.status_code == 201, made.json
        found.append(made.json)
    return found


def test_a_product_is_kept_as_it_was_written(finance: Client) -> None:
    made = finance.post(BASE, CREAM)
    assert (made.status_code, made.headers["Location"]) == (201, f"{BASE}/{made.json['id']}")
    assert made.json == finance.get(f"{BASE}/{made.json['id']}").json
    same = {name: value for name, value in made.json.items() if name not in ("id", "revision")}
    ids = sorted(CREAM["ids"], key=lambda one: one["platform"])
    assert same == {**CREAM, "cost": "46.5", "ids": ids, "archived_at": None}


def test_a_list_is_searched_filtered_by_category_and_read_in_pages(finance: Client) -> None:
    cream, mask, tea = add(finance, CREAM, MASK, TEA)

    def found(query: str) -> list[str]:
        return [one["sku"] for one in finance.get(f"{BASE}?{query}").json["items"]]

    assert found("q=mask") == [mask["sku"]]
    assert found("q=眼霜") == [cream["sku"]]
    assert found("q=_") == [tea["sku"]]
    assert found("category=护肤") == [cream["sku"], mask["sku"]]
    assert found("category=护肤/面膜") == [mask["sku"]]
    first = finance.get(f"{BASE}?limit=2").json
    assert [one["id"] for one in first["items"]] == [cream["id"], mask["id"]]
    rest = finance.get(f"{BASE}?limit=2&cursor={first['next']}").json
    assert ([one["id"] for one in rest["items"]], rest["next"]) == ([tea["id"]], None)


def test_a_change_names_what_it_was_made_from_and_stands_in_the_audit_trail(
    finance: Client, admin: Client
) -> None:
    made = finance.post(BASE, CREAM)
    path = f"{BASE}/{made.json['id']}"
    body = {**CREAM, "cost": "48.00", "ids": CREAM["ids"][:1]}
    assert finance.put(path, body).status_code == 428
    done = finance.put(path, body, headers={"If-Match": made.headers["ETag"]})
    assert (done.status_code, done.json["cost"], done.json["ids"]) == (200, "48", CREAM["ids"][:1])
    assert done.headers["ETag"] == finance.get(path).headers["ETag"] != made.headers["ETag"]
    stale = finance.put(path, CREAM, headers={"If-Match": made.headers["ETag"]})
    assert stale.status_code == 412
    row = admin.get("/api/v1/audit?act=products.edit").json["items"][0]
    assert (row["target"], sorted(row["detail"])) == (f"product:{made.json['id']}", ["cost", "ids"])


def test_no_two_products_have_one_sku_or_one_name_on_a_platform(finance: Client) -> None:
    cream, mask = add(finance, CREAM, MASK)
    again = finance.post(BASE, {**MASK, "name": "another"})
    assert (again.status_code, paths(again)) == (409, ["/sku"])
    path, star = f"{BASE}/{mask['id']}", {"If-Match": "*"}
    moved = finance.put(path, {**MASK, "sku": cream["sku"]}, headers=star)
    assert (moved.status_code, paths(moved)) == (409, ["/sku"])
    taken = finance.put(path, {**MASK, "ids": CREAM["ids"]}, headers=star)
    assert (taken.status_code, paths(taken)) == (409, ["/ids"])
    assert finance.get(path).json == mask
    other_shop = [{"platform": "tmall", "shop": "青禾奥莱店", "external_id": "8801"}]
    assert finance.put(path, {**MASK, "ids": other_shop}, headers=star).status_code == 200


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"cost": "-1"}, "/cost"),
        ({"cost": None}, "/cost"),
        ({"currency": None}, "/currency"),
        ({"currency": "XXQ"}, "/currency"),
        ({"consumed_in_days": 0}, "/consumed_in_days"),
        ({"sku": " "}, "/sku"),
        ({"stock": 1}, "/stock"),
    ],
    ids=["below zero", "no cost", "no currency", "no such currency", "no days", "blank", "unknown"],
)
def test_what_does_not_fit_is_refused_with_its_path(
    finance: Client, change: dict[str, Any], path: str
) -> None:
    found = finance.post(BASE, {**CREAM, **change})
    assert (found.status_code, paths(found)) == (422, [path])
    assert finance.get(BASE).json["items"] == []


def test_operations_keep_products_the_business_reads_them_and_others_do_not(
    client_as: Callable[..., Client],
) -> None:
    (made,) = add(client_as("operations"), CREAM)
    business = client_as("business")
    assert business.get(f"{BASE}/{made['id']}").json == made
    assert business.post(BASE, MASK).status_code == 403
    assert client_as("viewer").get(BASE).status_code == 403
    missing = business.get(f"{BASE}/prd_{'0' * 26}")
    assert missing.status_code == 404


def test_an_archived_product_is_not_offered_and_its_codes_stay_its_own(
    finance: Client, admin: Client
) -> None:
    cream, mask = add(finance, CREAM, MASK)
    path = f"{BASE}/{cream['id']}"
    away = finance.post(f"{path}/archive")
    assert (away.status_code, away.json["archived_at"] is None) == (200, False)
    assert finance.post(f"{path}/archive").json == away.json

    def listed(query: str = "") -> list[str]:
        return [one["id"] for one in finance.get(f"{BASE}?{query}").json["items"]]

    assert listed() == [mask["id"]]
    assert (listed("state=archived"), listed("state=all")) == (
        [cream["id"]],
        [cream["id"], mask["id"]],
    )
    assert finance.post(BASE, CREAM).status_code == 409
    assert finance.post(f"{path}/restore").json == cream
    trail = admin.get("/api/v1/audit?act=products.edit").json["items"]
    assert [one["detail"] for one in trail[:2]] == [{"archived": False}, {"archived": True}]


def test_only_what_nothing_refers_to_is_deleted(
    finance: Client, admin: Client, world: World, client_as: Callable[..., Client]
) -> None:
    cream, mask, tea = add(finance, CREAM, MASK, TEA)
    maker = client_as("admin", second_factor=True)
    eye = {**card()["rules"][0], "id": "eye", "match": {"product": [cream["id"]]}}
    publish(maker, admin, card(rules=[*card()["rules"], eye]))
    party(admin, "林晓", "d1001")
    lines = [{"name": "面膜", "outer_id": MASK["sku"], "amount": "100.00"}]
    take(admin, world, paid("1", "100.00", "d1001", lines=lines))
    # The draft does not name it any more; the published version does.
    assert maker.put(f"{CARDS}/creators", card(), headers=STAR).status_code == 200
    for id_, path in ((cream["id"], "/rate_cards/creators"), (mask["id"], "/orders")):
        kept = finance.delete(f"{BASE}/{id_}")
        assert (kept.status_code, kept.json["code"], paths(kept)) == (409, "in_use", [path])
    assert client_as("business").delete(f"{BASE}/{tea['id']}").status_code == 403
    assert finance.delete(f"{BASE}/{tea['id']}").status_code == 204
    for method, path in (("DELETE", ""), ("POST", "/archive"), ("POST", "/restore")):
        assert finance.open(method, f"{BASE}/{tea['id']}{path}").status_code == 404
    # Archived, the mask is still found by the orders that come late.
    assert finance.post(f"{BASE}/{mask['id']}/archive").status_code == 200
    take(admin, world, paid("2", "100.00", "d1001", lines=lines))
    assert admin.get(f"{BASE}/unmapped").json["items"] == []


@pytest.mark.parametrize(
    "path",
    [
        f"{BASE}?q=%00",
        f"{BASE}?category=a%00b",
        f"{BASE}?cursor=abc",
        "/api/v1/settlement/layers?card=creators&product=%00",
        "/api/v1/settlement/layers?card=creators&at=0001-01-01T00:00:00%2B14:00",
    ],
    ids=["nul in q", "nul in a category", "cursor", "nul in a product", "no such year"],
)
def test_a_query_that_nobody_can_mean_is_refused(finance: Client, path: str) -> None:
    assert finance.get(path).status_code == 422


def test_attributes_that_cannot_be_kept_are_refused(finance: Client) -> None:
    for value in ("a\0b", 10**30):
        found = finance.post(BASE, {**CREAM, "attributes": {"规格": value}})
        assert found.status_code in (400, 422), found.json
