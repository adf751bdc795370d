from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.core.node import Done
from nodes.decision_table.node import NODE, Config
from tests.conformance.kit import TestContext

TABLE: dict[str, Any] = {
    "inputs": [
        {"id": "amount", "name": "订单金额", "expression": "order.amount", "type": "number"}
    ],
    "outputs": [{"id": "rate", "name": "返点", "type": "number"}],
    "rows": [
        {"id": "high", "when": {"amount": ">= 1000"}, "then": {"rate": "0.05"}},
        {"id": "low", "when": {"amount": "[500..1000)"}, "then": {"rate": "0.03"}},
    ],
}


def test_the_reason_names_rows_and_the_values_they_read() -> None:
    config = Config.model_validate({"table": TABLE})
    done = NODE.run(config, TestContext(names={"order": {"amount": Decimal("620")}}))
    assert isinstance(done, Done)
    code, values = done.reason
    assert code == "hit"
    assert values["rows"] == ["low"]
    assert values["numbers"] == [2]
    assert values["facts"] == {"订单金额": Decimal("620")}


@pytest.mark.parametrize(
    ("policy", "properties"),
    [("first", {"rate"}), ("rule_order", {"results"}), ("collect", {"results"})],
)
def test_the_output_schema_follows_the_hit_policy(policy: str, properties: set[str]) -> None:
    config = Config.model_validate({"table": {**TABLE, "hit_policy": policy}})
    assert callable(NODE.output)
    assert set(NODE.output(config)["properties"]) == properties


def test_a_fresh_table_says_that_it_is_empty() -> None:
    assert NODE.check is not None
    assert [problem.code for problem in NODE.check(Config())] == ["table_empty"]


def test_a_bad_cell_is_refused_with_its_path() -> None:
    assert NODE.check is not None
    rows = [{"id": "r1", "when": {"amount": "> many"}, "then": {"rate": "x"}}]
    found = NODE.check(Config.model_validate({"table": {**TABLE, "rows": rows}}))
    assert {problem.path.split("/rows/")[0] for problem in found} == {"/table"}
    assert "/table/rows/0/then/rate" in {problem.path for problem in found}
