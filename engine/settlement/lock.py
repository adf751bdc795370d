"""Locks of head office: which values nobody may change, and which a write would change.

A lock names a document (`scope`: "rate_card:creators", "flow:after_sale", ...), a value in it (a
stable pointer, pointer.py) and why. It holds for everybody, its owner too: a locked value changes
by an approved change request alone (change_request.py). Every road that writes a document asks
`violations` with the document before and after and writes nothing when it is not empty: form, API,
import, template, upgrade, flow node, bulk edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.core.errors import InvalidInput, Locked, Problem
from engine.core.text import Text, text
from engine.settlement.pointer import find_all, put, take


@dataclass(frozen=True, slots=True)
class Lock:
    """`until` is an aware moment from which it no longer holds; None: until it is lifted."""

    id: str
    scope: str
    pointer: str
    owner_role: str
    reason: str
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Permit:
    """What an approved change request allows: this value at this place, nothing else.

    `removes` says that the value is to go; then `value` means nothing.
    """

    scope: str
    pointer: str
    value: Any = None
    removes: bool = False


def violations(
    scope: str,
    before: Any,
    after: Any,
    locks: Iterable[Lock],
    now: datetime,
    permits: Sequence[Permit] = (),
) -> list[Problem]:
    """Every locked value that `after` would change, as problems with the path in the document.

    `before` None is a new document: nothing in it is locked yet. `after` None takes the whole
    document away, and so every locked value in it.

    1. Take the locks of this document that hold now.
    2. Compare what each pointer names before and after: changed, moved away and doubled all count,
       and so does what appears where a lock says "*".
    3. Leave out what a permit allows to the letter.
    """
    if before is None:
        return []
    found: dict[str, Problem] = {}
    for lock in locks:
        if lock.scope != scope or not lock.holds(now):
            continue
        old = find_all(before, lock.pointer)
        new = find_all(after, lock.pointer) if after is not None else []
        for path in _changed(old, new):
            if path not in found and not _is_permitted(scope, path, before, after, permits):
                found[path] = Problem(path, say_lock(lock), "locked")
    return [found[path] for path in sorted(found)]


def demand_unlocked(
    scope: str,
    before: Any,
    after: Any,
    locks: Iterable[Lock],
    now: datetime,
    permits: Sequence[Permit] = (),
) -> None:
    """Raises Locked with every violated path; returns when the write may go on."""
    found = violations(scope, before, after, locks, now, permits)
    if found:
        raise Locked(
            text(
                "总部已锁定这些参数，请提交变更申请",
                "head office has locked these values: file a change request",
            ),
            found,
        )


def is_same(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same; true is not 1, and 1 is not 1.0."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(is_same, one, other))
    return type(one) is type(other) and bool(one == other)


def say_lock(lock: Lock) -> Text:
    """Who locked it, why and until when."""
    until = f"{lock.until:%Y-%m-%d %H:%M %Z}" if lock.until is not None else ""
    return text(
        f"已由「{lock.owner_role}」锁定（{lock.reason}）" + (f"，至 {until}" if until else ""),
        f"locked by “{lock.owner_role}” ({lock.reason})" + (f" until {until}" if until else ""),
    )


def _changed(old: list[tuple[str, Any]], new: list[tuple[str, Any]]) -> list[str]:
    """Paths whose values differ; a path may stand twice when ids are doubled."""
    paths = dict.fromkeys(path for path, _ in (*old, *new))
    changed = []
    for path in paths:
        was = [value for at, value in old if at == path]
        is_ = [value for at, value in new if at == path]
        if not is_same(was, is_):
            changed.append(path)
    return changed


def _is_permitted(
    scope: str, path: str, before: Any, after: Any, permits: Sequence[Permit]
) -> bool:
    """Whether permits explain the whole difference at `path`: before + permits = after there."""
    fitting = [permit for permit in permits if permit.scope == scope]
    if not fitting or after is None:
        return False
    made = before
    try:
        for one in fitting:
            made = take(made, one.pointer) if one.removes else put(made, one.pointer, one.value)
    except InvalidInput:
        return False  # what was permitted has no place any more
    return is_same(
        [value for _, value in find_all(made, path)], [value for _, value in find_all(after, path)]
    )
