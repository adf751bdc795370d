"""A lock on a rate also stops the layers above it: nothing new may override what head office fixed.

What overrode it when the lock was set goes on: `overriding` shows it to whoever sets the lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from engine.core.errors import Problem
from engine.core.text import text
from engine.settlement.card import LAYERS
from engine.settlement.lock import Lock, Permit, is_same, violations
from engine.settlement.pointer import find_all, parts_of, put


def card_violations(
    scope: str,
    before: Any,
    after: Any,
    locks: Iterable[Lock],
    now: datetime,
    permits: Iterable[Permit] = (),
) -> list[Problem]:
    """Every locked value a write of a card would change, and every rule that would override one.

    A rule counts when it is new or changed, stands in a layer above a locked rule of the same term,
    and no permit puts exactly it there.
    """
    held, allowed = tuple(locks), tuple(permits)
    found = violations(scope, before, after, held, now, allowed)
    if before is None or after is None:
        return found
    for lock in held:
        if lock.scope != scope or not lock.holds(now):
            continue
        for rule in overriding(after, lock):
            path = f"/rules/{rule.get('id')}"
            if _stands(before, path, rule) or _is_permitted(scope, before, path, rule, allowed):
                continue
            message = text(
                f"会盖过总部锁定的 {lock.pointer}（{lock.reason}）",
                f"would override {lock.pointer}, which head office has locked ({lock.reason})",
            )
            found.append(Problem(path, message, "locked_below"))
    unique = {(one.path, one.code): one for one in found}
    return [unique[key] for key in sorted(unique)]


def overriding(card: Any, lock: Lock) -> list[Mapping[str, Any]]:
    """The rules of a card that work on a rate a lock holds: same term, a layer above."""
    locked = _locked_rules(card, lock)
    return [
        rule
        for rule in _rules(card)
        if any(
            rule.get("term") == below.get("term") and _depth(rule) > _depth(below)
            for below in locked
        )
    ]


def _locked_rules(card: Any, lock: Lock) -> list[Mapping[str, Any]]:
    parts = parts_of(lock.pointer)
    if not parts:
        return _rules(card)
    if parts[0] != "rules":
        return []
    at = "/".join(["", *lock.pointer.split("/")[1:3]])
    found = [value for _, value in find_all(card, at)]
    rules = found if len(parts) > 1 else _rules(card)
    return [rule for rule in rules if isinstance(rule, Mapping)]


def _rules(card: Any) -> list[Mapping[str, Any]]:
    rules = card.get("rules") if isinstance(card, Mapping) else None
    if not isinstance(rules, list | tuple):
        return []
    return [rule for rule in rules if isinstance(rule, Mapping)]


def _depth(rule: Mapping[str, Any]) -> int:
    layer = rule.get("layer", "base")
    return LAYERS.index(layer) if layer in LAYERS else len(LAYERS)


def _stands(card: Any, path: str, rule: Mapping[str, Any]) -> bool:
    return any(is_same(value, rule) for _, value in find_all(card, path))


def _is_permitted(
    scope: str, before: Any, path: str, rule: Mapping[str, Any], permits: Iterable[Permit]
) -> bool:
    """Whether a permit puts exactly this rule at its place, or what changed in it."""
    for permit in permits:
        if permit.scope != scope or permit.removes:
            continue
        if permit.pointer != path and not permit.pointer.startswith(path + "/"):
            continue
        if _stands(put(before, permit.pointer, permit.value), path, rule):
            return True
    return False
