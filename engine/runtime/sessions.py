"""Signing in and out: from a password (and a second factor) to a session, and back.

A session's secret is in a cookie; the database keeps its hash only. A session ends after
`IDLE_FOR` without a call, `LASTS_FOR` after it began, or when somebody ends it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from engine.core.errors import InvalidInput, Problem, Unauthenticated
from engine.core.text import text
from engine.runtime import second_factor
from engine.runtime.passwords import STRONG, Passwords
from engine.runtime.principal import Principal, person
from engine.runtime.world import World
from engine.store import accounts as account_store
from engine.store import flows as flow_store
from engine.store import sessions as session_store

IDLE_FOR = timedelta(hours=8)
LASTS_FOR = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)


class SecondFactorNeeded(Unauthenticated):
    """The password is right; a code is still missing."""

    code = "second_factor_needed"


class WrongCode(Unauthenticated):
    """The code is wrong, too old, or was used before."""

    code = "wrong_code"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: the cookie's value, and who it belongs to."""

    token: str = field(repr=False)
    who: Principal


def tenant_of_login(world: World, named: str | None) -> str:
    """The tenant somebody signs in to; need not be named where there is only one."""
    if named:
        return named
    with world.db.reading() as conn:
        found = flow_store.list_tenants(conn)
    if len(found) == 1:
        return str(found[0].id)
    raise InvalidInput(
        text("请填写企业", "say which tenant"),
        [Problem("/tenant", text("必填", "is required"), "missing")],
    )


def sign_in(
    world: World,
    tenant: str,
    login: str,
    password: str,
    code: str | None = None,
    *,
    address: str | None = None,
    agent: str | None = None,
    passwords: Passwords = STRONG,
) -> SignedIn:
    """A new session for a login name and its password.

    1. Look the user up; check the password against its hash, or against nobody's, so that both
       take as long. Nothing is locked meanwhile: hashing takes tens of milliseconds.
    2. Where the user has a second factor, use up the code.
    3. Store the session; renew a hash made with older costs.

    Raises Unauthenticated: the same words for an unknown login, a wrong password, a disabled user.
    """
    with world.db.reading() as conn:
        user = account_store.find_user_by_login(conn, tenant, login)
    stored = user.password if user is not None else None
    if not passwords.fits(stored, password) or user is None or user.status != "active":
        raise Unauthenticated(text("登录名或密码不正确", "the login name or the password is wrong"))
    if user.totp is not None and not code:
        raise SecondFactorNeeded(text("请输入动态口令", "give the code of the second factor"))
    renewed = passwords.hash(password) if passwords.is_outdated(user.password) else None
    now = world.now()
    token = secrets.token_urlsafe(32)
    row = {
        "id": _hash(token),
        "tenant": tenant,
        "user_id": user.id,
        "csrf": secrets.token_urlsafe(24),
        "created_at": now,
        "seen_at": now,
        "until": now + LASTS_FOR,
        "second_factor_at": now if user.totp is not None else None,
        "address": address,
        "agent": agent[:300] if agent else None,
    }
    with world.db.begin() as conn:
        user = account_store.lock_user(conn, tenant, user.id) or user
        if user.totp is not None and not second_factor.use(world, conn, user, code or ""):
            raise WrongCode(text("动态口令不正确", "the code is wrong"))
        account_store.note_login(
            conn,
            tenant,
            user.id,
            {"last_login_at": now, **({"password": renewed} if renewed else {})},
        )
        session_store.insert_session(conn, row)
        who = replace(
            person(conn, user),
            session=row["id"],
            csrf=row["csrf"],
            second_factor_at=row["second_factor_at"],
            address=address,
        )
        who.note(conn, now, "session.begin", f"user:{user.id}")
    return SignedIn(token, who)


def by_session(world: World, token: str, address: str | None) -> Principal:
    """Whose session a cookie is; Unauthenticated when it has ended."""
    now = world.now()
    with world.db.reading() as conn:
        row = session_store.find_session(conn, _hash(token))
        if row is None or row.until <= now or row.seen_at + IDLE_FOR <= now:
            raise Unauthenticated(text("登录已过期，请重新登录", "the session has ended: sign in"))
        user = account_store.find_user(conn, row.tenant, row.user_id)
        if user is None or user.status != "active":
            raise Unauthenticated(text("账号已停用", "the account is disabled"))
        who = replace(
            person(conn, user),
            session=row.id,
            csrf=row.csrf,
            second_factor_at=row.second_factor_at,
            address=address,
        )
    if now - row.seen_at >= SEEN_EVERY:
        with world.db.begin() as conn:
            session_store.update_session(
                conn, row.tenant, row.id, {"seen_at": now, "address": address}
            )
    return who


def list_own(world: World, who: Principal) -> list[Any]:
    """A person's sessions that still hold, the one seen last first."""
    now = world.now()
    with world.db.reading() as conn:
        found = session_store.list_sessions(conn, who.tenant, who.id, now)
    return [row for row in found if row.seen_at + IDLE_FOR > now]


def sign_out(world: World, who: Principal) -> None:
    """Ends the session of this call."""
    with world.db.begin() as conn:
        session_store.end_session(conn, who.tenant, who.session or "")
        who.note(conn, world.now(), "session.end", f"user:{who.id}")


def sign_out_everywhere(
    world: World, who: Principal, user_id: str, *, keep_this: bool = False
) -> int:
    """Ends every session of a user, or every other one; returns how many."""
    with world.db.begin() as conn:
        ended = session_store.end_sessions(
            conn, who.tenant, user_id, but=who.session if keep_this else None
        )
        who.note(conn, world.now(), "session.end_all", f"user:{user_id}", {"ended": ended})
    return ended


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
