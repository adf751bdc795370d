"""A shop that settles, for tests: a creator with a rate card, orders and refunds as events."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from engine.core.event import Event
from engine.runtime.inbox import receive
from engine.runtime.principal import Principal, system
from engine.runtime.settling.parties import create_party, set_accounts
from engine.runtime.settling.rate_cards import create_card, publish_card
from engine.runtime.world import World
from engine.settlement.account import read_state
from engine.settlement.money import round_fine
from engine.store import settlement_accounts as account_store
from engine.store import settlement_entries as entry_store
from engine.store import settlement_posted as posted_store
from engine.store.rate_cards import load_plans
from tests.engine.runtime.conftest import START, TENANT, settle
from tests.engine.settlement.shop import percentage, rule, tiers

TIERS = tiers("graduated", ("0", "at", "3"), ("500", "over", "5"), ("1000", "over", "8"))


def person(name: str, world: World, *acts: str) -> Principal:
    """A person who has just given the second factor."""
    return Principal(
        f"usr_{name}",
        TENANT,
        name,
        dict.fromkeys(acts, ("/",)),
        has_second_factor=True,
        second_factor_at=world.now(),
    )


def card(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A card with the one term "commission" of the order's promoter."""
    return {
        "key": "creators",
        "name": "达人佣金",
        "terms": [
            {
                "key": "commission",
                "name": "佣金",
                "party": {"role": "promoter"},
                **more.pop("term", {}),
            }
        ],
        "rules": [*rules],
        **more,
    }


def publish(world: World, document: dict[str, Any]) -> None:
    create_card(world, system(TENANT), document)
    publish_card(world, system(TENANT), document["key"])


def creator(world: World, name: str = "lin", **more: Any) -> str:
    """A creator known on douyin by that name; the party's id."""
    row = create_party(world, system(TENANT), {"kind": "creator", "name": name, **more})
    set_accounts(world, system(TENANT), row.id, [("douyin", name)])
    return str(row.id)


def ordered(
    number: str,
    amount: str = "100.00",
    *,
    by: str | None = "lin",
    type_: str = "order.paid",
    at: datetime = START,
    **more: Any,
) -> Event:
    """An order of one line, paid."""
    order = {
        "platform": "douyin",
        "shop": "flagship",
        "external_id": number,
        "status": "paid",
        "amount": amount,
        "created_at": at.isoformat(),
        "paid_at": at.isoformat(),
        "lines": [{"id": "1", "name": "眼霜", "sku": "EYE-15", "amount": amount}],
        "identities": [{"kind": "phone", "value": f"139{int(number) % 10**8:08d}"}],
        **({"promoter": {"id": by, "kind": "creator"}} if by else {}),
        **more,
    }
    name = f"{number}/{type_}/{at.isoformat()}"
    return Event(id=name, source="douyin", type=type_, time=at, data={"order": order})


def refunded(number: str, amount: str, *, name: str = "", at: datetime = START) -> Event:
    refund = {
        "platform": "douyin",
        "shop": "flagship",
        "external_id": f"r{number}{name}",
        "order_id": number,
        "status": "completed",
        "amount": amount,
        "requested_at": at.isoformat(),
        "completed_at": (at + timedelta(minutes=1)).isoformat(),
    }
    return Event(
        id=f"refund/{number}/{name}",
        source="douyin",
        type="refund.completed",
        time=at,
        data={"refund": refund},
    )


def take(world: World, *events: Event) -> None:
    """Events come in and everything they set in motion is done."""
    receive(world, TENANT, list(events))
    settle(world)


def entries(world: World, **where: Any) -> list[Any]:
    """All entries, oldest first."""
    with world.db.reading() as conn:
        return entry_store.list_entries(conn, TENANT, limit=None, **where)[::-1]


def accounts(world: World) -> list[Any]:
    with world.db.reading() as conn:
        return account_store.list_accounts(conn, TENANT, limit=10_000)


def demand_exact(world: World) -> None:
    """The entries of every account sum to f(its totals), to the cent."""
    with world.db.reading() as conn:
        for row in account_store.list_accounts(conn, TENANT, limit=10_000):
            minor, _ = posted_store.sums_by(conn, TENANT, row.key)
            state = read_state(row.state)
            assert minor == state.minor
            for sub, (_, _, fine, posted, _) in state.subs.items():
                assert round_fine(fine, "half_up") == posted
                assert not sub or load_plans(conn, TENANT, [sub.partition("@")[0]])


__all__ = ["TIERS", "percentage", "rule", "tiers"]
