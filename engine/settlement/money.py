"""Amounts of money as whole numbers, and the one place where they are rounded.

- Outside: decimal strings or Decimal in major units ("128.50"), always beside a currency.
- Inside: `minor`, an int in the smallest unit of the currency (分; yen; fils).
- Before rounding: `fine`, an int in 1/UNIT of a minor unit. A rate times a minor amount is a whole
  number of fine units, so sums of entries are exact and no order of arrival changes them.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

from engine.core.errors import InvalidInput, Problem
from engine.core.text import Text, text

FINE = 8
UNIT: int = 10**FINE
# A rate is written as percent: 1 % of one minor unit is this many fine units.
PERCENT = UNIT // 100
PERCENT_PLACES = FINE - 2

Rounding = Literal["half_up", "down", "half_even"]
ROUNDINGS: frozenset[str] = frozenset(get_args(Rounding))

# ISO 4217, list one: decimals -> every currency in use that has so many.
_CURRENCIES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN "
    "BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP "
    "GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT "
    "LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN "
    "NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE "
    "SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES "
    "WST XCD XCG YER ZAR ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
EXPONENTS: dict[str, int] = {
    code: places for places, codes in _CURRENCIES.items() for code in codes.split()
}

_NUMBER = re.compile(r"(-?)([0-9]{1,18})(?:\.([0-9]{1,18}))?")


def exponent(currency: str, path: str = "") -> int:
    """How many decimals the currency has; InvalidInput for one that ISO 4217 does not know."""
    places = EXPONENTS.get(currency) if isinstance(currency, str) else None
    if places is None:
        shown = str(currency)[:20]
        raise _wrong(
            text(f"没有币种「{shown}」", f"there is no currency {shown!r}"), path, "currency"
        )
    return places


def to_minor(value: str | int | Decimal, currency: str, path: str = "") -> int:
    """An amount in major units as minor units; InvalidInput when it is finer than the currency."""
    places = exponent(currency)
    found = _NUMBER.fullmatch(value) if type(value) is str else None
    if found is not None:
        sign, whole, part = found.groups()
        part = part or ""
        if len(part) <= places or not part[places:].strip("0"):
            minor: int = int(whole + part[:places].ljust(places, "0"))
            return -minor if sign else minor
    if type(value) is Decimal:
        _, digits, shift = value.as_tuple()
        if type(shift) is int and -places <= shift <= 0 and len(digits) - shift <= 18:
            return int(value.scaleb(places))
    units: Fraction = Fraction(read_number(value, path)) * 10**places
    if units.denominator != 1:
        raise _wrong(
            text(
                f"{currency} 的金额最多 {places} 位小数",
                f"an amount in {currency} has at most {places} decimals",
            ),
            path,
            "too_many_decimals",
        )
    return units.numerator


def to_major(minor: int, currency: str) -> Decimal:
    """Minor units as major units, with all decimals of the currency: 12850 -> 128.50."""
    return Decimal(minor).scaleb(-exponent(currency))


def fine_to_major(fine: int, currency: str) -> Decimal:
    """Fine units as an exact amount in major units, without zeros at its end."""
    places = exponent(currency) + FINE
    sign, digits = ("-", str(-fine)) if fine < 0 else ("", str(fine))
    digits = digits.rjust(places + 1, "0")
    part = digits[len(digits) - places :].rstrip("0")
    whole = digits[: len(digits) - places]
    return Decimal(f"{sign}{whole}.{part}" if part else f"{sign}{whole}")


def read_number(value: object, path: str = "") -> Decimal:
    """An exact number from text, int or Decimal; InvalidInput for anything else, also floats."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return Decimal(value)
    if isinstance(value, Decimal) and value.is_finite() and abs(value) < 10**18:
        places = value.as_tuple().exponent
        if isinstance(places, int) and places >= -18:
            return value
    raise _wrong(
        text(
            '应为写成文字的数，如 "12.50"，整数部分不超过 18 位',
            'must be a number written as text such as "12.50", with at most 18 digits in front',
        ),
        path,
        "not_a_number",
    )


def round_fine(fine: int, mode: Rounding = "half_up") -> int:
    """Fine units as minor units. Negative amounts mirror positive ones in every mode.

    half_up    a half goes away from zero (0.005 -> 0.01, -0.005 -> -0.01)
    down       what is less than a minor unit falls away
    half_even  a half goes to the even neighbour (0.005 -> 0.00, 0.015 -> 0.02)
    """
    size = -fine if fine < 0 else fine
    minor, rest = divmod(size, UNIT)
    if mode == "half_up":
        if rest * 2 >= UNIT:
            minor += 1
    elif mode == "half_even":
        if rest * 2 > UNIT or (rest * 2 == UNIT and minor & 1):
            minor += 1
    elif mode != "down":
        raise _wrong(
            text(f"没有舍入方式「{mode}」", f"there is no rounding {mode!r}"), "", "rounding"
        )
    return -minor if fine < 0 else minor


def round_ratio(top: int, bottom: int) -> int:
    """top / bottom (above zero) as a whole number, halves to even."""
    whole, rest = divmod(top, bottom)
    if rest * 2 > bottom or (rest * 2 == bottom and whole & 1):
        whole += 1
    return whole


def _wrong(message: Text, path: str, code: str) -> InvalidInput:
    return InvalidInput(message, [Problem(path, message, code)])
