"""R4 timers and R9 time: timeouts, reminders, events, several requests at once."""

from __future__ import annotations

from datetime import timedelta

from tests.engine.core.kit import NOON, play
from tests.engine.core.small_nodes import flow, graph, node

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def approval(**config):
    return flow(
        [node("start", "start"), node("ask", "wants", **config),
         node("yes"), node("late"), node("nudge")],
        "start > ask", "ask.approved > yes", "ask.timeout > late", "ask.nudge > nudge",
    )  # fmt: skip


# -- timeouts ------------------------------------------------------------------------------------


def test_a_timeout_ends_the_step_by_its_port_and_withdraws_the_request():
    run = play(approval(timeout="PT1H"))
    assert run.open["root/ask#1.1!timeout"].body == NOON + HOUR
    made = run.fire("ask")
    assert [command.kind for command in made.commands] == ["close_task", "end"]
    assert run.done() == ["start", "ask", "late"]
    assert run.record("ask").reason == ("timed_out", {"due": NOON + HOUR})


def test_an_answer_disarms_the_timeout():
    run = play(approval(timeout="PT1H"))
    made = run.reply("ask")
    assert [command.kind for command in made.commands] == ["disarm", "end"]
    assert run.done() == ["start", "ask", "yes"]


def test_the_documents_timeout_wins_and_covers_the_whole_step():
    run = play(approval(timeout="PT1H", lasts="PT2H", times=2))
    assert [command.body for command in run.open.values() if command.kind == "timer"] == [
        NOON + 2 * HOUR
    ]
    run.now += HOUR
    run.reply("ask")
    assert [command.body for command in run.open.values() if command.kind == "timer"] == [
        NOON + 2 * HOUR
    ]
    run.fire("ask")
    assert run.done() == ["start", "ask", "late"]


def test_a_timeout_of_a_request_is_armed_anew_for_the_next_one():
    run = play(approval(timeout="PT1H", times=2))
    run.now += 30 * MINUTE
    run.reply("ask")
    assert run.open["root/ask#1.2!timeout"].body == NOON + 30 * MINUTE + HOUR
    assert "root/ask#1.1!timeout" not in run.open


def test_a_read_arms_no_timer():
    run = play(flow([node("start", "start"), node("r", "wants", what="read", lasts="PT1H")],
                    "start > r"))  # fmt: skip
    assert [command.kind for command in run.sent] == ["read"]
    assert run.status == "running"
    run.reply("r", [{"id": "ord_1"}])
    assert run.status == "succeeded"
    assert run.output("r")["got"] == [{"id": "ord_1"}]


# -- reminders -----------------------------------------------------------------------------------


def test_a_reminder_lights_its_line_while_the_step_goes_on_waiting():
    run = play(approval(remind={"nudge": [30, None, 1]}))
    run.fire("ask", "nudge")
    assert run.done() == ["start", "nudge"]
    assert run.status == "waiting"
    run.reply("ask")
    assert run.done() == ["start", "nudge", "ask", "yes"]
    assert run.status == "succeeded"


def test_a_reminder_that_never_fired_is_greyed_when_the_step_ends():
    run = play(approval(remind={"nudge": [30, None, 1]}))
    made = run.reply("ask")
    assert "disarm" in [command.kind for command in made.commands]
    assert run.steps()["nudge"] == "skipped"


def repeating(**config):
    handler = graph([node("say", effects=["notify"]), node("more", gives="{{ round }}")],
                    "say > more")  # fmt: skip
    return flow(
        [node("start", "start"),
         node("ask", "wants", remind={"nudge": [60, 30, 3]}, handlers={"nudge": handler}, **config),
         node("yes")],
        "start > ask", "ask.approved > yes",
    )  # fmt: skip


def test_a_repeating_reminder_opens_a_handler_scope_per_tick_from_due_to_due():
    run = play(repeating())
    due = []
    for _ in range(3):
        due.append(run.open[run.token("ask:nudge", "timer")].body)
        run.now = due[-1] + 7 * MINUTE  # late, which must not move the next one
        token = run.token("ask:nudge", "timer")
        del run.open[token]
        run.signal("timer", token)
    assert due == [NOON + 60 * MINUTE, NOON + 90 * MINUTE, NOON + 120 * MINUTE]
    assert run.done()[1:] == [
        "ask~0/say", "ask~0/more", "ask~1/say", "ask~1/more", "ask~2/say", "ask~2/more",
    ]  # fmt: skip
    assert [one.output for one in run.records if one.step.endswith("more")] == [1, 2, 3]
    assert not [one for one in run.open.values() if one.kind == "timer"]
    run.reply("ask")
    assert run.status == "succeeded"


def test_a_handler_still_at_work_is_cancelled_when_its_step_ends():
    handler = graph([node("boss", "wants")])
    run = play(
        flow([node("start", "start"),
              node("ask", "wants", remind={"nudge": [60, 30, 2]}, handlers={"nudge": handler})],
             "start > ask")
    )  # fmt: skip
    run.fire("ask", "nudge")
    assert "root/ask~0/boss#1.1" in run.open
    run.reply("ask")
    assert run.status == "succeeded"
    assert run.record("root/ask~0/boss").status == "cancelled"


def test_a_reminder_nobody_drew_anything_for_is_not_armed():
    run = play(flow([node("start", "start"), node("a", "wants", remind={"x": [5, None, 1]})],
                    "start > a"))  # fmt: skip
    assert not [one for one in run.open.values() if one.kind == "timer"]


# -- waiting for a time or an event --------------------------------------------------------------


def test_until_is_answered_by_the_moment_itself():
    run = play(flow([node("start", "start"), node("w", "wants", what="until"), node("a")],
                    "start > w", "w > a"))  # fmt: skip
    run.reply("w")
    assert run.output("w")["got"] == NOON + HOUR
    assert run.done() == ["start", "w", "a"]


def test_an_event_counts_from_the_steps_beginning_or_from_the_runs():
    nodes = [node("start", "start"), node("ask", "wants"), node("w", "wants", what="event"),
             node("v", "wants", what="event", since_start=True)]  # fmt: skip
    run = play(flow(nodes, "start > ask", "ask.approved > w", "ask.approved > v"))
    run.now += HOUR
    run.reply("ask")
    assert run.open["root/w#1.1"].since == NOON + HOUR
    assert run.open["root/v#1.1"].since == NOON


def test_an_event_that_does_not_fit_the_condition_changes_nothing():
    run = play(
        flow([node("start", "start"), node("w", "wants", what="event", condition="incoming.n > 2"),
              node("a")], "start > w", "w.event > a")
    )  # fmt: skip
    before = run.state
    made = run.reply("w", {"n": 1})
    assert made.state is before
    assert not made.commands
    made = run.reply("w", {"n": 3})
    assert made.commands[0].kind == "unsubscribe"
    assert run.done() == ["start", "w", "a"]


def test_a_condition_on_an_event_sees_what_precedes_the_step():
    run = play(
        flow([node("start", "start"), node("a", gives={"least": 5}),
              node("w", "wants", what="event", condition="incoming.n > steps.a.least")],
             "start > a", "a > w")
    )  # fmt: skip
    run.reply("w", {"n": 5})
    assert run.status == "waiting"
    run.reply("w", {"n": 6})
    assert run.status == "succeeded"


def test_a_condition_that_cannot_be_read_fails_the_step():
    run = play(flow([node("start", "start"),
                     node("w", "wants", what="event", condition="incoming.n > 2")],
                    "start > w"))  # fmt: skip
    run.reply("w", {"other": 1})
    assert run.status == "failed"
    assert run.end["error"]["code"] == "expression"


# -- several -------------------------------------------------------------------------------------


def several(parts, **config):
    ports = [*parts, "out", "rejected", "timeout"]
    return flow(
        [node("start", "start"), node("m", "many", parts=parts, **config),
         *(node(f"by_{port}") for port in ports)],
        "start > m", *(f"m.{port} > by_{port}" for port in ports),
    )  # fmt: skip


def test_of_several_the_first_answer_names_the_port_and_the_rest_is_withdrawn():
    run = play(several({"reply": "event", "day": "until", "boss": "task"}))
    made = run.reply("m:reply", {"text": "hi"})
    assert [command.kind for command in made.commands] == [
        "unsubscribe", "disarm", "close_task", "end",
    ]  # fmt: skip
    assert run.done() == ["start", "m", "by_reply"]
    assert run.output("m") == {"reply": {"port": "event", "value": {"text": "hi"}}}


def test_several_wait_for_as_many_answers_as_are_needed():
    run = play(several({"a": "task", "b": "task", "c": "task"}, need=2))
    run.reply("m:c", {"by": "u3"})
    assert run.status == "waiting"
    run.reply("m:a", {"by": "u1"})
    assert run.done() == ["start", "m", "by_out"]
    assert run.output("m") == {
        "c": {"port": "approved", "value": {"by": "u3"}},
        "a": {"port": "approved", "value": {"by": "u1"}},
    }


def test_one_answer_by_a_stop_port_settles_several_at_once():
    run = play(several({"a": "task", "b": "task", "c": "task"}, need=3, stop_on=["rejected"]))
    run.reply("m:a")
    run.reply("m:b", port="rejected")
    assert run.done() == ["start", "m", "by_rejected"]
    assert not run.open


def test_several_with_an_effect_fail_when_it_fails_unless_caught():
    run = play(several({"a": "task", "b": "call"}, need=2))
    run.reply("m:b", {"code": "down"}, "error")
    assert run.status == "failed"
    run = play(several({"a": "task", "b": "call"}, need=2, catch=True))
    run.reply("m:b", {"code": "down"}, "error")
    run.reply("m:a")
    assert run.done()[-1] == "by_out"


def test_several_time_out_though_one_of_them_is_answered_within_the_advance():
    run = play(several({"a": "task", "b": "own"}, need=2, timeout="PT1H"))
    run.reply("m:b")
    run.fire("m")
    assert run.done() == ["start", "m", "by_timeout"]


def test_no_requests_at_all_are_settled_at_once():
    assert play(several({})).done() == ["start", "m", "by_out"]


# -- signals that fit nothing --------------------------------------------------------------------


def test_unknown_late_and_doubled_signals_are_harmless():
    run = play(approval(timeout="PT1H"))
    task, timer = "root/ask#1.1", "root/ask#1.1!timeout"
    for kind, token, port in [
        ("task", "root/ask#1.9", "approved"), ("task", "root/nobody#1.1", "approved"),
        ("task", "", ""), ("task", task, "no such port"), ("timer", task, ""),
        ("answer", task, "out"), ("event", task, ""), ("timer", "root/ask#1.1!nudge.1", ""),
        ("resume", "", ""), ("retry_from", "root/ask", ""), ("retry_from", "what?", ""),
        ("start", "", ""), ("nonsense", "", ""),
    ]:  # fmt: skip
        before = run.state
        made = run.signal(kind, token, port)
        assert made.state is before, (kind, token)
        assert not made.commands
        assert not made.records
    run.reply("ask")
    for kind, token, port in [("task", task, "approved"), ("timer", timer, ""), ("cancel", "", "")]:
        before = run.state
        assert run.signal(kind, token, port).state is before
    assert run.status == "succeeded"
