"""Terminal entrance: `jimu <command>`. Each file adds its commands to `app`."""

from __future__ import annotations

import sys

import typer

from engine.cli.screen import complain
from engine.core.errors import EngineError

app = typer.Typer(
    name="jimu",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="积木: events come in, flows run, effects go out exactly as often as they should.",
)


def main() -> None:
    """The console script. Errors of the product are sentences, not tracebacks."""
    from engine.cli import commands

    commands.add_all(app)
    try:
        app()
    except EngineError as error:
        complain(error)
        sys.exit(2)
