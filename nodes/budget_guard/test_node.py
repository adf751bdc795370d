"""What the cases of the budget guard cannot say."""

from engine.core.effect import Effect
from engine.core.node import Answer, Ask, Done
from nodes.budget_guard.node import NODE, Config
from tests.conformance.kit import TestContext


def test_the_budget_has_a_lane_of_its_own() -> None:
    config = Config(budget="campaign:{{ params.campaign }}", amount="params.cost")
    asked = NODE.run(config, TestContext(names={"params": {"campaign": "618", "cost": "8.00"}}))
    assert isinstance(asked, Ask)
    assert isinstance(asked.request, Effect)
    assert asked.request.owner == "budget:campaign:618"
    assert asked.request.args["major"] == "8.00"


def test_what_waits_for_a_person_is_over() -> None:
    answer = Answer(
        "out", {"outcome": "asked", "used": "90.00", "limit": "100.00", "left": "10.00"}
    )
    found = NODE.run(Config(budget="b", amount="1"), TestContext(answers=(answer,)))
    assert isinstance(found, Done)
    assert found.port == "over"
