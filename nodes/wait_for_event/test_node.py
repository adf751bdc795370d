from __future__ import annotations

import pytest
from pydantic import ValidationError

from nodes.wait_for_event.node import Config


@pytest.mark.parametrize("timeout", [None, "PT0S", "-P1D", "P4000D", "soon"])
def test_a_timeout_is_demanded_and_sensible(timeout: object) -> None:
    config = {"type": "order.paid"} | ({} if timeout is None else {"timeout": timeout})
    with pytest.raises(ValidationError):
        Config.model_validate(config)
