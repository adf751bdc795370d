from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from engine.core.errors import GiveUp
from engine.core.node import Answer, Ask, Done, Until
from engine.core.working_time import default_calendar
from nodes.wait.node import NODE, Config
from tests.conformance.kit import NOW, TestContext


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ({}, ["/duration"]),
        ({"duration": "P1D", "until": "order.paid_at"}, ["/duration"]),
        ({"until": "order.paid_at", "calendar": "service"}, ["/calendar"]),
        ({"duration": "PT4H", "calendar": "service"}, []),
        ({"until": "order.paid_at"}, []),
    ],
)
def test_either_how_long_or_until_is_filled_in(config: dict[str, Any], found: list[str]) -> None:
    assert NODE.check is not None
    assert [problem.path for problem in NODE.check(Config.model_validate(config))] == found


def test_the_moment_is_fixed_when_the_wait_begins() -> None:
    config = Config(duration=timedelta(days=3))
    asked = NODE.run(config, TestContext())
    assert isinstance(asked, Ask)
    assert asked.request == Until(NOW + timedelta(days=3))
    # A worker may come late: what counts is the moment that was set, not when it was noticed.
    late = TestContext(
        now=NOW + timedelta(days=9), answers=(Answer("out", NOW + timedelta(days=3)),)
    )
    done = NODE.run(config, late)
    assert isinstance(done, Done)
    assert done.output == {"until": NOW + timedelta(days=3)}


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 3, 8, 10, 0),  # noqa: DTZ001 - without a zone it is no moment
        date(2026, 3, 8),
        "2026-03-08T10:00:00+08:00",
        None,
    ],
)
def test_only_a_time_with_a_zone_is_a_moment(value: object) -> None:
    with pytest.raises(GiveUp) as caught:
        NODE.run(Config(until="vars.at"), TestContext(names={"vars": {"at": value}}))
    assert caught.value.code == "not_a_time"


def test_public_holidays_do_not_count() -> None:
    config = Config(duration=timedelta(hours=1), calendar="office")
    now = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)  # National Day
    answers = (Answer("out", default_calendar()),)
    asked = NODE.run(config, TestContext(now=now, answers=answers))
    assert isinstance(asked, Ask)
    assert isinstance(asked.request, Until)
    assert asked.request.at > now + timedelta(days=6)
