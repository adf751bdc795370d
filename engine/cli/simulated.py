"""A test run in the terminal, as a manager reads it: what ran, what would go out, what differs.

Shapes: engine/runtime/simulate/report.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from engine.cli.screen import locale, show_table, tell
from engine.cli.simulated_money import show_compared_money, show_money, told_at
from engine.cli.simulated_odd import show_events, show_incidents, show_more
from engine.core.cells import zone as read_zone
from engine.core.expression import CHINA
from engine.core.flow import graphs, load_flow
from engine.core.node import NodeType
from engine.core.ports import label_of
from engine.core.text import Text, say, text
from engine.runtime.rows import as_json as plain
from engine.runtime.settling.cards import load_cards, resolver_of
from engine.runtime.simulate import Result
from engine.runtime.world import World
from engine.store import connections as connection_store
from engine.store import flows as flow_store

MOST_SHOWN = 10
_RUNS = {
    "waiting": text("等待中", "waiting"),
    "running": text("执行中", "running"),
    "succeeded": text("已完成", "succeeded"),
    "failed": text("失败", "failed"),
    "cancelled": text("已取消", "cancelled"),
}
_CALLS = {
    "pending": text("还没发出", "not sent yet"),
    "sending": text("正在发出", "being sent"),
    "delivered": text("成功", "delivered"),
    "failed": text("失败", "failed"),
    "unknown": text("结果待确认", "unknown"),
    "withheld": text("没有发出", "withheld"),
}


_OF_TASKS = (text("平均排队", "Queued"), text("平均处理", "Worked on"))


@dataclass(frozen=True, slots=True)
class Names:
    """What people call connections, their actions, and terms of rate cards."""

    calls: Mapping[tuple[str, str], Text] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, tuple[NodeType | None, Any]] = field(default_factory=dict)
    zone: tzinfo = CHINA  # times are told as the brand's clocks show them

    def port(self, node: str, port: str) -> Text:
        """What an outcome of a step is called."""
        type_, config = self.steps.get(node, (None, {}))
        return label_of(type_, config, port)


def names_in(world: World, tenant: str, result: Result) -> Names:
    """The names an installation and the flow that was tried have for them."""
    flow = load_flow(result.documents["new"]["flow"]) if result.documents.get("new") else None
    steps = {
        node.id: (world.registry.node(node.type), node.config)
        for _, graph, _ in (graphs(flow) if flow is not None else ())
        for node in graph.nodes
    }
    calls: dict[tuple[str, str], Text] = {}
    terms: dict[str, str] = {}
    with world.db.reading() as conn:
        own = flow_store.read_tenant(conn, tenant)
        for row in connection_store.list_connections(conn, tenant):
            type_ = world.registry.connectors.get(row.connector)
            for action in type_.actions if type_ is not None else ():
                zh, en = (f"{row.name}：{action.label['zh']}", f"{row.name}: {action.label['en']}")
                calls[row.key, action.key] = text(zh, en)
        for card in load_cards(conn, tenant):
            for _, _, id_ in card.versions:
                own = resolver_of(conn, tenant, id_).card
                terms |= {f"{card.key}.{term.key}": term.name for term in own.terms}
    return Names(calls, terms, steps, read_zone(own.zone) if own and own.zone else CHINA)


def show(result: Result, names_of: Names | None = None) -> None:
    """The report as a person reads it."""
    report: dict[str, Any] = plain(result.report)
    known = names_of or Names()
    names = {step["place"]: step["name"] or step["place"] for step in report["steps"]}
    show_events(report)
    _runs(report, names)
    show_incidents(report)
    _out(report, known)
    show_money(report["money"], known.terms, known.zone)
    _time(report, names, known)
    _left(report, names, known)
    _cases(report)
    _compared(report, known)


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
                say(_RUNS[path["status"]], locale()) if path["status"] in _RUNS else path["status"],
            )
            for path in report["paths"][:MOST_SHOWN]
        ),
    )
    for failure in report["failures"][:MOST_SHOWN]:
        place = names.get(failure["place"], failure["place"])
        why = _why(failure)
        tell(
            text(
                f"失败 {failure['count']} 次：{place}：{why['zh']}",
                f"failed {failure['count']} times: {place}: {why['en']}",
            )
        )


def _why(failure: dict[str, Any]) -> Text:
    """The first failure's own sentence with its code."""
    code = failure["code"]
    message = next((one.get("message") for one in failure["examples"] if one.get("message")), None)
    if not isinstance(message, dict):
        message = text(str(message or code), str(message or code))
    return text(f"{message['zh']}（{code}）", f"{message['en']} ({code})")


def _out(report: dict[str, Any], known: Names) -> None:
    effects = report["effects"]
    for one in effects["outside"]:
        name = f"{one['connection']}.{one['action']}"
        what = known.calls.get((one["connection"], one["action"])) or text(name, name)
        end = _CALLS.get(one["status"]) or text(one["status"], one["status"])
        tell(
            text(
                f"会发出「{what['zh']}」：{one['count']} 次（{end['zh']}）",
                f"would send “{what['en']}”: {one['count']} times ({end['en']})",
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


def _time(report: dict[str, Any], names: dict[str, str], known: Names) -> None:
    slow = [step for step in report["steps"] if step["waiting"]]
    if slow:
        with_tasks = any(step["tasks"] for step in slow)
        show_table(
            [
                text("步骤", "Step"),
                text("等待次数", "Waits"),
                text("中位数", "Median"),
                text("九成以内", "90 % within"),
                text("最长", "Longest"),
                *(_OF_TASKS if with_tasks else ()),
            ],
            ([names[step["place"]], *_stay(step, with_tasks=with_tasks)] for step in slow),
        )
    for one in report["people"][:MOST_SHOWN]:
        # Hours, not days: a working day is no day of 24.
        hours = f"{one['busy'] / 3600:.1f}"
        when = told_at(one["longest_at"], known.zone) if one["longest_queue"] else ""
        tell(
            text(
                f"{one['name']}：处理 {one['tasks']} 项，用时 {hours} 小时，"
                f"最多排队 {one['longest_queue']} 项" + (f"（{when}）" if when else ""),
                f"{one['name']}: {one['tasks']} tasks, {hours} h of work, "
                f"{one['longest_queue']} waiting at most" + (f" ({when})" if when else ""),
            )
        )
    for role, count in report["nobody"].items():
        tell(
            text(
                f"没有人担任 {role}：{count} 项任务由替身处理",
                f"nobody is {role}: a stand-in answered {count} tasks",
            )
        )


def _stay(step: dict[str, Any], *, with_tasks: bool) -> list[Any]:
    waiting, tasks = step["waiting"], step["tasks"]
    found = [
        waiting["count"],
        _lasts(waiting["median"]),
        _lasts(waiting["p90"]),
        _lasts(waiting["longest"]),
    ]
    if with_tasks:
        found += [_lasts(tasks["queued"]), _lasts(tasks["worked"])] if tasks else ["-", "-"]
    return found


def _lasts(seconds: float) -> str:
    sizes = ((86_400, text("天", "d")), (3_600, text("小时", "h")), (60, text("分钟", "min")))
    for size, name in sizes:
        if seconds >= size:
            return f"{seconds / size:.1f} {say(name, locale())}"
    return f"{seconds:.0f} {say(text('秒', 's'), locale())}"


def _left(report: dict[str, Any], names: dict[str, str], known: Names) -> None:
    covered, never = report["coverage"]["covered"], report["coverage"]["never"]
    if not report["runs"]["started"]:
        for said in report["unrestored"]:
            tell(said)
        return  # that nothing was reached tells nothing of the flow
    reached, every = covered["lines"]
    tell(text(f"已试到 {reached}/{every} 条路径", f"{reached} of {every} lines were taken"))
    lines = {line["id"]: line for line in report["coverage"]["lines"]}
    for id_ in never["lines"][:MOST_SHOWN]:
        line = lines[id_]
        port = known.port(line["from"], line["port"])
        start, end = (names.get(line[name], line[name]) for name in ("from", "to"))
        tell(
            text(
                f"  没走到：{start}（{port['zh']}）→ {end}",
                f"  never taken: {start} ({port['en']}) → {end}",
            )
        )
    show_more(len(never["lines"]) - MOST_SHOWN)
    for end in report["coverage"]["dead_ends"]:
        if not end["last"]:
            step, port = names.get(end["node"], end["node"]), known.port(end["node"], end["port"])
            tell(
                text(
                    f"  断头：{step}的出口“{port['zh']}”没有连线，走到 {end['count']} 次",
                    f"  dead end: {step} has no line at {port['en']}, left {end['count']} times",
                )
            )
    for refused in report["refused_answers"]:
        step, why = names.get(refused["place"], refused["place"]), refused["reason"]
        tell(
            text(
                f"  {step}没有接受准备的处理结果，{refused['count']} 次：{why['zh']}",
                f"  {step} did not take the prepared answer, {refused['count']} times: {why['en']}",
            )
        )
    for untold in report["unheard_notices"]:
        step, count = names.get(untold["place"], untold["place"]), untold["count"]
        tell(
            text(
                f"  {step}的通知没有人会收到：{count} 条",
                f"  nobody would receive the notices of {step}: {count}",
            )
            if step
            else text(
                f"  其他流程的通知没有人会收到：{count} 条",
                f"  nobody would receive notices of other flows: {count}",
            )
        )
    for said in report["unrestored"]:
        tell(said)


def _cases(report: dict[str, Any]) -> None:
    for case in report.get("cases") or ():
        mark = text("通过", "passed") if case["passed"] else text("未通过", "not passed")
        tell(text(f"{mark['zh']}：{case['name']}", f"{mark['en']}: {case['name']}"))
        for wrong in case["wrong"]:
            tell(text(f"  {wrong['zh']}", f"  {wrong['en']}"))


def _compared(report: dict[str, Any], known: Names) -> None:
    found = report["comparison"]
    if found is None:
        return
    which = report["against"]["flow"]["which"]
    usual = text(f"第 {which} 版", f"version {which}")
    other = {"live": text("线上版本", "the live version"), "draft": text("草稿", "the draft")}
    beside = other.get(which, usual)
    tell(
        text(
            f"与{beside['zh']}相比：{found['pairs']} 次执行中 {found['different']} 次不同",
            f"against {beside['en']}: {found['different']} of {found['pairs']} runs differ",
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
    show_compared_money(found["money"], known.terms)
