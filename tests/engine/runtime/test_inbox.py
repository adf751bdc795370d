"""What comes in is checked, stored once, and given to whoever it is of."""

from __future__ import annotations

import pytest

from engine.core.errors import InvalidInput
from engine.runtime.inbox import receive
from engine.runtime.world import World
from engine.store import customers as customer_store
from engine.store import lanes as lane_store
from tests.engine.runtime.conftest import TENANT, live, order_event, settle
from tests.engine.runtime.staging import PAID, flow, runs_of, tag


def test_the_same_event_again_is_the_same_event(world: World) -> None:
    live(world, flow("vip", [PAID, tag("a", "VIP")], ["t>a"]))
    first = receive(world, TENANT, [order_event("o1"), order_event("o1")])
    settle(world)
    again = receive(world, TENANT, [order_event("o1")])
    settle(world)
    assert [one.is_new for one in first] == [True, False]
    assert not again[0].is_new
    assert again[0].id == first[0].id
    assert len(runs_of(world)) == 1


def test_of_many_events_those_that_are_known_get_their_first_answer(world: World) -> None:
    first = receive(world, TENANT, [order_event(f"o{n}", person=f"p{n}") for n in range(12)])
    later = [order_event(f"o{n}", person=f"p{n}") for n in range(6, 18)]
    again = receive(world, TENANT, [*later, later[-1]])
    assert [one.is_new for one in again] == [False] * 6 + [True] * 6 + [False]
    assert [one.id for one in again[:6]] == [one.id for one in first[6:]]
    with world.db.reading() as conn:
        assert lane_store.backlog(conn)[0] == 18
        assert len(customer_store.page_of_customers(conn, TENANT, "", 100)) == 18


def test_malformed_data_is_refused_with_its_path_and_stores_nothing(world: World) -> None:
    bad = order_event("o2")
    bad.data["order"]["amount"] = "a lot"  # type: ignore[index]
    with pytest.raises(InvalidInput) as refused:
        receive(world, TENANT, [order_event("o1"), bad])
    assert refused.value.problems[0].path == "/1/data/order/amount"
    with world.db.reading() as conn:
        assert lane_store.backlog(conn)[0] == 0


def test_customers_are_found_by_any_identity_and_made_once(world: World) -> None:
    receive(world, TENANT, [order_event("o1", person="x")])
    later = order_event("o2", person="y")
    later.data["order"]["identities"].append(  # type: ignore[index]
        {"kind": "douyin_open_id", "value": "x"}
    )
    receive(world, TENANT, [later, order_event("o3", person="y")])
    with world.db.reading() as conn:
        assert len(customer_store.page_of_customers(conn, TENANT, "", 10)) == 1


def test_a_phone_is_kept_sealed_and_shown_masked(world: World) -> None:
    event = order_event("o1")
    event.data["order"]["identities"] = [  # type: ignore[index]
        {"kind": "phone", "value": "139 0000 1234"}
    ]
    receive(world, TENANT, [event])
    with world.db.reading() as conn:
        (customer,) = customer_store.page_of_customers(conn, TENANT, "", 10)
        (identity,) = customer_store.identities_of(conn, TENANT, [customer.id])[customer.id]
    assert customer.phone == "139****1234"
    assert "1234" not in identity.value
    assert world.vault.open(identity.sealed, f"{TENANT}/phone").endswith("13900001234")
