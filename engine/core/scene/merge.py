"""Three-way merge of flow documents: what a scene was, what the business made of it, what it is.

Objects merge member by member; lists whose rows have ids (nodes, lines, branches, cases by name)
row by row; everything else is one value. Per value:

1. changed on one side only: that side's; what only the scene changed the caller may refuse
2. changed on both sides to the same: that
3. changed on both sides differently, or changed here and taken away there: a conflict. Mine stays
   unless the caller has chosen theirs. Places on the canvas are mine without a word.

Pointers name rows by id, as differences do: `/nodes/n5/config/branches/b2/when`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Side = Literal["mine", "theirs"]
ConflictKind = Literal["changed", "removed_here", "removed_there", "order", "locked"]


class _Missing:
    """A value that is not there."""


MISSING: Any = _Missing()
_COSMETIC = ("position", "width", "height")


@dataclass(frozen=True, slots=True)
class Conflict:
    """A value both sides have changed; None where one is not there.

    kind    removed_here: the business took it away and the scene changed it; removed_there: the
            other way round; order: both moved the rows of a list; locked: head office's value stays
    chosen  what is in the merged document; None: nobody has said yet, so mine
    """

    path: str
    kind: ConflictKind
    base: Any
    mine: Any
    theirs: Any
    chosen: Side | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A value only theirs has changed: it came in, unless the caller refused it."""

    path: str
    mine: Any
    theirs: Any
    is_taken: bool


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged document, its conflicts, and what only theirs has changed."""

    document: dict[str, Any]
    conflicts: tuple[Conflict, ...]
    offers: tuple[Offer, ...]

    @property
    def taken(self) -> tuple[str, ...]:
        """The pointers at which theirs came in."""
        return tuple(one.path for one in self.offers if one.is_taken)

    @property
    def is_clear(self) -> bool:
        """Whether every conflict has been decided."""
        return all(one.chosen is not None or one.kind == "locked" for one in self.conflicts)


@dataclass(slots=True)
class _Merge:
    choices: Mapping[str, Side]
    conflicts: list[Conflict] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)

    def offer(self, path: str, mine: Any, theirs: Any) -> Side:
        """A value only theirs has changed: it comes in, unless the caller refuses it."""
        side = self.choices.get(path, "theirs")
        here, there = (None if one is MISSING else one for one in (mine, theirs))
        self.offers.append(Offer(path, here, there, side == "theirs"))
        return side


def merge_flow(
    base: Mapping[str, Any] | None,
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    choices: Mapping[str, Side] | None = None,
    *,
    may_unlock: bool = False,
) -> Merged:
    """One flow document merged; all three as `dump_flow` writes them.

    `base` None: what was installed is not known, so every difference is a conflict. Parameters with
    "x-lock" stay as they are unless `may_unlock`.
    """
    work = _Merge(choices or {})
    found = _value(work, "", base if base is not None else {}, mine, theirs)
    document: dict[str, Any] = {**found, "key": mine["key"], "format": mine["format"]}
    if not may_unlock:
        _keep_locked(work, mine, document)
    return Merged(document, tuple(work.conflicts), tuple(work.offers))


def _value(work: _Merge, path: str, base: Any, mine: Any, theirs: Any) -> Any:
    if _same(mine, theirs) or _same(theirs, base):
        return mine
    if path.rpartition("/")[2] in _COSMETIC and mine is not MISSING and not _same(mine, base):
        return mine
    if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
        return _members(work, path, base if isinstance(base, Mapping) else {}, mine, theirs)
    ids = [_ids(one) for one in (base if isinstance(base, list) else [], mine, theirs)]
    if all(found is not None for found in ids):
        return _rows(work, path, *[found or {} for found in ids])
    if _same(mine, base):
        return theirs if work.offer(path, mine, theirs) == "theirs" else mine
    kind: ConflictKind = "changed"
    if mine is MISSING:
        kind = "removed_here"
    elif theirs is MISSING:
        kind = "removed_there"
    return theirs if _conflict(work, path, kind, base, mine, theirs) == "theirs" else mine


def _members(
    work: _Merge,
    path: str,
    base: Mapping[str, Any],
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
) -> dict[str, Any]:
    found = {}
    for name in dict.fromkeys([*mine, *theirs]):
        inner = _value(
            work,
            f"{path}/{_escape(name)}",
            base.get(name, MISSING),
            mine.get(name, MISSING),
            theirs.get(name, MISSING),
        )
        if inner is not MISSING:
            found[name] = inner
    return found


def _rows(
    work: _Merge,
    path: str,
    base: Mapping[str, Any],
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
) -> list[Any]:
    kept = _members(work, path, base, mine, theirs)
    shared = base.keys() & mine.keys() & theirs.keys()
    was, here, there = ([id_ for id_ in each if id_ in shared] for each in (base, mine, theirs))
    lead, follow = (theirs, mine) if here == was else (mine, theirs)
    if here not in (was, there) and there != was:
        chosen = _conflict(work, f"{path}/order", "order", was, here, there)
        lead, follow = (theirs, mine) if chosen == "theirs" else (mine, theirs)
    elif here == was and there != was:
        chosen = work.offer(f"{path}/order", here, there)
        lead, follow = (theirs, mine) if chosen == "theirs" else (mine, theirs)
    order = [id_ for id_ in lead if id_ in kept]
    before: int | None = None  # where the row in front of it in its own list stands
    for id_ in follow:
        if id_ in order:
            before = order.index(id_)
        elif id_ in kept:
            before = 0 if before is None else before + 1
            order.insert(before, id_)
    return [kept[id_] for id_ in order]


def _keep_locked(work: _Merge, mine: Mapping[str, Any], document: dict[str, Any]) -> None:
    """A locked parameter is changed by head office alone, whatever the road."""
    held = (mine.get("params") or {}).get("properties") or {}
    now = dict((document.get("params") or {}).get("properties") or {})
    for name, schema in held.items():
        if isinstance(schema, Mapping) and schema.get("x-lock") and now.get(name) != schema:
            path = f"/params/properties/{_escape(name)}"
            # What was said of its parts means nothing any more.
            work.conflicts = [one for one in work.conflicts if not one.path.startswith(path)]
            work.offers = [one for one in work.offers if not one.path.startswith(path)]
            work.conflicts.append(
                Conflict(path, "locked", schema, schema, now.get(name), chosen="mine")
            )
            now[name] = schema
    if now:
        document["params"] = {**(document.get("params") or mine["params"]), "properties": now}


def _conflict(
    work: _Merge, path: str, kind: ConflictKind, base: Any, mine: Any, theirs: Any
) -> Side | None:
    chosen = work.choices.get(path)
    was, here, there = (None if one is MISSING else one for one in (base, mine, theirs))
    work.conflicts.append(Conflict(path, kind, was, here, there, chosen))
    return chosen


def _ids(value: Any) -> dict[str, Any] | None:
    """The rows of a list by id (cases by name); None when it is no list of such rows."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    found = {}
    for row in value:
        id_ = (row.get("id") or row.get("name")) if isinstance(row, Mapping) else None
        if not isinstance(id_, str) or id_ in found:
            return None
        found[id_] = row
    return found


def _same(one: Any, other: Any) -> bool:
    return one is other or (one == other and isinstance(one, bool) == isinstance(other, bool))


def _escape(name: Any) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
