"""`jimu user ...` and `jimu key add`: who may come in."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.place import TenantName, here
from engine.cli.screen import AsJson, print_json, show_table, tell
from engine.core.errors import NotFound
from engine.core.text import text
from engine.runtime import users
from engine.runtime.api_keys import create_key
from engine.runtime.granting import Grant
from engine.store import accounts as account_store

Login = Annotated[str, typer.Argument(help="The name to sign in with")]


def add(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="People who may sign in.")
    group.command("add")(add_user)
    group.command("list")(list_users)
    group.command("reset-password")(reset_password)
    app.add_typer(group, name="user")
    keys = typer.Typer(no_args_is_help=True, help="API keys of machines.")
    keys.command("add")(add_key)
    app.add_typer(keys, name="key")


def add_user(
    login: Login,
    name: Annotated[str, typer.Option(help="What the person is called")] = "",
    role: Annotated[list[str] | None, typer.Option(help="Roles over the whole tree")] = None,
    tenant: TenantName = None,
    as_json: AsJson = False,
) -> None:
    """A new person; the password is thought up and shown once."""
    world, who = here(tenant)
    grants = [Grant(one) for one in role or ()]
    made = users.create_user(world, who, {"login": login, "name": name or login}, grants)
    if as_json:
        print_json({"id": made.id, "login": login, "password": made.password})
        return
    tell(text(f"已添加 {login}", f"added {login}"))
    _show_password(made.password or "")


def list_users(tenant: TenantName = None, as_json: AsJson = False) -> None:
    """Everybody, with roles."""
    world, who = here(tenant)
    found = [
        {
            "id": row.id,
            "login": row.login,
            "name": row.name,
            "status": row.status,
            "roles": sorted({one.key for one in held}),
            "last_login_at": row.last_login_at,
        }
        for row, held in users.list_users(world, who, limit=1000)
    ]
    if as_json:
        print_json(found)
        return
    show_table(
        [
            text("登录名", "Login"),
            text("姓名", "Name"),
            text("状态", "Status"),
            text("角色", "Roles"),
        ],
        ((one["login"], one["name"], one["status"], ", ".join(one["roles"])) for one in found),
    )


def reset_password(login: Login, tenant: TenantName = None, as_json: AsJson = False) -> None:
    """A fresh password for somebody, shown once; ends all their sessions."""
    world, who = here(tenant)
    with world.db.reading() as conn:
        row = account_store.find_user_by_login(conn, who.tenant, login)
    if row is None:
        raise NotFound(text(f"没有用户 {login}", f"there is no user {login}"))
    fresh = users.reset_password(world, who, row.id)
    if as_json:
        print_json({"login": login, "password": fresh})
    else:
        _show_password(fresh)


def add_key(
    name: Annotated[str, typer.Argument(help="What uses it")],
    scope: Annotated[
        list[str] | None, typer.Option(help="Acts such as events.write; several may be named")
    ] = None,
    tenant: TenantName = None,
    as_json: AsJson = False,
) -> None:
    """A new API key, shown once. Without --scope it may send events."""
    world, who = here(tenant)
    scopes = scope or ["events.write"]
    made = create_key(world, who, name, scopes)
    if as_json:
        print_json({"id": made.id, "key": made.secret, "scopes": scopes})
        return
    tell(text("密钥只显示这一次：", "The key is shown this once:"))
    tell(made.secret)


def _show_password(password: str) -> None:
    tell(
        text(
            f"密码 {password}（只显示这一次，首次登录后须修改）",
            f"password {password} (shown this once; to be changed at the first sign-in)",
        )
    )
