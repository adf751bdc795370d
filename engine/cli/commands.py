"""All commands; a new file of commands is named here."""

from __future__ import annotations

import typer

from engine.cli import (
    demo,
    doctor,
    events,
    flows,
    people,
    runs,
    scaffold,
    serve,
    settle,
    templates,
    tools,
)

MODULES = (serve, demo, flows, templates, people, events, runs, settle, scaffold, tools, doctor)


def add_all(app: typer.Typer) -> None:
    """Adds every command to the application."""
    for module in MODULES:
        module.add(app)
