"""R6 errors: error ports, failing scopes, incidents; resume, retry from a step, cancel."""

from __future__ import annotations

from engine.core.effect import effect_key
from engine.core.node import Done
from tests.engine.core.kit import Play, compiled, play
from tests.engine.core.small_nodes import REGISTRY, Nothing, flow, graph, node, node_type, registry

# -- ports ---------------------------------------------------------------------------------------


def failing(*lines, code="no_stock"):
    return flow(
        [node("start", "start"), node("a", fails=code), node("by_code"), node("by_any"),
         node("b", gives="{{ steps.a.error.code }}")],
        "start > a", *lines, "by_any > b",
    )  # fmt: skip


def test_an_error_takes_the_port_of_its_code_before_the_general_one():
    run = play(failing("a.error > by_any", "a.error:no_stock > by_code"))
    assert run.done() == ["start", "a", "by_code"]
    run = play(failing("a.error > by_any", "a.error:other > by_code"))
    assert run.done() == ["start", "a", "by_any", "b"]
    assert run.output("b") == "no_stock"
    assert run.record("a").error["code"] == "no_stock"


def test_a_node_may_say_itself_that_it_leaves_by_an_error():
    document = flow([node("start", "start"), node("a", port="error:late"), node("b")],
                    "start > a", "a.error:late > b")  # fmt: skip
    assert play(document).done() == ["start", "a", "b"]
    document["edges"].pop()
    assert play(document).end["error"]["code"] == "late"


def test_an_effect_that_failed_ends_its_step_by_the_error_port():
    document = flow([node("start", "start"), node("a", "wants", what="call"), node("b")],
                    "start > a", "a.error > b")  # fmt: skip
    run = play(document)
    run.reply("a", {"code": "rate_limit", "message": "too many"}, "error")
    assert run.done() == ["start", "a", "b"]
    assert run.output("a")["error"]["code"] == "rate_limit"


def test_a_node_that_catches_sees_the_error_as_an_answer():
    document = flow([node("start", "start"), node("a", "wants", what="call", catch=True),
                     node("b")], "start > a", "a.caught > b")  # fmt: skip
    run = play(document)
    run.reply("a", {"code": "rate_limit"}, "error")
    assert run.done() == ["start", "a", "b"]


def test_a_fault_inside_a_node_is_an_incident_and_never_leaves_decide():
    types = registry(
        broken=node_type(Nothing, lambda _, ctx: 1 / 0),
        silent=node_type(Nothing, lambda _, ctx: None),
        cut=node_type(Nothing, lambda _, ctx: ("out", {})),
        listed=node_type(Nothing, lambda _, ctx: Done(["out"])),
    )
    for kind, code in (("broken", "fault"), ("silent", "bad_outcome"), ("cut", "bad_outcome")):
        document = flow([node("start", "start"), node("a", kind)], "start > a")
        run = Play(compiled(document, types=types)).start()
        assert (run.status, run.end["error"]["code"]) == ("failed", code)
        assert run.end["error"]["message"]["zh"]
    document = flow([node("start", "start"), node("a", "listed")], "start > a")
    assert Play(compiled(document, types=types)).start().status == "succeeded"


# -- scopes --------------------------------------------------------------------------------------


def boxed(*lines, catch=False, at_a_time=3):
    body = graph([node("ask", "wants", what="call"), node("then")], "ask > then")
    return flow(
        [node("start", "start"),
         node("all", "box", items="[1, 2, 3]", body=body, catch=catch, at_a_time=at_a_time),
         node("mend"), node("side", "wants")],
        "start > all", "start > side", *lines,
    )  # fmt: skip


def test_a_failing_scope_cancels_its_active_steps_and_the_error_goes_to_the_box():
    run = play(boxed("all.error:down > mend"))
    run.reply("root/all[1]/ask", {"code": "down"}, "error")
    assert run.done() == ["start", "all", "mend"]
    assert run.record("root/all[1]/ask").status == "failed"
    assert run.record("root/all[0]/ask").status == "cancelled"
    assert list(run.state["scopes"]) == ["root"]
    assert run.status == "waiting"  # side goes on
    before = run.state
    assert run.signal("answer", "root/all[0]/ask#1.1", "out").state is before


def test_a_box_that_catches_sees_the_error_of_its_scope():
    run = play(boxed("all.caught > mend", catch=True))
    run.reply("root/all[1]/ask", {"code": "down"}, "error")
    assert run.done() == ["start", "all", "mend"]
    assert run.output("all")["code"] == "down"


def test_a_failing_handler_fails_the_step_it_belongs_to():
    handler = graph([node("say", fails="no_phone")])
    run = play(
        flow([node("start", "start"),
              node("ask", "wants", remind={"n": [5, None, 1]}, handlers={"n": handler}),
              node("mend")], "start > ask", "ask.error > mend")
    )  # fmt: skip
    made = run.fire("ask", "n")
    assert "close_task" in [command.kind for command in made.commands]
    assert run.done() == ["start", "ask", "mend"]


def test_an_expression_of_a_box_that_fails_is_the_boxs_error():
    body = graph([node("a", gives=1)])
    for config in ({"result": "steps.nobody.x"}, {"enough": "results.colour == 1"}):
        run = play(
            flow([node("start", "start"),
                  node("all", "box", items="[1, 2]", body=body, **config), node("mend")],
                 "start > all", "all.error:expression > mend")
        )  # fmt: skip
        assert run.done()[-2:] == ["all", "mend"], config


# -- incidents -----------------------------------------------------------------------------------


def test_at_the_top_the_run_stops_as_an_incident_with_its_state():
    run = play(boxed())
    made = run.reply("root/all[1]/ask", {"code": "down", "message": "no answer"}, "error")
    assert run.status == "failed"
    assert made.commands[-1].kind == "end"
    assert run.end["error"] == {
        "code": "down", "message": "no answer", "step": "root/all[1]/ask",
    }  # fmt: skip
    assert run.steps() == {
        "start": "done", "all": "failed", "side": "cancelled", "mend": "skipped",
    }  # fmt: skip
    assert run.steps("root/all[0]") == {"ask": "cancelled"}
    assert [one.token for one in made.commands if one.kind == "close_task"] == ["root/side#1.1"]
    before = run.state
    assert run.signal("answer", "root/all[0]/ask#1.1", "out").state is before


def _effects(commands):
    return {one.token: one.key for one in commands if one.kind == "effect"}


def test_resume_goes_on_where_the_run_stopped_with_the_same_effect_keys():
    run = play(boxed())
    first = _effects(run.sent)
    run.reply("root/all[0]/ask")
    run.reply("root/all[1]/ask", {"code": "down"}, "error")
    made = run.signal("resume", value={"by": "u1"})
    assert run.status == "waiting"
    assert _effects(made.commands) == {
        "root/all[1]/ask#1.2": first["root/all[1]/ask#1.1"],
        "root/all[2]/ask#1.2": first["root/all[2]/ask#1.1"],
    }
    assert [one.token for one in made.commands if one.kind == "task"] == ["root/side#1.2"]
    for step in ("root/all[1]/ask", "root/all[2]/ask", "side"):
        run.reply(step)
    assert run.status == "succeeded"
    assert run.output("all")["count"] == 3


def test_resume_runs_a_step_again_that_failed_without_asking():
    version = compiled(
        flow([node("start", "start"), node("a", gives="{{ customer.level }}"), node("b")],
             "start > a", "a > b")
    )  # fmt: skip
    run = Play(version).start()
    assert run.status == "failed"
    run.signal("resume", customer={"level": "gold"})
    assert run.done() == ["start", "a", "b"]
    assert run.output("a") == "gold"


def test_resume_keeps_the_answers_a_step_had_and_asks_only_for_the_rest():
    run = play(flow([node("start", "start"), node("ask", "wants", times=2), node("x", "wants",
               what="call")], "start > ask", "start > x"))  # fmt: skip
    run.reply("ask")
    run.reply("x", {"code": "down"}, "error")
    run.signal("resume")
    run.reply("x")
    run.reply("ask")
    assert run.status == "succeeded"


def test_an_effect_done_before_the_incident_keeps_its_key_for_itself():
    run = play(flow([node("start", "start"), node("two", "wants", what="call", times=2),
                     node("x", "wants")], "start > two", "start > x"))  # fmt: skip
    run.reply("two")
    before = run.open["root/two#1.2"].key
    run.reply("two", {"code": "down"}, "error")
    run.signal("resume")
    assert run.open["root/two#1.3"].key == before
    assert before == effect_key("run_1", "root", "two", 1, 2)


def test_retry_from_runs_a_step_and_all_after_it_again_as_a_new_take():
    run = play(
        flow(
            [node("start", "start"), node("a", effects=["e"]), node("b", "wants", what="call"),
             node("c"), node("side", "wants")],
            "start > a", "a > b", "b > c", "start > side",
        )
    )  # fmt: skip
    run.reply("b", {"code": "down"}, "error")
    made = run.signal("retry_from", "root/a")
    keys = [one.key for one in made.commands if one.kind == "effect"]
    assert keys == [
        effect_key("run_1", "root", "a", 2, 1), effect_key("run_1", "root", "b", 2, 1),
    ]  # fmt: skip
    assert sorted(run.open) == ["root/b#2.1", "root/side#1.2"]
    run.reply("b")
    run.reply("side")
    assert run.status == "succeeded"
    assert run.done() == ["start", "a", "a", "b", "c", "side"]


def test_retry_from_reaches_into_a_box():
    run = play(boxed(at_a_time=1))
    run.reply("root/all[0]/ask")
    run.reply("root/all[1]/ask", {"code": "down"}, "error")
    run.signal("retry_from", "root/all[1]/ask")
    assert sorted(run.open) == ["root/all[1]/ask#2.1", "root/side#1.2"]
    run.reply("root/all[1]/ask")
    run.reply("root/all[2]/ask")
    run.reply("side")
    assert run.status == "succeeded"
    assert run.output("all")["count"] == 3


def test_retry_from_takes_a_whole_box_again():
    run = play(boxed(at_a_time=3))
    first = set(_effects(run.sent).values())
    run.reply("root/all[1]/ask", {"code": "down"}, "error")
    made = run.signal("retry_from", "root/all")
    assert set(_effects(made.commands)) == {f"root/all[{n}]/ask#2.1" for n in range(3)}
    assert not first & set(_effects(made.commands).values())


def test_retry_from_works_on_a_run_that_waits():
    run = play(flow([node("start", "start"), node("a", effects=["e"]), node("ask", "wants"),
                     node("b")], "start > a", "a > ask", "ask > b"))  # fmt: skip
    made = run.signal("retry_from", "root/a")
    assert [command.kind for command in made.commands] == ["close_task", "effect", "task"]
    assert list(run.open) == ["root/ask#2.1"]


def test_a_retried_step_before_a_join_lets_the_join_fire_again():
    run = play(
        flow(
            [node("start", "start"), node("a", "wants"), node("b", "wants"),
             node("m", "join", mode="first"), node("after", effects=["e"]), node("end", "wants")],
            "start > a", "start > b", "a.approved > m", "b.approved > m", "m > after",
            "after > end",
        )
    )  # fmt: skip
    run.reply("a")
    run.signal("retry_from", "root/a")
    assert run.steps() == {"start": "done", "a": "waiting", "b": "waiting"}
    run.reply("b")
    assert run.done() == ["start", "a", "m", "after", "b", "m", "after"]
    keys = [one.key for one in run.sent if one.kind == "effect"]
    assert keys == [effect_key("run_1", "root", "after", take, 1) for take in (1, 2)]


def test_cancel_withdraws_everything_and_ends_the_run():
    run = play(boxed())
    made = run.signal("cancel", value={"by": "u1"})
    assert run.end["status"] == "cancelled"
    assert run.end["error"]["by"] == {"by": "u1"}
    assert [one.kind for one in made.commands] == ["close_task", "end"]
    run = play(boxed())
    run.reply("root/all[1]/ask", {"code": "down"}, "error")
    made = run.signal("cancel")
    assert [one.kind for one in made.commands] == ["end"]
    assert run.status == "cancelled"


def test_a_run_that_never_started_can_be_cancelled():
    run = Play(compiled(flow([node("start", "start")]), types=REGISTRY))
    run.signal("cancel")
    assert run.status == "cancelled"
