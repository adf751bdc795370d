"""Changing a customer record: what it becomes, and what its history says. Nothing is stored here.

A record is as expressions see it: fixed fields and own fields side by side, `tags` a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from engine.core.errors import InvalidInput, Problem
from engine.core.schema import check_value
from engine.core.text import text

MAX_TAGS = 500
MAX_TAG = 64

# Fields with a road of their own: identities and phone through OneID, tags by tagging.
FIXED = frozenset({"id", "created_at", "identities", "phone", "tags", "consent", "owner_user"})
_TEXTS = {"name": 200, "nick": 200, "level": 200, "gender": 20, "province": 200, "city": 200,
          "source": 200, "birthday": 10}  # fmt: skip


class Change(NamedTuple):
    """One line of a customer's history."""

    field: str
    old: Any
    new: Any
    at: datetime
    by: str


class Changed(NamedTuple):
    """The record after, its history lines, and fields left alone because news of them is newer."""

    record: Mapping[str, Any]
    history: tuple[Change, ...] = ()
    stale: tuple[str, ...] = ()


def change_tags(
    record: Mapping[str, Any], add: Iterable[str], remove: Iterable[str], at: datetime, by: str
) -> Changed:
    """Adds and removes tags; one in both is added. Order stays, nothing is there twice."""
    held = record.get("tags") or ()
    added = [_tag(tag) for tag in add]
    removed = {_tag(tag) for tag in remove}.difference(added)
    tags = list(dict.fromkeys((*held, *added)))
    if removed:
        tags = [tag for tag in tags if tag not in removed]
    if len(tags) > MAX_TAGS:
        raise InvalidInput(
            text(f"一个客户最多 {MAX_TAGS} 个标签", f"a customer has at most {MAX_TAGS} tags")
        )
    return _with(record, {"tags": tags}, at, by)


def change_fields(
    record: Mapping[str, Any],
    fields: Mapping[str, Any],
    at: datetime,
    by: str,
    *,
    own_schema: Mapping[str, Any] | None = None,
    newest: Mapping[str, datetime] | None = None,
) -> Changed:
    """Sets fixed and own fields; None empties one.

    `own_schema` describes the own fields: without it any are taken, with it only its properties.
    `newest` is when each field was last told: platforms push out of order, and a field already
    known from later than `at` is left and named in `stale`. InvalidInput with paths otherwise.
    """
    problems = [
        problem for name, value in fields.items() for problem in _faults(name, value, own_schema)
    ]
    if problems:
        message = text("客户字段不能这样改", "the customer cannot be changed so")
        raise InvalidInput(message, problems)
    stale = tuple(name for name in fields if newest and name in newest and newest[name] > at)
    fresh = {name: value for name, value in fields.items() if name not in stale}
    found = _with(record, fresh, at, by)
    return Changed(found.record, found.history, stale)


def change_owner(record: Mapping[str, Any], user: str | None, at: datetime, by: str) -> Changed:
    """Hands the customer to a user, or to nobody."""
    return _with(record, {"owner_user": user}, at, by)


def change_consent(
    record: Mapping[str, Any], channel: str, allowed: bool, at: datetime, by: str
) -> Changed:
    """Notes a consent given or withdrawn on one channel."""
    return _with(record, {"consent": {**(record.get("consent") or {}), channel: allowed}}, at, by)


def _with(record: Mapping[str, Any], values: Mapping[str, Any], at: datetime, by: str) -> Changed:
    history = []
    for name, value in values.items():
        old = record.get(name)
        if not _is_same(old, value):
            history.append(Change(name, old, value, at, by))
    if not history:
        return Changed(record)
    return Changed({**record, **{line.field: line.new for line in history}}, tuple(history))


def _is_same(old: Any, new: Any) -> bool:
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def _tag(tag: Any) -> str:
    found = tag.strip() if isinstance(tag, str) else ""
    if not found or len(found) > MAX_TAG or "\x00" in found:
        raise InvalidInput(
            text(f"标签应为 1 到 {MAX_TAG} 个字", f"a tag has 1 to {MAX_TAG} characters")
        )
    return found


def _faults(name: str, value: Any, own_schema: Mapping[str, Any] | None) -> list[Problem]:
    path = f"/{name.replace('~', '~0').replace('/', '~1')}"
    if name in FIXED:
        return [Problem(path, text("这个字段不能直接修改", "cannot be changed directly"), "fixed")]
    if value is None:
        return []
    if name in _TEXTS:
        limit = _TEXTS[name]
        if isinstance(value, str) and len(value) <= limit and "\x00" not in value:
            return []
        message = text(f"应为不超过 {limit} 个字的文字", f"must be text up to {limit} characters")
        return [Problem(path, message, "string_type")]
    if own_schema is None:
        return []
    own = own_schema.get("properties", {}).get(name)
    if own is None:
        return [Problem(path, text("没有这个字段", "is not a known field"), "extra_forbidden")]
    return check_value({"$defs": own_schema.get("$defs", {}), **own}, value, path)
