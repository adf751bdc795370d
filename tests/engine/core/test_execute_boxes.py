"""R5 scopes: for-each, loop, sub-flow."""

from __future__ import annotations

import pytest

from tests.engine.core.kit import Play, compiled, play
from tests.engine.core.small_nodes import flow, graph, node


def each(body, *, event=None, **config):
    return play(
        flow(
            [node("start", "start"), node("rate", gives={"by": 10}),
             node("all", "box", items="order.lines", body=body, **config),
             node("after", gives="{{ steps.all }}"), node("late"), node("broken")],
            "start > rate", "rate > all", "all > after", "all.timeout > late", "all.error > broken",
        ),
        event=event or {"order": {"lines": [1, 2, 3, 4]}},
    )  # fmt: skip


ASK = graph([node("ask", "wants"), node("sum", gives="{{ item * 10 }}")], "ask > sum",
            "ask.approved > sum")  # fmt: skip


# -- for each ------------------------------------------------------------------------------------


def test_the_body_runs_once_per_item_and_results_keep_the_items_order():
    run = each(graph([node("sum", gives="{{ item * steps.rate.by }}")]))
    assert run.output("after") == {"results": [10, 20, 30, 40], "count": 4}
    assert [one.step for one in run.records if one.step.endswith("sum")] == [
        f"root/all[{index}]/sum" for index in range(4)
    ]


def test_results_keep_the_items_order_whoever_answers_first():
    run = each(ASK, at_a_time=4)
    for index in (2, 0, 3, 1):
        run.reply(f"root/all[{index}]/ask")
    assert run.output("after")["results"] == [10, 20, 30, 40]


def test_only_so_many_items_are_open_at_a_time():
    run = each(ASK, at_a_time=2)
    assert list(run.open) == ["root/all[0]/ask#1.1", "root/all[1]/ask#1.1"]
    run.reply("root/all[1]/ask")
    assert list(run.open) == ["root/all[0]/ask#1.1", "root/all[2]/ask#1.1"]
    assert sorted(run.state["scopes"]) == ["root", "root/all[0]", "root/all[2]"]


def test_a_result_expression_is_read_at_the_end_of_each_item():
    body = graph([node("a", gives={"n": "{{ item + index }}"}), node("b")], "a > b")
    assert each(body, result="steps.a.n * 2").output("after")["results"] == [2, 6, 10, 14]


def test_without_a_result_the_last_step_that_ran_gives_it():
    body = graph(
        [node("c", "choose", cases={"big": "item > 2"}), node("a", gives="big"),
         node("b", gives="small")], "c.big > a", "c.default > b",
    )  # fmt: skip
    assert each(body).output("after")["results"] == ["small", "small", "big", "big"]


def test_enough_cancels_the_items_still_open():
    run = each(ASK, at_a_time=3, enough="results.length >= 2")
    run.reply("root/all[2]/ask")
    made = run.reply("root/all[0]/ask")
    closed = {command.token for command in made.commands if command.kind == "close_task"}
    assert closed == {"root/all[1]/ask#1.1", "root/all[3]/ask#1.1"}
    assert run.output("after") == {"results": [10, 30], "count": 2}
    assert run.record("root/all[1]/ask").status == "cancelled"


def test_an_empty_list_ends_at_once():
    run = each(ASK, event={"order": {"lines": []}})
    assert run.output("after") == {"results": [], "count": 0}


def test_an_empty_body_ends_at_once():
    assert each(graph([])).output("after") == {"results": [None] * 4, "count": 4}


def test_a_body_sees_the_item_of_its_own_box_and_what_precedes_the_box():
    inner = graph([node("sum", gives="{{ item * steps.rate.by + steps.base.n }}")])
    body = graph(
        [node("base", gives={"n": "{{ item.n }}"}), node("in", "box", items="item.of", body=inner)],
        "base > in",
    )
    lines = [{"n": 1, "of": [1, 2]}, {"n": 2, "of": [3]}]
    run = each(body, event={"order": {"lines": lines}})
    assert [one["results"] for one in run.output("after")["results"]] == [[11, 21], [32]]


def test_steps_of_a_body_cannot_be_read_from_outside():
    run = play(
        flow(
            [node("start", "start"),
             node("all", "box", items="order.lines", body=graph([node("inside", gives=1)])),
             node("after", gives="{{ steps.inside }}")],
            "start > all", "all > after",
        ),
        event={"order": {"lines": [1]}},
    )  # fmt: skip
    assert run.status == "failed"
    assert run.end["error"]["code"] == "expression"


def test_a_box_can_time_out_and_its_scopes_go_with_it():
    run = each(ASK, at_a_time=2, timeout="PT1H")
    run.fire("root/all")
    assert run.done()[-2:] == ["all", "late"]
    assert not run.open
    assert list(run.state["scopes"]) == ["root"]


def test_a_box_asked_for_twice_numbers_its_scopes_on():
    body = graph([node("x", "calls", flow="sub")])
    sub = flow([node("start", "start"), node("do", effects=["e"])], "start > do", key="sub")
    run = play(
        flow([node("start", "start"), node("all", "box", items="order.lines", body=body),
              node("all2", "box", items="order.lines", body=body)],
             "start > all", "all > all2"),
        sub, event={"order": {"lines": [1, 2]}},
    )  # fmt: skip
    keys = [command.key for command in run.sent if command.kind == "effect"]
    assert len(set(keys)) == len(keys) == 4


# -- loop ----------------------------------------------------------------------------------------


def loop(body, **config):
    return flow(
        [node("start", "start"), node("again", "box", body=body, **config),
         node("after", gives="{{ steps.again }}"), node("never", gives="{{ steps.again }}")],
        "start > again", "again > after", "again.limit > never",
    )  # fmt: skip


def test_a_loop_repeats_until_its_condition_holds():
    run = play(loop(graph([node("n", gives="{{ round * round }}")]), limit=9, until="last > 10"))
    assert run.output("after") == {"last": 16, "rounds": 4}


def test_a_round_reads_the_result_of_the_round_before():
    body = graph([node("n", gives="{{ last == null ? 2 : last * 2 }}")])
    assert play(loop(body, limit=5)).output("after") == {"last": 32, "rounds": 5}


def test_a_loop_leaves_by_its_limit_when_the_condition_never_held():
    run = play(loop(graph([node("n", gives="{{ round }}")]), limit=3, until="round > 7"))
    assert run.output("never") == {"last": 3, "rounds": 3}


def test_each_round_starts_clean():
    run = play(loop(graph([node("ask", "wants")]), limit=2))
    run.reply("root/again[0]/ask")
    assert run.steps("root/again[1]") == {"ask": "waiting"}
    assert "root/again[0]" not in run.state["scopes"]
    run.reply("root/again[1]/ask")
    assert run.status == "succeeded"


# -- sub-flow ------------------------------------------------------------------------------------

SUB = flow(
    [node("start", "start"), node("add", gives="{{ event.data.by + params.base }}"),
     node("done", "end", gives={"sum": "{{ steps.add }}"})],
    "start > add", "add > done",
    key="sub", params={"type": "object", "properties": {"base": {"type": "integer", "default": 5}}},
)  # fmt: skip


def caller(**config):
    return flow(
        [node("start", "start"), node("call", "calls", flow="sub", **config),
         node("after", gives="{{ steps.call }}")],
        "start > call", "call > after",
    )  # fmt: skip


def test_a_sub_flow_on_the_same_record_is_a_scope_with_its_own_params():
    run = play(caller(input={"by": 2}), SUB, event={"by": 100}, params={"base": 1000})
    assert run.output("after") == {"sum": 7}
    assert [one.step for one in run.records if one.status == "done"][:3] == [
        "root/start", "root/call[0]/start", "root/call[0]/add",
    ]  # fmt: skip


def test_end_run_in_a_sub_flow_ends_the_sub_flow_only():
    sub = flow(
        [node("start", "start"), node("ask", "wants"), node("done", "end", gives=1)],
        "start > ask", "start > done", key="sub",
    )  # fmt: skip
    run = play(caller(), sub)
    assert run.output("after") == 1
    assert run.status == "succeeded"
    assert run.record("root/call[0]/ask").status == "cancelled"


def test_variables_of_a_sub_flow_are_its_own():
    sub = flow([node("start", "start"), node("a", sets={"x": 2}), node("b", gives="{{ vars.x }}")],
               "start > a", "a > b", key="sub")  # fmt: skip
    run = play(
        flow([node("start", "start"), node("set", sets={"x": 1}), node("call", "calls", flow="sub"),
              node("after", gives="{{ [vars.x, steps.call] }}")],
             "start > set", "set > call", "call > after"),
        sub,
    )  # fmt: skip
    assert run.output("after") == [1, 2]


def test_a_sub_flow_on_another_record_is_a_run_of_its_own():
    run = play(caller(owner="order:ord_7", input={"by": 2}))
    command = run.open["root/call#1.1"]
    assert (command.kind, command.body.owner, command.body.flow) == ("child", "order:ord_7", "sub")
    assert command.key.startswith("eff_1_")
    run.reply("call", {"sum": 9})
    assert run.output("after") == {"sum": 9}


def test_a_run_of_its_own_that_is_not_waited_for_goes_on_at_once():
    run = play(caller(owner="order:ord_7", wait=False))
    assert [command.kind for command in run.sent] == ["child", "end"]
    run = play(caller(wait=False))
    assert run.sent[0].body.owner == "customer:cus_1"


def test_a_flow_that_was_never_pinned_is_the_error_no_flow():
    run = play(caller())
    assert run.end["error"]["code"] == "no_flow"


def test_a_flow_may_call_itself_until_the_depth_is_reached():
    deep = flow(
        [node("start", "start"), node("c", "choose", cases={"more": "event.data.n > 0"}),
         node("call", "calls", flow="deep", input={"n": "{{ event.data.n - 1 }}"}),
         node("end", gives="{{ event.data.n }}")],
        "start > c", "c.more > call", "c.default > end", key="deep",
    )  # fmt: skip
    run = play(deep, event={"n": 15})
    assert run.status == "succeeded"
    assert run.end["output"] == 0
    run = play(deep, event={"n": 16})
    assert run.status == "failed"
    assert run.end["error"]["code"] == "limit_depth"


@pytest.mark.parametrize("kind", ["each", "loop"])
def test_a_box_without_a_body_is_the_error_no_body(kind):
    config = {"items": "order.lines"} if kind == "each" else {"limit": 2}
    run = play(flow([node("start", "start"), node("b", "box", **config)], "start > b"),
               event={"order": {"lines": [1]}})  # fmt: skip
    assert run.end["error"]["code"] == "no_body"


def test_handlers_inside_a_body_have_graphs_of_their_own():
    handler = graph([node("say", gives="{{ item }}")])
    body = graph([node("ask", "wants", remind={"n": [5, None, 1]}, handlers={"n": handler})])
    version = compiled(
        flow([node("start", "start"), node("all", "box", items="[7]", body=body)], "start > all")
    )
    assert sorted(version.graphs) == ["", "all", "all/ask~n", "flow:test"]
    run = Play(version).start()
    run.fire("ask", "n")
    assert run.record("root/all[0]/ask~0/say").output == 7


def test_end_run_inside_a_box_ends_the_whole_run():
    body = graph([node("ask", "wants"), node("stop", "end", gives="enough")], "ask > stop",
                 "ask.rejected > stop")  # fmt: skip
    run = play(
        flow([node("start", "start"), node("all", "box", items="[1, 2, 3]", at_a_time=2, body=body),
              node("side", "wants")], "start > all", "start > side")
    )  # fmt: skip
    run.reply("root/all[1]/ask", port="rejected")
    assert run.end == {"status": "succeeded", "output": "enough", "error": None}
    assert run.steps()["all"] == run.steps()["side"] == "cancelled"
    assert run.record("root/all[0]/ask").status == "cancelled"
