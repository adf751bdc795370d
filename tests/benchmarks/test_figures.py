"""Each benchmark returns whole figures. How large they are is no matter of tests."""

from __future__ import annotations

import math

import pytest

from benchmarks import (
    condition,
    durable_runs,
    http_orders,
    interpreter,
    plain_python,
    quote,
    settle_month,
)
from benchmarks.figure import Figure, middle
from benchmarks.peers import Peer, ask, dbos_steps, postgres_queue, rq_empty


def check(figure: Figure) -> None:
    assert math.isfinite(figure.value)
    assert figure.value > 0
    assert figure.work
    assert figure.unit
    assert all(value > 0 for value in figure.peers.values())
    said = figure.as_json()
    assert {"name", "value", "unit", "bar", "peers"} <= said.keys()
    assert (said["reaches_bar"] is None) == (figure.bar is None)


def test_the_loop_in_plain_python() -> None:
    check(plain_python.measure(steps=1_000))


def test_a_condition_beside_peers() -> None:
    figure = condition.measure(200)
    check(figure)
    assert not figure.is_better_high
    assert {"plain Python", "rule-engine"} <= figure.peers.keys()


def test_the_interpreter_beside_peers() -> None:
    figure = interpreter.measure(runs=40, rounds=1)
    check(figure)
    assert "bare dicts, JSON at the end" in figure.peers


@pytest.mark.usefixtures("on_this_server")
def test_durable_runs_with_and_without_an_effect() -> None:
    runs, with_effect, size = durable_runs.measure(60, peers=False)
    for figure in (runs, with_effect, size):
        check(figure)
    assert runs.detail["runs"] == 60
    assert with_effect.detail["runs"] == with_effect.detail["delivered"] == 30


@pytest.mark.usefixtures("on_this_server")
def test_a_month_beside_peers_that_come_to_the_same_cents_and_a_quote() -> None:
    settled, what_if = settle_month.measure(120, 4)
    for figure in (settled, what_if, quote.measure(2)):
        check(figure)
        assert not figure.is_better_high
    assert settled.detail["entries"] == 120
    assert "PostgreSQL, window function and store" in settled.peers


@pytest.mark.usefixtures("on_this_server")
def test_floors_that_are_always_there() -> None:
    assert postgres_queue.measure(200) > 0
    assert rq_empty.measure(20) > 0


def test_a_peer_that_is_not_installed_is_left_out_and_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ask(Peer("Nobody", "a_package_of_nobody", lambda: 1.0)) == {}
    assert "Nobody is not installed" in capsys.readouterr().err


@pytest.mark.alone
@pytest.mark.usefixtures("on_this_server")
def test_dbos_where_it_is_installed() -> None:
    found = ask(Peer("DBOS", "dbos", lambda: dbos_steps.measure(0.2)))
    assert all(value > 0 for value in found.values())


@pytest.mark.alone
@pytest.mark.usefixtures("on_this_server")
def test_orders_over_http_with_workers_killed() -> None:
    steady, killed = http_orders.measure(300)
    for figure in (steady, killed):
        check(figure)
        assert figure.detail["runs"] == 300
        assert (figure.detail["lost"], figure.detail["twice"]) == (0, 0)


def test_the_median_of_three_rounds_with_the_medians_of_its_peers() -> None:
    rounds = [
        Figure("x", "work", value, "runs/s", peers={"peer": value * 10, **more})
        for value, more in ((3.0, {}), (1.0, {"late": 7.0}), (2.0, {}))
    ]
    found = middle(rounds)
    assert found.value == 2.0
    assert found.peers == {"peer": 20.0, "late": 7.0}
    assert found.detail["rounds"] == [1.0, 2.0, 3.0]
