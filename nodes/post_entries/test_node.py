"""What the cases of posting cannot say."""

from typing import Any

import pytest

from engine.core.errors import GiveUp
from engine.core.node import Done
from nodes.post_entries.node import NODE, Config
from tests.conformance.kit import TestContext


def post(parts: Any, **more: Any) -> Done:
    config = Config.model_validate({"parts": "params.parts", "term": "service", **more})
    found = NODE.run(config, TestContext(names={"params": {"parts": parts}}))
    assert isinstance(found, Done)
    return found


def test_each_party_has_its_own_lane() -> None:
    found = post([{"party": "pty_1", "amount": "1.00"}, {"party": "pty_2", "amount": "-2.50"}])
    assert [effect.owner for effect in found.effects] == ["account:pty_1", "account:pty_2"]
    assert [effect.args["amounts"][0]["minor"] for effect in found.effects] == [100, -250]


def test_a_single_part_needs_no_list() -> None:
    assert post({"party": "pty_1", "amount": "3"}).output["count"] == 1


@pytest.mark.parametrize(
    "parts",
    [None, "x", [{}], [{"party": "a"}], [{"party": "a", "amount": "1.005"}], [1]],
    ids=["nothing", "text", "empty", "no_amount", "too_fine", "number"],
)
def test_one_wrong_part_posts_nothing(parts: Any) -> None:
    with pytest.raises(GiveUp) as refused:
        post(parts)
    assert refused.value.code == "bad_parts"
