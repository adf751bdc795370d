"""What the cases of finding a customer cannot say."""

from engine.core.node import Answer, Done
from nodes.find_customer.node import NODE, Config
from tests.conformance.kit import TestContext


def test_an_identity_needs_its_kind() -> None:
    assert NODE.check is not None
    assert [problem.path for problem in NODE.check(Config(value="1"))] == ["/kind"]
    assert NODE.check(Config(value="1", kind="phone")) == []
    assert NODE.check(Config(value="1", by="id")) == []


def test_a_customer_without_a_name_is_shown_by_id() -> None:
    found = NODE.run(
        Config(value="cus_2", by="id"), TestContext(answers=(Answer("out", {"id": "cus_2"}),))
    )
    assert isinstance(found, Done)
    assert found.reason == ("found", {"customer": "cus_2"})
