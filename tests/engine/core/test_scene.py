"""The scene document: reading, parameters, connections, wording, and what check_scene finds."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from engine.core.errors import InvalidInput
from engine.core.flow import load_flow
from engine.core.registry import Registry, load_registry
from engine.core.scene import (
    Changed,
    Scene,
    check_scene,
    fill_parameters,
    install,
    load_scene,
    merge_patch,
    read_scene,
    sample_of,
    wording,
)

TITLE = {"zh": "名称", "en": "name"}
SCENE: dict[str, Any] = {
    "format": "jimu.scene/1",
    "key": "thanks",
    "name": {"zh": "感谢", "en": "Thanks"},
    "industry": {"zh": "零售", "en": "Retail"},
    "summary": {"zh": "付款后感谢", "en": "Thanks after payment"},
    "parameters": {
        "type": "object",
        "properties": {
            "tag": {
                "type": "string",
                "default": {"zh": "老客", "en": "regular"},
                "x-title": TITLE,
                "x-lock": True,
            },
            "least": {
                "type": "number",
                "default": 100,
                "minimum": 0,
                "x-title": TITLE,
                "x-sets": [{"flow": "thanks", "node": "send", "at": "/config/channels/0/more/n"}],
            },
        },
    },
    "connections": [
        {"key": "chat", "types": ["webhook"], "why": {"zh": "发消息", "en": "to send"}},
        {
            "key": "mail",
            "types": ["smtp"],
            "why": {"zh": "发邮件", "en": "to mail"},
            "required": False,
        },
    ],
    "flows": [
        {
            "format": "jimu.flow/1",
            "key": "thanks",
            "name": {"zh": "付款后感谢", "en": "Thanks after payment"},
            "nodes": [
                {"id": "start", "type": "event", "config": {"type": "order.paid"}},
                {"id": "tag", "type": "tag_customer", "config": {"add": ["{{ params.tag }}"]}},
                {
                    "id": "send",
                    "type": "send_message",
                    "config": {
                        "content": {"zh": "谢谢", "en": "Thank you"},
                        "channels": [
                            {"connection": "chat", "more": {"n": 1}},
                            {"connection": "mail", "channel": "email"},
                        ],
                    },
                },
            ],
            "edges": [
                {"id": "e1", "from": "start", "to": "tag"},
                {"id": "e2", "from": "tag", "to": "send"},
            ],
        }
    ],
    "samples": {
        "events": {
            "paid": {
                "id": "evt_1",
                "source": "shop",
                "type": "order.paid",
                "time": "2026-03-01T10:00:00+08:00",
                "data": {
                    "order": {
                        "platform": "own",
                        "shop": "小铺",
                        "external_id": "1",
                        "status": "paid",
                        "amount": "20.00",
                        "created_at": "2026-03-01T10:00:00+08:00",
                    }
                },
            }
        },
        "customers": {"lin": {"id": "cus_lin", "name": "林晚秋", "tags": ["a"]}},
    },
}
CASE: dict[str, Any] = {
    "name": {"zh": "一笔订单", "en": "one order"},
    "event": {"sample": "paid"},
    "now": "2026-03-01T10:00:00+08:00",
    "expect": {"starts": True},
}


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


def scene(cases: Any = (), **changes: Any) -> Scene:
    return read_scene(merge_patch(copy.deepcopy(SCENE), changes), cases)


def parameter(**changes: Any) -> dict[str, Any]:
    return {"parameters": {"properties": changes}}


def paths(found: Scene, registry: Registry) -> set[str]:
    return {problem.path for problem in check_scene(found, registry) if problem.level == "error"}


# -- reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ([], ""),
        ({"format": "jimu.scene/1"}, "/key"),
        ({**SCENE, "format": "jimu.scene/9"}, "/format"),
        ({**SCENE, "flows": []}, "/flows"),
        ({**SCENE, "name": {"zh": "只有中文"}}, "/name"),
        ({**SCENE, "colour": "red"}, "/colour"),
        (
            {**SCENE, "connections": [{"key": "x", "types": [], "why": TITLE}]},
            "/connections/0/types",
        ),
    ],
)
def test_a_malformed_scene_is_refused_with_the_path(document: Any, path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_scene(document)
    assert path in [problem.path for problem in caught.value.problems]


def test_a_scene_nested_too_deeply_is_refused() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(InvalidInput):
        read_scene({**SCENE, "parameters": {"deep": deep}})


def test_a_folder_without_its_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_scene(tmp_path)
    assert [problem.path for problem in caught.value.problems] == ["/scene.json"]


def test_a_folder_is_named_like_its_scene(tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "scene.json").write_text(json.dumps(SCENE), encoding="utf-8")
    (folder / "cases.json").write_text(json.dumps([CASE]), encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        load_scene(folder)
    assert caught.value.problems[0].path == "/key"
    folder.rename(tmp_path / "thanks")
    assert load_scene(tmp_path / "thanks").cases[0].name["en"] == "one order"


# -- installing ----------------------------------------------------------------------------------


def test_installing_gives_flow_documents_that_load() -> None:
    flows = install(scene(), {}, {"chat": "chat_main", "mail": "mail_main"})
    assert [load_flow(flow).key for flow in flows] == ["thanks"]


def test_one_language_is_chosen_and_titles_stay_in_both() -> None:
    given = {"chat": "chat_main"}
    for locale, name, tag, said in (
        ("zh", "付款后感谢", "老客", "谢谢"),
        ("en", "Thanks after payment", "regular", "Thank you"),
    ):
        flow = install(scene(), {}, given, locale=locale)[0]  # type: ignore[arg-type]
        assert flow["name"] == name
        assert flow["nodes"][2]["config"]["content"] == said
        assert flow["params"]["properties"]["tag"]["default"] == tag
        assert flow["params"]["properties"]["tag"]["x-title"] == TITLE


def test_a_parameter_read_by_a_flow_becomes_its_parameter_with_its_lock() -> None:
    flow = install(scene(), {"tag": "金卡"}, {"chat": "c"})[0]
    assert set(flow["params"]["properties"]) == {"tag"}
    assert flow["params"]["properties"]["tag"]["default"] == "金卡"
    assert flow["params"]["properties"]["tag"]["x-lock"] is True


def test_a_parameter_with_places_is_written_there() -> None:
    flow = install(scene(), {"least": 7}, {"chat": "c"})[0]
    assert flow["nodes"][2]["config"]["channels"][0]["more"] == {"n": 7}


def test_connections_become_those_chosen_and_an_optional_row_goes() -> None:
    both = install(scene(), {}, {"chat": "chat_main", "mail": "mail_main"})[0]
    rows = [row["connection"] for row in both["nodes"][2]["config"]["channels"]]
    assert rows == ["chat_main", "mail_main"]
    one = install(scene(), {}, {"chat": "chat_main"})[0]
    assert [row["connection"] for row in one["nodes"][2]["config"]["channels"]] == ["chat_main"]


@pytest.mark.parametrize(
    ("parameters", "connections", "path"),
    [
        ({"least": -1}, {"chat": "c"}, "/parameters/least"),
        ({"least": "many"}, {"chat": "c"}, "/parameters/least"),
        ({"most": 1}, {"chat": "c"}, "/parameters/most"),
        ({}, {}, "/connections/chat"),
        ({}, {"chat": ""}, "/connections/chat"),
        ({}, {"chat": "c", "fax": "f"}, "/connections/fax"),
    ],
)
def test_what_cannot_be_installed_says_where(parameters: Any, connections: Any, path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        install(scene(), parameters, connections)
    assert [problem.path for problem in caught.value.problems] == [path]


def test_installing_never_changes_the_scene() -> None:
    found = scene()
    before = copy.deepcopy(found.flows)
    install(found, {"least": 9, "tag": "x"}, {"chat": "c"})
    assert found.flows == before


def test_values_given_win_over_defaults() -> None:
    assert fill_parameters(scene(), {"least": 3}) == {"tag": "老客", "least": 3}


# -- samples -------------------------------------------------------------------------------------


def test_a_merge_patch_changes_adds_and_removes() -> None:
    # The examples of RFC 7396, appendix A.
    for value, patch, merged in (
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "foo"}, None, None),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ):
        assert merge_patch(value, patch) == merged


def test_a_sample_nobody_gave_is_refused() -> None:
    with pytest.raises(InvalidInput):
        sample_of(scene(), Changed(sample="none"), "events")
    changed = sample_of(scene(), Changed(sample="lin", patch={"tags": []}), "customers")
    assert changed == {"id": "cus_lin", "name": "林晚秋", "tags": []}


def test_wording_leaves_what_is_no_text_alone() -> None:
    value = {"zh": 1, "en": 2, "fr": 3, "list": [{"zh": "是", "en": "yes"}], "x-help": TITLE}
    assert wording(value, "en") == {**value, "list": ["yes"]}


# -- checking ------------------------------------------------------------------------------------


def test_a_sound_scene_has_no_problem(registry: Registry) -> None:
    assert paths(scene([CASE]), registry) == set()


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        (parameter(tag={"default": None}), "/parameters/properties/tag"),
        (parameter(tag={"x-title": {"en": None}}), "/parameters/properties/tag"),
        (parameter(least={"minimum": "much"}), "/parameters/properties/least/minimum"),
        (parameter(least={"default": -5}), "/parameters/properties/least/default"),
        (parameter(least={"x-lock": True}), "/parameters/properties/least"),
        (parameter(least={"x-sets": [{"flow": "thanks"}]}), "/parameters/properties/least/x-sets"),
        (parameter(least={"x-sets": 5}), "/parameters/properties/least/x-sets"),
        (
            parameter(least={"x-sets": [{"flow": "thanks", "node": "send", "at": "/config/no"}]}),
            "/parameters/properties/least",
        ),
        ({"connections": []}, "/connections"),
        (
            {
                "connections": [
                    *SCENE["connections"],
                    {"key": "fax", "types": ["fax"], "why": TITLE},
                ]
            },
            "/connections/2/types",
        ),
        (
            {
                "connections": [
                    {**SCENE["connections"][0], "types": ["no_such"]},
                    SCENE["connections"][1],
                ]
            },
            "/connections/0/types",
        ),
        ({"samples": {"events": {"bad": {"id": "x"}}}}, "/samples/events/bad/type"),
        (
            {"samples": {"events": {"paid": {"data": {"order": {"amount": 20}}}}}},
            "/samples/events/paid/data/order/amount",
        ),
        (
            {"event_types": [{"type": "order.mine", "label": TITLE, "schema": {"type": "object"}}]},
            "/event_types/0/type",
        ),
    ],
)
def test_faults_are_found_with_their_path(
    changes: dict[str, Any], path: str, registry: Registry
) -> None:
    assert path in paths(scene([CASE], **changes), registry)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"flow": "other"}, "/cases/0/flow"),
        ({"answers": {"nobody": {}}}, "/cases/0/answers/nobody"),
        ({"event": {"sample": "none"}}, "/cases/0"),
        ({"customer": {"sample": "none"}}, "/cases/0"),
    ],
)
def test_a_case_that_speaks_of_nothing_is_found(
    changes: dict[str, Any], path: str, registry: Registry
) -> None:
    assert path in paths(scene([{**CASE, **changes}]), registry)


def test_an_optional_connection_must_be_a_row(registry: Registry) -> None:
    flow = copy.deepcopy(SCENE["flows"][0])
    flow["nodes"][2] = {
        "id": "send",
        "type": "call",
        "config": {"connection": "mail", "action": "send_message"},
    }
    found = read_scene({**SCENE, "flows": [flow], "connections": [SCENE["connections"][1]]})
    assert "/connections/0/required" in paths(found, registry)


def test_a_flow_that_could_not_be_published_is_found(registry: Registry) -> None:
    flow = copy.deepcopy(SCENE["flows"][0])
    flow["nodes"][1]["type"] = "no_such_node"
    found = read_scene({**SCENE, "flows": [flow]})
    assert any(path.startswith("/flows/0/nodes/1") for path in paths(found, registry))
