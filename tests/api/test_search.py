"""One search: by name, number and id, and only what one may see."""

from __future__ import annotations

from collections.abc import Callable

from engine.runtime.inbox import receive
from engine.runtime.world import World
from tests.api.conftest import TENANT, Client
from tests.api.helpers import event, live, second_tenant, settle, vip


def search(client: Client, wanted: str) -> list[tuple[str, str]]:
    found = client.get("/api/v1/search", query_string={"q": wanted})
    assert found.status_code == 200, found.json
    return [(one["kind"], one["id"]) for one in found.json["items"]]


def test_an_order_is_found_by_its_number(world: World, admin: Client) -> None:
    (received,) = receive(world, TENANT, [event("6921-1")])
    settle(world)

    assert search(admin, " 6921-1 ") == [("order", received.id)]
    assert search(admin, "6921") == []


def test_flows_and_people_are_found_by_a_part_of_their_name(world: World, admin: Client) -> None:
    live(world, {**vip("big_orders"), "name": "大额订单 Big orders"})

    assert search(admin, "大额") == [("flow", "big_orders")]
    assert search(admin, "big O") == [("flow", "big_orders")]
    assert ("user", admin.user_id) in search(admin, "admin-1")
    assert search(admin, "%") == []


def test_runs_and_events_are_found_by_their_id(world: World, admin: Client) -> None:
    live(world, vip())
    (received,) = receive(world, TENANT, [event("a")])
    settle(world)
    (run,) = admin.get("/api/v1/runs").json["items"]

    assert search(admin, run["id"]) == [("run", run["id"])]
    assert search(admin, received.id) == [("event", received.id)]


def test_nobody_finds_what_they_may_not_see(world: World, client_as: Callable[..., Client]) -> None:
    live(world, vip())
    (received,) = receive(world, TENANT, [event("a")])
    settle(world)
    agent = client_as("agent")

    for wanted in ("a", "vip", received.id, "boss"):
        assert search(agent, wanted) == []


def test_another_tenants_things_are_not_found(world: World, admin: Client) -> None:
    other = second_tenant(world)
    live(world, vip("theirs"), other)
    (received,) = receive(world, other, [event("secret-1")])
    settle(world)

    for wanted in ("theirs", "secret-1", received.id):
        assert search(admin, wanted) == []


def test_a_search_for_nothing_is_refused(admin: Client) -> None:
    for wanted in ("", "   ", "x" * 101, "a\0b"):
        found = admin.get("/api/v1/search", query_string={"q": wanted})
        assert found.status_code == 422
