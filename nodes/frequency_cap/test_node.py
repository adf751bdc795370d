"""What the cases of the frequency cap cannot say."""

from typing import Any

import pytest
from pydantic import ValidationError

from engine.core.effect import Effect
from engine.core.node import Ask
from nodes.frequency_cap.node import NODE, Config
from tests.conformance.kit import TestContext


def config(**changes: Any) -> Config:
    return Config.model_validate({"cap": "gift", "limit": 1, **changes})


def taken_by(found: Config, **context: Any) -> Effect:
    asked = NODE.run(found, TestContext(**context))
    assert isinstance(asked, Ask)
    assert isinstance(asked.request, Effect)
    return asked.request


def test_a_duration_and_a_period_at_once_are_refused() -> None:
    assert NODE.check is not None
    assert [problem.path for problem in NODE.check(config(within="P1D", period="day"))] == [
        "/period"
    ]
    assert NODE.check(config(within="P1D")) == []
    assert NODE.check(config()) == []


def test_the_customer_of_the_run_needs_no_record() -> None:
    assert taken_by(config(), owner="customer:cus_5").owner == "customer:cus_5"


def test_two_caps_of_one_subject_are_counted_apart() -> None:
    names = {"order": {"shop": "旗舰店"}}
    one = taken_by(config(subject="order.shop"), names=names)
    other = taken_by(config(cap="sms", subject="order.shop"), names=names)
    assert one.owner == "cap:gift/旗舰店"
    assert other.owner == "cap:sms/旗舰店"


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"cap": "Gift!"}, {"within": "PT0S"}])
def test_what_cannot_be_counted_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        config(**wrong)
