"""What values are and how they compare: the meaning behind every operator.

Kinds: number (Decimal; int and float from data count as numbers, a bool never), text, boolean,
time (aware), duration, list, set, record, null.
Null equals null alone; `<` and its kin with null are false. Numbers, texts, times and durations
compared across kinds are an error; any other two kinds are merely not equal.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from engine.core.expression.errors import EvaluationError, expected, mismatch
from engine.core.text import text

MAX_TEXT = 65_536  # characters a text may grow to
MAX_EFFORT = 100_000  # units a run of loops may cost: an item, or 64 characters or items touched

# One context for all: the answer must not depend on who calls. Results beyond 1E60 are an error.
CONTEXT = decimal.Context(
    prec=28,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-60,
    Emax=60,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)


class Run:
    """What one evaluation carries: its zone, and with loops the effort it has left."""

    __slots__ = ("left", "zone")

    def __init__(self, zone: tzinfo, left: int | None = None) -> None:
        self.zone = zone
        self.left = left

    def charge(self, effort: int) -> None:
        if self.left is not None:
            self.left -= effort
            if self.left < 0:
                raise EvaluationError(
                    text("计算量太大，请减少循环", "too much work, use fewer or smaller loops")
                )


class Distinct(Set[Any]):
    """A set that keeps the order in which values came, so that every process sees the same."""

    __slots__ = ("_items",)

    def __init__(self, items: Iterable[Any] = ()) -> None:
        # The kind belongs to the key: 1 and true are two values, 1 and 1.0 are one.
        self._items: dict[Any, Any] = {}
        for item in items:
            self._items.setdefault(_key(item), item)

    def __contains__(self, item: object) -> bool:
        return _key(item) in self._items

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"Distinct({list(self)!r})"


def _key(item: Any) -> Any:
    kind = kind_of(item)
    if kind in ("list", "record", "set"):
        raise EvaluationError(
            text("集合里只能放单个的值", "a set holds single values, no lists or objects")
        )
    return kind, number(item) if kind == "number" else item


_KINDS: dict[type, str] = {
    str: "text",
    Decimal: "number",
    bool: "boolean",
    int: "number",
    float: "number",
    datetime: "time",
    timedelta: "duration",
    list: "list",
    tuple: "list",
    dict: "record",
    Distinct: "set",
    type(None): "null",
}


def kind_of(value: Any) -> str:
    """The kind of a value; EvaluationError for something no expression knows."""
    found = _KINDS.get(value.__class__)
    if found is not None:
        return found
    if isinstance(value, Mapping):
        return "record"
    for cls, kind in _KINDS.items():
        if isinstance(value, cls):
            return kind
    raise EvaluationError(text("遇到不能使用的值", "found a value that cannot be used"))


def number(value: Any) -> Decimal:
    """The value as an exact number; EvaluationError when it is none."""
    if value.__class__ is Decimal:
        return value
    if kind_of(value) != "number":
        raise expected("number", kind_of(value))
    # repr gives the shortest decimal that means this float: 0.1 is 0.1, as the person wrote it.
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def whole(value: Any) -> int:
    """The value as an integer of at most 18 digits."""
    found = number(value)
    if not found.is_finite() or found.adjusted() > 18 or found != found.to_integral_value():
        raise EvaluationError(text("此处应为整数", "expected a whole number"))
    return int(found)


def plain(value: Any) -> str:
    """A number as people write it, without exponent."""
    found = number(value)
    if not found.is_finite() or not -60 <= found.adjusted() <= 60:
        raise EvaluationError(text("数字太大", "the number is too large"))
    return format(found, "f")


def aware(value: datetime) -> datetime:
    """The time itself, if it has a zone."""
    if value.tzinfo is None:
        raise EvaluationError(text("时间缺少时区", "the time has no zone"))
    return value


# -- equality ------------------------------------------------------------------------------------

_APART = frozenset({"number", "text", "time", "duration"})
# Classes Python itself compares exactly; a bool is no int here, a float no Decimal.
_EXACT: frozenset[Any] = frozenset({Decimal, int})


def eq(left: Any, right: Any, run: Run) -> bool:
    if left.__class__ in _EXACT and right.__class__ in _EXACT:
        return bool(left == right)
    if left is None or right is None:
        return left is right
    a, b = kind_of(left), kind_of(right)
    if a == b:
        return _same(left, right, a, run)
    if a in _APART and b in _APART:
        raise mismatch(a, b)
    return False


def ne(left: Any, right: Any, run: Run) -> bool:
    return not eq(left, right, run)


def _same(left: Any, right: Any, kind: str, run: Run) -> bool:
    if kind == "number":
        return number(left) == number(right)
    if kind == "time":
        return aware(left) == aware(right)
    if kind == "list":
        run.charge(1 + len(left))
        return len(left) == len(right) and all(
            _alike(a, b, run) for a, b in zip(left, right, strict=True)
        )
    if kind == "record":
        run.charge(1 + len(left))
        return left.keys() == right.keys() and all(
            _alike(value, right[key], run) for key, value in left.items()
        )
    if run.left is not None and kind in ("text", "set"):
        run.charge(1 + (len(left) >> 6))
    return bool(left == right)


def _alike(left: Any, right: Any, run: Run) -> bool:
    """Equality inside lists and records, where differing kinds are merely different."""
    kind = kind_of(left)
    return kind == kind_of(right) and _same(left, right, kind, run)


def isin(member: Any, container: Any, run: Run) -> bool:
    """Whether a list, set or text holds the member, or a record has it as a key."""
    if container is None:
        return False
    kind, sought = kind_of(container), kind_of(member)
    if kind == "text":
        if sought not in ("text", "null"):
            raise expected("text", sought)
        run.charge(1 + (len(container) >> 6))
        return sought == "text" and member in container
    if kind == "record":
        return sought == "text" and member in container
    if kind not in ("list", "set"):
        raise expected("list", kind)
    run.charge(1 + len(container))
    kinds = set()
    for item in container:
        found = kind_of(item)
        if found == sought and _same(item, member, found, run):
            return True
        kinds.add(found)
    if sought in _APART and sought not in kinds and kinds & _APART:
        raise mismatch(sought, min(kinds & _APART))
    return False


# -- order ---------------------------------------------------------------------------------------


def _pair(left: Any, right: Any, run: Run) -> tuple[Any, Any] | None:
    """Two values Python can order as we mean it; None when one of them is null."""
    if left is None or right is None:
        return None
    a, b = kind_of(left), kind_of(right)
    if a != b:
        raise mismatch(a, b)
    if a == "number":
        return number(left), number(right)
    if a == "time":
        return aware(left), aware(right)
    if a == "list":
        run.charge(1 + len(left))
        for one, other in zip(left, right, strict=False):
            if not _alike(one, other, run):
                return _pair(one, other, run)
        return len(left), len(right)
    if a in ("record", "set"):
        raise EvaluationError(text("对象和集合不分大小", "objects and sets have no order"))
    return left, right


def gt(left: Any, right: Any, run: Run) -> bool:
    if left.__class__ in _EXACT and right.__class__ in _EXACT:
        return bool(left > right)
    pair = _pair(left, right, run)
    return pair is not None and bool(pair[0] > pair[1])


def ge(left: Any, right: Any, run: Run) -> bool:
    if left.__class__ in _EXACT and right.__class__ in _EXACT:
        return bool(left >= right)
    pair = _pair(left, right, run)
    return pair is not None and bool(pair[0] >= pair[1])


def lt(left: Any, right: Any, run: Run) -> bool:
    if left.__class__ in _EXACT and right.__class__ in _EXACT:
        return bool(left < right)
    pair = _pair(left, right, run)
    return pair is not None and bool(pair[0] < pair[1])


def le(left: Any, right: Any, run: Run) -> bool:
    if left.__class__ in _EXACT and right.__class__ in _EXACT:
        return bool(left <= right)
    pair = _pair(left, right, run)
    return pair is not None and bool(pair[0] <= pair[1])


# -- arithmetic ----------------------------------------------------------------------------------


def add(left: Any, right: Any, run: Run) -> Any:
    a, b = kind_of(left), kind_of(right)
    if a == b == "number":
        return CONTEXT.add(number(left), number(right))
    if a == b == "text":
        if len(left) + len(right) > MAX_TEXT:
            raise EvaluationError(text("文字太长", "the text is too long"))
        run.charge(1 + (len(left) + len(right) >> 6))
        return left + right
    if (a, b) in (("time", "duration"), ("duration", "time"), ("duration", "duration")):
        return left + right
    raise mismatch(a, b)


def sub(left: Any, right: Any, run: Run) -> Any:
    a, b = kind_of(left), kind_of(right)
    if a == b == "number":
        return CONTEXT.subtract(number(left), number(right))
    if a == b == "time":
        return aware(left) - aware(right)
    if (a, b) in (("time", "duration"), ("duration", "duration")):
        return left - right
    raise mismatch(a, b)


def mul(left: Any, right: Any, run: Run) -> Decimal:
    return CONTEXT.multiply(number(left), number(right))


def div(left: Any, right: Any, run: Run) -> Decimal:
    return _divide(CONTEXT.divide, left, right)


def floordiv(left: Any, right: Any, run: Run) -> Decimal:
    """The whole part, towards zero, as Decimal has it."""
    return _divide(CONTEXT.divide_int, left, right)


def mod(left: Any, right: Any, run: Run) -> Decimal:
    """What floordiv leaves, with the sign of the left side."""
    return _divide(CONTEXT.remainder, left, right)


def _divide(operation: Callable[[Decimal, Decimal], Decimal], left: Any, right: Any) -> Decimal:
    dividend, divisor = number(left), number(right)
    if not divisor:
        raise EvaluationError(text("除数为零", "division by zero"))
    return operation(dividend, divisor)


def neg(value: Any) -> Any:
    if isinstance(value, timedelta):
        return -value
    return CONTEXT.minus(number(value))


def bits(op: str, left: Any, right: Any, run: Run) -> Any:
    """`& | ^` of two sets, or of two whole numbers that are not negative."""
    a, b = kind_of(left), kind_of(right)
    if a != b:
        raise mismatch(a, b)
    if a == "set":
        run.charge(1 + len(left) + len(right))
        return left & right if op == "&" else left | right if op == "|" else left ^ right
    one, other = whole(left), whole(right)
    if one < 0 or other < 0:
        raise EvaluationError(text("此处不能为负数", "must not be negative"))
    return Decimal(one & other if op == "&" else one | other if op == "|" else one ^ other)
