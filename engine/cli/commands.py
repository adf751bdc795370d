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
    tenants,
    tools,
)

MODULES = (
    serve, demo, flows, templates, tenants, people, events, runs, settle, scaffold, tools, doctor,
)  # fmt: skip


def add_all(app: typer.Typer) -> None:
    """Adds every command to the application."""
    for module in MODULES:
        module.add(app)
