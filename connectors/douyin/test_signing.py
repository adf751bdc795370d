"""Signatures against values that were published or made by others."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from connectors.douyin.signing import is_signed, sign, write_params, write_timestamp


def test_the_sample_of_the_platforms_calling_guide() -> None:
    # "API 调用指南": key, secret, parameters and time as printed there; the HMAC as public clients
    # of the platform check it.
    params = {"size": "20", "page": "0"}
    made = sign(
        "6844048284663924231",
        "749698a6-fcb3-4358-b241-ec1d93cf9c1f",
        "product.list",
        write_params(params),
        "2020-07-05 22:33:59",
    )
    assert made == "a84fc5747114e63196565192a19f80d9d78819b8c8f5940eeb282bf78260901d"


def test_a_vector_of_another_client_with_nested_parameters() -> None:
    written = write_params(
        {"z": 1.0, "nested": {"汉": "<&", "a": True}, "a": [3, {"b": 2, "a": 1}]}
    )
    assert written == '{"a":[3,{"a":1,"b":2}],"nested":{"a":true,"汉":"<&"},"z":1}'
    made = sign(
        "1234567890123456789", "contract-app-secret", "order.searchList", written, "1667899926"
    )
    assert made == "cfb0c61c20926f758e13f4bd3d59a0de0e22f3c6059f1045cae36e6cea2bd417"


def test_accents_emoji_and_html_stay_as_they_are() -> None:
    assert write_params({"plain_text": "&<>='/ô汉😀"}) == '{"plain_text":"&<>=\'/ô汉😀"}'


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_json_is_not_signed(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_params({"a": value})


def test_time_is_written_in_beijing() -> None:
    assert write_timestamp(datetime(2026, 12, 31, 16, 0, 1, tzinfo=UTC)) == "2027-01-01 00:00:01"


def test_pushes_are_accepted_with_either_signature() -> None:
    key, secret, body = "fixed-app", "fixed-secret", b"body"
    hmac_made = "382c11208cd1f85f08f12c576fa0f80fd8482203d56894a3aab0b188cf2049da"
    md5_made = hashlib.md5(b"fixed-appbodyfixed-secret", usedforsecurity=False).hexdigest()
    assert md5_made == "52ffa83d0da319aa6394a013350c7556"
    for given in (hmac_made, md5_made, md5_made.upper()):
        assert is_signed(key, secret, body, given)
        assert not is_signed(key, secret, body + b" ", given)
        assert not is_signed(key, "another", body, given)
    for given in ("", "0" * 32, "0" * 64, "签名", hmac_made[:-1]):
        assert not is_signed(key, secret, body, given)
