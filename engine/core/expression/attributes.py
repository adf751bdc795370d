"""What a value offers after a dot: `name.length`, `paid_at.hour`, `note.starts_with("急")`.

A key of a record always comes first; these are looked at when there is no such key. Times answer in
the zone of the expression, so `order.paid_at.hour` is the hour on the shop's clock.
"""

from __future__ import annotations

import decimal
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.core.expression.errors import KIND_WORDS, EvaluationError, expected
from engine.core.expression.literals import read_number
from engine.core.expression.values import (
    CONTEXT,
    Distinct,
    Run,
    aware,
    kind_of,
    number,
    plain,
    whole,
)
from engine.core.text import text

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PATTERN = re.compile(r"%(.)")
MAX_PATTERN = 100


def text_number(value: str) -> Decimal:
    """The number a text spells; EvaluationError when it spells none."""
    written = value.strip()
    sign = written[:1] if written[:1] in ("-", "+") else ""
    try:
        found = read_number(written[len(sign) :])
    except (ValueError, decimal.DecimalException):
        raise EvaluationError(text("文字不是数字", "the text is not a number")) from None
    return -found if sign == "-" else found


def _local(value: datetime, run: Run) -> datetime:
    return aware(value).astimezone(run.zone)


def _to_int(value: Any, run: Run) -> Decimal:
    return Decimal(whole(value if kind_of(value) == "number" else text_number(value)))


def _rounded(rounding: str) -> Callable[[Any, Run], Any]:
    return lambda value, run: number(value).to_integral_value(rounding=rounding)


def _length(value: Any, run: Run) -> int:
    return len(value)


def _is_empty(value: Any, run: Run) -> bool:
    return len(value) == 0


def _never_empty(value: Any, run: Run) -> bool:
    return False


def _to_list(value: Any, run: Run) -> list[Any]:
    return list(value)


def _to_set(value: Any, run: Run) -> Distinct:
    return Distinct(value)


_Attribute = Callable[[Any, Run], Any]
_SIZED: dict[str, _Attribute] = {"length": _length, "is_empty": _is_empty}
_ITEMS: dict[str, _Attribute] = {**_SIZED, "to_ary": _to_list, "to_set": _to_set}
ATTRIBUTES: dict[str, dict[str, _Attribute]] = {
    "text": {
        **_ITEMS,
        "as_lower": lambda value, run: value.lower(),
        "as_upper": lambda value, run: value.upper(),
        "to_str": lambda value, run: value,
        "to_flt": lambda value, run: text_number(value),
        "to_int": _to_int,
    },
    "number": {
        "is_empty": _never_empty,
        "ceiling": _rounded(decimal.ROUND_CEILING),
        "floor": _rounded(decimal.ROUND_FLOOR),
        "is_nan": lambda value, run: number(value).is_nan(),
        "to_flt": lambda value, run: number(value),
        "to_int": _to_int,
        "to_str": lambda value, run: plain(value),
    },
    "boolean": {"is_empty": _never_empty},
    "time": {
        "is_empty": _never_empty,
        "date": lambda value, run: _local(value, run).replace(
            hour=0, minute=0, second=0, microsecond=0
        ),
        "year": lambda value, run: _local(value, run).year,
        "month": lambda value, run: _local(value, run).month,
        "day": lambda value, run: _local(value, run).day,
        "hour": lambda value, run: _local(value, run).hour,
        "minute": lambda value, run: _local(value, run).minute,
        "second": lambda value, run: _local(value, run).second,
        "microsecond": lambda value, run: value.microsecond,
        "millisecond": lambda value, run: Decimal(value.microsecond) / 1000,
        "weekday": lambda value, run: _WEEKDAYS[_local(value, run).weekday()],
        "zone_name": lambda value, run: _local(value, run).tzname(),
        "to_epoch": lambda value, run: Decimal(repr(aware(value).timestamp())),
    },
    "duration": {
        "is_empty": _never_empty,
        "days": lambda value, run: value.days,
        "seconds": lambda value, run: value.seconds,
        "microseconds": lambda value, run: value.microseconds,
        "total_seconds": lambda value, run: Decimal(repr(value.total_seconds())),
    },
    "list": dict(_ITEMS),
    "set": dict(_ITEMS),
    "record": {
        **_SIZED,
        "keys": lambda value, run: list(value.keys()),
        "values": lambda value, run: list(value.values()),
    },
    # An absent value is empty: the one thing that may be asked of it.
    "null": {"is_empty": lambda value, run: True},
}
NAMES: frozenset[str] = frozenset(name for kind in ATTRIBUTES.values() for name in kind)

# Kinds of results that do not depend on the value, for checks before anything runs.
RESULTS: dict[str, str] = {
    **dict.fromkeys(("length", "ceiling", "floor", "to_flt", "to_int", "to_epoch"), "number"),
    **dict.fromkeys(("year", "month", "day", "hour", "minute", "second"), "number"),
    **dict.fromkeys(("days", "seconds", "microseconds", "total_seconds"), "number"),
    **dict.fromkeys(("microsecond", "millisecond"), "number"),
    **dict.fromkeys(("as_lower", "as_upper", "to_str", "weekday", "zone_name"), "text"),
    **dict.fromkeys(("keys", "values", "to_ary"), "list"),
    **dict.fromkeys(("is_empty", "is_nan"), "boolean"),
    "date": "time",
    "to_set": "set",
}


def attribute(value: Any, name: str, run: Run) -> Any:
    """A built-in attribute; EvaluationError when a value of this kind has none of that name."""
    kind = kind_of(value)
    found = ATTRIBUTES[kind].get(name)
    if found is None:
        raise _missing(kind, name)
    if run.left is not None and kind in ("text", "list", "set", "record"):
        run.charge(1 + (len(value) >> 3))
    return found(value, run)


def _missing(kind: str, name: str) -> EvaluationError:
    name = name[:100]
    if kind == "null":
        return EvaluationError(
            text(
                f"空值没有“{name}”，可用 &. 或 ?? 兜底",
                f'null has no "{name}", use &. or ?? for a fallback',
            )
        )
    if kind == "record":
        return EvaluationError(text(f"没有“{name}”这个字段", f'there is no field "{name}"'))
    words = KIND_WORDS[kind]
    return EvaluationError(text(f"{words['zh']}没有“{name}”", f'{words["en"]} has no "{name}"'))


# -- functions of a value ------------------------------------------------------------------------


def _starts(value: Any, part: Any) -> bool:
    return bool(value[: len(part)] == part)


def _ends(value: Any, part: Any) -> bool:
    return bool(value[len(value) - len(part) :] == part) if len(part) <= len(value) else False


def _round(value: Any, digits: Any = 0) -> Decimal:
    """Half up, as on a bill."""
    places = whole(digits)
    if not 0 <= places <= 12:
        raise EvaluationError(text("小数位应为 0 到 12", "decimal places must be 0 to 12"))
    step = Decimal(1).scaleb(-places)
    return number(value).quantize(step, rounding=decimal.ROUND_HALF_UP, context=CONTEXT)


def _format(value: datetime, pattern: Any, run: Run) -> str:
    """A time by %Y %m %d %H %M %S in the expression's zone; all else stands for itself."""
    if not isinstance(pattern, str) or len(pattern) > MAX_PATTERN:
        raise EvaluationError(text("时间格式应为文字", "the time format must be text"))
    local = _local(value, run)
    parts = {
        "Y": f"{local.year:04d}",
        "m": f"{local.month:02d}",
        "d": f"{local.day:02d}",
        "H": f"{local.hour:02d}",
        "M": f"{local.minute:02d}",
        "S": f"{local.second:02d}",
        "%": "%",
    }
    return _PATTERN.sub(lambda found: parts.get(found.group(1), found.group()), pattern)


# name -> least and most arguments
METHODS: dict[str, tuple[int, int]] = {
    "starts_with": (1, 1),
    "ends_with": (1, 1),
    "round": (0, 1),
    "format": (1, 1),
}
METHOD_RESULTS = {
    "starts_with": "boolean",
    "ends_with": "boolean",
    "round": "number",
    "format": "text",
}


def call(value: Any, name: str, safe: bool, run: Run, *arguments: Any) -> Any:
    """`value.name(...)`. Null starts and ends with nothing; after `&.` it gives null."""
    kind = kind_of(value)
    if kind == "null" and safe:
        return None
    if name in ("starts_with", "ends_with"):
        part = arguments[0]
        if kind == "null" or part is None:
            return False
        if kind not in ("text", "list"):
            raise _missing(kind, name)
        if kind_of(part) != kind:
            raise expected(kind, kind_of(part))
        run.charge(1 + len(part))
        if kind == "list":
            value, part = list(value), list(part)
        return _starts(value, part) if name == "starts_with" else _ends(value, part)
    if name == "round" and kind == "number":
        return _round(value, *arguments)
    if name == "format" and kind == "time":
        return _format(value, arguments[0], run)
    raise _missing(kind, name)
