from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from engine.core.triggers import Absent, Count, Listen
from nodes.event.node import NODE, Config


def test_it_listens_to_what_is_configured() -> None:
    config = Config.model_validate(
        {
            "type": "page.viewed",
            "condition": "page.category == '美妆'",
            "count": {"n": 3, "within": "P7D", "key": "page.product_id", "distinct": "page.shop"},
            "absent": {"type": "order.created", "within": "P30D"},
            "connection": "mall",
        }
    )
    assert NODE.start is not None
    assert NODE.start(config) == Listen(
        type="page.viewed",
        condition="page.category == '美妆'",
        count=Count(n=3, within=timedelta(days=7), key="page.product_id", distinct="page.shop"),
        absent=Absent(type="order.created", within=timedelta(days=30)),
        connection="mall",
    )


def test_an_empty_connection_means_every_connection() -> None:
    assert NODE.start is not None
    assert NODE.start(Config(type="order.paid", connection="")) == Listen(type="order.paid")


@pytest.mark.parametrize(
    ("count", "code"),
    [
        ({"n": 3, "consecutive": True}, "consecutive_days"),
        ({"n": 3, "distinct": "order.shop", "distinct_days": True}, "distinct_twice"),
        ({"n": 5, "within": "P3D", "distinct_days": True}, "count_never"),
    ],
)
def test_a_count_that_means_nothing_is_refused(count: dict[str, object], code: str) -> None:
    assert NODE.check is not None
    config = Config.model_validate({"type": "order.paid", "count": count})
    assert [problem.code for problem in NODE.check(config)] == [code]


def test_three_days_in_a_row_within_three_days_is_possible() -> None:
    assert NODE.check is not None
    count = {"n": 3, "within": "P3D", "distinct_days": True, "consecutive": True}
    assert NODE.check(Config.model_validate({"type": "page.viewed", "count": count})) == []


@pytest.mark.parametrize("type_", ["", "*", "Order.paid", "order..paid", "order.*.paid", "order."])
def test_a_malformed_event_type_is_refused(type_: str) -> None:
    with pytest.raises(ValidationError):
        Config(type=type_)


@pytest.mark.parametrize("type_", ["order.paid", "order.*", "refund.shipped_back", "signed_in"])
def test_own_types_and_prefixes_are_accepted(type_: str) -> None:
    assert Config(type=type_).type == type_
