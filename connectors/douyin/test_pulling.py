"""Pulls: windows, pages, records that move while they are read."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from connectors.douyin.conftest import AT, message, push, raw_order, raw_refund
from connectors.douyin.connector import CONNECTOR
from connectors.douyin.pulling import OVERLAP
from engine.core.errors import RetryLater
from engine.core.event_types import validate_data
from tests.wire import NOW, Answer

DAY = 86_400


class Shop:
    """Orders and cases by time of update, listed as the platform lists them."""

    def __init__(self, platform: Any) -> None:
        self.orders: list[dict[str, Any]] = []
        self.refunds: list[dict[str, Any]] = []
        self.before: Any = lambda params: None
        platform.answers["order.searchList"] = self.list_orders
        platform.answers["afterSale.List"] = self.list_refunds

    def list_orders(self, params: dict[str, Any]) -> dict[str, Any]:
        self.before(params)
        assert (params["order_by"], params["order_asc"]) == ("update_time", True)
        start, end = params["update_time_start"], params["update_time_end"]
        return self._page("shop_order_list", self.orders, start, end, params, lambda one: one)

    def list_refunds(self, params: dict[str, Any]) -> dict[str, Any]:
        assert params["order_by"] == ["update_time asc"]
        start, end = params["update_start_time"], params["update_end_time"]
        return self._page(
            "items", self.refunds, start, end, params, lambda one: one["aftersale_info"]
        )

    def _page(
        self, name: str, rows: list[Any], start: int, end: int, params: dict[str, Any], of: Any
    ) -> dict[str, Any]:
        assert start < end
        assert start >= AT - 90 * DAY
        page, size = params["page"], params["size"]
        assert page * size <= 50_000
        assert size <= 100
        found = [row for row in rows if start <= of(row)["update_time"] < end]
        found.sort(key=lambda row: of(row)["update_time"])
        return {"total": len(found), name: found[page * size : (page + 1) * size]}


@pytest.fixture
def shop(platform: Any) -> Shop:
    return Shop(platform)


def pull_all(link: Any, cursor: Any = None, until: Any = NOW, most: int = 2000) -> Any:
    """(events, review, cursor): pulls until there is no more; the cursor passes through JSON."""
    assert CONNECTOR.pull is not None
    events, review, cursor = [], [], cursor or {}
    for _ in range(most):
        page = CONNECTOR.pull(link, json.loads(json.dumps(cursor)), until)
        events += page.events
        review += page.review
        cursor = page.cursor
        if not page.more:
            return events, review, cursor
    raise AssertionError("the pull never ends")


def ids(events: Any) -> set[str]:
    return {event.id for event in events}


def test_an_order_brings_each_milestone_it_has_passed(shop: Shop, link: Any) -> None:
    shop.orders = [raw_order(main_status=3, ship_time=AT - 100, update_time=AT - 100)]
    shop.refunds = [raw_refund(aftersale_status=12, refund_status=3, update_time=AT - 50)]
    events, review, _ = pull_all(link())
    assert [event.type for event in events] == [
        "order.created",
        "order.paid",
        "order.shipped",
        "refund.requested",
        "refund.completed",
    ]
    assert [event.data["order"]["status"] for event in events[:3]] == ["created", "paid", "shipped"]
    assert review == []
    for event in events:
        assert validate_data(event.type, event.data) == []


def test_what_happened_before_the_first_pull_is_no_event(shop: Shop, link: Any) -> None:
    long_ago = raw_order(
        main_status=3,
        create_time=AT - 9 * DAY,
        pay_time=AT - 8 * DAY,
        ship_time=AT - 60,
        update_time=AT - 60,
    )
    shop.orders = [long_ago]
    events, _, _ = pull_all(link())
    assert [event.type for event in events] == ["order.shipped"]
    events, _, _ = pull_all(link(history_days=30))
    assert [event.type for event in events] == ["order.created", "order.paid", "order.shipped"]


def test_the_next_pull_goes_on_from_the_last_and_misses_nothing(shop: Shop, link: Any) -> None:
    shop.orders = [raw_order("61", update_time=AT - 30)]
    first, _, cursor = pull_all(link())
    # Listed late: its time lies before the last pull's end.
    shop.orders.append(raw_order("62", update_time=AT - OVERLAP + 20))
    shop.orders.append(raw_order("63", update_time=AT + 60))
    second, _, cursor = pull_all(link(), cursor, NOW + timedelta(minutes=5))
    assert {"order:62:paid", "order:63:paid"} <= ids(second)
    assert cursor["orders"]["from"] == AT + 300 - OVERLAP
    third, _, _ = pull_all(link(), cursor, NOW + timedelta(minutes=5))
    assert third == []
    assert "order:61:paid" in ids(first)


def test_pages_are_all_read(shop: Shop, link: Any, platform: Any) -> None:
    shop.orders = [raw_order(f"6{n}", update_time=AT - 2000 + n) for n in range(350)]
    events, _, _ = pull_all(link(history_days=1))
    assert len([event for event in events if event.type == "order.paid"]) == 350
    pages = [params["page"] for method, params in platform.calls if method == "order.searchList"]
    assert pages == [0, 3, 2, 1, 0]


def test_orders_that_change_while_they_are_read_are_not_skipped(shop: Shop, link: Any) -> None:
    shop.orders = [raw_order(f"6{n}", update_time=AT - 2000 + n) for n in range(350)]
    moved = iter(range(0, 350, 7))

    def change(params: dict[str, Any]) -> None:
        # Before each page some orders are updated: they leave the window, the others move up.
        for _ in range(8):
            n = next(moved, None)
            if n is not None:
                shop.orders[n]["update_time"] = AT + 10

    shop.before = change
    events, _, cursor = pull_all(link(history_days=1))
    shop.before = lambda params: None
    later, _, _ = pull_all(link(history_days=1), cursor, NOW + timedelta(minutes=1))
    paid = {event.id for event in [*events, *later] if event.type == "order.paid"}
    assert len(paid) == 350


def test_a_window_with_too_many_is_halved(shop: Shop, link: Any, platform: Any) -> None:
    shop.orders = [raw_order(f"6{n}", update_time=AT - 80_000 + n * 6) for n in range(12_000)]
    events, review, _ = pull_all(link(history_days=1))
    assert len({event.id for event in events if event.type == "order.paid"}) == 12_000
    assert review == []
    widths = [
        params["update_time_end"] - params["update_time_start"]
        for method, params in platform.calls
        if method == "order.searchList"
    ]
    assert widths[:2] == [DAY, DAY // 2]


def test_no_window_is_older_than_the_platform_gives(shop: Shop, link: Any, platform: Any) -> None:
    old = {"since": AT - 400 * DAY, "orders": {"from": AT - 400 * DAY, "done": True}}
    pull_all(link(history_days=90), old)
    pull_all(link(history_days=90))
    assert platform.calls


def test_a_record_that_cannot_be_read_stops_no_other(shop: Shop, link: Any) -> None:
    shop.orders = [
        raw_order("61", main_status=77),
        raw_order("62"),
        raw_order("63", pay_amount="?"),
    ]
    shop.refunds = [raw_refund(aftersale_type=99)]
    events, review, _ = pull_all(link())
    assert {event.subject for event in events} == {"62"}
    assert [aside["record"].get("order_id") for aside in review] == ["61", "63", None]


def test_push_and_pull_of_one_change_are_one_event(shop: Shop, link: Any, platform: Any) -> None:
    platform.answers["order.orderDetail"] = {"shop_order_detail": raw_order()}
    shop.orders = [raw_order()]
    assert CONNECTOR.receive is not None
    pushed = CONNECTOR.receive(link(), push(message(100), message(101))).events
    pulled, _, _ = pull_all(link())
    assert ids(pushed) == ids(pulled)
    assert {event.source for event in pushed} == {event.source for event in pulled}


@pytest.mark.parametrize("cursor", [{"since": "x"}, {"orders": 7}, {"orders": {"from": None}}])
def test_a_strange_cursor_begins_anew(shop: Shop, link: Any, cursor: Any) -> None:
    shop.orders = [raw_order()]
    events, _, _ = pull_all(link(), cursor)
    assert "order:6921001100230045:paid" in ids(events)


def test_a_fault_moves_nothing(shop: Shop, link: Any, platform: Any) -> None:
    assert CONNECTOR.pull is not None
    shop.orders = [raw_order()]
    _, _, cursor = pull_all(link(), until=NOW - timedelta(hours=1))
    kept = json.dumps(cursor)
    platform.faults = [Answer(503)]
    with pytest.raises(RetryLater):
        CONNECTOR.pull(link(), cursor, NOW)
    assert json.dumps(cursor) == kept
    events, _, _ = pull_all(link(), cursor)
    assert "order:6921001100230045:paid" in ids(events)
