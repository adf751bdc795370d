"""Manual adjustments and amounts by hand: with a reason, a paper and a second person.

Also what people do to entries that are there: freeze, release, void. All of it goes through the
lane of the party.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.core.errors import InvalidInput, NotFound, Problem
from engine.core.ids import new_id
from engine.core.text import text
from engine.runtime.principal import Principal
from engine.runtime.settling.parties import demand_party
from engine.runtime.settling.sending import send
from engine.runtime.world import World
from engine.settlement import adjustment as pure
from engine.settlement.adjustment import Adjustment
from engine.settlement.money import to_minor
from engine.store import settlement_accounts as account_store
from engine.store import settlement_adjustments as store
from engine.store import settlement_entries as entry_store

ACTS = ("freeze", "release", "void")


def propose_adjustment(
    world: World,
    who: Principal,
    *,
    party: str,
    amount: str,
    reason: str,
    paper: str,
    other: str = "brand",
    term: str = "adjustment",
    currency: str = "CNY",
    order: str = "",
) -> Any:
    """An adjustment in major units, above zero for the party; it waits for another person."""
    now = world.now()
    minor = to_minor(amount, currency, "/amount")
    made = Adjustment(
        new_id("adj", now), party, other, term, minor, currency, reason, paper, who.id, now, order
    )
    with world.db.begin() as conn:
        demand_party(conn, who.tenant, party)
        row = {name: getattr(made, name) for name in Adjustment.__dataclass_fields__}
        row["order_key"] = row.pop("order")
        store.insert_adjustment(conn, {"tenant": who.tenant, **row})
        said = {"party": party, "minor": minor, "currency": currency, "reason": reason}
        who.note(conn, now, "settlement.adjust", f"adjustment:{made.id}", {"proposed": said})
        return store.lock_adjustment(conn, who.tenant, made.id)


def approve_adjustment(world: World, who: Principal, id_: str) -> Any:
    """Another person agrees: the entry is posted in the open period."""
    return _answer(world, who, id_, approves=True)


def reject_adjustment(world: World, who: Principal, id_: str) -> Any:
    """Another person declines."""
    return _answer(world, who, id_, approves=False)


def list_adjustments(
    world: World, tenant: str, *, state: str | None = None, limit: int = 100
) -> list[Any]:
    """Newest first."""
    with world.db.reading() as conn:
        return store.list_adjustments(conn, tenant, state=state, limit=limit)


def list_entries(world: World, tenant: str, **where: Any) -> list[Any]:
    """Newest first; by party, order, account, card, period (posted in), earned, state."""
    with world.db.reading() as conn:
        return entry_store.list_entries(conn, tenant, **where)


def list_accounts(
    world: World, tenant: str, *, party: str | None = None, after: str = "", limit: int = 200
) -> list[Any]:
    """Accounts with their totals (`state`, see account.read_state), by key."""
    with world.db.reading() as conn:
        return account_store.list_accounts(conn, tenant, party=party, after=after, limit=limit)


def move_entries(
    world: World,
    who: Principal,
    party: str,
    act: str,
    *,
    order: str | None = None,
    keys: Sequence[str] = (),
    reason: str,
) -> None:
    """Freezes, releases or voids entries of a party: all of an order, or those named.

    What waits for a budget is released by the people the budget names, not here.
    """
    if act not in ACTS:
        raise InvalidInput(text("没有这种操作", "there is no such act"))
    if not reason.strip() or not (order or keys):
        message = text("请填写原因，并指明订单或款项", "say why, and which order or entries")
        raise InvalidInput(message, [Problem("/reason", message, "missing")])
    now = world.now()
    with world.db.begin() as conn:
        demand_party(conn, who.tenant, party)
        args = {"order": order, "entries": list(keys)}
        key = new_id("call", now)
        send(world, conn, who.tenant, f"account:{party}", f"settlement.{act}", args, key)
        who.note(conn, now, f"settlement.{act}", f"party:{party}", {**args, "reason": reason})
    world.queue.wake("lanes")


def _answer(world: World, who: Principal, id_: str, *, approves: bool) -> Any:
    now = world.now()
    with world.db.begin() as conn:
        row = store.lock_adjustment(conn, who.tenant, id_)
        if row is None:
            raise NotFound(text("没有这张调整单", "there is no such adjustment"))
        names = [name for name in Adjustment.__dataclass_fields__ if name != "order"]
        found = Adjustment(**{name: getattr(row, name) for name in names}, order=row.order_key)
        decide = pure.approve_adjustment if approves else pure.reject_adjustment
        after = decide(found, checker=who.id)
        values = {"state": after.state, "checker": who.id, "answered_at": now}
        store.update_adjustment(conn, who.tenant, id_, values)
        if approves:
            amount = {
                "party": found.party,
                "other": found.other,
                "term": found.term,
                "minor": found.minor,
                "currency": found.currency,
                "order": found.order,
                "kind": "adjustment",
                "share": [found.id, found.reason, found.paper],
            }
            args = {"amounts": [amount]}
            owner = f"account:{found.party}"
            send(world, conn, who.tenant, owner, "settlement.post", args, found.id)
        said = {"maker": found.maker, "approved": approves}
        who.note(conn, now, "settlement.adjust", f"adjustment:{id_}", said)
        row = store.lock_adjustment(conn, who.tenant, id_)
    world.queue.wake("lanes")
    return row
