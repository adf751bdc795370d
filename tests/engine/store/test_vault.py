"""Sealed values open where they belong and nowhere else; equal values have equal indexes."""

from __future__ import annotations

import pytest

from engine.core.errors import Unavailable
from engine.store.vault import Vault

OLD = Vault("k1", {"k1": bytes(32)}, b"b" * 32)
NEW = Vault("k2", {"k1": bytes(32), "k2": b"2" * 32}, b"b" * 32)


def test_a_value_comes_back_and_is_sealed_differently_each_time() -> None:
    first, second = OLD.seal("13900001234", "main/phone"), OLD.seal("13900001234", "main/phone")
    assert first != second
    assert "1390000" not in first
    assert OLD.open(first, "main/phone") == OLD.open(second, "main/phone") == "13900001234"


def test_a_value_moved_elsewhere_does_not_open() -> None:
    sealed = OLD.seal("x", "main/phone")
    with pytest.raises(Unavailable):
        OLD.open(sealed, "other/phone")


@pytest.mark.parametrize(
    "spoil", [lambda s: s[:-6] + "AAAA==", lambda s: "k9" + s[2:], lambda s: ""]
)
def test_a_spoilt_value_does_not_open(spoil: object) -> None:
    with pytest.raises(Unavailable):
        OLD.open(spoil(OLD.seal("value", "a")), "a")  # type: ignore[operator]


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    assert NEW.open(OLD.seal("x", "a"), "a") == "x"
    assert NEW.seal("x", "a").startswith("k2.")
    with pytest.raises(Unavailable):
        OLD.open(NEW.seal("x", "a"), "a")


def test_blind_indexes_find_equal_values_of_one_kind() -> None:
    assert OLD.blind("1390", "phone") == NEW.blind("1390", "phone")
    assert OLD.blind("1390", "phone") != OLD.blind("1390", "email")
    assert Vault("k1", {}, b"c" * 32).blind("1390", "phone") != OLD.blind("1390", "phone")
