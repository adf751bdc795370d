"""Regular expressions in linear time, and their cost bounded too.

RE2 never backtracks; what is left is the size of the compiled pattern times the length of the
text, so both have a limit. `\\d` and `\\w` mean ASCII there, `\\p{Han}` a Chinese character.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

from engine.core.expression.errors import EvaluationError, expected
from engine.core.expression.values import Run, kind_of
from engine.core.text import text

MAX_PATTERN = 500
MAX_PROGRAM = 4_000
MAX_SUBJECT = 20_000


@lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> Any:
    """The compiled pattern; ValueError with its fault when RE2 refuses it or it is too large."""
    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"> {MAX_PATTERN}")
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = 1 << 19
    try:
        found = re2.compile(pattern, options)
    except (re2.error, UnicodeError) as error:
        fault = error.args[0] if error.args else ""
        raise ValueError(fault.decode() if isinstance(fault, bytes) else "?") from None
    if found.programsize > MAX_PROGRAM:
        raise ValueError("pattern too large")
    return found


def match(left: Any, right: Any, anywhere: bool, run: Run) -> bool:
    """Whether the text fits the pattern, from its start or anywhere; null fits only null."""
    if left is None or right is None:
        return left is right
    for value in (left, right):
        if not isinstance(value, str):
            raise expected("text", kind_of(value))
    try:
        pattern = compile_pattern(right)
    except ValueError as error:
        raise EvaluationError(
            text(f"匹配格式（正则）不能使用：{error}", f"the pattern cannot be used: {error}")
        ) from None
    if len(left) > MAX_SUBJECT:
        raise EvaluationError(
            text(
                f"文字超过 {MAX_SUBJECT} 个字符，不能用格式匹配",
                f"text longer than {MAX_SUBJECT} characters cannot be matched",
            )
        )
    if run.left is not None:
        run.charge(1 + (len(left) * pattern.programsize >> 10))
    # Bytes spare the wrapper its mapping from bytes to characters, which nobody reads here.
    subject = left.encode()
    found = pattern.search(subject) if anywhere else pattern.match(subject)
    return found is not None
