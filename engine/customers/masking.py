"""What others may see of a person: enough to recognise, not enough to call, visit or pass for them.

Masking a masked text changes nothing more. Every pattern has bounded repetition, so a long text
costs time in proportion to its length.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.customers.identity import is_id_card

_MAX_TEXT = 100_000

# Full-width digits and signs as ASCII, letter for letter: what is found in the one text lies at the
# same place in the other.
_NARROW = {0xFF01 + index: 0x21 + index for index in range(94)}
_GAP = r"[ \-\u00a0\u2010-\u2015]?"
_PHONE = re.compile(
    rf"(?<![0-9])(?:(?:\+|00)?86{_GAP})?"
    rf"(1[3-9][0-9]){_GAP}([0-9]{{4}}){_GAP}([0-9]{{4}})(?![0-9])"
)
_LANDLINE = re.compile(
    r"(?<![0-9])(\(?0(?:10|2[0-9]|[3-9][0-9]{2})\)?[ \-]?)([2-9][0-9]{6,7})(?![0-9])"
)
_ID_CARD = re.compile(r"(?<![0-9])([0-9]{17}[0-9Xx])(?![0-9A-Za-z])")
_CARD = re.compile(r"(?<![0-9])(?:(?:[0-9]{4}[ \-]){3,4}[0-9]{1,4}|[0-9]{16,19})(?![0-9])")
# UnionPay 62 (16-19 digits), ICBC's old 9558, Visa 4, MasterCard 51-55, JCB 35 (16 digits).
_CARD_NUMBER = re.compile(r"62[0-9]{14,17}|9558[0-9]{15}|(?:4[0-9]|5[1-5]|35)[0-9]{14}")
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64}@"
    r"(?:[A-Za-z0-9\-]{1,63}\.){1,5}[A-Za-z]{2,24}"
)
# 小区, 园区, 市场 and 旗舰店 are no regions.
_REGION = re.compile(
    r"(?:[一-鿿]{1,8}?(?:省|自治区|特别行政区))?"
    r"(?:[一-鿿]{1,10}?(?:市(?!场)|自治州|地区|盟))?"
    r"(?:[一-鿿]{1,10}?(?:(?<![小社园校厂景])区|县|旗(?!舰)|市(?!场)))?"
)


def mask_phone(value: str) -> str:
    """138****5678; of a landline the area code and the last two digits, the same of others."""
    if "*" in value:
        return value
    shown = value.translate(_NARROW).strip()
    digits = re.sub(r"[^0-9]", "", shown)
    country = digits.removeprefix("00")
    if shown.startswith(("+86", "0086")) or re.fullmatch(r"861[3-9][0-9]{9}", country):
        rest = country.removeprefix("86")
        digits = rest if rest.startswith(("0", "1")) else f"0{rest}"
    if re.fullmatch(r"1[3-9][0-9]{9}", digits):
        return f"{digits[:3]}****{digits[7:]}"
    if len(digits) < 7:
        return "*" * len(digits)
    area = 3 if digits.startswith(("010", "02")) else 4
    return f"{digits[:area]}{'*' * (len(digits) - area - 2)}{digits[-2:]}"


def mask_id_card(value: str) -> str:
    """110***********123X: the province and the last four; of anything shorter, nothing."""
    shown = value.strip()
    if len(shown) <= 10:
        return "*" * len(shown)
    return f"{shown[:3]}{'*' * (len(shown) - 7)}{shown[-4:]}"


def mask_name(value: str) -> str:
    """林晚秋 -> 林**, Mary Ann Lee -> M*** A** L**: the first letter of each word."""
    return " ".join(f"{word[0]}{'*' * (len(word) - 1)}" for word in value.split())


def mask_address(value: str) -> str:
    """浙江省杭州市西湖区****: down to the district, else a third and at most six letters."""
    shown = value.strip()
    if not shown or shown.endswith("****"):
        return shown
    found = _REGION.match(shown)
    kept = found.end() if found else 0
    return f"{shown[: kept or min(6, len(shown) // 3)]}****"


def mask_email(value: str) -> str:
    """li***@example.com: two letters of the name, one of a short name."""
    name, at, domain = value.strip().rpartition("@")
    if "*" in name:
        return value
    if not at:
        return "*" * len(value.strip())
    return f"{name[: 2 if len(name) > 3 else 1 if len(name) > 1 else 0]}***@{domain}"


def mask_text(value: str) -> str:
    """Free text with every mobile, landline, id card, bank card and e-mail in it masked.

    Order numbers stay: a longer run of digits is none of these, an id card needs a birthday and a
    check digit, a bank card a bank's first digits and a check digit. A text is cut at 100,000
    characters.
    """
    shown = value[:_MAX_TEXT]
    narrow = shown.translate(_NARROW)
    hidden: list[tuple[int, int, str]] = []
    for pattern, mask in _IN_TEXT:
        for found in pattern.finditer(narrow):
            masked = mask(found)
            if masked is not None:
                hidden.append((found.start(), found.end(), masked))
    at, parts = 0, []
    for start, end, masked in sorted(hidden):
        if start >= at:
            parts += [shown[at:start], masked]
            at = end
    return "".join([*parts, shown[at:]])


def _bank_card(found: re.Match[str]) -> str | None:
    digits = re.sub(r"[ \-]", "", found[0])
    if not _CARD_NUMBER.fullmatch(digits) or not _has_right_sum(digits):
        return None
    return f"{'*' * (len(digits) - 4)}{digits[-4:]}"


def _has_right_sum(digits: str) -> bool:
    """Luhn's check, as bank cards have it (ISO/IEC 7812)."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + index % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


# What is found first in a text wins over what overlaps it.
_IN_TEXT: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]], ...] = (
    (_EMAIL, lambda found: mask_email(found[0])),
    (_ID_CARD, lambda found: mask_id_card(found[0]) if is_id_card(found[0]) else None),
    (_CARD, _bank_card),
    (_PHONE, lambda found: f"{found[1]}****{found[3]}"),
    (_LANDLINE, lambda found: f"{found[1]}{'*' * (len(found[2]) - 2)}{found[2][-2:]}"),
)
