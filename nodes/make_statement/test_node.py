"""What the cases of making a statement cannot say."""

from engine.core.effect import Effect
from engine.core.node import Ask
from nodes.make_statement.node import NODE, Config
from tests.conformance.kit import TestContext


def test_party_and_period_may_come_from_the_flow() -> None:
    config = Config(party="{{ params.who }}", period="{{ params.month }}")
    names = {"params": {"who": "pty_1", "month": "2026-11"}}
    asked = NODE.run(config, TestContext(names=names))
    assert isinstance(asked, Ask)
    assert isinstance(asked.request, Effect)
    assert asked.request.owner == "account:pty_1"
    assert asked.request.args == {"party": "pty_1", "period": "2026-11", "currency": "CNY"}
