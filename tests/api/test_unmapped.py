"""Goods of an order that are mapped to no product are told once, where products are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.core.event_types import validate_data
from engine.runtime.world import World
from tests.api.conftest import Client
from tests.api.settling import paid, publish, take

EVENTS = "/api/v1/events?type=product.unmapped"


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


def keep(client: Client, sku: str, *names: tuple[str | None, str]) -> None:
    ids = [{"platform": "douyin", "shop": shop, "external_id": id_} for shop, id_ in names]
    made = client.post("/api/v1/products", {"sku": sku, "name": sku, "ids": ids})
    assert made.status_code == 201, made.json


def test_it_is_told_once_for_a_code_of_a_shop_however_many_orders(
    maker: Client, admin: Client, world: World
) -> None:
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
    publish(maker, admin)
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
