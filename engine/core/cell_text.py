"""How the text of a decision table's cell is taken apart: parts, quotes, numbers, operators."""

from __future__ import annotations

from decimal import Decimal

import re2

from engine.core.expression.literals import read_number

FULL_WIDTH = str.maketrans({"≥": ">=", "≤": "<=", "≠": "!=", "＞": ">", "＜": "<", "＝": "="})
RANGE = re2.compile(r"^([\[\](])\s*(.*?)\s*\.\.\s*(.*?)\s*([\])\[])$")


def number(written: str) -> Decimal:
    """A number as written, with its sign; ValueError when it is none."""
    bare = written.strip().replace("_", "")
    negative = bare.startswith("-")
    found = read_number(bare[1:] if negative else bare)
    return -found if negative else found


def unquoted(written: str) -> str:
    """A text without the quotes around it."""
    bare = written.strip()
    if len(bare) >= 2 and bare[0] == bare[-1] and bare[0] in "\"'":
        return bare[1:-1]
    return bare


def widen(written: str) -> str:
    """Full-width operators as a Chinese keyboard types them, outside quotes."""
    return written if written[:1] in "\"'" else written.translate(FULL_WIDTH)


def split(written: str) -> list[str]:
    """The parts between commas that stand outside quotes and brackets."""
    parts, depth, quote, start = [], 0, "", 0
    spanned = RANGE.match(written) is not None and written.count("..") == 1
    for index, char in enumerate(written):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "([":
            depth += 1
        elif char in ")]" and depth:
            depth -= 1
        elif char in ",,、" and depth == 0 and not spanned:
            parts.append(written[start:index].strip())
            start = index + 1
    parts.append(written[start:].strip())
    return parts
