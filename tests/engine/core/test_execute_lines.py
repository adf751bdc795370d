"""R1 ready, R2 joins, R3 outcome, R7 end: lines and steps inside one scope."""

from __future__ import annotations

from engine.core.execute import decide, go_on
from engine.core.execution.one_way import Ended, Paused
from engine.core.execution.way import FIRST_WRITTEN
from engine.core.run import Signal
from tests.engine.core.kit import NOON, Play, compiled, play
from tests.engine.core.small_nodes import flow, node

# -- R1 ------------------------------------------------------------------------------------------


def test_a_step_runs_once_when_every_line_into_it_is_decided_and_one_is_lit():
    run = play(
        flow(
            [node("start", "start"), node("ask", "wants"), node("a"), node("both")],
            "start > ask", "start > a", "ask.approved > both", "a > both",
        )
    )  # fmt: skip
    assert run.done() == ["start", "a"]
    run.reply("ask")
    assert run.done() == ["start", "a", "ask", "both"]
    assert run.status == "succeeded"


def test_a_step_with_only_grey_lines_is_skipped_and_greys_its_own():
    run = play(
        flow(
            [node("start", "start"), node("c", "choose", cases={"yes": "1 > 2"}),
             node("a"), node("b"), node("c2"), node("other")],
            "start > c", "c.yes > a", "a > b", "b > c2", "c.default > other",
        )
    )  # fmt: skip
    assert run.done() == ["start", "c", "other"]
    assert run.steps() == {
        "start": "done", "c": "done", "other": "done",
        "a": "skipped", "b": "skipped", "c2": "skipped",
    }  # fmt: skip
    assert [one.step for one in run.records if one.status == "skipped"] == [
        "root/a", "root/b", "root/c2",
    ]  # fmt: skip


def test_only_the_trigger_that_fired_is_done_and_the_others_are_skipped():
    document = flow(
        [node("start", "start"), node("other", "start"), node("a"), node("b"), node("c")],
        "start > a", "other > b", "a > c", "b > c",
    )  # fmt: skip
    assert play(document).done() == ["start", "a", "c"]
    by_other = play(document, trigger="other")
    assert by_other.done() == ["other", "b", "c"]
    assert by_other.steps()["start"] == "skipped"


def test_without_a_trigger_every_step_without_a_line_into_it_starts():
    assert play(flow([node("a"), node("b"), node("c")], "b > c")).done() == ["a", "b", "c"]


def test_two_lines_from_one_step_to_the_same_step_run_it_once():
    run = play(
        flow(
            [node("start", "start"), node("c", "choose", cases={"x": "true", "y": "true"}),
             node("a")],
            "start > c", "c.x > a", "c.y > a",
        )
    )  # fmt: skip
    assert run.done() == ["start", "c", "a"]


def test_a_flow_without_steps_succeeds_at_once():
    assert play(flow([])).status == "succeeded"


# -- R2 ------------------------------------------------------------------------------------------


def race(**join):
    return flow(
        [node("start", "start"), node("a", "wants"), node("b", "wants"), node("c", "wants"),
         node("meet", "join", **join), node("after"), node("short")],
        "start > a", "start > b", "start > c",
        "a.approved > meet", "b.approved > meet", "c.approved > meet",
        "meet > after", "meet.not_reached > short",
    )  # fmt: skip


def test_a_join_of_all_waits_for_every_line():
    run = play(race(mode="all"))
    run.reply("a")
    run.reply("b", port="rejected")
    assert "after" not in run.done()
    run.reply("c")
    assert run.done()[-2:] == ["meet", "after"]
    assert run.steps()["short"] == "skipped"


def test_a_join_of_the_first_goes_on_at_once_and_later_lines_change_nothing():
    run = play(race(mode="first"))
    run.reply("b")
    assert run.done() == ["start", "b", "meet", "after"]
    assert run.status == "waiting"
    run.reply("a")
    run.reply("c")
    assert run.done() == ["start", "b", "meet", "after", "a", "c"]
    assert run.status == "succeeded"


def test_stop_the_rest_cancels_every_unfinished_step_that_leads_only_to_the_join():
    run = play(race(mode="first", stop_rest=True))
    made = run.reply("b")
    assert [command.kind for command in made.commands] == ["close_task", "close_task", "end"]
    assert run.steps()["a"] == run.steps()["c"] == "cancelled"
    assert run.status == "succeeded"


def test_stop_the_rest_leaves_steps_alone_that_also_lead_elsewhere():
    run = play(
        flow(
            [node("start", "start"), node("a", "wants"), node("b", "wants"), node("log"),
             node("meet", "join", mode="first", stop_rest=True)],
            "start > a", "start > b", "a.approved > meet", "b.approved > meet", "b.approved > log",
        )
    )  # fmt: skip
    run.reply("a")
    assert run.status == "waiting"
    run.reply("b")
    assert "log" in run.done()


def test_stop_the_rest_cancels_steps_that_had_not_begun():
    run = play(
        flow(
            [node("start", "start"), node("a", "wants"), node("b", "wants"), node("b2"),
             node("meet", "join", mode="first", stop_rest=True)],
            "start > a", "start > b", "a.approved > meet", "b.approved > b2", "b2 > meet",
        )
    )  # fmt: skip
    run.reply("a")
    assert run.steps() == {
        "start": "done", "a": "done", "b": "cancelled", "b2": "cancelled", "meet": "done",
    }  # fmt: skip
    assert run.status == "succeeded"


def test_a_join_of_n_goes_on_at_the_nth_line():
    run = play(race(mode="n", n=2))
    run.reply("c")
    assert "meet" not in run.done()
    run.reply("a")
    assert run.done()[-2:] == ["meet", "after"]


def test_a_join_of_n_leaves_by_not_reached_when_too_few_lines_are_lit():
    run = play(race(mode="n", n=2))
    run.reply("a")
    run.reply("b", port="rejected")
    run.reply("c", port="rejected")
    assert run.done()[-2:] == ["meet", "short"]
    assert run.record("meet").reason == ("not_reached", {"lit": 1, "n": 2})


def test_a_join_of_n_leaves_by_not_reached_even_when_no_line_at_all_is_lit():
    run = play(race(mode="n", n=2))
    for one in ("a", "b", "c"):
        run.reply(one, port="rejected")
    assert run.done()[-2:] == ["meet", "short"]


def test_a_join_on_a_way_nobody_took_is_skipped_and_not_called_not_reached():
    run = play(
        flow(
            [node("start", "start"), node("c", "choose", cases={"check": "false"}),
             node("a", "wants"), node("b", "wants"),
             node("meet", "join", mode="n", n=2), node("short"), node("other")],
            "start > c", "c.check > a", "c.check > b", "c.default > other",
            "a.approved > meet", "b.approved > meet", "meet.not_reached > short",
        )
    )  # fmt: skip
    assert run.done() == ["start", "c", "other"]
    assert run.steps()["meet"] == run.steps()["short"] == "skipped"


def test_a_join_of_n_with_one_line_only_is_not_reached():
    run = play(
        flow([node("start", "start"), node("a"), node("m", "join", mode="n", n=2), node("x")],
             "start > a", "a > m", "m.not_reached > x")
    )  # fmt: skip
    assert run.done() == ["start", "a", "m", "x"]


# -- R3 ------------------------------------------------------------------------------------------


def test_a_choice_takes_the_first_match_in_drawn_order():
    run = play(
        flow(
            [node("start", "start"),
             node("c", "choose", cases={"big": "order.amount > 10", "any": "order.amount > 0"}),
             node("a"), node("b")],
            "start > c", "c.any > b", "c.big > a",
        ),
        event={"order": {"amount": 50}},
    )  # fmt: skip
    assert run.done() == ["start", "c", "a"]


def test_a_choice_may_take_every_match():
    cases = {"big": "order.amount > 10", "any": "order.amount > 0", "huge": "order.amount > 99"}
    run = play(
        flow(
            [node("start", "start"), node("c", "choose", every=True, cases=cases),
             node("a"), node("b"), node("d"), node("e")],
            "start > c", "c.big > a", "c.any > b", "c.huge > d", "c.default > e",
        ),
        event={"order": {"amount": 50}},
    )  # fmt: skip
    assert run.done() == ["start", "c", "a", "b"]
    assert run.record("c").port == ("big", "any")


def test_a_choice_without_a_match_and_without_default_is_the_error_no_path():
    run = play(
        flow([node("start", "start"), node("c", "choose", cases={"x": "false"}), node("a")],
             "start > c", "c.x > a")
    )  # fmt: skip
    assert run.status == "failed"
    assert run.end["error"]["code"] == "no_path"
    assert run.end["error"]["step"] == "root/c"


def test_no_path_can_be_taken_by_an_error_port():
    run = play(
        flow([node("start", "start"), node("c", "choose", cases={"x": "false"}), node("a")],
             "start > c", "c.error:no_path > a")
    )  # fmt: skip
    assert run.done() == ["start", "c", "a"]


def test_an_unknown_name_in_a_condition_is_an_error_and_never_false():
    run = play(
        flow([node("start", "start"), node("c", "choose", cases={"x": "order.colour == 'red'"}),
              node("a")], "start > c", "c.x > a", "c.default > a"),
        event={"order": {"amount": 1}},
    )  # fmt: skip
    assert run.status == "failed"
    assert run.end["error"]["code"] == "expression"


def test_a_port_nobody_drew_a_line_from_ends_the_way():
    run = play(
        flow([node("start", "start"), node("a", "do", port="odd"), node("b")],
             "start > a", "a > b")
    )  # fmt: skip
    assert run.status == "succeeded"
    assert run.steps()["b"] == "skipped"


# -- R7 ------------------------------------------------------------------------------------------


def test_end_run_cancels_everything_else():
    run = play(
        flow(
            [node("start", "start"), node("ask", "wants", timeout="PT1H"),
             node("news", "wants", what="event"), node("decide", "wants"),
             node("stop", "end", gives={"outcome": "enough"})],
            "start > ask", "start > news", "start > decide", "decide.approved > stop",
        )
    )  # fmt: skip
    made = run.reply("decide")
    assert [command.kind for command in made.commands] == [
        "close_task", "disarm", "unsubscribe", "end",
    ]  # fmt: skip
    assert run.end == {"status": "succeeded", "output": {"outcome": "enough"}, "error": None}
    assert run.steps()["ask"] == run.steps()["news"] == "cancelled"


def test_an_end_of_one_line_leaves_the_others_alone():
    run = play(
        flow([node("start", "start"), node("ask", "wants"), node("e", "end", whole=False)],
             "start > ask", "start > e")
    )  # fmt: skip
    assert run.status == "waiting"
    run.reply("ask")
    assert run.status == "succeeded"


def test_a_runs_output_is_that_of_its_last_step():
    run = play(flow([node("start", "start"), node("a", gives={"total": 5})], "start > a"))
    assert run.end["output"] == {"total": 5}


# -- ways taken before ---------------------------------------------------------------------------


def test_a_version_remembers_only_so_many_ways(monkeypatch):
    monkeypatch.setattr("engine.core.execution.routes.MAX_ROUTES", 3)
    monkeypatch.setattr("engine.core.execution.way.FIRST_WRITTEN", 2)
    ids = ["c0", "c1", "c2", "c3"]
    nodes = [node(id_, "choose", cases={"y": f"event.data.{id_}"}) for id_ in ids]
    version = compiled(
        flow(
            [node("start", "start"), *nodes, node("last")],
            "start > c0", "c0.y > c1", "c0.default > c1", "c1.y > c2", "c1.default > c2",
            "c2.y > c3", "c2.default > c3", "c3.y > last", "c3.default > last",
        )
    )  # fmt: skip
    for number in range(16):
        event = {id_: bool(number >> place & 1) for place, id_ in enumerate(ids)}
        run = Play(version).start(event)
        assert run.done() == ["start", *ids, "last"]
        assert [run.record(id_).port for id_ in ids] == [
            "y" if event[id_] else "default" for id_ in ids
        ]
    assert version.ways["start"].count == 3


def test_a_way_that_many_runs_took_becomes_a_function():
    nodes = [node("start", "start"), node("c", "choose", cases={"y": "event.data.y"}), node("ask",
             "wants"), node("last", effects=("tag",))]  # fmt: skip
    version = compiled(flow(nodes, "start > c", "c.y > last", "c.default > ask"))
    for _ in range(FIRST_WRITTEN - 1):
        assert Play(version).start({"y": True}).status == "succeeded"
    for event, status in (({"y": True}, "succeeded"), ({"y": False}, "waiting")):
        start = Signal("start", NOON, 1, value={
            "event": {"data": event}, "owner": "customer:cus_1", "trigger": "start", "run_id": "r",
        })  # fmt: skip
        was_known = status == "succeeded"
        assert isinstance(decide(version, None, start), Ended) is was_known
        assert decide(version, None, start).status == status


def test_what_comes_after_a_call_becomes_a_function_too():
    """With what was set before the call, and effects numbered after it."""
    nodes = [
        node("start", "start"),
        node("before", sets={"f": "early"}),
        node("call", "wants", what="call", sets={"g": "late"}, effects=("tag",)),
        node("last", "end", gives="{{ vars.f }}, {{ vars.g }}"),
    ]
    document = flow(nodes, "start > before", "before > call", "call.out > last")
    version, plain = compiled(document), compiled(document)
    start = Signal("start", NOON, 1, value={
        "event": {"data": {}}, "owner": "customer:cus_1", "trigger": "start", "run_id": "run_1",
    })  # fmt: skip
    answer = Signal("answer", NOON, 2, "root/call#1.1", "out", {"id": 7})
    for _ in range(2 * FIRST_WRITTEN):  # the way to the call, then the way from it
        waits = decide(version, None, start)
        go_on(version, waits, answer)
    waits = decide(version, None, start)
    ended = go_on(version, waits, answer)
    assert isinstance(waits, Paused)
    assert isinstance(ended, Ended)
    assert ended.commands[-1].body["output"] == "early, late"
    first = decide(plain, None, start)
    assert waits == first
    assert ended == decide(plain, first.state, answer)


def test_after_a_second_call_the_customer_is_the_one_its_answer_shows():
    """Not the one that the first answer showed."""
    nodes = [
        node("start", "start"),
        node("one", "wants", what="call"),
        node("two", "wants", what="call"),
        node("last", "end", gives="{{ customer&.level }}"),
    ]
    document = flow(nodes, "start > one", "one.out > two", "two.out > last")
    version, plain = compiled(document), compiled(document)
    start = Signal("start", NOON, 1, value={
        "event": {"data": {}}, "owner": "customer:cus_1", "trigger": "start", "run_id": "run_1",
    })  # fmt: skip
    first = Signal("answer", NOON, 2, "root/one#1.1", "out", None, {"level": "gold"})
    second = Signal("answer", NOON, 3, "root/two#1.1", "out")
    for _ in range(6 * FIRST_WRITTEN):
        found = go_on(version, go_on(version, decide(version, None, start), first), second)
    expected = decide(plain, None, start)
    for answer in (first, second):
        expected = decide(plain, expected.state, answer)
    assert isinstance(found, Ended)
    assert found == expected
