from __future__ import annotations

import pytest
from pydantic import ValidationError

from engine.core.node import Ask, Repeat
from nodes.loop.node import NODE, Config
from tests.conformance.kit import TestContext


def test_empty_texts_mean_nothing_was_wanted() -> None:
    found = NODE.run(Config(until="", limit=2), TestContext())
    assert isinstance(found, Ask)
    assert found.request == Repeat(limit=2)


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_there_is_always_a_sensible_limit(limit: int) -> None:
    with pytest.raises(ValidationError):
        Config(limit=limit)
