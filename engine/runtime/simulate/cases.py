"""A flow's saved cases, each run in a world of its own and held against what it expects.

Cases stand in the flow's document (`cases`), so that they travel with it and every change can be
tried on them. Expectations are written as in scenes: any of starts, status, path, ports, outputs,
effects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.core.coverage import place_of
from engine.core.errors import InvalidInput, Problem
from engine.core.flow import Case
from engine.core.scene.compare import mismatches, plain
from engine.core.text import Text, text
from engine.runtime.simulate.asked import Setup, moment_of, read_setup
from engine.runtime.simulate.chosen import choose
from engine.runtime.simulate.concerned import Concerned
from engine.runtime.simulate.feed import Feed, Tell
from engine.runtime.simulate.harvest import read_journal
from engine.runtime.simulate.report import make_report
from engine.runtime.simulate.run import Result, named, run_side
from engine.runtime.simulate.tally import RunSeen, Tally
from engine.runtime.world import World

_FIXED = ("id", "name", "level", "tags", "owner_user", "consent", "identities", "created_at")


@dataclass(frozen=True, slots=True)
class Tried:
    """One case: what came out, and where that is not what it says."""

    name: str
    passed: bool
    wrong: tuple[Text, ...]
    run: str | None
    found: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "passed": self.passed,
            "wrong": list(self.wrong),
            "run": self.run,
            "found": plain(self.found),
        }


def try_cases(world: World, tenant: str, setup: Setup, tell: Tell) -> Result:
    """Runs the cases a set-up names ([]: all of them); the report sums them all up."""
    with world.db.reading() as conn:
        chosen = choose(world, conn, tenant, setup, setup.which)
    wanted = [one for one in chosen.flow.cases if not setup.cases or one.name in setup.cases]
    if not chosen.flow.cases:
        said = text("流程还没有测试用例", "the flow has no cases yet")
        raise InvalidInput(said, [Problem("/cases", said, "no_cases")])
    missing = set(setup.cases or ()) - {one.name for one in wanted}
    if missing:
        said = text(
            f"没有测试用例：{'、'.join(sorted(missing))}",
            f"there are no cases {', '.join(sorted(missing))}",
        )
        raise InvalidInput(said, [Problem("/cases", said, "unknown")])
    tally, feed, tried = Tally(), Feed(Concerned(world)), list[Tried]()
    kept: dict[str, RunSeen] = {}
    used = 0
    documents: dict[str, Any] = {}
    for number, case in enumerate(wanted):
        tell(number, len(wanted), text(f"测试用例：{case.name}", f"case: {case.name}"))
        side, own, document = run_side(world, tenant, _setup(setup, case, number))
        documents = document
        run = next(iter(side.kept.values()), None)
        found = _found(run)
        for bad in own.bad:
            feed.refuse(number + 1, bad.reason, bad.path)
        used += len(own)
        feed.by_type.update(own.by_type)
        wrong = [*_unfit(own), *mismatches(dict(case.expect), found)]
        tried.append(Tried(case.name, not wrong, tuple(wrong), run.id if run else None, found))
        tally.merge(side.tally)
        kept.update(side.kept)
    report = make_report(
        tally, chosen.flow, world.registry, feed, names={}, clock=None, unrestored=[]
    )
    report["events"] |= {"given": used + feed.refused, "used": used}
    report |= {
        "flow": named(chosen),
        "against": None,
        "comparison": None,
        "cases": [one.as_json() for one in tried],
        "passed": sum(one.passed for one in tried),
    }
    return Result(report, {"new": list(kept.values())}, {"new": documents})


def _unfit(feed: Feed) -> list[Text]:
    """Why the case's event could not be used: then nothing was tried."""
    return [
        text(
            f"/event{bad.path}：事件不符合格式，{bad.reason['zh']}",
            f"/event{bad.path}: the event does not fit its type, it {bad.reason['en']}",
        )
        for bad in feed.bad
    ]


def _setup(setup: Setup, case: Case, number: int) -> Setup:
    """One case as a test run of its own."""
    now = case.now or case.event.get("time")
    event = {"id": f"case-{number}", "source": "/test-run/cases", **case.event}
    if now:
        event["time"] = now
    people = []
    if case.customer is not None:
        people.append(_person(case.customer, event))
    shared = {
        "flow": setup.flow,
        "which": setup.which,
        "document": setup.document,
        "events": [event],
        "customers": people,
        "answers": {place: _given(given) for place, given in case.answers.items()},
        "params": {**(setup.params or {}), **case.params} or None,
        "calendar": setup.calendar,
        "start": moment_of(now) if now else datetime(2026, 1, 5, 2, tzinfo=UTC),
    }
    return read_setup({name: value for name, value in shared.items() if value is not None})


def _person(customer: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    """The case's customer, behind the identities its event names."""
    known = {name: customer[name] for name in _FIXED if customer.get(name) is not None}
    own = {name: value for name, value in customer.items() if name not in (*_FIXED, "phone")}
    handles = dict(customer.get("identities") or {})
    for record in (event.get("data") or {}).values():
        for one in (record.get("identities") or ()) if isinstance(record, dict) else ():
            if isinstance(one, dict) and isinstance(one.get("kind"), str):
                handles[one["kind"]] = one.get("value")
    return {**known, "identities": handles, "fields": own}


def _given(given: Any) -> Any:
    """An answer as cases write it. A call's "port": "error" with a value is a failed call."""
    if isinstance(given, list):
        return [_given(one) for one in given]
    if not isinstance(given, Mapping):
        return given
    found = dict(given)
    if found.get("port") == "error" and isinstance(found.get("value"), Mapping):
        found = {"error": str(found["value"].get("code", "failed")), "asked": "call"}
    return found


def _found(run: RunSeen | None) -> dict[str, Any]:
    """What a case's expectations are held against."""
    if run is None:
        return {"starts": False, "status": "", "path": [], "ports": {}, "outputs": {},
                "effects": [], "error": None}  # fmt: skip
    records = [one for _, _, each in read_journal(list(run.journal)) for one in each]
    done = [one for one in records if one.status == "done"]
    outside = [
        {"kind": "call", "connection": one[0], "action": one[1], "args": one[3]} for one in run.sent
    ]
    changed = [{"kind": "changed", "field": one[0], "new": one[2]} for one in run.changed]
    told = [{"kind": "notify", "title": one[1]} for one in run.told]
    return {
        "starts": True,
        "status": run.status,
        "path": [place_of(one.step) for one in done],
        "ports": {place_of(one.step): one.port for one in done},
        "outputs": {place_of(one.step): plain(one.output) for one in done},
        "effects": [*outside, *changed, *told],
        "error": plain(run.error),
    }
