"""Three-way merge: what one side changed is kept, what both changed is asked about."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from engine.core.flow import dump_flow, load_flow
from engine.core.scene.merge import merge_flow
from engine.core.scene.told import nodes_of, tell

BASE: dict[str, Any] = {
    "format": "jimu.flow/1",
    "key": "vip",
    "name": "升级 VIP",
    "params": {
        "type": "object",
        "properties": {
            "limit": {"type": "integer", "default": 500, "x-lock": True},
            "word": {"type": "string", "default": "您好"},
        },
    },
    "nodes": [
        {"id": "t", "type": "event", "config": {"type": "order.paid"}},
        {
            "id": "b",
            "type": "branch",
            "config": {
                "branches": [
                    {"id": "big", "name": "大额", "when": "order.amount > 500"},
                    {"id": "small", "name": "小额", "when": "order.amount > 100"},
                ]
            },
        },
        {"id": "a", "type": "tag_customer", "config": {"add": ["VIP"]}},
    ],
    "edges": [
        {"id": "e1", "from": "t", "to": "b"},
        {"id": "e2", "from": "b", "port": "big", "to": "a"},
    ],
}


def changed(*changes: Any) -> dict[str, Any]:
    """The base after some functions have changed it, as it would be stored."""
    found = copy.deepcopy(BASE)
    for change in changes:
        change(found)
    return dump_flow(load_flow(found))


def branch(document: dict[str, Any], index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = document["nodes"][1]["config"]["branches"][index]
    return found


def rename(name: str) -> Any:
    return lambda document: document.update(name=name)


def when(text: str, index: int = 0) -> Any:
    return lambda document: branch(document, index).update(when=text)


def tags(*names: str) -> Any:
    return lambda document: document["nodes"][2]["config"].update(add=list(names))


def add_row(id_: str, at: int) -> Any:
    row = {"id": id_, "name": id_, "when": "true"}
    return lambda document: document["nodes"][1]["config"]["branches"].insert(at, row)


def drop_node(document: dict[str, Any]) -> None:
    del document["nodes"][2]
    del document["edges"][1]


def move(document: dict[str, Any]) -> None:
    document["nodes"][0]["position"] = {"x": 5, "y": 6}


BASE_STORED = changed()


def test_what_one_side_changed_is_kept_and_what_both_changed_alike_too() -> None:
    mine = changed(rename("我们的"), tags("金卡"))
    theirs = changed(when("order.amount >= 500"), tags("金卡"))
    found = merge_flow(BASE_STORED, mine, theirs)
    assert found.conflicts == ()
    assert found.taken == ("/nodes/b/config/branches/big/when",)
    assert found.document == changed(rename("我们的"), tags("金卡"), when("order.amount >= 500"))


def test_nothing_new_changes_nothing_and_nothing_own_takes_all() -> None:
    mine, theirs = changed(rename("我们的")), changed(tags("金卡"), when("true", 1))
    assert merge_flow(BASE_STORED, mine, BASE_STORED).document == mine
    assert merge_flow(BASE_STORED, BASE_STORED, theirs).document == theirs


def test_what_only_the_scene_changed_may_be_refused_one_by_one() -> None:
    mine = changed(rename("我们的"))
    theirs = changed(when("order.amount >= 500"), tags("金卡"), add_row("huge", 0))
    offers = merge_flow(BASE_STORED, mine, theirs).offers
    refused = "/nodes/b/config/branches/big/when"
    added = "/nodes/b/config/branches/huge"
    assert [one.path for one in offers] == [refused, added, "/nodes/a/config/add"]
    found = merge_flow(BASE_STORED, mine, theirs, {refused: "mine", added: "mine"})
    assert found.taken == ("/nodes/a/config/add",)
    assert [one.is_taken for one in found.offers] == [False, False, True]
    assert found.document == changed(rename("我们的"), tags("金卡"))


def test_rows_the_scene_moved_and_steps_it_took_away_may_stay_as_they_are() -> None:
    def turn(document: dict[str, Any]) -> None:
        document["nodes"][1]["config"]["branches"].reverse()

    path = "/nodes/b/config/branches/order"
    assert merge_flow(BASE_STORED, BASE_STORED, changed(turn)).document == changed(turn)
    kept = merge_flow(BASE_STORED, BASE_STORED, changed(turn), {path: "mine"})
    assert ([one.path for one in kept.offers], kept.document) == ([path], BASE_STORED)
    whole = {"/nodes/a": "mine", "/edges/e2": "mine"}
    assert merge_flow(BASE_STORED, BASE_STORED, changed(drop_node), whole).document == BASE_STORED


@pytest.mark.parametrize(
    ("path", "old", "new", "node", "said"),
    [
        ("/name", "升级 VIP", "VIP", None, "流程的「名称」由「升级 VIP」改为「VIP」"),
        ("/nodes/a/name", "", "打标", "a", "节点「」改名为「打标」"),
        ("/nodes/a", {"id": "a"}, None, "a", "删除节点「a」"),
        ("/nodes/a/timeout", "P1D", "P2D", "a", "「a」的「超时」由「1 天」改为「2 天」"),
        ("/nodes/l/body/nodes/x/note", None, "注", "x", "「x」的「备注」"),
        ("/nodes/b/config/branches/order", ["a", "b"], ["b", "a"], "b", "调整了顺序"),
        ("/params/properties/limit/default", 500, 300, None, "参数「limit」由「500」改为「300」"),
    ],
    ids=["flow", "renamed", "gone", "field", "in_a_box", "order", "parameter"],
)
def test_a_change_of_the_scene_is_told_in_words(
    path: str, old: Any, new: Any, node: str | None, said: str
) -> None:
    nodes = nodes_of(BASE_STORED)
    assert list(nodes) == ["t", "b", "a"]
    named = {id_: {**one, "name": id_} for id_, one in nodes.items()}
    told = tell(path, old, new, named | {"x": {"id": "x", "name": "x"}})
    assert (told.path, told.node) == (path, node)
    assert told.message
    assert said in told.message["zh"]


@pytest.mark.parametrize(("choice", "kept"), [(None, ["a"]), ("mine", ["a"]), ("theirs", ["b"])])
def test_a_value_both_changed_is_a_conflict_at_its_path(choice: Any, kept: list[str]) -> None:
    path = "/nodes/a/config/add"
    choices = {path: choice} if choice else {}
    found = merge_flow(BASE_STORED, changed(tags("a")), changed(tags("b")), choices)
    (conflict,) = found.conflicts
    assert (conflict.path, conflict.kind, conflict.chosen) == (path, "changed", choice)
    assert (conflict.base, conflict.mine, conflict.theirs) == (["VIP"], ["a"], ["b"])
    assert found.document["nodes"][2]["config"]["add"] == kept
    assert found.is_clear is (choice is not None)


def test_a_step_taken_away_on_one_side_and_changed_on_the_other_is_a_conflict() -> None:
    here = merge_flow(BASE_STORED, changed(drop_node), changed(tags("b")))
    assert [(one.path, one.kind) for one in here.conflicts] == [("/nodes/a", "removed_here")]
    assert [node["id"] for node in here.document["nodes"]] == ["t", "b"]
    there = merge_flow(BASE_STORED, changed(tags("a")), changed(drop_node))
    assert [(one.path, one.kind) for one in there.conflicts] == [("/nodes/a", "removed_there")]
    assert there.document["nodes"][2]["config"]["add"] == ["a"]
    chosen = merge_flow(BASE_STORED, changed(tags("a")), changed(drop_node), {"/nodes/a": "theirs"})
    assert [node["id"] for node in chosen.document["nodes"]] == ["t", "b"]


def test_a_step_taken_away_that_the_other_side_left_alone_is_gone() -> None:
    for mine, theirs in ((changed(drop_node), BASE_STORED), (BASE_STORED, changed(drop_node))):
        found = merge_flow(BASE_STORED, mine, theirs)
        assert found.conflicts == ()
        assert found.document == changed(drop_node)


def test_new_rows_of_both_sides_stand_behind_those_they_were_put_behind() -> None:
    found = merge_flow(
        BASE_STORED, changed(add_row("ours", 1)), changed(add_row("first", 0), add_row("last", 3))
    )
    rows = found.document["nodes"][1]["config"]["branches"]
    assert [row["id"] for row in rows] == ["first", "big", "ours", "small", "last"]
    assert found.conflicts == ()


def test_rows_moved_on_one_side_are_moved_and_on_both_are_asked_about() -> None:
    def turn(document: dict[str, Any]) -> None:
        document["nodes"][1]["config"]["branches"].reverse()

    def rotate(document: dict[str, Any]) -> None:
        rows = document["nodes"][1]["config"]["branches"]
        rows.append(rows.pop(0))

    three = dump_flow(load_flow(changed(add_row("third", 2))))
    mine, theirs = copy.deepcopy(three), copy.deepcopy(three)
    turn(mine)
    assert merge_flow(three, mine, three).document == mine
    rotate(theirs)
    found = merge_flow(three, mine, theirs)
    (conflict,) = found.conflicts
    assert (conflict.path, conflict.kind) == ("/nodes/b/config/branches/order", "order")
    chosen = merge_flow(three, mine, theirs, {conflict.path: "theirs"})
    assert chosen.document == theirs


def test_places_on_the_canvas_are_mine_without_a_word() -> None:
    def moved(document: dict[str, Any]) -> None:
        document["nodes"][0]["position"] = {"x": 9, "y": 9}

    found = merge_flow(BASE_STORED, changed(move), changed(moved))
    assert found.conflicts == ()
    assert found.document == changed(move)


def test_a_locked_parameter_stays_unless_head_office_upgrades() -> None:
    def raised(document: dict[str, Any]) -> None:
        document["params"]["properties"]["limit"]["default"] = 300
        document["params"]["properties"]["word"]["default"] = "你好"

    theirs = changed(raised)
    found = merge_flow(BASE_STORED, BASE_STORED, theirs)
    assert [(one.path, one.kind) for one in found.conflicts] == [
        ("/params/properties/limit", "locked")
    ]
    assert found.is_clear
    properties = found.document["params"]["properties"]
    assert (properties["limit"]["default"], properties["word"]["default"]) == (500, "你好")
    assert merge_flow(BASE_STORED, BASE_STORED, theirs, may_unlock=True).document == theirs

    def dropped(document: dict[str, Any]) -> None:
        del document["params"]

    kept = merge_flow(BASE_STORED, BASE_STORED, changed(dropped)).document["params"]
    assert kept["properties"] == {"limit": BASE["params"]["properties"]["limit"]}


def test_without_a_base_every_difference_is_asked_about() -> None:
    found = merge_flow(None, changed(tags("a")), changed(tags("b")))
    assert [one.path for one in found.conflicts] == ["/nodes/a/config/add"]


def test_steps_inside_boxes_merge_like_those_outside() -> None:
    def boxed(add: str, timeout: str) -> dict[str, Any]:
        inner = {"id": "x", "type": "tag_customer", "config": {"add": [add]}, "timeout": timeout}
        box = {
            "id": "l",
            "type": "for_each",
            "config": {"items": "order.lines"},
            "body": {"nodes": [inner]},
        }
        return dump_flow(load_flow({**BASE, "nodes": [*BASE["nodes"], box]}))

    base = boxed("a", "P1D")
    found = merge_flow(base, boxed("b", "P1D"), boxed("a", "P2D"))
    assert found.taken == ("/nodes/l/body/nodes/x/timeout",)
    assert found.document == boxed("b", "P2D")
    both = merge_flow(base, boxed("b", "P1D"), boxed("c", "P1D"))
    assert [one.path for one in both.conflicts] == ["/nodes/l/body/nodes/x/config/add"]
