"""What runs went through: counted, merged in any order, laid over the document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.coverage import Coverage, place_of, report
from engine.core.errors import InvalidInput
from engine.core.run import StepRecord
from tests.engine.core.blocks import REGISTRY, flow, node

TABLE = {
    "inputs": [{"id": "a", "expression": "order.amount", "type": "number"}],
    "outputs": [{"id": "x"}],
    "rows": [
        {"id": "low", "when": {"a": "< 100"}, "then": {"x": 1}},
        {"id": "high", "when": {"a": ">= 100"}, "then": {"x": 2}},
    ],
}
FLOW = flow(
    [
        node("n1", "event", {"type": "order.paid"}),
        node("n2", "if", {"condition": "order.amount > 500"}),
        node("n3", "table", {"table": TABLE}),
        node("n4", "each", {"items": "order.lines"},
             body={"nodes": [node("n5", "do")], "edges": []}),
        node("n6", "end"),
    ],
    ["n1 -> n2", "n2:true -> n3", "n3 -> n4", "n4 -> n6"],
)  # fmt: skip


def done(step, port="out", **values):
    return StepRecord(f"root/{step}", "done", port, None, ("r", values))


BIG = [
    done("n1"), done("n2", "true"), done("n3", rows=["high"]),
    StepRecord("root/n4", "active", "", None, ("working", {})),
    done("n4[0]/n5"), done("n4[1]/n5"), done("n4"), done("n6", ""),
]  # fmt: skip
SMALL = [done("n1"), done("n2", "false")] + [
    StepRecord(f"root/{id_}", "skipped") for id_ in ("n3", "n4", "n6")
]


def counted(*runs):
    found = Coverage()
    for run in runs:
        found.add(run)
    return found


def test_the_heat_of_each_line_and_step():
    told = report(counted(BIG, BIG, SMALL), FLOW, REGISTRY)
    assert told["runs"] == 3
    assert [line["count"] for line in told["lines"]] == [3, 2, 2, 2]
    assert {one["id"]: one["entered"] for one in told["nodes"]} == {
        "n1": 3, "n2": 3, "n3": 2, "n4": 2, "n5": 4, "n6": 2,
    }  # fmt: skip
    assert told["nodes"][2]["ended"] == {"done": 2, "skipped": 1}


def test_table_rows_hit_and_never_hit():
    told = report(counted(BIG), FLOW, REGISTRY)
    assert [(row["row"], row["count"]) for row in told["rows"]] == [("low", 0), ("high", 1)]
    assert told["never"]["rows"] == [{"node": "n3", "row": "low"}]
    assert told["covered"]["rows"] == [1, 2]


def test_what_no_run_reached():
    told = report(counted(SMALL), FLOW, REGISTRY)
    assert told["never"]["lines"] == ["e2", "e3", "e4"]
    assert told["never"]["nodes"] == ["n3", "n4", "n5", "n6"]
    assert {"node": "n2", "port": "true"} in told["never"]["ports"]
    assert told["covered"]["lines"] == [1, 4]


def test_dead_ends_are_outcomes_without_a_line():
    told = report(counted(BIG, SMALL), FLOW, REGISTRY)
    assert {"node": "n2", "port": "false", "count": 1, "last": False} in told["dead_ends"]
    assert {"node": "n5", "port": "out", "count": 2, "last": True} in told["dead_ends"]
    assert not any(end["node"] == "n6" for end in told["dead_ends"])


def test_a_step_counts_once_however_often_it_waited():
    waiting = StepRecord("root/n1", "active", "", None, ("asked", {}))
    assert counted([waiting, waiting, done("n1")]).steps == {("n1", "done"): 1}


def test_a_reminder_lights_its_line_while_the_step_goes_on():
    told = counted([StepRecord("root/n1", "waiting", "remind"), done("n1")])
    assert told.ports == {("n1", "remind"): 1, ("n1", "out"): 1}


@pytest.mark.parametrize(
    ("step", "place"),
    [("root/n1", "n1"), ("root/n5[2]/n6", "n5/n6"), ("root/a[1]/b[0]/c", "a/b/c"),
     ("root/n7~1/n8", "n7~/n8")],
)  # fmt: skip
def test_places(step, place):
    assert place_of(step) == place


RUNS = st.lists(
    st.lists(
        st.builds(
            StepRecord,
            step=st.sampled_from(["root/a", "root/b", "root/a[0]/c", "root/a[1]/c"]),
            status=st.sampled_from(["active", "waiting", "done", "failed", "skipped"]),
            port=st.sampled_from(["", "out", "true", ("x", "y")]),
            reason=st.sampled_from([("", {}), ("hit", {"rows": ["r1"]}), ("hit", {"rows": [1]})]),
            ms=st.integers(0, 9).map(float),
        ),
        max_size=6,
    ),
    max_size=4,
)


@given(RUNS, RUNS, RUNS)
def test_merging_in_any_grouping_and_order_is_counting_all_at_once(one, two, three):
    whole = counted(*one, *two, *three)
    left, right = counted(*one), counted(*two)
    left.merge(right)
    left.merge(counted(*three))
    other = counted(*three)
    tail = counted(*two)
    tail.merge(counted(*one))
    other.merge(tail)
    assert left.as_json() == whole.as_json() == other.as_json()


@given(RUNS)
def test_counts_survive_being_written(runs):
    found = counted(*runs)
    assert Coverage.from_json(found.as_json()).as_json() == found.as_json()


@pytest.mark.parametrize(
    "bad", [None, {}, {"runs": 1, "ms": {}, "steps": [[1]], "ports": [], "rows": []}]
)
def test_what_is_no_coverage_is_refused(bad):
    with pytest.raises(InvalidInput):
        Coverage.from_json(bad)
