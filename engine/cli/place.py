"""The installation a command works on: its world, and which tenant is meant."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.core.errors import Unavailable
from engine.core.text import text
from engine.runtime.installation import live_world
from engine.runtime.principal import Principal, system
from engine.runtime.sessions import tenant_of_login
from engine.runtime.world import World
from engine.settings import Settings, load_settings
from engine.store import schema
from engine.store.db import Database, DatabaseFault

TenantName = Annotated[
    str | None, typer.Option("--tenant", help="Which tenant; needless where there is only one")
]


def is_installed(settings: Settings) -> bool:
    """Whether there is a database with a schema; creates nothing."""
    file = settings.database_url.removeprefix("sqlite:///")
    if settings.is_sqlite and not Path(file).is_file():
        return False
    db = Database(settings.database_url)
    try:
        return schema.revision(db) is not None
    except DatabaseFault:
        return False
    finally:
        db.dispose()


def here(tenant: str | None = None, settings: Settings | None = None) -> tuple[World, Principal]:
    """The world of this installation, and the installation itself as the one who acts.

    Raises Unavailable when there is none yet, InvalidInput when a tenant must be named.
    """
    settings = settings or load_settings()
    if not is_installed(settings):
        raise Unavailable(
            text(
                f"{settings.data_dir} 里还没有安装：请先运行 jimu up（或 jimu migrate）",
                f"There is no installation in {settings.data_dir} yet: "
                "run jimu up (or jimu migrate) first",
            )
        )
    world = live_world(settings)
    return world, system(tenant_of_login(world, tenant))
