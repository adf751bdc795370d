"""What goes wrong while an expression is evaluated, and the words for it."""

from __future__ import annotations

from engine.core.errors import GiveUp, InvalidExpression
from engine.core.text import Text, text


class EvaluationError(GiveUp):
    """The data does not fit the expression: never an answer, never "false"."""

    def __init__(self, message: Text | str) -> None:
        super().__init__(message, code="expression")


KIND_WORDS: dict[str, Text] = {
    "number": text("数字", "a number"),
    "text": text("文字", "text"),
    "boolean": text("是/否", "true/false"),
    "time": text("时间", "a time"),
    "duration": text("时长", "a duration"),
    "list": text("列表", "a list"),
    "set": text("集合", "a set"),
    "record": text("对象", "an object"),
    "null": text("空值", "null"),
}


def mismatch(left: str, right: str) -> EvaluationError:
    """Two kinds that can never be compared or joined."""
    a, b = KIND_WORDS[left], KIND_WORDS[right]
    return EvaluationError(
        text(f"不能拿{a['zh']}与{b['zh']}比较或运算", f"{a['en']} cannot be used against {b['en']}")
    )


def expected(wanted: str, found: str) -> EvaluationError:
    """One kind was needed, another was found."""
    a, b = KIND_WORDS[wanted], KIND_WORDS[found]
    return EvaluationError(
        text(f"此处应为{a['zh']}，实际是{b['zh']}", f"expected {a['en']}, found {b['en']}")
    )


def invalid(zh: str, en: str, at: int | None = None) -> InvalidExpression:
    """The text cannot be compiled; the sentence names the column, counted from 1."""
    if at is None:
        return InvalidExpression(text(zh, en))
    return InvalidExpression(text(f"第 {at + 1} 个字符：{zh}", f"column {at + 1}: {en}"), at)
