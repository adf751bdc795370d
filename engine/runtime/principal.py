"""Who does something: a person or a machine, what they may do, and for which part of the tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.core.errors import Forbidden
from engine.core.text import Locale, say, text
from engine.runtime.roles import ACTS, acts_of
from engine.store import accounts as account_store
from engine.store import audit as audit_store
from engine.store import org as org_store
from engine.store.db import Connection

WHOLE_TREE = "/"
SYSTEM = "system"


class OwnWork(Forbidden):
    """Maker and checker must be two people."""

    code = "own_work"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling. `reach` says for each act the paths of the org units it is held at.

    `id` is usr_… or key_…, or "system" for what the installation does by itself.
    """

    id: str
    tenant: str
    name: str
    reach: Mapping[str, tuple[str, ...]]
    locale: Locale | None = None
    session: str | None = None  # the session's id, of a person who is signed in
    second_factor_at: datetime | None = None
    has_second_factor: bool = False
    must_change_password: bool = False
    address: str | None = None
    csrf: str | None = field(default=None, repr=False)

    @property
    def is_person(self) -> bool:
        return self.id.startswith("usr_")

    @property
    def acts(self) -> frozenset[str]:
        return frozenset(self.reach)

    def may(self, act: str, path: str | None = None) -> bool:
        """Whether the act is granted; with a unit's `path`, whether it is granted there."""
        if path is None:
            return act in self.reach
        return any(path.startswith(root) for root in self.reach.get(act, ()))

    def require(self, act: str, path: str | None = None) -> None:
        """Forbidden unless the act is granted (there)."""
        if not self.may(act, path):
            raise Forbidden(
                text(
                    f"没有权限：{say(ACTS[act], 'zh')}({act})",
                    f"you may not {say(ACTS[act], 'en')} ({act})",
                )
            )

    def note(
        self, conn: Connection, now: datetime, act: str, target: str, detail: Any = None
    ) -> None:
        """Writes into the audit trail, in the transaction of the change itself."""
        audit_store.note(
            conn,
            {
                "tenant": self.tenant,
                "at": now,
                "who": self.id,
                "act": act,
                "target": target,
                "detail": detail,
                "address": self.address,
            },
        )


def system(tenant: str) -> Principal:
    """The installation itself: the command line and what happens by the clock. It may do all."""
    return Principal(SYSTEM, tenant, SYSTEM, dict.fromkeys(ACTS, (WHOLE_TREE,)))


def reach_of(held: Iterable[Any]) -> dict[str, tuple[str, ...]]:
    """What roles held at units add up to: {act: paths}. A path inside another is left out.

    `held` are rows of accounts.held_roles.
    """
    paths: dict[str, set[str]] = {}
    for row in held:
        # The root is the whole tree, also for rows that hang on no unit.
        at = WHOLE_TREE if row.parent_id is None else row.path
        for act in acts_of(row):
            paths.setdefault(act, set()).add(at)
    return {act: _outermost(found) for act, found in paths.items()}


def _outermost(paths: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for path in sorted(paths):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return tuple(kept)


def person(conn: Connection, user: Any) -> Principal:
    """A user's row as a principal, without a session."""
    held = account_store.held_roles(conn, user.tenant, [user.id])
    return Principal(
        id=user.id,
        tenant=user.tenant,
        name=user.name,
        reach=reach_of(held),
        locale="en" if user.locale == "en" else "zh",
        has_second_factor=user.totp is not None,
        must_change_password=user.must_change_password,
    )


def visible_units(conn: Connection, who: Principal, act: str) -> frozenset[str] | None:
    """Ids of the org units whose rows this act reaches; None when it reaches the whole tree.

    A row that hangs on no unit is seen only by those who reach the whole tree.
    """
    paths = who.reach.get(act, ())
    if WHOLE_TREE in paths:
        return None
    return org_store.unit_ids(conn, who.tenant, paths) if paths else frozenset()


def refuse_own(who: Principal, maker: str | None) -> None:
    """Four eyes: whoever made it may not check it, admins included."""
    if maker is not None and maker == who.id:
        raise OwnWork(
            text(
                "自己提交的内容须由另一人复核",
                "what you have made yourself must be checked by somebody else",
            )
        )
