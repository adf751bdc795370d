"""What the cases of the approval cannot say."""

from typing import Any

import pytest

from engine.core.errors import GiveUp
from engine.core.node import Answer, Ask, Read, Several
from nodes.approval.config import Config
from nodes.approval.node import NODE
from tests.conformance.kit import TestContext

LEVEL = {"name": "店长", "who": {"users": ["u_he"]}}


def config(**changes: Any) -> Config:
    return Config.model_validate({"title": "退款", "levels": [LEVEL], **changes})


def codes(found: Config) -> list[tuple[str, str]]:
    assert NODE.check is not None
    return [(problem.path, problem.code) for problem in NODE.check(found)]


def test_a_sound_approval_has_no_problem() -> None:
    assert codes(config()) == []


def test_a_level_without_people_is_found() -> None:
    assert codes(config(levels=[LEVEL, {"name": "财务", "who": {}}])) == [
        ("/levels/1/who", "nobody")
    ]


def test_a_manager_needs_somebody_whose_manager_it_is() -> None:
    who = {"relative": "manager"}
    assert codes(config(levels=[{"name": "上级", "who": who}])) == [("/levels/0/who/of", "missing")]


@pytest.mark.parametrize("taken", ["approved", "timeout", "error", "urge"])
def test_a_reminder_cannot_take_a_port_that_means_something_else(taken: str) -> None:
    urges = [
        {"id": "urge", "name": "催办", "after": "PT1H"},
        {"id": taken, "name": "再催", "after": "PT2H"},
    ]
    assert codes(config(reminders=urges)) == [("/reminders/1/id", "duplicate_port")]


def test_a_level_is_looked_up_only_when_it_begins() -> None:
    two = config(levels=[LEVEL, {"name": "财务", "who": {"roles": ["finance"]}}])
    first = NODE.run(two, TestContext())
    assert isinstance(first, Ask)
    assert isinstance(first.request, Read)
    assert first.request.args["users"] == ["u_he"]


def test_an_approver_without_a_name_is_shown_by_id() -> None:
    asked = NODE.run(config(), TestContext(answers=(Answer("out", [{"id": "u_he", "name": ""}]),)))
    assert isinstance(asked, Ask)
    assert isinstance(asked.request, Several)
    assert asked.reason == ("waiting", {"level": "店长", "people": ["u_he"]})


def test_people_that_could_not_be_read_count_as_nobody() -> None:
    with pytest.raises(GiveUp) as caught:
        NODE.run(config(), TestContext(answers=(Answer("out", None),)))
    assert caught.value.code == "nobody"
    assert "店长" in caught.value.message["zh"]
