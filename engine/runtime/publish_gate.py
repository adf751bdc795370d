"""What must be true before a flow is published: its owner asks for it, publishing keeps it.

cases      every case of the document passes, in a test run of this very draft
coverage   so many percent of the lines were taken in test runs of this draft; a line that cannot be
           tried is excused with a reason
money      a test run of this draft beside the live version, and in none of them a difference above
           a limit without the owner's yes; of a flow that was never live there is nothing to differ
A test run with parameters of its own counts for nothing (simulate/jobs.py): what it has shown is
not what would be live. A rollback is never held up: it is how one gets out of trouble.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from engine.core.errors import Conflict, InvalidInput, NotFound, Problem, Stale
from engine.core.flow import Flow, graphs, load_flow, problems_of
from engine.core.text import text
from engine.runtime.principal import Principal
from engine.runtime.world import World
from engine.store import flows as flow_store
from engine.store import simulations as store
from engine.store.db import Connection

LOOKED_AT = 50  # newest test runs of a draft that count together


class Excused(BaseModel):
    """A line that need not be taken, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    line: str = Field(max_length=64)
    reason: str = Field(min_length=3, max_length=400)
    by: str | None = None
    at: AwareDatetime | None = None


class Rules(BaseModel):
    """What publishing a flow asks for."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    cases: bool = False
    coverage: int = Field(default=0, ge=0, le=100)  # percent of lines
    excused: tuple[Excused, ...] = Field(default=(), max_length=500)
    money_limit: Decimal | None = Field(default=None, ge=0)


def read_rules(conn: Connection, tenant: str, flow_key: str) -> tuple[Rules, int]:
    """The rules of a flow and their revision; (nothing asked, 0) where there are none."""
    row = store.find_rules(conn, tenant, flow_key)
    return (Rules.model_validate(row.rules), row.revision) if row else (Rules(), 0)


def save_rules(
    world: World, who: Principal, flow_key: str, document: Any, revision: int
) -> tuple[Rules, int]:
    """Changes the rules; who excuses a line is noted beside it."""
    now = world.now()
    try:
        rules = Rules.model_validate(document)
    except ValidationError as error:
        raise InvalidInput(
            text("发布要求不对", "the publish rules are malformed"), problems_of(error)
        ) from None
    with world.db.begin() as conn:
        before, _ = read_rules(conn, who.tenant, flow_key)
        known = {one.line: one for one in before.excused}
        _demand_lines(conn, who.tenant, flow_key, rules, known)
        excused = [_signed(one, known.get(one.line), who, now) for one in rules.excused]
        rules = rules.model_copy(update={"excused": tuple(excused)})
        row = {
            "tenant": who.tenant,
            "flow_key": flow_key,
            "rules": rules.model_dump(mode="json"),
            "changed_by": who.id,
            "updated_at": now,
        }
        if not store.save_rules(conn, row, revision):
            raise Stale(text("发布要求已被别人修改", "somebody changed the rules meanwhile"))
        who.note(conn, now, "flows.publish", f"flow:{flow_key}", {"rules": row["rules"]})
    return rules, revision + 1


def _demand_lines(
    conn: Connection, tenant: str, flow_key: str, rules: Rules, known: Mapping[str, Excused]
) -> None:
    """InvalidInput for a line excused now that the draft does not have; older ones may be gone."""
    row = flow_store.find_flow(conn, tenant, flow_key)
    if row is None or row.draft is None:
        return
    there = {edge.id for _, graph, _ in graphs(load_flow(row.draft)) for edge in graph.edges}
    problems = [
        Problem(
            f"/excused/{index}/line",
            text(f"草稿里没有连线 {one.line}", f"the draft has no line {one.line}"),
            "unknown",
        )
        for index, one in enumerate(rules.excused)
        if one.line not in there and one.line not in known
    ]
    if problems:
        raise InvalidInput(text("发布要求不对", "the publish rules are malformed"), problems)


def _signed(one: Excused, held: Excused | None, who: Principal, now: datetime) -> Excused:
    if held is not None and held.reason == one.reason:
        return held
    return one.model_copy(update={"by": who.id, "at": now})


@dataclass(frozen=True, slots=True)
class Gate:
    """How a draft stands with its rules.

    cases    {name: passed | None (not run on this draft)}
    taken    lines that test runs of this draft took; `every` line of the flow; `excused` ones
    money    of the comparison that decides, with the `simulation` it is of: what keeps the draft
             from being published, else the newest; None where none tells of money
    """

    rules: Rules
    cases: Mapping[str, bool | None]
    every: frozenset[str]
    taken: frozenset[str]
    money: Mapping[str, Any] | None
    problems: tuple[Problem, ...]

    @property
    def excused(self) -> frozenset[str]:
        return frozenset(one.line for one in self.rules.excused)


def look_at_gate(world: World, tenant: str, row: Any, flow: Flow) -> Gate:
    """What test runs of this very revision of the draft have reached, and what is still missing."""
    with world.db.reading() as conn:
        rules, _ = read_rules(conn, tenant, row.key)
        reports = _reports(conn, tenant, row)
    problems = [*_cases(rules, flow, reports), *_coverage(rules, flow, reports)]
    problems += _money(rules, reports, is_live=row.live_version is not None)
    tried = _tried(reports)
    every, taken = _lines(flow, reports)
    return Gate(
        rules,
        {case.name: tried.get(case.name) for case in flow.cases},
        every,
        taken,
        _deciding_money(rules, reports),
        tuple(problems),
    )


def check_gate(world: World, tenant: str, row: Any, flow: Flow) -> None:
    """Conflict, with a problem for each rule that is not kept by this revision of the draft."""
    with world.db.reading() as conn:
        rules, _ = read_rules(conn, tenant, row.key)
    if rules == Rules():
        return
    problems = look_at_gate(world, tenant, row, flow).problems
    if problems:
        raise Conflict(
            text("还没有达到发布要求", "what publishing asks for is not reached yet"), problems
        )


def agree_to_money(world: World, who: Principal, simulation: str) -> Any:
    """The owner's yes to the difference a test run has shown; Conflict where it shows none."""
    now = world.now()
    with world.db.begin() as conn:
        row = store.find_simulation(conn, who.tenant, simulation)
        if row is None:
            raise NotFound(text("没有这个试运行", "there is no such test run"))
        report = row.report or {}
        comparison = report.get("comparison") or {}
        money = comparison.get("money")
        if money is None:
            raise Conflict(text("这次试运行没有金额差异", "this test run tells of no money"))
        agreed = {**money, "agreed_by": who.id, "agreed_at": now.isoformat()}
        report = {**report, "comparison": {**comparison, "money": agreed}}
        store.update_simulation(conn, who.tenant, simulation, {"report": report})
        about = {"simulation": simulation, "difference": str(money["difference"])}
        who.note(conn, now, "settlement.publish", f"flow:{row.flow_key}", about)
        return store.find_simulation(conn, who.tenant, simulation)


def _reports(conn: Connection, tenant: str, row: Any) -> list[dict[str, Any]]:
    """Of the newest test runs of this revision, the newest first."""
    tried = [
        found
        for brief in store.list_simulations(conn, tenant, flow_key=row.key, limit=LOOKED_AT)
        if brief.status == "succeeded" and brief.which == "draft"
        and brief.revision == row.revision
        and (found := store.find_simulation(conn, tenant, brief.id)) is not None
    ]  # fmt: skip
    held = flow_store.versions_by_id(conn, tenant, [row.live_version or ""])
    live = held[row.live_version].number if row.live_version in held else None
    return [{"simulation": one.id, **_beside(live, one.report)} for one in tried if one.report]


def _beside(live: int | None, report: dict[str, Any]) -> dict[str, Any]:
    """A report whose comparison counts: with what is live now, not an old version or itself."""
    other = ((report.get("against") or {}).get("flow") or {}).get("version")
    return report if other == live else {**report, "comparison": None}


def _tried(reports: list[dict[str, Any]]) -> dict[str, bool]:
    newest: dict[str, bool] = {}
    for report in reports:
        for case in report.get("cases") or ():
            newest.setdefault(case["name"], case["passed"])
    return newest


def _lines(flow: Flow, reports: list[dict[str, Any]]) -> tuple[frozenset[str], frozenset[str]]:
    every = frozenset(edge.id for _, graph, _ in graphs(flow) for edge in graph.edges)
    taken = {
        line["id"] for report in reports for line in report["coverage"]["lines"] if line["count"]
    }
    return every, every & taken


def _deciding_money(rules: Rules, reports: list[dict[str, Any]]) -> Mapping[str, Any] | None:
    """Of the largest difference nobody has agreed to, else of the newest comparison.

    A later comparison on fewer orders takes nothing back of what an earlier one has shown.
    """
    told = [
        {**money, "simulation": report.get("simulation")}
        for report in reports
        if (money := (report.get("comparison") or {}).get("money")) is not None
    ]
    over = [one for one in told if _is_over(rules, one)]
    return max(over, key=_difference) if over else next(iter(told), None)


def _is_over(rules: Rules, money: Mapping[str, Any]) -> bool:
    if rules.money_limit is None or money.get("agreed_by"):
        return False
    return _difference(money) > rules.money_limit


def _difference(money: Mapping[str, Any]) -> Decimal:
    return Decimal(str(money["difference"]))


def _cases(rules: Rules, flow: Flow, reports: list[dict[str, Any]]) -> list[Problem]:
    if not rules.cases:
        return []
    if not flow.cases:
        said = text("要求用例全部通过，但流程没有测试用例", "cases must pass, but there are none")
        return [Problem("/cases", said, "no_cases")]
    newest = _tried(reports)
    problems = []
    for index, case in enumerate(flow.cases):
        if case.name not in newest:
            said = text(
                f"测试用例「{case.name}」还没有在这份草稿上运行",
                f"case “{case.name}” was not run on this draft",
            )
            problems.append(Problem(f"/cases/{index}", said, "case_not_run"))
        elif not newest[case.name]:
            said = text(f"测试用例「{case.name}」没有通过", f"case “{case.name}” does not pass")
            problems.append(Problem(f"/cases/{index}", said, "case_failed"))
    return problems


def _coverage(rules: Rules, flow: Flow, reports: list[dict[str, Any]]) -> list[Problem]:
    if not rules.coverage:
        return []
    every, taken = _lines(flow, reports)
    excused = {one.line for one in rules.excused}
    reached = every & (taken | excused)
    if not every or len(reached) * 100 >= rules.coverage * len(every):
        return []
    missing = ", ".join(sorted(every - reached)[:20])
    said = text(
        f"已试到 {len(reached)}/{len(every)} 条路径，要求 {rules.coverage}%；还没走到：{missing}",
        f"{len(reached)} of {len(every)} lines were taken, {rules.coverage}% are asked for; "
        f"not yet: {missing}",
    )
    return [Problem("/edges", said, "coverage")]


def _money(rules: Rules, reports: list[dict[str, Any]], *, is_live: bool) -> list[Problem]:
    if rules.money_limit is None:
        return []
    money = _deciding_money(rules, reports)
    if money is not None and _is_over(rules, money):
        gap = _difference(money)
        said = text(
            f"与线上版本相差 {gap}，超过上限 {rules.money_limit}，需负责人同意",
            f"it differs by {gap} from what is live, more than {rules.money_limit}: its owner must "
            "agree",
        )
        return [Problem("", said, "money")]
    if is_live and not any(_has_compared(report) for report in reports):
        said = text(
            "规定了金额差异上限：请先让这份草稿与线上版本对比试运行一次",
            "a limit is set to how much money may differ: try this draft beside the live version",
        )
        return [Problem("", said, "money_not_compared")]
    return []


def _has_compared(report: Mapping[str, Any]) -> bool:
    """Whether a run of either version stands beside one of the other; no runs prove nothing."""
    return bool((report.get("comparison") or {}).get("pairs"))
