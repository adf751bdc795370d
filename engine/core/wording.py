"""What pydantic says, in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.core.text import Text, text

# type of pydantic's error -> words; {name} is filled from the error's context.
_WORDS: Mapping[str, tuple[str, str]] = {
    "missing": ("必填", "is required"),
    "extra_forbidden": ("没有这一项", "is not known"),
    "model_type": ("应为对象", "must be an object"),
    "model_attributes_type": ("应为对象", "must be an object"),
    "dict_type": ("应为对象", "must be an object"),
    "list_type": ("应为列表", "must be a list"),
    "tuple_type": ("应为列表", "must be a list"),
    "set_type": ("应为列表", "must be a list"),
    "frozen_set_type": ("应为列表", "must be a list"),
    "string_type": ("应为文本", "must be text"),
    "string_too_short": ("至少 {min_length} 个字符", "needs at least {min_length} characters"),
    "string_too_long": ("最多 {max_length} 个字符", "takes at most {max_length} characters"),
    "string_pattern_mismatch": ("格式不符合要求", "does not have the form {pattern}"),
    "int_type": ("应为整数", "must be a whole number"),
    "int_parsing": ("应为整数", "must be a whole number"),
    "int_from_float": ("应为整数", "must be a whole number"),
    "int_parsing_size": ("整数过大", "is too large a number"),
    "float_type": ("应为数字", "must be a number"),
    "float_parsing": ("应为数字", "must be a number"),
    "finite_number": ("应为有限的数字", "must be a finite number"),
    "decimal_type": ("应为数字", "must be a number"),
    "decimal_parsing": ("应为数字", "must be a number"),
    "decimal_max_digits": ("最多 {max_digits} 位数字", "takes at most {max_digits} digits"),
    "decimal_max_places": ("最多 {decimal_places} 位小数", "takes {decimal_places} decimals"),
    "bool_type": ("应为 true 或 false", "must be true or false"),
    "bool_parsing": ("应为 true 或 false", "must be true or false"),
    "literal_error": ("应为 {expected} 之一", "must be one of {expected}"),
    "enum": ("应为 {expected} 之一", "must be one of {expected}"),
    "union_tag_invalid": ("应为 {expected_tags} 之一", "must be one of {expected_tags}"),
    "union_tag_not_found": ("缺少类型 {discriminator}", "needs {discriminator}"),
    "greater_than": ("应大于 {gt}", "must be more than {gt}"),
    "greater_than_equal": ("不能小于 {ge}", "must be at least {ge}"),
    "less_than": ("应小于 {lt}", "must be less than {lt}"),
    "less_than_equal": ("不能大于 {le}", "must be at most {le}"),
    "too_short": ("至少 {min_length} 项", "needs at least {min_length} items"),
    "too_long": ("最多 {max_length} 项", "takes at most {max_length} items"),
    "datetime_type": ("应为时间", "must be a time like 2026-11-11T08:00:00Z"),
    "datetime_parsing": ("时间格式不对", "must be a time like 2026-11-11T08:00:00Z"),
    "datetime_from_date_parsing": ("时间格式不对", "must be a time like 2026-11-11T08:00:00Z"),
    "timezone_aware": ("时间须带时区", "must be a time with its zone"),
    "date_type": ("应为日期", "must be a date like 2026-11-11"),
    "date_parsing": ("日期格式不对", "must be a date like 2026-11-11"),
    "date_from_datetime_parsing": ("日期格式不对", "must be a date like 2026-11-11"),
    "json_invalid": ("不是合法的 JSON", "is not JSON"),
    "recursion_loop": ("嵌套过深", "is nested too deep"),
}

_TIMES: Mapping[str, tuple[str, str]] = {
    "greater_than": ("应晚于 {gt}", "must be later than {gt}"),
    "greater_than_equal": ("不能早于 {ge}", "must not be earlier than {ge}"),
    "less_than": ("应早于 {lt}", "must be earlier than {lt}"),
    "less_than_equal": ("不能晚于 {le}", "must not be later than {le}"),
}


class Wrong(ValueError):
    """What a validator of ours says of a value, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.message = text(zh, en)


def message_of(error: Mapping[str, Any]) -> Text:
    """One error of pydantic as a sentence."""
    kind, context = error["type"], error.get("ctx") or {}
    if kind in ("value_error", "assertion_error"):
        reason = context.get("error")
        if isinstance(reason, Wrong):
            return reason.message
        return text(f"值不合规定（{reason}）", str(reason))
    filled = {name: str(value)[:200] for name, value in context.items()}
    if kind == "string_too_short" and context["min_length"] == 1:
        kind = "missing"  # shorter than one sign: nothing was written
    if kind in _TIMES and any(_DAY.match(value) for value in filled.values()):
        zh, en = _TIMES[kind]
    elif kind in _WORDS:
        zh, en = _WORDS[kind]
    else:
        return text(f"值不合规定（{error['msg']}）", str(error["msg"]))
    listed = {name: _LISTED.sub("、", value) for name, value in filled.items()}
    return text(zh.format_map(_Filled(listed)), en.format_map(_Filled(filled)))


_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LISTED = re.compile(r"(?<='),? (?:or )?(?=')")  # as pydantic lists choices: 'a', 'b' or 'c'


class _Filled(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"
