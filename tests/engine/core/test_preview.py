"""The preview of expressions on a sample: values, rows with their answers, faults in place."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.core.preview import MOST_SAID, preview, typed_names

AMOUNT = {"type": "number", "x-money": True}
SCHEMA = {
    "type": "object",
    "properties": {
        "order": {
            "type": "object",
            "properties": {
                "amount": AMOUNT,
                "paid_at": {"type": "string", "format": "date-time"},
                "lines": {
                    "type": "array",
                    "items": {"type": "object", "properties": {"price": AMOUNT}},
                },
            },
        },
        "customer": {"type": "object", "properties": {"level": {"type": ["string", "null"]}}},
    },
}
SAMPLE = {
    "order": {
        "amount": "620.00",
        "paid_at": "2026-11-11T10:00:00+08:00",
        "lines": [{"price": "310.00"}, {"price": 310}],
    },
    "customer": {"level": "gold"},
}
NAMES = typed_names(SCHEMA, SAMPLE)


def test_a_samples_texts_become_what_the_schema_says() -> None:
    assert NAMES["order"]["amount"] == Decimal("620.00")
    assert NAMES["order"]["lines"][0]["price"] == Decimal("310.00")
    assert NAMES["order"]["paid_at"].isoformat() == "2026-11-11T02:00:00+00:00"
    odd = typed_names(SCHEMA, {"order": {"amount": "many"}, "more": 0.1})
    assert odd == {"order": {"amount": "many"}, "more": Decimal("0.1")}


@pytest.mark.parametrize(
    ("kind", "asked", "said", "found"),
    [
        ("expression", "order.amount * 2", "1240.00", "number"),
        ("expression", "customer.level", "gold", "text"),
        ("expression", "order.amount > 500", "true", "boolean"),
        ("expression", "order.paid_at", "2026-11-11T10:00:00+08:00", "time"),
        ("template", "实付 {{ order.amount }} 元", "实付 620.00 元", "text"),
        ("template", "没有公式", "没有公式", "text"),
    ],
    ids=["sum", "word", "comparison", "moment", "text with a hole", "plain text"],
)
def test_a_text_is_said_with_its_kind(kind: str, asked: str, said: str, found: str) -> None:
    seen = preview(kind, asked, NAMES, SCHEMA)  # type: ignore[arg-type]
    assert (seen.said, seen.kind, seen.problem) == (said, found, None)


def test_each_row_of_a_condition_has_its_value_and_its_answer() -> None:
    rows = {
        "all": [
            {"field": "order.amount", "op": "gt", "value": "500"},
            {"any": [{"field": "customer.level", "op": "eq", "value": "vip"}]},
        ]
    }
    seen = preview("condition", rows, NAMES, SCHEMA)
    assert seen.holds is False
    assert {path: (one.said, one.holds) for path, one in seen.rows} == {
        "/all/0": ("620.00", True),
        "/all/1": ("", False),
        "/all/1/any/0": ("gold", False),
    }


def test_a_row_that_is_not_finished_keeps_no_other_from_its_answer() -> None:
    rows = {"all": [{"field": "", "op": "eq", "value": ""},
                    {"field": "order.amount", "op": "gt", "value": "500"}]}  # fmt: skip
    seen = preview("condition", rows, NAMES, SCHEMA)
    assert seen.holds is None
    assert seen.problem is not None
    assert seen.problem.path == "/all/0/field"
    answers = dict(seen.rows)
    assert answers["/all/0"].problem is not None
    assert answers["/all/1"].holds is True


def test_nothing_asked_for_always_holds() -> None:
    assert preview("condition", None, NAMES, SCHEMA).holds is True
    assert preview("condition", {"all": []}, NAMES, SCHEMA).holds is True


def test_a_fault_says_where_it_stands() -> None:
    seen = preview("expression", "order.amount >", NAMES, SCHEMA)
    assert seen.at == len("order.amount >")
    assert seen.problem is not None
    assert seen.problem.message["zh"].startswith("第 15 个字符")
    inside = preview("template", "好 {{ order.amount + }}", NAMES, SCHEMA)
    assert inside.problem is not None
    assert inside.at is not None


@pytest.mark.parametrize(
    "asked",
    [None, 1, [], {"a": 1}, "(" * 5_000, "1 +" * 3_000, "order.amount ** 9", '"a" > 1', "1/0",
     "[x for x in order]", "\x00", "order.nothing.more", {"all": [{"all": []}]}],
    ids=["nothing", "number", "list", "object", "deep", "long", "power", "kinds", "zero", "loop",
         "control", "unknown", "empty group"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["expression", "condition", "template"])
def test_bad_input_is_a_problem_and_never_an_error(kind: str, asked: object) -> None:
    seen = preview(kind, asked, NAMES, SCHEMA)  # type: ignore[arg-type]
    assert seen.problem is not None or seen.kind is not None


def test_a_long_value_is_cut() -> None:
    seen = preview("expression", "word", {"word": "长" * 2_000})
    assert (len(seen.said), seen.is_cut) == (MOST_SAID, True)
