from __future__ import annotations

from decimal import Decimal

import pytest

from engine.core.node import Done
from nodes.branch.node import NODE, Config
from tests.conformance.kit import TestContext


def branches(*conditions: object) -> Config:
    rows = [
        {"id": f"b{index}", "name": f"分支 {index}", "when": when}
        for index, when in enumerate(conditions)
    ]
    return Config.model_validate({"branches": rows})


def run(config: Config, **names: object) -> Done:
    done = NODE.run(config, TestContext(names=dict(names)))
    assert isinstance(done, Done)
    return done


def test_the_reason_names_the_values_the_conditions_looked_at() -> None:
    config = branches({"all": [{"field": "order.amount", "op": "gt", "value": "500"}]})
    done = run(config, order={"amount": Decimal("620.50"), "lines": []})
    assert done.reason == (
        "matched",
        {"facts": {"order.amount": Decimal("620.50")}, "names": ["分支 0"]},
    )


def test_the_reason_of_the_default_names_the_values_of_all_conditions() -> None:
    config = branches("order.amount > 500", "customer.level == 'gold'")
    done = run(config, order={"amount": 80}, customer={"level": "silver"})
    assert done.reason[1] == {"facts": {"order.amount": 80, "customer.level": "silver"}}


def test_records_stay_out_of_the_reason_and_lists_are_cut() -> None:
    tags = [f"标签{number}" for number in range(30)]
    config = branches("'标签3' in customer.tags and customer.address != null")
    done = run(config, customer={"tags": tags, "address": {"city": "上海"}})
    assert done.reason[1]["facts"] == {"customer.tags": tags[:10]}


def test_a_condition_that_looks_at_nothing_says_only_what_holds() -> None:
    assert run(branches("true")).reason == ("matched_plain", {"names": ["分支 0"], "facts": {}})
    assert run(branches("false")).reason == ("none_plain", {"facts": {}})


def test_conditions_after_the_first_that_holds_are_not_asked() -> None:
    config = branches("order.amount > 500", "unknown.name > 1")
    assert run(config, order={"amount": 620}).port == "b0"


@pytest.mark.parametrize("id_", ["default", "error", "timeout", "out"])
def test_ports_every_node_has_cannot_be_a_branch(id_: str) -> None:
    assert NODE.check is not None
    config = Config.model_validate({"branches": [{"id": id_, "name": "甲", "when": "true"}]})
    assert [(one.path, one.code) for one in NODE.check(config)] == [
        ("/branches/0/id", "duplicate_port")
    ]


def test_two_branches_with_one_id_and_an_empty_condition_are_refused() -> None:
    assert NODE.check is not None
    config = Config.model_validate(
        {
            "branches": [
                {"id": "a", "name": "甲", "when": "true"},
                {"id": "a", "name": "乙", "when": {"all": []}},
            ]
        }
    )
    assert [one.path for one in NODE.check(config)] == ["/branches/1/id", "/branches/1/when"]
