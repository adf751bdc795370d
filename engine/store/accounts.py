"""Who there is: users, roles, and who holds which role where.

A role grants acts ("flows.publish"), the tree grants rows: a role is held at a unit of the tree and
reaches everything below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    or_,
    select,
)
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.db import Json, Moment, metadata, tenant_column
from engine.store.org import org_units

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
    # The root for the whole tree; the same role may be held in two stores.
    Column("org_unit_id", Text, ForeignKey("org_units.id"), primary_key=True),
)


def insert_user(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(users.insert().values(**row))


def find_user(conn: Connection, tenant: str, user_id: str) -> Any | None:
    return conn.execute(
        select(users).where(users.c.tenant == tenant, users.c.id == user_id)
    ).first()


def find_user_by_login(conn: Connection, tenant: str, login: str) -> Any | None:
    return conn.execute(
        select(users).where(users.c.tenant == tenant, users.c.login == login)
    ).first()


def lock_user(conn: Connection, tenant: str, user_id: str) -> Any | None:
    """A user that nobody else changes until this transaction ends."""
    return conn.execute(
        select(users).where(users.c.tenant == tenant, users.c.id == user_id).with_for_update()
    ).first()


def list_users(
    conn: Connection,
    tenant: str,
    *,
    units: Iterable[str] | None = None,
    status: str | None = None,
    text: str | None = None,
    after: str = "",
    limit: int = 50,
) -> list[Any]:
    """By login, after a login; of some units where given; `text` is part of name or login."""
    where = [users.c.tenant == tenant, users.c.login > after]
    if units is not None:
        where.append(among(users.c.org_unit_id, units))
    if status:
        where.append(users.c.status == status)
    if text:
        where.append(
            or_(
                users.c.login.icontains(text, autoescape=True),
                users.c.name.icontains(text, autoescape=True),
            )
        )
    return list(
        conn.execute(select(users).where(*where).order_by(users.c.login).limit(limit)).all()
    )


def update_user(
    conn: Connection,
    tenant: str,
    user_id: str,
    values: Mapping[str, Any],
    revision: int | None = None,
) -> bool:
    """Writes a user; with `revision`, only if that is still the newest."""
    where = [users.c.tenant == tenant, users.c.id == user_id]
    if revision is not None:
        where.append(users.c.revision == revision)
    done = conn.execute(
        users.update().where(*where).values(revision=users.c.revision + 1, **values)
    )
    return done.rowcount == 1


def note_login(conn: Connection, tenant: str, user_id: str, values: Mapping[str, Any]) -> None:
    """Writes what signing in leaves behind; the user's revision stays."""
    conn.execute(
        users.update().where(users.c.tenant == tenant, users.c.id == user_id).values(**values)
    )


def use_code(conn: Connection, tenant: str, user_id: str, step: int) -> bool:
    """Marks a time step of the second factor as used; False when it or a later one was."""
    done = conn.execute(
        users.update()
        .where(
            users.c.tenant == tenant,
            users.c.id == user_id,
            or_(users.c.totp_last.is_(None), users.c.totp_last < step),
        )
        .values(totp_last=step)
    )
    return done.rowcount == 1


def insert_role(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(roles.insert().values(**row))


def find_role(conn: Connection, tenant: str, key: str) -> Any | None:
    return conn.execute(select(roles).where(roles.c.tenant == tenant, roles.c.key == key)).first()


def list_roles(conn: Connection, tenant: str) -> list[Any]:
    return list(
        conn.execute(select(roles).where(roles.c.tenant == tenant).order_by(roles.c.key)).all()
    )


def lock_roles(conn: Connection, tenant: str) -> None:
    """Lets one transaction at a time change who may do what in this tenant."""
    conn.execute(select(roles.c.id).where(roles.c.tenant == tenant).with_for_update()).all()


def update_role(
    conn: Connection, tenant: str, key: str, revision: int, values: Mapping[str, Any]
) -> bool:
    done = conn.execute(
        roles.update()
        .where(roles.c.tenant == tenant, roles.c.key == key, roles.c.revision == revision)
        .values(revision=revision + 1, **values)
    )
    return done.rowcount == 1


def delete_role(conn: Connection, tenant: str, role_id: str) -> None:
    conn.execute(roles.delete().where(roles.c.tenant == tenant, roles.c.id == role_id))


def holders(conn: Connection, tenant: str, role_id: str) -> int:
    """How many people hold a role."""
    return int(
        conn.execute(
            select(func.count(user_roles.c.user_id.distinct())).where(
                user_roles.c.tenant == tenant, user_roles.c.role_id == role_id
            )
        ).scalar_one()
    )


def held_roles(conn: Connection, tenant: str, user_ids: Iterable[str]) -> list[Any]:
    """Rows of (user_id, role id, key, name, acts, is_built_in, org_unit_id, path), by key."""
    return list(
        conn.execute(
            select(
                user_roles.c.user_id,
                roles.c.id,
                roles.c.key,
                roles.c.name,
                roles.c.acts,
                roles.c.is_built_in,
                user_roles.c.org_unit_id,
                org_units.c.path,
                org_units.c.parent_id,
            )
            .join(roles, roles.c.id == user_roles.c.role_id)
            .join(org_units, org_units.c.id == user_roles.c.org_unit_id)
            .where(
                user_roles.c.tenant == tenant,
                roles.c.tenant == tenant,
                org_units.c.tenant == tenant,
                among(user_roles.c.user_id, user_ids),
            )
            .order_by(user_roles.c.user_id, roles.c.key, org_units.c.path)
        ).all()
    )


def set_roles(conn: Connection, tenant: str, user_id: str, held: Iterable[tuple[str, str]]) -> None:
    """The roles of a user, as (role id, unit id); what is not named any more is taken away."""
    conn.execute(
        user_roles.delete().where(user_roles.c.tenant == tenant, user_roles.c.user_id == user_id)
    )
    for role_id, unit_id in held:
        conn.execute(
            user_roles.insert().values(
                tenant=tenant, user_id=user_id, role_id=role_id, org_unit_id=unit_id
            )
        )


def count_active_holders(conn: Connection, tenant: str, role_key: str, unit_id: str) -> int:
    """How many active people hold a role at a unit."""
    return int(
        conn.execute(
            select(func.count(users.c.id.distinct()))
            .join(user_roles, user_roles.c.user_id == users.c.id)
            .join(roles, roles.c.id == user_roles.c.role_id)
            .where(
                users.c.tenant == tenant,
                user_roles.c.tenant == tenant,
                roles.c.tenant == tenant,
                users.c.status == "active",
                roles.c.key == role_key,
                user_roles.c.org_unit_id == unit_id,
            )
        ).scalar_one()
    )


def is_unit_used(conn: Connection, tenant: str, unit_id: str) -> bool:
    """Whether a unit has units below it, people in it, or roles held at it."""
    for column in (org_units.c.parent_id, users.c.org_unit_id, user_roles.c.org_unit_id):
        found = conn.execute(
            select(column).where(column.table.c.tenant == tenant, column == unit_id).limit(1)
        )
        if found.first() is not None:
            return True
    return False


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
