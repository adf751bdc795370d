"""Goods of an order that are mapped to no product are told once, where products are kept, and wait
until somebody maps them or sets them aside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.core.event_types import validate_data
from engine.runtime.world import World
from tests.api.conftest import Client
from tests.api.helpers import paths
from tests.api.settling import paid, party, publish, take

EVENTS = "/api/v1/events?type=product.unmapped"
PRODUCTS = "/api/v1/products"
TO_MAP = f"{PRODUCTS}/unmapped"


@pytest.fixture
def maker(client_as: Callable[..., Client]) -> Client:
    return client_as("admin", second_factor=True)


def line(**codes: str) -> dict[str, Any]:
    return {"name": "眼霜", "amount": "100.00", **codes}


def sold(number: str, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return paid(number, "100.00", "d1001", lines=list(lines), **more)


def told(client: Client) -> list[dict[str, Any]]:
    ids = [one["id"] for one in client.get(EVENTS).json["items"]]
    found = [client.get(f"/api/v1/events/{id_}").json["data"] for id_ in ids]
    assert [validate_data("product.unmapped", one) for one in found] == [[]] * len(found)
    return sorted((one["product"] for one in found), key=lambda one: str(one))


def keep(client: Client, sku: str, *names: tuple[str | None, str], **more: Any) -> str:
    ids = [{"platform": "douyin", "shop": shop, "external_id": id_} for shop, id_ in names]
    made = client.post(PRODUCTS, {"sku": sku, "name": sku, "ids": ids, **more})
    assert made.status_code == 201, made.json
    return str(made.json["id"])


def waiting(client: Client, query: str = "") -> list[dict[str, Any]]:
    found = client.get(f"{TO_MAP}?{query}")
    assert found.status_code == 200, found.json
    return list(found.json["items"])


@pytest.mark.parametrize("settles", [False, True], ids=["without a rate card", "with one"])
def test_it_is_told_once_for_a_code_of_a_shop_however_many_orders(
    maker: Client, admin: Client, world: World, settles: bool
) -> None:
    if settles:
        publish(maker, admin)
    keep(maker, "QH-EYE-15")
    new = line(outer_id="QH-NEW", product_id="3500", category="眼霜")
    take(admin, world, sold("1", new, new, line(outer_id="QH-EYE-15")), sold("2", new))
    take(admin, world, sold("3", new))
    (one,) = told(admin)
    assert one == {
        "platform": "douyin",
        "shop": "shop-1",
        "external_id": "3500",
        "outer_id": "QH-NEW",
        "name": "眼霜",
        "category": "眼霜",
    }
    take(admin, world, sold("4", new, shop="shop-2"))
    assert [one["shop"] for one in told(admin)] == ["shop-1", "shop-2"]


def test_a_merchant_code_or_the_id_of_the_shop_maps_goods_and_another_shops_id_does_not(
    maker: Client, admin: Client, world: World
) -> None:
    keep(maker, "QH-EYE-15", ("shop-1", "1"), (None, "2"), ("shop-2", "3"))
    lines = [line(outer_id="QH-EYE-15"), line(product_id="1"), line(product_id="2")]
    take(admin, world, sold("1", *lines, line(product_id="3"), line()))
    assert [one["external_id"] for one in told(admin)] == ["3"]


def test_where_no_products_are_kept_nothing_is_told(
    maker: Client, admin: Client, world: World
) -> None:
    publish(maker, admin)
    take(admin, world, sold("1", line(outer_id="QH-NEW")))
    assert told(admin) == []
    assert waiting(admin) == []


def test_what_is_mapped_finds_its_product_from_then_on(
    maker: Client, admin: Client, world: World
) -> None:
    publish(maker, admin)
    party(admin, "晚晚", "d1001")
    cream = keep(maker, "QH EYE 15", name="眼霜 15g")
    old = line(outer_id="QH-EYE-15", sku="v1", product_id="3500")
    take(admin, world, sold("1", old), sold("2", line(sku="v9", product_id="3500")))
    later, first = waiting(admin)
    assert [one["code"] for one in (later, first)] == ["v9", "QH-EYE-15"]
    assert (first["external_id"], first["shop"], first["order"]) == ("3500", "shop-1", "1")
    assert [one["id"] for one in first["likely"]] == [cream]  # its code but for blanks and dashes
    assert later["likely"] == []
    done = maker.post(f"{TO_MAP}/{first['id']}/map", {"product_id": cream})
    assert done.status_code == 200, done.json
    (past,) = done.json["past"]  # priced by then, and not by this product
    assert (past["card"], past["lines"], past["since"]) == ("creators", 1, past["until"])
    names = [(one["shop"], one["external_id"]) for one in done.json["ids"]]
    assert names == [("shop-1", "QH-EYE-15")]
    assert [one["code"] for one in waiting(admin)] == ["v9"]
    more = {"product_id": cream, "every_shop": True}
    assert maker.post(f"{TO_MAP}/{later['id']}/map", more).status_code == 200
    again = maker.post(f"{TO_MAP}/{later['id']}/map", more)  # a second time changes nothing
    assert (again.status_code, again.json["ids"]) == (
        200,
        maker.get(f"{PRODUCTS}/{cream}").json["ids"],
    )
    take(admin, world, sold("3", old), sold("4", line(sku="v9"), shop="shop-2"))
    assert waiting(admin) == []
    assert len(told(admin)) == 2


def test_a_new_product_with_the_code_answers_it_too_and_what_is_set_aside_is_not_asked_again(
    maker: Client, admin: Client, world: World
) -> None:
    keep(maker, "QH-EYE-15")
    take(admin, world, sold("1", line(outer_id="QH-NEW"), line(product_id="9", name="补差价")))
    assert {one["code"] for one in waiting(admin)} == {"QH-NEW", "9"}
    made = keep(maker, "QH-NEW")
    (rest,) = waiting(admin, "q=差价&platform=douyin&shop=shop-1")
    assert [waiting(admin, query) for query in ("q=眼霜", "shop=shop-2")] == [[], []]
    assert maker.post(f"{TO_MAP}/{rest['id']}/set-aside", {}).status_code == 422
    aside = maker.post(f"{TO_MAP}/{rest['id']}/set-aside", {"note": "不是商品"})
    assert (aside.json["state"], aside.json["note"]) == ("set_aside", "不是商品")
    take(admin, world, sold("2", line(product_id="9")))
    assert (waiting(admin), waiting(admin, "state=set_aside")) == ([], [aside.json])
    assert maker.post(f"{TO_MAP}/{rest['id']}/take-up").json["state"] == "open"
    # Deleted again, the product leaves its code behind.
    assert maker.delete(f"{PRODUCTS}/{made}").status_code == 204
    assert {one["code"] for one in waiting(admin)} == {"QH-NEW", "9"}
    first = admin.get(f"{TO_MAP}?limit=1").json
    rest = admin.get(f"{TO_MAP}?limit=1&cursor={first['next']}").json
    assert {one["code"] for one in first["items"] + rest["items"]} == {"QH-NEW", "9"}
    assert rest["next"] is None


def test_goods_are_mapped_to_a_product_in_use_by_those_who_keep_products(
    maker: Client, admin: Client, world: World, client_as: Callable[..., Client]
) -> None:
    cream = keep(maker, "QH-EYE-15")
    take(admin, world, sold("1", line(product_id="9")))
    (one,) = waiting(client_as("business"))
    road = f"{TO_MAP}/{one['id']}"
    assert client_as("business").post(f"{road}/map", {"product_id": cream}).status_code == 403
    assert client_as("viewer").get(TO_MAP).status_code == 403
    nothing = maker.post(f"{TO_MAP}/unm_{'0' * 26}/map", {"product_id": cream})
    no_product = maker.post(f"{road}/map", {"product_id": f"prd_{'0' * 26}"})
    assert (nothing.status_code, no_product.status_code) == (404, 404)
    assert maker.post(f"{PRODUCTS}/{cream}/archive").status_code == 200
    refused = maker.post(f"{road}/map", {"product_id": cream})
    assert (refused.status_code, paths(refused)) == (409, ["/product_id"])
    assert waiting(admin) == [{**one, "likely": []}]
