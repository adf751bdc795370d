"""The rows of a way as its journal has them: the JSON that all its runs share, and values between.

`["root/paid","done","out",OUTPUT,REASON,KEYS,0.0,null],["root/large","done",...]`: what stands
around the values is the same in every run of a way, so it is written once, as fragments of JSON.
orjson writes a comma between any two members of a list, so a fragment begins and ends where one is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from engine.core.run import Row


class Ran(NamedTuple):
    """The row of a step that is run: its output, reason and keys change, here are their names."""

    path: str
    port: str
    values: tuple[str, str, str]


class Telling:
    """How the rows of one way are told: `members` are fragments, names of values, whole rows."""

    def __init__(self, parts: Sequence[Row | Ran]) -> None:
        self.members: list[orjson.Fragment | str | Row] = []
        # The rows again, with the place of the first of its values for one that is run.
        self._rows: list[Row | tuple[str, str, int]] = []
        self._pending: list[bytes] = []
        for part in parts:
            if isinstance(part, Ran):
                self._pending.append(orjson.dumps([part.path, "done", part.port])[:-1])
                self._flush()
                self._rows.append((part.path, part.port, len(self.members)))
                self.members += part.values
                self._pending.append(b"0.0,null]")
                continue
            self._rows.append(part)
            if _is_plain(part[3]) and _is_plain(part[4][1]):
                self._pending.append(orjson.dumps(part))
            else:
                self._flush()
                self.members.append(part)
        self._flush()

    def _flush(self) -> None:
        """What was written since the last value becomes one fragment."""
        if self._pending:
            self.members.append(orjson.Fragment(b",".join(self._pending)))
            self._pending.clear()

    def rows(self, told: Sequence[Any]) -> list[Row]:
        """The rows as they would be had nobody told them."""
        found: list[Row] = []
        for one in self._rows:
            if len(one) == 3:
                path, port, at = one
                found.append((path, "done", port, told[at], told[at + 1], told[at + 2], 0.0, None))
            else:
                found.append(one)
        return found


def _is_plain(value: Any) -> bool:
    """Whether JSON has the value as it is; anything else is left to the journal's own writer."""
    if value.__class__ is dict:
        return all(_is_plain(inner) and name[:1] != "$" for name, inner in value.items())
    if value.__class__ is list:
        return all(map(_is_plain, value))
    return value is None or value.__class__ in (str, int, bool, float)
