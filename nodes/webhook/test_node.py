from __future__ import annotations

from engine.core.triggers import Entrance
from nodes.webhook.node import NODE, Config


def test_the_entrance_carries_schema_and_secret() -> None:
    assert NODE.start is not None
    schema = {"type": "object", "required": ["order_no"]}
    assert NODE.start(Config(payload=schema, secret="secret:erp")) == Entrance(
        kind="webhook", schema=schema, public=True, secret="secret:erp"
    )


def test_an_unsigned_webhook_is_remarked_on() -> None:
    assert NODE.check is not None
    assert [(one.code, one.level) for one in NODE.check(Config())] == [("unsigned", "warning")]


def test_a_malformed_schema_is_refused_with_its_path() -> None:
    assert NODE.check is not None
    found = NODE.check(Config(payload={"type": "thing"}, secret="secret:erp"))
    assert [problem.path for problem in found] == ["/payload/type"]
