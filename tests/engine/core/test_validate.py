"""What publishing refuses or remarks on, and that it says so to people."""

import pytest

from engine.core.flow import load_flow
from engine.core.validate import validate
from tests.engine.core.blocks import REGISTRY, edges, node
from tests.engine.core.checking import BRANCHES, START, body, codes, only, problems, told


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
    assert problem.message["zh"].startswith("「逐项」的「同时」：")
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
