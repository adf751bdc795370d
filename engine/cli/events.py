"""`jimu events send`: events from a file of JSON lines."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.place import TenantName, here
from engine.cli.screen import AsJson, print_json, progress, tell
from engine.core.errors import InvalidInput, Problem
from engine.core.event import Event, read_event
from engine.core.text import text
from engine.runtime.inbox import receive

BATCH = 500


def add(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Events: hand them in.")
    group.command("send")(send)
    app.add_typer(group, name="events")


def send(
    file: Annotated[Path, typer.Argument(help="CloudEvents, one JSON object a line", exists=True)],
    rate: Annotated[float, typer.Option(min=0, help="Events a second; 0: as fast as can be")] = 0,
    tenant: TenantName = None,
    as_json: AsJson = False,
) -> None:
    """Hands events in. Sending the same file again changes nothing: each counts once.

    All lines are read before the first is sent; a malformed one is named with its number.
    """
    world, who = here(tenant)
    events = list(_read(file))
    batch = BATCH if rate == 0 else max(1, min(BATCH, round(rate / 4)))
    fresh, began = 0, time.monotonic()
    with progress(as_json) as bar:
        task = bar.add_task(file.name, total=len(events))
        for start in range(0, len(events), batch):
            part = events[start : start + batch]
            fresh += sum(one.is_new for one in receive(world, who.tenant, part))
            bar.advance(task, len(part))
            if rate:
                time.sleep(max(0.0, began + (start + len(part)) / rate - time.monotonic()))
    seconds = max(time.monotonic() - began, 0.001)
    if as_json:
        figures = {"sent": len(events), "new": fresh, "seconds": round(seconds, 3)}
        print_json({**figures, "per_second": round(len(events) / seconds, 1)})
    else:
        tell(
            text(
                f"已送入 {len(events)} 个事件，其中 {fresh} 个是新的（{seconds:.1f} 秒）",
                f"{len(events)} events sent, {fresh} of them new ({seconds:.1f} s)",
            )
        )


def _read(file: Path) -> Iterator[Event]:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                document: Any = json.loads(line)
            except (ValueError, RecursionError) as fault:
                message = text(f"第 {number} 行不是 JSON", f"line {number} is no JSON")
                raise InvalidInput(message, [Problem(f"/{number}", message)]) from fault
            yield read_event(document, f"/{number}")
