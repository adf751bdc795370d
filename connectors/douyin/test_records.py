"""Records of any shape: canonical and valid, or said to be unreadable, never anything else."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.douyin.conftest import SHOP, raw_order, raw_refund
from connectors.douyin.orders import order_events, read_order
from connectors.douyin.refunds import read_refund, refund_events
from connectors.douyin.values import Unreadable
from engine.core.event_types import validate_data

_LEAF = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=300)
    | st.sampled_from(["", "0", "-", "12", '"34"', "1.5", 10**14, 1794355392])
)
_ANY = st.recursive(
    _LEAF,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def changed(raw: dict[str, Any], at: list[int], value: Any) -> Any:
    """The record with one value somewhere in it replaced."""
    if not at or not isinstance(raw, dict) or not raw:
        return value
    names = sorted(raw)
    name = names[at[0] % len(names)]
    inner = raw[name]
    if isinstance(inner, list) and inner and len(at) > 1:
        return {**raw, name: [changed(inner[0], at[1:], value), *inner[1:]]}
    return {**raw, name: changed(inner, at[1:], value)}


@settings(max_examples=300)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=3), _ANY)
def test_an_order_of_any_shape(at: list[int], value: Any) -> None:
    whole = raw_order(
        promotion_shop_amount=300,
        promotion_platform_amount=500,
        post_amount=800,
        modify_amount=-5,
        main_status_desc="备货中",
        buyer_words="",
        shop_name="青禾旗舰店",
        post_addr={"province": {"name": "浙江省"}},
        order_phase_list=[{"current_phase": 1, "pay_success": True, "phase_pay_amount": 1}],
        seller_remark_stars=1,
        pay_type=2,
    )
    raw = changed(whole, at, value)
    try:
        record = read_order(raw)
    except Unreadable:
        return
    for event in order_events(record, "qinghe"):
        assert validate_data(event.type, event.data) == []


@settings(max_examples=300)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=3), _ANY)
def test_a_refund_of_any_shape(at: list[int], value: Any) -> None:
    whole = raw_refund(reason_second_labels=[{"name": "不想要了"}], return_logistics_code="YT1")
    whole["order_info"]["related_order_info"] = [
        {"sku_order_id": "1", "aftersale_pay_amount": "5", "aftersale_item_num": "1"}
    ]
    raw = changed(whole, at, value)
    try:
        record = read_refund(raw, SHOP)
    except Unreadable:
        return
    for event in refund_events(record, "qinghe"):
        assert validate_data(event.type, event.data) == []
