"""What a test run tells: bad events, time, queues, differences; and how it is ended."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.core.errors import InvalidFlow, InvalidInput
from engine.runtime.inbox import receive
from engine.runtime.jobs import Cancelled
from engine.runtime.principal import system
from engine.runtime.publish import create_flow, publish
from engine.runtime.simulate import read_setup, simulate
from engine.runtime.simulate.jobs import carry_out
from engine.runtime.world import World
from tests.engine.runtime.conftest import START, TENANT, Clock, order_event, settle
from tests.engine.runtime.simulate.kit import connect, hire

PAID = {"id": "t", "type": "event", "config": {"type": "order.paid"}}


def made(*nodes: dict[str, Any], lines: list[str], **more: Any) -> dict[str, Any]:
    """A flow from nodes and lines written "a>b" or "a.port>b"."""
    edges = []
    for number, line in enumerate(lines):
        start, _, end = line.partition(">")
        source, _, port = start.partition(".")
        edges.append({"id": f"e{number}", "from": source, "port": port or "out", "to": end})
    return {
        "format": "jimu.flow/1",
        "key": "tried",
        "name": "试",
        "nodes": [PAID, *nodes],
        "edges": edges,
        **more,
    }


def tag(id_: str = "a", name: str = "VIP") -> dict[str, Any]:
    return {"id": id_, "type": "tag_customer", "config": {"add": [name]}}


def order(number: int, **more: Any) -> dict[str, Any]:
    event = order_event(str(number), person=f"p{number}")
    found = {"id": event.id, "type": event.type, "time": event.time.isoformat(), "data": event.data}
    return {**found, **more}


def tried(world: World, document: dict[str, Any], **setup: Any) -> dict[str, Any]:
    asked = read_setup({"flow": "tried", "document": document, **setup})
    return simulate(world, TENANT, asked).report


FORM = {"type": "object", "properties": {"note": {"type": "string"}}}


def year() -> dict[str, Any]:
    """Twelve times a month of waiting, with a reminder each day."""
    ask = {
        "id": "ask",
        "type": "form_task",
        "config": {
            "title": "回访",
            "who": {"users": ["usr_1"]},
            "form": FORM,
            "timeout": "P30D",
            "reminders": [
                {"id": "daily", "name": "每天", "after": "P1D", "every": "P1D", "times": 29}
            ],
        },
        "handlers": {"daily": {"nodes": [tag("urged", "催过")]}},
    }
    after = {
        "id": "over",
        "type": "set_fields",
        "config": {"fields": [{"name": "n", "value": "1"}]},
    }
    lines = [
        {"id": "b1", "from": "ask", "port": "timeout", "to": "over"},
        {"id": "b2", "from": "ask", "port": "submitted", "to": "over"},
    ]
    months = {
        "id": "months",
        "type": "loop",
        "config": {"limit": 12},
        "body": {"nodes": [ask, after], "edges": lines},
    }
    return made(months, lines=["t>months"])


def test_bad_events_are_listed_with_line_and_reason_and_do_not_stop_the_rest(
    world: World, tmp_path: Path
) -> None:
    file = tmp_path / "events.jsonl"
    lines = [json.dumps(order(1)), "[", json.dumps({"type": "order.paid"}), json.dumps(order(2))]
    file.write_text("\n".join(lines), encoding="utf-8")
    report = tried(world, made(tag(), lines=["t>a"]), file={"path": str(file)})
    assert (report["events"]["used"], report["events"]["refused"]) == (2, 2)
    assert [(bad["line"], bad["path"]) for bad in report["events"]["bad"]] == [
        (2, ""),
        (3, "/data"),
    ]
    assert report["runs"]["by_status"] == {"succeeded": 2}


def test_runs_that_our_own_events_start_are_the_same_ones_each_time(world: World) -> None:
    create_flow(world, system(TENANT), {**made(tag(), lines=["t>a"]), "key": "tags"})
    publish(world, system(TENANT), "tags")
    greets = made({"id": "b", "type": "end", "config": {}}, lines=["t>b"])
    greets["nodes"][0] = {**PAID, "config": {"type": "customer.tagged"}}
    setup = {"document": greets, "events": [order(number) for number in range(5)], "others": "all"}
    asked = read_setup({"flow": "tried", **setup})
    one, other = (simulate(world, TENANT, asked).kept["new"] for _ in range(2))
    assert len(one) == 5
    assert [run.id for run in one] == [run.id for run in other]


def hours(count: int) -> list[dict[str, Any]]:
    """Orders that come one an hour."""
    times = [START + timedelta(hours=number) for number in range(count)]
    return [order(number, time=at.isoformat()) for number, at in enumerate(times)]


def test_events_later_than_the_end_are_counted_and_told(world: World) -> None:
    document, end = made(tag(), lines=["t>a"]), START + timedelta(hours=1)
    report = tried(world, document, events=hours(4), until=end.isoformat())
    assert report["runs"]["by_status"] == {"succeeded": 2}
    assert [said["zh"] for said in report["unrestored"]] == ["2 个事件晚于 until，没有用到"]


def test_an_end_before_the_first_event_is_refused(world: World) -> None:
    end = START - timedelta(hours=1)
    with pytest.raises(InvalidInput) as refused:
        tried(world, made(tag(), lines=["t>a"]), events=hours(2), until=end.isoformat())
    assert [one.path for one in refused.value.problems] == ["/until"]


@pytest.mark.parametrize(("most", "used", "said"), [(2, 2, 1), (3, 3, 0)])
def test_a_window_that_holds_more_than_is_used_says_so(
    world: World, most: int, used: int, said: int
) -> None:
    receive(world, TENANT, [order_event(str(number)) for number in range(3)])
    settle(world)
    window = {
        "since": (START - timedelta(days=1)).isoformat(),
        "until": (START + timedelta(days=1)).isoformat(),
        "most": most,
    }
    report = tried(world, made(tag(), lines=["t>a"]), window=window)
    assert report["events"]["used"] == used
    told = [one for one in report["unrestored"] if f"最早的 {most} 个" in one["zh"]]
    assert len(told) == said


def test_an_invalid_flow_says_so_before_anything_runs(world: World) -> None:
    told: list[int] = []
    asked = read_setup(
        {"flow": "tried", "document": made(tag(), lines=["t>nowhere"]), "events": [order(1)]}
    )
    with pytest.raises(InvalidFlow):
        simulate(world, TENANT, asked, lambda done, total, said: told.append(done))
    assert told == []


def test_a_year_of_monthly_waits_and_daily_reminders_passes(world: World) -> None:
    hire(world, "usr_1")
    report = tried(world, year(), events=[order(1)], answers={"*": {"never": True}})
    begun, over = report["clock"]["from"], report["clock"]["to"]
    assert over - begun == timedelta(days=12 * 30)
    counts = {step["place"]: step["entered"] for step in report["steps"]}
    assert counts["months/ask"] == 12
    assert counts["months/ask~/urged"] == 12 * 29


def test_tasks_queue_at_peoples_working_hours(world: World) -> None:
    hire(world, "usr_1")
    ask = {
        "id": "ask",
        "type": "form_task",
        "config": {
            "title": "看一下",
            "who": {"users": ["usr_1"]},
            "form": FORM,
            "timeout": "P30D",
        },
    }
    # Saturday night: nobody works before Monday, nine o'clock in Shanghai.
    events = [order(number, time="2026-11-14T14:00:00Z") for number in range(4)]
    report = tried(
        world, made(ask, lines=["t>ask"]), events=events, answers={"ask": {"work": "PT1H"}}
    )
    (desk,) = report["people"]
    assert (desk["tasks"], desk["longest_queue"], desk["busy"]) == (4, 3, 4 * 3600)
    (step,) = [one for one in report["steps"] if one["place"] == "ask"]
    # 35 hours to the first, two before and two after the lunch break; 10:00, 11:00, 12:00, 14:30.
    assert step["tasks"]["longest"] == 40.5 * 3600
    assert step["tasks"]["queued"] == (35 + 36 + 37 + 39.5) / 4 * 3600


def test_calls_fail_wait_and_come_late_as_it_was_chosen(world: World) -> None:
    connect(world, out="webhook")
    call = {
        "id": "call",
        "type": "call",
        "config": {"connection": "out", "action": "send", "args": {"type": "a.b", "data": {}}},
    }
    document = made(call, tag(), lines=["t>call", "call.error>a"])
    events = [order(number) for number in range(3)]
    wrong = tried(world, document, events=events, answers={"call": {"error": "rejected"}})
    assert wrong["effects"]["tags"] == [{"change": "added", "tag": "VIP", "count": 3}]
    (kind,) = wrong["effects"]["outside"]
    assert (kind["status"], kind["count"]) == ("failed", 3)
    late = tried(world, document, events=events, answers={"out.send": {"after": "PT2H"}})
    (step,) = [one for one in late["steps"] if one["place"] == "call"]
    assert step["waiting"]["longest"] == step["waiting"]["median"] == 7200
    assert [line["id"] for line in late["coverage"]["lines"] if not line["count"]] == ["e1"]


def test_an_answer_that_nothing_asks_for_is_refused_before_anything_runs(world: World) -> None:
    connect(world, out="webhook")
    document = made(tag(), year()["nodes"][1], lines=["t>a", "t>months"])
    names = ("out.sent", "nowhere", "out.send", "webhook.send", "a", "months/ask", "*", "calls")
    with pytest.raises(InvalidInput) as refused:
        tried(
            world,
            document,
            events=[order(1)],
            answers={name: {"sample": "fine" if name == "out.send" else ""} for name in names},
        )
    assert [(one.path, one.code) for one in refused.value.problems] == [
        ("/answers/out.sent", "unknown"),
        ("/answers/nowhere", "unknown"),
        ("/answers/out.send", "no_sample"),
    ]
    assert "its actions are: send" in refused.value.problems[0].message["en"]


def test_what_a_task_does_not_take_is_told_and_the_task_stays(world: World) -> None:
    hire(world, "usr_1")
    ask = {
        "id": "ask",
        "type": "form_task",
        "config": {"title": "看一下", "who": {"users": ["usr_1"]}, "form": FORM, "timeout": "P1D"},
    }
    report = tried(
        world,
        made(ask, tag(), lines=["t>ask", "ask.timeout>a"]),
        events=[order(number) for number in range(2)],
        answers={"ask": {"value": {"note": 7}}},
    )
    (told,) = report["refused_answers"]
    assert (told["place"], told["count"]) == ("ask", 2)
    assert report["effects"]["tags"] == [{"change": "added", "tag": "VIP", "count": 2}]


def notify(id_: str, who: dict[str, Any]) -> dict[str, Any]:
    config = {"who": who, "title": "{{ order.external_id }} 请处理"}
    return {"id": id_, "type": "notify", "config": config}


@pytest.mark.parametrize("against", [{}, {"against": "draft"}], ids=["as it goes", "from rows"])
def test_a_notice_that_nobody_would_receive_is_told_with_its_step(
    world: World, against: dict[str, str]
) -> None:
    """Those of a flow that runs by itself, whose steps are none of this one, without a place."""
    hire(world, "usr_1")
    nobody = {"roles": ["finance"]}
    below = made(lines=["t>boss"], key="below")
    told = {"id": "boss", "type": "notify", "config": {"who": nobody, "title": "请处理"}}
    below["nodes"] = [{"id": "t", "type": "manual", "config": {}}, told]
    create_flow(world, system(TENANT), below)
    publish(world, system(TENANT), "below")
    apart = {"flow": "below", "owner": "order:{{ order.external_id }}"}
    nodes = (
        notify("here", {"users": ["usr_1"]}),
        notify("alone", nobody),
        {"id": "call", "type": "sub_flow", "config": {"flow": "below"}},
        {"id": "apart", "type": "sub_flow", "config": apart},
    )
    document = made(*nodes, lines=["t>here", "here>alone", "alone>call", "call>apart"])
    report = tried(world, document, events=[order(number) for number in range(3)], **against)
    assert [(one["user"], one["count"]) for one in report["effects"]["notices"]] == [("usr_1", 3)]
    found = {one["place"]: one for one in report["unheard_notices"]}
    counts = {place: one["count"] for place, one in found.items()}
    assert counts == {"": 3, "alone": 3, "call/boss": 3}
    titles = {one["title"] for one in found["alone"]["examples"]}
    assert titles == {f"{number} 请处理" for number in range(3)}
    runs = {place: {one["run"] for one in found[place]["examples"]} for place in found}
    assert runs["alone"] == runs["call/boss"]
    assert runs["alone"].isdisjoint(runs[""])


def test_notices_nobody_would_receive_are_summed_over_all_parts(world: World) -> None:
    """Cases run one by one as halves do beside each other: their sums are merged the same way."""
    cases = [
        {"name": f"单{number}", "event": order(number), "expect": {"starts": True}}
        for number in range(3)
    ]
    document = made(notify("alone", {"roles": ["finance"]}), lines=["t>alone"], cases=cases)
    asked = read_setup({"flow": "tried", "document": document, "cases": []})
    report = carry_out(world, TENANT, asked, lambda done, total, said: None).report
    (found,) = report["unheard_notices"]
    assert (found["place"], found["count"]) == ("alone", 3)
    assert {one["title"] for one in found["examples"]} == {
        f"{number} 请处理" for number in range(3)
    }


def test_what_lies_behind_the_first_event_is_not_in_the_world(world: World, clock: Clock) -> None:
    create_flow(world, system(TENANT), made(tag(), lines=["t>a"]))
    publish(world, system(TENANT), "tried")
    receive(world, TENANT, [order_event("1")])
    settle(world)
    condition = {
        "id": "known",
        "type": "branch",
        "config": {"branches": [{"id": "yes", "name": "老客", "when": '"VIP" in customer.tags'}]},
    }
    document = made(condition, tag(name="第一次"), lines=["t>known", "known.default>a"])
    past = {"since": "2026-11-11T00:00:00Z", "until": "2026-11-12T00:00:00Z"}
    then = tried(world, document, window=past)
    assert then["effects"]["tags"] == [{"change": "added", "tag": "第一次", "count": 1}]
    clock.wind(timedelta(days=2))
    event = {**order(1, time="2026-11-13T02:00:00Z"), "id": "later"}
    assert tried(world, document, events=[event])["effects"]["tags"] == []


def test_a_test_run_is_ended_from_outside(world: World) -> None:
    asked = read_setup(
        {
            "flow": "tried",
            "document": made(tag(), lines=["t>a"]),
            "events": [order(number) for number in range(50)],
        }
    )

    def end(done: int, total: int | None, said: Any) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        simulate(world, TENANT, asked, end)


def test_the_same_test_run_gives_the_same_report(world: World) -> None:
    document = made(tag(), lines=["t>a"])
    events = [order(number) for number in range(20)]
    assert tried(world, document, events=events) == tried(world, document, events=events)


def test_two_versions_are_compared_run_by_run(world: World) -> None:
    old = made(tag(), lines=["t>a"])
    create_flow(world, system(TENANT), old)
    publish(world, system(TENANT), "tried")
    new = made(tag(), tag("b", "金卡"), lines=["t>a", "a>b"])
    report = tried(world, new, against="live", events=[order(number) for number in range(6)])
    found = report["comparison"]
    assert (found["pairs"], found["same"], found["different"]) == (6, 0, 6)
    assert {one["kind"]: one["count"] for one in found["kinds"]} == {"changed": 6, "path": 6}
    first = found["largest"][0]
    assert [one["place"] for one in first["new"]["path"]] == ["t", "a", "b"]
    assert [one["place"] for one in first["old"]["path"]] == ["t", "a"]
    assert report["money"] is None
    assert report["tickets"] is None
