"""Whether this caller may make this call.

An endpoint's act is checked before its function runs. What depends on a row (whose store, who made
it) the function checks itself, with `caller().require(act, path)`, `visible_units` and
`refuse_own`.
"""

from __future__ import annotations

from datetime import timedelta

from api.context import world
from api.resource import PERSON, PUBLIC, SIGNED_IN, Access
from engine.core.errors import Forbidden
from engine.core.text import text
from engine.runtime.principal import OwnWork, Principal, refuse_own, visible_units

SECOND_FACTOR_FOR = timedelta(minutes=10)


class SecondFactorStale(Forbidden):
    """A key act: the second factor must have been given within the last ten minutes."""

    code = "second_factor_stale"


class SecondFactorMissing(Forbidden):
    """A key act, and the caller has no second factor yet."""

    code = "second_factor_missing"


class PasswordChangeNeeded(Forbidden):
    """The first password must be changed before anything else."""

    code = "password_change_needed"


class PeopleOnly(Forbidden):
    """Only a person may do this, not a key."""

    code = "people_only"


def check_access(access: Access, who: Principal) -> None:
    """Forbidden unless this caller may call this endpoint."""
    if access.act == PUBLIC:
        return
    if access.act == PERSON and not who.is_person:
        raise PeopleOnly(text("只能由本人登录操作", "only a person who is signed in may do this"))
    if who.must_change_password and access.act != PERSON:
        raise PasswordChangeNeeded(
            text("请先修改初始密码", "change your first password before anything else")
        )
    if access.act not in (SIGNED_IN, PERSON):
        who.require(access.act)
    if access.key_act:
        require_second_factor(who)


def require_second_factor(who: Principal) -> None:
    """Forbidden unless the second factor was given within the last ten minutes."""
    if not who.is_person:
        raise PeopleOnly(
            text(
                "关键操作须由本人通过动态口令完成，接口密钥不能代替",
                "a key act needs a person's second factor: an API key will not do",
            )
        )
    if not who.has_second_factor:
        raise SecondFactorMissing(
            text("关键操作须先绑定动态口令", "a key act needs a second factor: enrol one first")
        )
    given = who.second_factor_at
    if given is None or given + SECOND_FACTOR_FOR < world().now():
        raise SecondFactorStale(
            text("请再次输入动态口令", "give the code of your second factor once more")
        )


__all__ = [
    "OwnWork",
    "check_access",
    "refuse_own",
    "require_second_factor",
    "visible_units",
]
