"""Terminal entrance: `jimu <command>`. Each file adds its commands to the application."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from engine.cli.screen import complain
from engine.core.errors import EngineError
from engine.core.text import text


class Sentences(TyperGroup):
    """Errors of the product end a command with a sentence and exit code 2, not a traceback."""

    def invoke(self, ctx: Any) -> Any:
        from engine.store.db import DatabaseFault

        try:
            return super().invoke(ctx)
        except EngineError as error:
            complain(error)
        except DatabaseFault as fault:
            said = str(fault).splitlines()[0][:200]
            complain(
                EngineError(
                    text(f"数据库没有应答：{said}", f"The database does not answer: {said}")
                )
            )
        raise typer.Exit(2)


def make_app() -> typer.Typer:
    """The application with every command."""
    from engine.cli import commands

    app = typer.Typer(
        name="jimu",
        cls=Sentences,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="积木：events come in, flows run, effects go out exactly as often as they should.",
    )
    commands.add_all(app)
    return app


def main() -> None:
    """The console script."""
    make_app()()
