"""What expressions, conditions and texts give on one sample: the preview beside a form's field.

Pure: names go in as JSON, are typed by the schema of the step's scope, and every asked text is
evaluated on them. A fault of one is told with it and keeps no other from its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from engine.core.errors import EngineError, InvalidExpression, InvalidInput, Problem
from engine.core.expression import (
    CHINA,
    Compiled,
    EvaluationError,
    compile_condition,
    compile_expression,
    compile_template,
    read_duration,
    read_time,
    to_text,
)
from engine.core.expression.literals import read_number
from engine.core.expression.schema import Place, place
from engine.core.expression.values import kind_of
from engine.core.text import text

Kind = Literal["expression", "condition", "template"]
MOST_SAID = 400  # characters of a value that are shown
MOST_ROWS = 200
MAX_DEPTH = 24


@dataclass(frozen=True, slots=True)
class Seen:
    """What one text came to.

    said     the value as it would stand in a text, cut at MOST_SAID; "" where it could not be had
    kind     number, text, boolean, time, duration, list, set, record, null; None with a problem
    holds    of a condition: whether it does
    at       the column of the fault, from 0, where it is known
    rows     of condition rows: each row and group by its pointer, "/all/0"
    """

    said: str = ""
    kind: str | None = None
    holds: bool | None = None
    is_cut: bool = False
    problem: Problem | None = None
    at: int | None = None
    rows: tuple[tuple[str, Seen], ...] = ()


def typed_names(schema: Mapping[str, Any], sample: Mapping[str, Any]) -> dict[str, Any]:
    """The sample's names, typed by the scope's schema: amounts Decimal, moments aware.

    A value that does not fit its schema stays as it is: texts that read it say what does not fit.
    """
    start = place(schema)
    return {name: _typed(value, start.find(name)[1], 1) for name, value in sample.items()}


def _typed(value: Any, at: Place, depth: int) -> Any:
    if isinstance(value, float):
        return Decimal(repr(value))
    if depth > MAX_DEPTH:
        return value
    if isinstance(value, Mapping):
        return {name: _typed(one, at.find(name)[1], depth + 1) for name, one in value.items()}
    if isinstance(value, list):
        inner = at.items()
        return [_typed(one, inner, depth + 1) for one in value]
    read = _READ.get(at.kind or "") if isinstance(value, str) else None
    if read is None:
        return value
    try:
        return read(value)
    except ValueError:
        return value


def _number(written: str) -> Decimal:
    return -read_number(written[1:]) if written.startswith("-") else read_number(written)


_READ: Mapping[str, Callable[[str], Any]] = {
    "number": _number,
    "time": lambda written: read_time(written, CHINA).astimezone(UTC),
    "duration": read_duration,
}


def preview(
    kind: Kind,
    asked: Any,
    names: Mapping[str, Any],
    schema: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> Seen:
    """One text (or condition rows) on typed names. Never raises for bad input.

    1. Rows are looked at one by one first: the field's value, and whether the row holds.
    2. The whole is compiled and evaluated; what is refused is a problem with its column.
    """
    if kind == "condition":
        rows = tuple(_rows(asked, "", names, schema, now)) if isinstance(asked, Mapping) else ()
        whole = _tried(compile_condition, asked, names, schema, now)
        return Seen(
            whole.said,
            whole.kind,
            whole.said == "true" if whole.problem is None else None,
            problem=whole.problem,
            at=whole.at,
            rows=rows[:MOST_ROWS],
        )
    compiler = compile_template if kind == "template" else compile_expression
    return _tried(compiler, asked, names, schema, now)


def _rows(
    rows: Any,
    path: str,
    names: Mapping[str, Any],
    schema: Mapping[str, Any] | None,
    now: datetime | None,
    depth: int = 1,
) -> list[tuple[str, Seen]]:
    """Every row and group below a group; what is malformed is the whole condition's problem."""
    found: list[tuple[str, Seen]] = []
    if not isinstance(rows, Mapping) or depth > 8:
        return found
    for op in ("all", "any"):
        entries = rows.get(op)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if not isinstance(entry, Mapping) or len(found) >= MOST_ROWS:
                continue
            here = f"{path}/{op}/{index}"
            is_group = "all" in entry or "any" in entry
            whole = entry if is_group else {"all": [entry]}
            holds = _tried(compile_condition, whole, names, schema, now)
            answer = holds.said == "true" if holds.problem is None else None
            if is_group:
                found.append((here, Seen(holds=answer, problem=holds.problem)))
                found += _rows(entry, here, names, schema, now, depth + 1)
            else:
                value = _tried(compile_expression, entry.get("field"), names, schema, now)
                problem = holds.problem or value.problem
                shown = Seen(value.said, value.kind, answer, value.is_cut, problem)
                found.append((here, shown))
    return found


def _tried(
    compiler: Callable[..., Compiled],
    source: Any,
    names: Mapping[str, Any],
    schema: Mapping[str, Any] | None,
    now: datetime | None,
) -> Seen:
    try:
        value = compiler(source, schema=schema)(names, now)
        said = to_text(value)
        return Seen(said[:MOST_SAID], kind_of(value), is_cut=len(said) > MOST_SAID)
    except InvalidExpression as error:
        return Seen(problem=Problem("", error.message, error.code), at=error.at)
    except InvalidInput as error:
        # Rows: the first fault, with the pointer to its row.
        first = next(iter(error.problems), None)
        return Seen(problem=first or Problem("", error.message, error.code))
    except EvaluationError as error:
        return Seen(problem=Problem("", error.message, "evaluation"))
    except EngineError as error:
        return Seen(problem=Problem("", error.message, error.code))
    except (TypeError, ValueError, RecursionError, ArithmeticError):
        words = text("数据与公式不符", "the sample does not fit the expression")
        return Seen(problem=Problem("", words, "evaluation"))
