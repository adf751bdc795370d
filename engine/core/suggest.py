"""The nearest known name, for a sentence about an unknown one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from engine.core.text import Text, text


def suggest(name: str, known: Iterable[str]) -> Text:
    """`"，是否想写“amount”？"` when one name is near, else two empty texts."""
    near = get_close_matches(name[:100], list(known)[:500], n=1, cutoff=0.7)
    return (
        text(f"，是否想写“{near[0]}”？", f', did you mean "{near[0]}"?') if near else text("", "")
    )
