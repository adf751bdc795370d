"""What an empty installation begins with: a tenant, its first admin, and, asked for, a brand."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from engine.cli.screen import tell
from engine.core.text import Text, text
from engine.runtime.accounts import create_tenant
from engine.runtime.installation import live_world
from engine.runtime.world import World
from engine.settings import Settings
from engine.store import flows as flow_store

TENANT = "main"
ADMIN = "admin"
NOTE = "first-login.txt"


def first_steps(
    settings: Settings, *, demo: bool = False, told: Callable[[Text | str], None] = tell
) -> None:
    """Makes what is missing and says so; on an installation in use it changes nothing.

    1. Without any tenant: the tenant "main" with its roles, its root unit and the first admin,
       whose password is told once and kept in <data>/first-login.txt for its owner only.
    2. With `demo`: the invented brand of brand.py in "main", as far as it is not there.
    """
    world = live_world(settings)
    try:
        known = _tenants(world)
        if not known or (demo and TENANT not in known):
            _create_main(world, settings, told)
        if demo:
            from engine.cli.brand import make_brand

            for words in make_brand(world, TENANT, settings):
                told(words)
    finally:
        world.db.dispose()


def _tenants(world: World) -> set[str]:
    with world.db.reading() as conn:
        return {str(row.id) for row in flow_store.list_tenants(conn)}


def _create_main(world: World, settings: Settings, told: Callable[[Text | str], None]) -> None:
    made = create_tenant(world, TENANT, "青禾护肤", admin=ADMIN, admin_name="管理员")
    password = made.password or ""
    note = settings.data_dir / NOTE
    write_secret(note, f"{settings.public_url}\nlogin {ADMIN}\npassword {password}\n")
    told("")
    told(text(f"登录名  {ADMIN}", f"login     {ADMIN}"))
    told(text(f"密码    {password}", f"password  {password}"))
    told(
        text(
            f"密码只显示这一次，也写在 {note}（仅本人可读）；首次登录后请修改，并删除该文件。",
            f"The password is shown this once; it is also in {note}, which only you can read. "
            "Change it at the first sign-in, then delete the file.",
        )
    )


def write_secret(path: Path, content: str) -> None:
    """Writes a file that only its owner can read, from its first moment on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
