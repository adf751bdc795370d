"""`jimu flow simulate`: a test run from the terminal, in this process: it needs no worker."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from engine.cli.place import TenantName, here
from engine.cli.screen import AsJson, locale, print_json, progress, show_table, tell
from engine.cli.simulated_money import show_compared_money, show_money
from engine.core.errors import InvalidInput, Problem
from engine.core.text import Text, say, text
from engine.runtime.batch import as_json as plain
from engine.runtime.simulate import Result, jobs, read_setup

MOST_SHOWN = 10

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
    tenant: TenantName = None,
    as_json: AsJson = False,
) -> None:
    """Tries a flow on events, an input or a moment; nothing is sent and nothing live changes.

    Exit code 1 when a run failed or a case did not pass.
    """
    world, who = here(tenant)
    asked: dict[str, Any] = _read(setup) if setup else {}
    if flow.endswith(".json"):
        asked["document"] = _read(Path(flow))
        asked["flow"] = asked["document"].get("key")
    else:
        asked["flow"] = flow
    asked |= {"which": which, "against": against, "start": start}
    if events is not None:
        is_table = events.suffix.lower() in (".csv", ".txt", ".tsv")
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
        asked["window"] = {"since": since, "until": until or world.now().isoformat()}
    given = read_setup({name: value for name, value in asked.items() if value is not None})
    with progress(as_json) as bar:
        task = bar.add_task(say(text("试运行", "test run"), locale()), total=None)

        def told(done: int, total: int | None, said: Text) -> None:
            bar.update(task, completed=done, total=total, description=say(said, locale()))

        result = jobs.carry_out(world, who.tenant, given, told)
    report = plain(result.report)
    if as_json:
        print_json(report)
    else:
        show(result)
    failed = report["runs"]["by_status"].get("failed", 0)
    missed = len(report.get("cases") or ()) - report.get("passed", 0)
    raise typer.Exit(1 if failed or missed else 0)


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


# -- for people ------------------------------------------------------------------------------------


def show(result: Result) -> None:
    """The report as a person reads it."""
    report: dict[str, Any] = plain(result.report)
    names = {step["place"]: step["name"] or step["place"] for step in report["steps"]}
    _events(report)
    _runs(report, names)
    _out(report)
    show_money(report["money"])
    _time(report, names)
    _left(report, names)
    _cases(report)
    _compared(report)


def _events(report: dict[str, Any]) -> None:
    events = report["events"]
    tell(
        text(
            f"试了 {events['used']} 个事件，其中 {report['runs']['started']} 个启动了流程；"
            f"{events['refused']} 个事件有问题，没有使用",
            f"{events['used']} events tried, {report['runs']['started']} of them started the flow; "
            f"{events['refused']} were malformed and left out",
        )
    )
    for bad in events["bad"][:MOST_SHOWN]:
        where = f"{bad['path']} " if bad["path"] else ""
        tell(
            text(
                f"  第 {bad['line']} 行：{where}{bad['reason']['zh']}",
                f"  line {bad['line']}: {where}{bad['reason']['en']}",
            )
        )


def _runs(report: dict[str, Any], names: dict[str, str]) -> None:
    if not report["paths"]:
        return
    show_table(
        [text("执行", "Runs"), text("占比", "Share"), text("怎么走的", "Way"), text("结果", "End")],
        (
            (
                path["count"],
                f"{path['share']:.1%}",
                " → ".join(names.get(step["place"], step["place"]) for step in path["steps"]),
                path["status"],
            )
            for path in report["paths"][:MOST_SHOWN]
        ),
    )
    for failure in report["failures"][:MOST_SHOWN]:
        place = names.get(failure["place"], failure["place"])
        tell(
            text(
                f"失败 {failure['count']} 次：{place}（{failure['code']}）",
                f"failed {failure['count']} times: {place} ({failure['code']})",
            )
        )


def _out(report: dict[str, Any]) -> None:
    effects = report["effects"]
    for one in effects["outside"]:
        what = f"{one['connection']}.{one['action']}"
        tell(
            text(
                f"会发出 {what}：{one['count']} 次（{one['status']}）",
                f"would send {what}: {one['count']} times ({one['status']})",
            )
        )
    for one in effects["tags"][:MOST_SHOWN]:
        verb = {"added": ("打上", "add"), "removed": ("去掉", "take off")}[one["change"]]
        tell(
            text(
                f"会{verb[0]}标签“{one['tag']}”：{one['count']} 位客户",
                f"would {verb[1]} the tag “{one['tag']}”: {one['count']} customers",
            )
        )
    for one in effects["fields"][:MOST_SHOWN]:
        tell(
            text(
                f"会修改客户的 {one['field']}：{one['count']} 次",
                f"would change {one['field']} of customers: {one['count']} times",
            )
        )
    told = sum(one["count"] for one in effects["notices"])
    if told:
        tell(text(f"会通知同事：{told} 次", f"would tell colleagues: {told} times"))


def _time(report: dict[str, Any], names: dict[str, str]) -> None:
    slow = [step for step in report["steps"] if step["waiting"]]
    if slow:
        show_table(
            [
                text("步骤", "Step"),
                text("等待次数", "Waits"),
                text("中位数", "Median"),
                text("九成以内", "90 % within"),
                text("最长", "Longest"),
            ],
            (
                (
                    names[step["place"]],
                    step["waiting"]["count"],
                    _lasts(step["waiting"]["median"]),
                    _lasts(step["waiting"]["p90"]),
                    _lasts(step["waiting"]["longest"]),
                )
                for step in slow
            ),
        )
    for one in report["people"][:MOST_SHOWN]:
        busy = _lasts(one["busy"])
        tell(
            text(
                f"{one['name']}：处理 {one['tasks']} 项，用时 {busy}，"
                f"最多排队 {one['longest_queue']} 项",
                f"{one['name']}: {one['tasks']} tasks, {busy} of work, "
                f"{one['longest_queue']} waiting at most",
            )
        )
    for role, count in report["nobody"].items():
        tell(
            text(
                f"没有人担任 {role}：{count} 项任务由替身处理",
                f"nobody is {role}: a stand-in answered {count} tasks",
            )
        )


def _lasts(seconds: float) -> str:
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {name}"
    return f"{seconds:.0f} s"


def _left(report: dict[str, Any], names: dict[str, str]) -> None:
    covered, never = report["coverage"]["covered"], report["coverage"]["never"]
    reached, every = covered["lines"]
    tell(text(f"已试到 {reached}/{every} 条路径", f"{reached} of {every} lines were taken"))
    lines = {line["id"]: line for line in report["coverage"]["lines"]}
    for id_ in never["lines"][:MOST_SHOWN]:
        line = lines[id_]
        way = f"{names.get(line['from'], line['from'])} ({line['port']}) → "
        way += names.get(line["to"], line["to"])
        tell(text(f"  没走到：{way}", f"  never taken: {way}"))
    for end in report["coverage"]["dead_ends"]:
        if not end["last"]:
            step = names.get(end["node"], end["node"])
            tell(
                text(
                    f"  断头：{step} 的出口 {end['port']} 没有连线，走到 {end['count']} 次",
                    f"  dead end: {step} has no line at {end['port']}, left {end['count']} times",
                )
            )
    for said in report["unrestored"]:
        tell(said)


def _cases(report: dict[str, Any]) -> None:
    for case in report.get("cases") or ():
        mark = text("通过", "passed") if case["passed"] else text("未通过", "not passed")
        tell(text(f"{mark['zh']}：{case['name']}", f"{mark['en']}: {case['name']}"))
        for wrong in case["wrong"]:
            tell(text(f"  {wrong}", f"  {wrong}"))


def _compared(report: dict[str, Any]) -> None:
    found = report["comparison"]
    if found is None:
        return
    tell(
        text(
            f"与 {report['against']['flow']['which']} 相比：{found['pairs']} 次执行中 "
            f"{found['different']} 次不同",
            f"against {report['against']['flow']['which']}: {found['different']} of "
            f"{found['pairs']} runs differ",
        )
    )
    for kind in found["kinds"]:
        said = kind["said"]
        tell(text(f"  {said['zh']}：{kind['count']}", f"  {said['en']}: {kind['count']}"))
    for one in found["largest"][:MOST_SHOWN]:
        kinds = one["kinds"]
        tell(
            text(
                f"  {one['event']['subject'] or one['event']['id']}："
                + "，".join(kind["said"]["zh"] for kind in kinds),
                f"  {one['event']['subject'] or one['event']['id']}: "
                + ", ".join(kind["said"]["en"] for kind in kinds),
            )
        )
    show_compared_money(found["money"])
