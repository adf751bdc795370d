"""What test runs give the live flow: its heat map, publish rules, a draft beside it, replays."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Response
from pydantic import AwareDatetime, Field

from api import etags
from api.answers import answer
from api.context import caller, tenant, world
from api.errors import ProblemItem
from api.resource import Model, Resource, Shown
from api.runs import RunPath
from api.settlement_shapes import shown_problems
from api.shapes import FlowPath
from api.simulations import SimulationBrief, SimulationPath
from engine.core.flow import load_flow
from engine.core.text import text
from engine.runtime import publish_gate as gate
from engine.runtime.heat import read_heat
from engine.runtime.replay import replay
from engine.runtime.rows import as_json
from engine.runtime.simulate import shadow
from engine.runtime.simulate.asked import Given
from engine.runtime.versions import read_flow

resource = Resource("trials", text("试运行与上线的衔接", "Heat maps, publish rules, shadow runs"))

_WHICH = r"^(draft|live|[1-9][0-9]{0,5})$"


class HeatQuery(Model):
    """Which runs are counted: the last seven days where nothing is said."""

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    version: int | None = Field(None, ge=1, le=999_999, description="Only runs of this version")


class Heat(Shown):
    """Counts of every step, port, line and row of the live flow."""

    flow: str
    version: int
    since: datetime
    until: datetime
    complete: bool = Field(description="False: too many runs, counted back to `since`")
    runs: dict[str, Any]
    coverage: dict[str, Any]
    steps: list[dict[str, Any]]


class ExcusedLine(Model):
    """A line that need not be tried, and why."""

    line: str = Field(max_length=64)
    reason: str = Field(min_length=3, max_length=400)
    by: str | None = None
    at: AwareDatetime | None = None


class RulesBody(Model):
    """What publishing asks for."""

    cases: bool = Field(False, description="All cases of the flow pass")
    coverage: int = Field(0, ge=0, le=100, description="Percent of the lines that were taken")
    excused: list[ExcusedLine] = Field(default_factory=list, max_length=500)
    money_limit: Decimal | None = Field(
        None, ge=0, description="Largest difference of money that needs nobody's yes"
    )


class RulesShown(RulesBody):
    """What publishing asks for; revision 0: nothing was ever asked."""

    revision: int


class ShadowBody(Model):
    """Answers and parameters of the daily comparison."""

    answers: dict[str, Given | list[Given]] = Field(default_factory=dict)
    params: dict[str, Any] | None = None
    calendar: str | None = Field(None, max_length=64)
    until: AwareDatetime | None = Field(None, description="It ends by itself then")


class Shadow(Shown):
    """A draft that runs beside the live version, with every effect withheld."""

    id: str
    flow_key: str
    status: str
    since: datetime = Field(description="Events received from then on come next")
    next_at: datetime
    until: datetime | None
    started_by: str | None
    created_at: datetime


class ShadowDay(SimulationBrief):
    """The comparison of one day; counts are null while it is not over."""

    since: datetime | None = Field(description="Events received from then on")
    until: datetime | None
    pairs: int | None = Field(description="Runs of either version")
    different: int | None = Field(description="Of them, those that came out otherwise")
    difference: str | None = Field(description="What the money of all orders differs by")


class ShadowFound(Shown):
    """The shadow, and its last comparisons."""

    shadow: Shadow
    comparisons: list[ShadowDay]


class ReplayBody(Model):
    """Against which version."""

    which: str = Field("draft", pattern=_WHICH, description="draft, live or a version's number")


class ReplayShown(Shown):
    """Whether both versions do the same, else the first command that differs."""

    same: bool
    signals: int
    at: int | None = Field(description="The signal after which they differ, counted from 1")
    signal: str | None
    old: Any = None
    new: Any = None


class GateCase(Shown):
    """A case of the draft; `passed` null: not run on this revision."""

    name: str
    passed: bool | None


class GateShown(Shown):
    """How the draft stands with what publishing asks for."""

    rules: RulesBody
    cases: list[GateCase]
    lines: int = Field(description="Lines of the draft")
    taken: int = Field(description="Of them, taken in test runs of this revision")
    missing: list[str] = Field(description="Lines neither taken nor excused")
    money: dict[str, Any] | None = Field(description="Of the newest comparison that tells of money")
    problems: list[ProblemItem] = Field(description="What keeps it from being published")


@resource.get("/flows/<key>/gate", act="flows.read", answers={200: GateShown})
def read_publish_gate(path: FlowPath) -> Response:
    """What the publish rules still ask of this draft: cases, coverage, money."""
    row = read_flow(world(), tenant(), path.key)
    flow = load_flow(row.draft or {})
    found = gate.look_at_gate(world(), tenant(), row, flow)
    missing = sorted(found.every - found.taken - found.excused)
    return answer(
        {
            "rules": RulesBody(**found.rules.model_dump()),
            "cases": [{"name": name, "passed": ok} for name, ok in found.cases.items()],
            "lines": len(found.every),
            "taken": len(found.taken),
            "missing": missing,
            "money": as_json(found.money),
            "problems": shown_problems(found.problems),
        }
    )


@resource.post(
    "/simulations/<simulation_id>/agree",
    act="settlement.publish",
    answers={200: SimulationBrief},
    key_act=True,
)
def agree_to_money(path: SimulationPath) -> Response:
    """The owner's yes to a test run's money difference, so that its draft may be published."""
    row = gate.agree_to_money(world(), caller(), path.simulation_id)
    return answer(SimulationBrief.model_validate(row))


@resource.get("/flows/<key>/heat", act="runs.read", answers={200: Heat})
def read_flow_heat(path: FlowPath, query: HeatQuery) -> Response:
    """The live flow's heat map: counts, time per step, lines nobody takes."""
    until = query.until or world().now()
    since = query.since or until - timedelta(days=7)
    found = read_heat(world(), tenant(), path.key, since, until, number=query.version)
    return answer(as_json(found))


@resource.get("/flows/<key>/publish-rules", act="flows.read", answers={200: RulesShown}, etag=True)
def read_publish_rules(path: FlowPath) -> Response:
    """What publishing this flow asks for."""
    read_flow(world(), tenant(), path.key)
    with world().db.reading() as conn:
        rules, revision = gate.read_rules(conn, tenant(), path.key)
    return _rules(rules, revision)


@resource.put(
    "/flows/<key>/publish-rules",
    act="flows.publish",
    answers={200: RulesShown},
    if_match=True,
    etag=True,
)
def update_publish_rules(path: FlowPath, body: RulesBody) -> Response:
    """Changes what publishing asks for. Who excuses a line is noted."""
    read_flow(world(), tenant(), path.key)
    with world().db.reading() as conn:
        _, held = gate.read_rules(conn, tenant(), path.key)
    revision = etags.check(held)
    document = body.model_dump(mode="json")
    return _rules(*gate.save_rules(world(), caller(), path.key, document, revision))


def _rules(rules: gate.Rules, revision: int) -> Response:
    shown = RulesShown(**rules.model_dump(), revision=revision)
    return answer(shown, etag=etags.tag(revision))


@resource.post("/flows/<key>/shadow", act="simulations.run", answers={201: Shadow})
def start_shadow(path: FlowPath, body: ShadowBody) -> Response:
    """Lets the draft run beside the live version from now on; differences are told daily."""
    read_flow(world(), tenant(), path.key)
    options = body.model_dump(mode="json", exclude_unset=True, exclude={"until"})
    row = shadow.start_shadow(world(), caller(), path.key, options, body.until)
    return answer(Shadow.model_validate(row), 201)


@resource.get("/flows/<key>/shadow", act="runs.read", answers={200: ShadowFound})
def read_shadow(path: FlowPath) -> Response:
    """The draft that runs beside this flow, and the last comparisons."""
    row, days = shadow.read_shadow(world(), tenant(), path.key)
    comparisons = [SimulationBrief.model_validate(one).model_dump() | of for one, of in days]
    return answer({"shadow": Shadow.model_validate(row), "comparisons": comparisons})


@resource.delete("/flows/<key>/shadow", act="simulations.run", answers={200: Shadow})
def stop_shadow(path: FlowPath) -> Response:
    """Ends it; the comparisons stay."""
    return answer(Shadow.model_validate(shadow.stop_shadow(world(), caller(), path.key)))


@resource.post("/runs/<run_id>/replay", act="runs.read", answers={200: ReplayShown})
def replay_run(path: RunPath, body: ReplayBody) -> Response:
    """What a finished run's signals would lead to in another version. Nothing is done."""
    return answer(replay(world(), tenant(), path.run_id, body.which).as_json())
