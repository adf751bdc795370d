from __future__ import annotations

from typing import Any

import pytest

from engine.core.errors import GiveUp
from engine.core.node import Ask, Each
from nodes.for_each.node import NODE, Config
from tests.conformance.kit import TestContext


@pytest.mark.parametrize("value", ["abc", 3, {"a": 1}, True])
def test_only_a_list_is_a_list(value: Any) -> None:
    with pytest.raises(GiveUp) as caught:
        NODE.run(Config(items="vars.x"), TestContext(names={"vars": {"x": value}}))
    assert caught.value.code == "not_a_list"


def test_empty_texts_mean_nothing_was_wanted() -> None:
    found = NODE.run(Config(items="vars.x", enough=""), TestContext(names={"vars": {"x": [1]}}))
    assert isinstance(found, Ask)
    assert found.request == Each(items=(1,))
