from __future__ import annotations

import pytest

from engine.core.errors import GiveUp
from nodes.sub_flow.node import NODE, Config
from tests.conformance.kit import TestContext


@pytest.mark.parametrize("owner", [None, "", "cus_9", "customer:", "Customer:cus_9", "order: 1"])
def test_an_owner_that_comes_out_malformed_is_an_error(owner: str | None) -> None:
    context = TestContext(names={"vars": {"owner": owner}})
    with pytest.raises(GiveUp) as caught:
        NODE.run(Config(flow="thank", owner="{{ vars.owner }}"), context)
    assert caught.value.code == "bad_owner"
