"""Amounts, times, statuses and phone numbers as people write them."""

from __future__ import annotations

import pytest

from connectors.csv_file import cells
from connectors.csv_file.conftest import SHANGHAI


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("58.9", "58.90"),
        ("58", "58.00"),
        ("-12.5", "-12.50"),
        ("1,234.50", "1234.50"),
        ("￥1,234.5", "1234.50"),
        ("¥12", "12.00"),
        ("12.5元", "12.50"),
        ("(12.00)", "-12.00"),
        ("12.50", "12.50"),
        ("158.79999999999998", "158.80"),
        ('="12.5"', "12.50"),
        ("0.125", "0.125"),
        ("--", None),
        ("", None),
        ("NULL", None),
    ],
)
def test_amounts_are_read_as_people_write_them(cell: str, value: str | None) -> None:
    assert cells.read_money(cell) == value


def test_cents_and_decimal_commas_are_the_mappings_choice() -> None:
    assert cells.read_money("12345", "fen") == "123.45"
    assert cells.read_money("1.234,50", "yuan", ",") == "1234.50"
    for cell, unit, mark in (("1.5", "fen", "."), ("1,2,3", "yuan", "."), ("1.2.3", "yuan", ",")):
        with pytest.raises(cells.BadCell):
            cells.read_money(cell, unit, mark)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2026-11-11 00:03:12", "2026-11-10T16:03:12Z"),
        ("2026/11/1 0:03", "2026-10-31T16:03:00Z"),
        ("2026年11月1日 08:03", "2026-11-01T00:03:00Z"),
        ("2026年11月1日 8时3分", "2026-11-01T00:03:00Z"),
        ("2026-11-01 08\uff1a03", "2026-11-01T00:03:00Z"),
        ("2026-11-11", "2026-11-10T16:00:00Z"),
        ("2026-11-11T00:03:12+00:00", "2026-11-11T00:03:12Z"),
        ("2026-11-11 00:03:12 +0800", "2026-11-10T16:03:12Z"),
        ("1794355392", "2026-11-11T00:03:12Z"),
        ("1794355392000", "2026-11-11T00:03:12Z"),
        ("20261111000312", "2026-11-10T16:03:12Z"),
        ("'2026-11-11 00:03:12\t", "2026-11-10T16:03:12Z"),
        ("0000-00-00 00:00:00", None),
        ("-", None),
    ],
)
def test_times_are_read_in_the_zone_of_the_shop(cell: str, value: str | None) -> None:
    assert cells.read_time(cell, SHANGHAI) == value


def test_an_unclear_order_of_day_and_month_needs_a_format() -> None:
    with pytest.raises(cells.BadCell):
        cells.read_time("11/12/2026 08:00", SHANGHAI)
    found = cells.read_time("11/12/2026 08:00", SHANGHAI, "%d/%m/%Y %H:%M")
    assert found == "2026-12-11T00:00:00Z"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("买家已付款\uff0c等待卖家发货", "paid"),
        ("买家已付款,等待卖家发货", "paid"),
        ("交易成功", "completed"),
        ("In Transit", "shipped"),
        ("PAID", "paid"),
        ("Partially Refunded", "paid"),
        ("改约", "closed"),
    ],
)
def test_statuses_are_known_in_two_languages_and_the_mappings_own(word: str, status: str) -> None:
    assert cells.read_status(word, {"改约": "closed"}) == status


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("13800000001", "+8613800000001"),
        ("+86 138-0000-0001", "+8613800000001"),
        ("8613800000001", "+8613800000001"),
        ("+1 (650) 555-0100", "+16505550100"),
        ("138****0001", None),
        ("0571-88880000", None),
        ("", None),
    ],
)
def test_only_a_whole_mobile_number_is_an_identity(written: str, phone: str | None) -> None:
    assert cells.read_phone(written) == phone
