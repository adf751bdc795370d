"""Hostile texts: refused with a sentence, or evaluated within bounds. Never anything else."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.errors import InvalidExpression
from engine.core.expression import (
    EvaluationError,
    check,
    compile_condition,
    compile_expression,
    compile_template,
    parse,
)
from engine.core.expression.lex import MAX_LENGTH, MAX_TOKENS

REFUSED = [
    "",
    " ",
    "#",
    "1 +",
    "a b",
    "a.",
    ".a",
    "a..b",
    "a . b",
    "1.a",
    "5[0]",
    "true.x",
    "a == b == c",
    "a < b < c",
    "a in b in c",
    "(",
    ")",
    "()",
    "[1,,2]",
    "{,}",
    "{1:2, 3}",
    "{1, 2: 3}",
    "f(1)",
    "a.b(1)",
    "order.amount(1)",
    "$abs",
    "$abs()",
    "$abs(1, 2)",
    "$abs(1,)",
    "[$abs]",
    '{"f": $abs}',
    "$abs == $abs",
    "$random",
    "$random(10)",
    "$re_groups",
    "$nothing",
    "$map(1, [1])",
    "$now()",
    "2 ** 99999999",
    "2**2**2**2**2**2",
    "1 << 1000000000",
    "1 >> 1",
    "1e999999999",
    "1e-999999999",
    "9" * 100,
    "0x" + "f" * 100,
    "0b" + "1" * 2000,
    "007",
    "nan",
    "inf",
    "-inf",
    "else",
    "while",
    'b"abc"',
    '"open',
    "'open",
    '"line\nbreak"',
    r'"\x0"',
    r'"\ud800"',
    r'"\u0000"',
    r'"\N{NO SUCH CHARACTER}"',
    r'"\U99999999"',
    'd"yesterday"',
    'd"2026-13-01"',
    'd"2026-02-30T00:00:00"',
    't"P"',
    't"PT"',
    't"P1Y"',
    't"P999999999999D"',
    "a\x00b",
    "a \ud800",
    "a = 1",
    "a && b",
    "a || b",
    "!a",
    "a <> b",
    "a; b",
    "__import__('os')",
    "().__class__.__bases__[0].__subclasses__()",
    "a.__class__.__mro__()",
    "lambda: 1",
    "x := 1",
    "`id`",
    "a ? b",
    "a ? b : ",
    "[x for x in [1]",
    "[x for 1 in [1]]",
    "[x for $x in [1]]",
    "[[x for x in [1]] for x in [2]]",
    'a =~ "(?=x)"',
    'a =~ "(a"',
    'a =~ "(a{1000}){1000}"',
    'a =~ "((a{100}){100}){100}"',
    'a =~ "' + "a{0,1000}" * 30 + '"',
    'a =~ "' + "x" * 501 + '"',
    "金额 > 5",
    "order.amount ＞ 5",
    "“a”",
    "a，b",
    "(" * 41 + "1" + ")" * 41,
    "(" * 1000 + "1" + ")" * 1000,
    "[" * 500 + "]" * 500,
    "-" * 700 + "1",
    "not " * 700 + "true",
    "a" + ".b" * 60,
    "a" + ".b" * 1500,
    "a" + "[0]" * 300,
    "a ? " * 200 + "1" + " : 1" * 200,
    "1 + " * 399 + "1",
    "1" + " ?? 1" * 300,
    "[x for x in " * 100 + "[1]" + "]" * 100,
    "{" * 300 + "}" * 300,
    "a," * 500,
    "1 " * 900,
    "x" * (MAX_LENGTH + 1),
    " or ".join(["a"] * MAX_TOKENS),
    "$abs(" * 100 + "1" + ")" * 100,
    "a&.b" * 400,
]


@pytest.mark.parametrize("source", REFUSED, ids=range(len(REFUSED)))
def test_refused_with_a_sentence(source: str) -> None:
    with pytest.raises(InvalidExpression) as caught:
        compile_expression(source)
    assert caught.value.message["zh"]
    assert caught.value.message["en"]
    assert [problem.code for problem in check(source)] == ["invalid_expression"]
    with pytest.raises(InvalidExpression):
        compile_template("{{ " + source + " }}" if source.strip(" #") else "{{ }}")


@pytest.mark.parametrize(
    "source", [None, 5, b"x", ["a"], {"a": 1}, object()], ids=lambda one: type(one).__name__
)
def test_what_is_no_text_is_refused(source: Any) -> None:
    with pytest.raises(InvalidExpression):
        compile_expression(source)


DATA: dict[str, Any] = {
    "a": "a" * 20_000,
    "big": "x" * 60_000,
    "n": 10**4000,
    "items": list(range(5_000)),
    "rows": [{"k": [1] * 50}] * 500,
    "deep": {},
}
HEAVY = [
    "$range(1000000000)",
    "$range(0, 10, 0)",
    "[x for x in $range(1000000000)]",
    "[[[[1 for a in $range(999)] for b in $range(999)] for c in $range(999)] for d in $range(999)]",
    "[[x + y + z for x in items] for y in [1]].length > 0 and $sum([[i for i in items].length for j"
    " in items]) > 0",
    "$map($abs, [$sum([x * y for x in items]) for y in items])",
    "[rows == rows for x in items]",
    "[rows in [rows, rows] for x in items]",
    "[big.as_upper.as_lower for x in items]",
    "[big + big for x in [1]]",
    "[big.to_ary for x in items]",
    '[big =~~ "(x?){50}y" for x in items]',
    "[(items.to_set & items.to_set).length for x in items]",
    "[items < items for x in items]",
    "$filter(big.starts_with, [big for x in items])",
    "n * n",
    "n & 1",
    "items[n]",
    "$range(n)",
    "(n).to_str",
    "1e30 * 1e30 * 1e30",
    "1 / 0",
    "0 / 0",
    "5 % 0",
    "5 // 0",
    "1e30 // 1e-30",
    'd"9999-12-31" + t"P99999D"',
    'd"0001-01-01" - t"P1D"',
    'd"9999-12-31T23:00:00-08:00".year',
    't"P900000000D" + t"P900000000D"',
    "a.nothing",
    "nothing",
    "deep.x.y.z",
    "items.x",
    "items[5000]",
    "items['x']",
    "deep[0]",
    "a[0.5]",
    "a[1e30]",
    "a - 1",
    "a * 2",
    "-a",
    "{[1]}",
    "{deep}",
    "{1: 2}",
    "{null: 1}",
    "items & 1",
    "(-1) & 1",
    "1.5 | 1",
    "5 in 5",
    "1 in a",
    "$sum([a])",
    "$max([])",
    "$max([null, 1])",
    "$max([1, a])",
    "$any(5)",
    "$split(5)",
    '$split(a, "")',
    '$split(a, "x", -1)',
    '$parse_datetime("x")',
    "$parse_timedelta(5)",
    '$parse_float("1e999999")',
    '"9".to_flt.round(99)',
    "$now",
    "$today",
    "a.format('%Y')",
    "a.starts_with",
    "a.starts_with(5)",
    "items.round(2)",
    'big =~ "x"',
    "a =~ n",
    'a =~ ("(" + "")',
    "a > 1",
    "a == 1",
    "items > items[0]",
    "deep < deep",
    "null.x",
    "null[0]",
    "null[0:1]",
    "null + 1",
    "$map($abs, null)",
    "[x for x in null]",
    "[x for x in a]",
]


@pytest.mark.parametrize("source", HEAVY, ids=range(len(HEAVY)))
def test_heavy_or_senseless_work_ends_as_an_evaluation_error(source: str) -> None:
    compiled = compile_expression(source)
    with pytest.raises(EvaluationError) as caught:
        compiled.evaluate(DATA)
    assert caught.value.code == "expression"
    assert caught.value.message["zh"]


@pytest.mark.parametrize(
    "source",
    [
        'a =~~ "(a+)+$"',
        'a =~~ "(a|a)*b"',
        'a =~~ "(.*a){20}x"',
        'a =~ "' + "(x|y)*" * 80 + '"',
        " or ".join(["a == 'x'"] * 190),
        "(" * 39 + "1" + ")" * 39,
        "not " * 38 + "true",
        "a" + "[0]" * 38,
        "1" + " + 1" * 38,
        "1 == " + "(2 == " * 18 + "2" + ")" * 18,
        "(true ? " * 36 + "1" + " : 1)" * 36,
        "$abs(" * 38 + "1" + ")" * 38,
        "[" * 38 + "1" + "]" * 38,
        "[x0 for x0 in " + "[1]" + "]",
        "1" + " ?? 1" * 38,
        "$sum(" + "[1 for x in " * 36 + "[1]" + "]" * 36 + ")",
    ],
    ids=range(16),
)
def test_the_limits_still_leave_room(source: str) -> None:
    compile_expression(source).evaluate(DATA)
    compile_expression(source, schema={"properties": {"a": {"type": "string"}}}).evaluate(DATA)


ALPHABET = "abx1 .,()[]{}\"'\\=<>!~&|?:+-*/%$#订“。_einotrf\n\t"


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(ALPHABET, max_size=60), st.text(max_size=40)))
def test_any_text_at_all(source: str) -> None:
    """Read or refused, and what is read evaluates or says why not; nothing else escapes."""
    for make in (compile_expression, compile_condition, compile_template):
        try:
            compiled = make(source)
        except InvalidExpression:
            continue
        with suppress(EvaluationError):
            compiled.evaluate({"a": "x", "b": 1, "x": {"a": [1]}})
    check(source, {"properties": {"a": {"type": "string"}}})


def test_a_long_list_of_alternatives_is_one_level_deep() -> None:
    node = parse(" or ".join(f'order.channel == "c{index}"' for index in range(150)))
    assert len(node.parts) == 150  # type: ignore[attr-defined]
