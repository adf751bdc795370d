"""What the cases of this node cannot say."""

import pytest

from engine.core.effect import Effect
from engine.core.errors import GiveUp
from engine.core.node import Ask
from engine.settlement.sale import order_key
from nodes.freeze_entries.node import NODE, Config
from tests.conformance.kit import TestContext


def test_the_order_may_be_its_key_or_the_record() -> None:
    names = {
        "order": {"platform": "douyin", "shop": "flagship", "external_id": "1"},
        "params": {"key": "douyin/flagship/1"},
    }
    for order in ("order", "params.key"):
        asked = NODE.run(Config(party="pty_1", order=order), TestContext(names=names))
        assert isinstance(asked, Ask)
        assert isinstance(asked.request, Effect)
        assert asked.request.args == {"order": "douyin/flagship/1"}
        assert asked.request.owner == "account:pty_1"


def test_without_an_order_nothing_is_done() -> None:
    with pytest.raises(GiveUp) as refused:
        NODE.run(Config(party="pty_1"), TestContext(names={"order": None}))
    assert refused.value.code == "no_order"


def test_an_order_without_a_shop_has_the_key_it_was_booked_under() -> None:
    order = {"platform": "own", "shop": None, "external_id": "1"}
    asked = NODE.run(Config(party="pty_1"), TestContext(names={"order": order}))
    assert isinstance(asked, Ask)
    assert isinstance(asked.request, Effect)
    assert asked.request.args == {"order": order_key(order)} == {"order": "own//1"}
