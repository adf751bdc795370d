from __future__ import annotations

from nodes.join.node import NODE, Config


def test_stopping_the_rest_means_nothing_when_all_are_waited_for() -> None:
    assert NODE.check is not None
    assert [one.level for one in NODE.check(Config(stop_rest=True))] == ["warning"]
    assert NODE.check(Config(mode="first", stop_rest=True)) == []
