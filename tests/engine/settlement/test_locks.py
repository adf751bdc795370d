"""Locked values: which a write would change, and the only road by which they do."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.core.errors import Conflict, Forbidden, InvalidInput, Locked
from engine.settlement.change_request import (
    apply,
    approve,
    permit,
    propose,
    reject,
    withdraw,
)
from engine.settlement.lock import Lock, demand_unlocked, violations
from engine.settlement.lock_card import card_violations, overriding
from engine.settlement.pointer import find_all, put, stable, take
from tests.engine.settlement.shop import document, percentage, rule

NOW = datetime(2026, 11, 11, tzinfo=UTC)
CARD = document(
    rule("base", percentage("12")),
    rule("live", layer="channel", op="add", by="2"),
)
SCOPE = "rate_card:creators"
LOCK = Lock("lck_1", SCOPE, "/rules/base/model", "hq_admin", "合同约定")


def edited(**changes: Any) -> dict[str, Any]:
    made = copy.deepcopy(CARD)
    for path, value in changes.items():
        made = put(made, "/" + path.replace("__", "/"), value)
    return made


def paths(after: Any, *locks: Lock, before: Any = CARD, now: datetime = NOW) -> list[str]:
    return [one.path for one in violations(SCOPE, before, after, locks or (LOCK,), now)]


def test_a_locked_value_cannot_change_and_others_can():
    assert paths(CARD) == []
    assert paths(edited(rules__base__model__percent="13")) == ["/rules/base/model"]
    assert paths(edited(rules__live__by="3")) == []
    assert paths(edited(name="新名称")) == []


REORDERED = {**CARD, "rules": CARD["rules"][::-1]}
ROADS = {
    "a lower place": (REORDERED, []),
    "taken away": ({**CARD, "rules": CARD["rules"][1:]}, ["/rules/base/model"]),
    "renamed": (edited(rules__base__id="other"), ["/rules/base/model"]),
    "doubled": (
        {**CARD, "rules": [*CARD["rules"], rule("base", percentage("1"))]},
        ["/rules/base/model"],
    ),
    "shadowed by another of its name": (
        {**CARD, "rules": [rule("base", percentage("1")), *CARD["rules"]]},
        ["/rules/base/model"],
    ),
    "another kind": (
        edited(rules__base__model={"kind": "flat", "amount": "1"}),
        ["/rules/base/model"],
    ),
    "a field more": (edited(rules__base__model__maximum="5"), ["/rules/base/model"]),
    "a number for a text": (edited(rules__base__model__percent=12), ["/rules/base/model"]),
    "the whole document": (None, ["/rules/base/model"]),
    "an empty document": ({}, ["/rules/base/model"]),
    "no document at all": ([], ["/rules/base/model"]),
}


@pytest.mark.parametrize("road", ROADS)
def test_no_road_leads_around_a_lock(road):
    after, expected = ROADS[road]
    assert paths(after) == expected


def test_every_violated_pointer_is_listed_once_with_who_and_why():
    locks = (
        LOCK,
        Lock("2", SCOPE, "/rules/*/name", "hq", "r"),
        Lock("3", SCOPE, "/currency", "hq", "r"),
    )
    after = edited(rules__base__model__percent="1", rules__live__name="x", currency="USD")
    before = {**CARD, "currency": "CNY"}
    found = violations(SCOPE, before, after, locks, NOW)
    assert [one.path for one in found] == ["/currency", "/rules/base/model", "/rules/live/name"]
    assert "hq_admin" in found[1].message["zh"]
    assert "合同约定" in found[1].message["zh"]
    with pytest.raises(Locked) as caught:
        demand_unlocked(SCOPE, before, after, locks, NOW)
    assert len(caught.value.problems) == 3


def test_a_star_holds_for_what_is_added_too():
    lock = Lock("1", SCOPE, "/rules/*/model", "hq", "r")
    added = {**CARD, "rules": [*CARD["rules"], rule("new", percentage("99"))]}
    assert paths(added, lock) == ["/rules/new/model"]


def test_a_lock_of_the_whole_document_and_of_what_is_not_there():
    assert paths(edited(name="x"), Lock("1", SCOPE, "", "hq", "r")) == [""]
    nothing = Lock("1", SCOPE, "/rounding", "hq", "r")
    assert paths(edited(name="x"), nothing) == []
    assert paths({**CARD, "rounding": {"mode": "down"}}, nothing) == ["/rounding"]


def test_locks_of_other_documents_and_of_yesterday_do_not_hold():
    other = Lock("1", "rate_card:dealers", "/name", "hq", "r")
    over = Lock("2", SCOPE, "/name", "hq", "r", until=NOW)
    running = Lock("3", SCOPE, "/name", "hq", "r", until=NOW + timedelta(seconds=1))
    assert paths(edited(name="x"), other, over) == []
    assert paths(edited(name="x"), running) == ["/name"]
    assert violations(SCOPE, None, CARD, [running], NOW) == []


def asked(new: Any = "15", pointer: str = "/rules/0/model/percent", **more: Any) -> Any:
    return propose("chg_1", LOCK, CARD, pointer, new, maker="zhou", reason="续约", now=NOW, **more)


def agreed(request: Any) -> Any:
    return approve(request, checker="lin", roles={"hq_admin"}, second_factor=True, now=NOW)


def test_an_approved_request_changes_just_this_value():
    request = agreed(asked())
    assert request.pointer == "/rules/base/model/percent"
    after, done = apply(request, CARD, NOW)
    assert after == edited(rules__base__model__percent="15")
    assert done.state == "applied"
    assert violations(SCOPE, CARD, after, [LOCK], NOW, [permit(request)]) == []
    # The same permit lets nothing else through.
    more = put(after, "/rules/base/model/maximum", "5")
    other = edited(rules__base__model__percent="16")
    for wrong in (more, other, None, {}, {**after, "rules": []}):
        assert violations(SCOPE, CARD, wrong, [LOCK], NOW, [permit(request)]) != []


def test_a_request_may_take_a_value_away():
    before = edited(rules__base__model__maximum="5")
    request = propose(
        "c",
        LOCK,
        before,
        "/rules/base/model/maximum",
        None,
        maker="zhou",
        reason="r",
        now=NOW,
        removes=True,
    )
    after, _ = apply(agreed(request), before, NOW)
    assert after == CARD
    assert violations(SCOPE, before, after, [LOCK], NOW, [permit(agreed(request))]) == []


def test_maker_is_not_checker_and_the_checker_has_the_owners_role():
    with pytest.raises(Forbidden):
        approve(asked(), checker="zhou", roles={"hq_admin"}, second_factor=True, now=NOW)
    with pytest.raises(Forbidden):
        approve(asked(), checker="lin", roles={"finance"}, second_factor=True, now=NOW)
    with pytest.raises(Forbidden):
        approve(asked(), checker="lin", roles={"hq_admin"}, second_factor=False, now=NOW)
    with pytest.raises(Forbidden):
        reject(asked(), checker="zhou", roles={"hq_admin"}, answer="x", now=NOW)
    with pytest.raises(Forbidden):
        withdraw(asked(), by="lin", now=NOW)


def test_states_go_one_way():
    request = asked()
    declined = reject(request, checker="lin", roles={"hq_admin"}, answer="不同意", now=NOW)
    assert declined.state == "rejected"
    assert withdraw(request, by="zhou", now=NOW).state == "withdrawn"
    for wrong in (declined, withdraw(request, by="zhou", now=NOW), agreed(request)):
        with pytest.raises(Conflict):
            agreed(wrong)
    for unready in (request, declined):
        with pytest.raises(Conflict):
            apply(unready, CARD, NOW)
        with pytest.raises(Conflict):
            permit(unready)


def test_a_value_that_changed_meanwhile_or_an_old_approval_asks_anew():
    request = agreed(asked())
    with pytest.raises(Conflict) as caught:
        apply(request, edited(rules__base__model__percent="13"), NOW)
    assert caught.value.problems[0].path == "/rules/base/model/percent"
    with pytest.raises(Conflict):
        apply(request, {**CARD, "rules": []}, NOW)
    with pytest.raises(Conflict):
        apply(request, CARD, NOW + timedelta(days=31))


@pytest.mark.parametrize(
    ("pointer", "new", "path"),
    [
        ("rules", "1", "/pointer"),
        ("/rules/*/name", "1", "/pointer"),
        ("/rules/base/model/percent", "12", "/new"),
        ("/rules/none/model/percent", "12", "/rules/none/model/percent"),
    ],
    ids=["no pointer", "several", "the same", "nowhere"],
)
def test_what_cannot_be_asked_for(pointer, new, path):
    with pytest.raises(InvalidInput) as caught:
        asked(new, pointer)
    assert caught.value.problems[0].path == path


def test_a_request_needs_a_reason():
    with pytest.raises(InvalidInput):
        propose("c", LOCK, CARD, "/name", "x", maker="zhou", reason="  ", now=NOW)


def test_pointers_stay_on_their_value():
    assert stable(CARD, "/rules/1/by") == "/rules/live/by"
    assert find_all(REORDERED, "/rules/live/by") == [("/rules/live/by", "2")]
    assert find_all({"a/b": {"~": 1}}, "/a~1b/~0") == [("/a~1b/~0", 1)]
    assert find_all(CARD, "/rules/7") == []
    assert take(CARD, "/rules/base") == {**CARD, "rules": CARD["rules"][1:]}
    assert take(CARD, "/nothing/here") == CARD


def test_nothing_new_overrides_a_locked_rate_from_a_layer_above():
    campaign = rule("eleven", percentage("1"), layer="campaign")
    after = {**CARD, "rules": [*CARD["rules"], campaign]}
    found = card_violations(SCOPE, CARD, after, [LOCK], NOW)
    assert [(one.path, one.code) for one in found] == [("/rules/eleven", "locked_below")]
    # What stood above it before goes on, but may not change.
    assert card_violations(SCOPE, CARD, CARD, [LOCK], NOW) == []
    changed = edited(rules__live__by="9")
    assert [one.path for one in card_violations(SCOPE, CARD, changed, [LOCK], NOW)] == [
        "/rules/live"
    ]
    other_term = {**campaign, "term": "else"}
    free = {**CARD, "rules": [*CARD["rules"], other_term]}
    assert card_violations(SCOPE, CARD, free, [LOCK], NOW) == []
    base = {**CARD, "rules": [*CARD["rules"], rule("more", percentage("1"))]}
    assert card_violations(SCOPE, CARD, base, [LOCK], NOW) == []


def test_an_approved_request_may_put_a_rule_above_a_lock():
    campaign = rule("eleven", percentage("1"), layer="campaign")
    request = agreed(asked(campaign, "/rules/eleven"))
    after, _ = apply(request, CARD, NOW)
    assert card_violations(SCOPE, CARD, after, [LOCK], NOW, [permit(request)]) == []
    other = {**CARD, "rules": [*CARD["rules"], {**campaign, "model": percentage("2")}]}
    assert card_violations(SCOPE, CARD, other, [LOCK], NOW, [permit(request)]) != []
    assert [one["id"] for one in overriding(after, LOCK)] == ["live", "eleven"]
