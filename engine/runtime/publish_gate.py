"""What must be true before a flow is published: its owner asks for it, publishing keeps it.

cases      every case of the document passes, in a test run of this very draft
coverage   so many percent of the lines were taken in test runs of this draft; a line that cannot be
           tried is excused with a reason
money      no difference against the live version above a limit without the owner's yes; judged as
           soon as test runs tell of money
A rollback is never held up: it is how one gets out of trouble.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from engine.core.errors import Conflict, InvalidInput, Problem, Stale
from engine.core.flow import Flow, graphs, problems_of
from engine.core.text import text
from engine.runtime.principal import Principal
from engine.runtime.world import World
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


def _signed(one: Excused, held: Excused | None, who: Principal, now: datetime) -> Excused:
    if held is not None and held.reason == one.reason:
        return held
    return one.model_copy(update={"by": who.id, "at": now})


def check_gate(world: World, tenant: str, row: Any, flow: Flow) -> None:
    """Conflict, with a problem for each rule that is not kept by this revision of the draft."""
    with world.db.reading() as conn:
        rules, _ = read_rules(conn, tenant, row.key)
        if rules == Rules():
            return
        tried = [
            found
            for brief in store.list_simulations(conn, tenant, flow_key=row.key, limit=LOOKED_AT)
            if brief.status == "succeeded" and brief.which == "draft"
            and brief.revision == row.revision
            and (found := store.find_simulation(conn, tenant, brief.id)) is not None
        ]  # fmt: skip
    reports = [one.report for one in tried if one.report]
    problems = [*_cases(rules, flow, reports), *_coverage(rules, flow, reports)]
    problems += _money(rules, reports)
    if problems:
        raise Conflict(
            text("还没有达到发布要求", "what publishing asks for is not reached yet"), problems
        )


def _cases(rules: Rules, flow: Flow, reports: list[dict[str, Any]]) -> list[Problem]:
    if not rules.cases:
        return []
    if not flow.cases:
        said = text("要求用例全部通过，但流程没有测试用例", "cases must pass, but there are none")
        return [Problem("/cases", said, "no_cases")]
    newest: dict[str, bool] = {}
    for report in reports:  # the newest first
        for case in report.get("cases") or ():
            newest.setdefault(case["name"], case["passed"])
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
    every = {edge.id for _, graph, _ in graphs(flow) for edge in graph.edges}
    taken = {
        line["id"] for report in reports for line in report["coverage"]["lines"] if line["count"]
    }
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


def _money(rules: Rules, reports: list[dict[str, Any]]) -> list[Problem]:
    if rules.money_limit is None:
        return []
    for report in reports:
        money = (report.get("comparison") or {}).get("money")
        if money is None:
            continue
        if Decimal(str(money["difference"])) > rules.money_limit and not money.get("agreed_by"):
            said = text("金额差异超过上限，需负责人同意", "money differs by more than the limit")
            return [Problem("", said, "money")]
        return []
    return []
