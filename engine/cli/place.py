"""The installation a command works on: its world, and which tenant is meant."""

from __future__ import annotations

import errno
import socket
from pathlib import Path
from typing import Annotated

import typer

from engine.core.errors import Conflict, InvalidInput, NotFound, Unavailable
from engine.core.text import text
from engine.runtime.installation import live_world
from engine.runtime.principal import Principal, system
from engine.runtime.world import World
from engine.settings import Settings, load_settings
from engine.store import flows as flow_store
from engine.store import schema
from engine.store.db import Database, DatabaseFault

TenantName = Annotated[
    str | None, typer.Option("--tenant", help="Which tenant; needless where there is only one")
]


class AddressTaken(Conflict):
    """Something listens there already."""


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

    Raises Unavailable when there is none yet, or no tenant in it; InvalidInput when a tenant must
    be named; NotFound when there is none of that name.
    """
    world = installed_world(settings)
    return world, system(_meant(world, tenant))


def installed_world(settings: Settings | None = None) -> World:
    """The world of this installation; Unavailable when there is none yet."""
    settings = settings or load_settings()
    if not is_installed(settings):
        raise _nothing_there(settings)
    return live_world(settings)


def check_installed(settings: Settings) -> None:
    """Unavailable where there is no installation; a server that does not answer may come back."""
    if settings.is_sqlite and not is_installed(settings):
        raise _nothing_there(settings)


def make_data_folder(settings: Settings) -> None:
    """The data folder, made for its owner only; Unavailable, in a sentence, where it cannot be."""
    folder = settings.data_dir
    try:
        # It holds customers, orders and sessions: nobody else of this machine is to read them.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise Unavailable(
            text(
                f"无法创建数据目录 {folder}：{fault.strerror}。请用 JIMU_DATA 换一个目录。",
                f"The data folder {folder} cannot be made: {fault.strerror}. "
                "Choose another with JIMU_DATA.",
            )
        ) from fault


def check_address(settings: Settings) -> None:
    """AddressTaken where something listens already, Unavailable where nobody can listen.

    It is asked without SO_REUSEPORT, which the server sets: two installations on one port would
    each get some of the calls.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    at = f"{settings.host}:{settings.port}"
    try:
        with socket.socket(family) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((settings.host, settings.port))
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise AddressTaken(
                text(
                    f"{at} 已被占用，请用 JIMU_PORT 换一个端口",
                    f"{at} is in use: choose another port with JIMU_PORT",
                )
            ) from fault
        raise Unavailable(
            text(
                f"无法监听 {at}：{fault.strerror}。请检查 JIMU_HOST 和 JIMU_PORT。",
                f"Nobody can listen on {at}: {fault.strerror}. Look at JIMU_HOST and JIMU_PORT.",
            )
        ) from fault


def _meant(world: World, named: str | None) -> str:
    with world.db.reading() as conn:
        known = [str(row.id) for row in flow_store.list_tenants(conn)]
    if not known:
        raise Unavailable(
            text(
                "这里还没有企业：请先运行 jimu tenant add",
                "There is no tenant here yet: run jimu tenant add first",
            )
        )
    if named is not None and named not in known:
        raise NotFound(
            text(
                f"没有企业 {named}，现有 {'、'.join(known)}",
                f"there is no tenant {named}: there are {', '.join(known)}",
            )
        )
    if named is None and len(known) > 1:
        said = text(
            f"这里有几个企业，请用 --tenant 指明是哪一个：{'、'.join(known)}",
            f"there are several tenants here, say which with --tenant: {', '.join(known)}",
        )
        raise InvalidInput(said)
    return named or known[0]


def _nothing_there(settings: Settings) -> Unavailable:
    return Unavailable(
        text(
            f"{settings.data_dir} 里还没有安装：请先运行 jimu up（或 jimu migrate）",
            f"There is no installation in {settings.data_dir} yet: "
            "run jimu up (or jimu migrate) first",
        )
    )
