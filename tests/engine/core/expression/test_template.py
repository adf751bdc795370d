"""Texts with holes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.core.errors import InvalidExpression
from engine.core.expression import EvaluationError, compile_template, to_text
from engine.core.expression.template import MAX_OUTPUT

SCOPE: dict[str, Any] = {
    "customer": {"name": "林小满", "note": None, "tags": ["vip", "新客"]},
    "order": {
        "amount": Decimal("1E+3"),
        "paid": True,
        "paid_at": datetime(2026, 11, 11, 4, tzinfo=UTC),
        "lines": [{"title": "眼霜", "price": Decimal("199.50")}],
        "took": timedelta(minutes=90),
    },
    "long": "长" * 40_000,
}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("", ""),
        ("没有洞", "没有洞"),
        ("一个 } 两个 }} 也行 { {", "一个 } 两个 }} 也行 { {"),
        ("{{ customer.name }}您好", "林小满您好"),
        ("{{customer.name}}{{customer.name}}", "林小满林小满"),
        ("实付 {{ order.amount }} 元", "实付 1000 元"),
        ("{{ order.amount.round(2) }} 元", "1000.00 元"),
        ("[{{ customer.note }}]", "[]"),
        ("[{{ customer.note ?? '无' }}]", "[无]"),
        ("{{ order.paid }} ", "true "),
        ("于 {{ order.paid_at }}", "于 2026-11-11T12:00:00+08:00"),
        ("于 {{ order.paid_at.format('%m月%d日') }}", "于 11月11日"),
        ("标签:{{ customer.tags }}", "标签:vip、新客"),
        ("{{ order.lines[0] }}!", '{"title":"眼霜","price":"199.50"}!'),
        ("{{ order.lines }}!", '{"title":"眼霜","price":"199.50"}!'),
        ("{{ order.took }}!", "PT1H30M!"),
        ("{{ {'a': {'b': 1}} }}!", '{"a":{"b":"1"}}!'),
        ("{{ '}}' }} {{ \"{{\" }}", "}} {{"),
        ("{{ {1, 2} }}.", "1、2."),
        ("{{ customer.name # who\n }}!", "林小满!"),
    ],
)
def test_holes_are_filled(template: str, expected: str) -> None:
    compiled = compile_template(template)
    assert compiled.kind == "text"
    assert compiled.evaluate(SCOPE) == expected


def test_one_single_hole_gives_the_value_itself() -> None:
    assert compile_template("{{ order.amount }}").evaluate(SCOPE) is SCOPE["order"]["amount"]
    assert compile_template("{{ customer.tags }}").evaluate(SCOPE) == ["vip", "新客"]
    assert compile_template("{{ customer.note }}").evaluate(SCOPE) is None
    assert compile_template(" {{ customer.note }}").evaluate(SCOPE) == " "


def test_config_is_filled_at_any_depth() -> None:
    config = {"to": "{{ customer.name }}", "more": [{"n": "{{ order.amount }}元"}, 5, None, True]}
    compiled = compile_template(config)
    assert compiled.evaluate(SCOPE) == {"to": "林小满", "more": [{"n": "1000元"}, 5, None, True]}
    assert compiled.names == {"customer.name", "order.amount"}
    assert compile_template(5).evaluate({}) == 5


def test_names_of_all_holes_are_known() -> None:
    compiled = compile_template("{{ a.b }} {{ c ?? 1 }} {{ $now }}")
    assert compiled.names == {"a.b", "c"}
    assert compiled.required == {"a.b"}
    assert compiled.uses_now


@pytest.mark.parametrize(
    ("template", "at"),
    [
        ("{{", 2),
        ("{{ }}", 0),
        ("x {{ a", 4),
        ("{{ a b }}", 5),
        ("{{ a }} {{ 1 + }}", 15),
        ("{{ 'open }}", 3),
        ("{{ {'a': 1 }}", 2),
        ("{{ a }", 2),
        ("{{ ] }}", 3),
        ("{{ 2 ** 9 }}", 5),
        ("a\x00b", 1),
        ("{{ a }}" * 201, 1400),
        ("{{ " + "1 + " * 1100 + "1 }}", None),
        ("x" * 70_000, None),
    ],
    ids=range(14),
)
def test_bad_templates_name_the_column(template: str, at: int | None) -> None:
    with pytest.raises(InvalidExpression) as caught:
        compile_template(template)
    if at is not None:
        assert caught.value.at == at
    with pytest.raises(InvalidExpression) as caught:
        compile_template({"body": [template]})
    assert "body" in caught.value.message["en"]


def test_output_is_bounded_in_bytes() -> None:
    assert len("长" * 40_000) < MAX_OUTPUT
    with pytest.raises(EvaluationError):
        compile_template("{{ long }}!").evaluate(SCOPE)
    with pytest.raises(EvaluationError):
        compile_template("{{ $range(10000) }} {{ $range(10000) }}").evaluate(SCOPE)
    deep: Any = []
    for _ in range(30):
        deep = [deep]
    with pytest.raises(InvalidExpression):
        compile_template(deep)


def test_what_has_no_text_is_an_error() -> None:
    with pytest.raises(EvaluationError):
        compile_template("{{ a }}!").evaluate({"a": object()})
    with pytest.raises(EvaluationError):
        compile_template("{{ a }}!").evaluate({"a": Decimal("1E+999999")})
    with pytest.raises(EvaluationError):
        compile_template("{{ a }}!").evaluate({"a": {"b": [object()]}})
    with pytest.raises(EvaluationError):
        compile_template("{{ a.b }}!").evaluate({})


def test_floats_are_written_as_people_wrote_them() -> None:
    assert to_text(0.1) == "0.1"
    assert to_text(3) == "3"
