"""Decision tables: each hit policy, each way to write a cell, and what is said before they run."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.cells import read_input
from engine.core.decision import Table
from engine.core.decision_check import check_table
from engine.core.errors import GiveUp, InvalidInput

NOW = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)


def table(rows, *, policy="first", inputs=None, outputs=None, **more):
    """A table from short rows: [cells..., result]."""
    inputs = inputs or [{"id": "amount", "expression": "order.amount", "type": "number"}]
    outputs = outputs or [{"id": "level"}]
    columns = len(inputs)
    return Table.model_validate(
        {
            "hit_policy": policy,
            "inputs": inputs,
            "outputs": outputs,
            "rows": [
                {
                    "id": f"r{index}",
                    "when": {
                        column["id"]: cell
                        for column, cell in zip(inputs, row[:columns], strict=True)
                    },
                    "then": {
                        column["id"]: cell
                        for column, cell in zip(outputs, row[columns:], strict=True)
                    },
                }
                for index, row in enumerate(rows, 1)
            ],
            **more,
        }
    )


def amount(value):
    return {"order": {"amount": value if value is None else Decimal(value)}}


LEVELS = [["< 100", "普通"], ["[100..500)", "银卡"], [">= 500", "金卡"]]


# -- hit policies --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paid", "level"),
    [("0", "普通"), ("99.99", "普通"), ("100", "银卡"), ("499.99", "银卡"), ("500", "金卡")],
)
def test_unique_gives_the_one_row_that_hits(paid, level):
    hits = table(LEVELS, policy="unique").compiled.evaluate(amount(paid))
    assert hits.value == {"level": level}
    assert len(hits.rows) == 1


def test_unique_refuses_two_rows_at_once():
    with pytest.raises(GiveUp) as refused:
        table([["> 1", "a"], ["> 2", "b"]], policy="unique").compiled.evaluate(amount(3))
    assert refused.value.code == "table_not_unique"
    assert "1、2" in refused.value.message["zh"]


def test_any_accepts_rows_that_agree_and_refuses_rows_that_differ():
    agreeing = table([["> 1", "a"], ["> 2", "a"]], policy="any").compiled
    assert agreeing.evaluate(amount(3)).value == {"level": "a"}
    with pytest.raises(GiveUp) as refused:
        table([["> 1", "a"], ["> 2", "b"]], policy="any").compiled.evaluate(amount(3))
    assert refused.value.code == "table_rows_differ"


def test_first_takes_the_topmost_row():
    hits = table([["> 2", "b"], ["> 1", "a"]]).compiled.evaluate(amount(3))
    assert (hits.value, hits.rows, hits.numbers) == ({"level": "b"}, ("r1",), (1,))


RANKED = [{"id": "level", "values": ["金卡", "银卡", "普通"]}]


def test_priority_takes_the_most_important_result():
    ranked = table([["-", "普通"], ["> 1", "银卡"]], policy="priority", outputs=RANKED)
    assert ranked.compiled.evaluate(amount(3)).value == {"level": "银卡"}
    assert ranked.compiled.evaluate(amount(0)).value == {"level": "普通"}


def test_rule_order_lists_hits_as_drawn_and_output_order_by_importance():
    rows = [["-", "普通"], ["> 5", "never"], ["> 1", "金卡"], ["-", "银卡"]]

    def listed(policy):
        hits = table(rows, policy=policy, outputs=RANKED).compiled.evaluate(amount(3))
        return [one["level"] for one in hits.value]

    assert listed("rule_order") == ["普通", "金卡", "银卡"]
    assert listed("output_order") == ["金卡", "银卡", "普通"]


@pytest.mark.parametrize(
    ("aggregate", "result"),
    [
        ("list", [{"rate": Decimal(3)}, {"rate": Decimal("1.5")}]),
        ("sum", Decimal("4.5")),
        ("min", Decimal("1.5")),
        ("max", Decimal(3)),
        ("count", Decimal(2)),
    ],
)
def test_collect(aggregate, result):
    rates = table(
        [["> 1", 3], ["> 2", "1.5"], ["> 9", 7]],
        policy="collect",
        aggregate=aggregate,
        outputs=[{"id": "rate", "type": "number"}],
    )
    assert rates.compiled.evaluate(amount(5)).value == result


def test_nothing_hit_gives_the_defaults_or_nothing():
    bare = table(LEVELS[2:]).compiled.evaluate(amount(1))
    assert (bare.value, bare.matched, bare.rows) == (None, False, ())
    given_default = table(LEVELS[2:], outputs=[{"id": "level", "default": "普通"}])
    hits = given_default.compiled.evaluate(amount(1))
    assert (hits.value, hits.matched) == ({"level": "普通"}, False)
    assert table(LEVELS[2:], policy="rule_order").compiled.evaluate(amount(1)).value == []


def test_the_values_read_are_told_for_the_trace():
    hits = table(LEVELS).compiled.evaluate(amount("120"))
    assert hits.because() == {"rows": ["r2"], "numbers": [2], "read": {"amount": Decimal(120)}}


# -- cells ---------------------------------------------------------------------------------------


def passes(cell, value, type_="any", scope=None):
    found = read_input(cell, type_)
    return found.test is None or found.test(value, scope or {}, NOW)


@pytest.mark.parametrize(
    ("cell", "inside", "outside"),
    [
        (">= 100", "100", "99.99"),
        ("≤ 100", "100", "100.01"),
        ("[1..5]", "5", "5.01"),
        ("[1..5)", "1", "5"),
        ("(1..5]", "5", "1"),
        ("]1..5[", "2", "1"),
        ("[-5..-1]", "-3", "0"),
        ("1, 3, 5", "3", "4"),
        ("1,[7..9]", "8", "6"),
        ("not(1, 3)", "2", "3"),
        ("not([1..5])", "6", "5"),
        ("!= 5", "4", "5"),
        ("= 5", "5", "4"),
        ("= value > params.limit", "11", "10"),
        (">= params.limit", "10", "9"),
        ("[params.limit .. params.limit * 2)", "19", "20"),
        (5, "5", "6"),
        ([1, 2], "2", "3"),
    ],
)
def test_cells_of_numbers(cell, inside, outside):
    scope = {"params": {"limit": Decimal(10)}}
    assert passes(cell, Decimal(inside), "number", scope)
    assert not passes(cell, Decimal(outside), "number", scope)


@pytest.mark.parametrize(
    ("cell", "inside", "outside"),
    [
        ("VIP", "VIP", "vip"),
        ("天猫, 京东、抖店", "抖店", "有赞"),
        ('"a, b"', "a, b", "a"),
        ("not(VIP)", "普通", "VIP"),
        ("!= VIP", "普通", "VIP"),
        (["a", "b"], "b", "c"),
        ("= params.level", "金卡", "银卡"),
        ('= value.starts_with("金")', "金卡", "银卡"),
    ],
)
def test_cells_of_texts(cell, inside, outside):
    scope = {"params": {"level": "金卡"}}
    assert passes(cell, inside, "text", scope)
    assert not passes(cell, outside, "text", scope)


def test_cells_of_truths_lists_and_nothing():
    assert passes("true", True, "boolean")
    assert not passes(True, False, "boolean")
    assert passes("老客", ["老客", "高净值"], "list")
    assert not passes("not(老客)", ["老客"], "list")
    assert passes("null", None, "number")
    assert not passes("null", Decimal(0), "number")
    assert not passes("< 5", None, "number")


@pytest.mark.parametrize("anything", ["-", "", " ", None])
def test_an_empty_cell_lets_everything_through(anything):
    assert read_input(anything, "number").test is None


def test_days_are_days_of_the_tables_zone():
    eve = table(
        [["[2026-11-11..2026-11-12)", "双11"]],
        inputs=[{"id": "paid", "expression": "order.paid_at", "type": "date"}],
    )
    late = {"order": {"paid_at": datetime(2026, 11, 10, 16, 30, tzinfo=UTC)}}  # 00:30 in Shanghai
    hits = eve.compiled.evaluate(late, NOW)
    assert hits.matched
    assert hits.read == {"paid": date(2026, 11, 11)}


def test_true_is_not_one():
    assert not passes("1", True)
    assert not passes("true", Decimal(1))


def test_text_where_a_number_should_be_is_an_error_not_false():
    with pytest.raises(GiveUp) as refused:
        table(LEVELS).compiled.evaluate({"order": {"amount": "500"}})
    assert refused.value.code == "expression"


def test_results_may_be_computed():
    fees = table(
        [["> 0", "= order.amount * params.rate"]], outputs=[{"id": "fee", "type": "number"}]
    )
    scope = {**amount("200"), "params": {"rate": Decimal("0.05")}}
    assert fees.compiled.evaluate(scope).value == {"fee": Decimal("10.00")}
    assert fees.compiled.names == {"order.amount", "params.rate"}


@pytest.mark.parametrize(
    ("cell", "type_"),
    [("abc..", "number"), ("[5..1]", "number"), ("1,,2", "number"), ("2026-13-01", "date"),
     ("> 5", "boolean"), ("maybe", "boolean"), ("= 1 +", "number"), ({"a": 1}, "number")],
)  # fmt: skip
def test_cells_that_make_no_sense_are_refused_with_their_place(cell, type_):
    bad = table(
        [["-", "x"], [cell, "y"]],
        inputs=[{"id": "in", "expression": "order.x", "type": type_}],
    )
    with pytest.raises(InvalidInput) as refused:
        _ = bad.compiled
    assert [problem.path for problem in refused.value.problems] == ["/rows/1/when/in"]


# -- before it runs ------------------------------------------------------------------------------


def told(checked):
    return [(problem.code, problem.level, problem.path) for problem in check_table(checked, "/t")]


def test_a_complete_table_has_nothing_to_say():
    assert told(table(LEVELS, policy="unique")) == []


def test_unique_rows_that_overlap_are_refused_with_the_place():
    doubled = table([["<= 100", "a"], [">= 100", "b"]], policy="unique")
    assert told(doubled) == [("table_overlap", "error", "/t/rows/1")]
    assert "等于 100" in check_table(doubled)[0].message["zh"]


def test_any_rows_that_overlap_must_agree():
    rows = [["< 100", "a"], ["> 50", "a"], ["> 90", "b"]]
    assert ("table_rows_differ", "error", "/t/rows/2") in told(table(rows, policy="any"))
    assert told(table(rows[:2], policy="any")) == []


def test_a_forgotten_edge_is_a_gap():
    holed = table([["< 100", "a"], ["> 100", "b"]])
    assert told(holed) == [("table_gap", "warning", "/t/rows")]
    assert "等于 100" in check_table(holed)[0].message["zh"]


def test_an_open_end_is_a_gap_unless_there_is_a_default_or_a_limit():
    rows = [["[0..100)", "a"], [">= 100", "b"]]
    assert told(table(rows)) == [("table_gap", "warning", "/t/rows")]
    assert told(table(rows, outputs=[{"id": "level", "default": "c"}])) == []
    column = {"id": "amount", "expression": "order.amount", "type": "number", "minimum": "0"}
    assert told(table(rows, inputs=[column])) == []


def test_a_missing_combination_is_named():
    inputs = [
        {"id": "shop", "name": "渠道", "expression": "order.shop", "type": "text",
         "values": ["天猫", "抖店"]},
        {"id": "vip", "name": "会员", "expression": "customer.vip", "type": "boolean"},
    ]  # fmt: skip
    rows = [["天猫", "-", 1], ["抖店", True, 2]]
    found = check_table(table(rows, inputs=inputs))
    assert [problem.code for problem in found] == ["table_gap"]
    assert "「渠道」抖店、「会员」false" in found[0].message["zh"]


def test_a_row_that_can_never_hit_is_told():
    rows = [["< 100", "a"], [">= 50", "b"], ["[60..200]", "never"]]
    assert told(table(rows)) == [("table_hidden_row", "warning", "/t/rows/2")]


def test_cells_nobody_can_judge_make_no_false_alarm():
    rows = [["= value > params.x", "a"], ["> 5", "b"], ["<= 5", "c"]]
    assert told(table(rows, policy="unique")) == []


def test_order_by_importance_needs_a_list_and_a_sum_needs_one_output():
    assert told(table(LEVELS, policy="priority"))[0][0] == "table_priority"
    two = [{"id": "a"}, {"id": "b"}]
    summed = table([["-", 1, 2]], policy="collect", aggregate="sum", outputs=two)
    assert told(summed) == [("table_aggregate", "error", "/t/aggregate")]


def test_doubled_ids_and_unknown_columns_are_told():
    document = table(LEVELS).model_dump(mode="json")
    document["rows"][1]["id"] = "r1"
    document["rows"][2]["when"] = {"weight": 1}
    found = told(Table.model_validate(document))
    assert ("table_duplicate", "error", "/t/rows/1/id") in found
    assert ("table_cell", "error", "/t/rows/2/when/weight") in found


# -- against a naive oracle ----------------------------------------------------------------------

EDGE = st.integers(0, 6)
CELLS = st.one_of(
    st.just("-"),
    EDGE.map(str),
    st.tuples(st.sampled_from(["<", "<=", ">", ">=", "!="]), EDGE).map(lambda c: f"{c[0]} {c[1]}"),
    st.tuples(st.sampled_from("[("), EDGE, st.integers(1, 3), st.sampled_from("])")).map(
        lambda c: f"{c[0]}{c[1]}..{c[1] + c[2]}{c[3]}"
    ),
    st.tuples(EDGE, EDGE).map(lambda c: f"{c[0]}, {c[1]}"),
    st.tuples(EDGE, EDGE).map(lambda c: f"not({c[0]}, {c[1]})"),
)
ROWS = st.lists(st.tuples(CELLS, CELLS, st.integers(0, 3)), min_size=1, max_size=7)
TWO = [
    {"id": "a", "expression": "event.a", "type": "number"},
    {"id": "b", "expression": "event.b", "type": "number"},
]
POINTS = [Decimal(n) / 2 for n in range(-1, 21)]


def oracle(cell, value):
    """The plainest reading of a cell there is."""
    if cell == "-":
        return True
    if cell.startswith("not("):
        return not oracle(cell[4:-1], value)
    if ".." in cell:
        low, high = (Decimal(part) for part in cell[1:-1].split(".."))
        above = value >= low if cell[0] == "[" else value > low
        return above and (value <= high if cell[-1] == "]" else value < high)
    if cell[0] in "<>!":
        operator, edge = cell.split()
        edge = Decimal(edge)
        return {
            "<": value < edge, "<=": value <= edge, ">": value > edge,
            ">=": value >= edge, "!=": value != edge,
        }[operator]  # fmt: skip
    return value in [Decimal(part) for part in cell.split(",")]


def hit(rows, a, b):
    return [i for i, row in enumerate(rows) if oracle(row[0], a) and oracle(row[1], b)]


@given(ROWS, st.sampled_from(POINTS), st.sampled_from(POINTS))
def test_rows_hit_as_a_plain_reading_says(rows, a, b):
    made = table(rows, policy="rule_order", inputs=TWO, outputs=[{"id": "x", "type": "number"}])
    hits = made.compiled.evaluate({"event": {"a": a, "b": b}})
    assert [number - 1 for number in hits.numbers] == hit(rows, a, b)


@given(ROWS)
def test_overlap_gap_and_hidden_rows_agree_with_trying_every_point(rows):
    """Edges are whole numbers, so halves reach into every piece the cells can cut."""
    met = {(a, b): hit(rows, a, b) for a in POINTS for b in POINTS}
    outputs = [{"id": "x", "type": "number"}]
    unique = check_table(table(rows, policy="unique", inputs=TWO, outputs=outputs))
    assert any(p.code == "table_overlap" for p in unique) == any(
        len(hits) > 1 for hits in met.values()
    )
    first = check_table(table(rows, inputs=TWO, outputs=outputs))
    assert any(p.code == "table_gap" for p in first) == any(not hits for hits in met.values())
    reached = {hits[0] for hits in met.values() if hits}
    hidden = {int(p.path.split("/")[2]) for p in first if p.code == "table_hidden_row"}
    # A row whose own cells exclude each other covers nothing, which is not "hidden".
    coverable = {index for hits in met.values() for index in hits}
    assert hidden == coverable - reached
