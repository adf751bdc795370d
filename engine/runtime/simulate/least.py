"""The least of many ids as they come, in order: which few of many runs are kept."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Sequence


def among_first(ids: list[str], id_: str, most: int, let_go: Callable[[str], None]) -> bool:
    """Whether an id is one of the least; the one it displaces is let go."""
    if len(ids) >= most and (not ids or id_ >= ids[-1]):
        return False
    insort(ids, id_)
    if len(ids) > most:
        let_go(ids.pop())
    return True


def has(ids: Sequence[str], id_: str) -> bool:
    """Whether an id is among them."""
    place = bisect_left(ids, id_)
    return place < len(ids) and ids[place] == id_
