"""Every scene of the library keeps the contract. Folders are found, none is named here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.core.errors import InvalidInput
from engine.core.registry import Registry, load_registry
from engine.core.scene import (
    Scene,
    SceneCase,
    check_scene,
    fill_parameters,
    install,
    load_scene,
    wording,
)
from engine.core.scene.play import play
from engine.core.text import Locale
from tests.conformance.kit import mismatches

LIBRARY = Path(__file__).parents[2] / "templates_library"
SCENES = sorted(path.parent.name for path in LIBRARY.glob("*/scene.json"))
LOADED = {name: load_scene(LIBRARY / name) for name in SCENES}
CASES = [
    pytest.param(name, index, locale, id=f"{name}-{index + 1}-{locale}")
    for name, scene in LOADED.items()
    for index in range(len(scene.cases))
    for locale in ("zh", "en")
]


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


def texts_of(value: Any) -> Iterator[Mapping[str, str]]:
    if isinstance(value, Mapping):
        if value.keys() == {"zh", "en"} and all(isinstance(one, str) for one in value.values()):
            yield value
        else:
            for inner in value.values():
                yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_has_no_problem(name: str, registry: Registry) -> None:
    found = check_scene(LOADED[name], registry)
    assert [problem.as_json() for problem in found if problem.level == "error"] == []


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_has_at_least_four_cases_and_shows_every_end(name: str, registry: Registry) -> None:
    scene = LOADED[name]
    assert len(scene.cases) >= 4
    reached: set[str] = set()
    for case in scene.cases:
        reached |= set(play(scene, case, registry).as_json()["path"])
    ends = {node["id"] for flow in scene.flows for node in flow["nodes"] if node["type"] == "end"}
    assert ends - reached == set(), "ends no case comes to"


@pytest.mark.parametrize(("name", "index", "locale"), CASES)
def test_a_case_runs_as_it_says(name: str, index: int, locale: Locale, registry: Registry) -> None:
    scene = LOADED[name]
    case: SceneCase = scene.cases[index]
    played = play(scene, case, registry, locale).as_json()
    expected = wording(case.expect, locale)
    wrong = mismatches(expected, played)
    assert wrong == [], f"{case.name[locale]}: {json.dumps(played['error'], ensure_ascii=False)}"


@pytest.mark.parametrize("name", SCENES)
def test_texts_are_in_both_languages(name: str) -> None:
    scene = LOADED[name]
    samples = json.dumps(scene.samples.model_dump(), ensure_ascii=False)
    for words in texts_of(scene.model_dump(by_alias=True)):
        assert words["zh"].strip(), words
        assert words["en"].strip(), words
        # Names of invented people and goods stay what they are.
        left = [
            found
            for found in re.findall(r"[\u4e00-\u9fff]+", words["en"])
            if found not in samples and not any(found in str(c.answers) for c in scene.cases)
        ]
        assert left == [], words


@pytest.mark.parametrize("name", SCENES)
def test_the_readme_tells_it_in_both_languages(name: str) -> None:
    scene, readme = LOADED[name], (LIBRARY / name / "README.md").read_text(encoding="utf-8")
    assert readme.startswith(f"# {scene.name['zh']}\n")
    assert f"\n# {scene.name['en']}\n" in readme


@pytest.mark.parametrize("name", SCENES)
def test_a_locked_parameter_stays_a_parameter_of_the_flow(name: str) -> None:
    scene: Scene = LOADED[name]
    flows = install(scene, {}, {one.key: one.key for one in scene.connections})
    kept = {name for flow in flows for name in flow.get("params", {}).get("properties", {})}
    locked = {
        name
        for name, schema in scene.parameters["properties"].items()
        if schema.get("x-lock") is True
    }
    assert locked <= kept


@pytest.mark.parametrize("name", SCENES)
def test_wrong_parameters_and_missing_connections_are_refused_with_their_paths(name: str) -> None:
    scene = LOADED[name]
    with pytest.raises(InvalidInput) as caught:
        fill_parameters(scene, {"no_such_parameter": 1})
    assert [problem.path for problem in caught.value.problems] == ["/parameters/no_such_parameter"]
    needed = [one.key for one in scene.connections if one.required]
    if needed:
        with pytest.raises(InvalidInput) as caught:
            install(scene)
        assert [problem.path for problem in caught.value.problems] == [
            f"/connections/{key}" for key in needed
        ]
