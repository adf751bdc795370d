"""What the cases of the form task cannot say."""

from typing import Any

import pytest

from engine.core.node import Answer, Done
from nodes.form_task.node import NODE, Config
from tests.conformance.kit import TestContext

FORM = {"type": "object", "properties": {"intent": {"type": "string"}}}


def codes(**changes: Any) -> list[tuple[str, str]]:
    document = {"title": "回访", "who": {"users": ["u_zhou"]}, "form": FORM, **changes}
    assert NODE.check is not None
    found = NODE.check(Config.model_validate(document))
    return [(problem.path, problem.code) for problem in found]


def test_a_sound_form_task_has_no_problem() -> None:
    assert codes() == []


def test_nobody_to_do_it_is_found() -> None:
    assert codes(who={}) == [("/who", "nobody")]


def test_a_form_without_fields_is_found() -> None:
    assert codes(form={"type": "object"}) == [("/form", "form")]


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "objekt"},
        {"properties": {"phone": {"type": "string", "pattern": "(?<=a)b"}}},
        {"properties": {"a": {"$ref": "https://example.com/schema"}}},
    ],
)
def test_a_form_that_cannot_be_used_is_found(broken: dict[str, Any]) -> None:
    assert all(path.startswith("/form") for path, _ in codes(form=broken))
    assert codes(form=broken)


def test_the_output_is_described_by_the_form_itself() -> None:
    config = Config.model_validate({"title": "回访", "who": {"users": ["u"]}, "form": FORM})
    assert callable(NODE.output)
    assert NODE.output(config) == FORM


def test_a_form_submitted_empty_gives_an_empty_output() -> None:
    config = Config.model_validate({"title": "回访", "who": {"users": ["u"]}, "form": FORM})
    answers = (Answer("out", [{"id": "u", "name": "周敏"}]), Answer("submitted", {"by": "u_else"}))
    done = NODE.run(config, TestContext(answers=answers))
    assert isinstance(done, Done)
    assert done.output == {}
    assert done.reason == ("submitted", {"by": "u_else"})
