"""The lane of a budget: money passes, or waits for room or for a person.

Each demand has a key and is counted once; asked again it gets the same answer. Entries that wait
are frozen; when they pass they are released by their party's lane.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.core.errors import EngineError
from engine.core.node import Answer
from engine.runtime.desk import Applied, Desk
from engine.runtime.in_hand import Need
from engine.runtime.settling.books import HeldBudget, books_of
from engine.runtime.settling.posting import send_demand
from engine.settlement.budget import Demand, Verdict, guard, retry
from engine.settlement.money import to_major, to_minor


def ask(desk: Desk, args: Mapping[str, Any]) -> Applied:
    """{"budget", "amount" in minor units or pieces, or "major", "key", "party", "by"}."""
    name = str(args.get("budget") or desk.owner.removeprefix("budget:"))
    key = str(args.get("key") or desk.key)
    budgets = (yield [Need("settlement:budgets", desk.tenant, (name, [key]))])[0]
    held: HeldBudget | None = budgets.get(name)
    if held is None:
        if args.get("party"):
            _pass_on(desk, args)  # the budget was taken away meanwhile: nothing holds the money
        return Answer("error", {"code": "no_budget", "message": name})
    books = books_of(desk.batch)
    known = books.demands.get((desk.tenant, name, key))
    if known is not None:
        return Answer("out", _said(held, known["outcome"]))
    try:
        amount = _amount(held, args)
    except EngineError as fault:
        return Answer("error", {"code": "bad_amount", "message": fault.message})
    demand = Demand(key, amount, str(args.get("by") or ""), desk.batch.now)
    verdict, state = guard(held.budget, held.state, demand)
    row = {
        "tenant": desk.tenant,
        "budget": name,
        "key": key,
        "amount": amount,
        "outcome": verdict.outcome,
        "party": args.get("party"),
        "entries": {"next": args.get("next") or [], "amounts": args.get("amounts") or {}},
        "decided_by": None,
        "at": desk.batch.now,
    }
    books.new_demands.append(row)
    books.demands[desk.tenant, name, key] = row
    keep(held, state)
    tell(desk, held, verdict)
    if verdict.outcome == "pass" and (amount > 0 or args.get("next")):
        _pass_on(desk, args)
    yield from _retry(desk, name, held)
    return Answer("out", _said(held, verdict.outcome))


def _amount(held: HeldBudget, args: Mapping[str, Any]) -> int:
    if args.get("major") is not None:
        if held.budget.unit == "pieces":
            return int(str(args["major"]))
        return to_minor(str(args["major"]), held.budget.currency, "/amount")
    return int(args.get("amount") or 0)


def _retry(desk: Desk, name: str, held: HeldBudget) -> Any:
    """What waited and has room now."""
    passed, state = retry(held.budget, held.state)
    if not passed:
        return
    keep(held, state)
    yield [Need("settlement:budgets", desk.tenant, (name, [one.key for one in passed]))]
    books = books_of(desk.batch)
    for verdict in passed:
        tell(desk, held, verdict)
        row = books.demands.get((desk.tenant, name, verdict.key))
        if row is None:
            continue
        row["outcome"] = "pass"
        if row not in books.new_demands:
            values = {"outcome": "pass", "decided_by": None}
            books.answered[desk.tenant, name, verdict.key] = values
        _pass_on(desk, {**row["entries"], "party": row["party"], "key": verdict.key})


def keep(held: HeldBudget, state: Any) -> None:
    held.state = replace(state)
    held.is_changed = True


def tell(desk: Desk, held: HeldBudget, verdict: Verdict) -> None:
    """`settlement.budget_warned` and `_exceeded`, where somebody listens."""
    for type_ in verdict.events:
        desk.publish(type_, {"settlement": budget_notice(held, verdict.used)}, verdict.key)


def budget_notice(held: HeldBudget, used: int) -> dict[str, Any]:
    """What an event about a budget tells; a budget in pieces has no amounts."""
    budget = held.budget
    found = {"id": budget.key, "name": held.name, "currency": budget.currency}
    if held.covers.get("campaign"):
        found["campaign"] = held.covers["campaign"]
    if budget.unit == "pieces":
        return {**found, "reason": f"{used}/{budget.limit}"}
    amounts = {"amount": used, "limit_amount": budget.limit}
    return {
        **found,
        **{name: str(to_major(minor, budget.currency)) for name, minor in amounts.items()},
    }


def _pass_on(desk: Desk, args: Mapping[str, Any]) -> None:
    """To the next budget that covers the entry, or to the party's lane: it is released."""
    if not args.get("party"):
        return
    names = list(args.get("next") or ())
    if names:
        send_demand(desk, names, args["amounts"], str(args["key"]), str(args["party"]))
        return
    batch, owner = desk.batch, f"account:{args['party']}"
    payload = {
        "kind": "settlement.release",
        "args": {"entries": [args["key"]], "budget": True},
        "key": f"{args['key']}/release",
        "chain": desk.chain,
    }
    batch.put(desk.tenant, batch.lane(desk.tenant, owner), "effect", owner, batch.now, payload)


def _said(held: HeldBudget, outcome: str) -> dict[str, Any]:
    budget, money = held.budget, held.budget.unit == "money"
    left = max(0, budget.limit - held.state.used)
    return {
        "outcome": outcome,
        "used": str(to_major(held.state.used, budget.currency)) if money else held.state.used,
        "limit": str(to_major(budget.limit, budget.currency)) if money else budget.limit,
        "left": str(to_major(left, budget.currency)) if money else left,
    }
