"""Who there is: users, roles, the org tree, sessions and keys.

A role grants acts ("flows.publish"), the tree grants rows: a role is held at a unit of the tree and
reaches everything below it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    or_,
    select,
)
from sqlalchemy.engine import Connection

from engine.store.db import Json, Moment, among, metadata, tenant_column

org_units = Table(
    "org_units",
    metadata,
    Column("id", Text, primary_key=True),  # org_…
    tenant_column(),
    Column("parent_id", Text, ForeignKey("org_units.id")),
    Column("path", Text, nullable=False),  # "/org_a/org_b/": ids from the root down
    Column("kind", Text, nullable=False),  # head_office | region | store | department
    Column("name", Text, nullable=False),
    Column("place", Json),
    Column("area", Json),
    Column("head_id", Text),  # the user who leads it
    Column("external_id", Text),
    Column("created_at", Moment, nullable=False),
    Index("ix_org_units_tenant_path", "tenant", "path"),
)

users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),  # usr_…
    tenant_column(),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("password", Text),  # argon2
    Column("totp", Text),  # sealed secret of the second factor
    Column("totp_last", Integer),  # last time step used: a code works once
    Column("recovery", Json),  # hashes of recovery codes left
    Column("org_unit_id", Text, ForeignKey("org_units.id")),
    Column("manager_id", Text),
    Column("party_id", Text),  # a partner's user sees this party only
    Column("locale", Text, nullable=False, default="zh"),
    Column("zone", Text),
    Column("status", Text, nullable=False),  # active | disabled
    Column("must_change_password", Boolean, nullable=False, default=False),
    Column("revision", Integer, nullable=False, default=1),
    Column("created_at", Moment, nullable=False),
    Column("last_login_at", Moment),
    UniqueConstraint("tenant", "login"),
)

roles = Table(
    "roles",
    metadata,
    Column("id", Text, primary_key=True),  # rol_…
    tenant_column(),
    Column("key", Text, nullable=False),
    Column("name", Json, nullable=False),  # {"zh", "en"} or a user's own text
    Column("acts", Json, nullable=False),
    Column("is_built_in", Boolean, nullable=False, default=False),
    Column("revision", Integer, nullable=False, default=1),
    UniqueConstraint("tenant", "key"),
)

user_roles = Table(
    "user_roles",
    metadata,
    Column("user_id", Text, ForeignKey("users.id"), primary_key=True),
    Column("role_id", Text, ForeignKey("roles.id"), primary_key=True),
    tenant_column(),
    Column("org_unit_id", Text, ForeignKey("org_units.id")),  # null: the whole tree
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),  # hash of the cookie's value
    tenant_column(),
    Column("user_id", Text, ForeignKey("users.id"), nullable=False, index=True),
    Column("csrf", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("second_factor_at", Moment),  # when it was last given
    Column("address", Text),
    Column("agent", Text),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),  # key_…, the visible part
    tenant_column(),
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("scopes", Json, nullable=False),  # acts
    Column("created_by", Text),
    Column("created_at", Moment, nullable=False),
    Column("until", Moment),
    Column("used_at", Moment),
    Column("revoked_at", Moment),
)


def people(
    conn: Connection,
    tenant: str,
    *,
    users_: Iterable[str] = (),
    roles_: Iterable[str] = (),
    relative: str | None = None,
    of: str | None = None,
) -> list[Any]:
    """Active users meant by ids or logins, by role keys, or seen from a person.

    `relative` is `manager`, `store_manager` (head of the nearest store above) or `department_head`
    (head of the unit `of` belongs to). Rows of id, name; each once, by id.
    """
    found: dict[str, Any] = {}
    base = select(users.c.id, users.c.name).where(
        users.c.tenant == tenant, users.c.status == "active"
    )
    named = [one for one in users_ if one]
    if named:
        rows = conn.execute(base.where(or_(among(users.c.id, named), among(users.c.login, named))))
        found |= {row.id: row for row in rows}
    keys = [one for one in roles_ if one]
    if keys:
        rows = conn.execute(
            base.join(user_roles, user_roles.c.user_id == users.c.id)
            .join(roles, roles.c.id == user_roles.c.role_id)
            .where(
                user_roles.c.tenant == tenant, roles.c.tenant == tenant, among(roles.c.key, keys)
            )
        )
        found |= {row.id: row for row in rows}
    if relative and of:
        above = _relative(conn, tenant, relative, of)
        if above:
            rows = conn.execute(base.where(users.c.id == above))
            found |= {row.id: row for row in rows}
    return [found[id_] for id_ in sorted(found)]


def _relative(conn: Connection, tenant: str, relative: str, of: str) -> str | None:
    person = conn.execute(
        select(users).where(users.c.tenant == tenant, or_(users.c.id == of, users.c.login == of))
    ).first()
    if person is None:
        return None
    if relative == "manager" and person.manager_id:
        return str(person.manager_id)
    unit = conn.execute(
        select(org_units).where(org_units.c.tenant == tenant, org_units.c.id == person.org_unit_id)
    ).first()
    if unit is None:
        return None
    above = conn.execute(
        select(org_units).where(
            org_units.c.tenant == tenant, among(org_units.c.id, unit.path.strip("/").split("/"))
        )
    ).all()
    # Nearest first: the longest path is the unit itself.
    for one in sorted(above, key=lambda row: -len(row.path)):
        if relative == "store_manager" and one.kind != "store":
            continue
        if one.head_id and one.head_id != person.id:
            return str(one.head_id)
    return None
