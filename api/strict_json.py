"""JSON as it is meant: one value for each name, numbers that exist, text that can be stored.

Refused, each with a sentence: malformed text, names given twice, NaN and Infinity, whole numbers
beyond 64 bits, U+0000, lone surrogates, more than `MOST_LEVELS` levels.
"""

from __future__ import annotations

import json
import math
from typing import Any

from engine.core.errors import InvalidInput, Rejected
from engine.core.text import Text, text

MOST_LEVELS = 64
_LARGEST = 2**63


class Malformed(Rejected):
    """The body is no JSON, or JSON that nobody should send."""

    code = "malformed_json"


def check_json(raw: bytes) -> Any:
    """The value of a JSON text; Malformed otherwise."""
    try:
        found = _DECODER.decode(raw.decode())
    except Rejected:
        raise
    except RecursionError:
        raise _too_deep() from None
    except UnicodeDecodeError as fault:
        raise Malformed(
            text(
                f"请求内容不是 UTF-8 文本（第 {fault.start} 字节）",
                f"the body is not UTF-8 (at byte {fault.start})",
            )
        ) from None
    except json.JSONDecodeError as fault:
        raise Malformed(
            text(
                f"请求内容不是合法的 JSON（第 {fault.lineno} 行第 {fault.colno} 列）",
                f"the body is not JSON: {fault.msg} (line {fault.lineno}, column {fault.colno})",
            )
        ) from None
    # Only an escape can write what must not be stored, and only brackets make levels.
    if b"\\u" in raw or raw.count(b"{") + raw.count(b"[") > MOST_LEVELS:
        _walk(found)
    return found


def _walk(value: Any) -> None:
    """Looks at every value, level by level: no recursion, whatever the depth."""
    level, depth = [value], 0
    while level:
        below: list[Any] = []
        inner = 0
        for one in level:
            if isinstance(one, dict):
                inner = 1
                for name in one:
                    _check_text(name)
                below.extend(one.values())
            elif isinstance(one, list):
                inner = 1
                below.extend(one)
            elif isinstance(one, str):
                _check_text(one)
        level, depth = below, depth + inner
        if depth > MOST_LEVELS:
            raise _too_deep()


def check_text(value: str) -> None:
    """InvalidInput for text that no database takes: U+0000, half of a surrogate pair."""
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise InvalidInput(_BAD_TEXT)


def _check_text(value: str) -> None:
    if "\0" in value:
        raise Malformed(_BAD_TEXT)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Malformed(_BAD_TEXT) from None


_BAD_TEXT: Text = text(
    "文本中含有不允许的字符（U+0000 或不成对的代理码）",
    "text holds a character that is not allowed (U+0000 or half of a surrogate pair)",
)


def _too_deep() -> Malformed:
    return Malformed(
        text(f"嵌套超过 {MOST_LEVELS} 层", f"nested more than {MOST_LEVELS} levels deep")
    )


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise Malformed(
            text(f"名称“{twice[:60]}”出现了两次", f'the name "{twice[:60]}" is there twice')
        )
    return found


def _whole(digits: str) -> int:
    # The length first: turning a million digits into a number takes minutes.
    if len(digits) > 20 or not -_LARGEST <= (found := int(digits)) < _LARGEST:
        raise Malformed(
            text("整数超出 64 位范围", "a whole number is beyond 64 bits: send it as text")
        )
    return found


def _broken(digits: str) -> float:
    found = float(digits)
    if math.isinf(found):
        raise Malformed(text("数字过大", "a number is too large"))
    return found


def _constant(name: str) -> Any:
    raise Malformed(text(f"不允许 {name}", f"{name} is not JSON"))


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_whole, parse_float=_broken, parse_constant=_constant
)
