"""Masking shows enough to recognise somebody and no more."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.customers.masking import (
    mask_address,
    mask_email,
    mask_id_card,
    mask_name,
    mask_phone,
    mask_text,
)

CARD = "6222020000000000000"  # invented, with a right check digit


@pytest.mark.parametrize(
    ("shown", "masked"),
    [
        ("13812345678", "138****5678"),
        ("+8613812345678", "138****5678"),
        ("+86 138 1234 5678", "138****5678"),
        ("138-1234-5678", "138****5678"),
        ("138****5678", "138****5678"),
        ("010-88886666", "010******66"),
        ("+8657188886666", "0571******66"),
        ("+442079460958", "4420******58"),
        ("12345", "*****"),
        ("", ""),
    ],
)
def test_phone(shown, masked):
    assert mask_phone(shown) == masked


def test_the_others():
    assert mask_id_card("11010519491231002X") == "110***********002X"
    assert mask_id_card("12345") == "*****"
    assert mask_name("林晚秋") == "林**"
    assert mask_name("Mary Ann Lee") == "M*** A** L**"
    assert mask_name("") == ""
    assert mask_email("lin.wanqiu@example.com") == "li***@example.com"
    assert mask_email("lin@example.com") == "l***@example.com"
    assert mask_email("l@example.com") == "***@example.com"
    assert mask_email("nonsense") == "********"


@pytest.mark.parametrize(
    ("shown", "masked"),
    [
        ("浙江省杭州市西湖区文三路100号", "浙江省杭州市西湖区****"),
        ("北京市朝阳区建国路88号院5号楼", "北京市朝阳区****"),
        ("上海浦东新区张江路1号", "上海浦东新区****"),
        ("内蒙古自治区锡林郭勒盟东乌珠穆沁旗1号", "内蒙古自治区锡林郭勒盟东乌珠穆沁旗****"),
        ("浙江省义乌市小商品市场A区3号", "浙江省义乌市****"),
        ("文三路锦绣小区5号楼", "文三路****"),
        ("12 Some Street, Springfield", "12 Som****"),
        ("", ""),
    ],
)
def test_address(shown, masked):
    assert mask_address(shown) == masked


def test_free_text():
    text = (
        "打13812345678或138 1234 5678,座机0571-88886666,证号11010519491231002X,"
        f"邮箱lin.wanqiu@example.com,卡号{CARD},微信wx13812345678"
    )
    assert mask_text(text) == (
        "打138****5678或138****5678,座机0571-******66,证号110***********002X,"
        "邮箱li***@example.com,卡号***************0000,微信wx138****5678"
    )


def test_full_width_digits_are_masked_too():
    wide = "13812345678".translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    assert mask_text(f"电话{wide}。") == "电话138****5678。"


@pytest.mark.parametrize(
    "kept",
    [
        "订单6921001100230045什么时候发",
        "订单4781320682406083640",
        "110105194913310021",  # eighteen digits, no birthday
        "金额13812.50元,2026-11-11 20:00:05",
        "运单SF0000000012345",
    ],
)
def test_what_is_no_personal_number_stays(kept):
    assert mask_text(kept) == kept


@given(st.text(alphabet="0123456789 -+@.abX转,。", max_size=80))
def test_masking_free_text_twice_is_masking_once(text):
    once = mask_text(text)
    assert mask_text(once) == once


@given(
    st.text(alphabet="你好,在吗电话 ", max_size=20),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.text(alphabet="。谢谢 ", max_size=20),
)
def test_no_mobile_survives(before, number, after):
    assert not re.search(r"1[3-9][0-9]{9}", mask_text(before + number + after))


def test_a_long_hostile_text_takes_no_time_to_speak_of():
    # Each of these makes a backtracking pattern without bounds take hours.
    for piece in ("a." * 50_000, "1" * 100_000, "0 " * 50_000, "a@" * 50_000, "86 " * 33_000):
        assert len(mask_text(piece + "@")) <= 100_000
