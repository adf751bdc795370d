"""Keys for machines: `jimu_<id>_<secret>`, of which the database keeps a hash.

A key's scopes are acts, and never more than its maker holds. The secret is 256 bits at random, so
one round of sha256 is enough.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engine.core.errors import Forbidden, InvalidInput, NotFound, Problem, Unauthenticated
from engine.core.ids import is_id, new_id
from engine.core.text import say, text
from engine.runtime.principal import WHOLE_TREE, Principal, visible_units
from engine.runtime.roles import ACTS, unknown_acts
from engine.runtime.world import World
from engine.store import org as org_store
from engine.store import sessions as key_store

USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is shown once."""

    id: str
    secret: str = field(repr=False)


def create_key(
    world: World,
    who: Principal,
    name: str,
    scopes: Sequence[str],
    *,
    until: datetime | None = None,
    org_unit_id: str | None = None,
) -> NewKey:
    """A new key. InvalidInput for unknown acts or a past end; Forbidden for acts one lacks."""
    now = world.now()
    unknown = unknown_acts(scopes)
    if unknown:
        raise InvalidInput(
            text("没有这样的权限", "there is no such act"),
            [
                Problem(
                    f"/scopes/{list(scopes).index(one)}", text(f"没有权限 {one}", f"no act {one}")
                )
                for one in unknown
            ],
        )
    if until is not None and until <= now:
        raise InvalidInput(
            text("有效期已过", "the key would have ended already"),
            [Problem("/until", text("应晚于现在", "must lie in the future"))],
        )
    key_id = new_id("key", now)
    secret = secrets.token_urlsafe(32)
    with world.db.begin() as conn:
        path = WHOLE_TREE
        if org_unit_id is not None:
            unit = org_store.find_unit(conn, who.tenant, org_unit_id)
            if unit is None:
                raise NotFound(text("没有这个组织单元", "there is no such unit"))
            path = unit.path
        for act in scopes:
            if not who.may(act, path):
                raise Forbidden(
                    text(
                        f"不能授予自己没有的权限：{say(ACTS[act], 'zh')}",
                        f"you cannot give what you may not do: {say(ACTS[act], 'en')}",
                    )
                )
        key_store.insert_key(
            conn,
            {
                "id": key_id,
                "tenant": who.tenant,
                "name": name,
                "hash": _hash(secret),
                "scopes": sorted(set(scopes)),
                "org_unit_id": org_unit_id,
                "created_by": who.id,
                "created_at": now,
                "until": until,
            },
        )
        who.note(
            conn, now, "keys.create", f"key:{key_id}", {"name": name, "scopes": sorted(set(scopes))}
        )
    return NewKey(key_id, f"jimu_{key_id.removeprefix('key_')}_{secret}")


def by_key(world: World, sent: str, address: str | None) -> Principal:
    """Whose key it is; Unauthenticated when it is none, has ended or was revoked."""
    now = world.now()
    first, _, rest = sent.partition("_")
    body, _, secret = rest.partition("_")
    key_id = f"key_{body}"
    refused = Unauthenticated(text("接口密钥无效", "the API key is not valid"))
    if first != "jimu" or not is_id(key_id, "key"):
        raise refused
    with world.db.reading() as conn:
        row = key_store.find_key(conn, key_id)
        if row is None or not hmac.compare_digest(row.hash, _hash(secret)):
            raise refused
        if row.revoked_at is not None or (row.until is not None and row.until <= now):
            raise refused
        path = WHOLE_TREE
        if row.org_unit_id is not None:
            unit = org_store.find_unit(conn, row.tenant, row.org_unit_id)
            path = unit.path if unit is not None else "//"
    if row.used_at is None or now - row.used_at >= USED_EVERY:
        with world.db.begin() as conn:
            key_store.touch_key(conn, row.id, now, now - USED_EVERY)
    return Principal(
        id=row.id,
        tenant=row.tenant,
        name=row.name,
        reach={act: (path,) for act in row.scopes if act in ACTS},
        address=address,
    )


def list_keys(world: World, who: Principal, *, before: str | None, limit: int) -> list[Any]:
    """The keys of the caller's part of the tree."""
    with world.db.reading() as conn:
        units = visible_units(conn, who, "keys.read")
        return key_store.list_keys(conn, who.tenant, units=units, before=before, limit=limit)


def read_key(world: World, who: Principal, key_id: str, act: str = "keys.read") -> Any:
    """A key's row; NotFound also for one out of the act's reach."""
    with world.db.reading() as conn:
        row = key_store.find_key_of(conn, who.tenant, key_id)
        units = visible_units(conn, who, act)
    if row is None or (units is not None and row.org_unit_id not in units):
        raise NotFound(text("没有这个密钥", "there is no such key"))
    return row


def revoke_key(world: World, who: Principal, key_id: str) -> None:
    """Ends a key for good; one that has ended stays as it is."""
    read_key(world, who, key_id, "keys.edit")
    now = world.now()
    with world.db.begin() as conn:
        if key_store.revoke_key(conn, who.tenant, key_id, now):
            who.note(conn, now, "keys.revoke", f"key:{key_id}")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
