"""Budgets as people set them up and answer them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.core.errors import Conflict, InvalidInput, NotFound, Problem
from engine.core.text import text
from engine.runtime.principal import Principal
from engine.runtime.settling.books import budget_values
from engine.runtime.settling.budget_rows import check_budget, read_budget, read_budget_state
from engine.runtime.settling.sending import send
from engine.runtime.world import World
from engine.settlement.budget import reject, release
from engine.settlement.money import to_major
from engine.store import settlement_budgets as store
from engine.store.db import DatabaseFault

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_:|.-]{0,99}")
REPEATS = 5


@dataclass(frozen=True, slots=True)
class WaitingDemand:
    """Money that waits for room or for a person; `amount` in major units, or pieces."""

    key: str
    amount: Decimal
    party: str | None
    asked_by: str
    since: str


def list_budgets(world: World, tenant: str) -> list[Any]:
    """By key."""
    with world.db.reading() as conn:
        return store.load_budgets(conn, tenant)


def read_one(world: World, tenant: str, key: str) -> Any:
    """The budget's row; NotFound otherwise."""
    with world.db.reading() as conn:
        row = store.find_budget(conn, tenant, key)
    if row is None:
        raise NotFound(text(f"没有预算 {key}", f"there is no budget {key}"))
    return row


def put_budget(world: World, who: Principal, key: str, document: Any) -> Any:
    """A new budget, or the document of one that is there; what it has let through stays.

    Conflict when unit or currency would change once something was let through.
    """
    if not _KEY.fullmatch(key):
        message = text("预算编号只能用字母、数字和 _ : | . -", "letters, digits and _ : | . - only")
        raise InvalidInput(message, [Problem("/key", message, "pattern")])
    plain = check_budget(key, document)

    def write() -> Any:
        now = world.now()
        with world.db.begin() as conn:
            row = store.find_budget(conn, who.tenant, key)
            if row is None:
                made = {"tenant": who.tenant, "key": key, "document": plain, "used": 0}
                made |= {"waiting": [], "told": [], "version": 1, "made_by": who.id}
                store.insert_budget(conn, {**made, "updated_at": now})
            else:
                old, new = read_budget(key, row.document), read_budget(key, plain)
                if (old.unit, old.currency) != (new.unit, new.currency) and (
                    row.used or row.waiting
                ):
                    message = text(
                        "预算已有用量，不能改单位或币种",
                        "the budget was used: its unit and currency stay",
                    )
                    raise Conflict(message, [Problem("/unit", message, "used")])
                values = {"document": plain, "version": row.version + 1, "updated_at": now}
                store.save_budget(conn, who.tenant, key, row.version, values)
                # A raised limit may have made room: its lane looks.
                args = {"budget": key, "amount": 0, "key": f"look/{key}/{row.version + 1}"}
                owner = f"budget:{key}"
                send(world, conn, who.tenant, owner, "budget.guard", args, str(args["key"]))
            who.note(conn, now, "settlement.edit", f"budget:{key}", plain)
            return store.find_budget(conn, who.tenant, key)

    found = _repeated(write)
    world.queue.wake("lanes")
    return found


def delete_budget(world: World, who: Principal, key: str) -> None:
    """Takes a budget away; Conflict while money waits for it."""
    with world.db.begin() as conn:
        row = store.find_budget(conn, who.tenant, key)
        if row is None:
            raise NotFound(text(f"没有预算 {key}", f"there is no budget {key}"))
        if row.waiting:
            raise Conflict(text("还有款项在等待这个预算", "money is waiting for this budget"))
        store.drop_budget(conn, who.tenant, key)
        who.note(conn, world.now(), "settlement.edit", f"budget:{key}", {"deleted": True})


def waiting(world: World, tenant: str, key: str) -> list[WaitingDemand]:
    """What waits, oldest first."""
    row = read_one(world, tenant, key)
    budget, state = read_budget(key, row.document), read_budget_state(row)
    with world.db.reading() as conn:
        known = store.demands(conn, tenant, key, [one.key for one in state.waiting])
    money = budget.unit == "money"
    return [
        WaitingDemand(
            one.key,
            to_major(one.amount, budget.currency) if money else Decimal(one.amount),
            known[one.key].party if one.key in known else None,
            one.asked_by,
            one.since.isoformat(),
        )
        for one in state.waiting
    ]


def answer(
    world: World, who: Principal, key: str, demand: str, *, lets_pass: bool, note: str = ""
) -> None:
    """A named person lets waiting money pass, above the limit too, or refuses it: then it is void.

    Forbidden for whoever is not named, or asked for it; Conflict when it does not wait any more.
    """

    def write() -> None:
        now = world.now()
        with world.db.begin() as conn:
            row = store.find_budget(conn, who.tenant, key)
            if row is None:
                raise NotFound(text(f"没有预算 {key}", f"there is no budget {key}"))
            budget, state = read_budget(key, row.document), read_budget_state(row)
            verdict, after = (release if lets_pass else reject)(budget, state, demand, by=who.id)
            values = {**budget_values(after), "version": row.version + 1, "updated_at": now}
            store.save_budget(conn, who.tenant, key, row.version, values)
            known = store.demands(conn, who.tenant, key, [demand]).get(demand)
            decided = {"outcome": verdict.outcome, "decided_by": who.id}
            store.answer_demand(conn, who.tenant, key, demand, decided)
            if known is not None and known.party:
                _pass_on(world, conn, who.tenant, known, lets_pass)
            said = {"demand": demand, "passed": lets_pass, "note": note}
            who.note(conn, now, "settlement.release", f"budget:{key}", said)

    _repeated(write)
    world.queue.wake("lanes")


def _pass_on(world: World, conn: Any, tenant: str, row: Any, lets_pass: bool) -> None:
    names = list(row.entries.get("next") or ())
    if lets_pass and names:
        args = {
            "budget": names[0],
            "key": row.key,
            "amount": row.entries["amounts"][names[0]],
            "party": row.party,
            "next": names[1:],
            "amounts": row.entries["amounts"],
        }
        send(world, conn, tenant, f"budget:{names[0]}", "budget.guard", args, row.key)
        return
    kind = "settlement.release" if lets_pass else "settlement.void"
    args = {"entries": [row.key], "budget": True}
    send(world, conn, tenant, f"account:{row.party}", kind, args, f"{row.key}/{kind}")


def _repeated(do: Callable[[], Any]) -> Any:
    """Does it again where the budget's lane was faster."""
    for attempt in range(1, REPEATS + 1):
        try:
            return do()
        except DatabaseFault:
            if attempt == REPEATS:
                raise
    return None
