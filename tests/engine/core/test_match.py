"""Triggers: what an event fires, what counting needs to know, and why others stay silent."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.event import Event
from engine.core.match import (
    Known,
    Matcher,
    explain,
    fits,
    listeners_of,
    settle,
)
from engine.core.triggers import Absent, Count, Entrance, Listen

AT = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)


def paid(amount="600", at=AT, **more):
    order = {"id": "o1", "amount": Decimal(amount), "channel": "tmall"}
    return Event("e1", "shop", more.pop("type", "order.paid"), at, {"order": order}, **more)


def event_scope(event):
    return {**event.data, "event": {"type": event.type, "time": event.time}, "customer": None}


def judged(start, event=None, **more):
    event = event or paid()
    matcher = Matcher(listeners_of("vip", 3, {"n1": start}, **more))
    return matcher.match(event, event_scope(event), "customer:c1")


def only(start, event=None, **more):
    matched = judged(start, event, **more)
    assert not matched.needs
    (match,) = matched.matches
    return match


def need(start, event=None):
    matched = judged(start, event)
    assert not matched.matches
    (found,) = matched.needs
    return found


def test_a_trigger_without_condition_fires():
    match = only(Listen("order.paid"))
    assert (match.fires, match.listener.flow, match.listener.node) == (True, "vip", "n1")


@pytest.mark.parametrize(
    ("wanted", "type_", "heard"),
    [
        ("order.paid", "order.paid", True),
        ("order.*", "order.paid", True),
        ("order.*", "orders.paid", False),
        ("order.*", "order", False),
        ("order.paid", "order.paid.late", False),
    ],
)
def test_types_and_prefixes(wanted, type_, heard):
    assert fits(wanted, type_) is heard
    assert Matcher(listeners_of("f", 1, {"n": Listen(wanted)})).hears(type_) is heard


def test_a_condition_decides_and_tells_what_it_read():
    start = Listen("order.paid", "order.amount > 500 and order.channel == 'tmall'")
    assert only(start).fires
    match = only(start, paid("300"))
    assert (match.fires, match.code) == (False, "condition")
    event = paid("300")
    assert explain(match, event_scope(event)) == {
        "order.amount": Decimal(300),
        "order.channel": "tmall",
    }


def test_a_condition_may_read_the_flows_own_parameters():
    start = Listen("order.paid", "order.amount > params.limit")
    assert only(start, params={"limit": Decimal(500)}).fires
    assert not only(start, params={"limit": Decimal(700)}).fires


def test_an_unknown_name_is_a_fault_never_false():
    match = only(Listen("order.paid", "order.amout > 500"))
    assert (match.fires, match.is_fault) == (False, True)
    assert "条件无法判断" in match.sentence("zh")


def test_with_the_events_schema_a_missing_field_is_null():
    schema = {"properties": {"order": {"properties": {"note": {"type": "string"}}}}}
    start = Listen("order.paid", "order.note == null")
    assert only(start, schema=lambda type_: schema).fires


def test_events_of_another_connection_are_not_meant():
    start = Listen("order.paid", connection="shop-a")
    assert only(start, paid(connection="shop-a")).fires
    match = only(start, paid(connection="shop-b"))
    assert match.sentence("zh") == "只收平台对接「shop-a」的事件"


def test_triggers_of_other_types_are_explained_when_asked():
    matcher = Matcher(listeners_of("f", 1, {"a": Listen("order.paid"), "b": Listen("refund.*")}))
    (deaf,) = matcher.deaf("order.paid")
    assert deaf.sentence("en") == "waits for refund.*, order.paid came"


def test_only_triggers_on_events_listen():
    assert listeners_of("f", 1, {"n1": Entrance("manual")}) == []


# -- n times within t ----------------------------------------------------------------------------


def test_counting_asks_for_earlier_events_of_the_window_and_key():
    found = need(Listen("order.paid", count=Count(3, timedelta(days=7))))
    assert (found.count.key, found.count.by, found.count.n) == ("customer:c1", "event", 3)
    assert found.count.since == AT - timedelta(days=7)
    by_shop = need(Listen("order.paid", count=Count(3, key="order.channel")))
    assert (by_shop.count.key, by_shop.count.since) == ("tmall", None)


def test_the_condition_comes_before_counting():
    match = only(Listen("order.paid", "order.amount > 900", Count(3)))
    assert match.code == "condition"


@pytest.mark.parametrize(
    ("before", "fires", "sentence"),
    [
        (0, False, "目前 1 次，满 3 次才触发"),
        (1, False, "目前 2 次，满 3 次才触发"),
        (2, True, "第 3 次，已触发"),
        (3, False, "已经超过 3 次，不再触发"),
    ],
)
def test_only_the_nth_fires(before, fires, sentence):
    match = settle(need(Listen("order.paid", count=Count(3))), Known(before=before))
    assert (match.fires, match.sentence("zh")) == (fires, sentence)


def test_different_values_count_once_each():
    found = need(Listen("order.paid", count=Count(3, distinct="order.channel")))
    assert (found.count.by, found.count.value) == ("value", "tmall")
    assert settle(found, Known(before=2)).fires
    assert not settle(found, Known(before=3, is_seen=True)).fires
    assert settle(found, Known(before=2, is_seen=True)).code == "not_new"


def test_numbers_that_are_equal_are_one_value():
    start = Listen("order.paid", count=Count(2, key="order.amount"))
    assert need(start, paid("600")).count.key == need(start, paid("600.00")).count.key


def test_a_key_that_is_not_there_counts_nothing():
    schema = {"properties": {"order": {"properties": {"shop": {"type": "string"}}}}}
    start = Listen("order.paid", count=Count(2, key="order.shop"))
    assert only(start, schema=lambda type_: schema).code == "no_key"


def test_days_are_days_of_the_zone():
    late = paid(at=datetime(2026, 11, 10, 17, 0, tzinfo=UTC))  # the 11th in Shanghai
    found = need(Listen("page.viewed", count=Count(3, distinct_days=True)), _page(late.time))
    assert found.count.day == date(2026, 11, 11)
    days = frozenset({date(2026, 11, 1), date(2026, 11, 5)})
    assert settle(found, Known(days=days)).fires
    assert settle(found, Known(days=days | {date(2026, 11, 11)})).code == "same_day"


def _page(at):
    return Event("e1", "shop", "page.viewed", at, {"page": {}})


def _streak(*days):
    start = Listen("page.viewed", count=Count(3, distinct_days=True, consecutive=True))
    found = need(start, _page(AT))
    assert found.count.since == datetime(2026, 11, 7, 16, 0, tzinfo=UTC)  # the 8th, 0:00
    return settle(found, Known(days=frozenset(date(2026, 11, day) for day in days)))


def test_days_in_a_row():
    assert _streak(9, 10).fires
    assert not _streak(8, 10).fires  # a gap
    assert not _streak(10).fires
    assert not _streak(8, 9, 10).fires  # the third day was yesterday
    assert not _streak(9, 10, 11).fires  # today is counted already


def test_and_has_not_since():
    start = Listen("cart.abandoned", absent=Absent("order.paid", timedelta(days=30)))
    event = Event("e1", "shop", "cart.abandoned", AT, {"cart": {}})
    found = need(start, event)
    assert (found.absence.type, found.absence.owner) == ("order.paid", "customer:c1")
    assert (found.absence.since, found.absence.until) == (AT - timedelta(days=30), AT)
    assert settle(found, Known()).fires
    assert settle(found, Known(came=True)).sentence("zh") == "期间已经有事件 order.paid"


def test_without_a_time_of_its_own_absence_looks_back_as_far_as_counting():
    start = Listen("order.paid", count=Count(3, timedelta(days=7)), absent=Absent("refund.*"))
    assert need(start).absence.since == AT - timedelta(days=7)


GAPS = st.lists(st.integers(0, 72), min_size=1, max_size=25)


def _run(start, times):
    """Plays a whole history as the runtime does: judge, answer from what came before, settle."""
    matcher = Matcher(listeners_of("f", 1, {"n1": start}))
    seen, fired = [], []
    for at in times:
        event = _page(at)
        (found,) = matcher.match(event, event_scope(event), "customer:c1").needs
        earlier = [s for s in seen if found.count.since is None or s.at >= found.count.since]
        known = Known(before=len(earlier), days=frozenset(s.day for s in earlier))
        if settle(found, known).fires:
            fired.append(at)
        seen.append(found.count)
    return fired


@given(GAPS)
def test_each_streak_of_three_days_fires_once_on_its_third_day(gaps):
    times = [AT + timedelta(hours=sum(gaps[: i + 1])) for i in range(len(gaps))]
    start = Listen("page.viewed", count=Count(3, distinct_days=True, consecutive=True))
    fired = [(at + timedelta(hours=8)).date() for at in _run(start, times)]
    days = {(at + timedelta(hours=8)).date() for at in times}
    back = [timedelta(days=n) for n in range(1, 4)]
    expected = [
        day for day in sorted(days)
        if day - back[0] in days and day - back[1] in days and day - back[2] not in days
    ]  # fmt: skip
    assert fired == expected


@given(GAPS)
def test_firing_means_exactly_n_in_the_window(gaps):
    times = [AT + timedelta(hours=sum(gaps[: i + 1])) for i in range(len(gaps))]
    window = timedelta(hours=48)
    fired = _run(Listen("page.viewed", count=Count(3, window)), times)
    for index, at in enumerate(times):
        in_window = [t for t in times[: index + 1] if t >= at - window]
        if at in fired and times.count(at) == 1:
            assert len(in_window) == 3
