"""What the cases of tagging cannot say."""

from engine.core.node import Done
from nodes.tag_customer.node import NODE, Config
from tests.conformance.kit import TestContext


def test_no_tag_and_a_tag_on_both_sides_are_found() -> None:
    assert NODE.check is not None
    assert [problem.path for problem in NODE.check(Config())] == ["/add"]
    both = Config(add=("VIP", "新客"), remove=("潜客", "VIP"))
    assert [problem.path for problem in NODE.check(both)] == ["/remove/1"]
    assert NODE.check(Config(add=("VIP",), remove=("潜客",))) == []


def test_the_order_of_tags_is_kept_and_nothing_is_tagged_twice() -> None:
    found = NODE.run(Config(add=("b", "a", "b")), TestContext())
    assert isinstance(found, Done)
    assert found.output["added"] == ["b", "a"]
    assert found.reason == ("tagged", {"tags": "+b, +a"})
