"""`jimu flow shadow ...`: a draft beside the live version, compared day by day."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from engine.cli.place import TenantName, here
from engine.cli.screen import AsJson, print_json, show_table, tell
from engine.core.text import text
from engine.runtime.rows import as_json as plain
from engine.runtime.simulate import shadow

Key = Annotated[str, typer.Argument(help="The flow's key")]


def add(flows: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="A draft beside the live version, day by day.")
    group.command("start")(start)
    group.command("show")(show)
    group.command("stop")(stop)
    flows.add_typer(group, name="shadow")


def start(
    key: Key,
    days: Annotated[
        int | None, typer.Option(min=1, max=365, help="It ends by itself after so many days")
    ] = None,
    tenant: TenantName = None,
    as_json: AsJson = False,
) -> None:
    """Lets the draft run beside the live version from now on; the scheduler compares each day."""
    world, who = here(tenant)
    until = world.now() + days * shadow.DAY if days is not None else None
    row = shadow.start_shadow(world, who, key, {}, until)
    _say(row, as_json, f"{key} 的草稿开始与线上版本并行", f"the draft of {key} runs beside it now")


def stop(key: Key, tenant: TenantName = None, as_json: AsJson = False) -> None:
    """Ends it; the comparisons stay."""
    world, who = here(tenant)
    row = shadow.stop_shadow(world, who, key)
    _say(row, as_json, f"{key} 的影子运行已停止", f"the draft of {key} runs beside it no more")


def show(key: Key, tenant: TenantName = None, as_json: AsJson = False) -> None:
    """What the days so far have come to."""
    world, who = here(tenant)
    row, days = shadow.read_shadow(world, who.tenant, key)
    if as_json:
        found = [{"simulation": one.id, "status": one.status, **day} for one, day in days]
        print_json({**_shown(row), "days": found})
        return
    _next(row)
    if days:
        show_table(
            [
                text("试运行", "Test run"),
                text("从", "From"),
                text("到", "To"),
                text("执行", "Runs"),
                text("不同", "Different"),
                text("金额相差", "Money"),
            ],
            (
                (one.id, day["since"], day["until"], day["pairs"], day["different"],
                 day["difference"])
                for one, day in days
            ),
        )  # fmt: skip


def _say(row: Any, as_json: bool, zh: str, en: str) -> None:
    if as_json:
        print_json(_shown(row))
        return
    tell(text(zh, en))
    if row.status == "running":
        _next(row)


def _next(row: Any) -> None:
    at = f"{row.next_at:%F %H:%M}Z"
    tell(text(f"下一次对照在 {at}", f"the next comparison is at {at}"))


def _shown(row: Any) -> dict[str, Any]:
    names = ("id", "flow_key", "status", "since", "next_at", "until", "started_by", "created_at")
    return {name: plain(getattr(row, name)) for name in names}
