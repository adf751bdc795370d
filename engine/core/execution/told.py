"""The rows of a way as its journal has them: the JSON that all its runs share, and values between.

`["root/paid","done","out",{},REASON,[],0.0,null],["root/large","done",...]`: what stands around the
values is the same in every run of a way, so it is written once, as fragments of JSON. orjson writes
a comma between any two members of a list, so a fragment begins and ends where one is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from engine.core.run import Row, StepRecord

REASON = StepRecord.__slots__.index("reason")  # its place in a row


class Name(str):
    """Stands in a row for a value that changes from run to run: its name in the way's function."""

    __slots__ = ()


class Telling:
    """How the rows of one way are told: `members` are fragments, names of values, fixed values."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.members: list[Any] = []
        # The rows, each with the places of its values: (in the row, in what is told).
        self._rows: list[tuple[Row, list[tuple[int, int]]]] = []
        self._reasons: list[int] = []  # the places of reasons in what is told
        pending: list[bytes] = []
        for row in rows:
            places = []
            for at, value in enumerate(row):
                raw = _json(value)
                if raw is not None:
                    pending.append(b"[" + raw if at == 0 else raw)
                    continue
                self._flush(pending)
                if isinstance(value, Name):
                    places.append((at, len(self.members)))
                    if at == REASON:
                        self._reasons.append(len(self.members))
                self.members.append(value)
            pending[-1] += b"]"
            self._rows.append((row, places))
        self._flush(pending)

    def _flush(self, pending: list[bytes]) -> None:
        """What was written since the last value becomes one fragment."""
        if pending:
            self.members.append(orjson.Fragment(b",".join(pending)))
            pending.clear()

    def names_rows(self, told: Sequence[Any]) -> bool:
        """Whether a reason that changes from run to run names rows of a table."""
        return True in ["rows" in told[place][1] for place in self._reasons]

    def rows(self, told: Sequence[Any]) -> list[Row]:
        """The rows as they would be had nobody told them."""
        found: list[Any] = []
        for row, places in self._rows:
            whole = list(row)
            for at, place in places:
                whole[at] = told[place]
            found.append(tuple(whole))
        return found


def _json(value: Any) -> bytes | None:
    """The JSON of a value; None for a name, and for what the journal's own writer must look at."""
    try:
        return orjson.dumps(value) if _is_plain(value) else None
    except (TypeError, ValueError):  # a number or a text JSON cannot hold
        return None


def _is_plain(value: Any) -> bool:
    if value.__class__ is dict:
        return all(
            name.__class__ is str and name[:1] != "$" and _is_plain(inner)
            for name, inner in value.items()
        )
    if value.__class__ is list or value.__class__ is tuple:
        return all(map(_is_plain, value))
    return value is None or value.__class__ in (str, int, bool, float)
