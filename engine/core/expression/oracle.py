"""rule-engine's own answer to the same text: the oracle of the differential tests and the bench.

Nothing in the product asks it. Where it answers, ours must agree, but for what is decided otherwise
(each is tested by name in tests/engine/core/expression/test_oracle.py):

- text against number, time or duration with `==`, `!=`, `in` is an error, there it is "not equal";
- `true` is no number: `true in [1]` is false, there it is true;
- `<=` and `>=` of two nulls are false, there they are true;
- a key wins over a built-in attribute (`steps.values`), there the attribute wins;
- times answer in the zone of the expression, there in their own; weekdays are always English;
- texts that spell no number are an error in `to_flt`, there they are NaN; signs are read;
- `to_str` writes no exponent; regular expressions are RE2's.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any

import rule_engine
from rule_engine.errors import MappingAttributeLookupDeprecation

from engine.core.expression.literals import CHINA


class SilentError(Exception):
    """The oracle gave no answer: it refused the text or the data."""


def oracle(source: str, zone: tzinfo = CHINA) -> Callable[[Mapping[str, Any]], Any]:
    """A function of the scope evaluated by rule-engine; only for texts `parse` accepts.

    Its parser computes constants while it reads, so it must never see an unguarded text.
    """
    try:
        with warnings.catch_warnings():
            # It warns once per context that `a.b` on a record will need a setting in version 6.
            warnings.simplefilter("ignore", MappingAttributeLookupDeprecation)
            rule = rule_engine.Rule(source, context=rule_engine.Context(default_timezone=zone))
    except Exception as error:
        raise SilentError(str(error)) from error

    def ask(scope: Mapping[str, Any]) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", MappingAttributeLookupDeprecation)
                return rule.evaluate(scope)
        except Exception as error:
            raise SilentError(str(error)) from error

    return ask
