"""What publishing refuses or remarks on, and that it says so to people."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import NotFound
from engine.core.expression import compile_expression
from engine.core.flow import load_flow
from engine.core.validate import Known, schema_of_flow, schema_of_scope, validate
from engine.core.validate.certainty import Certainty
from engine.core.validate.plan import Plan
from tests.engine.core.blocks import REGISTRY, edges, flow, node

START = node("n1", "event", {"type": "order.paid"}, name="订单已付款")
BRANCHES = [
    {"id": "big", "name": "大单", "condition": "order.amount >= 500"},
    {"id": "small", "name": "小单", "condition": "order.amount < 500"},
]


def problems(nodes, lines=(), known=None, **more):
    return validate(flow(nodes, lines, **more), REGISTRY, known=known)


def told(nodes, lines=(), **more):
    return [(problem.code, problem.path) for problem in problems(nodes, lines, **more)]


def only(nodes, lines=(), **more):
    (problem,) = problems(nodes, lines, **more)
    return problem


def after_start(*nodes, lines=None, **more):
    """Nodes in a row behind the trigger, or along the lines given."""
    chain = [f"n1 -> {nodes[0]['id']}"] + [
        f"{a['id']} -> {b['id']}" for a, b in itertools.pairwise(nodes)
    ]
    return problems([START, *nodes], chain if lines is None else lines, **more)


def codes(*nodes, **more):
    return [problem.code for problem in after_start(*nodes, **more)]


def body(*nodes, lines=()):
    return {
        "nodes": list(nodes),
        "edges": edges(*(f"b{i}= {line}" for i, line in enumerate(lines))),
    }


def test_a_sound_flow_has_no_problems():
    nodes = [
        START,
        node("n2", "branch", {"branches": BRANCHES}),
        node("n3", "do"),
        node("n4", "end"),
    ]
    lines = ["n1 -> n2", "n2:big -> n3", "n2:small -> n4", "n2:default -> n4"]
    assert told(nodes, lines) == []


def test_a_problem_names_the_node_and_field_and_says_what_to_do():
    problem = only([START, node("n2", "each", {"items": "", "at_a_time": 0}, name="逐项",
                                body=body(node("b1", "do")))], ["n1 -> n2"])  # fmt: skip
    assert (problem.node, problem.path, problem.level) == (
        "n2",
        "/nodes/1/config/at_a_time",
        "error",
    )
    assert problem.message["zh"].startswith("「逐项」的「同时」:")
    assert problem.message["en"].startswith("“逐项”, “同时”: ")


def test_problems_come_in_the_order_of_the_document():
    nodes = [START, node("n3", "wait"), node("n2", "wait"), node("n9", "do")]
    found = problems(nodes, ["n1 -> n3", "n1 -> n2"])
    assert [problem.node for problem in found] == ["n3", "n2", "n9"]
    assert found == problems(nodes, ["n1 -> n3", "n1 -> n2"])


# -- the drawing ---------------------------------------------------------------------------------


def test_no_start():
    assert ("no_start", "/nodes") in told([node("n1", "do")])


def test_unknown_type_and_newer_version():
    assert codes(node("n2", "teleport")) == ["unknown_type"]
    assert codes(node("n2", "do", version=9)) == ["newer_version"]


def test_unknown_target_and_a_line_across_boxes():
    inside = node("n2", "each", {"items": "order.lines"}, body=body(node("b1", "do")))
    found = told([START, inside], ["n1 -> n2", "n2 -> gone", "n2 -> b1"])
    assert ("unknown_target", "/edges/1/to") in found
    assert ("crosses_scopes", "/edges/2/to") in found


def test_ids_are_unique_in_the_whole_document():
    inside = node("n2", "each", {"items": "order.lines"}, body=body(node("n1", "do")))
    assert told([START, inside], ["n1 -> n2"]) == [("duplicate_id", "/nodes/1/body/nodes/0/id")]
    assert ("duplicate_id", "/edges/1/id") in told(
        [START, node("n2", "do"), node("n3", "do")], ["e= n1 -> n2", "e= n1 -> n3"]
    )


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("n2:big -> n3", None),
        ("n2:medium -> n3", "unknown_port"),
        ("n2:out -> n3", "unknown_port"),
        ("n2:timeout -> n3", "unknown_port"),
        ("n2:error -> n3", None),
        ("n2:error:expression -> n3", None),
        ("n2:error:refused -> n3", "error_never"),
    ],
)
def test_ports_are_those_of_the_type_and_the_config(line, code):
    nodes = [START, node("n2", "branch", {"branches": BRANCHES}), node("n3", "do")]
    found = told(nodes, ["n1 -> n2", "n2:default -> n3", line])
    assert found == ([(code, "/edges/2/port")] if code else [])


def test_an_error_route_matches_the_codes_a_node_declares():
    nodes = [START, node("n2", "do"), node("n3", "end")]
    assert told(nodes, ["n1 -> n2", "n2 -> n3", "n2:error:refused -> n3"]) == []
    problem = only(nodes, ["n1 -> n2", "n2 -> n3", "n2:error:banned -> n3"])
    assert problem.code == "error_never"
    assert "refused" in problem.message["zh"]


def test_triggers_stand_first_and_outside():
    assert told([START, node("n2", "do")], ["n1 -> n2", "n2 -> n1"])[0][0] == "into_trigger"
    inside = node(
        "n2",
        "each",
        {"items": "order.lines"},
        body=body(node("b1", "event", {"type": "order.paid"})),
    )
    assert "trigger_inside" in codes(inside)


def test_a_ring_is_told_once_with_the_way_round():
    nodes = [START, node("a", "do", name="甲"), node("b", "do", name="乙"), node("c", "do")]
    found = problems(nodes, ["n1 -> a", "a -> b", "b -> a", "b -> c"])
    assert [problem.code for problem in found] == ["cycle"]
    assert "甲 → 乙 → 甲" in found[0].message["zh"]
    assert [p.code for p in problems([START, node("a", "do")], ["n1 -> a", "a -> a"])] == ["cycle"]


def test_a_step_nothing_leads_to():
    assert told([START, node("n2", "do")]) == [("unreachable", "/nodes/1")]


def test_boxes_have_an_inside_and_others_have_none():
    assert codes(node("n2", "each", {"items": "order.lines"})) == ["no_body"]
    assert codes(node("n2", "do", body=body(node("b1", "do")))) == ["unexpected_body"]


def test_boxes_nest_only_so_deep():
    inner = node("deep", "do")
    for level in range(9):
        inner = node(f"x{level}", "each", {"items": "order.lines"}, body=body(inner))
    assert "too_deep" in codes(inner)


def test_the_same_line_twice_is_remarked_on():
    found = problems([START, node("n2", "do")], ["n1 -> n2", "n1 -> n2"])
    assert [(p.code, p.level) for p in found] == [("double_line", "warning")]


# -- choices and waits ---------------------------------------------------------------------------


def test_a_choice_needs_a_line_for_otherwise():
    found = told([START, node("n2", "branch", {"branches": BRANCHES}), node("n3", "do")],
                 ["n1 -> n2", "n2:big -> n3"])  # fmt: skip
    assert found == [("no_default", "/nodes/1")]


def choice(*conditions, every=False):
    rows = [
        {"id": f"b{number}", "name": f"第{number}支", "condition": condition}
        for number, condition in enumerate(conditions, 1)
    ]
    nodes = [START, node("n2", "branch", {"branches": rows, "every": every}), node("n3", "end")]
    lines = ["n1 -> n2", "n2:default -> n3", *(f"n2:{row['id']} -> n3" for row in rows)]
    return problems(nodes, lines)


def test_otherwise_has_no_condition():
    rows = [{"id": "default", "condition": "order.amount > 1"}]
    found = told([START, node("n2", "branch", {"branches": rows}), node("n3", "end")],
                 ["n1 -> n2", "n2:default -> n3"])  # fmt: skip
    assert ("condition_on_default", "/nodes/1/config/branches/0/condition") in found


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        (["order.amount >= 500", "order.amount < 500"], []),
        (["order.amount > 500", "order.amount > 100"], []),  # steps, as people write them
        (["order.amount > 500", "order.amount < 500"], ["branch_gap"]),
        (["order.amount >= 500", "order.amount <= 500"], ["branch_overlap"]),
        (["order.amount > 100", "order.amount > 500"], ["hidden_branch"]),
        (["order.amount < 100", "order.amount >= 200"], ["branch_gap"]),
        (["order.amount > 100 and customer.level == 'VIP'", "order.amount > 100"], []),
        (["order.amount > 100", "order.amount > 100 and customer.level == 'VIP'"],
         ["hidden_branch"]),
        (["customer.level in ['A', 'B']", "customer.level == 'A'"], ["hidden_branch"]),
        (["order.amount > params.x", "order.amount > 1"], ["unknown_name"]),
        ([{"any": [{"field": "order.amount", "op": "lt", "value": "1"},
                   {"field": "order.amount", "op": "gt", "value": "5"}]}, "order.amount == 7"],
         ["branch_gap", "hidden_branch"]),
    ],
)  # fmt: skip
def test_overlaps_and_holes_of_numeric_choices(conditions, found):
    assert [problem.code for problem in choice(*conditions)] == found


def test_overlap_is_meant_where_every_match_is_taken():
    assert choice("order.amount > 100", "order.amount > 500", every=True) == []


def test_the_sentence_says_where_branches_overlap():
    (problem,) = choice("order.amount >= 500", "order.amount <= 500")
    assert problem.level == "warning"
    assert "「订单实付金额」等于 500" in problem.message["zh"]
    assert "第1支" in problem.message["zh"]


def test_tables_are_looked_at_with_pointers_into_the_document():
    table = {
        "hit_policy": "unique",
        "inputs": [{"id": "a", "expression": "order.amount", "type": "number"}],
        "outputs": [{"id": "x"}],
        "rows": [{"id": "r1", "when": {"a": "<= 5"}, "then": {"x": 1}},
                 {"id": "r2", "when": {"a": ">= 5"}, "then": {"x": 2}}],
    }  # fmt: skip
    found = after_start(node("n2", "table", {"table": table}))
    assert [(p.code, p.path) for p in found] == [
        ("table_overlap", "/nodes/1/config/table/rows/1"),
    ]
    table["rows"][0]["when"]["a"] = "< order.weight"
    table["rows"][1]["when"]["a"] = ">= 5"
    table["inputs"][0]["expression"] = "steps.n9.total"
    assert "unknown_step" in codes(node("n2", "table", {"table": table}))


@pytest.mark.parametrize(
    ("type_", "more", "found"),
    [
        ("wait", {}, ["no_timeout"]),
        ("wait", {"timeout": "PT30M"}, []),
        ("timed_wait", {}, ["no_timeout"]),
        ("timed_wait", {"config": {"timeout": "P3D"}}, []),
    ],
)
def test_whoever_waits_says_for_how_long(type_, more, found):
    waiting = {"id": "n2", "type": type_, "name": "等", **more}
    lines = ["n1 -> n2", "n2:event -> n3", "n2:timeout -> n3"]
    assert [p.code for p in problems([START, waiting, node("n3", "end")], lines)] == found


def test_a_timeout_without_a_line_is_remarked_on():
    nodes = [START, node("n2", "wait", timeout="P1D"), node("n3", "end")]
    found = problems(nodes, ["n1 -> n2", "n2:event -> n3"])
    assert [(p.code, p.level) for p in found] == [("no_timeout_line", "warning")]


# -- values --------------------------------------------------------------------------------------


def test_unknown_and_missing_fields():
    found = after_start(node("n2", "if", {"conditions": "true"}))
    assert [(p.code, p.path) for p in found] == [
        ("required", "/nodes/1/config/condition"),
        ("unknown_field", "/nodes/1/config/conditions"),
    ]
    assert found[0].message["zh"] == "「n2」的「条件」:必填"


KNOWN = Known(connections={"shop": "douyin"}, flows={"vip": 1, "inner": 3})


def test_connections_and_flows_must_be_there():
    assert codes(node("n2", "do", {"connection": "shop", "flow": "inner"}), known=KNOWN) == []
    found = after_start(node("n2", "do", {"connection": "mall", "flow": "outer"}), known=KNOWN)
    assert [p.code for p in found] == ["unknown_connection", "unknown_flow"]
    assert codes(node("n2", "do", {"connection": "mall"})) == []  # nobody knows what there is


def test_an_event_nobody_knows_is_remarked_on():
    nodes = [node("n1", "event", {"type": "testdrive.done"}), node("n2", "end")]
    found = problems(nodes, ["n1 -> n2"])
    assert [(p.code, p.level) for p in found] == [("unknown_event", "warning")]
    assert told(nodes, ["n1 -> n2"], known=Known(event_types={"testdrive.done"})) == []


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ({"headers": {"Authorization": "Bearer abcdefghijklmnop"}}, ["secret_in_text"]),
        ({"headers": {"X-Api-Key": "3f9a8c7e6d5b4a39"}}, ["secret_in_text"]),
        ({"headers": {"Authorization": "{{ params.auth }}"}}, ["unknown_name"]),
        ({"headers": {"Accept": "application/json"}}, []),
        ({"text": "AKIAABCDEFGHIJKLMNOP"}, ["secret_in_text"]),
        ({"text": "https://u:p4ssword@example.com/x"}, ["secret_in_text"]),
        ({"text": "您的密码已重置,请尽快登录"}, []),
        ({"text": "密码:abc12345"}, ["secret_in_text"]),
        ({"password": "hunter2hunter2"}, []),  # a field made for secrets
    ],
)
def test_secrets_in_plain_text(config, found):
    assert codes(node("n2", "do", config)) == found


def test_a_form_of_a_users_making_is_checked():
    form = {"properties": {"n": {"type": "number", "default": "x"}}}
    found = after_start(node("n2", "do", {"form": form}))
    assert [(p.code, p.path) for p in found] == [
        ("type", "/nodes/1/config/form/properties/n/default")
    ]


@pytest.mark.parametrize(
    ("amount", "found"),
    [
        ("{{ order.amount * 0.1 }}", ["money_unrounded"]),
        ("{{ (order.amount * 0.1).round(2) }}", []),
        ("{{ order.amount - 5 }}", []),
        ("{{ order.lines.length * 2 }}", []),
    ],
)
def test_money_that_is_multiplied_must_be_rounded(amount, found):
    assert codes(node("n2", "do", {"amount": amount})) == found


# -- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ({"text": "{{ order.amount }} {{ customer.name }}"}, []),
        ({"text": "{{ order.amout }}"}, ["unknown_name"]),
        ({"text": "{{ refund.amount }}"}, ["unknown_name"]),
        ({"text": "{{ order.amount"}, ["expression"]),
        ({"value": "order.amount > "}, ["expression"]),
        ({"value": "order.amount > 'big'"}, ["kinds_differ"]),
        ({"text": "{{ steps.n9.level }}"}, ["unknown_step"]),
        ({"text": "{{ steps.n2.level }}"}, ["reads_later_step"]),
        ({"text": "{{ vars.nothing }}"}, ["unknown_variable"]),
        ({"text": "{{ item.sku }}"}, ["unknown_name"]),
    ],
)
def test_names_that_are_not_there(config, found):
    assert codes(node("n2", "do", config)) == found


def test_a_condition_of_a_trigger_knows_no_steps():
    trigger = node("n1", "event", {"type": "order.paid", "condition": "steps.n2.level == 'A'"})
    assert [p.code for p in problems([trigger, node("n2", "end")], ["n1 -> n2"])] == [
        "unknown_name"
    ]


def test_rows_point_at_the_very_row():
    rows = {"all": [{"field": "order.amount", "op": "gt", "value": "5"},
                    {"field": "order.amount", "op": "larger", "value": "5"}]}  # fmt: skip
    nodes = [START, node("n2", "if", {"condition": rows}), node("n3", "end")]
    assert told(nodes, ["n1 -> n2", "n2:true -> n3"]) == [
        ("expression", "/nodes/1/config/condition/all/1/op")
    ]


def test_a_wait_sees_the_event_that_comes():
    def waiting(condition):
        config = {"type": "refund.approved", "condition": condition}
        nodes = [START, node("n2", "wait", config, timeout="P1D"), node("n3", "end")]
        return told(nodes, ["n1 -> n2", "n2:event -> n3", "n2:timeout -> n3"])

    assert waiting("incoming.refund.amount > 5") == []
    assert [code for code, _ in waiting("incoming.refund.amont > 5")] == ["unknown_name"]


def test_inside_a_box_there_are_items_and_outside_only_results():
    inner = node("b1", "do", {"text": "{{ item.sku }} {{ index }} {{ order.amount }}"})
    box = node("n2", "each", {"items": "order.lines", "result": "steps.b1.level"}, body=body(inner))
    assert codes(box, node("n3", "do", {"value": "steps.n2.count + 1"})) == []
    assert codes(box, node("n3", "do", {"value": "steps.b1.level"})) == ["reads_into_box"]
    wrong = node("b1", "do", {"text": "{{ item.skuu }}"})
    assert codes(node("n2", "each", {"items": "order.lines"}, body=body(wrong))) == ["unknown_name"]


# -- values that may be missing ------------------------------------------------------------------

READ = {"text": "{{ steps.x.level }}"}


def missing(lines, *, config=READ, **more):
    """Whether a reader `r` of step `x` is told that x may be missing; n2 is a choice."""
    nodes = [
        START,
        node("n2", "branch", {"branches": BRANCHES, **more.pop("branch", {})}),
        node("x", "do"),
        node("y", "do"),
        node("j", "join", more.pop("join", {})),
        node("r", "do", config),
    ]
    found = problems(nodes, lines)
    return "may_be_missing" in [p.code for p in found if p.node == "r"]


def test_a_step_on_every_way_is_there():
    assert not missing(["n1 -> x", "x -> n2", "n2:big -> y", "n2:default -> j", "y -> j", "j -> r"])


def test_a_step_on_one_way_of_a_choice_may_be_missing():
    ways = ["n1 -> n2", "n2:big -> x", "n2:default -> y", "x -> j", "y -> j", "j -> r"]
    assert missing(ways)
    assert not missing(ways, config={"text": "{{ steps.x.level ?? '普通' }}"})
    assert not missing(ways, config={"text": "{{ steps.x&.level }}"})


def test_a_reader_on_the_same_way_is_sure():
    assert not missing(["n1 -> n2", "n2:big -> x", "x -> r", "n2:default -> y", "y -> j"])


def test_steps_side_by_side_are_both_there_when_they_join():
    assert not missing(["n1 -> x", "n1 -> y", "x -> j", "y -> j", "j -> r"])


def test_all_ways_of_a_choice_together_are_sure_again():
    """x runs behind the place where all ways have come together."""
    lines = ["n1 -> n2", "n2:big -> j", "n2:small -> j", "n2:default -> j", "j -> x", "j -> y",
             "x -> r", "y -> r"]  # fmt: skip
    assert not missing(lines)


def test_after_a_race_the_slower_may_be_missing():
    race = ["n1 -> x", "n1 -> y", "x -> j", "y -> j", "j -> r"]
    assert missing(race, join={"mode": "first"})
    assert not missing(race, join={"mode": "n", "n": 2})
    assert missing(race, join={"mode": "n", "n": 1})


def test_what_a_step_gave_is_missing_where_it_failed():
    assert missing(["n1 -> x", "x -> r", "x:error -> r"])
    assert missing(["n1 -> x", "x -> y", "x:error -> r"])
    failed = {"text": "{{ steps.x.error.code }}"}
    assert not missing(["n1 -> x", "x -> y", "x:error -> r"], config=failed)
    assert missing(["n1 -> x", "x -> r", "x:error -> r"], config=failed)


def test_what_comes_after_a_timeout_cannot_count_on_the_answer():
    nodes = [
        START,
        node("n2", "wait", timeout="P1D"),
        node("r", "do", {"text": "{{ steps.n2.id }}"}),
    ]
    lines = ["n1 -> n2", "n2:event -> r"]
    assert "may_be_missing" not in [p.code for p in problems(nodes, lines)]
    assert "may_be_missing" in [p.code for p in problems(nodes, [*lines, "n2:timeout -> r"])]


def test_inside_a_box_what_precedes_the_box_is_judged_where_the_box_stands():
    box = node("n2", "each", {"items": "order.lines"}, body=body(node("b1", "do", READ)))
    assert codes(node("x", "do"), box) == []
    nodes = [START, node("c", "if", {"condition": "order.amount > 5"}), node("x", "do"), box]
    found = problems(nodes, ["n1 -> c", "c:true -> x", "x -> n2", "c:false -> n2"])
    assert [(p.code, p.node) for p in found] == [("may_be_missing", "b1")]


def test_a_record_only_one_of_two_triggers_brings():
    nodes = [START, node("t2", "event", {"type": "page.viewed"}),
             node("n2", "do", {"text": "{{ order.amount }}"})]  # fmt: skip
    found = problems(nodes, ["n1 -> n2", "t2 -> n2"])
    assert [(p.code, p.level) for p in found] == [("may_be_missing", "warning")]


# -- variables -----------------------------------------------------------------------------------


def write(id_, name="total", value="1"):
    return node(id_, "set", {"fields": [{"name": name, "value": value}]})


def test_a_variable_is_read_after_it_is_surely_written():
    reader = node("r", "do", {"text": "{{ vars.total }}"})
    assert codes(write("w"), reader) == []
    nodes = [START, node("c", "if", {"condition": "order.amount > 5"}), write("w"), reader]
    lines = ["n1 -> c", "c:true -> w", "w -> r", "c:false -> r"]
    assert [p.code for p in problems(nodes, lines)] == ["may_be_missing"]


def test_two_writers_side_by_side_are_refused():
    nodes = [START, write("a"), write("b")]
    found = problems(nodes, ["n1 -> a", "n1 -> b"])
    assert [(p.code, p.node, p.path) for p in found] == [
        ("unordered_writers", "b", "/nodes/2/config/fields/0/name")
    ]
    assert told(nodes, ["n1 -> a", "a -> b"]) == []
    assert told([START, write("a"), write("b", "other")], ["n1 -> a", "n1 -> b"]) == []


def test_writers_on_ways_that_exclude_each_other_are_fine():
    def two(every):
        nodes = [START, node("c", "branch", {"branches": BRANCHES, "every": every}), write("a"),
                 write("b"), node("z", "end")]  # fmt: skip
        return [code for code, _ in told(
            nodes, ["n1 -> c", "c:big -> a", "c:small -> b", "c:default -> z"])]  # fmt: skip

    assert two(False) == []
    assert two(True) == ["unordered_writers"]


def test_items_side_by_side_must_not_write_one_variable():
    def box(at_a_time):
        config = {"items": "order.lines", "at_a_time": at_a_time}
        return codes(node("n2", "each", config, body=body(write("b1"))))

    assert box(1) == []
    assert box(3) == ["unordered_writers"]


# -- the flow's own parts ------------------------------------------------------------------------


def settings(**more):
    return [(p.code, p.path) for p in problems([START, node("n2", "end")], ["n1 -> n2"], **more)]


def test_parameters_are_sound_and_have_defaults():
    sound = {"type": "object", "properties": {"limit": {"type": "number", "default": 500}}}
    assert settings(params=sound) == []
    assert settings(params={"properties": {"limit": {"type": "number"}}}) == [
        ("param_without_default", "/params/properties/limit")
    ]
    assert settings(params={"properties": {"limit": {"type": "number", "default": "x"}}}) == [
        ("type", "/params/properties/limit/default")
    ]
    assert settings(params={"properties": {"上限": {"default": 1}}})[0][0] == "param_name"


def test_a_changed_locked_value_is_refused():
    def locked(value):
        params = {"properties": {"rate": {"type": "number", "default": value, "x-lock": True}}}
        known = Known(locked={"/params/properties/rate/default": 0.1})
        return settings(params=params, known=known)

    assert locked(0.1) == []
    assert locked(0.2) == [("locked_value", "/params/properties/rate/default")]


@pytest.mark.parametrize(
    ("mode", "found"),
    [
        ({"mode": "parallel", "limit": 5}, []),
        ({"mode": "single", "limit": 5}, [("limit_unused", "/run_mode/limit")]),
        ({"reentry": "once_per"}, [("no_period", "/run_mode/period")]),
        ({"reentry": "once_per", "period": "P7D"}, []),
        ({"period": "P7D"}, [("period_unused", "/run_mode/period")]),
        ({"key": "order.shoppe"}, [("unknown_name", "/run_mode/key")]),
        ({"key": "order.external_id"}, []),
        ({"key": "order."}, [("expression", "/run_mode/key")]),
        ({"key": "steps.n1.id"}, [("key_too_early", "/run_mode/key")]),
    ],
)
def test_run_modes_make_sense(mode, found):
    assert settings(run_mode=mode) == found


def test_cases_have_the_form_of_events():
    event = {"type": "order.paid", "data": {"order": {}}}
    good = {
        "name": "大单",
        "event": event,
        "now": "2026-11-11T10:00:00+08:00",
        "answers": {"n2": {}},
    }
    assert settings(cases=[good]) == []
    bad = {"name": "大单", "event": {"data": 3}, "now": "tomorrow", "answers": {"n7": {}}}
    assert settings(cases=[good, bad]) == [
        ("case_event", "/cases/1/event/data"),
        ("case_event", "/cases/1/event/type"),
        ("case_name", "/cases/1/name"),
        ("case_now", "/cases/1/now"),
        ("case_step", "/cases/1/answers/n7"),
    ]


# -- the names of a step -------------------------------------------------------------------------


def scope(node_id, nodes, lines=()):
    found = schema_of_scope(flow(nodes, lines), node_id, REGISTRY)
    return found["properties"]


def test_a_step_sees_the_event_the_customer_and_the_steps_before_it():
    nodes = [START, node("n2", "do", name="打标"), node("n3", "do"), write("n4")]
    names = scope("n3", nodes, ["n1 -> n2", "n2 -> n3", "n3 -> n4"])
    assert {"event", "order", "customer", "params", "vars", "steps"} <= set(names)
    assert list(names["steps"]["properties"]) == ["n1", "n2"]
    assert names["steps"]["properties"]["n2"]["properties"]["level"] == {"type": "string"}
    assert names["order"]["properties"]["amount"]["x-money"] is True


def test_a_step_in_a_box_sees_its_item():
    box = node("n2", "each", {"items": "order.lines"}, body=body(node("b1", "do")))
    names = scope("b1", [START, box], ["n1 -> n2"])
    assert "sku" in names["item"]["properties"]
    assert names["index"]["type"] == "integer"


def test_there_is_no_scope_of_a_step_that_is_not_there():
    with pytest.raises(NotFound):
        scope("gone", [START])


def test_compiled_with_the_flows_schema_a_skipped_step_reads_as_its_fallback():
    made = flow([START, node("n2", "do"), node("n3", "each", {"items": "order.lines"},
                body=body(write("b1")))], ["n1 -> n2", "n2 -> n3"])  # fmt: skip
    schema = schema_of_flow(made, REGISTRY)
    nothing = {"steps": {}, "vars": {}, "order": {}}
    for source, value in [
        ("steps.n2.level ?? '普通'", "普通"),
        ("steps.n3.results ?? []", []),
        ("vars.total ?? 0", 0),
        ("order.channel == null", True),
    ]:
        assert compile_expression(source, schema=schema).evaluate(nothing) == value


# -- whatever comes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "config",
    [None, [], {"text": None}, {"text": 3}, {"headers": {"a": {"b": ["{{ x"]}}}, {"amount": [[[]]]},
     {"connection": ["x"]}, {"form": {"properties": 3}}, {"price": {"amount": "x"}}],
)  # fmt: skip
def test_odd_values_never_break_the_check(config):
    document = {"format": "jimu.flow/1", "key": "k", "name": "n", "nodes": [START], "edges": []}
    if isinstance(config, dict):
        document["nodes"] = [START, node("n2", "do", config)]
        document["edges"] = edges("n1 -> n2")
    assert isinstance(validate(load_flow(document), REGISTRY), list)


def test_two_hundred_nodes_with_fifty_choices_in_a_row_are_sound():
    """Choices that come together again leave nothing behind, however many there are."""
    nodes, lines = [START], ["n1 -> c0"]
    for number in range(50):
        after = f"c{number + 1}" if number < 49 else "z"
        nodes += [
            node(f"c{number}", "if", {"condition": f"order.amount > {number}"}),
            node(f"a{number}", "do", {"text": "{{ customer.name }} {{ order.amount }}"}),
            node(f"b{number}", "do", {"text": f"{{{{ steps.c{number}.x ?? 1 }}}}"}),
            node(f"j{number}", "join"),
        ]
        lines += [f"c{number}:true -> a{number}", f"c{number}:false -> b{number}",
                  f"a{number} -> j{number}", f"b{number} -> j{number}",
                  f"j{number} -> {after}"]  # fmt: skip
    nodes.append(node("z", "end"))
    assert [p.code for p in problems(nodes, lines)] == []


# -- certainty against trying everything ---------------------------------------------------------


@st.composite
def drawings(draw):
    """A random flow of steps, ifs and branches behind one trigger, lines going forward only."""
    kinds = draw(st.lists(st.sampled_from(["do", "if", "branch"]), min_size=2, max_size=6))
    made, lines = [START], []
    ports = {"do": ["out"], "if": ["true", "false"], "branch": ["big", "small", "default"]}
    before = [("n1", "out")]
    for number, kind in enumerate(kinds):
        id_ = f"s{number}"
        config = {"do": {}, "if": {"condition": "true"}, "branch": {"branches": BRANCHES}}[kind]
        made.append(node(id_, kind, config))
        for source, port in draw(
            st.lists(st.sampled_from(before), min_size=1, max_size=3, unique=True)
        ):
            lines.append((source, port, id_))
        before += [(id_, port) for port in ports[kind]]
    return made, lines, dict(zip((f"s{n}" for n in range(len(kinds))), kinds, strict=True))


def every_run(made, lines, kinds):
    """The set of steps run, for every way the choices can end (R1: one lit line is enough)."""
    ports = {"do": ["out"], "if": ["true", "false"], "branch": ["big", "small", "default"]}
    ids = list(kinds)
    for taken in itertools.product(*(ports[kinds[id_]] for id_ in ids)):
        outcome = {"n1": "out", **dict(zip(ids, taken, strict=True))}
        ran = {"n1"}
        for id_ in ids:
            if any(to == id_ and a in ran and outcome[a] == port for a, port, to in lines):
                ran.add(id_)
        yield ran


@given(drawings())
def test_what_is_said_to_have_run_has_run_in_every_run(drawing):
    made, lines, kinds = drawing
    drawn = flow(made, [f"{a}:{port} -> {to}" for a, port, to in lines])
    plan = Plan(drawn, REGISTRY, Known())
    certain = Certainty(plan.root)
    runs = list(every_run(made, lines, kinds))
    for one, other in itertools.permutations(kinds, 2):
        together = [ran for ran in runs if other in ran]
        if one in plan.root.before[other]:
            assert not certain.has_run(one, other) or all(one in ran for ran in together)
        if certain.never_together(one, other):
            assert not any({one, other} <= ran for ran in runs)
