"""`jimu flow ...`: flows as files and in the installation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from engine.cli import shadows
from engine.cli.place import TenantName, here, is_installed
from engine.cli.screen import AsJson, locale, print_json, show_problems, show_table, tell
from engine.cli.simulate import simulate
from engine.core.errors import Conflict, InvalidInput, NotFound, Problem, Rejected
from engine.core.flow import load_flow
from engine.core.registry import load_registry
from engine.core.text import text
from engine.core.validate import Known, validate
from engine.runtime import publish as publishing
from engine.runtime import versions
from engine.runtime.carrying import carried
from engine.runtime.principal import Principal
from engine.runtime.world import World
from engine.settings import load_settings
from engine.store import flows as flow_store

File = Annotated[Path, typer.Argument(help="A flow as JSON (jimu.flow/1)")]
Key = Annotated[str, typer.Argument(help="The flow's key")]
Note = Annotated[str, typer.Option(help="What is new, for the list of versions")]


def add(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Flows: check, publish, compare, carry over.")
    group.command("list")(list_flows)
    group.command("validate")(validate_file)
    group.command("create")(create)
    group.command("import")(import_file)
    group.command("export")(export)
    group.command("publish")(publish)
    group.command("diff")(diff)
    group.command("rollback")(roll_back)
    group.command("pause")(pause)
    group.command("resume")(resume)
    group.command("simulate")(simulate)
    shadows.add(group)
    app.add_typer(group, name="flow")


def read_json(file: Path) -> Any:
    """A JSON file; InvalidInput when it is none."""
    try:
        return orjson.loads(file.read_bytes())
    except (OSError, ValueError) as fault:
        message = text(f"{file} 不是可读的 JSON:{fault}", f"{file} is no readable JSON: {fault}")
        raise InvalidInput(message, [Problem("", message)]) from fault


def list_flows(tenant: TenantName = None, as_json: AsJson = False) -> None:
    """All flows, with status and version."""
    world, who = here(tenant)
    with world.db.reading() as conn:
        rows = flow_store.list_flows(conn, who.tenant, limit=1000)
        versions = flow_store.versions_by_id(
            conn, who.tenant, [row.live_version for row in rows if row.live_version]
        )
    found = [
        {
            "key": row.key,
            "name": row.name,
            "status": row.status,
            "version": versions[row.live_version].number if row.live_version in versions else None,
            "revision": row.revision,
            "updated_at": row.updated_at,
        }
        for row in rows
    ]
    if as_json:
        print_json(found)
        return
    show_table(
        [
            text("编号", "Key"),
            text("名称", "Name"),
            text("状态", "Status"),
            text("版本", "Version"),
            text("更新于", "Changed at"),
        ],
        (
            (one["key"], one["name"], one["status"], one["version"], f"{one['updated_at']:%F %T}Z")
            for one in found
        ),
    )


def validate_file(file: File, tenant: TenantName = None, as_json: AsJson = False) -> None:
    """Checks a flow: every problem with its node and a sentence. Exit code 1 when it has errors.

    Needs no server and no database. Where there is an installation, its connections and flows are
    checked as well.
    """
    document, problems, names = read_json(file), [], {}
    try:
        flow = load_flow(document)
        names = {node["id"]: _named(node) for node in _nodes(document)}
        problems = validate(flow, load_registry(), known=_known(tenant))
    except Rejected as error:
        problems = list(error.problems) or [Problem("", error.message)]
    errors = sum(problem.level == "error" for problem in problems)
    if as_json:
        shown = [{**one.as_json(), "node_name": names.get(one.node or "")} for one in problems]
        print_json({"valid": not errors, "problems": shown})
    elif problems:
        show_problems(problems, names)
    if not as_json:
        warnings = len(problems) - errors
        tell(
            text(
                f"{errors} 处错误，{warnings} 处提醒" if problems else "没有问题，可以发布",
                f"{errors} errors, {warnings} warnings"
                if problems
                else "nothing is wrong: it can be published",
            )
        )
    raise typer.Exit(1 if errors else 0)


def create(file: File, tenant: TenantName = None, as_json: AsJson = False) -> None:
    """A new flow from a file, as a draft."""
    world, who = here(tenant)
    row = publishing.create_flow(world, who, read_json(file))
    _say(
        {"key": row.key, "revision": row.revision}, as_json, f"已创建 {row.key}", f"made {row.key}"
    )


def import_file(
    file: File,
    tenant: TenantName = None,
    live: Annotated[bool, typer.Option("--publish", help="Publish it at once")] = False,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Puts a file into the installation: a new flow, or the next draft of the one there is."""
    world, who = here(tenant)
    document = read_json(file)
    key = load_flow(document).key
    try:
        revision = versions.read_flow(world, who.tenant, key).revision
    except NotFound:
        publishing.create_flow(world, who, document)
        revision = 1
    else:
        revision = publishing.save_draft(
            world, who, key, document, revision=revision, keep_secrets=True
        )
    if live:
        _publish(world, who, key, revision, note, as_json)
    else:
        _say({"key": key, "revision": revision}, as_json, f"已导入 {key}", f"imported {key}")


def export(
    key: Key,
    which: Annotated[str, typer.Option(help="draft, live, or a version's number")] = "live",
    out_file: Annotated[Path | None, typer.Option("--out", help="Write it to this file")] = None,
    tenant: TenantName = None,
) -> None:
    """A flow's document as JSON; secrets are left out."""
    world, who = here(tenant)
    document = carried(versions.read_document(world, who.tenant, key, which), world.registry)
    if out_file is None:
        print_json(document)
        return
    out_file.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
    tell(text(f"已写入 {out_file}", f"written to {out_file}"))


def publish(key: Key, note: Note = "", tenant: TenantName = None, as_json: AsJson = False) -> None:
    """Publishes the draft; refused while it has errors."""
    world, who = here(tenant)
    _publish(world, who, key, None, note, as_json)


def _publish(
    world: World, who: Principal, key: str, revision: int | None, note: str, as_json: bool
) -> None:
    done = publishing.publish(world, who, key, revision=revision, note=note)
    _say(
        {"key": key, "version": done.number, "remarks": [one.as_json() for one in done.remarks]},
        as_json,
        f"已发布 {key} 第 {done.number} 版",
        f"published version {done.number} of {key}",
    )
    if done.remarks and not as_json:
        show_problems(done.remarks, {})


def diff(
    key: Key,
    old: Annotated[str, typer.Argument(help="draft, live, or a version's number")] = "live",
    new: Annotated[str, typer.Argument(help="draft, live, or a version's number")] = "draft",
    tenant: TenantName = None,
    as_json: AsJson = False,
) -> None:
    """What changed between two versions."""
    world, who = here(tenant)
    changes = versions.diff(world, who.tenant, key, old, new)
    if as_json:
        print_json([change.as_json() for change in changes])
        return
    if not changes:
        tell(text("没有差异", "no difference"))
        return
    show_table(
        [text("变化", "Change"), text("位置", "Path"), text("说明", "What")],
        (
            (
                change.kind,
                change.path,
                (change.message or text("", ""))[locale()],
            )
            for change in changes
        ),
    )


def roll_back(
    key: Key,
    number: Annotated[int, typer.Argument(help="The version to go back to", min=1)],
    tenant: TenantName = None,
    as_json: AsJson = False,
) -> None:
    """Publishes an old version again, under a new number."""
    world, who = here(tenant)
    done = publishing.roll_back(world, who, key, number)
    _say(
        {"key": key, "version": done.number, "rolled_back_to": number},
        as_json,
        f"{key} 已回到第 {number} 版，新版本号 {done.number}",
        f"{key} is back at version {number}, now numbered {done.number}",
    )


def pause(key: Key, tenant: TenantName = None, as_json: AsJson = False) -> None:
    """Pauses a flow: no new runs; those under way go on."""
    _set(key, "paused", tenant, as_json)


def resume(key: Key, tenant: TenantName = None, as_json: AsJson = False) -> None:
    """Lets a paused flow start runs again."""
    _set(key, "live", tenant, as_json)


def _set(key: str, status: str, tenant: str | None, as_json: bool) -> None:
    world, who = here(tenant)
    if versions.read_flow(world, who.tenant, key).status == status:
        raise Conflict(text(f"{key} 已是 {status} 状态", f"{key} is {status} already"))
    publishing.set_status(world, who, key, status)
    words = {"paused": ("已暂停", "paused"), "live": ("已恢复", "live again")}[status]
    _say({"key": key, "status": status}, as_json, f"{key} {words[0]}", f"{key} is {words[1]}")


def _known(tenant: str | None) -> Known | None:
    """What the installation offers a flow; None where there is none."""
    if not is_installed(load_settings()):
        return None
    world, who = here(tenant)
    with world.db.reading() as conn:
        return publishing.known(world, conn, who.tenant)


def _nodes(value: Any) -> list[dict[str, Any]]:
    """Every node of a document, those in boxes and reminders too."""
    found: list[dict[str, Any]] = []
    if isinstance(value, dict):
        if isinstance(value.get("id"), str) and isinstance(value.get("type"), str):
            found.append(value)
        for inner in value.values():
            found += _nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            found += _nodes(inner)
    return found


def _named(node: dict[str, Any]) -> str:
    name = node.get("name")
    return name if isinstance(name, str) and name else str(node["id"])


def _say(found: Any, as_json: bool, zh: str, en: str) -> None:
    if as_json:
        print_json(found)
    else:
        tell(text(zh, en))
