from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.core.errors import GiveUp
from engine.core.node import Done
from nodes.set_fields.node import NODE, Config
from tests.conformance.kit import TestContext


def rounded(value: Any, places: int, mode: str) -> Any:
    config = Config.model_validate(
        {
            "fields": [
                {"name": "x", "value": "{{ vars.x }}", "round": {"places": places, "mode": mode}}
            ]
        }
    )
    done = NODE.run(config, TestContext(names={"vars": {"x": value}}))
    assert isinstance(done, Done)
    return done.sets["x"]


@pytest.mark.parametrize(
    ("value", "places", "mode", "expected"),
    [
        ("2.345", 2, "half_up", "2.35"),
        ("2.345", 2, "half_even", "2.34"),
        ("2.349", 2, "down", "2.34"),
        ("-2.345", 2, "half_up", "-2.35"),
        ("-2.349", 2, "down", "-2.34"),
        ("62", 2, "half_up", "62.00"),
        ("123456789012345678901234567890.125", 2, "half_up", "123456789012345678901234567890.13"),
    ],
)
def test_rounding_is_exact(value: str, places: int, mode: str, expected: str) -> None:
    assert str(rounded(Decimal(value), places, mode)) == expected


def test_nothing_stays_nothing() -> None:
    assert rounded(None, 2, "half_up") is None


@pytest.mark.parametrize(
    "value", ["12", True, [1], Decimal("Infinity"), Decimal("NaN"), Decimal("1e50")]
)
def test_what_is_no_number_cannot_be_rounded(value: Any) -> None:
    with pytest.raises(GiveUp) as caught:
        rounded(value, 2, "half_up")
    assert caught.value.code in ("not_a_number", "expression")


def test_a_variable_set_twice_is_refused() -> None:
    assert NODE.check is not None
    config = Config.model_validate({"fields": [{"name": "a"}, {"name": "b"}, {"name": "a"}]})
    assert [(one.path, one.code) for one in NODE.check(config)] == [("/fields/2/name", "duplicate")]
