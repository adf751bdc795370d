"""All commands; a new file of commands is named here."""

from __future__ import annotations

import typer

from engine.cli import serve


def add_all(app: typer.Typer) -> None:
    """Adds every command to the application."""
    serve.add(app)
