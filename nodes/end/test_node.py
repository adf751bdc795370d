from __future__ import annotations

from engine.core.node import Done
from nodes.end.node import NODE, Config
from tests.conformance.kit import TestContext


def test_an_outcome_of_its_own_wins_over_the_sentence() -> None:
    config = Config(outcome="已升级", output={"outcome": "{{ vars.level }}"})
    done = NODE.run(config, TestContext(names={"vars": {"level": "gold"}}))
    assert isinstance(done, Done)
    assert done.output == {"outcome": "gold"}
