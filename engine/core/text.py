"""A text for people, in the two languages the product speaks."""

from __future__ import annotations

from typing import Literal, TypedDict

Locale = Literal["zh", "en"]


class Text(TypedDict):
    """The same sentence twice: `{"zh": "...", "en": "..."}`."""

    zh: str
    en: str


def text(zh: str, en: str) -> Text:
    """Both wordings side by side, so that neither is forgotten."""
    return {"zh": zh, "en": en}


def say(words: Text | str, locale: Locale = "zh") -> str:
    """The wording in one language; a plain string (a user's own name) is the same in both."""
    return words if isinstance(words, str) else words[locale]
