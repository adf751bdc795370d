"""R8 data, R10 effects, R12 limits, and what the records say."""

from __future__ import annotations

from decimal import Decimal

from engine.core.effect import effect_key
from engine.core.execution import advance as limits
from engine.core.run import StepRecord
from tests.engine.core.kit import NOON, Play, compiled, play
from tests.engine.core.small_nodes import flow, graph, node

# -- R8 ------------------------------------------------------------------------------------------


def test_a_step_reads_event_record_params_vars_customer_and_earlier_steps():
    gives = "{{ [event.type, order.amount, params.rate, vars.x, customer.level, steps.a.n] }}"
    version = compiled(
        flow([node("start", "start"), node("a", gives={"n": 3}, sets={"x": 2}),
              node("b", gives=gives)], "start > a", "a > b")
    )  # fmt: skip
    run = Play(version)
    run.event = {"type": "order.paid", "data": {"order": {"amount": Decimal("9.90")}}}
    run.params = {"rate": 1}
    value = {"event": run.event, "params": run.params, "trigger": "start", "run_id": "run_1"}
    run.signal("start", value=value, customer={"level": "gold"})
    assert run.output("b") == ["order.paid", Decimal("9.90"), 1, 2, "gold", 3]


def test_now_is_the_signals_time():
    run = play(flow([node("start", "start"), node("a", gives="{{ $now }}")], "start > a"))
    assert run.output("a") == NOON


def test_the_customer_is_read_new_at_each_advance():
    version = compiled(
        flow([node("start", "start"), node("a", gives="{{ customer.level }}"),
              node("ask", "wants"), node("b", gives="{{ customer.level }}")],
             "start > a", "a > ask", "ask > b", "ask.approved > b")
    )  # fmt: skip
    run = Play(version)
    run.signal("start", value={"trigger": "start", "run_id": "run_1"}, customer={"level": "new"})
    token, _ = run.open.popitem()
    run.signal("task", token, "approved", customer={"level": "gold"})
    assert (run.output("a"), run.output("b")) == ("new", "gold")


def test_a_step_does_not_see_a_neighbour_that_ended_meanwhile():
    run = play(
        flow([node("start", "start"), node("a", gives=1), node("b", "wants"),
              node("c", gives="{{ steps.a }}")], "start > a", "start > b", "b.approved > c")
    )  # fmt: skip
    run.reply("b")
    assert run.status == "failed"
    assert run.end["error"]["code"] == "expression"


def test_params_have_the_flows_defaults_the_versions_and_the_runs_values():
    schema = {"type": "object", "properties": {
        "a": {"default": 1}, "b": {"default": 1}, "c": {"default": 1}}}  # fmt: skip
    version = compiled(
        flow([node("start", "start"), node("x", gives="{{ [params.a, params.b, params.c] }}")],
             "start > x", params=schema),
        params={"b": 2, "c": 2},
    )  # fmt: skip
    assert version.params == {"a": 1, "b": 2, "c": 2}
    assert Play(version).start(params={"c": 3}).output("x") == [1, 2, 3]


def test_variables_set_inside_a_box_belong_to_the_run():
    body = graph([node("set", sets={"seen": "{{ item }}"})])
    run = play(
        flow([node("start", "start"), node("zero", sets={"seen": 0}),
              node("all", "box", items="[1, 2]", body=body),
              node("after", gives="{{ vars.seen }}")],
             "start > zero", "zero > all", "all > after")
    )  # fmt: skip
    assert run.output("after") == 2


# -- R10 -----------------------------------------------------------------------------------------


def test_effects_carry_keys_of_run_scope_step_take_and_number_in_order():
    body = graph([node("in", effects=["x"])])
    run = play(
        flow([node("start", "start"), node("a", effects=["one", "two"]),
              node("all", "box", items="[1]", body=body)], "start > a", "a > all")
    )  # fmt: skip
    effects = [(one.body.kind, one.key, one.step) for one in run.sent if one.kind == "effect"]
    assert effects == [
        ("one", effect_key("run_1", "root", "a", 1, 1), "root/a"),
        ("two", effect_key("run_1", "root", "a", 1, 2), "root/a"),
        ("x", effect_key("run_1", "root/all[0]", "in", 1, 1), "root/all[0]/in"),
    ]
    assert run.record("a").effects == (effects[0][1], effects[1][1])
    assert not any(one.token for one in run.sent if one.kind == "effect")


def test_an_asked_effect_waits_for_its_answer_and_counts_with_the_others():
    run = play(flow([node("start", "start"), node("a", "wants", what="call", times=2)],
                    "start > a"))  # fmt: skip
    first = run.open["root/a#1.1"]
    assert first.body.action == "send"
    assert run.status == "waiting"
    run.reply("a")
    second = run.open["root/a#1.2"]
    assert [first.key, second.key] == [
        effect_key("run_1", "root", "a", 1, n) for n in (1, 2)
    ]  # fmt: skip


def test_effects_carry_their_steps_retry_in_seconds():
    document = flow([node("start", "start"), node("a", effects=["x"])], "start > a")
    document["nodes"][1]["retry"] = {"attempts": 3, "first": "PT10S", "max": "PT5M"}
    retry = play(document).sent[0].retry
    assert retry == {"attempts": 3, "first": 10.0, "factor": 2.0, "max": 300.0}


# -- R12 -----------------------------------------------------------------------------------------


def test_a_run_stops_at_its_limit_of_steps_and_may_be_resumed(monkeypatch):
    monkeypatch.setattr("engine.core.execute.MAX_STEPS", 20)
    body = graph([node("a")])
    run = play(
        flow([node("start", "start"), node("all", "box", items="[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]",
              body=body), node("all2", "box", items="[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", body=body),
              node("mend")],
             "start > all", "all > all2", "all2.error > mend")
    )  # fmt: skip
    assert run.status == "failed"
    assert run.end["error"]["code"] == "limit_steps"
    run.signal("resume")
    assert run.status == "succeeded"
    assert run.output("all2")["count"] == 10


def test_a_box_takes_no_more_items_than_its_limit(monkeypatch):
    monkeypatch.setattr("engine.core.execution.asks.MAX_ROUNDS", 3)
    body = graph([node("a")])
    document = flow([node("start", "start"), node("all", "box", items="[1, 2, 3, 4]", body=body)],
                    "start > all")  # fmt: skip
    assert play(document).end["error"]["code"] == "limit_rounds"


def test_a_node_that_never_stops_asking_is_stopped(monkeypatch):
    monkeypatch.setattr("engine.core.execution.asks.MAX_ASKS", 5)
    run = play(flow([node("start", "start"), node("a", "wants", what="read", times=99)],
                    "start > a"))  # fmt: skip
    while run.status == "running":
        run.reply("a")
    assert run.end["error"]["code"] == "limit_asks"


def test_ten_thousand_steps_take_no_python_stack():
    body = graph([node("a"), node("b")], "a > b")
    run = play(
        flow([node("start", "start"), node("all", "box", items="order.lines", body=body)],
             "start > all"),
        event={"order": {"lines": list(range(4_990))}},
    )  # fmt: skip
    assert run.status == "succeeded"
    assert limits.MAX_STEPS == 10_000


# -- records -------------------------------------------------------------------------------------


def test_records_tell_what_each_advance_saw():
    run = play(flow([node("start", "start"), node("ask", "wants"), node("a", gives=7)],
                    "start > ask", "ask.approved > a"))  # fmt: skip
    assert run.records[-1] == StepRecord("root/ask", "active", reason=("asked", {}))
    made = run.reply("ask", {"by": "u1"})
    assert [(one.step, one.status, one.port, one.output) for one in made.records] == [
        ("root/ask", "done", "approved", {"got": {"by": "u1"}, "port": "approved"}),
        ("root/a", "done", "out", 7),
    ]
