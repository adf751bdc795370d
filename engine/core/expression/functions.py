"""The `$` names: values of the moment, and the functions of rule-engine that are safe.

`$random` and `$re_groups` are refused by guard.py: a replay could not repeat them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.core.expression.attributes import text_number
from engine.core.expression.errors import EvaluationError, expected
from engine.core.expression.literals import read_duration, read_time
from engine.core.expression.values import CONTEXT, Run, aware, gt, kind_of, number, whole
from engine.core.text import text

MAX_RANGE = 10_000

VALUES: dict[str, str] = {"now": "time", "today": "time"}
CONSTANTS: dict[str, Decimal] = {
    "e": Decimal("2.718281828459045"),
    "pi": Decimal("3.141592653589793"),
}


@dataclass(frozen=True, slots=True)
class Function:
    """A `$` function: how many arguments it takes, the kind it gives (None: it depends)."""

    do: Callable[..., Any]
    least: int
    most: int
    gives: str | None = None


def clock(now: datetime | None, run: Run) -> datetime:
    """`$now`: the time of the signal, given by the caller."""
    if now is None:
        raise EvaluationError(text("此处没有当前时间", "there is no current time here"))
    return aware(now).astimezone(run.zone)


def today(now: datetime | None, run: Run) -> datetime:
    """`$today`: midnight on the clock of the expression's zone."""
    return clock(now, run).replace(hour=0, minute=0, second=0, microsecond=0)


def each(items: Any, run: Run) -> Iterator[Any]:
    """The items of a list or set, the keys of a record; every one costs effort."""
    kind = kind_of(items)
    if kind not in ("list", "set", "record"):
        raise expected("list", kind)
    for item in items:
        run.charge(1)
        yield item


def _abs(run: Run, value: Any) -> Decimal:
    return CONTEXT.abs(number(value))


def _any(run: Run, items: Any) -> bool:
    return any(each(items, run))


def _all(run: Run, items: Any) -> bool:
    return all(each(items, run))


def _sum(run: Run, items: Any) -> Decimal:
    total = Decimal(0)
    for item in each(items, run):
        total = CONTEXT.add(total, number(item))
    return total


def _extreme(run: Run, items: Any, sign: int) -> Any:
    found, first = None, True
    for item in each(items, run):
        if item is None:
            raise expected("number", "null")
        if first or (gt(item, found, run) if sign > 0 else gt(found, item, run)):
            found, first = item, False
    if first:
        raise EvaluationError(
            text("列表为空，没有最大最小值", "an empty list has no extreme value")
        )
    return found


def _max(run: Run, items: Any) -> Any:
    return _extreme(run, items, 1)


def _min(run: Run, items: Any) -> Any:
    return _extreme(run, items, -1)


def _map(run: Run, function: Callable[..., Any], items: Any) -> list[Any]:
    return [function(item) for item in each(items, run)]


def _filter(run: Run, function: Callable[..., Any], items: Any) -> list[Any]:
    return [item for item in each(items, run) if function(item)]


def _range(run: Run, *bounds: Any) -> list[int]:
    numbers = [whole(bound) for bound in bounds]
    if len(numbers) == 3 and numbers[2] == 0:
        raise EvaluationError(text("步长不能为零", "the step must not be zero"))
    found = range(*numbers)
    if len(found) > MAX_RANGE:
        raise EvaluationError(
            text(f"$range 最多 {MAX_RANGE} 个数", f"$range gives at most {MAX_RANGE} numbers")
        )
    run.charge(1 + len(found))
    return list(found)


def _split(run: Run, value: Any, separator: Any = None, most: Any = None) -> list[str]:
    for given in (value, separator):
        if given is not None and not isinstance(given, str):
            raise expected("text", kind_of(given))
    if value is None:
        raise expected("text", "null")
    if separator == "":
        raise EvaluationError(text("分隔符不能为空", "the separator must not be empty"))
    times = -1 if most is None else whole(most)
    if most is not None and times < 0:
        raise EvaluationError(text("此处不能为负数", "must not be negative"))
    run.charge(1 + (len(value) >> 3))
    return list(value.split(separator, times))


def _parsed(run: Run, value: Any, read: Callable[[str], Any], kind: str) -> Any:
    if not isinstance(value, str):
        raise expected("text", kind_of(value))
    try:
        return read(value)
    except (ValueError, OverflowError):
        raise expected(kind, "text") from None


def _parse_datetime(run: Run, value: Any) -> datetime:
    found: datetime = _parsed(run, value, lambda written: read_time(written, run.zone), "time")
    return found


def _parse_timedelta(run: Run, value: Any) -> timedelta:
    found: timedelta = _parsed(run, value, read_duration, "duration")
    return found


def _parse_float(run: Run, value: Any) -> Decimal:
    found: Decimal = _parsed(run, value, text_number, "number")
    return found


FUNCTIONS: dict[str, Function] = {
    "abs": Function(_abs, 1, 1, "number"),
    "any": Function(_any, 1, 1, "boolean"),
    "all": Function(_all, 1, 1, "boolean"),
    "sum": Function(_sum, 1, 1, "number"),
    "max": Function(_max, 1, 1),
    "min": Function(_min, 1, 1),
    "map": Function(_map, 2, 2, "list"),
    "filter": Function(_filter, 2, 2, "list"),
    "range": Function(_range, 1, 3, "list"),
    "split": Function(_split, 1, 3, "list"),
    "parse_datetime": Function(_parse_datetime, 1, 1, "time"),
    "parse_timedelta": Function(_parse_timedelta, 1, 1, "duration"),
    "parse_float": Function(_parse_float, 1, 1, "number"),
}
