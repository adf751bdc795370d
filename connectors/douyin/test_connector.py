"""The Douyin connector at the wire: tokens, errors, actions, and what orders become."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.douyin.calls import ask
from connectors.douyin.conftest import KEY, SECRET, SHOP, raw_order
from connectors.douyin.connector import CONNECTOR
from connectors.douyin.forms import DouyinCredentials, ShipOrder
from connectors.douyin.orders import STATUS, read_order
from connectors.douyin.values import Unreadable
from engine.core.connector import Call
from engine.core.errors import GiveUp, RetryLater
from engine.core.event_types import EVENT_TYPES, validate_data
from engine.core.records import Order
from engine.core.records.trade import Refund
from tests.wire import Answer

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.json"))


@pytest.fixture
def run(link: Any) -> Any:
    def run(action: str, args: dict[str, Any], key: str = "eff_1_abc", to: Any = None) -> Any:
        found = CONNECTOR.action(action)
        assert found is not None
        return found.run(to or link(), Call(found.input.model_validate(args), key))

    return run


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recorded_exchange_is_sent_and_read_the_same_way(
    path: Path, run: Any, wire: Any, platform: Any
) -> None:
    recorded = json.loads(path.read_text(encoding="utf-8"))
    platform.faults = [recorded["response"]]
    assert run(recorded["action"], recorded["args"]) == recorded["output"]
    assert wire.last.path.split("?")[0] == recorded["request"]["path"]
    assert wire.last.body.decode() == recorded["request"]["body"]
    for record in [recorded["output"].get("order")] if "order" in recorded["output"] else []:
        Order.model_validate(record)
    for record in recorded["output"].get("refunds", []):
        Refund.model_validate(record)


# -- tokens --------------------------------------------------------------------------------------


def test_a_token_is_asked_for_once_and_used_again(platform: Any, link: Any) -> None:
    platform.answers["order.orderDetail"] = {}
    shop = link()
    for _ in range(3):
        ask(shop, "order.orderDetail", {"shop_order_id": "1"})
    assert platform.methods() == ["token.create", *["order.orderDetail"] * 3]
    assert shop.tokens.kept == {"access_token": "AT-1", "refresh_token": "RT-1"}


def test_an_expired_token_is_refreshed_and_the_call_made_again(platform: Any, link: Any) -> None:
    platform.answers["order.orderDetail"] = {}
    shop = link()
    ask(shop, "order.orderDetail", {"shop_order_id": "1"})
    platform.end_tokens()
    platform.calls.clear()
    ask(shop, "order.orderDetail", {"shop_order_id": "1"})
    assert platform.methods() == ["order.orderDetail", "token.refresh", "order.orderDetail"]
    assert shop.tokens.kept == {"access_token": "AT-2", "refresh_token": "RT-2"}


def test_a_used_up_refresh_token_falls_back_to_the_authorisation(platform: Any, link: Any) -> None:
    platform.answers["order.orderDetail"] = {}
    shop = link()
    shop.tokens.kept = {"access_token": "old", "refresh_token": "used up"}
    ask(shop, "order.orderDetail", {"shop_order_id": "1"})
    assert platform.methods()[1:3] == ["token.refresh", "token.create"]


def test_a_token_another_worker_got_meanwhile_is_used(platform: Any, link: Any) -> None:
    platform.answers["order.orderDetail"] = {}
    first, second = link(), link()
    ask(first, "order.orderDetail", {"shop_order_id": "1"})
    second.tokens.kept = first.tokens.kept
    platform.end_tokens()
    ask(first, "order.orderDetail", {"shop_order_id": "1"})
    platform.calls.clear()

    class Stale(dict[str, str]):
        """The store as a worker saw it before the other one wrote."""

        reads = 0

        def get(self, name: str, default: Any = None) -> Any:
            self.reads += 1
            return "AT-1" if self.reads == 1 else super().get(name, default)

    second.tokens.kept = Stale(first.tokens.kept)
    ask(second, "order.orderDetail", {"shop_order_id": "1"})
    assert platform.methods() == ["order.orderDetail", "order.orderDetail"]


def test_a_token_that_is_never_accepted_ends_after_one_renewal(platform: Any, link: Any) -> None:
    shop = link()
    refused = {"code": 40003, "sub_code": "isv.access-token-expired", "sub_msg": "已过期"}
    platform.faults = [refused, refused, refused]
    with pytest.raises(GiveUp) as fault:
        ask(shop, "order.orderDetail", {"shop_order_id": "1"})
    assert fault.value.code == "unauthorized"
    assert platform.methods().count("order.orderDetail") == 2


# -- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "sub_code", "kind", "said"),
    [
        (60000, "isv.traffic-limited", RetryLater, ""),
        (60000, "", RetryLater, ""),
        (20000, "isp.service-error:10005", RetryLater, ""),
        (20001, "", RetryLater, ""),
        (90000, "isp.unknown-error", RetryLater, ""),
        (20000, "dop.service-error", RetryLater, ""),
        (50002, "isv.business-failed:2010326", GiveUp, "isv.business-failed"),
        (40004, "isv.parameter-invalid:20012", GiveUp, "isv.parameter-invalid"),
        (30001, "dop.authorization-no-existed", GiveUp, "dop.authorization-no-existed"),
        (70000, "isp.api-service-off", GiveUp, "isp.api-service-off"),
        (30002, "", GiveUp, "code_30002"),
    ],
)
def test_error_codes_say_whether_to_try_again(
    platform: Any, link: Any, code: int, sub_code: str, kind: type[Exception], said: str
) -> None:
    platform.faults = [{"code": code, "sub_code": sub_code, "sub_msg": "平台的话"}]
    with pytest.raises(kind) as fault:
        ask(link(), "order.orderDetail", {"shop_order_id": "1"})
    assert "平台的话" in str(fault.value.message["zh"])
    assert type(fault.value) is kind
    if said:
        assert fault.value.code == said


@pytest.mark.parametrize(
    "answer",
    [Answer(drop=True), Answer(502), Answer(429, headers={"Retry-After": "3"})],
    ids=["dropped", "bad gateway", "limited"],
)
def test_an_answer_that_never_came_is_asked_for_again(
    platform: Any, link: Any, run: Any, answer: Answer
) -> None:
    for action, args in (
        ("get_order", {"order_id": "1"}),
        ("add_remark", {"order_id": "1", "remark": "a"}),
    ):
        platform.faults = [answer]
        with pytest.raises(RetryLater) as fault:
            run(action, args)
        assert type(fault.value) is RetryLater


@pytest.mark.parametrize("body", [b"[]", b"busy", b'{"code":10000', b'"ok"'])
def test_an_answer_that_is_none_is_given_up(platform: Any, run: Any, body: bytes) -> None:
    platform.faults = [Answer(body=body)]
    with pytest.raises(GiveUp) as fault:
        run("get_order", {"order_id": "1"})
    assert fault.value.code == "bad_answer"


def test_no_secret_is_in_an_error(platform: Any, link: Any) -> None:
    shop = link()
    platform.faults = [
        {"code": 40003, "sub_code": "isv.x", "sub_msg": f"{SECRET} AT-1 sign", "msg": SECRET}
    ]
    with pytest.raises(GiveUp) as fault:
        ask(shop, "order.orderDetail", {"shop_order_id": "1"})
    assert SECRET not in str(fault.value.message)
    assert "AT-1" not in str(fault.value.message)
    with pytest.raises(GiveUp) as wrong:
        ask(link(secret="wrong"), "order.orderDetail", {"shop_order_id": "1"})
    assert wrong.value.code == "isv.signature-invalid"


# -- actions -------------------------------------------------------------------------------------


def test_there_may_be_no_such_order(platform: Any, run: Any) -> None:
    platform.answers["order.orderDetail"] = {"shop_order_detail": None}
    assert run("get_order", {"order_id": "1"}) == {"order": None}


def test_a_remark_is_sent_as_text(platform: Any, run: Any) -> None:
    run("add_remark", {"order_id": "69", "remark": "请加急", "star": 5})
    run("add_remark", {"order_id": "69", "remark": "普通"})
    remarks = [params for method, params in platform.calls if method == "order.addOrderRemark"]
    assert remarks == [
        {"order_id": "69", "remark": "请加急", "is_add_star": "true", "star": "5"},
        {"order_id": "69", "remark": "普通"},
    ]


def test_a_shipment_carries_the_same_request_id_every_time(platform: Any, run: Any) -> None:
    platform.answers["order.logisticsAddSinglePack"] = {"pack_id": "88"}
    args = {"order_id": "69", "company_code": "shunfeng", "tracking_number": "SF1"}
    args["lines"] = [{"line": "691", "quantity": 2}]
    assert run("ship_order", args) == {"parcel": "88"}
    run("ship_order", args)
    run("ship_order", args, key="eff_1_other")
    ids = [params["request_id"] for method, params in platform.calls if "Pack" in method]
    assert ids[0] == ids[1] != ids[2]
    assert platform.calls[-1][1]["shipped_order_info"] == [
        {"shipped_order_id": "691", "shipped_num": 2}
    ]


def test_without_lines_all_that_waits_is_shipped(platform: Any, run: Any) -> None:
    waiting = {"order_id": "691", "order_status": 2, "item_num": 3}
    gone = {"order_id": "692", "order_status": 4, "item_num": 1}
    detail = {"shop_order_detail": {"order_id": "69", "sku_order_list": [waiting, gone]}}
    platform.answers["order.orderDetail"] = detail
    platform.answers["order.logisticsAddSinglePack"] = {}
    args = {"order_id": "69", "company_code": "shunfeng", "tracking_number": "SF1"}
    run("ship_order", args)
    assert platform.calls[-1][1]["shipped_order_info"] == [
        {"shipped_order_id": "691", "shipped_num": 3}
    ]
    waiting["order_status"] = 3
    with pytest.raises(GiveUp) as fault:
        run("ship_order", args)
    assert fault.value.code == "nothing_to_ship"


def test_carriers_are_listed(platform: Any, run: Any) -> None:
    platform.answers["order.logisticsCompanyList"] = [
        {"id": 7, "name": "圆通快递", "code": "yuantong"},
        {"id": 8, "name": "无编码"},
    ]
    assert run("list_carriers", {}) == {"carriers": [{"code": "yuantong", "name": "圆通快递"}]}


def test_the_test_button_counts_orders(platform: Any, link: Any) -> None:
    platform.answers["order.searchList"] = {"total": 12, "shop_order_list": []}
    assert "12" in CONNECTOR.test(link())["zh"]


# -- what is filled in ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed", [{"app_key": ""}, {"app_key": "a&b"}, {"shop_id": "店"}, {"app_secret": ""}]
)
def test_credentials_are_complete(changed: dict[str, str]) -> None:
    good = {"app_key": KEY, "app_secret": SECRET, "shop_id": SHOP}
    DouyinCredentials.model_validate(good)
    with pytest.raises(ValidationError):
        DouyinCredentials.model_validate({**good, **changed})
    with pytest.raises(ValidationError):
        ShipOrder.model_validate({"order_id": "69", "company_code": "顺丰", "tracking_number": "1"})


def test_every_sample_event_fits_its_type() -> None:
    for source in CONNECTOR.events:
        assert source.type in EVENT_TYPES
        assert validate_data(source.type, source.sample) == []


# -- orders --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "status"), sorted(STATUS.items()))
def test_every_status_of_the_platform_is_one_of_ours(code: int, status: str) -> None:
    record = read_order(raw_order(main_status=code))
    assert record["status"] == status
    assert ("closed_at" in record) == (status == "closed")
    assert ("completed_at" in record) == (status == "completed")
    Order.model_validate(record)


def test_where_the_costs_do_not_add_up_each_side_bears_its_own() -> None:
    record = read_order(
        raw_order(
            promotion_shop_amount=300,
            promotion_platform_amount=500,
            promotion_talent_amount=200,
            shop_cost_amount=1,
            platform_cost_amount=2,
        )
    )
    assert record["adjustments"] == [
        {"type": "shop_coupon", "amount": "3.00", "bearer": "shop"},
        {"type": "platform_coupon", "amount": "5.00", "bearer": "platform"},
        {"type": "creator_coupon", "amount": "2.00", "bearer": "promoter"},
    ]


def test_deposit_and_balance_are_kept() -> None:
    phases = [
        {"current_phase": 1, "pay_success": True, "phase_pay_amount": 1000},
        {"current_phase": 2, "pay_success": False, "phase_pay_amount": 11800},
    ]
    record = read_order(raw_order(trade_type=2, main_status=103, order_phase_list=phases))
    assert (record["kind"], record["status"]) == ("presale", "created")
    assert record["adjustments"] == [{"type": "deposit", "amount": "10.00", "bearer": "buyer"}]


@pytest.mark.parametrize(
    "changed",
    [
        {"main_status": 77},
        {"order_id": ""},
        {"create_time": 0},
        {"pay_amount": "viel"},
        {"pay_amount": 1.5},
        {"pay_amount": 10**16},
        {"shop_id": None},
        {"create_time": 10**17},
    ],
)
def test_what_cannot_be_read_says_so(changed: dict[str, Any]) -> None:
    with pytest.raises(Unreadable) as fault:
        read_order(raw_order(**changed))
    assert fault.value.reason["zh"]
    assert fault.value.reason["en"]
