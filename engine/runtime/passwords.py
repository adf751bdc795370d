"""Passwords: argon2id, and what counts as a password."""

from __future__ import annotations

import secrets
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.core.errors import InvalidInput, Problem
from engine.core.text import text

LEAST = 10
MOST = 200  # characters; hashing what is longer would only cost time
_COMMON = ("password", "1234567890", "0123456789", "qwertyuiop", "abcdefghij", "admin12345")


class Passwords:
    """Hashes and checks passwords. Tests pass a hasher that costs less."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        # 19 MiB and two passes: OWASP's recommendation, about 30 ms.
        self._hasher = hasher or PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def fits(self, stored: str | None, password: str) -> bool:
        """Whether a password is the stored one; takes as long when there is none."""
        try:
            return self._hasher.verify(stored or self._nobodys, password[:MOST]) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, stored: str) -> bool:
        """Whether a hash was made with other costs than those of today."""
        return self._hasher.check_needs_rehash(stored)


def check_password(password: str, *, login: str, path: str = "/password") -> None:
    """InvalidInput when a new password is too short, too long or too easy to guess."""
    said = None
    lowered = password.lower()
    if len(password) < LEAST:
        said = text(f"至少 {LEAST} 个字符", f"needs at least {LEAST} characters")
    elif len(password) > MOST:
        said = text(f"最多 {MOST} 个字符", f"takes at most {MOST} characters")
    elif len(set(lowered)) < 4 or lowered in _COMMON or lowered.strip("0123456789") in _COMMON:
        said = text("太容易被猜到", "is too easy to guess")
    elif len(login) >= 4 and login.lower() in lowered:
        said = text("不能包含登录名", "must not hold the login name")
    if said is not None:
        raise InvalidInput(
            text("密码不符合要求", "the password will not do"), [Problem(path, said, "password")]
        )


def generated_password() -> str:
    """Four groups that can be read out: 100 bits."""
    letters = "23456789abcdefghjkmnpqrstuvwxyz"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


STRONG = Passwords()
