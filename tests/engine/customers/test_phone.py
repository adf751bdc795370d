"""Phone numbers as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.customers.phone import is_mobile, normalise_phone


@pytest.mark.parametrize(
    "written",
    [
        "13900001234",
        " 139 0000 1234 ",
        "139-0000-1234",
        "+86 139 0000 1234",
        "+86-139-0000-1234",
        "(+86)13900001234",
        "86 13900001234",
        "008613900001234",
        "013900001234",
        "+86013900001234",
        "17951 13900001234",
        "1795113900001234",
        "17951+8613900001234",
        "12593 86 13900001234",
        "179110139 0000 1234",
        "\uff11\uff13\uff19\uff10\uff10\uff10\uff10\uff11\uff12\uff13\uff14",  # full width
        "\uff0b\uff18\uff16 139 0000 1234",
        "\u202d139 0000 1234\u202c",  # copied from an address book
        "139\u00a00000\u20111234",
        "手机:13900001234",
        "Tel: 139.0000.1234",
    ],
)
def test_one_mobile_in_many_spellings(written):
    assert normalise_phone(written) == "+8613900001234"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("010-88886666", "+861088886666"),
        ("+86 10 8888 6666", "+861088886666"),
        ("(0571)88886666", "+8657188886666"),
        ("029-8989999", "+86298989999"),
        ("+1 (415) 555-2671", "+14155552671"),
        ("0014155552671", "+14155552671"),
        ("+852 9123 4567", "+85291234567"),
    ],
)
def test_landlines_and_foreign_numbers(written, number):
    assert normalise_phone(written) == number
    assert is_mobile(number) == (not number.startswith("+86"))


@pytest.mark.parametrize(
    "written",
    [
        "", "abc", "12345678901", "1390000123", "139000012345", "138****1234", "13900001234转8066",
        "13900001234-8066", "13900001234,8066", "13900001234 ext 8066", "4008001234", "95588",
        "+86", "+", "00", "+0123456789", "+12345678901234567", "1" * 1000, "一三九00001234",
    ],
)  # fmt: skip
def test_what_is_no_number_of_one_line(written):
    assert normalise_phone(written) == ""


@given(st.text(max_size=70))
def test_normalising_twice_is_normalising_once(written):
    number = normalise_phone(written)
    assert normalise_phone(number) == number


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["", "+86", "0086", "17951"]),
)
def test_every_mobile_is_found(digits, prefix):
    assert normalise_phone(prefix + digits) == f"+86{digits}"
    assert is_mobile(f"+86{digits}")
