"""Condition rows: to text and back, in words, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine.core.errors import InvalidInput
from engine.core.expression import (
    OPERATORS,
    ROWS_SCHEMA,
    compile_condition,
    describe,
    operator_catalog,
    parse,
    rows_to_text,
    text_to_rows,
)

SCHEMA: dict[str, Any] = {
    "properties": {
        "order": {
            "title": "订单",
            "x-title": {"zh": "订单", "en": "order"},
            "properties": {
                "amount": {
                    "type": "string",
                    "x-kind": "money",
                    "x-title": {"zh": "实付金额", "en": "paid amount"},
                },
                "count": {
                    "type": "integer",
                    "x-title": {"zh": "件数", "en": "number of items"},
                    "x-unit": {"zh": "件", "en": "items"},
                },
                "channel": {
                    "type": "string",
                    "x-title": {"zh": "渠道", "en": "channel"},
                    "x-options": {"douyin": {"zh": "抖音", "en": "Douyin"}},
                },
                "paid_at": {
                    "type": "string",
                    "format": "date-time",
                    "x-title": {"zh": "订单付款时间", "en": "order paid time"},
                },
                "gift": {"type": "boolean", "x-title": {"zh": "含赠品", "en": "has a gift"}},
            },
        },
        "customer": {
            "x-title": {"zh": "客户", "en": "customer"},
            "properties": {
                "level": {
                    "title": "会员等级",
                    "oneOf": [
                        {"const": "gold", "title": "金卡"},
                        {"const": "vip", "x-title": {"zh": "贵宾", "en": "VIP"}},
                    ],
                },
                "tags": {
                    "type": "array",
                    "items": {"type": "string"},
                    "x-title": {"zh": "标签", "en": "tags"},
                },
                "code": {"type": "string"},
            },
        },
    }
}


def all_of(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"all": list(rows)}


def row(field: str, op: str, value: Any = None, **more: Any) -> dict[str, Any]:
    found = {"field": field, "op": op, **more}
    return found if value is None else {**found, "value": value}


@pytest.mark.parametrize(
    ("line", "written", "said", "said_en"),
    [
        (row("order.amount", "gt", "500"), "order.amount > 500",
         "订单实付金额 大于 500 元（不含）", "order paid amount is over 500 yuan (not included)"),
        (row("order.amount", "ge", "500.00"), "order.amount >= 500.00",
         "订单实付金额 达到 500.00 元（含）", "order paid amount reaches 500.00 yuan (included)"),
        (row("order.amount", "between", ["100", "200"]),
         "(order.amount >= 100 and order.amount <= 200)",
         "订单实付金额 在 100 元 到 200 元 之间（含两端）",
         "order paid amount is between 100 yuan and 200 yuan (both included)"),
        (row("order.count", "le", 3), "order.count <= 3",
         "订单件数 不超过 3 件（含）", "order number of items is at most 3 items (included)"),
        (row("order.channel", "eq", "douyin"), 'order.channel == "douyin"',
         "订单渠道 等于 抖音", "order channel is Douyin"),
        (row("customer.level", "in", ["gold", "vip"]), 'customer.level in ["gold", "vip"]',
         "客户会员等级 是 金卡、贵宾 之一", "customer 会员等级 is one of 金卡, VIP"),
        (row("customer.tags", "contains", "老客"), '"老客" in customer.tags',
         "客户标签 包含 “老客”", 'customer tags contains "老客"'),
        (row("customer.tags", "not_contains", "老客"), '"老客" not in customer.tags',
         "客户标签 不包含 “老客”", 'customer tags does not contain "老客"'),
        (row("order.paid_at", "within_last", "P30D"), 'order.paid_at >= $now - t"P30D"',
         "订单付款时间 在最近 30 天 内", "order paid time is within the last 30 days"),
        (row("order.paid_at", "not_within_last", "PT1H30M"),
         'not (order.paid_at >= $now - t"PT1H30M")',
         "订单付款时间 不在最近 1 小时 30 分钟 内（从未发生也算）",
         "order paid time is not within the last 1 hour 30 minutes (or never was)"),
        (row("order.paid_at", "before", "2026-11-11"), 'order.paid_at < d"2026-11-11"',
         "订单付款时间 早于 2026-11-11（不含）",
         "order paid time is before 2026-11-11 (not included)"),
        (row("order.paid_at", "ge", "2026-11-11T20:00:00+08:00"),
         'order.paid_at >= d"2026-11-11T20:00:00+08:00"',
         "订单付款时间 不早于 2026-11-11 20:00（含）",
         "order paid time is not before 2026-11-11 20:00 (included)"),
        (row("order.gift", "eq", True), "order.gift == true", "订单含赠品 等于 是",
         "order has a gift is yes"),
        (row("customer.code", "starts_with", 'A"1'), 'customer.code.starts_with("A\\"1")',
         "customer.code 以 “A\"1” 开头", 'customer.code starts with "A"1"'),
        (row("customer.code", "matches", r"^\d+$"), r'customer.code =~~ "^\\d+$"',
         r"customer.code 符合格式 “^\d+$”", r'customer.code matches the pattern "^\d+$"'),
        (row("customer.code", "is_not_empty"), "not customer.code.is_empty",
         "customer.code 不为空", "customer.code is not empty"),
        (row("customer.code", "eq", "007"), 'customer.code == "007"', "customer.code 等于 “007”",
         'customer.code is "007"'),
        (row("order.amount", "gt", {"field": "order.count"}), "order.amount > order.count",
         "订单实付金额 大于 订单件数（不含）",
         "order paid amount is over order number of items (not included)"),
        (row('order["a b"]', "eq", "x"), 'order["a b"] == "x"', 'order["a b"] 等于 “x”',
         'order["a b"] is "x"'),
        (row("order.paid_at.hour", "ge", "22"), "order.paid_at.hour >= 22",
         "order.paid_at.hour 达到 22（含）", "order.paid_at.hour reaches 22 (included)"),
    ],
)  # fmt: skip
def test_one_row(line: dict[str, Any], written: str, said: str, said_en: str) -> None:
    rows = all_of(line)
    Draft202012Validator(ROWS_SCHEMA).validate(rows)
    assert rows_to_text(rows, SCHEMA) == written
    assert describe(rows, SCHEMA) == said
    assert describe(rows, SCHEMA, "en") == said_en
    back = text_to_rows(written)
    assert back is not None
    assert rows_to_text(back) == written


def test_groups_in_words() -> None:
    rows = {
        "all": [
            row("order.amount", "gt", "500"),
            {"any": [row("order.channel", "eq", "douyin"), row("customer.tags", "is_empty")]},
        ]
    }
    text = 'order.amount > 500 and (order.channel == "douyin" or customer.tags.is_empty)'
    assert rows_to_text(rows, SCHEMA) == text
    assert describe(rows, SCHEMA) == (
        "订单实付金额 大于 500 元（不含） 且 （订单渠道 等于 抖音 或 客户标签 为空）"
    )
    assert describe(all_of(), SCHEMA) == "始终满足"
    assert rows_to_text(all_of()) == "true"
    assert text_to_rows("true") == {"all": []}


def test_without_schema_the_look_of_the_value_decides() -> None:
    assert rows_to_text(all_of(row("order.amount", "gt", "500"))) == "order.amount > 500"
    assert rows_to_text(all_of(row("order.amount", "eq", "500"))) == 'order.amount == "500"'
    assert rows_to_text(all_of(row("order.amount", "eq", 500))) == "order.amount == 500"
    exact = all_of(row("order.amount", "eq", "500", kind="money"))
    assert rows_to_text(exact) == "order.amount == 500"


@pytest.mark.parametrize(
    "source",
    [
        "order.amount + 1 > 5",
        "order.amount == null",
        "not (a == 1 and b == 2)",
        "500 < order.amount",
        "a == 1 ? b == 1 : c == 1",
        "[x for x in a] == []",
        "$any(a)",
        "a&.b == 1",
        'a =~ "x"',
        "a in [1, 'x']",
        "a in b",
        "a",
        "false",
        "a > t'P1D'",
        "5 in a",
        "a != true and $now > b",
    ],
)
def test_what_rows_cannot_say(source: str) -> None:
    assert text_to_rows(source) is None


def path_and_message(rows: Any) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        rows_to_text(rows, SCHEMA)
    assert all(problem.message["zh"] for problem in caught.value.problems)
    with pytest.raises(InvalidInput):
        describe(rows, SCHEMA)
    return [problem.path for problem in caught.value.problems]


deep: Any = row("a", "eq", "1")
for _ in range(12):
    deep = {"all": [deep, row("a", "eq", "1")]}


@pytest.mark.parametrize(
    ("rows", "paths"),
    [
        (None, [""]),
        ([], [""]),
        ({}, [""]),
        ({"all": 5}, ["/all"]),
        ({"all": [], "any": []}, [""]),
        ({"any": []}, ["/any"]),
        ({"all": [{"any": []}]}, ["/all/0/any"]),
        ({"all": [5]}, ["/all/0"]),
        (all_of({}), ["/all/0/op", "/all/0/field"]),
        (all_of(row("order.amount", "like", "x")), ["/all/0/op"]),
        (all_of(row("order.amount", "gt", "x")), ["/all/0/value"]),
        (all_of(row("order.amount", "gt")), ["/all/0/value"]),
        (all_of(row("order.amount", "gt", True)), ["/all/0/value"]),
        (all_of(row("order.amount", "gt", [1])), ["/all/0/value"]),
        (all_of(row("order.amount", "gt", "1e999")), ["/all/0/value"]),
        (all_of(row("order.amount", "between", ["1"])), ["/all/0/value"]),
        (all_of(row("order.amount", "between", ["1", "x"])), ["/all/0/value/1"]),
        (all_of(row("customer.level", "in", [])), ["/all/0/value"]),
        (all_of(row("customer.level", "in", "gold")), ["/all/0/value"]),
        (all_of(row("order.paid_at", "before", "soon")), ["/all/0/value"]),
        (all_of(row("order.paid_at", "before", '2026-11-11" or true')), ["/all/0/value"]),
        (all_of(row("order.paid_at", "within_last", "30 days")), ["/all/0/value"]),
        (all_of(row("order.paid_at", "within_last", 'P1D" or t"P1D')), ["/all/0/value"]),
        (all_of(row("order.amount > 1 or true", "eq", "1")), ["/all/0/field"]),
        (all_of(row("$now", "eq", "1")), ["/all/0/field"]),
        (all_of(row("a&.b", "eq", "1")), ["/all/0/field"]),
        (all_of(row("a", "eq", {"field": "1 + 1"})), ["/all/0/value"]),
        (all_of(row("a", "eq", "x\x00")), ["/all/0/value"]),
        (all_of(row("a", "eq", "1", kind="colour")), ["/all/0/kind"]),
        (all_of(row("a", "eq", "1", colour="red")), ["/all/0/colour"]),
        (deep, ["/all/0" * 8]),
    ],
)
def test_faults_have_a_path(rows: Any, paths: list[str]) -> None:
    assert path_and_message(rows) == paths


def test_too_many_rows_are_refused() -> None:
    assert path_and_message(all_of(*[row("a", "eq", "1")] * 300)) == ["/all/200"]


def test_the_catalog_of_operators_has_both_languages() -> None:
    assert {entry["op"] for entry in operator_catalog()} == set(OPERATORS)
    for operator in OPERATORS.values():
        for words in (operator.label, operator.says):
            assert words["zh"]
            assert words["en"]
    Draft202012Validator.check_schema(ROWS_SCHEMA)


FIELDS = st.sampled_from(["order.amount", "customer.tags", 'a["b c"]', "x", "customer.会员等级"])
NUMBERS = st.decimals(-10_000, 10_000, places=2).map(lambda value: format(value, "f"))
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
TIMES = st.sampled_from(["2026-11-11", "2026-11-11T20:30:00+08:00", "2026-01-01T00:00:01.5+08:00"])
ROWS = st.one_of(
    st.builds(
        lambda field, op, value: row(field, op, value, kind="number"),
        FIELDS, st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"]), NUMBERS,
    ),
    st.builds(lambda f, op, v: row(f, op, v, kind="text"), FIELDS, st.sampled_from(["eq", "ne"]),
              TEXTS),
    st.builds(lambda f, op, v: row(f, op, v, kind="text"), FIELDS,
              st.sampled_from(["in", "not_in"]), st.lists(TEXTS, min_size=1, max_size=3)),
    st.builds(lambda f, v: row(f, "between", v, kind="number"), FIELDS,
              st.lists(NUMBERS, min_size=2, max_size=2)),
    st.builds(row, FIELDS, st.sampled_from(["contains", "not_contains", "starts_with",
                                            "ends_with"]), TEXTS),
    st.builds(lambda f, op, v: row(f, op, v, kind="time"), FIELDS,
              st.sampled_from(["before", "after", "ge", "le", "eq"]),
              TIMES.filter(lambda written: ".5" not in written)),
    st.builds(row, FIELDS, st.sampled_from(["within_last", "not_within_last"]),
              st.sampled_from(["P30D", "PT15M", "P1DT12H"])),
    st.builds(row, FIELDS, st.sampled_from(["is_empty", "is_not_empty"])),
    st.builds(lambda f, v: row(f, "eq", v, kind="boolean"), FIELDS, st.booleans()),
    st.builds(lambda f, op, v: row(f, op, {"field": v}), FIELDS,
              st.sampled_from(["eq", "gt", "le"]), FIELDS),
)  # fmt: skip


def groups(children: st.SearchStrategy[Any], least: int = 2) -> st.SearchStrategy[Any]:
    listed = st.lists(children, min_size=least, max_size=4)
    return st.one_of(
        st.builds(lambda e: {"all": e}, listed), st.builds(lambda e: {"any": e}, listed)
    )


def normal(entry: dict[str, Any]) -> dict[str, Any]:
    """A group of just `ge` and `le` on one field says the same as `between`, and is read so."""
    if "all" not in entry and "any" not in entry:
        return entry
    ((op, entries),) = entry.items()
    entries = [normal(one) for one in entries]
    for index, one in enumerate(entries):
        pair = one.get("all", [])
        if [part.get("op") for part in pair] != ["ge", "le"] or "kind" not in pair[0]:
            continue
        low, high = pair
        if (low["field"], low["kind"]) == (high["field"], high.get("kind")):
            entries[index] = {**low, "op": "between", "value": [low["value"], high["value"]]}
    return {op: entries}


@settings(max_examples=300, deadline=None)
@given(groups(ROWS | groups(ROWS | groups(ROWS))))
def test_rows_come_back_as_they_were(rows: dict[str, Any]) -> None:
    """Rows -> text -> rows, and the text reads as the same tree."""
    text = rows_to_text(rows)
    assert text_to_rows(text) == normal(rows)
    Draft202012Validator(ROWS_SCHEMA).validate(rows)
    assert describe(rows, None, "zh")
    assert describe(rows, None, "en")
    parse(text)


def test_rows_evaluate_as_they_read() -> None:
    scope = {
        "order": {
            "amount": Decimal(500),
            "paid_at": datetime(2026, 11, 1, tzinfo=UTC),
            "note": "急件",
        },
        "customer": {"tags": ["vip"]},
    }
    now = datetime(2026, 11, 11, tzinfo=UTC)
    for line, expected in [
        (row("order.amount", "gt", "500"), False),
        (row("order.amount", "ge", "500"), True),
        (row("order.amount", "between", ["500", "600"]), True),
        (row("order.paid_at", "within_last", "P10D"), True),
        (row("order.paid_at", "within_last", "P9D"), False),
        (row("order.paid_at", "not_within_last", "P9D"), True),
        (row("order.paid_at", "before", "2026-11-02"), True),
        (row("order.note", "contains", "急"), True),
        (row("order.note", "ends_with", "件"), True),
        (row("order.note", "matches", "^.件$"), True),
        (row("customer.tags", "contains", "vip"), True),
        (row("customer.tags", "contains", "v"), False),
        (row("customer.tags", "is_empty"), False),
    ]:
        assert compile_condition(all_of(line)).evaluate(scope, now) is expected, line
