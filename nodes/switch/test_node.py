from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.core.node import Done
from nodes.switch.node import NODE, Config
from tests.conformance.kit import TestContext


def port_of(value: Any, *wanted: str) -> Any:
    config = Config.model_validate(
        {"value": "vars.value", "cases": [{"id": "yes", "name": "是它", "values": wanted}]}
    )
    done = NODE.run(config, TestContext(names={"vars": {"value": value}}))
    assert isinstance(done, Done)
    return done.port


@pytest.mark.parametrize(
    ("value", "wanted", "port"),
    [
        ("gold", "gold", "yes"),
        ("gold", "Gold", "default"),
        (Decimal("2.00"), "2", "yes"),
        (2, "2.0", "yes"),
        (2, "two", "default"),
        (True, "true", "yes"),
        (True, "是", "yes"),
        (True, "1", "default"),
        (False, "否", "yes"),
        (None, "", "default"),
        ([], "gold", "default"),
        (["silver", "gold"], "gold", "yes"),
        ("", "", "yes"),
    ],
)
def test_values_are_compared_as_what_they_are(value: Any, wanted: str, port: str) -> None:
    assert port_of(value, wanted) == port


def test_a_value_in_two_cases_is_refused_because_the_second_is_never_reached() -> None:
    assert NODE.check is not None
    cases = [
        {"id": "a", "name": "甲", "values": ["x", "y"]},
        {"id": "b", "name": "乙", "values": ["y"]},
    ]
    config = Config.model_validate({"value": "order.channel", "cases": cases})
    assert [(one.path, one.code) for one in NODE.check(config)] == [("/cases/1/values", "overlap")]
