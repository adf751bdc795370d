"""What a trace shows of values: secrets not at all, phones and numbers of people in part.

Three rules, each enough by itself: a schema marks the field secret, its name says so, or the text
looks like a mobile number or an identity number wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.core.schema import follow

HIDDEN = "••••"
MAX_DEPTH = 24

# Names of credentials, whole words of a name ("access_token", "appSecret"; not "tokenizer").
_CREDENTIAL = re.compile(
    r"(?:^|_)(?:password|passwd|pwd|secret|token|api_?key|apikey|access_?key|private_?key|"
    r"authorization|cookie|credential|credentials|sign_?key|encoding_?aes_?key|session_?key)"
    r"(?:$|_)"
)
_PHONE_NAME = re.compile(r"(?:^|_)(?:phone|mobile|tel|telephone|cellphone)(?:$|_)")
_NUMBER_NAME = re.compile(
    r"(?:^|_)(?:id_?card|id_?number|identity_?number|passport|bank_?account|bank_?card|card_?no)"
    r"(?:$|_)"
)
_ADDRESS_NAME = re.compile(r"(?:^|_)(?:address|addr|street|detail_address)(?:$|_)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MOBILE = re.compile(r"(?<![\dA-Za-z])((?:\+?86[- ]?)?1[3-9]\d)(\d{4})(\d{4})(?!\d)")
_IDENTITY = re.compile(r"(?<![\dA-Za-z])(\d{6})(\d{8})(\d{3}[\dXx])(?![\dA-Za-z])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def redact(value: Any, schema: Any = None, name: str = "") -> Any:
    """A copy of a value that may be shown. `schema` may mark secrets (`x-secret`, writeOnly,
    format password, widget secret); `name` is the field it stands in.
    """
    return _redact(value, schema, schema, name, 0)


def _redact(value: Any, schema: Any, root: Any, name: str, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    shape = follow(schema, root) if isinstance(schema, Mapping) else {}
    if depth > MAX_DEPTH or _is_secret(shape):
        return HIDDEN
    words = _CAMEL.sub("_", name).lower().replace("-", "_")
    if words and _CREDENTIAL.search(words):
        return HIDDEN
    if isinstance(value, Mapping):
        listed = shape.get("properties", {}) if isinstance(shape, Mapping) else {}
        return {
            key: _redact(inner, listed.get(key), root, str(key), depth + 1)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        items = shape.get("items") if isinstance(shape, Mapping) else None
        return [_redact(inner, items, root, name, depth + 1) for inner in value]
    if words and isinstance(value, str | int):
        if _PHONE_NAME.search(words):
            return mask(str(value), 3, 4)
        if _NUMBER_NAME.search(words):
            return mask(str(value), 4, 4)
        if isinstance(value, str) and _ADDRESS_NAME.search(words):
            return mask(value, 6, 0)
    return redact_text(value) if isinstance(value, str) else value


def redact_text(written: str) -> str:
    """A text with the mobile and identity numbers in it masked."""
    if len(written) < 11 or not any(char.isdigit() for char in written):
        return written
    masked = _IDENTITY.sub(_identity, written)
    return _MOBILE.sub(r"\1****\3", masked)


def mask(written: str, first: int, last: int) -> str:
    """The first and last characters with stars between; a short text shows only its first."""
    if "*" in written or not written:
        return written  # masked already by whoever told it
    if len(written) <= first + last:
        return written[:1] + "*" * (len(written) - 1)
    end = written[-last:] if last else ""
    return written[:first] + "*" * min(len(written) - first - last, 8) + end


def _identity(found: re.Match[str]) -> str:
    # Order numbers have as many digits: only a true date and check digit make an identity number.
    whole = found.group()
    total = sum(int(digit) * weight for digit, weight in zip(whole, _WEIGHTS, strict=False))
    if "10X98765432"[total % 11] != whole[-1].upper():
        return whole
    try:
        datetime.strptime(whole[6:14], "%Y%m%d")  # noqa: DTZ007  only asked whether it is a date
    except ValueError:
        return whole
    return f"{found.group(1)}********{found.group(3)}"


def _is_secret(shape: Any) -> bool:
    return isinstance(shape, Mapping) and bool(
        shape.get("x-secret")
        or shape.get("writeOnly")
        or shape.get("format") == "password"
        or shape.get("x-widget") == "secret"
    )
