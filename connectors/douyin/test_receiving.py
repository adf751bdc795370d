"""Pushes: who may send them, and what each tag becomes."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from connectors.douyin.conftest import (
    AT,
    KEY,
    ORDER,
    REFUND,
    SECRET,
    SHOP,
    message,
    push,
    raw_order,
    raw_refund,
)
from connectors.douyin.connector import CONNECTOR
from engine.core.connector import Request
from engine.core.errors import InvalidInput, Unauthenticated
from engine.core.event_types import validate_data
from tests.wire import NOW, Answer


def receive(link: Any, request: Request) -> Any:
    assert CONNECTOR.receive is not None
    reply = CONNECTOR.receive(link, request)
    for event in reply.events:
        assert validate_data(event.type, event.data) == []
    return reply


@pytest.fixture
def known(platform: Any) -> Any:
    platform.answers["order.orderDetail"] = {"shop_order_detail": raw_order()}
    platform.answers["afterSale.List"] = {"total": 1, "items": [raw_refund()]}
    return platform


# -- who may send --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [{"event-sign": ""}, {"event-sign": "0" * 64}, {"event-sign": "0" * 32}, {"app-id": "1"}],
)
def test_a_wrong_signature_is_refused(link: Any, changed: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        receive(link(), push(message(100), **changed))
    with pytest.raises(Unauthenticated):
        receive(link(), push(message(100), secret="another"))
    good = push(message(100))
    with pytest.raises(Unauthenticated):
        receive(link(), Request("POST", "/", {}, good.headers, good.body + b" ", NOW))
    with pytest.raises(Unauthenticated):
        receive(link(), Request("POST", "/", {}, {}, good.body, NOW))


def test_the_older_signature_is_accepted_too(link: Any) -> None:
    body = b'[{"tag":"0","msg_id":"0","data":"2026-11-11T00:00:00+08:00"}]'
    md5 = hashlib.md5(KEY.encode() + body + SECRET.encode(), usedforsecurity=False).hexdigest()
    reply = receive(link(), push(raw=body, **{"event-sign": md5}))
    assert (reply.status, json.loads(reply.body)) == (200, {"code": 0, "msg": "success"})
    assert (reply.events, reply.review) == ([], [])


@pytest.mark.parametrize("raw", [b"", b"[", b"\xff\xfe", b'[{"tag":1}' + b"]" * 3])
def test_a_body_that_is_no_json_is_refused(link: Any, raw: bytes) -> None:
    with pytest.raises(InvalidInput):
        receive(link(), push(raw=raw))


@pytest.mark.parametrize(
    "bad",
    [
        "text",
        7,
        None,
        {},
        {"tag": None, "data": {}},
        {"tag": "many", "data": {}},
        {"tag": 100},
        {"tag": 100, "data": "{"},
        {"tag": 100, "data": []},
        {"tag": 999, "data": {}},
        {"tag": 104, "data": {"p_id": 1}},
        {"tag": 100, "data": {"p_id": 1, "shop_id": 999}},
        {"tag": 100, "data": {"p_id": {"a": 1}}},
        {"tag": 206, "data": {"aftersale_id": "?"}},
    ],
)
def test_a_message_that_cannot_be_read_stops_no_other(known: Any, link: Any, bad: Any) -> None:
    reply = receive(link(), push(bad, message(101)))
    assert [event.type for event in reply.events] == ["order.paid"]
    (aside,) = reply.review
    assert aside["record"] == bad
    assert aside["reason"]["zh"]


# -- what it becomes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "type_"),
    [
        (100, "order.created"),
        (101, "order.paid"),
        (110, "order.paid"),
        (102, "order.shipped"),
        (103, "order.completed"),
        (106, "order.closed"),
    ],
)
@pytest.mark.parametrize("text", [True, False])
def test_order_messages_bring_the_whole_order(
    known: Any, link: Any, tag: int, type_: str, text: bool
) -> None:
    (event,) = receive(link(), push(message(tag, text))).events
    assert event.type == type_
    assert event.id == f"order:{ORDER}:{type_.partition('.')[2]}"
    assert (event.source, event.connection, event.subject) == (f"douyin:{SHOP}", "qinghe", ORDER)
    assert event.data["order"]["status"] == type_.partition(".")[2]
    assert event.data["order"]["amount"] == "128.00"


def test_the_time_is_the_records_where_it_says_so(known: Any, link: Any) -> None:
    paid, closed = receive(link(), push(message(101), message(106, cancel_time=AT - 5))).events
    assert paid.time.timestamp() == AT - 540
    assert closed.time.timestamp() == AT - 5


def test_a_part_shipped_and_the_rest_are_two_events(known: Any, link: Any) -> None:
    part, rest = receive(link(), push(message(108), message(102))).events
    assert (part.type, rest.type) == ("order.shipped", "order.shipped")
    assert (part.id, rest.id) == (f"order:{ORDER}:shipped:partly", f"order:{ORDER}:shipped")


@pytest.mark.parametrize(
    ("tag", "status", "type_", "tail"),
    [
        (200, {}, "refund.requested", ""),
        (224, {}, "refund.requested", ""),
        (201, {"aftersale_status": 12}, "refund.approved", ""),
        (202, {"aftersale_status": 7}, "refund.approved", ""),
        (203, {"aftersale_status": 11}, "refund.shipped_back", ""),
        (204, {"aftersale_status": 27}, "refund.rejected", ":27"),
        (205, {"aftersale_status": 29}, "refund.rejected", ":29"),
        (206, {"aftersale_status": 12, "refund_status": 3}, "refund.completed", ""),
        (207, {"aftersale_status": 28}, "refund.cancelled", ""),
        (211, {"aftersale_status": 3, "aftersale_type": 3}, "refund.received", ""),
    ],
)
def test_refund_messages_bring_the_case_and_its_order(
    known: Any, link: Any, tag: int, status: dict[str, int], type_: str, tail: str
) -> None:
    known.answers["afterSale.List"] = {"items": [raw_refund(**status)]}
    (event,) = receive(link(), push(message(tag, aftersale_id=int(REFUND)))).events
    what = type_.partition(".")[2]
    assert (event.type, event.id) == (type_, f"refund:{REFUND}:{what}{tail}")
    assert event.data["order"]["external_id"] == ORDER
    assert event.data["refund"]["identities"] == event.data["order"]["identities"]
    assert event.data["refund"]["reason"] == "不想要了"


def test_a_refund_counts_only_when_the_money_is_back(known: Any, link: Any) -> None:
    agreed = raw_refund(aftersale_status=12, refund_status=2)
    known.answers["afterSale.List"] = {"items": [agreed]}
    (event,) = receive(link(), push(message(206, aftersale_id=int(REFUND)))).events
    assert event.type == "refund.approved"


def test_each_change_of_a_request_is_an_event_of_its_own(known: Any, link: Any) -> None:
    first = message(208, aftersale_id=int(REFUND))
    again = {**first, "msg_id": "m-later"}
    events = receive(link(), push(first, again, first)).events
    assert [event.type for event in events] == ["refund.requested"] * 3
    assert events[0].id == events[2].id != events[1].id


def test_a_changed_parcel_is_told_without_asking(platform: Any, link: Any) -> None:
    parcel = {"express_company_id": "shunfeng", "logistics_code": "SF1400056781234"}
    (event,) = receive(link(), push(message(104, logistics_msg=parcel, update_time=AT))).events
    assert event.type == "logistics.updated"
    assert event.data["logistics"]["tracking_number"] == "SF1400056781234"
    assert platform.calls == []


def test_what_changes_nothing_of_ours_is_only_acknowledged(platform: Any, link: Any) -> None:
    tags = [105, 109, 111, 112, 113, 126, 209, 212, 216, 218, 226, 400, 417]
    reply = receive(link(), push(*(message(tag) for tag in tags)))
    assert (reply.events, reply.review, platform.calls) == ([], [], [])
    assert json.loads(reply.body) == {"code": 0, "msg": "success"}


def test_the_same_push_again_makes_the_same_events(known: Any, link: Any) -> None:
    request = push(message(100), message(101), message(200, aftersale_id=int(REFUND)))
    first, second = receive(link(), request), receive(link(), request)
    assert first.events == second.events
    assert len({event.id for event in first.events}) == 3


def test_one_order_is_asked_for_once_in_a_push(known: Any, link: Any) -> None:
    receive(link(), push(message(100), message(101), message(102)))
    assert known.methods() == ["token.create", "order.orderDetail"]


# -- when the platform does not answer -----------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [Answer(drop=True), Answer(503), {"code": 60000, "sub_code": "isv.traffic-limited"}],
    ids=["dropped", "down", "limited"],
)
def test_without_details_the_push_is_still_acknowledged(known: Any, link: Any, fault: Any) -> None:
    known.faults = [fault]
    parcel = {"logistics_code": "SF1"}
    request = push(
        message(101),
        message(103),
        message(200, aftersale_id=int(REFUND), apply_time=AT, refund_amount=500, s_id=1),
        message(206, aftersale_id=int(REFUND)),
        message(104, logistics_msg=parcel),
    )
    reply = receive(link(), request)
    assert json.loads(reply.body) == {"code": 0, "msg": "success"}
    assert [event.type for event in reply.events] == ["refund.requested", "logistics.updated"]
    assert [aside["record"]["tag"] for aside in reply.review] == ["101", "103", "206"]
    # Asked in vain once, it is not asked again: the platform waits for our answer.
    assert known.methods() == ["token.create", "order.orderDetail"]


def test_one_order_that_cannot_be_had_stops_no_other(known: Any, link: Any) -> None:
    known.faults = [{"code": 50002, "sub_code": "isv.business-failed:1", "sub_msg": "订单不存在"}]
    other = message(101, p_id=6921001100239999)
    reply = receive(link(), push(other, message(101)))
    assert [event.subject for event in reply.events] == [ORDER]
    assert "订单不存在" in reply.review[0]["reason"]["zh"]


def test_details_can_be_left_to_the_pull(known: Any, link: Any) -> None:
    request = push(
        message(101),
        message(200, aftersale_id=int(REFUND), apply_time=AT, refund_amount=500),
        message(206, aftersale_id=int(REFUND)),
    )
    reply = receive(link(enrich=False), request)
    assert [event.type for event in reply.events] == ["refund.requested"]
    assert (reply.review, known.calls) == ([], [])
