"""The constants of one function: the values its source names k0, k1, …, each once."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_CENT = Decimal("0.01")
_MOST_DIGITS = 20  # before the point: quantize refuses more digits than a context holds


class ConstantTable:
    """Gives values their names, in the globals of the function to be."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names
        self._known: dict[Any, str] = {}

    def name(self, value: Any) -> str:
        # 1 and 1.00 are equal, and still two constants: a sum shows the places of its sides.
        key = (value.__class__, str(value) if value.__class__ is Decimal else value)
        try:
            if key in self._known:
                return self._known[key]
        except TypeError:  # not hashable: used once
            key = (Mapping, len(self._known))
        name = f"k{len(self._known)}"
        self._known[key] = name
        self._names[name] = sys.intern(value) if value.__class__ is str else value
        return name


def as_constants(function: Any, names: Mapping[str, Any]) -> Any:
    """The function with the constants themselves where its source has their names as texts.

    They are cheaper to load than globals; and the source still has no text of a user.
    """
    code = function.__code__
    held = tuple(_held(one, names) for one in code.co_consts)
    function.__code__ = code.replace(co_consts=held)
    return function


def _held(value: Any, names: Mapping[str, Any]) -> Any:
    if value.__class__ is tuple:  # the keys of a record
        return tuple(_held(one, names) for one in value)
    return names[value] if value.__class__ is str else value


def to_compare(value: Any) -> Any:
    """The same value as it is compared fastest.

    Most numbers are amounts, with two places, and Decimals of as many places are compared without
    shifting one of them.
    """
    if value.__class__ is Decimal and value.is_finite() and value.adjusted() < _MOST_DIGITS:
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and exponent > -2:
            return value.quantize(_CENT)
    return value
