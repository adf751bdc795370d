"""Fetching what changed: orders and after-sale cases, window by window, page by page.

Sources: platform documents "order.searchList" and "afterSale.List": windows by time of update,
pages from 0, at most 100 a page, orders of the last 90 days. The documents name 50,000 and 10,000
as the most one window gives; one that holds more than the smaller is halved.

The cursor:

    {"since": seconds, "orders": {"from": seconds, "to"?: seconds, "page"?: n}, "refunds": {...}}

`from` is where the next window of a stream begins; `to` and `page` belong to one half read. Pages
are read from the last to the first: a record that changes meanwhile leaves the window, all behind
it move up, and what moves up moves towards pages still to come, so nothing is skipped. Each window
begins a few minutes before the last one ended, for records the platform lists late. Events come
again by that and are the same ones: their ids name record and status.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.douyin.calls import ask
from connectors.douyin.orders import order_events, read_order
from connectors.douyin.refunds import read_refund, refund_events
from connectors.douyin.values import Unreadable, items, whole
from engine.core.connector import Link, Page
from engine.core.event import Event
from engine.core.text import text

SIZE = 100
MOST = 10_000  # records of one window
LAST_PAGE = 499  # 50,000 records; beyond that the platform refuses
OLDEST = timedelta(days=90) - timedelta(hours=1)
OVERLAP = 300  # seconds
DAY = 86_400


@dataclass(frozen=True, slots=True)
class _Stream:
    name: str
    method: str
    found_in: str
    params: Callable[[int, int], dict[str, Any]]
    events: Callable[[Link, Mapping[str, Any], datetime], Iterable[Event]]


def _orders(link: Link, raw: Mapping[str, Any], since: datetime) -> Iterable[Event]:
    record = read_order({"shop_id": link.credentials.shop_id, **raw})
    return list(order_events(record, link.key, since))


def _refunds(link: Link, raw: Mapping[str, Any], since: datetime) -> Iterable[Event]:
    record = read_refund(raw, link.credentials.shop_id)
    return list(refund_events(record, link.key, since))


STREAMS = (
    _Stream(
        "orders",
        "order.searchList",
        "shop_order_list",
        lambda start, end: {
            "update_time_start": start,
            "update_time_end": end,
            "order_by": "update_time",
            "order_asc": True,
        },
        _orders,
    ),
    _Stream(
        "refunds",
        "afterSale.List",
        "items",
        lambda start, end: {
            "update_start_time": start,
            "update_end_time": end,
            "order_by": ["update_time asc"],
        },
        _refunds,
    ),
)


def pull(link: Link, cursor: Mapping[str, Any], until: datetime) -> Page:
    """One page of one stream; `more` until both have come up to `until`.

    Only what happened since the first pull began counts: an order from long ago that is shipped
    today brings its shipment, not its payment of then.
    """
    end = int(until.timestamp())
    since = _seconds(cursor.get("since"), end - link.settings.history_days * DAY)
    states = {stream.name: _state(cursor.get(stream.name), since, end) for stream in STREAMS}
    for stream in STREAMS:
        state = states[stream.name]
        if "page" not in state and state["from"] >= end - (OVERLAP if state.get("done") else 0):
            continue
        events, review = _read(link, stream, state, end, datetime.fromtimestamp(since, UTC))
        kept = {"since": since, **states}
        more = any(_is_open(one, end) for one in states.values())
        return Page(events=events, cursor=kept, more=more, review=review)
    return Page(events=(), cursor={"since": since, **states})


def _read(
    link: Link, stream: _Stream, state: dict[str, Any], end: int, since: datetime
) -> tuple[list[Event], list[dict[str, Any]]]:
    """Reads one page and moves `state` on: first page 0 for the count, then from the last down."""
    is_first = "page" not in state
    if is_first:
        state["to"] = min(state.get("to") or end, end)
    start, to = state["from"], state["to"]
    page = 0 if is_first else state["page"]
    params = {**stream.params(start, to), "page": page, "size": SIZE}
    data = ask(link, stream.method, params)
    data = data if isinstance(data, Mapping) else {}
    try:
        total = whole(data, "total")
    except Unreadable:
        total = 0
    if is_first and total > MOST and to - start > 4:
        state["to"] = start + (to - start) // 2
        return [], []
    last = (total - 1) // SIZE if total else 0
    if is_first and last > 0:
        state["page"] = min(last, LAST_PAGE)
        return [], _beyond(params, total) if last > LAST_PAGE else []
    if page > 0:
        state["page"] = page - 1
    else:
        _finish(state, to, end)
    return _translate(link, stream, items(data, stream.found_in), since)


def _finish(state: dict[str, Any], to: int, end: int) -> None:
    state.pop("page", None)
    state.pop("to", None)
    # Whether the platform counts both ends in is not documented; a second twice does no harm.
    state["from"] = to - 1 if to < end else to - OVERLAP
    state["done"] = to >= end


def _translate(
    link: Link, stream: _Stream, raws: list[Mapping[str, Any]], since: datetime
) -> tuple[list[Event], list[dict[str, Any]]]:
    events: list[Event] = []
    review: list[dict[str, Any]] = []
    for raw in raws:
        try:
            events.extend(stream.events(link, raw, since))
        except Unreadable as fault:
            review.append({"reason": fault.reason, "record": raw})
    return events, review


def _beyond(params: Mapping[str, Any], total: int) -> list[dict[str, Any]]:
    reason = text(
        f"几秒内有 {total} 条变动，超出平台一次能返回的数量",
        f"{total} changes within seconds are more than the platform gives",
    )
    return [{"reason": reason, "record": dict(params)}]


def _state(kept: Any, since: int, end: int) -> dict[str, Any]:
    """The place of one stream; what is older than the platform gives is left behind."""
    state = dict(kept) if isinstance(kept, Mapping) else {}
    start = _seconds(state.get("from"), since)
    oldest = end - int(OLDEST.total_seconds())
    if start < oldest:
        return {"from": oldest}
    return {**state, "from": start}


def _is_open(state: Mapping[str, Any], end: int) -> bool:
    return (
        "page" in state or "to" in state or not state.get("done") or state["from"] < end - OVERLAP
    )


def _seconds(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default
