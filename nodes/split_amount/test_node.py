"""What the cases of splitting an amount cannot say."""

from typing import Any

import pytest

from engine.core.errors import GiveUp
from engine.core.node import Done
from nodes.split_amount.node import NODE, Config
from tests.conformance.kit import TestContext


def split(amount: str, *shares: dict[str, Any], **more: Any) -> dict[str, str]:
    config = Config.model_validate({"amount": "params.amount", "shares": list(shares), **more})
    found = NODE.run(config, TestContext(names={"params": {"amount": amount}}))
    assert isinstance(found, Done)
    return found.output["amounts"]


@pytest.mark.parametrize("amount", ["100.00", "0.01", "-33.33", "99999.99"])
def test_the_parts_sum_to_the_amount(amount: str) -> None:
    from decimal import Decimal

    found = split(
        amount, {"who": "a", "value": "1"}, {"who": "b", "value": "1"}, {"who": "c", "value": "1"}
    )
    assert sum(map(Decimal, found.values())) == Decimal(amount)


def test_a_yen_has_no_cents() -> None:
    assert split("100", {"who": "a", "value": "1"}, {"who": "b", "value": "2"}, currency="JPY") == {
        "a": "33",
        "b": "67",
    }


def test_what_leaves_money_to_nobody_is_found_when_publishing() -> None:
    assert NODE.check is not None
    config = Config.model_validate(
        {"amount": "1", "shares": [{"who": "a", "kind": "percent", "value": "40"}]}
    )
    assert [problem.path for problem in NODE.check(config)] != []


def test_an_amount_finer_than_the_currency_is_refused() -> None:
    with pytest.raises(GiveUp) as refused:
        split("1.005", {"who": "a", "value": "1"})
    assert refused.value.code == "not_split"
