"""Phone numbers as people and platforms write them, as one text for one line: E.164.

Chinese numbering: mobiles are 11 digits from 13 to 19; a landline is an area code from 0 (two or
three digits after it) and seven or eight digits. 17951, 12593 and their like before a number choose
a cheaper long-distance line; they are no part of it.
"""

from __future__ import annotations

import re
import unicodedata

_DIALLED_FIRST = ("17951", "17911", "17901", "17909", "17990", "12593", "10193", "10131", "11808")
_PLAIN = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_AREA = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})[2-9][0-9]{6,7}")
_FOREIGN = re.compile(r"[1-9][0-9]{6,14}")
# Spaces, hyphens of all kinds, brackets, dots, slashes, and the invisible marks that come along
# when a number is copied from an address book.
_FILL = re.compile(r"[\s\-‐‑‒–—―−()\[\]./·\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_EXTENSION = re.compile(r"(?:转|ext|分机|[,;#x_])", re.IGNORECASE)


def normalise_phone(value: str) -> str:
    """A number in E.164 ("+8613900001234"); "" when it is no number of one line.

    "" also for masked numbers, virtual ones with an extension (隐私号) and service lines (400, 95).
    """
    plain = _PLAIN.fullmatch(value)
    if plain:  # as nearly all come; the rest takes ten times as long
        return f"+86{plain[1]}"
    if len(value) > 60:
        return ""
    text = unicodedata.normalize("NFKC", value).strip()
    text = re.sub(r"^(?:tel|手机|电话)\s*[::]\s*", "", text, flags=re.IGNORECASE)
    if _EXTENSION.search(text):
        return ""
    text = _FILL.sub("", text)
    if text.startswith(_DIALLED_FIRST) and len(text) >= 15:  # a mobile itself has eleven digits
        text = text[5:]
    is_international = text.startswith(("+", "00"))
    digits = text[1:] if text.startswith("+") else text
    if not (digits.isascii() and digits.isdigit()):
        return ""
    if is_international:
        digits = digits.removeprefix("00") if text.startswith("00") else digits
        if not digits.startswith("86"):
            return f"+{digits}" if _FOREIGN.fullmatch(digits) else ""
    return _chinese(digits)


def is_mobile(number: str) -> bool:
    """Whether a normalised number is one person's: a Chinese mobile, or any foreign number."""
    return bool(number) and (not number.startswith("+86") or bool(_MOBILE.fullmatch(number[3:])))


def _chinese(digits: str) -> str:
    for rest in (digits, digits.removeprefix("86")):
        if _MOBILE.fullmatch(rest):
            return f"+86{rest}"
        if _MOBILE.fullmatch(rest.removeprefix("0")):  # 0 before a mobile: dialled from far away
            return f"+86{rest[1:]}"
        if _AREA.fullmatch(rest):
            return f"+86{rest[1:]}"
        if rest != digits and _AREA.fullmatch(f"0{rest}"):
            return f"+86{rest}"
    return ""
