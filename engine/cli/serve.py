"""`jimu up · web · worker · scheduler · migrate`: the processes of an installation."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.place import check_address, check_installed, make_data_folder
from engine.cli.screen import tell
from engine.core.errors import InvalidInput
from engine.core.text import text
from engine.log import set_up_log
from engine.runtime.queue import KINDS
from engine.settings import load_settings
from engine.store.db import Database
from engine.store.schema import migrate as bring_up_to_date


def add(app: typer.Typer) -> None:
    for command in (up, web, worker, scheduler, migrate):
        app.command()(command)


def up(
    demo: Annotated[bool, typer.Option(help="Fill a new installation with a small brand")] = False,
    screens: Annotated[
        bool, typer.Option(help="Build the screens beside it, if their sources have changed")
    ] = False,
) -> None:
    """Everything on this machine: web, workers, scheduler and the embedded Valkey."""
    from engine.cli.up import run_everything

    run_everything(load_settings(), demo=demo, screens=screens)


def web() -> None:
    """The HTTP server: API, hooks and screens."""
    from granian import Granian
    from granian.constants import Interfaces

    settings = load_settings()
    check_installed(settings)
    check_address(settings)
    set_up_log(settings)
    Granian(
        "api.app:serve",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1,
        blocking_threads=8,
        backpressure=256,
        log_enabled=False,
    ).serve()


def worker(
    queue: Annotated[
        list[str] | None, typer.Option(help="lanes, outbox, jobs; several may be named")
    ] = None,
    each: Annotated[
        bool, typer.Option("--each", help="A process for each queue named, however often it is")
    ] = False,
) -> None:
    """Works on lanes, outbox and jobs; a process of it that is killed is back at once."""
    from engine.worker import work

    settings = load_settings()
    set_up_log(settings)
    named = [kind for name in queue or KINDS for kind in KINDS if kind == name]
    if unknown := sorted({*(queue or ())} - {*KINDS}):
        raise InvalidInput(
            text(
                f"没有名为 {unknown[0]} 的队列，可用的有 {'、'.join(KINDS)}",
                f"there is no queue {unknown[0]}: choose from {', '.join(KINDS)}",
            )
        )
    check_installed(settings)
    work(settings, [[kind] for kind in named] if each else [named])


def scheduler() -> None:
    """The clock: timers, schedules, and what was forgotten."""
    from engine.scheduler import schedule

    settings = load_settings()
    check_installed(settings)
    set_up_log(settings)
    schedule(settings)


def migrate() -> None:
    """Brings the database to the newest schema."""
    settings = load_settings()
    make_data_folder(settings)
    db = Database(settings.database_url)
    revision = bring_up_to_date(db, settings.lanes)
    tell(text(f"数据库已是最新（{revision}）", f"the database is up to date ({revision})"))
