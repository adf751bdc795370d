"""`jimu run show`: what a run did, step by step."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from engine.cli.place import TenantName, here
from engine.cli.screen import AsJson, locale, print_json, show_table, tell
from engine.core.text import text
from engine.runtime.inspect import read_trace
from engine.runtime.versions import read_flow
from engine.store import flows as flow_store
from engine.store import runs as run_store


def add(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Runs: what happened, and why.")
    group.command("list")(list_runs)
    group.command("show")(show)
    app.add_typer(group, name="run")


def list_runs(
    flow: Annotated[str | None, typer.Option(help="Only of this flow, by its key")] = None,
    status: Annotated[str | None, typer.Option(help="succeeded, waiting, failed, ...")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    tenant: TenantName = None,
    as_json: AsJson = False,
) -> None:
    """The latest runs."""
    world, who = here(tenant)
    flow_id = read_flow(world, who.tenant, flow).id if flow else None
    with world.db.reading() as conn:
        keys = {row.id: row.key for row in flow_store.list_flows(conn, who.tenant, limit=1000)}
        rows = run_store.list_runs(conn, who.tenant, flow_id=flow_id, status=status, limit=limit)
    found = [
        {
            "id": row.id,
            "flow": keys.get(row.flow_id, row.flow_id),
            "status": row.status,
            "started_at": row.started_at,
            "outcome": (row.output or {}).get("outcome"),
        }
        for row in rows
    ]
    if as_json:
        print_json(found)
        return
    show_table(
        [
            text("编号", "Id"),
            text("流程", "Flow"),
            text("状态", "Status"),
            text("开始于", "Started at"),
            text("结果", "Outcome"),
        ],
        (
            (one["id"], one["flow"], one["status"], f"{one['started_at']:%F %T}Z", one["outcome"])
            for one in found
        ),
    )


def show(
    run_id: Annotated[str, typer.Argument(metavar="ID", help="run_...")],
    tenant: TenantName = None,
    as_json: AsJson = False,
) -> None:
    """The trace of a run: each step with its outcome and reason, and how its effects stand."""
    world, who = here(tenant)
    found = read_trace(world, who.tenant, run_id, locale())
    told = found["trace"]
    if as_json:
        row = found["run"]
        print_json({"id": row.id, "flow": found["flow"].key, "status": row.status, **told})
        return
    tell(
        text(
            f"{found['flow'].name}（第 {found['version']} 版）：{found['run'].status}",
            f"{found['flow'].name} (version {found['version']}): {found['run'].status}",
        )
    )
    show_table(
        [
            text("步骤", "Step"),
            text("类型", "Block"),
            text("状态", "Status"),
            text("出口", "Port"),
            text("原因", "Reason"),
            text("动作", "Effects"),
        ],
        (_row(step) for step in told["steps"]),
    )


def _row(step: dict[str, Any]) -> tuple[Any, ...]:
    effects = ", ".join(str(one.get("status", "")) for one in step.get("effects") or ())
    return (
        step["name"],
        step["type_label"],
        step["status_label"],
        ", ".join(step.get("port_labels") or ()),
        step.get("reason") or (step.get("error") or {}).get("message") or "",
        effects,
    )
