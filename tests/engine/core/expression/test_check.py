"""What is said about an expression before it runs."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.expression import check, language_catalog, parse
from engine.core.expression.schema import follow, place

SCHEMA: dict[str, Any] = {
    "type": "object",
    "$defs": {
        "money": {"type": "string", "format": "decimal", "title": "金额"},
        "line": {
            "type": "object",
            "properties": {"price": {"$ref": "#/$defs/money"}, "title": {"type": "string"}},
        },
        "loop": {"$ref": "#/$defs/loop"},
    },
    "properties": {
        "order": {
            "type": "object",
            "properties": {
                "amount": {"$ref": "#/$defs/money", "x-title": {"zh": "实付金额", "en": "paid"}},
                "channel": {"enum": ["douyin", "tmall"]},
                "paid_at": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
                "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
                "extra": {"type": "object"},
            },
        },
        "customer": {
            "allOf": [
                {"properties": {"age": {"type": "integer"}}},
                {"properties": {"tags": {"type": "array", "items": {"type": "string"}}}},
            ],
            "properties": {"vip": {"type": "boolean"}},
        },
        "vars": {"type": "object", "additionalProperties": {"type": "number"}},
        "loop": {"$ref": "#/$defs/loop"},
        "exact": {"type": "string", "pattern": r"^-?\d{1,18}(\.\d{1,8})?$"},
    },
}


@pytest.mark.parametrize(
    "source",
    [
        "order.amount > 500 and order.channel in ['douyin', 'tmall']",
        "order.paid_at > $now - t'P30D'",
        "order.extra.anything.at.all == 1 and order.extra.x == 'a'",
        "vars.whatever + 1 > 2",
        "customer.age > 18 and customer.vip == true and 'x' in customer.tags",
        "$sum([l.price for l in order.lines if l.title.length > 1]) > 5",
        "order.lines[0].price > 5",
        "loop.x.y == 1",
        "exact > 5",
        "order.amount == null or order.channel == null",
        "(order.amount ?? 0) > 1",
        "order.amount.round(1) > 0 and order.channel.starts_with('d')",
        "order.paid_at.hour > 5 and order.lines.length > 1",
    ],
)
def test_nothing_to_say(source: str) -> None:
    assert check(source, SCHEMA) == []


@pytest.mark.parametrize(
    ("source", "code", "zh", "en"),
    [
        ("order.amuont > 5", "unknown_name", "，是否想写“amount”？", "order.amuont"),
        ("ordr.amount > 5", "unknown_name", "是否想写“order”", 'did you mean "order"'),
        ("order.lines[0].prize > 5", "unknown_name", "是否想写“price”", "prize"),
        ("[l.prize for l in order.lines] == []", "unknown_name", "prize", "prize"),
        ("order.amount == '500'", "kinds_differ", "数字与文字", "a number cannot be used"),
        ("order.channel > 5", "kinds_differ", "文字与数字", "text"),
        ("order.paid_at < '2026-01-01'", "kinds_differ", "时间与文字", "time"),
        ("order.channel in [1, 2]", "kinds_differ", "文字与数字", "text"),
        ("5 in customer.tags", "kinds_differ", "数字与文字", "number"),
        ("order.amount + 'x' == 1", "kinds_differ", "数字与文字", "number"),
        ("order.channel * 2 > 1", "wrong_kind", "应为数字", "expected a number"),
        ("order.amount =~ 'x'", "wrong_kind", "应为文字", "expected text"),
        ("5 in order.amount", "wrong_kind", "应为列表", "expected a list"),
        ("order.amount.nothing == 1", "unknown_name", "数字没有“nothing”", "a number has no"),
        ("[x for x in order.amount] == []", "wrong_kind", "应为列表", "expected a list"),
        ("-order.channel == 1", "wrong_kind", "应为数字", "a number"),
        ("order.lines['a'] == 1", "unknown_name", "列表没有“a”", "a list has no"),
        ("order.amount >", "invalid_expression", "没有写完", "not finished"),
    ],
)  # fmt: skip
def test_faults_are_named(source: str, code: str, zh: str, en: str) -> None:
    (problem,) = check(source, SCHEMA)
    assert problem.code == code
    assert zh in problem.message["zh"]
    assert en in problem.message["en"]
    assert "第 " in problem.message["zh"]


def test_rows_are_checked_too() -> None:
    rows = {"all": [{"field": "order.amount", "op": "gt", "value": "many"}]}
    (problem,) = check(rows, SCHEMA)
    assert problem.path == "/all/0/value"
    rows = {"all": [{"field": "order.nothing", "op": "eq", "value": "x"}]}
    (problem,) = check(rows, SCHEMA)
    assert problem.code == "unknown_name"


def test_without_a_schema_only_the_text_is_checked() -> None:
    assert check("anything.goes > 5") == []
    assert check("'a' > 5")[0].code == "kinds_differ"


@pytest.mark.parametrize(
    ("names", "known", "status"),
    [
        (["order", "amount"], 2, "known"),
        (["order", "extra", "x"], 2, "open"),
        (["order", "x", "y"], 1, "unknown"),
        (["vars", "any"], 2, "known"),
        (["customer", "age"], 2, "known"),
    ],
)
def test_places(names: list[str], known: int, status: str) -> None:
    assert follow(place(SCHEMA), names)[:2] == (known, status)


def test_the_catalog_names_only_what_the_language_has() -> None:
    catalog = language_catalog()
    for function in catalog["functions"]:
        first = "$abs" if function["name"] in ("$map", "$filter") else "[]"
        more = ", []" * (function["arguments"][0] - 1)
        assert parse(f"{function['name']}({first}{more})")
    for value in catalog["values"]:
        assert parse(value["name"])
    for members in catalog["members"].values():
        for member in members:
            called = "(1)" if "arguments" in member else ""
            assert parse(f"x.{member['name']}{called}")
