"""The second factor: time-based codes (RFC 6238) and recovery codes.

A code works once: the time step it belongs to is stored with a condition, so of two that send the
same code at the same moment one is refused. The secret is sealed; of recovery codes only hashes
are kept.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyotp

from engine.core.errors import Conflict, InvalidInput, NotFound, Problem, Unavailable
from engine.core.text import text
from engine.runtime.passwords import STRONG, Passwords
from engine.runtime.principal import Principal
from engine.runtime.world import World
from engine.store import accounts as account_store
from engine.store import sessions as session_store
from engine.store.db import Connection

ENROL_WITHIN = timedelta(minutes=15)
RECOVERY_CODES = 10
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that looks like another


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app needs; `ticket` comes back with the first code."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    ticket: str = field(repr=False)


def begin_enrolment(
    world: World, who: Principal, password: str, *, passwords: Passwords = STRONG
) -> Enrolment:
    """A fresh secret for a person; nothing is stored before the first code is right."""
    with world.db.reading() as conn:
        user = account_store.find_user(conn, who.tenant, who.id)
    if user is None or not passwords.fits(user.password, password):
        raise InvalidInput(
            text("密码不正确", "the password is wrong"),
            [Problem("/password", text("不正确", "is wrong"), "wrong")],
        )
    secret = pyotp.random_base32(32)
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.login, issuer_name="Jimu")
    ticket = world.vault.seal(f"{world.now().isoformat()} {secret}", f"enrol:{user.id}")
    return Enrolment(secret, uri, ticket)


def finish_enrolment(world: World, who: Principal, ticket: str, code: str) -> list[str]:
    """Takes the secret into use if the code belongs to it; returns the recovery codes, once."""
    now = world.now()
    try:
        begun, _, secret = world.vault.open(ticket, f"enrol:{who.id}").partition(" ")
    except Unavailable:
        raise _wrong("/ticket") from None
    if datetime.fromisoformat(begun) + ENROL_WITHIN < now:
        raise Conflict(text("绑定已超时，请重新开始", "enrolment took too long: begin again"))
    step = _step_of(secret, code, now)
    if step is None:
        raise _wrong("/code")
    codes = _new_codes()
    with world.db.begin() as conn:
        _write(
            conn,
            who,
            {
                "totp": world.vault.seal(secret, _about(who.id)),
                "totp_last": step,
                "recovery": [_hash(one) for one in codes],
            },
        )
        if who.session:
            session_store.update_session(conn, who.tenant, who.session, {"second_factor_at": now})
        who.note(conn, now, "second_factor.enrol", f"user:{who.id}")
    return codes


def new_recovery_codes(world: World, who: Principal) -> list[str]:
    """Ten new recovery codes; those from before no longer work."""
    if not who.has_second_factor:
        raise Conflict(text("尚未绑定动态口令", "there is no second factor"))
    codes = _new_codes()
    with world.db.begin() as conn:
        _write(conn, who, {"recovery": [_hash(one) for one in codes]})
        who.note(conn, world.now(), "second_factor.recovery_codes", f"user:{who.id}")
    return codes


def remove(world: World, who: Principal, user_id: str) -> None:
    """Takes a person's second factor away: one's own, or for somebody who has lost it."""
    with world.db.begin() as conn:
        done = account_store.update_user(
            conn, who.tenant, user_id, {"totp": None, "totp_last": None, "recovery": None}
        )
        if not done:
            raise NotFound(text("没有这个用户", "there is no such user"))
        who.note(conn, world.now(), "second_factor.remove", f"user:{user_id}")


def give(world: World, who: Principal, code: str) -> bool:
    """Notes in the session that the second factor was given now; False for a wrong code."""
    now = world.now()
    with world.db.begin() as conn:
        user = account_store.lock_user(conn, who.tenant, who.id)
        if user is None or not use(world, conn, user, code):
            return False
        if who.session:
            session_store.update_session(conn, who.tenant, who.session, {"second_factor_at": now})
    return True


def use(world: World, conn: Connection, user: Any, code: str) -> bool:
    """Uses up a code or a recovery code of a locked user row; False when it is no good."""
    if user.totp is None:
        return False
    if re.fullmatch(r"[0-9]{6}", code.strip()):
        step = _step_of(world.vault.open(user.totp, _about(user.id)), code.strip(), world.now())
        return step is not None and account_store.use_code(conn, user.tenant, user.id, step)
    left: Sequence[str] = user.recovery or []
    hashed = _hash(code)
    if not any(hmac.compare_digest(hashed, one) for one in left):
        return False
    account_store.note_login(
        conn, user.tenant, user.id, {"recovery": [one for one in left if one != hashed]}
    )
    return True


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step a code belongs to: this one or a neighbour, since clocks differ."""
    totp = pyotp.TOTP(secret)
    here = int(now.timestamp()) // totp.interval
    fits = [
        step
        for step in (here - 1, here, here + 1)
        if hmac.compare_digest(totp.generate_otp(step), code.strip())
    ]
    return fits[-1] if fits else None


def _write(conn: Connection, who: Principal, values: dict[str, Any]) -> None:
    account_store.update_user(conn, who.tenant, who.id, values)


def _about(user_id: str) -> str:
    return f"totp:{user_id}"


def _new_codes() -> list[str]:
    def part() -> str:
        return "".join(secrets.choice(_LETTERS) for _ in range(5))

    return [f"{part()}-{part()}-{part()}" for _ in range(RECOVERY_CODES)]


def _hash(code: str) -> str:
    # 73 bits at random: no slow hash is needed.
    plain = re.sub(r"[^0-9A-Z]", "", code.upper())
    return hashlib.sha256(plain.encode()).hexdigest()


def _wrong(path: str) -> InvalidInput:
    return InvalidInput(
        text("动态口令不正确", "the code is wrong"),
        [Problem(path, text("不正确", "is wrong"), "wrong")],
    )
