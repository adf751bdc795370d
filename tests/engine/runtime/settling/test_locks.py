"""A locked value is changed on no road, and by an approved change request alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.core.errors import Conflict, Forbidden, Locked
from engine.runtime.flow_params import set_params
from engine.runtime.principal import OwnWork, system
from engine.runtime.publish import create_flow, publish, roll_back, save_draft
from engine.runtime.settling.change_requests import approve_request, propose_change
from engine.runtime.settling.locks import lift_lock, list_locks, place_lock
from engine.runtime.settling.rate_cards import (
    create_card,
    publish_card,
    read_card,
    roll_back_card,
    save_card,
)
from engine.runtime.versions import read_flow
from engine.runtime.world import World
from engine.store.audit import list_audit
from tests.engine.runtime.conftest import TENANT
from tests.engine.runtime.settling.ledger import card, percentage, person, rule
from tests.engine.runtime.staging import PAID, flow, tag

PERCENT = "/rules/base/model/percent"
WHO = system(TENANT)


def locked_card(world: World) -> None:
    create_card(world, WHO, card(rule("base", percentage("8"))))
    publish_card(world, WHO, "creators")
    save_card(world, WHO, "creators", card(rule("base", percentage("10"))), revision=1)
    publish_card(world, WHO, "creators")
    place_lock(world, WHO, "rate_card:creators", PERCENT, owner_role="admin", reason="总部统一")


def save(world: World) -> None:
    save_card(world, WHO, "creators", card(rule("base", percentage("12"))), revision=2)


def take_the_rule_away(world: World) -> None:
    save_card(world, WHO, "creators", card(rule("other", percentage("10"))), revision=2)


def go_back(world: World) -> None:
    roll_back_card(world, WHO, "creators", 1)


@pytest.mark.parametrize("road", [save, take_the_rule_away, go_back])
def test_a_locked_rate_stays_on_every_road(world: World, road: Callable[[World], None]) -> None:
    locked_card(world)
    with pytest.raises(Locked) as refused:
        road(world)
    assert [problem.path for problem in refused.value.problems] == [PERCENT]
    row = read_card(world, TENANT, "creators")
    assert (row.revision, row.live_version) == (2, 2)
    assert row.draft["rules"][0]["model"]["percent"] == "10"


def test_what_is_not_locked_may_change(world: World) -> None:
    locked_card(world)
    document = card(rule("base", percentage("10")), rule("vip", percentage("12"), priority=1))
    assert save_card(world, WHO, "creators", document, revision=2) == 3


def test_a_locked_value_of_a_flow_stays_when_drafts_are_saved_and_rolled_back(
    world: World,
) -> None:
    create_flow(world, WHO, flow("vip", [PAID, tag("a", "VIP")], ["t>a"]))
    publish(world, WHO, "vip")
    other = flow("vip", [PAID, tag("a", "老客")], ["t>a"])
    save_draft(world, WHO, "vip", other, revision=1)
    publish(world, WHO, "vip")
    place_lock(world, WHO, "flow:vip", "/nodes/a/config", owner_role="admin", reason="合规")
    with pytest.raises(Locked):
        save_draft(
            world, WHO, "vip", flow("vip", [PAID, tag("a", "新客")], ["t>a"]),
            revision=read_flow(world, TENANT, "vip").revision,
        )  # fmt: skip
    with pytest.raises(Locked):
        roll_back(world, WHO, "vip", 1)


def test_a_locked_parameter_stays(world: World) -> None:
    document: dict[str, Any] = flow("vip", [PAID, tag("a", "VIP")], ["t>a"])
    document["params"] = {"type": "object", "properties": {"limit": {"type": "integer"}}}
    create_flow(world, WHO, document)
    set_params(world, WHO, "vip", {"limit": 5}, revision=None)
    place_lock(world, WHO, "params:vip", "/limit", owner_role="admin", reason="合规")
    with pytest.raises(Locked) as refused:
        set_params(world, WHO, "vip", {"limit": 6}, revision=None)
    assert [problem.path for problem in refused.value.problems] == ["/limit"]


def test_a_lifted_lock_holds_no_more(world: World) -> None:
    locked_card(world)
    (lock,) = list_locks(world, TENANT)
    lift_lock(world, WHO, lock.id)
    save(world)
    assert list_locks(world, TENANT) == []


def test_a_change_needs_another_person_with_the_role_and_the_second_factor(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.runtime.settling import change_requests

    locked_card(world)
    maker, boss = person("maker", world), person("boss", world)
    roles = {maker.id: {"admin"}, boss.id: {"admin"}, "usr_guest": {"viewer"}}
    monkeypatch.setattr(change_requests, "_roles", lambda conn, who: roles[who.id])
    row = propose_change(world, maker, "rate_card:creators", PERCENT, "12", reason="双十一加码")
    with pytest.raises(Forbidden):
        approve_request(world, maker, row.id)
    with pytest.raises(Forbidden):
        approve_request(world, person("guest", world), row.id)
    with pytest.raises(Forbidden):
        approve_request(world, replace(boss, second_factor_at=None), row.id)
    assert approve_request(world, boss, row.id).state == "applied"
    found = read_card(world, TENANT, "creators")
    assert found.draft["rules"][0]["model"]["percent"] == "12"
    publish_card(world, WHO, "creators")
    with pytest.raises(Conflict):
        approve_request(world, boss, row.id)
    with world.db.reading() as conn:
        acts = {one.who for one in list_audit(conn, TENANT, act="settlement.change")}
    assert acts == {maker.id, boss.id}


def test_whoever_saved_a_card_does_not_publish_it(world: World) -> None:
    maker = person("maker", world)
    create_card(world, maker, card(rule("base", percentage("10"))))
    with pytest.raises(OwnWork):
        publish_card(world, maker, "creators")
    assert publish_card(world, person("boss", world), "creators").number == 1
