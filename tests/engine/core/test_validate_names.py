"""Publish checks of what a step reads and writes: names, missing values, variables."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import NotFound
from engine.core.expression import compile_expression
from engine.core.validate import Known, schema_of_flow, schema_of_scope
from engine.core.validate.certainty import Certainty
from engine.core.validate.plan import Plan
from tests.engine.core.blocks import REGISTRY, flow, node
from tests.engine.core.checking import BRANCHES, START, body, codes, problems, told

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
