"""Tree -> Python source, compiled once -> a function of the scope.

Two functions are made of one tree. The *quick* one reads dictionaries by plain subscripts and
compares inline where the classes are the expected ones; it never gives a wrong answer, it raises.
Whatever it raises, the *careful* one (helper functions of values.py throughout, compiled only when
first needed) evaluates again and gives the answer or the proper EvaluationError. Expressions have
no side effects, so evaluating twice is safe.

No text of the user enters the source: every name and literal is an entry of a constant table.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

from engine.core.expression import tree
from engine.core.expression.emit import emit
from engine.core.expression.errors import EvaluationError
from engine.core.expression.kinds import kind_of_tree
from engine.core.expression.literals import CHINA
from engine.core.expression.parse import parse
from engine.core.expression.reads import Path, dotted, reads
from engine.core.expression.rules import rows_to_text
from engine.core.expression.schema import Schema, place
from engine.core.text import text

Evaluate = Callable[..., Any]
CACHED = 4_096


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression, condition or template ready to run.

    evaluate  (scope, now=None) -> value; the fastest way is to keep this attribute
    names     dotted paths it reads, `required` those read without a fallback for null
    kind      number, text, boolean, time, duration, list, set, record, null; None: not known
    """

    text: str
    evaluate: Evaluate = field(repr=False, compare=False)
    paths: frozenset[Path] = frozenset()
    required_paths: frozenset[Path] = frozenset()
    kind: str | None = None
    uses_now: bool = False
    tree: tree.Node | None = field(default=None, repr=False, compare=False)

    def __call__(self, scope: Mapping[str, Any], now: datetime | None = None) -> Any:
        return self.evaluate(scope, now)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(map(dotted, self.paths))

    @property
    def required(self) -> frozenset[str]:
        return frozenset(map(dotted, self.required_paths))


class Same:
    """A schema as part of a cache key: the same object is the same schema, held while cached."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value


def compile_expression(
    source: str, *, schema: Schema | None = None, zone: tzinfo = CHINA
) -> Compiled:
    """An expression text as a function; InvalidExpression when it is none.

    A field the schema (of the scope) lists is null when absent, any other absent name is an
    EvaluationError. The schema must not be changed afterwards: results are cached by its identity.
    """
    if not isinstance(source, str):
        parse(source)  # says why
    return _compiled(source, Same(schema), zone, False)


def compile_condition(
    condition: str | Mapping[str, Any] | None, *, schema: Schema | None = None, zone: tzinfo = CHINA
) -> Compiled:
    """A condition (text, rows, or nothing: always true) as a function that returns a bool.

    A value that is no boolean counts as rule-engine counts it: null, 0, "" and what is empty are
    false, everything else is true.
    """
    if isinstance(condition, Mapping):
        condition = text_of_rows(condition, schema)
    if condition is None or (isinstance(condition, str) and not condition.strip()):
        condition = "true"
    if not isinstance(condition, str):
        parse(condition)
    return _compiled(condition, Same(schema), zone, True)


def text_of_rows(rows: Mapping[str, Any], schema: Schema | None) -> str:
    """`rows_to_text`, remembered: a flow asks for the same rows at every step."""
    try:
        key = repr(rows)
    except RecursionError:
        return rows_to_text(rows, schema)  # refuses the depth with a sentence
    return _text_of_rows(Equal(key, rows), Same(schema))


class Equal:
    """A value as part of a cache key, compared by its text."""

    __slots__ = ("key", "value")

    def __init__(self, key: str, value: Any) -> None:
        self.key = key
        self.value = value

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Equal) and other.key == self.key


@lru_cache(maxsize=CACHED)
def _text_of_rows(rows: Equal, schema: Same) -> str:
    return rows_to_text(rows.value, schema.value)


@lru_cache(maxsize=CACHED)
def _compiled(source: str, schema: Same, zone: tzinfo, condition: bool) -> Compiled:
    node = parse(source, zone)
    start = place(schema.value)
    read = reads(node, start)
    return Compiled(
        text=source,
        evaluate=make(node, schema.value, zone, condition=condition, source=source),
        paths=frozenset(read.paths),
        required_paths=read.required,
        kind="boolean" if condition else kind_of_tree(node, start),
        uses_now=read.now,
        tree=node,
    )


def make(
    node: tree.Node, schema: Schema | None, zone: tzinfo, *, condition: bool, source: str
) -> Evaluate:
    """The function of a tree: quick with the careful one behind it, or careful alone."""
    start = place(schema)
    loops = any(_costs(found) for found in tree.walk(node))
    made: list[Evaluate] = []

    def careful(scope: Mapping[str, Any], now: datetime | None = None) -> Any:
        if not made:
            made.append(emit(node, start, zone, condition=condition, quick=None, loops=loops))
        try:
            return made[0](scope, now)
        except EvaluationError as error:
            raise _placed(error, source) from None
        except Exception as error:
            raise _placed(_foreign(error), source) from error

    if loops:
        return careful
    return emit(node, start, zone, condition=condition, quick=careful, loops=False)


def _costs(node: tree.Node) -> bool:
    if isinstance(node, tree.Call) and isinstance(node.function, tree.Builtin):
        return node.function.name in ("map", "filter")
    return isinstance(node, tree.ForEach)


def _placed(error: EvaluationError, source: str) -> EvaluationError:
    """The same error, saying in which expression."""
    shown = source if len(source) <= 120 else source[:119] + "…"
    words = error.message
    return EvaluationError(
        text(f"{words['zh']}（表达式：{shown}）", f"{words['en']} (expression: {shown})")
    )


def _foreign(error: Exception) -> EvaluationError:
    """What Python itself objected to, in words."""
    if isinstance(error, decimal.DecimalException | OverflowError | ArithmeticError):
        return EvaluationError(
            text("计算结果超出范围", "the result of the calculation is out of range")
        )
    return EvaluationError(text("数据与表达式不符", "the data does not fit the expression"))
