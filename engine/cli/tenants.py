"""`jimu tenant ...`: the brands of an installation, each with its own people, flows and books."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.place import installed_world
from engine.cli.screen import AsJson, print_json, show_table, tell
from engine.core.text import text
from engine.runtime.accounts import create_tenant
from engine.store import flows as flow_store


def add(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Tenants: brands, apart from each other.")
    group.command("add")(add_tenant)
    group.command("list")(list_tenants)
    app.add_typer(group, name="tenant")


def add_tenant(
    key: Annotated[str, typer.Argument(help="What --tenant and the sign-in call it, such as main")],
    name: Annotated[str, typer.Option(help="The brand's name")],
    admin: Annotated[str, typer.Option(help="The first admin's login")] = "admin",
    admin_name: Annotated[str, typer.Option(help="What the first admin is called")] = "管理员",
    as_json: AsJson = False,
) -> None:
    """A new tenant with its first admin, whose password is thought up and shown once."""
    world = installed_world()
    made = create_tenant(world, key, name, admin=admin, admin_name=admin_name)
    if as_json:
        print_json({"tenant": key, "login": admin, "password": made.password})
        return
    tell(text(f"已添加企业 {key}（{name}）", f"added the tenant {key} ({name})"))
    tell(
        text(
            f"登录名 {admin}，密码 {made.password}（只显示这一次，首次登录后须修改）",
            f"login {admin}, password {made.password} "
            "(shown this once; to be changed at the first sign-in)",
        )
    )


def list_tenants(as_json: AsJson = False) -> None:
    """All tenants."""
    world = installed_world()
    with world.db.reading() as conn:
        rows = flow_store.list_tenants(conn)
    if as_json:
        print_json([{"tenant": row.id, "name": row.name, "zone": row.zone} for row in rows])
        return
    columns = [text("企业", "Tenant"), text("名称", "Name"), text("时区", "Time zone")]
    show_table(columns, ((row.id, row.name, row.zone) for row in rows))
