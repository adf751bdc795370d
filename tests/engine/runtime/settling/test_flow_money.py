"""Money steps inside a running flow: an event comes in, money is frozen, asked for, let go."""

from __future__ import annotations

from typing import Any

from engine.runtime.principal import system
from engine.runtime.settling.budgets import answer, put_budget, read_one, waiting
from engine.runtime.world import World
from tests.engine.runtime.conftest import TENANT, live, settle
from tests.engine.runtime.settling.ledger import (
    card,
    creator,
    entries,
    ordered,
    percentage,
    person,
    publish,
    refunded,
    rule,
    take,
)
from tests.engine.runtime.staging import PAID, flow, runs_of, tag

END = {"id": "end", "type": "end", "config": {}}


def states(world: World, number: str) -> list[str]:
    return [entry.state for entry in entries(world, order=f"douyin/flagship/{number}")]


def hold(kind: str, party: str, **more: Any) -> dict[str, Any]:
    """A step that freezes or releases what the flow's order owes to the party."""
    return {"id": kind[0], "type": f"{kind}_entries", "config": {"party": party, **more}}


def test_an_order_freezes_its_money_until_its_refund_is_rejected(world: World) -> None:
    lin = creator(world)
    publish(world, card(rule("base", percentage("10"))))
    wait = {
        "id": "w",
        "type": "wait_for_event",
        "config": {
            "type": "refund.*",
            "condition": "incoming.refund.order_id == order.external_id",
            "timeout": "P7D",
        },
    }
    started = {"id": "t", "type": "event", "config": {"type": "order.completed"}}
    document = flow(
        "hold",
        [started, hold("freeze", lin), wait, hold("release", lin), END],
        ["t>f", "f>w", "w.event>r", "w.timeout>end", "r>end"],
    )
    live(world, document)
    take(world, ordered("1"), ordered("2"))
    take(world, ordered("1", type_="order.completed"))
    assert states(world, "1") == ["frozen"]
    assert states(world, "2") == ["pending"]
    assert [run.status for run in runs_of(world)] == ["waiting"]
    back = refunded("1", "0.00")
    back.data["refund"]["identities"] = ordered("1").data["order"]["identities"]
    take(world, back)
    assert states(world, "1") == ["pending"]
    assert [run.status for run in runs_of(world)] == ["succeeded"]


def test_what_exceeds_a_budget_tells_a_flow_and_a_named_person_lets_it_go(world: World) -> None:
    lin = creator(world)
    publish(world, card(rule("base", percentage("10"))))
    document = {"name": "达人", "limit": "15.00", "action": "ask", "releasers": ["usr_boss"],
                "covers": {"party": lin}}  # fmt: skip
    put_budget(world, system(TENANT), "b", document)
    heard = {"id": "t", "type": "event", "config": {"type": "settlement.budget_exceeded"}}
    live(world, flow("told", [heard, END], ["t>end"]))
    take(world, ordered("1"))
    assert runs_of(world) == []
    take(world, ordered("2"))
    assert [run.status for run in runs_of(world)] == ["succeeded"]
    assert (states(world, "1"), states(world, "2")) == (["pending"], ["frozen"])
    # A flow cannot let go what waits for a budget; the named person can.
    (demand,) = waiting(world, TENANT, "b")
    answer(world, person("boss", world), "b", demand.key, lets_pass=True)
    settle(world)
    assert states(world, "2") == ["pending"]


def test_a_flow_asks_a_budget_and_goes_on_within_or_over_it(world: World) -> None:
    document = {"name": "赠品", "limit": "150.00", "action": "freeze"}
    put_budget(world, system(TENANT), "gift", document)
    guard = {
        "id": "g",
        "type": "budget_guard",
        "config": {"budget": "gift", "amount": "order.amount"},
    }
    nodes = [PAID, guard, tag("yes", "已送"), tag("no", "超预算"), END]
    live(world, flow("gift", nodes, ["t>g", "g.within>yes", "g.over>no", "yes>end", "no>end"]))
    take(world, ordered("1", "100.00", by=None))
    take(world, ordered("2", "100.00", by=None))
    take(world, ordered("3", "50.00", by=None))
    assert {run.status for run in runs_of(world)} == {"succeeded"}
    assert len(runs_of(world)) == 3
    budget = read_one(world, TENANT, "gift")
    assert budget.used == 15_000


def test_a_flow_does_not_release_what_waits_for_a_budget(world: World) -> None:
    lin = creator(world)
    publish(world, card(rule("base", percentage("10"))))
    document = {"name": "达人", "limit": "1.00", "action": "freeze", "covers": {"party": lin}}
    put_budget(world, system(TENANT), "b", document)
    started = {"id": "t", "type": "event", "config": {"type": "order.completed"}}
    live(world, flow("let-go", [started, hold("release", lin), END], ["t>r", "r>end"]))
    take(world, ordered("1"))
    take(world, ordered("1", type_="order.completed"))
    assert [run.status for run in runs_of(world)] == ["succeeded"]
    assert states(world, "1") == ["frozen"]
