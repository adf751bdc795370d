"""What the cases of updating a customer cannot say."""

import pytest
from pydantic import ValidationError

from nodes.update_customer.node import KEPT, NODE, Config


@pytest.mark.parametrize("name", sorted(KEPT))
def test_what_has_a_way_of_its_own_cannot_be_written_here(name: str) -> None:
    assert NODE.check is not None
    found = NODE.check(Config(fields={"level": "金卡", name: "x"}))
    assert [(problem.path, problem.code) for problem in found] == [(f"/fields/{name}", "kept")]


def test_nothing_to_write_is_refused() -> None:
    with pytest.raises(ValidationError):
        Config(fields={})
