"""`jimu flow simulate`: a test run from the terminal, in this process: it needs no worker."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from engine.cli.place import TenantName, here
from engine.cli.screen import AsJson, locale, print_json, progress, tell, tell_aside
from engine.cli.simulated import names_in, show
from engine.core.cells import zone
from engine.core.errors import InvalidInput, Problem
from engine.core.text import Text, say, text
from engine.runtime.rows import as_json as plain
from engine.runtime.simulate import Setup, jobs, read_setup
from engine.runtime.world import World
from engine.store import flows as flow_store

Flow = Annotated[str, typer.Argument(help="The flow's key, or a file with a flow (jimu.flow/1)")]
Events = Annotated[
    Path | None,
    typer.Option("--events", help="Events: a JSON list, one JSON object a line, or CSV"),
]


def simulate(
    flow: Flow,
    events: Events = None,
    which: Annotated[str, typer.Option(help="draft, live, or a version's number")] = "draft",
    against: Annotated[str | None, typer.Option(help="Compare with: live, or a number")] = None,
    cases: Annotated[bool, typer.Option("--cases", help="Run the flow's saved cases")] = False,
    since: Annotated[str | None, typer.Option(help="Past events from this time on")] = None,
    until: Annotated[str | None, typer.Option(help="Past events up to this time")] = None,
    start: Annotated[str | None, typer.Option(help="When the first event is to happen")] = None,
    setup: Annotated[
        Path | None, typer.Option(help="Answers, people, customers and more, as JSON")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="Of a CSV file: which column is which field, as JSON")
    ] = None,
    connection: Annotated[
        str | None, typer.Option(help="Of a CSV file: the connection whose mapping it has")
    ] = None,
    given_input: Annotated[
        str | None,
        typer.Option("--input", help="What a manual or form trigger is given: JSON, or its file"),
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="When a schedule or manual trigger starts the flow")
    ] = None,
    trigger: Annotated[
        str | None, typer.Option(help="Which trigger, where the flow has several")
    ] = None,
    customer: Annotated[
        str | None, typer.Option(help="Whose run it is; of a schedule: one of its audience")
    ] = None,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep/--no-keep",
            help="Keep it among the installation's test runs: publishing counts those of the draft",
        ),
    ] = True,
    tenant: TenantName = None,
    as_json: AsJson = False,
) -> None:
    """Tries a flow on events, an input or a moment; nothing is sent and nothing live changes.

    The last week again, beside what is live: flow simulate vip --since 2026-11-01 --against live

    A file of events: flow simulate vip --events orders.jsonl
    (CSV: with --mapping or --connection)

    The saved cases: flow simulate vip --cases

    Times without a zone are the brand's own. Exit code 1 when a run failed or a case did not pass.
    """
    world, who = here(tenant)
    since, until, start, at = (_moment(world, who.tenant, one) for one in (since, until, start, at))
    asked: dict[str, Any] = _read(setup) if setup else {}
    if flow.endswith(".json"):
        asked["document"] = _read(Path(flow))
        asked["flow"] = asked["document"].get("key")
    else:
        asked["flow"] = flow
    asked |= {"which": which, "against": against, "start": start}
    if events is not None:
        _demand_file(events)
        is_table = events.suffix.lower() in (".csv", ".txt", ".tsv")
        if is_table and mapping is None and connection is None:
            message = text(
                "CSV 文件要用 --mapping 或 --connection 说明哪一列是哪个字段",
                "a CSV file needs --mapping or --connection to say which column is which field",
            )
            raise InvalidInput(message, [Problem("/file/mapping", message, "missing")])
        asked["file"] = {
            "path": str(events),
            "format": "csv" if is_table else "json",
            "connection": connection,
            "mapping": _read(mapping) if mapping else None,
        }
    elif given_input is not None or at or trigger or customer:
        one = {"node": trigger, "at": at, "customer": customer, "inputs": _input(given_input)}
        asked["starts"] = [{name: value for name, value in one.items() if value is not None}]
    elif cases:
        asked["cases"] = []
    elif since or until:
        if since is None:
            message = text("--until 要和 --since 一起用", "--until goes with --since")
            raise InvalidInput(message, [Problem("/window/since", message, "missing")])
        asked["window"] = {"since": since, "until": until or world.now().isoformat()}
    if not {"events", "starts", "cases", "file", "window"} & asked.keys():
        raise InvalidInput(
            text(
                "请说明用什么来试：--events 文件、--cases 用例、--since 历史事件，或 --input、--at",
                "say what it is tried on: --events, --cases, --since, or --input and --at",
            )
        )
    given = read_setup({name: value for name, value in asked.items() if value is not None})
    stopped = False
    with progress(as_json) as bar:
        task = bar.add_task(say(text("试运行", "test run"), locale()), total=None)

        def told(done: int, total: int | None, said: Text) -> None:
            bar.update(task, completed=done, total=total, description=say(said, locale()))

        try:
            if keep and _is_installed(world, who.tenant, given):
                id_, result = jobs.try_here(world, who, given, told)
            else:
                id_, result = "", jobs.carry_out(world, who.tenant, given, told)
        except KeyboardInterrupt:
            stopped = True
    if stopped:
        tell_aside(text("已停止，没有留下任何东西", "stopped: nothing is left behind"))
        raise typer.Exit(130)
    report = plain(result.report)
    if as_json:
        print_json({**report, "simulation": id_ or None})
    else:
        show(result, names_in(world, who.tenant, result))
        if id_:
            tell(text(f"试运行编号：{id_}", f"test run {id_}"))
    failed = report["runs"]["by_status"].get("failed", 0)
    missed = len(report.get("cases") or ()) - report.get("passed", 0)
    raise typer.Exit(1 if failed or missed else 0)


def _is_installed(world: World, tenant: str, given: Setup) -> bool:
    with world.db.reading() as conn:
        return flow_store.find_flow(conn, tenant, given.flow) is not None


def _moment(world: World, tenant: str, written: str | None) -> str | None:
    """A day or a time as people write it; without a zone it is the brand's."""
    if written is None:
        return None
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        message = text(
            f"“{written}”不是时间，例如 2026-11-01 或 2026-11-01T08:00",
            f"“{written}” is no time, such as 2026-11-01 or 2026-11-01T08:00",
        )
        raise InvalidInput(message) from None
    if found.tzinfo is None:
        with world.db.reading() as conn:
            row = flow_store.read_tenant(conn, tenant)
        found = found.replace(tzinfo=zone(row.zone if row is not None else "Asia/Shanghai"))
    return found.isoformat()


def _demand_file(events: Path) -> None:
    if not events.is_file():
        message = text(f"没有这个文件：{events}", f"there is no file {events}")
        raise InvalidInput(message, [Problem("/file", message, "missing")])


def _input(given: str | None) -> dict[str, Any] | None:
    if given is None:
        return None
    if not given.lstrip().startswith(("{", "[")):
        return _read(Path(given))
    try:
        found = orjson.loads(given)
    except ValueError as fault:
        message = text(f"--input 不是 JSON：{fault}", f"--input is no JSON: {fault}")
        raise InvalidInput(message, [Problem("/starts/0/inputs", message)]) from fault
    if not isinstance(found, dict):
        message = text("--input 应为 JSON 对象", "--input must be a JSON object")
        raise InvalidInput(message, [Problem("/starts/0/inputs", message)])
    return found


def _read(file: Path) -> dict[str, Any]:
    try:
        found = orjson.loads(file.read_bytes())
    except (OSError, ValueError) as fault:
        message = text(f"{file} 不是可读的 JSON：{fault}", f"{file} is no readable JSON: {fault}")
        raise InvalidInput(message, [Problem("", message)]) from fault
    if not isinstance(found, dict):
        message = text(f"{file} 应为 JSON 对象", f"{file} must hold a JSON object")
        raise InvalidInput(message, [Problem("", message)])
    return found
