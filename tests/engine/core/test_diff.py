"""Two versions of a flow, two traces: what differs, in words, and nothing else."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.diff import apply_changes, diff_flows, diff_traces, invert
from engine.core.flow import dump_flow, load_flow
from tests.engine.core.blocks import REGISTRY, flow, node

BRANCHES = [
    {"id": "big", "name": "大单", "condition": "order.amount > 500"},
    {"id": "small", "name": "小单", "condition": "order.amount > 100"},
]


def base(**more):
    return flow(
        [
            node("n1", "event", {"type": "order.paid"}, name="订单已付款"),
            node("n2", "branch", {"branches": copy.deepcopy(BRANCHES)}, name="大额订单?"),
            node("n3", "do", {"text": "VIP"}, name="打标"),
        ],
        ["n1 -> n2", "n2:big -> n3"],
        **more,
    )


def edited(edit):
    document = dump_flow(base())
    edit(document)
    return load_flow(document)


def told(old, new):
    return [(c.kind, c.part, c.path) for c in diff_flows(old, new, REGISTRY)]


def one(edit):
    (change,) = diff_flows(base(), edited(edit), REGISTRY)
    return change


def test_equal_flows_do_not_differ():
    assert diff_flows(base(), base()) == []


def test_a_changed_value_names_node_and_field_with_before_and_after():
    change = one(lambda d: d["nodes"][2]["config"].update(text="SVIP"))
    assert (change.kind, change.path, change.node) == ("changed", "/nodes/n3/config/text", "n3")
    assert (change.before, change.after) == ("VIP", "SVIP")
    assert change.message["zh"] == "「打标」的「内容」由「VIP」改为「SVIP」"


@pytest.mark.parametrize(
    ("was", "now", "zh", "en"),
    [
        ("P2D", "PT1H30M", "「2 天」改为「1 小时 30 分钟」", "“2 days” to “1 hour 30 minutes”"),
        (True, None, "「是」改为「空」", "“yes” to “nothing”"),
        (["a", "b"], "PLUS", "「a、b」改为「PLUS」", "“a, b” to “PLUS”"),
    ],
    ids=["durations", "truth", "list"],
)
def test_values_are_told_as_people_write_them(was, now, zh, en):
    old, new = (edited(lambda d, v=v: d["nodes"][2]["config"].update(text=v)) for v in (was, now))
    (change,) = diff_flows(old, new, REGISTRY)
    assert change.message["zh"].endswith(f"由{zh}")
    assert change.message["en"].endswith(f"from {en}")


def test_rows_are_followed_by_their_id_even_when_they_move():
    def edit(document):
        document["nodes"][1]["config"]["branches"].reverse()
        document["nodes"][1]["config"]["branches"][1]["condition"] = "order.amount > 800"

    path = "/nodes/n2/config/branches"
    assert told(base(), edited(edit)) == [
        ("changed", "node", f"{path}/big/condition"),
        ("reordered", "node", path),
    ]


def test_a_rename_is_a_rename_and_a_move_on_the_canvas_comes_last():
    def edit(document):
        document["nodes"][0]["position"] = {"x": 10, "y": 20}
        document["nodes"][2]["name"] = "升级"

    changes = diff_flows(base(), edited(edit), REGISTRY)
    assert [change.kind for change in changes] == ["renamed", "moved"]
    assert [change.is_cosmetic for change in changes] == [False, True]
    assert changes[0].message["zh"] == "节点「打标」改名为「升级」"


def test_added_and_removed_nodes_and_lines():
    def edit(document):
        document["nodes"].append(node("n4", "end", name="结束"))
        document["edges"].append({"id": "e9", "from": "n3", "to": "n4", "port": "out"})

    assert told(base(), edited(edit)) == [
        ("added", "node", "/nodes/n4"),
        ("added", "edge", "/edges/e9"),
    ]
    assert told(edited(edit), base()) == [
        ("removed", "node", "/nodes/n4"),
        ("removed", "edge", "/edges/e9"),
    ]
    added = diff_flows(base(), edited(edit), REGISTRY)
    assert added[1].message["zh"] == "新增「打标」到「结束」的连线"


def test_moving_a_node_into_a_box_is_told_as_such():
    old = flow([node("n1", "event", {"type": "a.b"}), node("box", "each", {"items": "order.lines"}),
                node("n3", "do")], ["n1 -> box"])  # fmt: skip
    inside = {"nodes": [node("n3", "do")], "edges": []}
    box = node("box", "each", {"items": "order.lines"}, body=inside)
    new = flow([node("n1", "event", {"type": "a.b"}), box], ["n1 -> box"])
    assert ("regrouped", "node", "/nodes/n3/graph") in told(old, new)


def test_params_run_mode_cases_and_the_flows_own_fields():
    def edit(document):
        document["params"] = {"properties": {"limit": {"type": "number", "default": 5}}}
        document["run_mode"] = {"mode": "single"}
        document["description"] = "说明"
        document["cases"] = [{"name": "大单", "event": {}}]

    assert told(base(), edited(edit)) == [
        ("added", "param", "/params/properties"),
        ("added", "run_mode", "/run_mode/mode"),
        ("added", "case", "/cases/大单"),
        ("added", "flow", "/description"),
    ]


def test_true_and_one_are_two_values():
    old, new = (
        edited(lambda d: d["nodes"][2]["config"].update(text=1)),
        edited(lambda d: d["nodes"][2]["config"].update(text=True)),
    )
    assert told(old, new) == [("changed", "node", "/nodes/n3/config/text")]


# -- changes can be made and unmade --------------------------------------------------------------

IDS = st.sampled_from(["a", "b", "c", "d"])
SCALARS = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["x", "y", "/~"])
CONFIGS = st.dictionaries(
    st.sampled_from(["text", "rows", "deep/er"]),
    st.one_of(
        SCALARS,
        st.lists(SCALARS, max_size=3),
        st.lists(st.builds(lambda i, v: {"id": i, "v": v}, IDS, SCALARS), max_size=3,
                 unique_by=lambda row: row["id"]),
        st.dictionaries(st.sampled_from(["k", "l"]), SCALARS, max_size=2),
    ),
    max_size=3,
)  # fmt: skip


@st.composite
def documents(draw):
    """Flows over few ids, so that two of them share many; nodes may stand in the box of "a"."""
    ids = draw(st.lists(IDS, unique=True, min_size=1))
    made = [
        {"id": id_, "type": draw(st.sampled_from(["do", "set"])), "name": draw(IDS),
         "config": draw(CONFIGS), "position": {"x": draw(st.integers(0, 1)), "y": 0}}
        for id_ in ids
    ]  # fmt: skip
    inside = [one for one in made if one["id"] != "a" and draw(st.booleans())] if "a" in ids else []
    outside = [one for one in made if one not in inside]
    for one in outside:
        if one["id"] == "a" and inside:
            one["body"] = {"nodes": inside, "edges": []}
    lines = draw(st.lists(st.tuples(IDS, IDS, st.sampled_from(["e1", "e2", "e3"])), max_size=3,
                          unique_by=lambda line: line[2]))  # fmt: skip
    return {
        "format": "jimu.flow/1", "key": "k", "name": draw(IDS), "nodes": outside,
        "edges": [{"id": id_, "from": a, "to": b, "port": "out"} for a, b, id_ in lines],
        "params": draw(CONFIGS), "run_mode": {"mode": draw(st.sampled_from(["single", "queued"]))},
        "notes": [{"id": "note", "text": draw(IDS)}],
    }  # fmt: skip


def plain(document):
    """The document with its graphs' nodes and edges in one order: theirs means nothing."""

    def graph(found):
        found = dict(found)
        for name in ("nodes", "edges"):
            if name in found:
                found[name] = sorted(found[name], key=lambda part: part["id"])
        found["nodes"] = [
            {**part, "body": graph(part["body"])} if "body" in part else part
            for part in found.get("nodes", [])
        ]
        return {key: value for key, value in found.items() if value not in ([], {}, ())}

    return graph(document)


@given(documents(), documents())
def test_changes_applied_turn_the_old_into_the_new_and_inverted_back(old, new):
    before, after = load_flow(old), load_flow(new)
    changes = diff_flows(before, after, REGISTRY)
    made = apply_changes(dump_flow(before), changes)
    assert plain(made) == plain(dump_flow(after))
    unmade = apply_changes(dump_flow(after), invert(changes))
    assert plain(unmade) == plain(dump_flow(before))


@given(documents())
def test_every_change_has_a_sentence_in_both_languages(document):
    for change in diff_flows(base(), load_flow(document), REGISTRY):
        assert change.message["zh"]
        assert change.message["en"]
        assert change.as_json()["message_zh"] == change.message["zh"]


# -- two traces ----------------------------------------------------------------------------------


def step(path, **more):
    return {"path": path, "status": "done", "ports": ["out"], "effects": [], "output": None, **more}


STEPS = [step("root/n1"), step("root/n2", ports=["big"]), step("root/n3", output={"level": "VIP"})]


def test_equal_traces_do_not_differ_whatever_their_keys_and_times():
    one = [*STEPS[:2], step("root/n3", effects=[{"key": "eff_1", "kind": "call"}])]
    other = [*STEPS[:2], step("root/n3", effects=[{"key": "eff_2", "kind": "call"}])]
    assert diff_traces({"steps": one}, {"steps": other}) is None


@pytest.mark.parametrize(
    ("changed", "aspect"),
    [
        (step("root/n9"), "path"),
        (step("root/n3", status="failed"), "status"),
        (step("root/n3", ports=["error"]), "port"),
        (step("root/n3", effects=[{"kind": "customer.tag"}]), "effects"),
        (step("root/n3", output={"level": "SVIP"}), "output"),
    ],
)
def test_the_first_difference_is_found(changed, aspect):
    found = diff_traces({"steps": STEPS}, {"steps": [*STEPS[:2], changed]})
    assert (found.index, found.aspect) == (2, aspect)


def test_a_trace_that_goes_further_differs_in_its_path():
    found = diff_traces({"steps": STEPS[:2]}, {"steps": STEPS})
    assert (found.index, found.aspect, found.a, found.b) == (2, "path", None, "root/n3")
