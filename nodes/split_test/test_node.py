from __future__ import annotations

from collections import Counter

from engine.core.node import Done
from nodes.split_test.node import NODE, Config
from tests.conformance.kit import TestContext

OWNERS = [f"customer:cus_{number}" for number in range(4000)]


def groups(weights: dict[str, int], *, flow: str = "recall", node: str = "split") -> list[str]:
    rows = [{"id": id_, "name": f"组{id_}", "weight": weight} for id_, weight in weights.items()]
    config = Config.model_validate({"variants": rows})
    found = []
    for owner in OWNERS:
        done = NODE.run(config, TestContext(owner=owner, flow_key=flow, node_id=node))
        assert isinstance(done, Done)
        assert isinstance(done.port, str)
        found.append(done.port)
    return found


def test_shares_follow_the_weights() -> None:
    counted = Counter(groups({"a": 80, "b": 20}))
    # 4,000 owners: three standard deviations of a share of 20 % are under 2 %.
    assert abs(counted["b"] / len(OWNERS) - 0.2) < 0.02


def test_a_growing_weight_only_wins_owners_over() -> None:
    before = groups({"a": 80, "b": 20, "c": 20})
    after = groups({"a": 80, "b": 60, "c": 20})
    moved = {(one, other) for one, other in zip(before, after, strict=True) if one != other}
    assert moved == {("a", "b"), ("c", "b")}


def test_a_new_variant_moves_nobody_between_the_old_ones() -> None:
    before = groups({"a": 50, "b": 50})
    after = groups({"b": 50, "c": 50, "a": 50})
    moved = {(one, other) for one, other in zip(before, after, strict=True) if one != other}
    assert moved == {("a", "c"), ("b", "c")}


def test_two_tests_split_independently() -> None:
    here, there = groups({"a": 50, "b": 50}), groups({"a": 50, "b": 50}, node="another")
    both = Counter(zip(here, there, strict=True))
    assert all(abs(count / len(OWNERS) - 0.25) < 0.03 for count in both.values())


def test_weights_that_are_all_0_are_refused() -> None:
    assert NODE.check is not None
    rows = [{"id": "a", "name": "甲", "weight": 0}, {"id": "b", "name": "乙", "weight": 0}]
    config = Config.model_validate({"variants": rows})
    assert [problem.code for problem in NODE.check(config)] == ["no_weight"]
