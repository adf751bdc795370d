"""Whose event it is: strong identities decide, weak ones only say who may be one person."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine.core.event import Event
from engine.runtime import owners
from engine.runtime.inbox import receive
from engine.runtime.runner import drain_lanes
from engine.runtime.world import World
from engine.store import customers as customer_store
from tests.engine.runtime.conftest import START, TENANT, order_event, settle

PHONE, OTHER_PHONE = ("phone", "13900001234"), ("phone", "13900009999")


def event(number: str, *identities: tuple[str, str], type_: str = "order.paid") -> Event:
    found = order_event(number, type_=type_)
    listed = [{"kind": kind, "value": value} for kind, value in identities]
    found.data["order"]["identities"] = listed  # type: ignore[index]
    return found


def owner_of(world: World, received: Any) -> str:
    from engine.store import events as event_store

    with world.db.reading() as conn:
        (row,) = event_store.find_events(conn, TENANT, [received.id])
    return str(row.owner)


def received(world: World, *events: Event) -> list[str]:
    return [owner_of(world, one) for one in receive(world, TENANT, events)]


def candidates(world: World) -> list[Any]:
    with world.db.reading() as conn:
        return customer_store.list_candidates(conn, TENANT)


def identities(world: World, owner: str) -> list[tuple[str, bool]]:
    """(kind, whether it is sealed) of everything a customer holds."""
    id_ = owner.removeprefix("customer:")
    with world.db.reading() as conn:
        rows = customer_store.identities_of(conn, TENANT, [id_]).get(id_, [])
    return [(row.kind, row.sealed is not None) for row in rows]


@pytest.mark.parametrize(
    "weak",
    [
        ("nick", "晚秋"),
        ("address", "杭州市西湖区某路 1 号"),
        ("device", "d-1"),
        ("receiver_phone", "13900005678"),
    ],
    ids=lambda weak: weak[0],
)
def test_a_weak_identity_two_share_makes_a_candidate_and_moves_nobody(
    world: World, weak: tuple[str, str]
) -> None:
    first, second = received(world, event("o1", PHONE, weak), event("o2", OTHER_PHONE, weak))
    assert first != second
    (pair,) = candidates(world)
    assert {f"customer:{pair.customer_id}", f"customer:{pair.other_id}"} == {first, second}
    assert [one["kind"] for one in pair.because] == [weak[0]]
    assert pair.status == "open"
    if weak[0] in ("address", "receiver_phone"):
        assert weak[1] not in str(pair.because)
        assert (weak[0], True) in identities(world, first)
    # Received again, in another batch: the same two, and still one candidate.
    assert received(world, event("o3", PHONE, weak), event("o4", weak, OTHER_PHONE)) == [
        first,
        second,
    ]
    assert len(candidates(world)) == 1


def test_of_several_of_a_kind_the_first_that_was_told_stays_the_first(world: World) -> None:
    told = [("phone", f"1390000{number:04}") for number in range(8)]
    (owner,) = received(world, event("o1", *told))
    id_ = owner.removeprefix("customer:")
    with world.db.reading() as conn:
        kept = customer_store.identities_of(conn, TENANT, [id_])[id_]
    opened = [world.vault.open(row.sealed, f"{TENANT}/phone") for row in kept]
    assert [value[-11:] for value in opened] == [value for _, value in told]
    with world.db.reading() as conn:
        table = customer_store.identities
        seen = conn.execute(select(table.c.seen_at).where(table.c.tenant == TENANT)).scalars()
        assert len(set(seen)) == len(told)


def test_a_name_platforms_give_to_everybody_says_nothing(world: World) -> None:
    nick = ("nick", "微信用户")
    received(world, event("o1", PHONE, nick), event("o2", OTHER_PHONE, nick))
    assert candidates(world) == []


def test_somebody_only_seen_on_a_device_is_the_one_who_logs_in_there(world: World) -> None:
    cookie = ("cookie", "c-1")
    (seen,) = received(world, event("o1", cookie))
    (known,) = received(world, event("o2", cookie, PHONE))
    assert known == seen
    assert candidates(world) == []


def test_strong_identities_of_two_customers_make_a_candidate(world: World) -> None:
    wecom = ("wecom_external_userid", "wm1")
    by_phone, by_wecom = received(world, event("o1", PHONE), event("o2", wecom))
    (third,) = received(world, event("o3", wecom, PHONE))
    assert third == by_phone  # the surer kind
    (pair,) = candidates(world)
    assert {pair.customer_id, pair.other_id} == {by_phone[9:], by_wecom[9:]}
    assert "13900001234" not in str(pair.because)


def test_another_unionid_with_a_known_phone_is_another_person(world: World) -> None:
    (first,) = received(world, event("o1", PHONE, ("unionid", "u1")))
    (second,) = received(world, event("o2", PHONE, ("unionid", "u2")))
    assert second != first
    assert identities(world, second) == [("unionid", False)]
    (pair,) = candidates(world)
    assert [one["kind"] for one in pair.because] == ["unionid"]


def test_what_one_event_of_a_batch_tells_of_somebody_holds_for_the_next(world: World) -> None:
    (first,) = received(world, event("o1", PHONE))
    found = received(
        world,
        event("o2", PHONE, ("douyin_open_id", "d1"), ("unionid", "u1")),
        event("o3", ("douyin_open_id", "d1"), ("unionid", "u2")),
        event("o4", ("unionid", "u1")),
    )
    assert (found[0], found[2]) == (first, first)
    assert found[1] != first
    assert len(candidates(world)) == 1


def test_an_order_s_owner_counts_for_more_than_a_nickname(world: World) -> None:
    (owner,) = received(world, event("o1", PHONE))
    settle(world)
    (same,) = received(world, event("o1", ("nick", "晚秋"), type_="order.shipped"))
    assert same == owner
    assert ("nick", False) in identities(world, owner)


def test_a_landline_is_a_household_s_and_does_not_decide(world: World) -> None:
    landline = ("phone", "0571-87654321")
    first, second = received(
        world, event("o1", landline, ("unionid", "u1")), event("o2", landline, ("unionid", "u2"))
    )
    assert first != second


def test_the_usual_batch_asks_once_for_all_its_identities(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    for name in ("find_by_identity", "identities_of"):
        whole = getattr(customer_store, name)

        def counted(*args: Any, _whole: Any = whole, _name: str = name) -> Any:
            asked.append(_name)
            return _whole(*args)

        monkeypatch.setattr(owners.customer_store, name, counted)
    for round_ in range(2):
        batch = [
            event(f"o{round_}-{n}", ("douyin_open_id", f"d{n}"), ("phone", f"139000000{n}"))
            for n in range(10, 30)
        ]
        receive(world, TENANT, batch)
    assert asked == ["find_by_identity", "find_by_identity"]


def test_a_preview_names_the_owner_and_stores_nobody(world: World) -> None:
    (owner,) = received(world, event("o1", PHONE))
    drain_lanes(world, "test")
    with world.db.reading() as conn:
        assert owners.owner_of(world, conn, TENANT, event("o2", PHONE)) == owner
        assert owners.owner_of(world, conn, TENANT, event("o2", OTHER_PHONE)) is None
        assert len(customer_store.page_of_customers(conn, TENANT, "", 10)) == 1
        nobody = Event("x", "/tests", "testdrive.done", START, {"testdrive": {"id": "7"}})
        assert owners.owner_of(world, conn, TENANT, nobody) == "testdrive:7"
