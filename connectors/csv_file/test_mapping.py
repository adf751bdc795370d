"""What a mapping can say, and what it cannot."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.csv_file.conftest import GOOD, HEADER, mapping, read
from connectors.csv_file.mapping import OrderMapping
from connectors.csv_file.suggest import suggest_columns, suggest_mapping
from engine.core.errors import InvalidInput


def test_each_step_of_the_past_can_be_an_event() -> None:
    columns = {"external_id": "no", "created_at": "a", "paid_at": "b", "completed_at": "c"}
    given = mapping({**columns, "amount": "x"}, events="each")
    raw = b"no,a,b,c,x\nA1,2026-11-01,2026-11-02,2026-11-09,5\nA2,2026-11-01,,,5\n"
    events, _, sums = read(raw, given)
    assert [(event.subject, event.type) for event in events] == [
        ("A1", "order.created"),
        ("A1", "order.paid"),
        ("A1", "order.completed"),
        ("A2", "order.created"),
    ]
    first = events[0].data["order"]
    assert (first["status"], "paid_at" in first, "completed_at" in first) == (
        "created",
        False,
        False,
    )
    assert [event.time for event in events[:3]] == sorted(event.time for event in events[:3])
    assert (sums.orders, sums.amounts["CNY"]) == (2, Decimal("10.00"))


def test_own_fields_identities_and_fees_find_their_place() -> None:
    also = [
        {"to": "fields.导购", "column": "guide"},
        {"to": "identity.member_id", "column": "member"},
        {"to": "identity.phone", "column": "phone"},
        {"to": "fee.platform_commission", "column": "fee"},
        {"to": "adjustment.platform_coupon", "column": "coupon", "join": "sum"},
        {"to": "line.is_gift", "column": "gift"},
        {"to": "kind", "column": "kind"},
    ]
    head = HEADER + ",guide,member,phone,fee,coupon,gift,kind\n"
    row = GOOD + ",秦晴,M7,138****0001,-1.50,{},{},预售\n"
    raw = head + row.format("5", "否") + row.format("2.5", "是")
    (event,), errors, _ = read(raw.encode(), mapping(also=also))
    order = event.data["order"]
    assert errors == []
    assert order["fields"] == {"导购": "秦晴"}
    assert order["identities"] == [{"kind": "member_id", "value": "M7"}]
    assert order["fees"] == [{"type": "platform_commission", "amount": "1.50"}]
    assert order["adjustments"] == [
        {"type": "platform_coupon", "amount": "7.50", "bearer": "platform"}
    ]
    assert [line["is_gift"] for line in order["lines"]] == [False, True]
    assert order["kind"] == "presale"


@pytest.mark.parametrize(
    "given",
    [
        {"columns": []},
        {"columns": [{"to": "amount", "column": "x"}]},
        {"columns": [{"to": "external_id", "column": "x"}, {"to": "external_id", "column": "y"}]},
        {"columns": [{"to": "external_id", "column": "x"}, {"to": "nothing", "column": "y"}]},
        {"columns": [{"to": "external_id", "column": "x", "join": "sum"}]},
        {"columns": [{"to": "external_id", "column": "x"}], "zone": "Mars/Olympus"},
        {"columns": [{"to": "external_id", "column": "x"}], "statuses": {"a": "b"}},
    ],
)
def test_a_mapping_that_cannot_work_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OrderMapping.model_validate(given)


def test_nothing_is_suggested_for_names_nobody_knows() -> None:
    assert suggest_columns(["甲", "乙"]) == ()
    with pytest.raises(InvalidInput):
        suggest_mapping(["甲", "商品名称"])
    known = {
        column.to: column.column
        for column in suggest_columns(["Order ID", "金额(元)", "实付金额(元)"])
    }
    assert known == {"external_id": "Order ID", "amount": "实付金额(元)"}
