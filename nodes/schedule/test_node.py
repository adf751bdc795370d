from __future__ import annotations

import pytest

from engine.core.triggers import Schedule
from nodes.schedule.node import NODE, Config


def problems(**config: object) -> list[tuple[str, str, str]]:
    assert NODE.check is not None
    found = NODE.check(Config.model_validate(config))
    return [(problem.path, problem.code, problem.level) for problem in found]


def test_it_starts_once_when_no_audience_is_named() -> None:
    assert NODE.start is not None
    assert NODE.start(Config()) == Schedule(cron="0 10 * * *")
    assert NODE.start(Config(audience="")) == Schedule(cron="0 10 * * *")


def test_it_starts_for_each_customer_of_an_audience() -> None:
    assert NODE.start is not None
    config = Config(cron="0 9 * * 1-5", missed="all", up_to=3, audience="customer.points > 100")
    assert NODE.start(config) == Schedule(
        cron="0 9 * * 1-5", missed="all", up_to=3, audience="customer.points > 100"
    )


@pytest.mark.parametrize(
    "cron", ["0 10 * * *", "*/5 8-18 * * 1-5", "0 0 29 2 *", "0 9 1,15 * *", "0 9 L * *"]
)
def test_usual_times_are_accepted(cron: str) -> None:
    assert problems(cron=cron) == []


@pytest.mark.parametrize(
    "cron",
    ["60 * * * *", "every day at ten", "0 10 * * * 30", "@annually", "0 10 * *  ", "*/0 * * * *"],
)
def test_what_is_no_time_is_refused(cron: str) -> None:
    assert problems(cron=cron) == [("/cron", "cron", "error")]


def test_a_day_that_never_comes_is_refused() -> None:
    assert problems(cron="0 0 30 2 *") == [("/cron", "cron_never", "error")]


@pytest.mark.parametrize("zone", ["Mars/Base", "../etc/passwd", "Asia", "a\x00b"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    assert problems(zone=zone) == [("/zone", "zone", "error")]


def test_rows_without_a_condition_are_remarked_on_because_they_mean_everybody() -> None:
    assert problems(audience={"all": []}) == [("/audience", "everybody", "warning")]
