"""What the cases of the notice cannot say."""

from engine.core.node import Done
from nodes.notify.node import NODE, Config
from tests.conformance.kit import TestContext


def test_nobody_to_tell_is_found() -> None:
    assert NODE.check is not None
    assert [
        problem.code for problem in NODE.check(Config.model_validate({"who": {}, "title": "a"}))
    ] == ["nobody"]
    assert NODE.check(Config.model_validate({"who": {"roles": ["ops"]}, "title": "a"})) == []


def test_a_list_of_people_is_told_once_each() -> None:
    config = Config.model_validate({"who": {"users": ["{{ vars.team }}", "u_1"]}, "title": "a"})
    done = NODE.run(config, TestContext(names={"vars": {"team": ["u_1", "u_2", None]}}))
    assert isinstance(done, Done)
    assert done.effects[0].args["who"]["users"] == ["u_1", "u_2"]


def test_a_value_alone_in_a_title_is_shown_as_text() -> None:
    config = Config.model_validate({"who": {"users": ["u_1"]}, "title": "{{ vars.n }}"})
    done = NODE.run(config, TestContext(names={"vars": {"n": 3}}))
    assert isinstance(done, Done)
    assert done.effects[0].args["title"] == "3"
