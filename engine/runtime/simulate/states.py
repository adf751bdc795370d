"""What was frozen, void or waiting for a budget at a moment: from what was dated when it happened.

1. People's acts on entries stand in the audit trail; what budgets were asked carries its time, and
   so do the answers that people gave them.
2. The acts up to now, one after the other, give a state. Where that is the state of today, the acts
   up to the moment give the state of then; a claw-back goes with the money of its line.
3. Where it is not, something without a date has moved the entry (a step of a flow, room that a
   budget got by itself): its state of then cannot be known, it stays as it is today and is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.store.db import Connection
from engine.store.scratch import history as store

_TO = {"freeze": "frozen", "release": "pending", "void": "void"}
_HELD = ("frozen", "void")


@dataclass(frozen=True, slots=True)
class Answered:
    """A person's answer to a demand that waited for a budget."""

    at: datetime
    passed: bool


Answers = Mapping[tuple[str, str], Answered]  # by (budget, demand)


def answers_of(conn: Connection, tenant: str) -> dict[tuple[str, str], Answered]:
    """What people have answered budgets; the last answer to each demand."""
    return {
        (row.target.partition(":")[2], str(row.detail["demand"])): Answered(
            row.at, bool(row.detail.get("passed"))
        )
        for row in store.budget_answers(conn, tenant)
        if (row.detail or {}).get("demand")
    }


def states_then(
    conn: Connection, tenant: str, entries: Iterable[dict[str, Any]], before: datetime
) -> int:
    """Puts entries into their states of then; returns how many could not be told."""
    entries = list(entries)
    acts = _acts(conn, tenant, entries)
    then: dict[str, str] = {}
    by_line: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for entry in entries:
        by_line.setdefault(_line(entry), []).append(entry)
    open_ = []
    for entry in entries:
        own = acts.get(entry["key"], [])
        today, known = _state(entry), _after(own, None)
        if today == known:
            then[entry["key"]] = _after(own, before)
        elif _HELD[0] in (today, known) or _HELD[1] in (today, known):
            open_.append(entry)
    unknown = 0
    for entry in open_:
        # A claw-back has no acts of its own: it was born like the money it takes back.
        alike = [
            one
            for one in by_line[_line(entry)]
            if one["minor"] > 0 > entry["minor"] and _state(one) == _state(entry)
        ]
        if alike and alike[0]["key"] in then:
            then[entry["key"]] = then[alike[0]["key"]]
        else:
            unknown += 1
    for entry in entries:
        state = then.get(entry["key"])
        if state is not None and state != _state(entry):
            entry["state"] = state
    return unknown


def _acts(
    conn: Connection, tenant: str, entries: list[dict[str, Any]]
) -> dict[str, list[tuple[datetime, str]]]:
    """{entry key: [(when, state it came to)]} in order of time."""
    found: dict[str, list[tuple[datetime, str]]] = {}
    by_order: dict[tuple[str, str], list[dict[str, Any]]] = {}
    by_key = {entry["key"]: entry for entry in entries}
    for entry in entries:
        by_order.setdefault((_party(entry), entry["order_key"]), []).append(entry)
    parties = {_party(entry) for entry in entries}
    for row in store.moves_of_parties(conn, tenant, parties):
        party, detail = row.target.partition(":")[2], row.detail or {}
        own = [by_key[key] for key in detail.get("entries") or () if key in by_key]
        if detail.get("order"):
            own += by_order.get((party, detail["order"]), [])
        for entry in own:
            if _party(entry) == party and entry["posted_at"] <= row.at:
                to = _TO[row.act.rpartition(".")[2]]
                found.setdefault(entry["key"], []).append((row.at, to))
    answers = answers_of(conn, tenant)
    for row in store.demands_by_key(conn, tenant, by_key):
        answer = answers.get((row.budget, row.key))
        if row.outcome == "pass" and answer is None:
            continue  # within the budget, or it got room by itself, which has no date
        mine = found.setdefault(row.key, [])
        mine.append((by_key[row.key]["posted_at"], "frozen"))
        if answer is not None:
            mine.append((answer.at, "pending" if answer.passed else "void"))
    for mine in found.values():
        mine.sort(key=lambda act: act[0])
    return found


def _after(acts: Iterable[tuple[datetime, str]], before: datetime | None) -> str:
    state = "pending"
    for at, to in acts:
        if before is not None and at >= before:
            break
        if state != "void":  # for good
            state = to
    return state


def _state(entry: Mapping[str, Any]) -> str:
    """Frozen, void, or neither of them: what is due, settled or paid was not held."""
    return str(entry["state"]) if entry["state"] in _HELD else "pending"


def _party(entry: Mapping[str, Any]) -> str:
    return str(entry["account"]).partition("|")[0]


def _line(entry: Mapping[str, Any]) -> tuple[str, ...]:
    return entry["account"], entry["order_key"], entry["line"]
