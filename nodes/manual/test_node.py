from __future__ import annotations

from engine.core.triggers import Entrance
from nodes.manual.node import NODE, Config


def test_the_entrance_is_for_colleagues_only() -> None:
    assert NODE.start is not None
    inputs = {"type": "object", "properties": {"reason": {"type": "string"}}}
    assert NODE.start(Config(inputs=inputs)) == Entrance(kind="manual", schema=inputs)


def test_a_malformed_schema_is_refused_with_its_path() -> None:
    assert NODE.check is not None
    assert [one.path for one in NODE.check(Config(inputs={"type": "x"}))] == ["/inputs/type"]
    assert NODE.check(Config()) == []
