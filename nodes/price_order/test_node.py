"""What the cases of pricing an order cannot say."""

from typing import Any

import pytest

from engine.core.errors import GiveUp
from engine.core.node import Ask, Read
from nodes.price_order.node import NODE, Config
from tests.conformance.kit import TestContext


def asked(config: dict[str, Any], **context: Any) -> Read:
    found = NODE.run(Config.model_validate(config), TestContext(**context))
    assert isinstance(found, Ask)
    assert isinstance(found.request, Read)
    return found.request


def test_it_goes_on_from_the_totals_unless_told_otherwise() -> None:
    names = {"order": {"amount": "1.00"}}
    assert asked({"card": "creators"}, names=names).args["with_totals"] is True
    assert asked({"card": "creators", "from_zero": True}, names=names).args["with_totals"] is False


def test_what_is_no_order_is_an_error_of_the_step() -> None:
    with pytest.raises(GiveUp) as refused:
        NODE.run(
            Config(card="creators", order="params.order"),
            TestContext(names={"params": {"order": None}}),
        )
    assert refused.value.code == "no_order"
