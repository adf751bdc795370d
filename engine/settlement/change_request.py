"""Changing what is locked: one person asks, another one with the owner's role answers.

    proposed ──approve──> approved ──apply──> applied
        ├──reject──> rejected      └──(value changed meanwhile)──> Conflict, ask anew
        └──withdraw──> withdrawn

Maker ≠ checker holds for everybody, admins too. All functions are pure: they give the next request
or raise; the caller stores it and writes the audit entry of both people.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from engine.core.errors import Conflict, Forbidden, InvalidInput, Problem
from engine.core.text import text
from engine.settlement.lock import Lock, Permit, is_same
from engine.settlement.pointer import find_all, put, stable, take

RequestState = Literal["proposed", "approved", "rejected", "withdrawn", "applied"]
VALID_FOR = timedelta(days=30)  # an approval nobody used; conditions have moved on since


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """`old` and `new` are JSON values; `had_old` False: there was none, `removes`: it is to go."""

    id: str
    scope: str
    pointer: str
    old: Any
    new: Any
    had_old: bool
    removes: bool
    owner_role: str
    maker: str
    reason: str
    made_at: datetime
    state: RequestState = "proposed"
    checker: str = ""
    answer: str = ""
    answered_at: datetime | None = None


def propose(
    id_: str,
    lock: Lock,
    document: Any,
    pointer: str,
    new: Any,
    *,
    maker: str,
    reason: str,
    now: datetime,
    removes: bool = False,
) -> ChangeRequest:
    """A request to set (or remove) one value under a lock.

    InvalidInput: no reason, a pointer that names several values, or a change that changes nothing.
    """
    if not reason.strip():
        message = text("请填写变更原因", "say why it should change")
        raise InvalidInput(message, [Problem("/reason", message, "missing")])
    path = stable(document, pointer)
    found = find_all(document, path)
    if len(found) > 1:
        message = text("一次只能申请改一个值", "a request changes one value at a time")
        raise InvalidInput(message, [Problem("/pointer", message, "pointer")])
    old = found[0][1] if found else None
    if removes and not found:
        message = text(f"文档里没有 {path}", f"there is no {path} in the document")
        raise InvalidInput(message, [Problem("/pointer", message, "pointer")])
    if not removes:
        put(document, path, new)  # says now, not after two people agreed, that it cannot be put
        if found and is_same(old, new):
            message = text("新值与原值相同", "the new value is the old one")
            raise InvalidInput(message, [Problem("/new", message, "unchanged")])
    return ChangeRequest(
        id=id_,
        scope=lock.scope,
        pointer=path,
        old=old,
        new=None if removes else new,
        had_old=bool(found),
        removes=removes,
        owner_role=lock.owner_role,
        maker=maker,
        reason=reason.strip(),
        made_at=now,
    )


def approve(
    request: ChangeRequest,
    *,
    checker: str,
    roles: Collection[str],
    second_factor: bool,
    now: datetime,
    answer: str = "",
) -> ChangeRequest:
    """Another person with the owner's role and a fresh second factor agrees; else Forbidden."""
    _demand_state(request, "proposed")
    _demand_checker(request, checker, roles)
    if not second_factor:
        raise Forbidden(text("需要二次验证", "this needs the second factor"))
    return replace(request, state="approved", checker=checker, answer=answer, answered_at=now)


def reject(
    request: ChangeRequest, *, checker: str, roles: Collection[str], answer: str, now: datetime
) -> ChangeRequest:
    """Another person with the owner's role declines, saying why."""
    _demand_state(request, "proposed")
    _demand_checker(request, checker, roles)
    if not answer.strip():
        message = text("请填写驳回原因", "say why it is declined")
        raise InvalidInput(message, [Problem("/answer", message, "missing")])
    return replace(request, state="rejected", checker=checker, answer=answer, answered_at=now)


def withdraw(request: ChangeRequest, *, by: str, now: datetime) -> ChangeRequest:
    """Its maker takes it back before it is applied."""
    if request.state not in ("proposed", "approved"):
        raise _wrong_state(request)
    if by != request.maker:
        raise Forbidden(text("只有申请人可以撤回", "only its maker can withdraw it"))
    return replace(request, state="withdrawn", answered_at=now)


def apply(request: ChangeRequest, document: Any, now: datetime) -> tuple[Any, ChangeRequest]:
    """The document with the approved change, and the request as applied.

    Conflict when the value is no longer the one two people looked at, or the approval is too old.
    """
    _demand_state(request, "approved")
    if request.answered_at is not None and now - request.answered_at > VALID_FOR:
        days = VALID_FOR.days
        raise Conflict(
            text(f"批准已超过 {days} 天，请重新申请", f"approved over {days} days ago: ask again")
        )
    found = find_all(document, request.pointer)
    is_there = bool(found)
    if is_there != request.had_old or (is_there and not is_same(found[0][1], request.old)):
        message = text(
            "这个值在批准之后又变了，请重新申请", "the value has changed since: ask again"
        )
        raise Conflict(message, [Problem(request.pointer, message, "changed_meanwhile")])
    changed = (
        take(document, request.pointer)
        if request.removes
        else put(document, request.pointer, request.new)
    )
    return changed, replace(request, state="applied")


def permit(request: ChangeRequest) -> Permit:
    """What the lock check may let through for an approved request."""
    if request.state not in ("approved", "applied"):
        raise _wrong_state(request)
    return Permit(request.scope, request.pointer, request.new, request.removes)


def demand_other_person(maker: str, checker: str) -> None:
    """Maker ≠ checker, for cards, adjustments, statements, payments and changes alike."""
    if maker == checker:
        raise Forbidden(
            text("须由另一人复核，不能自己批自己的", "another person must check what you made")
        )


def _demand_checker(request: ChangeRequest, checker: str, roles: Collection[str]) -> None:
    demand_other_person(request.maker, checker)
    if request.owner_role not in roles:
        raise Forbidden(
            text(
                f"只有「{request.owner_role}」可以复核",
                f"only “{request.owner_role}” may check this",
            )
        )


def _demand_state(request: ChangeRequest, state: RequestState) -> None:
    if request.state != state:
        raise _wrong_state(request)


def _wrong_state(request: ChangeRequest) -> Conflict:
    return Conflict(
        text(
            f"变更申请现在是「{request.state}」，不能这样操作",
            f"the change request is {request.state}, so this cannot be done",
        )
    )
