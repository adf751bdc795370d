"""Internal effects: what a customer's record becomes, and what is refused as a step's error."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.core.effect import Effect
from engine.core.node import Answer
from engine.runtime import apply
from engine.runtime.batch import Batch
from engine.runtime.inbox import receive
from engine.runtime.periods import period_start, quiet_until
from engine.runtime.reads import answer_all, load_customers
from engine.runtime.rows import as_json
from engine.runtime.world import World
from engine.store import customers as customer_store
from engine.store import flows as flow_store
from tests.engine.runtime.conftest import TENANT, live, order_event, settle
from tests.engine.runtime.staging import PAID, customer_of, flow, runs_of

NIGHT = datetime(2026, 11, 11, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai


def customer_id(world: World) -> str:
    receive(world, TENANT, [order_event("o1")])
    with world.db.reading() as conn:
        (row,) = customer_store.page_of_customers(conn, TENANT, "", 10)
    return str(row.id)


def done(world: World, kind: str, at: datetime, **args: Any) -> tuple[Answer, Batch]:
    """What an effect on the one customer comes to, and the batch it changed."""
    id_ = customer_id(world)
    batch = Batch(world, world.now())
    with world.db.reading() as conn:
        load_customers(batch, conn, TENANT, [id_])
        steps = apply.apply(batch, TENANT, f"customer:{id_}", Effect(kind, args), "eff_1", at, None)
        try:
            needs = next(steps)
            while True:
                needs = steps.send(answer_all(batch, conn, needs))
        except StopIteration as end:
            return end.value, batch


def test_tags_are_changed_as_the_profile_says(world: World) -> None:
    answer, batch = done(
        world, "customer.tag", NIGHT, add=[" VIP ", "新客", "VIP"], remove=["新客", "无"]
    )
    assert answer.value == {"tags": ["VIP", "新客"], "added": ["VIP", "新客"], "removed": []}
    (line,) = batch.history
    assert (line["field"], line["new"], line["by"]) == ("tags", ["VIP", "新客"], "eff_1")


@pytest.mark.parametrize("tag", ["", "x" * 65, "a\x00b"])
def test_a_tag_that_is_none_is_the_step_s_error(world: World, tag: str) -> None:
    answer, batch = done(world, "customer.tag", NIGHT, add=[tag])
    assert (answer.port, answer.value["code"]) == ("error", "bad_tag")
    assert batch.history == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"phone": "1"}, "fixed_field"),
        ({"name": ["x"]}, "bad_field"),
        ({"owner_user": 7}, "bad_field"),
    ],
    ids=["fixed", "wrong type", "owner"],
)
def test_a_field_that_cannot_be_so_is_the_step_s_error_and_nothing_changes(
    world: World, fields: dict[str, Any], code: str
) -> None:
    answer, batch = done(world, "customer.update", NIGHT, fields={"level": "金卡", **fields})
    assert (answer.port, answer.value["code"]) == ("error", code)
    assert batch.history == []
    assert not any(one.is_changed for one in batch.customers.values())


def test_level_owner_and_own_fields_are_written_with_their_history(world: World) -> None:
    fields = {"level": "金卡", "owner_user": "usr_7", "皮肤": "干性"}
    update = {"id": "u", "type": "update_customer", "config": {"fields": fields}}
    live(world, flow("update", [PAID, update], ["t>u"]))
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    row = customer_of(world, runs_of(world)[0])
    assert (row.level, row.owner_user, row.fields) == ("金卡", "usr_7", {"皮肤": "干性"})
    with world.db.reading() as conn:
        lines = customer_store.history_of(conn, TENANT, row.id)
    assert {line.field for line in lines} == set(fields)


def test_the_guard_answers_alike_within_a_lane_and_across(world: World) -> None:
    with world.db.begin() as conn:
        quiet = {"messages": {"quiet": {"from": "22:00", "until": "08:00"}}}
        flow_store.update_tenant(conn, TENANT, {"settings": quiet})
    answer, _ = done(world, "message.guard", NIGHT, channel="sms")
    assert answer.value == {
        "allowed": False, "why": "quiet_hours", "until": "2026-11-12T00:00:00Z",
    }  # fmt: skip
    assert as_json(answer.value) == answer.value


@pytest.mark.parametrize(
    ("period", "start"),
    [
        ("day", "2026-11-10T16:00:00+00:00"),
        ("week", "2026-11-08T16:00:00+00:00"),
        ("month", "2026-10-31T16:00:00+00:00"),
        ("quarter", "2026-09-30T16:00:00+00:00"),
        ("year", "2025-12-31T16:00:00+00:00"),
        (None, None),
    ],
)
def test_a_calendar_period_begins_by_the_zone_s_clock(
    period: str | None, start: str | None
) -> None:
    found = period_start(datetime(2026, 11, 11, 3, tzinfo=UTC), period, "Asia/Shanghai")
    assert (found.isoformat() if found else None) == start


def test_quiet_hours_may_lie_on_both_sides_of_midnight() -> None:
    quiet = {"from": "22:00", "until": "08:00"}
    assert quiet_until(NIGHT, quiet) == NIGHT + timedelta(hours=8, minutes=30)
    assert quiet_until(NIGHT - timedelta(hours=2), quiet) is None
    assert quiet_until(NIGHT, None) is None


def test_a_cap_of_a_quarter_starts_anew_with_the_next_one(world: World) -> None:
    asked = {"cap": "gift", "limit": 1, "period": "quarter"}
    first, batch = done(world, "cap.take", NIGHT, **asked)
    assert first.value["taken"]
    (owner,) = {row["owner"] for row in batch.new_caps}
    taken = []
    for at in (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)):
        steps = apply.apply(batch, TENANT, owner, Effect("cap.take", asked), f"{at}", at, None)
        with pytest.raises(StopIteration) as end:
            next(steps)
        taken.append(end.value.value.value["taken"])
    assert taken == [False, True]
