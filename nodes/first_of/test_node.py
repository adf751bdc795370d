from __future__ import annotations

from typing import Any

import pytest

from nodes.first_of.node import NODE, Config

EVENT = {"id": "paid", "name": "已付款", "type": "order.paid"}


def problems(other: dict[str, Any]) -> list[tuple[str, str]]:
    assert NODE.check is not None
    config = Config.model_validate({"alternatives": [EVENT, other], "timeout": "P1D"})
    return [(problem.path, problem.code) for problem in NODE.check(config)]


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({"id": "paid", "type": "order.closed"}, [("/alternatives/1/id", "duplicate_port")]),
        ({"id": "timeout", "type": "order.closed"}, [("/alternatives/1/id", "duplicate_port")]),
        ({"id": "b"}, [("/alternatives/1/type", "required")]),
        ({"id": "b", "kind": "time"}, [("/alternatives/1/after", "required")]),
        (
            {"id": "b", "kind": "time", "after": "P1D", "until": "order.paid_at"},
            [("/alternatives/1/after", "required")],
        ),
        ({"id": "b", "kind": "time", "after": "P1D"}, []),
    ],
)
def test_an_alternative_must_be_complete(
    other: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert problems({"name": "另一样", **other}) == found
