"""What a test run came to, as JSON values: what a screen, a program or a manager reads.

events     {given, used, refused, bad: [{line, path, reason}], left_out, by_type, unheard, first_at,
           last_at}
clock      {from, to}: the time that passed in the test run
runs       {started, by_status, lasting}            others: runs of flows that were called, by key
coverage   engine/core/coverage.py `report`: nodes, lines, rows, dead ends, covered, never
paths      [{steps, status, count, share, example}], the most frequent first
steps      [{place, node, name, entered, waiting, tasks: {count, queued, worked, longest}}]; seconds
people     [{id, name, tasks, busy, longest_queue, longest_at, by_day}] and `nobody` {role: tasks}
refused_answers  [{place, reason, count}]: answers of people that their tasks did not take
effects    {outside: [{connection, action, status, count, examples}], notices, tags, fields}
unheard_notices  [{place, count, examples}]: notices that found nobody; no place in other flows
failures   [{code, place, count, examples}]         incidents outside of runs: the same
unrestored sentences: what could not be had as it was at the first event
money      {totals, by_party, by_channel, by_tier, by_state, budgets, left_out}; null where nothing
           was settled. Amounts are decimal texts: what the parties get.
tickets    null until tickets are there: opened, due, breached
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.core.coverage import report as coverage_report
from engine.core.flow import Flow, Graph
from engine.core.redact import redact
from engine.core.registry import Registry
from engine.core.text import Text
from engine.runtime.simulate.feed import Feed
from engine.runtime.simulate.people import Desk
from engine.runtime.simulate.tally import Kind, Tally

MOST_DAYS = 400


def make_report(
    tally: Tally,
    flow: Flow,
    registry: Registry,
    feed: Feed,
    *,
    names: dict[str, str],
    clock: tuple[datetime, datetime] | None,
    unrestored: list[Text],
) -> dict[str, Any]:
    """The whole report. `names` are keys of other flows by id."""
    runs = sum(tally.by_status.values())
    return {
        "events": _events(tally, feed),
        "clock": {"from": clock[0], "to": clock[1]} if clock else None,
        "runs": {
            "started": runs,
            "by_status": dict(sorted(tally.by_status.items())),
            "lasting": tally.lasting.as_json(),
        },
        "others": {names.get(id_, id_): count for id_, count in sorted(tally.others.items())},
        "coverage": coverage_report(tally.coverage, flow, registry),
        "paths": _paths(tally, runs),
        "paths_left_out": tally.paths_left_out,
        "steps": steps_of(tally, flow),
        "people": [_desk(desk) for desk in sorted(tally.desks.values(), key=_busiest)],
        "nobody": dict(sorted(tally.nobody.items())),
        "refused_answers": _refused(tally.refused),
        "unheard_notices": [
            {"place": place, **_kind(kind)} for place, kind in sorted(tally.untold.items())
        ],
        "effects": {
            "outside": [
                {"connection": place[0], "action": place[1], "status": place[2], **_kind(kind)}
                for place, kind in sorted(tally.sent.items())
            ],
            "notices": [{"user": user, **_kind(kind)} for user, kind in sorted(tally.told.items())],
            "tags": [
                {"change": change, "tag": tag, "count": count}
                for (change, tag), count in tally.tags.most_common()
            ],
            "fields": [
                {"field": name, **_kind(kind)} for name, kind in sorted(tally.fields.items())
            ],
        },
        "failures": [
            {"code": code, "place": place, **_kind(kind)}
            for (code, place), kind in sorted(
                tally.failures.items(), key=lambda item: -item[1].count
            )
        ],
        "incidents": [
            {"code": code, **_kind(kind)} for code, kind in sorted(tally.incidents.items())
        ],
        "unrestored": unrestored,
        "money": tally.money.as_json(),
        "tickets": None,
    }


def _events(tally: Tally, feed: Feed) -> dict[str, Any]:
    has = len(feed) > 0
    return {
        "given": len(feed) + feed.refused,
        "used": len(feed),
        "refused": feed.refused,
        "bad": [one.as_json() for one in feed.bad],
        "left_out": feed.left_out,
        "by_type": dict(sorted(feed.by_type.items())),
        "unheard": dict(sorted(tally.unheard.items())),
        "first_at": feed.first_at if has else None,
        "last_at": feed.last_at if has else None,
    }


def _refused(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was given for people and no form would take, the most frequent first."""
    counted: dict[tuple[str, str], dict[str, Any]] = {}
    for one in found:
        held = counted.setdefault((one["place"], one["reason"]["en"]), {**one, "count": 0})
        held["count"] += 1
    return sorted(counted.values(), key=lambda one: -int(one["count"]))[:20]


def _paths(tally: Tally, runs: int) -> list[dict[str, Any]]:
    found = sorted(tally.paths.values(), key=lambda path: (-path.count, path.steps))
    return [
        {
            "steps": [{"place": place, "port": port} for place, port in path.steps],
            "status": path.status,
            "count": path.count,
            "share": round(path.count / runs, 4) if runs else 0,
            "example": path.example,
        }
        for path in found
    ]


def steps_of(tally: Tally, flow: Flow) -> list[dict[str, Any]]:
    entered: dict[str, int] = {}
    for (place, status), count in tally.coverage.steps.items():
        if status != "skipped":
            entered[place] = entered.get(place, 0) + count
    found = []
    for place, node, name in _places(flow):
        waiting, stay = tally.waiting.get(place), tally.stays.get(place)
        found.append(
            {
                "place": place,
                "node": node,
                "name": name,
                "entered": entered.get(place, 0),
                "waiting": waiting.as_json() if waiting else None,
                "tasks": {
                    "count": stay.count,
                    "queued": round(stay.queued.total_seconds() / stay.count),
                    "worked": round(stay.worked.total_seconds() / stay.count),
                    "longest": round(stay.longest.total_seconds()),
                }
                if stay and stay.count
                else None,
            }
        )
    return found


def _places(graph: Graph, before: str = "") -> list[tuple[str, str, str]]:
    found = []
    for node in graph.nodes:
        place = f"{before}{node.id}"
        found.append((place, node.id, node.name))
        if node.body is not None:
            found += _places(node.body, f"{place}/")
        for handler in node.handlers.values():
            found += _places(handler, f"{place}~/")
    return found


def _busiest(desk: Desk) -> tuple[int, str]:
    return -desk.tasks, desk.id


def _desk(desk: Desk) -> dict[str, Any]:
    return {
        "id": desk.id,
        "name": desk.name,
        "tasks": desk.tasks,
        "busy": round(desk.busy.total_seconds()),
        "longest_queue": desk.longest,
        "longest_at": desk.longest_at,
        "by_day": dict(sorted(desk.by_day.items())[:MOST_DAYS]),
    }


def _kind(kind: Kind) -> dict[str, Any]:
    # Examples are people's data: secrets leave them here, as in a trace.
    return {"count": kind.count, "examples": [redact(one) for one in kind.examples]}
